-module(barber).
-export([run/0]).
-include("step.hrl").

-define(HAIRCUTS, 5000).
-define(CHAIRS, 1000).
-define(BUSY, 1000).

run() ->
    Main = self(),
    Barber = spawn(fun() -> barber(0, 1) end),
    Room = spawn(fun() -> room(queue:new(), 0, true, Barber) end),
    spawn(fun() -> shop(?HAIRCUTS, 0, 2, Room, Main) end),
    Haircuts = receive {haircuts, N} -> N end,
    [Pid ! stop || Pid <- [Room, Barber]],
    Haircuts.

%% A random number, and so many more as it says: the last one.
busy(High, Low) ->
    {NewHigh, NewLow} = step(High, Low),
    busy((NewHigh bsr 1) rem ?BUSY + 10, NewHigh, NewLow).

busy(0, High, Low) -> {High, Low};
busy(Times, High, Low) ->
    {NewHigh, NewLow} = step(High, Low),
    busy(Times - 1, NewHigh, NewLow).

room(Waiting, Count, BarberSleeps, Barber) ->
    receive
        {enter, Who} when Count == ?CHAIRS ->
            Who ! full,
            room(Waiting, Count, BarberSleeps, Barber);
        {enter, Who} when BarberSleeps ->
            self() ! next_one,
            room(queue:in(Who, Waiting), Count + 1, false, Barber);
        {enter, Who} ->
            Who ! wait,
            room(queue:in(Who, Waiting), Count + 1, false, Barber);
        next_one when Count == 0 ->
            Barber ! wait,
            room(Waiting, Count, true, Barber);
        next_one ->
            {{value, Who}, Rest} = queue:out(Waiting),
            Barber ! {enter, Who, self()},
            room(Rest, Count - 1, BarberSleeps, Barber);
        stop -> ok
    end.

barber(High, Low) ->
    receive
        {enter, Who, Room} ->
            Who ! start,
            {NewHigh, NewLow} = busy(High, Low),
            Who ! done,
            Room ! next_one,
            barber(NewHigh, NewLow);
        wait -> barber(High, Low);
        stop -> ok
    end.

customer(Shop) ->
    receive
        full ->
            Shop ! {returned, self()},
            customer(Shop);
        wait -> customer(Shop);
        start -> customer(Shop);
        done -> Shop ! done
    end.

shop(0, _, _, Room, Main) -> serve(0, Room, Main);
shop(Left, High, Low, Room, Main) ->
    Shop = self(),
    Room ! {enter, spawn(fun() -> customer(Shop) end)},
    {NewHigh, NewLow} = busy(High, Low),
    shop(Left - 1, NewHigh, NewLow, Room, Main).

serve(?HAIRCUTS, _, Main) -> Main ! {haircuts, ?HAIRCUTS};
serve(Haircuts, Room, Main) ->
    receive
        {returned, Who} ->
            Room ! {enter, Who},
            serve(Haircuts, Room, Main);
        done -> serve(Haircuts + 1, Room, Main)
    end.
