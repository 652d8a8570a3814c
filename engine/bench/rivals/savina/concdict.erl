-module(concdict).
-export([run/0]).

-define(ENTRIES, 524287).

run() ->
    Main = self(),
    Dictionary = spawn(fun dictionary/0),
    [spawn(fun() -> worker(Id, 10000, Dictionary, Main) end) || Id <- lists:seq(0, 19)],
    [receive finished -> ok end || _ <- lists:seq(1, 20)],
    Dictionary ! {sum, Main},
    receive {answer, Total} -> Total end.

dictionary() ->
    Keys = lists:seq(0, ?ENTRIES - 1),
    dictionary(maps:from_list([{Key, Key} || Key <- Keys]), lists:sum(Keys)).

dictionary(Values, Total) ->
    receive
        {write, By, Key, Value} ->
            By ! {answer, Value},
            dictionary(Values#{Key := Value}, Total + Value - map_get(Key, Values));
        {read, By, Key} ->
            By ! {answer, map_get(Key, Values)},
            dictionary(Values, Total);
        {sum, By} -> By ! {answer, Total}
    end.

worker(_, 0, _, Main) -> Main ! finished;
worker(Seed, Left, Dictionary, Main) ->
    First = run:step(Seed),
    Second = run:step(First),
    Key = run:below(Second, ?ENTRIES),
    case run:below(First, 100) < 10 of
        true -> Dictionary ! {write, self(), Key, Key * 3};
        false -> Dictionary ! {read, self(), Key}
    end,
    receive {answer, _} -> worker(Second, Left - 1, Dictionary, Main) end.
