-module(count).
-export([run/0]).

run() ->
    Main = self(),
    Counter = spawn(fun() -> counter(0) end),
    spawn(fun() -> producer(Counter, 1000000, Main) end),
    receive {count, N} -> N end.

counter(Count) ->
    receive
        increment -> counter(Count + 1);
        {retrieve, Asker} -> Asker ! {result, Count}
    end.

producer(Counter, 0, Main) ->
    Counter ! {retrieve, self()},
    receive {result, Count} -> Main ! {count, Count} end;
producer(Counter, Left, Main) ->
    Counter ! increment,
    producer(Counter, Left - 1, Main).
