"""A fork makes one change at a moment and lives on; what it left stays as it was."""

from __future__ import annotations

import pytest

from engine import api
from tests.engine.timetravel.programs import BANK, FOREVER, TYPES, fields, finished, run_on, started, texts


def find_message(session: api.Session, text: str, branch: int = 0) -> int:
    """The number of the event that handles this message."""
    return session.message_texts(branch, 0, session.total(branch)).index(text)


def test_a_fork_without_a_change_is_the_same_run() -> None:
    session = finished(BANK)
    for n in range(session.total() + 1):
        branch = session.fork(0, n)
        progress = run_on(session, branch.id)
        assert progress.execution_hash == session.execution_hash(0)
        assert texts(session, branch.id) == texts(session, 0)
        assert session.first_difference(0, branch.id) is None


def test_a_message_can_be_injected() -> None:
    session = finished(BANK)
    branch = session.fork(0, find_message(session, "pay(Account#1, 10)"), api.Inject("Account#2.deposit(1000)"))
    run_on(session, branch.id)
    assert branch.change == "Account#2.deposit(1000)"
    assert "eve: 1120" in texts(session, branch.id)
    assert "eve: 1120" not in texts(session, 0)
    injected = find_message(session, "deposit(1000)", branch.id)
    event = session.event(branch.id, injected)
    assert event.flags & api.FLAG_INJECTED
    assert event.sender == api.OUTSIDE
    assert event.cause is None


FUNCTIONS = """\
struct Rule { name: string, holds: fn(int) -> bool }
actor Rules {
    state rules: list<Rule> = []
    state last: (fn(int) -> bool)? = none
    on add(name: string, n: int) {
        rules.push(Rule(name, fn(x) => x % n == 0))
        last = rules[rules.len() - 1].holds
    }
    on ask(x: int) { render {[rule.name for rule in rules if rule.holds(x)]} }
}
Rules.add("even", 2)
Rules.add("third", 3)
Rules.ask(6)
Rules.ask(9)
"""


def test_functions_in_the_state_live_on_after_a_fork() -> None:
    session = finished(FUNCTIONS)
    assert texts(session) == ['["even", "third"]', '["third"]']
    for n in range(session.total() + 1):
        branch = session.fork(0, n)
        assert run_on(session, branch.id).execution_hash == session.execution_hash(0)
        assert texts(session, branch.id) == texts(session, 0)
        assert session.first_difference(0, branch.id) is None
    assert session.verify().ok
    branch = session.fork(0, find_message(session, "ask(9)"), api.Inject('Rules.add("nine", 9)'))
    run_on(session, branch.id)
    assert texts(session, branch.id)[-1] == '["third"]'


def test_a_function_cannot_be_written_into_the_state() -> None:
    session = finished(FUNCTIONS)
    with pytest.raises(api.ForkError, match="a function cannot be written here"):
        session.fork(0, session.total(), api.SetField(1, "last", "fn(x) => true"))


def test_a_run_that_has_ended_goes_on_with_an_injected_message() -> None:
    session = finished(BANK)
    branch = session.fork(0, session.total(), api.Inject("Account.deposit(1)"))
    progress = run_on(session, branch.id)
    assert progress.total == session.total(0) + 1
    assert fields(session, branch.id, progress.total, 1)["balance"] == "81"


def test_the_next_message_can_have_other_arguments() -> None:
    session = finished(BANK)
    n = find_message(session, "pay(Account#2, 30)")
    branch = session.fork(0, n, api.EditMessage("(Account#2, 99)"))
    run_on(session, branch.id)
    assert branch.change == "pay(Account#2, 30) became pay(Account#2, 99)"
    assert session.message_text(branch.id, n) == "pay(Account#2, 99)"
    assert session.message_text(0, n) == "pay(Account#2, 30)"
    assert "eve: 189" in texts(session, branch.id)


def test_arguments_may_be_given_by_name_and_without_parentheses() -> None:
    session = finished(BANK)
    n = find_message(session, "pay(Account#2, 30)")
    branch = session.fork(0, n, api.EditMessage("amount: 5, to: Account#1"))
    assert branch.change.endswith("pay(Account#1, 5)")


def test_the_next_message_can_be_dropped() -> None:
    session = finished(BANK)
    n = find_message(session, "pay(Account#2, 30)")
    branch = session.fork(0, n, api.DropMessage())
    run_on(session, branch.id)
    assert "pay(Account#2, 30)" not in session.message_texts(branch.id, 0, session.total(branch.id))
    assert session.total(branch.id) == session.total(0) - 2


def test_a_field_can_be_set() -> None:
    session = finished(BANK)
    n = find_message(session, "pay(Account#1, 500)")
    branch = session.fork(0, n, api.SetField(2, "balance", "1_000"))
    run_on(session, branch.id)
    assert branch.change == "Account#2.balance: 120 became 1000"
    assert "ada: 580" in texts(session, branch.id)
    assert any("not enough" in text for text in texts(session, 0))


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("flag", "true", "true"),
        ("label", '"a\\nb #3"', "a\nb #3"),
        ("rate", "-2.5e10", "-25000000000.0"),
        ("rate", "3", "3.0"),
        ("wait", "3 ticks", "3ms"),
        ("orders", '[Order(id: 1, price: 2.0, note: "x"), Order(2, 1.0, none)]',
         '[Order(id: 1, price: 2.0, note: "x"), Order(id: 2, price: 1.0, note: none)]'),
        ("orders", "[]", "[]"),
        ("ages", '{"ada": 36, "eve": -1}', '{"ada": 36, "eve": -1}'),
        ("ages", "{}", "{}"),
        ("seen", "{3, 1, 3}", "{3, 1}"),
        ("pair", '(7, "seven")', '(7, "seven")'),
        ("other", "Keeper#2", "Keeper#2"),
        ("other", "none", "none"),
        ("best", "-9223372036854775808", "-9223372036854775808"),
    ],
)  # fmt: skip
def test_a_field_of_any_type_can_be_set(field: str, value: str, shown: str) -> None:
    session = finished(TYPES)
    branch = session.fork(0, session.total(), api.SetField(1, field, value))
    assert fields(session, branch.id, session.total(), 1)[field] == shown
    run_on(session, branch.id)
    assert session.verify(branch.id).ok


def test_a_message_may_carry_values_of_any_type() -> None:
    session = finished(TYPES)
    end = session.total()
    branch = session.fork(0, end, api.Inject('Keeper#2.all(true, "é\\"", 0.1, 5s, (1, "a"), none)'))
    branch = session.fork(branch.id, end, api.Inject('Keeper#2.order(Order(id: 4, price: 1e21, note: "n"))'))
    branch = session.fork(branch.id, end, api.Inject('Keeper#2.name({"a": 1}, {5})'))
    total = run_on(session, branch.id).total
    shown = fields(session, branch.id, total, 2)
    assert shown["label"] == 'é"'
    assert shown["wait"] == "5s"
    assert shown["orders"] == '[Order(id: 4, price: 1e+21, note: "n")]'
    assert (shown["ages"], shown["seen"]) == ('{"a": 1}', "{5}")
    assert session.message_texts(branch.id, end, total) == (
        'all(true, "é\\"", 0.1, 5s, (1, "a"), none)',
        'order(Order(id: 4, price: 1e+21, note: "n"))',
        'name({"a": 1}, {5})',
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (api.Inject("Acount.deposit(1)"), "there is no actor type Acount; the program has Account"),
        (api.Inject("Account.depsit(1)"), "Account has no message depsit; it takes deposit, pay"),
        (api.Inject("Account#9.deposit(1)"), "there is no Account#9 at this moment; there are Account#1, Account#2"),
        (api.Inject("Account#0.deposit(1)"), "there is no Account#0: actor 0 is main"),
        (api.Inject("Account.deposit()"), r"amount is missing; it takes \(amount: int\)"),
        (api.Inject("Account.deposit(1, 2)"), "Account.deposit takes 1 value, not 2"),
        (api.Inject("Account.deposit(amount: 1, amount: 2)"), "amount is given twice"),
        (api.Inject("Account.deposit(sum: 1)"), "Account.deposit has no parameter sum"),
        (api.Inject('Account.deposit("x")'), "a value of type int is expected, such as 5"),
        (api.Inject("Account.deposit(9223372036854775808)"), "9223372036854775808 does not fit into an int"),
        (api.Inject("Account.deposit(1"), "cannot be read: "),
        (api.Inject("5"), "5 is not a message"),
        (api.Inject(""), "is not a message"),
        (api.EditMessage('("x")'), "a value of type|missing"),
        (api.SetField(7, "balance", "1"), "there is no actor 7 at this moment; there are 3"),
        (api.SetField(1, "saldo", "1"), "Account#1 has no field saldo; its fields are owner, balance, history"),
        (api.SetField(1, "balance", "true"), "a value of type int is expected"),
        (api.SetField(1, "balance", "1, 2"), "1, 2 is not a value"),
        (api.SetField(1, "balance", ""), "nothing is not a value"),
        (api.SetField(1, "history", "[1, none]"), "a value of type int is expected"),
    ],
)
def test_a_change_that_cannot_be_made_is_refused_in_a_sentence(change: api.Change, words: str) -> None:
    session = finished(BANK)
    n = find_message(session, "pay(Account#2, 30)")
    with pytest.raises(api.ForkError, match=words):
        session.fork(0, n, change)
    assert len(session.branches()) == 1
    assert session.verify().ok


def test_at_the_end_there_is_no_message_to_change() -> None:
    session = finished(BANK)
    for change in (api.EditMessage("(1)"), api.DropMessage()):
        with pytest.raises(api.ForkError, match="no message is waiting at this moment"):
            session.fork(0, session.total(), change)


def test_a_faulted_actor_takes_no_messages() -> None:
    session = finished(BANK)
    with pytest.raises(api.ForkError, match="Account#2 has faulted and takes no messages any more"):
        session.fork(0, session.total(), api.Inject("Account#2.deposit(1)"))


def test_forks_of_forks_share_what_was_before() -> None:
    session = started(FOREVER)
    run_on(session, until=300)
    a = session.fork(0, 200, api.Inject("Clock#1.beat(50)"), "a")
    run_on(session, a.id, until=400)
    b = session.fork(a.id, 350, api.DropMessage())
    c = session.fork(b.id, 100, None, "c")
    run_on(session, b.id, until=500)
    run_on(session, c.id, until=300)
    assert [branch.parent for branch in session.branches()] == [None, 0, 1, 0]
    assert session.execution_hash(c.id) == session.execution_hash(0)
    for branch in session.branches():
        assert session.verify(branch.id).ok
        assert len(session.events(branch.id, 0, branch.total)) == branch.total
    assert session.events(b.id, 0, 350).tolist() == session.events(a.id, 0, 350).tolist()


def test_the_branch_that_was_left_can_run_on() -> None:
    session, plain = started(FOREVER), started(FOREVER)
    run_on(session, until=100)
    fork = session.fork(0, 50, api.DropMessage())
    run_on(session, fork.id, until=80)
    run_on(session, 0, until=300)
    run_on(plain, until=300)
    assert session.execution_hash(0) == plain.execution_hash(0)


_MEGABYTES = "a" * 3_000_000


@pytest.mark.parametrize(
    "change",
    [
        api.Inject(_MEGABYTES),
        api.Inject(f"Account.{_MEGABYTES}(1)"),
        api.Inject(f"Account.deposit({'9' * 3_000_000})"),
        api.EditMessage(f"({_MEGABYTES}: 1)"),
        api.SetField(1, _MEGABYTES, "1"),
        api.SetField(1, "balance", "1", _MEGABYTES),
        api.SetField(1, "balance", "[" * 3_000_000),
    ],
    ids=lambda change: type(change).__name__,
)
def test_what_a_refused_change_says_is_bounded(change: api.Change) -> None:
    with pytest.raises(api.ForkError) as refused:
        finished(BANK).fork(0, 3, change)
    assert 0 < len(str(refused.value)) < 1_100
