"""The benchmarks: which program, against whom, and what is to be reached.

Times are those of the work alone: compiling, starting a process and reading its output are outside, except where they
are what is measured. AeroFlow always runs with its event log, payload hash and depth limit on.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from engine import api
from engine.bench.compilation import (
    check_large,
    compile_huge,
    compile_large,
    compile_literals,
    compile_small,
    format_huge,
)
from engine.bench.harness import Bar, Contender, Result, Timed, compare
from engine.bench.json_reading import read_json, read_json_fields
from engine.bench.rival_programs import rivals
from engine.vm.machine import EVENTS_MAX, LOG_EVENTS, LOG_NOTHING, Batch, Machine
from engine.vm.records import read_outputs

PROGRAMS = Path(__file__).parent / "programs"
SOAK_EVENTS = 100_000_000
FIB_CALLS_RATIO = 331_160_281 / 2_692_537
"""Calls of fib(40) per call of fib(30), whose time stands in for CPython's half minute."""


MESSAGE_BARS = [Bar("Go", 0.1), Bar("Erlang", 0.1)]


def program(name: str) -> api.Program:
    """A benchmark's program, compiled."""
    path = PROGRAMS / f"{name}.aefl"
    build = api.compile(path.read_text(encoding="utf-8"), str(path))
    assert build.program is not None, [problem.message for problem in build.problems]
    return build.program


def run_once(compiled: api.Program, *, log: bool = True, record: bool = False) -> tuple[str, int]:
    """A whole run: (the last thing it rendered, nanoseconds). With ``log``, every event comes out as a row."""
    session = api.Session.start(compiled, 0, keep_events=log, record=record)
    start = time.perf_counter_ns()
    texts: list[str] = []
    while True:
        progress = session.advance(max_events=2_000_000)
        texts.extend(output.text for output in progress.outputs)
        if progress.status is not api.Status.RUNNING:
            return texts[-1] if texts else "", time.perf_counter_ns() - start


def run_traced(compiled: api.Program, *, log: bool = True) -> tuple[str, int]:
    """A whole run on the bare machine that writes down every event and hands all of them to the host, which counts
    them: (the last thing it rendered, nanoseconds)."""
    machine = Machine(compiled, 0)
    machine.logging = LOG_EVENTS if log else LOG_NOTHING
    texts: list[str] = []
    seen = 0

    def take(batch: Batch) -> None:
        nonlocal seen
        seen += len(batch.events)
        texts.extend(output.text for output in read_outputs(batch, machine.events))

    start = time.perf_counter_ns()
    machine.run(None, EVENTS_MAX, take)
    nanoseconds = time.perf_counter_ns() - start
    assert not log or seen == machine.events, f"{machine.events} events happened, {seen} were written down"
    return texts[-1] if texts else "", nanoseconds


def warmed(timed: Timed) -> tuple[str, int]:
    """The second of two runs, as the rivals do it: the first one warms caches up that the others before have cooled."""
    timed()
    return timed()


def against_rivals(name: str, what: str, bars: list[Bar], rounds: int, python_scale: float = 1.0) -> Result:
    """One program of ours against the same work elsewhere; beside it, ours in a session that keeps every event."""
    compiled = program(name)
    run_once(compiled)
    ours = [
        Contender("AeroFlow", lambda: warmed(lambda: run_traced(compiled))),
        Contender("  events kept", lambda: warmed(lambda: run_once(compiled))),
    ]
    with tempfile.TemporaryDirectory() as scratch:
        return compare(name, what, [*ours, *rivals(name, Path(scratch), python_scale)], bars, rounds)


def fib(rounds: int) -> Result:
    """Naive recursion."""
    bars = [Bar("Go", 0.8), Bar("gcc -O2", 1.0), Bar("Node", 0.5)]
    return against_rivals("fib", "fib(40), 331,160,281 calls, depth limit on", bars, rounds, FIB_CALLS_RATIO)


def thread_ring(rounds: int) -> Result:
    """100 actors, a million hops."""
    what = "thread ring, 100 actors, 1 M hops, events and hash on"
    return against_rivals("thread_ring", what, MESSAGE_BARS, rounds)


def ping_pong(rounds: int) -> Result:
    """A million messages between two."""
    return against_rivals("ping_pong", "ping-pong, 1 M messages, events and hash on", MESSAGE_BARS, rounds)


def spawn(rounds: int) -> Result:
    """A tree with a million leaves."""
    return against_rivals("spawn", "1,111,111 actors spawned, their numbers added up", [Bar("Go", 1 / 8)], rounds)


def sort(rounds: int) -> Result:
    """A million random ints."""
    return against_rivals("sort", "1 M random ints made, sorted and read", [Bar("Go", 1.0)], rounds)


def dict_strings(rounds: int) -> Result:
    """A dict of a million strings."""
    what = "a dict of 1 M strings filled, 1 M found in it, 1 M missing"
    return against_rivals("dict_strings", what, [Bar("Go", 1.0)], rounds)


def word_count(rounds: int) -> Result:
    """The words of a long text."""
    return against_rivals("word_count", "10 MB of text made, split and counted", [Bar("Go", 1.0)], rounds)


def elementary(rounds: int) -> Result:
    """Functions of ``math``."""
    return against_rivals("elementary", "1 M each of exp, log, sin and cos", [Bar("Go", 1.5)], rounds)


def recording(rounds: int) -> Result:
    """What recording costs."""
    compiled = program("thread_ring")
    run_once(compiled, log=False)
    contenders = [
        Contender("recorded", lambda: warmed(lambda: run_once(compiled, log=False, record=True))),
        Contender("unrecorded", lambda: warmed(lambda: run_once(compiled, log=False))),
    ]
    what = "1 M messages recorded (inputs, hashes, checkpoints) against not recorded"
    return compare("recording", what, contenders, [Bar("unrecorded", 1.05)], rounds)


def log(rounds: int) -> Result:
    """What it costs to write down every event."""
    compiled = program("thread_ring")
    run_traced(compiled)
    contenders = [
        Contender("all events", lambda: warmed(lambda: run_traced(compiled))),
        Contender("no events", lambda: warmed(lambda: run_traced(compiled, log=False))),
    ]
    return compare("log", "1 M messages, every event written down or none", contenders, [Bar("no events", 1.5)], rounds)


def soak(rounds: int) -> Result:
    """A hundred million messages that change state, in memory that stays as it was: raises AssertionError otherwise."""
    compiled = program("soak")

    def run() -> tuple[str, int]:
        machine = Machine(compiled, 0)
        start = time.perf_counter_ns()
        machine.run(None, SOAK_EVENTS // 100)
        early = machine.heap_bytes
        machine.run(None, SOAK_EVENTS)
        late = machine.heap_bytes
        assert late <= early, f"{early:,} bytes after a hundredth of the messages, {late:,} after all"
        return f"{late:,} bytes", time.perf_counter_ns() - start

    what = f"{SOAK_EVENTS:,} messages; the answer is the size of the heap"
    return compare("soak", what, [Contender("AeroFlow", run)], [], min(rounds, 1))


def seek(rounds: int) -> Result:
    """100 seeks over a run of a million events: the 95th percentile against a whole replay and against 50 ms."""
    compiled = program("thread_ring")
    session = api.Session.start(compiled, 0, keep_events=False, record=True)
    while session.advance(max_events=2_000_000).status is api.Status.RUNNING:
        pass
    total = session.total(0)
    places = [(i * 7_919 * 104_729) % total for i in range(1, 101)]
    session.picture(0, total)

    def seeks() -> tuple[str, int]:
        times = []
        for n in places:
            start = time.perf_counter_ns()
            session.picture(0, n)
            times.append(time.perf_counter_ns() - start)
        return "", sorted(times)[94]

    def replay() -> tuple[str, int]:
        return run_once(compiled, log=False)

    contenders = [
        Contender("seek p95", seeks),
        Contender("whole replay", replay, checked=False),
        Contender("50 ms", lambda: ("", 50_000_000)),
    ]
    bars = [Bar("whole replay", 1 / 20), Bar("50 ms", 1.0)]
    return compare("seek", "seek to one of 100 places in a run of 1 M events", contenders, bars, rounds)


def stop(rounds: int) -> Result:
    """From the wish to stop an endless turn to a run that stands at its last whole turn."""
    compiled = program("endless")

    def stopped() -> tuple[str, int]:
        session = api.Session.start(compiled)
        asked: list[int] = []

        def ask() -> None:
            asked.append(time.perf_counter_ns())
            session.interrupt()

        timer = threading.Timer(0.1, ask)
        timer.start()
        while session.advance().status is not api.Status.INTERRUPTED:
            pass
        return "", time.perf_counter_ns() - asked[0]

    contenders = [Contender("stop", stopped), Contender("200 ms", lambda: ("", 200_000_000))]
    return compare("stop", "an endless turn, from Stop to standing still", contenders, [Bar("200 ms", 1.0)], rounds)


BENCHMARKS: dict[str, Callable[[int], Result]] = {
    "fib": fib,
    "thread_ring": thread_ring,
    "ping_pong": ping_pong,
    "spawn": spawn,
    "sort": sort,
    "dict_strings": dict_strings,
    "word_count": word_count,
    "elementary": elementary,
    "json": read_json,
    "json_fields": read_json_fields,
    "recording": recording,
    "seek": seek,
    "stop": stop,
    "log": log,
    "soak": soak,
    "compile": compile_small,
    "compile_1000": compile_large,
    "check_5000": check_large,
    "literals": compile_literals,
    "compile_100000": compile_huge,
    "format_100000": format_huge,
}
"""By the name that ``aeroflow bench`` takes."""


def run_suite(names: list[str], rounds: int) -> Iterator[Result]:
    """Runs benchmarks one after another; an unknown name raises KeyError."""
    for name in names:
        yield BENCHMARKS[name](rounds)
