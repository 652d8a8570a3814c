-module(bndbuffer).
-export([run/0]).
-include("step.hrl").

-define(BUFFER, 50).
-define(PRODUCERS, 40).
-define(CONSUMERS, 40).
-define(ITEMS, 1000).
-define(COST, 250).

run() ->
    Main = self(),
    spawn(fun() -> manager(Main) end),
    receive {used, Used} -> Used end.

work(Item) -> work(?COST, 0, ?COST, Item).

work(0, _, _, Item) -> Item;
work(Left, High, Low, Item) ->
    {NewHigh, NewLow} = step(High, Low),
    work(Left - 1, NewHigh, NewLow, Item + math:log((NewHigh bsr 1) / 2147483648.0 + 0.01)).

producer(Manager, Item, Left) ->
    receive
        produce when Left == 0 -> Manager ! producer_ends;
        produce ->
            New = work(Item),
            Manager ! {put, New, self()},
            producer(Manager, New, Left - 1)
    end.

consumer(Manager, Item, Used) ->
    receive
        {consume, Data} ->
            New = work(Item + Data),
            Manager ! {ready, self()},
            consumer(Manager, New, Used + 1);
        stop -> Manager ! {consumer_ends, Used}
    end.

manager(Main) ->
    Self = self(),
    Consumers = [spawn(fun() -> consumer(Self, 0.0, 0) end) || _ <- lists:seq(1, ?CONSUMERS)],
    [spawn(fun() -> producer(Self, 0.0, ?ITEMS) end) ! produce || _ <- lists:seq(1, ?PRODUCERS)],
    manage(queue:from_list(Consumers), queue:new(), queue:new(), ?PRODUCERS),
    [Consumer ! stop || Consumer <- Consumers],
    Main ! {used, lists:sum([receive {consumer_ends, Used} -> Used end || _ <- Consumers])}.

%% Until no producer is left and every consumer waits.
manage(Consumers, Producers, Buffer, Left) ->
    case Left == 0 andalso queue:len(Consumers) == ?CONSUMERS of
        true -> ok;
        false ->
            receive
                {put, Item, Producer} ->
                    {NewConsumers, NewBuffer} = put_item(Item, Consumers, Buffer),
                    case queue:len(NewBuffer) >= ?BUFFER - ?PRODUCERS of
                        true -> manage(NewConsumers, queue:in(Producer, Producers), NewBuffer, Left);
                        false ->
                            Producer ! produce,
                            manage(NewConsumers, Producers, NewBuffer, Left)
                    end;
                {ready, Consumer} ->
                    case queue:out(Buffer) of
                        {empty, _} -> manage(queue:in(Consumer, Consumers), Producers, Buffer, Left);
                        {{value, Item}, Rest} ->
                            Consumer ! {consume, Item},
                            manage(Consumers, wake(Producers), Rest, Left)
                    end;
                producer_ends -> manage(Consumers, Producers, Buffer, Left - 1)
            end
    end.

put_item(Item, Consumers, Buffer) ->
    case queue:out(Consumers) of
        {empty, _} -> {Consumers, queue:in(Item, Buffer)};
        {{value, Consumer}, Rest} ->
            Consumer ! {consume, Item},
            {Rest, Buffer}
    end.

wake(Producers) ->
    case queue:out(Producers) of
        {empty, _} -> Producers;
        {{value, Producer}, Rest} ->
            Producer ! produce,
            Rest
    end.
