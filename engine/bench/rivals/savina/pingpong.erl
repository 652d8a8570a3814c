-module(pingpong).
-export([run/0]).

run() ->
    Main = self(),
    Pong = spawn(fun pong/0),
    spawn(fun() -> ping(Pong, 40000, 0, Main) end),
    receive {answers, N} -> N end.

ping(Pong, 0, Answers, Main) ->
    Pong ! stop,
    Main ! {answers, Answers};
ping(Pong, Left, Answers, Main) ->
    Pong ! {ping, self()},
    receive pong -> ping(Pong, Left - 1, Answers + 1, Main) end.

pong() ->
    receive
        {ping, By} ->
            By ! pong,
            pong();
        stop -> ok
    end.
