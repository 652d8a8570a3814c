-module(philosopher).
-export([run/0]).

-define(N, 20).
-define(ROUNDS, 10000).
%% The two forks beside a philosopher, of which every one is a bit.
-define(FORKS(Id), ((1 bsl Id) bor (1 bsl ((Id + 1) rem ?N)))).

run() ->
    Main = self(),
    Arbitrator = spawn(fun() -> arbitrator(0, ?N, 0, Main) end),
    [spawn(fun() -> philosopher(Id, 0, Arbitrator) end) || Id <- lists:seq(0, ?N - 1)],
    receive {meals, Meals} -> Meals end.

philosopher(_, ?ROUNDS, Arbitrator) -> Arbitrator ! {leave, ?ROUNDS};
philosopher(Id, Meals, Arbitrator) ->
    Arbitrator ! {hungry, self(), Id},
    receive
        denied -> philosopher(Id, Meals, Arbitrator);
        eat ->
            Arbitrator ! {done, Id},
            philosopher(Id, Meals + 1, Arbitrator)
    end.

arbitrator(_, 0, Meals, Main) -> Main ! {meals, Meals};
arbitrator(Taken, Left, Meals, Main) ->
    receive
        {hungry, Who, Id} when Taken band ?FORKS(Id) == 0 ->
            Who ! eat,
            arbitrator(Taken bor ?FORKS(Id), Left, Meals, Main);
        {hungry, Who, _} ->
            Who ! denied,
            arbitrator(Taken, Left, Meals, Main);
        {done, Id} -> arbitrator(Taken bxor ?FORKS(Id), Left, Meals, Main);
        {leave, Times} -> arbitrator(Taken, Left - 1, Meals + Times, Main)
    end.
