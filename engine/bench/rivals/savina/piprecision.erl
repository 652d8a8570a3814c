-module(piprecision).
-export([run/0]).

-define(WORKERS, 20).
-define(BITS, 380 * 44). % behind the point
-define(DIGITS, 5000).
-define(TOLERANCE, 1 bsl 24).

run() ->
    Main = self(),
    Workers = [spawn(fun() -> worker(Main) end) || _ <- lists:seq(1, ?WORKERS)],
    Requested = request(lists:append(lists:duplicate(10, Workers)), 0),
    Sum = master(Requested, 0, 0, false),
    [Worker ! stop || Worker <- Workers],
    [receive ended -> ok end || _ <- Workers],
    (Sum * power(10, ?DIGITS) bsr (?BITS)) rem 10000000000.

request(Workers, First) ->
    lists:foldl(fun(Worker, K) -> Worker ! {term, K}, K + 1 end, First, Workers).

master(Requested, Requested, Sum, _) -> Sum;
master(Requested, Received, Sum, IsEnough) ->
    receive
        {result, _, Term} when IsEnough; Term < ?TOLERANCE -> master(Requested, Received + 1, Sum + Term, true);
        {result, Worker, Term} -> master(request([Worker], Requested), Received + 1, Sum + Term, false)
    end.

worker(Main) ->
    receive
        {term, K} ->
            Main ! {result, self(), bbp_term(K)},
            worker(Main);
        stop -> Main ! ended
    end.

%% (4/(8k+1) - 2/(8k+4) - 1/(8k+5) - 1/(8k+6)) / 16^k, with so many bits behind the point.
bbp_term(K) ->
    One = 1 bsl max(0, ?BITS - 4 * K),
    4 * One div (8 * K + 1) - 2 * One div (8 * K + 4) - One div (8 * K + 5) - One div (8 * K + 6).

power(_, 0) -> 1;
power(X, N) when N rem 2 == 1 -> X * power(X, N - 1);
power(X, N) ->
    Root = power(X, N div 2),
    Root * Root.
