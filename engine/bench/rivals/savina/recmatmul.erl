-module(recmatmul).
-export([run/0]).

-define(N, 256).
-define(BLOCK, 1024).
-define(WORKERS, 20).

run() ->
    Main = self(),
    Roomy = [{min_heap_size, 16 * ?N * ?N}],
    Workers = list_to_tuple([spawn_opt(fun() -> worker(Main) end, Roomy) || _ <- lists:seq(1, ?WORKERS)]),
    send({0, 0, 0, 0, 0, 0, ?N}, Workers),
    master(Workers, 1, 0),
    [Worker ! stop || Worker <- tuple_to_list(Workers)],
    lists:sum([receive {result, Part} -> Part end || _ <- tuple_to_list(Workers)]).

%% The same part of the product always goes to the same worker.
send({_, _, _, _, RowC, ColumnC, _} = Work, Workers) ->
    element((RowC + ColumnC) rem ?WORKERS + 1, Workers) ! {work, Work}.

master(_, Sent, Sent) -> done;
master(Workers, Sent, Completed) ->
    receive
        {work, Work} ->
            send(Work, Workers),
            master(Workers, Sent + 1, Completed);
        done -> master(Workers, Sent, Completed + 1)
    end.

worker(Main) ->
    Places = lists:seq(0, ?N * ?N - 1),
    A = list_to_tuple([float(I div ?N) || I <- Places]),
    B = list_to_tuple([float(I rem ?N) || I <- Places]),
    worker(A, B, #{}, Main).

%% The worker's part of the product is a list of numbers for every block, by its first row and column.
worker(A, B, C, Main) ->
    receive
        {work, {_, _, _, _, _, _, Dim} = Work} when Dim * Dim > ?BLOCK ->
            [Main ! {work, Part} || Part <- split(Work, Dim div 2)],
            Main ! done,
            worker(A, B, C, Main);
        {work, {_, _, _, _, RowC, ColumnC, _} = Work} ->
            Block = multiply(Work, A, B),
            Main ! done,
            Add = fun(Others) -> lists:zipwith(fun(X, Y) -> X + Y end, Others, Block) end,
            worker(A, B, maps:update_with({RowC, ColumnC}, Add, Block, C), Main);
        stop -> Main ! {result, lists:sum(lists:append(maps:values(C)))}
    end.

split({RowA, ColumnA, RowB, ColumnB, RowC, ColumnC, _}, Half) ->
    [{RowA + I, ColumnA + K, RowB + K, ColumnB + J, RowC + I, ColumnC + J, Half}
     || I <- [0, Half], J <- [0, Half], K <- [0, Half]].

multiply({RowA, ColumnA, RowB, ColumnB, _, _, Dim}, A, B) ->
    Steps = lists:seq(0, Dim - 1),
    Columns = [[element((RowB + K) * ?N + ColumnB + J + 1, B) || K <- Steps] || J <- Steps],
    Rows = [[element((RowA + I) * ?N + ColumnA + K + 1, A) || K <- Steps] || I <- Steps],
    [product(Row, Column, 0.0) || Row <- Rows, Column <- Columns].

%% Four at once, because only what a function hands on is put into memory.
product([], [], Total) -> Total;
product([A, B, C, D | Row], [E, F, G, H | Column], Total) ->
    product(Row, Column, Total + A * E + B * F + C * G + D * H).
