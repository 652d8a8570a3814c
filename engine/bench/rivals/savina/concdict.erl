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
    Values = ets:new(values, [private]),
    dictionary(Values, fill(Values, 0, 0)).

fill(_, ?ENTRIES, Total) -> Total;
fill(Values, Key, Total) ->
    ets:insert(Values, {Key, Key}),
    fill(Values, Key + 1, Total + Key).

dictionary(Values, Total) ->
    receive
        {write, By, Key, Value} ->
            Old = ets:lookup_element(Values, Key, 2),
            ets:insert(Values, {Key, Value}),
            By ! {answer, Value},
            dictionary(Values, Total + Value - Old);
        {read, By, Key} ->
            By ! {answer, ets:lookup_element(Values, Key, 2)},
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
