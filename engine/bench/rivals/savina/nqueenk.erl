-module(nqueenk).
-export([run/0]).

-define(SIZE, 12).
-define(DEPTH, 4).
-define(WORKERS, 20).

run() ->
    Main = self(),
    Workers = list_to_tuple([spawn(fun() -> worker(Main) end) || _ <- lists:seq(1, ?WORKERS)]),
    element(1, Workers) ! {work, []},
    Solutions = master(Workers, 1, 0, 0),
    [Worker ! stop || Worker <- tuple_to_list(Workers)],
    [receive ended -> ok end || _ <- tuple_to_list(Workers)],
    Solutions.

master(_, Sent, Sent, Solutions) -> Solutions;
master(Workers, Sent, Completed, Solutions) ->
    receive
        {work, _} = Work ->
            element(Sent rem ?WORKERS + 1, Workers) ! Work,
            master(Workers, Sent + 1, Completed, Solutions);
        solution -> master(Workers, Sent, Completed, Solutions + 1);
        done -> master(Workers, Sent, Completed + 1, Solutions)
    end.

worker(Main) ->
    receive
        {work, Board} ->
            case length(Board) of
                Row when Row < ?DEPTH -> [Main ! {work, Larger} || Larger <- larger(Board)];
                Row -> search(Board, Row, Main)
            end,
            Main ! done,
            worker(Main);
        stop -> Main ! ended
    end.

search(_, ?SIZE, Main) -> Main ! solution;
search(Board, Row, Main) -> [search(Larger, Row + 1, Main) || Larger <- larger(Board)].

larger(Board) ->
    [Larger || Column <- lists:seq(0, ?SIZE - 1), Larger <- [Board ++ [Column]], is_valid(Larger)].

%% Whether no two of the queens threaten each other.
is_valid([]) -> true;
is_valid([P | Others]) -> is_safe(P, 1, Others) andalso is_valid(Others).

is_safe(P, Rows, [Q | Others]) when Q =/= P, Q - P =/= Rows, P - Q =/= Rows -> is_safe(P, Rows + 1, Others);
is_safe(_, _, Others) -> Others == [].
