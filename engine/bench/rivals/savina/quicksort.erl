-module(quicksort).
-export([run/0]).

-define(N, 1000000).
-define(CUTOFF, 2048).

run() ->
    Main = self(),
    Data = numbers(?N, 1024),
    spawn(fun() -> sorter(Main, root) end) ! {sort, Data},
    receive {sorted, Result, root} -> check(Result, -1, 0, 0) end.

numbers(0, _) -> [];
numbers(Left, Seed) ->
    Next = run:step(Seed),
    [(Next bsr 3) band (1 bsl 60 - 1) | numbers(Left - 1, Next)].

check([], _, ?N, Total) ->
    <<Signed:64/signed>> = <<Total:64>>,
    Signed;
check([X | Data], Last, Count, Total) when X >= Last ->
    check(Data, X, Count + 1, (Total + (Count + 1) * X) band 16#ffffffffffffffff).

sorter(Parent, Side) ->
    receive
        {sort, Data} when length(Data) < ?CUTOFF -> Parent ! {sorted, quicksort(Data), Side};
        {sort, Data} ->
            Self = self(),
            {Left, Equal, Right} = parts(Data),
            spawn(fun() -> sorter(Self, left) end) ! {sort, Left},
            spawn(fun() -> sorter(Self, right) end) ! {sort, Right},
            Parent ! {sorted, sorted(sorted(Equal)), Side}
    end.

sorted(Result) ->
    receive
        {sorted, Data, left} -> Data ++ Result;
        {sorted, Data, right} -> Result ++ Data
    end.

quicksort([]) -> [];
quicksort([X]) -> [X];
quicksort(Data) ->
    {Left, Equal, Right} = parts(Data),
    quicksort(Left) ++ Equal ++ quicksort(Right).

parts(Data) ->
    Pivot = lists:nth(length(Data) div 2 + 1, Data),
    {[X || X <- Data, X < Pivot], [X || X <- Data, X == Pivot], [X || X <- Data, X > Pivot]}.
