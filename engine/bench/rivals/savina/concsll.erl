-module(concsll).
-export([run/0]).

run() ->
    Main = self(),
    Sorted = spawn(fun() -> sorted_list([]) end),
    [spawn(fun() -> worker(Id, 2000, Sorted, Main) end) || Id <- lists:seq(0, 19)],
    [receive finished -> ok end || _ <- lists:seq(1, 20)],
    Sorted ! {checksum, Main},
    receive {answer, Total} -> Total end.

sorted_list(Values) ->
    receive
        {insert, By, X} ->
            By ! {answer, X},
            sorted_list(insert(X, Values));
        {contains, By, X} ->
            By ! {answer, lists:member(X, Values)},
            sorted_list(Values);
        {size, By} ->
            By ! {answer, length(Values)},
            sorted_list(Values);
        {checksum, By} -> By ! {answer, checksum(Values, 1, 0)}
    end.

insert(X, [First | Rest]) when First =< X -> [First | insert(X, Rest)];
insert(X, Values) -> [X | Values].

checksum([], _, Total) -> Total;
checksum([X | Rest], Place, Total) -> checksum(Rest, Place + 1, Total + Place * X).

worker(_, 0, _, Main) -> Main ! finished;
worker(Seed, Left, Sorted, Main) ->
    First = run:step(Seed),
    Second = run:step(First),
    X = run:below(Second, 100000),
    case run:below(First, 100) of
        Percent when Percent < 1 -> Sorted ! {size, self()};
        Percent when Percent < 11 -> Sorted ! {insert, self(), X};
        _ -> Sorted ! {contains, self(), X}
    end,
    receive {answer, _} -> worker(Second, Left - 1, Sorted, Main) end.
