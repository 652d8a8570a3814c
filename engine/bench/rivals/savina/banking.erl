-module(banking).
-export([run/0]).

-define(ACCOUNTS, 1000).
-define(TRANSFERS, 50000).
-define(BALANCE, 1000000).

%% The teller makes garbage beside a long mailbox, which the collector need not look through where it is off the heap.
run() ->
    Main = self(),
    spawn_opt(fun() -> teller(Main) end, [{message_queue_data, off_heap}]),
    receive {total, Total} -> Total end.

teller(Main) ->
    Self = self(),
    Accounts = [spawn(fun() -> account(Id, ?BALANCE, Self) end) || Id <- lists:seq(0, ?ACCOUNTS - 1)],
    order(?TRANSFERS, 123456, list_to_tuple(Accounts)),
    [receive transferred -> ok end || _ <- lists:seq(1, ?TRANSFERS)],
    [Account ! stop || Account <- Accounts],
    Main ! {total, lists:sum([receive {balance, Amount} -> Amount end || _ <- Accounts])}.

%% From a lower account to a higher one, so that no two wait for each other.
order(0, _, _) -> ok;
order(Left, Seed, Accounts) ->
    First = run:step(Seed),
    Giver = run:below(First, ?ACCOUNTS div 10 * 8),
    Second = run:step(First),
    Taker = Giver + max(1, run:below(Second, ?ACCOUNTS - Giver)),
    Third = run:step(Second),
    element(Giver + 1, Accounts) ! {credit, run:below(Third, 1000), element(Taker + 1, Accounts)},
    order(Left - 1, Third, Accounts).

account(Id, Balance, Teller) ->
    receive
        stop -> Teller ! {balance, (Id + 1) * Balance};
        Order -> account(Id, follow(Order, Balance, [], [], Teller), Teller)
    end.

%% Follows orders until there is none in the stash; the account's balance then.
follow({debit, Amount, Creditor}, Balance, Stash, Later, Teller) ->
    Creditor ! debited,
    unstash(Balance + Amount, Stash, Later, Teller);
follow({credit, Amount, Recipient}, Balance, Stash, Later, Teller) ->
    Recipient ! {debit, Amount, self()},
    wait(Balance - Amount, Stash, Later, Teller).

%% An account that waits for the other side keeps what comes in the meantime for later.
wait(Balance, Stash, Later, Teller) ->
    receive
        debited ->
            Teller ! transferred,
            unstash(Balance, Stash, Later, Teller);
        Order -> wait(Balance, Stash, [Order | Later], Teller)
    end.

unstash(Balance, [], [], _) -> Balance;
unstash(Balance, [], Later, Teller) -> unstash(Balance, lists:reverse(Later), [], Teller);
unstash(Balance, [Order | Stash], Later, Teller) -> follow(Order, Balance, Stash, Later, Teller).
