-module(threadring).
-export([run/0]).

run() ->
    Main = self(),
    [First | _] = Ring = [spawn(fun() -> node(Id, Main) end) || Id <- lists:seq(0, 99)],
    lists:foreach(fun({Node, Next}) -> Node ! {link, Next} end, lists:zip(Ring, tl(Ring) ++ [First])),
    First ! {token, 100000},
    Last = receive {done, Id} -> Id end,
    [Node ! stop || Node <- Ring],
    Last.

node(Id, Main) -> receive {link, Next} -> node(Id, Next, Main) end.

node(Id, Next, Main) ->
    receive
        {token, 0} ->
            Main ! {done, Id},
            node(Id, Next, Main);
        {token, Left} ->
            Next ! {token, Left - 1},
            node(Id, Next, Main);
        stop -> ok
    end.
