-module(spawn).
-export([run/0]).

run() ->
    Main = self(),
    spawn(fun() -> tree(Main, 0, 1000000) end),
    receive Sum -> Sum end.

tree(Parent, First, 1) -> Parent ! First;
tree(Parent, First, Size) ->
    Self = self(),
    Part = Size div 10,
    [spawn(fun() -> tree(Self, First + I * Part, Part) end) || I <- lists:seq(0, 9)],
    Parent ! lists:sum([receive Sum -> Sum end || _ <- lists:seq(1, 10)]).
