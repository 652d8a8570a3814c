-module(filterbank).
-export([run/0]).

-define(COLUMNS, 1024).
-define(SIMULATIONS, 6144).
-define(CHANNELS, 8).

%% All actors are linked to the one that waits for the total, and end with it.
run() ->
    Main = self(),
    spawn(fun() -> network(Main) end),
    receive {total, Total} -> Total end.

network(Main) ->
    Sink = self(),
    Combiner = spawn_link(fun() -> combiner(Sink) end),
    Integrator = spawn_link(fun() -> integrator(erlang:make_tuple(?CHANNELS, queue:new()), Combiner) end),
    Branches = spawn_link(fun() -> branches(Integrator) end),
    Producer = spawn_link(fun() -> producer(?SIMULATIONS) end),
    spawn_link(fun() -> source(0, Producer, Branches) end),
    Main ! {total, sink(?SIMULATIONS - 2 * (?COLUMNS - 1), 0.0)},
    exit(shutdown).

producer(Left) ->
    receive
        {next_value, Source} when Left > 0 ->
            Source ! boot,
            producer(Left - 1);
        {next_value, Source} -> Source ! stop
    end.

source(Current, Producer, Branches) ->
    Producer ! {next_value, self()},
    receive
        boot ->
            Branches ! float(Current),
            source((Current + 1) rem 1000, Producer, Branches);
        stop -> ok
    end.

branches(Integrator) ->
    forward_to_all([spawn_link(fun() -> bank(I, Integrator) end) || I <- lists:seq(0, ?CHANNELS - 1)]).

forward_to_all(Banks) ->
    receive X -> [Bank ! X || Bank <- Banks] end,
    forward_to_all(Banks).

bank(Channel, Integrator) ->
    Places = lists:seq(?COLUMNS - 1, 0, -1),
    First = [float(I * ?COLUMNS + Channel * ?CHANNELS + Channel + I + Channel + 1) || I <- Places],
    Second = [float(I * Channel + Channel * Channel + Channel + I) || I <- Places],
    Zeros = lists:duplicate(?COLUMNS, 0.0),
    Forward = spawn_link(fun() -> forward(Channel, Integrator) end),
    SecondFilter = spawn_link(fun() -> filter([], Zeros, [], Second, false, Forward) end),
    SecondDelay = spawn_link(fun() -> delay(tl(Zeros), [], SecondFilter) end),
    Sampler = spawn_link(fun() -> sampler(0, SecondDelay) end),
    FirstFilter = spawn_link(fun() -> filter([], Zeros, [], First, false, Sampler) end),
    FirstDelay = spawn_link(fun() -> delay(tl(Zeros), [], FirstFilter) end),
    forward_to_all([FirstDelay]).

delay([], Received, Next) -> delay(lists:reverse(Received), [], Next);
delay([Oldest | Rest], Received, Next) ->
    receive
        X ->
            Next ! Oldest,
            delay(Rest, [X | Received], Next)
    end.

%% The data and their factors are open at the place of the next value: what is before it, backwards, and the rest.
filter(Before, [], Factors, [], _, Next) -> filter([], lists:reverse(Before), [], lists:reverse(Factors), true, Next);
filter(Before, [_ | After], FactorsBefore, [Factor | FactorsAfter], IsFull, Next) ->
    receive
        X ->
            Data = [X | Before],
            Factors = [Factor | FactorsBefore],
            NowFull = IsFull orelse After == [],
            NowFull andalso (Next ! product(Data, Factors, product(After, FactorsAfter, 0.0))),
            filter(Data, After, Factors, FactorsAfter, NowFull, Next)
    end.

%% Four at a time, so that fewer floats in between get a box.
product([A, B, C, D | Xs], [E, F, G, H | Ys], Sum) -> product(Xs, Ys, Sum + A * E + B * F + C * G + D * H);
product([X | Xs], [Y | Ys], Sum) -> product(Xs, Ys, Sum + X * Y);
product([], [], Sum) -> Sum.

sampler(Received, Next) ->
    receive
        X when Received == 0 -> Next ! X;
        _ -> Next ! 0.0
    end,
    sampler((Received + 1) rem ?COLUMNS, Next).

forward(Channel, Integrator) ->
    receive X -> Integrator ! {value, Channel, X} end,
    forward(Channel, Integrator).

%% Puts the values of all channels that belong together into one message.
integrator(Waiting, Combiner) ->
    receive
        {value, Channel, X} ->
            Place = Channel + 1,
            All = setelement(Place, Waiting, queue:in(X, element(Place, Waiting))),
            Queues = tuple_to_list(All),
            case lists:any(fun queue:is_empty/1, Queues) of
                true -> integrator(All, Combiner);
                false ->
                    Combiner ! {values, [queue:get(Queue) || Queue <- Queues]},
                    integrator(list_to_tuple([queue:drop(Queue) || Queue <- Queues]), Combiner)
            end
    end.

combiner(Sink) ->
    receive {values, Together} -> Sink ! {value, lists:sum(Together)} end,
    combiner(Sink).

%% Every value that comes out has gone through two filters that were full first.
sink(0, Total) -> Total;
sink(Left, Total) -> receive {value, X} -> sink(Left - 1, Total + X) end.
