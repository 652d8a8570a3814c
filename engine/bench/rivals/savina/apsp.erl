-module(apsp).
-export([run/0]).
-compile({inline, [least/2]}).

-define(N, 300).
-define(BLOCK, 50).
-define(BLOCKS, 6).
-define(WEIGHTS, 100).

run() ->
    Main = self(),
    Places = [{Row, Column} || Row <- lists:seq(0, ?BLOCKS - 1), Column <- lists:seq(0, ?BLOCKS - 1)],
    Squares = [{Place, spawn(fun() -> square(Place, Main) end)} || Place <- Places],
    [Square ! {meet, [One || {{R, C}, One} <- Squares, R == Row, C /= Column],
                     [One || {{R, C}, One} <- Squares, R /= Row, C == Column]}
     || {{Row, Column}, Square} <- Squares],
    lists:sum([receive {result, Lengths} -> Lengths end || _ <- Places]).

square({Row, Column}, Main) ->
    Steps = lists:seq(0, ?BLOCK - 1),
    Data = [[weight(Row * ?BLOCK + I, Column * ?BLOCK + J) || J <- Steps] || I <- Steps],
    receive
        {meet, InRow, InColumn} ->
            Main ! {result, rounds(0, Data, Row * ?BLOCK, Column * ?BLOCK, InRow, InColumn)}
    end.

%% How long the edge from i to j is.
weight(I, I) -> 0;
weight(I, J) -> run:below(run:steps(I * ?N + J, 2), ?WEIGHTS) + 1.

rounds(?N, Data, _, _, _, _) -> lists:sum(lists:append(Data));
rounds(K, Data, FirstRow, FirstColumn, InRow, InColumn) ->
    {ForColumn, ForRow} = {row(K - FirstRow, Data), column(K - FirstColumn, Data)},
    [One ! {row_part, K, ForColumn} || One <- InColumn],
    [One ! {column_part, K, ForRow} || One <- InRow],
    {RowK, ColumnK} = gather(2 * (?BLOCKS - 1), K, ForColumn, ForRow),
    rounds(K + 1, relax(ColumnK, Data, RowK), FirstRow, FirstColumn, InRow, InColumn).

row(I, Data) when I >= 0, I < ?BLOCK -> lists:nth(I + 1, Data);
row(_, _) -> [].

column(J, Data) when J >= 0, J < ?BLOCK -> [lists:nth(J + 1, Line) || Line <- Data];
column(_, _) -> [].

%% A neighbour may be one round ahead: its message waits.
gather(0, _, RowK, ColumnK) -> {RowK, ColumnK};
gather(Left, K, RowK, ColumnK) ->
    receive
        {_, K, []} -> gather(Left - 1, K, RowK, ColumnK);
        {row_part, K, Part} -> gather(Left - 1, K, Part, ColumnK);
        {column_part, K, Part} -> gather(Left - 1, K, RowK, Part)
    end.

relax([], [], _) -> [];
relax([Way | Ways], [Line | Lines], RowK) -> [shorter(Way, Line, RowK) | relax(Ways, Lines, RowK)].

%% Five at once: a call for every one takes twice the time.
shorter(_, [], []) -> [];
shorter(Way, [A, B, C, D, E | Line], [F, G, H, I, J | RowK]) ->
    [least(A, Way + F), least(B, Way + G), least(C, Way + H), least(D, Way + I), least(E, Way + J)
     | shorter(Way, Line, RowK)].

least(X, Y) when X < Y -> X;
least(_, Y) -> Y.
