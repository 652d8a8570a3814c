-module(astar).
-export([run/0]).

-define(GRID, 30).
-define(WORKERS, 20).
-define(BUSY, 100).

run() ->
    Main = self(),
    Workers = list_to_tuple([spawn(fun() -> worker(Main, 0) end) || _ <- lists:seq(1, ?WORKERS)]),
    element(1, Workers) ! {search, 0},
    {Parents, Completed} = master(Workers, #{0 => 0}, 1, 0),
    [Worker ! stop || Worker <- tuple_to_list(Workers)],
    Axis = ?GRID * 4 div 5,
    origin = path_end((Axis * ?GRID + Axis) * ?GRID + Axis, Parents),
    Completed.

path_end(0, _) -> origin;
path_end(Step, Parents) -> path_end(maps:get(Step, Parents), Parents).

master(_, Parents, Sent, Sent) -> {Parents, Sent};
master(Workers, Parents, Sent, Completed) ->
    receive
        {found, Place, Near} ->
            {NewParents, NewSent} = search(Near, Place, Workers, Parents, Sent),
            master(Workers, NewParents, NewSent, Completed + 1)
    end.

search([], _, _, Parents, Sent) -> {Parents, Sent};
search([Other | Near], Place, Workers, Parents, Sent) when is_map_key(Other, Parents) ->
    search(Near, Place, Workers, Parents, Sent);
search([Other | Near], Place, Workers, Parents, Sent) ->
    element(Sent rem ?WORKERS + 1, Workers) ! {search, Other},
    search(Near, Place, Workers, Parents#{Other => Place}, Sent + 1).

worker(Main, Last) ->
    receive
        {search, Place} ->
            Busy = run:steps(Place, ?BUSY),
            Main ! {found, Place, neighbours(Place)},
            worker(Main, Busy);
        stop -> Last
    end.

%% Up to six nodes that lie one step further in one or two directions; which of them, the node's number decides.
neighbours(Place) ->
    Bits = run:step(run:step(Place)) bsr 40,
    lists:reverse(lists:foldl(fun(Way, Found) -> neighbour(Way, Bits, Place, Found) end, [], lists:seq(1, 6))).

neighbour(Way, Bits, Place, Found) when (Bits bsr Way) band 1 == 1; Way == 6, Found == [] ->
    I = moved(Place div (?GRID * ?GRID), Way bsr 2),
    J = moved(Place div ?GRID rem ?GRID, (Way bsr 1) band 1),
    K = moved(Place rem ?GRID, Way band 1),
    Other = (I * ?GRID + J) * ?GRID + K,
    case Other == Place orelse lists:member(Other, Found) of
        true -> Found;
        false -> [Other | Found]
    end;
neighbour(_, _, _, Found) -> Found.

%% Along one axis, not over the edge.
moved(Place, By) -> min(Place + By, ?GRID - 1).
