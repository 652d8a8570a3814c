-module(cigsmok).
-export([run/0]).
-include("step.hrl").

-define(ROUNDS, 20000).
-define(SMOKERS, 200).

run() ->
    Main = self(),
    Arbiter = spawn(fun() -> arbiter(Main) end),
    receive {total, Arbiter, Total} -> Total end.

arbiter(Main) ->
    Self = self(),
    Smokers = [spawn(fun() -> smoker(Self, 0) end) || _ <- lists:seq(1, ?SMOKERS)],
    choose(?ROUNDS, ?ROUNDS, list_to_tuple(Smokers)),
    [Smoker ! stop || Smoker <- Smokers],
    Main ! {total, Self, lists:sum([receive {report, Smoked} -> Smoked end || _ <- Smokers])}.

choose(0, _, _) -> ok;
choose(Left, Seed, Smokers) ->
    First = run:step(Seed),
    Second = run:step(First),
    element(run:below(First, ?SMOKERS) + 1, Smokers) ! {smoke, run:below(Second, 1000) + 10},
    receive started -> choose(Left - 1, Second, Smokers) end.

%% A smoker is busy with random numbers, and counts the odd ones.
smoker(Arbiter, Smoked) ->
    receive
        {smoke, Period} ->
            Arbiter ! started,
            smoker(Arbiter, smoke(Period, 0, Period, Smoked));
        stop -> Arbiter ! {report, Smoked}
    end.

smoke(0, _, _, Smoked) -> Smoked;
smoke(Left, High, Low, Smoked) ->
    {NewHigh, NewLow} = step(High, Low),
    smoke(Left - 1, NewHigh, NewLow, Smoked + ((NewHigh bsr 1) band 1)).
