-module(bitonicsort).
-export([run/0]).

-define(N, 4096).

run() ->
    Main = self(),
    {Source, Monitor} = spawn_monitor(fun() -> source(Main) end),
    receive
        {total, Total} ->
            Source ! stop,
            receive {'DOWN', Monitor, process, Source, stopped} -> Total end
    end.

%% Builds the network from its end to its beginning, and sends the numbers in. Its links end all stages with it.
source(Main) ->
    Check = spawn_link(fun() -> check(-1, 0, 0, Main) end),
    First = lists:foldl(fun({Size, Steps}, Next) -> step(Size, Steps, Next) end, Check, merges(?N, ?N div 2)),
    send(?N, 2048, First),
    receive stop -> exit(stopped) end.

merges(1, _) -> [];
merges(Size, 0) -> merges(Size div 2, Size div 4);
merges(Size, Steps) -> [{Size, Steps} | merges(Size, Steps div 2)].

send(0, _, _) -> ok;
send(Left, Seed, First) ->
    Next = run:step(Seed),
    First ! {value, 0, (Next bsr 3) band (1 bsl 60 - 1)},
    send(Left - 1, Next, First).

step(Size, Steps, Next) ->
    Length = Size div Steps,
    Number = ?N div Length,
    Join = joined(Length, Number, 0, Next),
    Branches = [branch(Length, I, Size == ?N orelse I div Steps rem 2 == 0, Join) || I <- lists:seq(0, Number - 1)],
    spawn_link(fun() -> split(Length, list_to_tuple(Branches)) end).

branch(2, I, IsUp, Join) -> spawn_link(fun() -> compare(I, IsUp, Join) end);
branch(Length, I, IsUp, Join) ->
    Inner = joined(1, Length div 2, I, Join),
    Compares = [branch(2, J, IsUp, Inner) || J <- lists:seq(0, Length div 2 - 1)],
    spawn_link(fun() -> split(1, list_to_tuple(Compares)) end).

joined(Run, Number, Branch, Next) ->
    Forward = spawn_link(fun() -> forward(Branch, Next) end),
    spawn_link(fun() -> join(#{}, 0, Run, Run, Number, Forward) end).

forward(Branch, Next) ->
    receive {value, _, X} -> Next ! {value, Branch, X} end,
    forward(Branch, Next).

split(Run, Branches) -> split(0, Run, Run, Branches).

split(Place, 0, Run, Branches) -> split((Place + 1) rem tuple_size(Branches), Run, Run, Branches);
split(Place, Left, Run, Branches) ->
    receive {value, _, X} -> element(Place + 1, Branches) ! {value, 0, X} end,
    split(Place, Left - 1, Run, Branches).

compare(Branch, IsUp, Next) ->
    X = receive {value, _, One} -> One end,
    Y = receive {value, _, Other} -> Other end,
    Values = if IsUp -> [min(X, Y), max(X, Y)]; true -> [max(X, Y), min(X, Y)] end,
    [Next ! {value, Branch, Value} || Value <- Values],
    compare(Branch, IsUp, Next).

%% What a branch has sent before its turn waits in a queue; a receive that chose would look through all that waits.
join(Waiting, Place, 0, Run, Number, Next) -> join(Waiting, (Place + 1) rem Number, Run, Run, Number, Next);
join(Waiting, Place, Left, Run, Number, Next) ->
    case queue:out(maps:get(Place, Waiting, queue:new())) of
        {{value, X}, Rest} ->
            Next ! {value, 0, X},
            join(Waiting#{Place => Rest}, Place, Left - 1, Run, Number, Next);
        {empty, _} ->
            receive
                {value, Origin, X} ->
                    Queue = queue:in(X, maps:get(Origin, Waiting, queue:new())),
                    join(Waiting#{Origin => Queue}, Place, Left, Run, Number, Next)
            end
    end.

check(_, ?N, Total, Main) ->
    <<Signed:64/signed>> = <<Total:64>>,
    Main ! {total, Signed};
check(Last, Count, Total, Main) ->
    receive
        {value, _, X} when X >= Last -> check(X, Count + 1, (Total + (Count + 1) * X) band 16#ffffffffffffffff, Main)
    end.
