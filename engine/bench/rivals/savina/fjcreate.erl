-module(fjcreate).
-export([run/0]).

run() ->
    Main = self(),
    [spawn(fun() -> worker(Main) end) ! work || _ <- lists:seq(1, 40000)],
    add(40000, 0.0).

worker(Main) ->
    receive
        work ->
            S = math:sin(37.2),
            Main ! {done, S * S}
    end.

add(0, Total) -> Total;
add(Left, Total) -> receive {done, X} -> add(Left - 1, Total + X) end.
