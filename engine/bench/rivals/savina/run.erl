%% What all benchmarks share: the second of two runs is timed, and random numbers are those of the other side.
-module(run).
-export([main/1, step/1, below/2]).

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

below(Seed, N) -> ((Seed bsr 33) band 16#7fffffff) rem N.
