-module(chameneos).
-export([run/0]).

run() ->
    Main = self(),
    Mall = spawn(fun() -> mall(200000, none, 100, 0, Main) end),
    [spawn(fun() -> arrive(Mall, I rem 3) end) || I <- lists:seq(0, 99)],
    receive {total, Total} -> Total end.

mall(_, _, 0, Total, Main) -> Main ! {total, Total};
mall(Left, Waiting, Creatures, Total, Main) ->
    receive
        {met, Times} -> mall(Left, Waiting, Creatures - 1, Total + Times, Main);
        {meet, _, Who} when Left == 0 ->
            Who ! fade,
            mall(Left, Waiting, Creatures, Total, Main);
        {meet, _, Who} when Waiting == none -> mall(Left, Who, Creatures, Total, Main);
        {meet, _, _} = Message ->
            Waiting ! Message,
            mall(Left - 1, none, Creatures, Total, Main)
    end.

arrive(Mall, Colour) ->
    Mall ! {meet, Colour, self()},
    creature(Mall, Colour, 0).

creature(Mall, Colour, Meetings) ->
    receive
        {meet, OtherColour, Other} ->
            New = complement(Colour, OtherColour),
            Other ! {change, New},
            Mall ! {meet, New, self()},
            creature(Mall, New, Meetings + 1);
        {change, New} ->
            Mall ! {meet, New, self()},
            creature(Mall, New, Meetings + 1);
        fade -> Mall ! {met, Meetings}
    end.

complement(Same, Same) -> Same;
complement(Mine, Theirs) -> 3 - Mine - Theirs.
