-module(sieve).
-export([run/0]).

-define(PRIMES, 1000).

run() ->
    Main = self(),
    Filter = spawn(fun() -> filter([2], 1, Main) end),
    spawn(fun() -> numbers(3, 100000, Filter) end),
    receive {total, Total} -> Total end.

numbers(Candidate, N, Filter) when Candidate >= N -> Filter ! {stop, 0};
numbers(Candidate, N, Filter) ->
    Filter ! {candidate, Candidate},
    numbers(Candidate + 2, N, Filter).

%% A filter with room keeps what is prime; a full one has a next one for it, the last one only who waits for the total.
filter(Primes, Count, Main) ->
    receive
        {candidate, X} ->
            case is_divided(X, Primes) of
                true -> filter(Primes, Count, Main);
                false when Count < ?PRIMES -> filter(Primes ++ [X], Count + 1, Main);
                false -> full_filter(Primes, spawn(fun() -> filter([X], 1, Main) end))
            end;
        {stop, Before} -> Main ! {total, Before + lists:sum(Primes)}
    end.

full_filter(Primes, Next) ->
    receive
        {candidate, X} = Message ->
            is_divided(X, Primes) orelse (Next ! Message),
            full_filter(Primes, Next);
        {stop, Before} -> Next ! {stop, Before + lists:sum(Primes)}
    end.

is_divided(_, []) -> false;
is_divided(X, [Prime | _]) when X rem Prime == 0 -> true;
is_divided(X, [_ | Rest]) -> is_divided(X, Rest).
