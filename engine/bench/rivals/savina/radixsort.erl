-module(radixsort).
-export([run/0]).

-define(N, 100000).
-define(BITS, 60).

run() ->
    Main = self(),
    Check = spawn_link(fun() -> check(1, -1, 0, Main) end),
    First = lists:foldl(fun(Bit, Next) -> start(1 bsl Bit, Next) end, Check, lists:seq(?BITS - 1, 0, -1)),
    spawn(fun() -> source(?N, 2048, First) end),
    receive {total, Total} -> Total end.

source(0, _, _) -> ok;
source(Left, Seed, First) ->
    New = run:step(Seed),
    First ! (New bsr 3) band (1 bsl ?BITS - 1),
    source(Left - 1, New, First).

%% A sorter makes garbage beside a long mailbox, which the collector need not look through where it is off the heap.
start(Mask, Next) -> spawn_opt(fun() -> sorter(?N, Mask, [], Next) end, [{message_queue_data, off_heap}]).

sorter(0, _, Kept, Next) -> [Next ! X || X <- lists:reverse(Kept)];
sorter(Left, Mask, Kept, Next) ->
    receive
        X when X band Mask =/= 0 -> sorter(Left - 1, Mask, [X | Kept], Next);
        X ->
            Next ! X,
            sorter(Left - 1, Mask, Kept, Next)
    end.

%% The total wraps modulo 2^64; its sign is its highest bit.
check(Received, _, Total, Main) when Received > ?N ->
    <<Signed:64/signed>> = <<Total:64>>,
    Main ! {total, Signed};
check(Received, Last, Total, Main) ->
    receive
        X ->
            true = X >= Last,
            check(Received + 1, X, (Total + Received * X) band 16#ffffffffffffffff, Main)
    end.
