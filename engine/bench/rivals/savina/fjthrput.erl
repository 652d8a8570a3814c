-module(fjthrput).
-export([run/0, theta/0]).

run() ->
    Main = self(),
    Theta = fjthrput:theta(),
    Workers = [spawn(fun() -> worker(10000, 0.0, Theta, Main) end) || _ <- lists:seq(1, 60)],
    [[Worker ! work || Worker <- Workers] || _ <- lists:seq(1, 10000)],
    lists:sum([receive {total, Total} -> Total end || _ <- Workers]).

worker(0, Total, _, Main) -> Main ! {total, Total};
worker(Left, Total, Theta, Main) ->
    receive
        work ->
            S = math:sin(Theta),
            worker(Left - 1, Total + S * S, Theta, Main)
    end.

% Asked for when it runs: the sine of a constant would be the compiler's work.
theta() -> 37.2.
