-module(logmap).
-export([run/0]).

-define(TERMS, 25000).
-define(SERIES, 10).

run() ->
    Main = self(),
    Workers = [spawn(fun() -> start(I, Main) end) || I <- lists:seq(0, ?SERIES - 1)],
    ask(?TERMS, Workers),
    [Worker ! last_term || Worker <- Workers],
    lists:sum([receive {result, Term} -> Term end || _ <- Workers]).

ask(0, _) -> ok;
ask(Left, Workers) ->
    [Worker ! next_term || Worker <- Workers],
    ask(Left - 1, Workers).

start(I, Main) ->
    Computer = spawn(fun() -> computer(3.46 + I * 0.0025) end),
    idle(Computer, I * 0.0025, Main).

computer(Rate) ->
    receive
        {compute, By, Term} ->
            By ! {computed, Rate * Term * (1.0 - Term)},
            computer(Rate);
        stop -> ok
    end.

idle(Computer, Term, Main) ->
    receive
        next_term ->
            Computer ! {compute, self(), Term},
            waits(Computer, 0, false, Main);
        last_term -> finish(Computer, Term, Main)
    end.

%% A worker that waits counts what it is asked for meanwhile.
waits(Computer, Stashed, IsLastAsked, Main) ->
    receive
        next_term -> waits(Computer, Stashed + 1, IsLastAsked, Main);
        last_term -> waits(Computer, Stashed, true, Main);
        {computed, Term} when Stashed > 0 ->
            Computer ! {compute, self(), Term},
            waits(Computer, Stashed - 1, IsLastAsked, Main);
        {computed, Term} when IsLastAsked -> finish(Computer, Term, Main);
        {computed, Term} -> idle(Computer, Term, Main)
    end.

finish(Computer, Term, Main) ->
    Computer ! stop,
    Main ! {result, Term}.
