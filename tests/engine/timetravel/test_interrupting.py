"""Stopping works in the middle of a turn, and a turn that was stopped did not happen."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from engine import api
from engine.vm.calls import CallError
from engine.vm.machine import Machine
from tests.engine.timetravel.programs import FOREVER, STUCK, finished, run_on, started, texts

HEAVY = """\
fn fib(n: int) -> int { return if n < 2 { n } else { fib(n - 1) + fib(n - 2) } }
actor Worker {
    state sum: int = 0
    on work(n: int) {
        sum = sum +% fib(24)
        self.work(n + 1)
    }
}
let worker = spawn Worker()
worker.work(0)
"""


@contextmanager
def interrupted_when(session: api.Session, ready: threading.Event) -> Iterator[list[float]]:
    """Inside, another thread interrupts the session once ``ready`` is set; gives the time when it did."""
    at: list[float] = []

    def wait() -> None:
        ready.wait(30)
        at.append(time.perf_counter())
        session.interrupt()

    thread = threading.Thread(target=wait)
    thread.start()
    try:
        yield at
    finally:
        ready.set()
        thread.join()


def advance_until_stopped(session: api.Session, ready: threading.Event) -> tuple[api.Progress, float]:
    """Runs on; sets ``ready`` when the call that will hang is about to be made."""
    while True:
        timer = threading.Timer(0.05, ready.set)
        timer.start()
        progress = session.advance()
        stopped = time.perf_counter()
        timer.cancel()
        timer.join()
        if progress.status is not api.Status.RUNNING:
            return progress, stopped


@pytest.mark.parametrize("keep_events", [True, False])
@pytest.mark.parametrize("record", [True, False])
def test_an_endless_loop_is_stopped_and_its_turn_did_not_happen(keep_events: bool, record: bool) -> None:
    session = started(STUCK, keep_events=keep_events, record=record)
    ready = threading.Event()
    with interrupted_when(session, ready) as at:
        progress, stopped = advance_until_stopped(session, ready)
    assert progress.status is api.Status.INTERRUPTED
    assert stopped >= at[0]
    assert texts(session) == [str(n) for n in range(1, 51)]
    assert session.actor(0, progress.total, 1).fields[0].value.text == "50"
    assert [message.text for message in session.waiting(0, progress.total, 1)] == ["hang()"]
    assert session.verify().ok
    assert len(session.events(0, 0, progress.total)) == progress.total


def test_an_impatient_user_changes_nothing() -> None:
    session = started(STUCK)
    done = threading.Event()

    def insist() -> None:
        while not done.is_set():
            session.interrupt()

    while session.total() < 40:
        session.advance(3)
    thread = threading.Thread(target=insist)
    thread.start()
    for _ in range(50):
        assert session.advance().status is api.Status.INTERRUPTED
    done.set()
    thread.join()
    assert session.verify().ok
    assert texts(session) == [str(n) for n in range(1, len(texts(session)) + 1)]


def test_a_stopped_run_can_be_forked_around_the_loop() -> None:
    session = started(STUCK)
    ready = threading.Event()
    with interrupted_when(session, ready):
        progress, _ = advance_until_stopped(session, ready)
    branch = session.fork(0, progress.total, api.DropMessage())
    assert run_on(session, branch.id).status is api.Status.FINISHED


def test_long_turns_are_stopped_and_the_run_is_still_whole() -> None:
    session = started(HEAVY)
    ready = threading.Event()
    with interrupted_when(session, ready):
        for _ in range(4):
            session.advance()
        ready.set()
        while session.advance().status is api.Status.RUNNING:
            pass
    assert session.verify().ok


def test_seeking_can_be_stopped_and_done_again() -> None:
    session = started(HEAVY, record=False)
    for _ in range(6):
        session.advance()
    ready = threading.Event()
    other = api.Session.start(session.program, 3, record=False)
    run_on(other, until=session.total())

    def verify_for_long() -> None:
        ready.set()
        for _ in range(1_000):
            session.verify()

    with interrupted_when(session, ready), pytest.raises(api.Interrupted):
        verify_for_long()
    assert session.state_digest(0, session.total()) == other.state_digest(0, session.total())


def test_an_interrupt_that_comes_too_late_does_nothing() -> None:
    session = started(FOREVER)
    session.interrupt()
    assert session.advance(1_000).status is api.Status.RUNNING


def test_stopping_one_session_leaves_others_running() -> None:
    session, other = started(FOREVER), started(FOREVER)
    done = threading.Event()

    def disturb() -> None:
        while not done.is_set():
            other.interrupt()

    thread = threading.Thread(target=disturb)
    thread.start()
    run_on(session, until=100_000)
    done.set()
    thread.join()
    run_on(other, until=100_000)
    assert session.execution_hash() == other.execution_hash()


def test_runaway_recursion_is_the_same_fault_every_time() -> None:
    source = "fn down(n: int) -> int { return down(n + 1) + 1 }\nactor A { on go() { render {down(0)} } }\nA.go()\n"
    runs = [finished(source) for _ in range(3)]
    faults = {run.outputs()[0].fault for run in runs}
    assert len(faults) == 1
    (fault,) = faults
    assert fault is not None
    assert fault.kind == "recursion_too_deep"
    assert fault.line == 1
    assert len({run.execution_hash() for run in runs}) == 1


def test_a_turn_that_is_stopped_behind_an_await_waits_again() -> None:
    session = started(
        """
actor Echo { on echo(n: int) -> int { render {n} } }
actor Spinner(echo: Echo) {
    state rounds: int = 0
    on spin() {
        rounds = 1
        let n = await echo.echo(1)
        while true { rounds += n }
    }
}
let echo = spawn Echo()
let spinner = spawn Spinner(echo)
spinner.spin()
"""
    )
    ready = threading.Event()
    with interrupted_when(session, ready):
        progress, _ = advance_until_stopped(session, ready)
    state = session.actor(0, progress.total, 2)
    assert (state.status, state.fields[1].value.text) == ("awaiting", "1")
    assert [message.text for message in session.waiting(0, progress.total, 2)] == ["echo -> 1"]
    assert session.verify().ok


FAILING = """\
actor Child { on go() { } }
actor Worker(id: int) {
    state seen: int = 0
    on work(n: int) {
        let children = [spawn Child() for i in 0..20]
        for child in children { child.go() }
        seen += n
        if n % 3 == 0 { fail f"{id} cannot do {n}" }
    }
}
let workers = [spawn Worker(i) restart on_fault(max: 1000, within: 1s) for i in 0..4]
for n in 0..40 { for worker in workers { worker.work(n) } }
"""


def test_a_stop_that_comes_while_a_fault_is_taken_back_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = started(FAILING)
    run_on(expected)
    session = started(FAILING)
    recover, stops = Machine._recover, 0

    def stopped_at_every_fault(machine: Machine, error: CallError) -> None:
        nonlocal stops
        stops += 1
        session.interrupt()
        recover(machine, error)

    monkeypatch.setattr(Machine, "_recover", stopped_at_every_fault)
    for _ in range(1000):
        progress = session.advance()
        if progress.status not in (api.Status.RUNNING, api.Status.INTERRUPTED):
            break
    monkeypatch.undo()
    assert stops >= 4 * 14
    assert progress.status is api.Status.FINISHED
    assert texts(session) == texts(expected)
    assert progress.execution_hash == expected.advance().execution_hash
