-module(big).
-export([run/0]).

run() ->
    Main = self(),
    All = [spawn(fun() -> meet(Id, Main) end) || Id <- lists:seq(0, 119)],
    Neighbours = list_to_tuple(All),
    [One ! {meet, Neighbours} || One <- All],
    [One ! {pong, -1} || One <- All],
    [receive finished -> ok end || _ <- All],
    [One ! stop || One <- All],
    lists:sum([receive {report, Sum} -> Sum end || _ <- All]).

meet(Id, Main) -> receive {meet, Neighbours} -> big(Id, Neighbours, Id, 0, 0, -1, Main) end.

big(Id, Neighbours, Seed, Sent, Pings, Expected, Main) ->
    receive
        {ping, By} ->
            element(By + 1, Neighbours) ! {pong, Id},
            big(Id, Neighbours, Seed, Sent, Pings + 1, Expected, Main);
        {pong, Expected} when Sent == 20000 ->
            Main ! finished,
            big(Id, Neighbours, Seed, Sent, Pings, Expected, Main);
        {pong, Expected} ->
            Next = run:step(Seed),
            Target = run:below(Next, tuple_size(Neighbours)),
            element(Target + 1, Neighbours) ! {ping, Id},
            big(Id, Neighbours, Next, Sent + 1, Pings, Target, Main);
        stop -> Main ! {report, (Id + 1) * Pings}
    end.
