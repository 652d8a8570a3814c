-module(thread_ring).
-export([run/0]).

run() ->
    Main = self(),
    First = spawn(fun() -> receive {next, Next} -> hop(Next, Main) end end),
    Last = lists:foldl(fun(_, Next) -> spawn(fun() -> hop(Next, Main) end) end, First, lists:seq(2, 100)),
    First ! {next, Last},
    First ! {token, 1000000},
    receive done -> done end.

hop(Next, Main) ->
    receive
        {token, 0} -> Main ! done;
        {token, Left} ->
            Next ! {token, Left - 1},
            hop(Next, Main)
    end.
