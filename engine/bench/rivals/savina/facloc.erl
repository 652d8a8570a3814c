-module(facloc).
-export([run/0]).

-define(POINTS, 100000).
-define(GRID, 500.0).
-define(THRESHOLD, 1414.2135623730951). % 2 * sqrt(2) * GRID

%% What a quadrant is from its beginning on: `position` is 0 1 in the upper row and 2 3 in the lower one of its parent.
-record(quadrant, {parent, position, x1, y1, x2, y2, middle}).

run() ->
    Main = self(),
    Root = spawn(fun() -> quadrant({root, Main}, -1, {0.0, 0.0, ?GRID, ?GRID}, [], []) end),
    spawn(fun() -> producer(Root, 123456, ?POINTS) end),
    receive {child_ended, Count} -> Count end.

producer(Root, _, 0) -> Root ! finish;
producer(Root, Seed, Left) ->
    One = run:step(Seed),
    Next = run:step(One),
    Root ! {customer, self(), {place(One), place(Next)}},
    receive more -> producer(Root, Next, Left - 1) end.

place(Seed) -> ((Seed bsr 33) band 16#7fffffff) / 2147483648.0 * ?GRID.

%% Takes its own out of its parent's customers.
quadrant(Parent, Position, {X1, Y1, X2, Y2}, Known, First) ->
    Middle = {(X1 + X2) / 2.0, (Y1 + Y2) / 2.0},
    Facilities = [Middle | Known],
    Customers = [Point || {X, Y} = Point <- First, X1 =< X, X < X2, Y1 =< Y, Y < Y2],
    Cost = lists:sum([cost(Facilities, Point, 1.0e300) || Point <- Customers]),
    Self = #quadrant{parent = Parent, position = Position, x1 = X1, y1 = Y1, x2 = X2, y2 = Y2, middle = Middle},
    leaf(Self, Facilities, Customers, Cost).

%% The distance to the nearest of the facilities.
cost([], _, Best) -> Best;
cost([{FacilityX, FacilityY} | Facilities], {X, Y} = Point, Best) ->
    Dx = FacilityX - X,
    Dy = FacilityY - Y,
    case math:sqrt(Dx * Dx + Dy * Dy) of
        Distance when Distance < Best -> cost(Facilities, Point, Distance);
        _ -> cost(Facilities, Point, Best)
    end.

leaf(#quadrant{parent = Parent} = Self, Facilities, Customers, Cost) when Cost > ?THRESHOLD ->
    tell_parent(Self, Self#quadrant.middle),
    inner(Self, Facilities, list_to_tuple(open(Self, Facilities, Customers)), Parent);
leaf(#quadrant{parent = Parent} = Self, Facilities, Customers, Cost) ->
    receive
        {customer, Producer, Point} ->
            ask_for_more(Parent, Producer),
            leaf(Self, Facilities, [Point | Customers], Cost + cost(Facilities, Point, 1.0e300));
        {facility, _, Point, false} -> leaf(Self, [Point | Facilities], Customers, Cost);
        finish -> report(Parent, length(Customers))
    end.

open(#quadrant{x1 = X1, y1 = Y1, x2 = X2, y2 = Y2, middle = {X, Y}}, Facilities, Customers) ->
    Parent = self(),
    Areas = [{X1, Y, X, Y2}, {X, Y, X2, Y2}, {X1, Y1, X, Y}, {X, Y1, X2, Y}],
    [spawn(fun() -> quadrant(Parent, Position, Area, Facilities, Customers) end)
     || {Position, Area} <- lists:zip([0, 1, 2, 3], Areas)].

inner(Self, Facilities, Children, Parent) ->
    receive
        {customer, Producer, Point} = Message ->
            element(child(Point, Self#quadrant.middle) + 1, Children) ! Message,
            ask_for_more(Parent, Producer),
            inner(Self, Facilities, Children, Parent);
        {facility, Child, Point, true} ->
            tell_parent(Self, Point),
            element(4 - Child, Children) ! {facility, -1, Point, false},
            inner(Self, [Point | Facilities], Children, Parent);
        {facility, _, Point, false} = Message ->
            [One ! Message || One <- tuple_to_list(Children)],
            inner(Self, [Point | Facilities], Children, Parent);
        finish ->
            [One ! finish || One <- tuple_to_list(Children)],
            inner(Self, Facilities, Children, Parent);
        {child_ended, Count} ->
            report(Parent, Count + lists:sum([receive {child_ended, More} -> More end || _ <- [2, 3, 4]]))
    end.

child({X, Y}, {MiddleX, MiddleY}) when X < MiddleX, Y < MiddleY -> 2;
child({_, Y}, {_, MiddleY}) when Y < MiddleY -> 3;
child({X, _}, {MiddleX, _}) when X < MiddleX -> 0;
child(_, _) -> 1.

tell_parent(#quadrant{parent = {root, _}}, _) -> nobody;
tell_parent(#quadrant{parent = Parent, position = Position}, Point) -> Parent ! {facility, Position, Point, true}.

ask_for_more({root, _}, Producer) -> Producer ! more;
ask_for_more(_, _) -> later.

report({root, Main}, Count) -> Main ! {child_ended, Count};
report(Parent, Count) -> Parent ! {child_ended, Count}.
