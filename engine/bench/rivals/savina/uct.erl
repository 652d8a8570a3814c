-module(uct).
-export([run/0]).

-define(NODES, 200000).
-define(CHILDREN, 10).
-define(WORK, 50).
-define(DEVIATION, 10).
-define(URGENT_PERCENT, 50).
-define(REQUEST_WORK, 10).

run() ->
    Main = self(),
    Work = node_work(2),
    Children = [spawn(fun() -> node(Main, Main, Work, false) end) || _ <- lists:seq(1, ?CHILDREN)],
    [Child ! try_children || Child <- Children],
    build(run:step(run:step(2)), ?CHILDREN + 1, 0),
    [Child ! visit || Child <- Children],
    lists:sum([receive {visited, Count} -> Count end || _ <- Children]) + 1.

%% Everyone asks once: the tree is whole when all have.
build(_, Size, Asked) when Asked == Size - 1 -> whole;
build(Seed, Size, Asked) ->
    receive
        {may_have_children, Who} ->
            Next = run:step(Seed),
            case Size + ?CHILDREN =< ?NODES andalso (Next bsr 33) band 1 == 1 of
                true ->
                    Chosen = run:step(run:step(Next)),
                    Who ! {have_children, node_work(Next), urgent(Chosen)},
                    build(run:step(Chosen), Size + ?CHILDREN, Asked + 1);
                false -> build(Next, Size, Asked + 1)
            end
    end.

urgent(Seed) ->
    case run:below(Seed, 100) < ?URGENT_PERCENT of
        true -> run:below(run:step(Seed), ?CHILDREN);
        false -> -1
    end.

%% About normal around WORK: the mean of two random numbers, so it is never far off.
node_work(Seed) ->
    One = run:step(Seed),
    ?WORK - 2 * ?DEVIATION + run:below(One, 2 * ?DEVIATION) + run:below(run:step(One), 2 * ?DEVIATION).

node(Parent, Root, Work, IsUrgent) -> node(Parent, Root, Work, IsUrgent, [], 0).

node(Parent, Root, Work, IsUrgent, Children, Last) ->
    receive
        try_children ->
            Busy = run:steps(Work, ?REQUEST_WORK),
            Root ! {may_have_children, self()},
            node(Parent, Root, Work, IsUrgent, Children, Busy);
        {have_children, ChildWork, Urgent} ->
            Self = self(),
            New = [spawn(fun() -> node(Self, Root, ChildWork, I == Urgent) end) || I <- lists:seq(0, ?CHILDREN - 1)],
            [Child ! try_children || Child <- New],
            node(Parent, Root, Work, IsUrgent, New, Last);
        visit ->
            run:steps(Last, Work),
            [Child ! visit || Child <- Children],
            Parent ! {visited, 1 + lists:sum([receive {visited, Count} -> Count end || _ <- Children])}
    end.
