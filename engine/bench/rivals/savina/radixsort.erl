-module(radixsort).
-export([run/0]).

-define(N, 100000).
-define(BITS, 60).

run() ->
    Main = self(),
    Check = spawn(fun() -> check(1, -1, 0, Main) end),
    Bits = lists:seq(0, ?BITS - 1),
    Add = fun(Bit, Next) -> spawn(fun() -> sorter(?N, 1 bsl (?BITS - 1 - Bit), [], Next) end) end,
    First = lists:foldl(Add, Check, Bits),
    spawn(fun() -> source(?N, 2048, First) end),
    receive {total, Total} -> Total end.

source(0, _, _) -> ok;
source(Left, Seed, First) ->
    New = run:step(Seed),
    First ! (New bsr 3) band (1 bsl ?BITS - 1),
    source(Left - 1, New, First).

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
    receive X when X >= Last -> check(Received + 1, X, (Total + Received * X) band 16#ffffffffffffffff, Main) end.
