-module(sor).
-export([run/0]).

-define(SIZE, 20).
-define(ROUNDS, 100).
-define(OMEGA, 1.25).

run() ->
    Main = self(),
    Places = [{Row, Column} || Row <- lists:seq(0, ?SIZE - 1), Column <- lists:seq(0, ?SIZE - 1)],
    {Cells, _} = lists:mapfoldl(fun({Row, Column}, Seed) ->
        Next = run:step(Seed),
        First = ((Next bsr 33) band 16#7fffffff) / 2147483648.0 * 1.0e-6,
        {spawn(fun() -> cell(First, (Row + Column) rem 2 == 1, Main) end), Next}
    end, 10101010, Places),
    All = maps:from_list(lists:zip(Places, Cells)),
    [maps:get({Row, Column}, All) ! {start, near(Row, Column, All)} || {Row, Column} <- Places],
    lists:sum([receive {result, Value} -> Value end || _ <- Cells]).

near(Row, Column, All) ->
    Around = [{Row, Column + 1}, {Row + 1, Column}, {Row, Column - 1}, {Row - 1, Column}],
    [maps:get(Place, All) || Place <- Around, is_map_key(Place, All)].

cell(Value, IsBlack, Main) ->
    receive
        {start, Neighbours} when IsBlack ->
            tell(Value, Neighbours),
            cell(Value, Neighbours, 1, Main);
        {start, Neighbours} -> cell(Value, Neighbours, 0, Main)
    end.

cell(Value, _, ?ROUNDS, Main) -> Main ! {result, Value};
cell(Value, Neighbours, Round, Main) ->
    Total = gather(Neighbours, 0.0),
    New = 0.25 * ?OMEGA * Total + (1.0 - ?OMEGA) * Value,
    tell(New, Neighbours),
    cell(New, Neighbours, Round + 1, Main).

tell(Value, Neighbours) -> [One ! {neighbour, Value} || One <- Neighbours].

gather([], Total) -> Total;
gather([_ | Left], Total) -> receive {neighbour, X} -> gather(Left, Total + X) end.
