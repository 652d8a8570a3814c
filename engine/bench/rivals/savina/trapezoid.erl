-module(trapezoid).
-export([run/0]).

-define(PIECES, 1000000).
-define(WORKERS, 100).
-define(LEFT, 1.0).
-define(RIGHT, 5.0).

run() ->
    Main = self(),
    Width = (?RIGHT - ?LEFT) / ?PIECES,
    Pieces = ?PIECES div ?WORKERS,
    Workers = lists:seq(0, ?WORKERS - 1),
    [spawn(fun() -> worker(Main) end) ! {work, ?LEFT + I * Pieces * Width, Pieces, Width} || I <- Workers],
    lists:sum([receive {result, Part} -> Part end || _ <- Workers]).

worker(Main) -> receive {work, Left, Pieces, Width} -> Main ! {result, area(0, Pieces, Left, Width, 0.0)} end.

area(Pieces, Pieces, _, _, Total) -> Total;
area(I, Pieces, Left, Width, Total) ->
    X = Left + I * Width,
    area(I + 1, Pieces, Left, Width, Total + 0.5 * Width * (height(X) + height(X + Width))).

height(X) ->
    A = math:sin(X * X * X - 1.0),
    A / (X + 1.0) * math:sqrt(1.0 + math:exp(math:sqrt(2.0 * X))).
