-module(fjthrput).
-export([run/0]).

run() ->
    Main = self(),
    Workers = [spawn(fun() -> worker(10000, 0.0, Main) end) || _ <- lists:seq(1, 60)],
    [[Worker ! work || Worker <- Workers] || _ <- lists:seq(1, 10000)],
    lists:sum([receive {total, Total} -> Total end || _ <- Workers]).

worker(0, Total, Main) -> Main ! {total, Total};
worker(Left, Total, Main) ->
    receive
        work ->
            S = math:sin(37.2),
            worker(Left - 1, Total + S * S, Main)
    end.
