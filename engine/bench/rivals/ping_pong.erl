-module(ping_pong).
-export([run/0]).

run() ->
    Main = self(),
    Ping = spawn(fun() -> play(Main) end),
    Pong = spawn(fun() -> play(Main) end),
    Ping ! {ball, Pong, 1000000},
    receive done -> done end.

play(Main) ->
    receive
        {ball, _, 0} -> Main ! done;
        {ball, Other, Left} ->
            Other ! {ball, self(), Left - 1},
            play(Main)
    end.
