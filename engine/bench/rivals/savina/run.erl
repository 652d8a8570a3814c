%% What all benchmarks share: the second of two runs is timed, and random numbers are those of the other side.
-module(run).
-export([main/1, step/1, steps/2, below/2]).

main([Name]) ->
    Module = list_to_atom(Name),
    Module:run(),
    erlang:garbage_collect(),
    Start = erlang:monotonic_time(nanosecond),
    Answer = Module:run(),
    Took = erlang:monotonic_time(nanosecond) - Start,
    io:format("~p ~p~n", [Answer, Took]),
    halt().

%% A linear congruential generator modulo 2^64; its state is without sign.
step(Seed) -> (Seed * 6364136223846793005 + 1442695040888963407) band 16#ffffffffffffffff.

%% So many steps. Factors have 32 and 16 bits here, so that no product needs more than a word: a thirtieth of the time.
steps(Seed, Times) -> steps(Seed bsr 32, Seed band 16#ffffffff, Times).

steps(High, Low, 0) -> (High bsl 32) bor Low;
steps(High, Low, Times) ->
    Upper = 16#4c957f2d * (Low bsr 16),
    Lower = 16#4c957f2d * (Low band 16#ffff) + 16#f767814f + ((Upper band 16#ffff) bsl 16),
    Carry = (Lower bsr 32) + (Upper bsr 16) + 16#14057b7e,
    Sum = times(16#5851f42d, Low) + times(16#4c957f2d, High) + Carry,
    steps(Sum band 16#ffffffff, Lower band 16#ffffffff, Times - 1).

%% A product modulo 2^32, and something above it.
times(X, Y) -> X * (Y band 16#ffff) + ((X * (Y bsr 16) band 16#ffff) bsl 16).

below(Seed, N) -> ((Seed bsr 33) band 16#7fffffff) rem N.
