"""Programs that the tests of time travel run, compiled once each."""

from __future__ import annotations

from functools import cache

from engine import api

BANK = """\
actor Account(owner: string) {
    state balance: int = 100
    state history: list<int> = []

    on deposit(amount: int) {
        balance += amount
        history.push(amount)
        render {f"{owner}: {balance}"}
    }

    on pay(to: Account, amount: int) {
        assert amount <= balance, "not enough"
        balance -= amount
        to.deposit(amount)
    }
}
let ada = spawn Account("ada")
let eve = spawn Account("eve")
ada.pay(eve, 30)
eve.pay(ada, 10)
after 5ms eve.pay(ada, 500)
"""

TYPES = """\
struct Order { id: int, price: float = 1.5, note: string? = none }

actor Keeper {
    state flag: bool = false
    state label: string = ""
    state rate: float = 0.0
    state wait: duration = 10ms
    state orders: list<Order> = []
    state ages: dict<string, int> = {}
    state seen: set<int> = {1, 2}
    state pair: (int, string) = (1, "one")
    state other: Keeper? = none
    state best: int? = none

    on all(flag_: bool, label_: string, rate_: float, wait_: duration, pair_: (int, string), best_: int?) {
        flag = flag_
        label = label_
        rate = rate_
        wait = wait_
        pair = pair_
        best = best_
    }
    on order(o: Order) { orders.push(o) }
    on name(ages_: dict<string, int>, seen_: set<int>) {
        ages = ages_
        seen = seen_
    }
    on meet(k: Keeper) { other = k }
}
let first = spawn Keeper()
let second = spawn Keeper()
first.meet(second)
"""

FOREVER = """\
actor Clock {
    state beats: int = 0
    on beat(n: int) {
        beats += 1
        self.beat(n + random_int(1, 3))
    }
}
let clocks = [spawn Clock() for i in 0..5]
for clock in clocks { clock.beat(0) }
"""

STUCK = """\
actor Worker {
    state done: int = 0
    on work(n: int) {
        done = n
        render {n}
        if n < 50 { self.work(n + 1) } else { self.hang() }
    }
    on hang() {
        done = -1
        while true { done = done +% 1 }
    }
}
let worker = spawn Worker()
worker.work(1)
"""

PICTURES = """\
actor Counter(step: int) {
    state count: int = 0
    on go(left: int) {
        count += step
        if left > 0 { self.go(left - 1) }
    }
}
let one = spawn Counter(1)
let two = spawn Counter(10)
one.go(3)
two.go(3)
every 2ms render distributed state {
    one.count
    two.count
}
render timeline {
    node Auth -> Recommender at 10ms payload "login event"
    node Recommender -> UI at tick=125 payload {"items": [1, 2, 3]}
}
"""


@cache
def program(text: str) -> api.Program:
    """The compiled program of a text without mistakes."""
    build = api.compile(text, "test.aefl")
    assert build.program is not None, [problem.message for problem in build.problems]
    return build.program


def started(text: str, *, keep_events: bool = True, record: bool = True) -> api.Session:
    """A run at its beginning."""
    return api.Session.start(program(text), seed=3, keep_events=keep_events, record=record)


def run_on(session: api.Session, branch: int | None = None, until: int | None = None) -> api.Progress:
    """Runs a branch on until it stops, or has ``until`` events."""
    while True:
        total = session.total(branch or 0)
        progress = session.advance(100_000 if until is None else until - total, branch=branch)
        if progress.status is not api.Status.RUNNING or progress.total == until:
            return progress


def finished(text: str, *, keep_events: bool = True, record: bool = True) -> api.Session:
    """A run that has come to its end."""
    session = started(text, keep_events=keep_events, record=record)
    assert run_on(session).status is api.Status.FINISHED
    return session


def texts(session: api.Session, branch: int = 0) -> list[str]:
    """What a branch rendered, faults too."""
    return [output.text for output in session.outputs(branch)]


def fields(session: api.Session, branch: int, n: int, actor: int) -> dict[str, str]:
    """The texts of an actor's fields at a moment."""
    return {field.name: field.value.text for field in session.actor(branch, n, actor).fields}
