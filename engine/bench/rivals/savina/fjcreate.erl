-module(fjcreate).
-export([run/0, theta/0]).

run() ->
    Main = self(),
    Theta = fjcreate:theta(),
    [spawn(fun() -> worker(Theta, Main) end) ! work || _ <- lists:seq(1, 40000)],
    add(40000, 0.0).

worker(Theta, Main) ->
    receive
        work ->
            S = math:sin(Theta),
            Main ! {done, S * S}
    end.

add(0, Total) -> Total;
add(Left, Total) -> receive {done, X} -> add(Left - 1, Total + X) end.

% Asked for when it runs: the sine of a constant would be the compiler's work.
theta() -> 37.2.
