-module(fib).
-export([run/0]).

run() ->
    Main = self(),
    spawn(fun() -> fib(Main) end) ! {request, 25},
    receive {answer, Total} -> Total end.

fib(Parent) ->
    receive
        {request, N} when N =< 2 -> Parent ! {answer, 1};
        {request, N} ->
            Self = self(),
            [spawn(fun() -> fib(Self) end) ! {request, N - I} || I <- [1, 2]],
            Parent ! {answer, answer() + answer()}
    end.

answer() -> receive {answer, X} -> X end.
