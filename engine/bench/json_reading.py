"""How long a document of JSON of 10 MB takes to become a value that a program can look into.

All read the same bytes, have read them before, and are timed from the text to the value alone. What the value is
differs: Node makes objects; simdjson checks everything and makes a tape, from which a value is taken when it is asked
for; so does AeroFlow, which reads numbers only then, and whose strings are UTF-8 before. The length of the outer list
is asked for on all sides. ``json_fields`` is the same with every field of every record read, where a tape has to pay
for what it put off.
"""

from __future__ import annotations

import importlib.util
import json
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from engine import api
from engine.base.outside import Answered, Ready, Request
from engine.bench.harness import Bar, Contender, Result, Timed, compare
from engine.bench.rival_programs import RIVALS, find_node, run_program
from engine.files.whole import write_whole

PROGRAM = Path(__file__).parent / "programs" / "json.aefl"
ORDERS = 36_000
WARM_UP = 3
TIMED = 5
"""Runs of each kind, in the program as in the rivals'."""
CITIES = ("Zürich", "Göteborg", "Lyon", "Graz", "Santa Cruz", "Málaga")
NOTES = (None, 'leave it "as is"', "ring twice", None, "second floor,\nleft door", None, "C:\\orders\\late")


def document(orders: int = ORDERS) -> str:
    """Orders in a shop, as a service would send them: the same text every time."""
    x = 7
    records = []
    for i in range(orders):
        x = (x * 6364136223846793005 + 1442695040888963407) % 2**64
        a, b, c = x >> 33, x >> 40, x >> 50
        place = {"city": CITIES[a % 6], "x": round(b % 36_000 / 100 - 180, 2), "y": round(c % 18_000 / 100 - 90, 2)}
        lines = [{"sku": f"A-{a % 9_973 + k}", "count": 1 + b % 9, "cents": a % 100_000} for k in range(1 + c % 4)]
        customer = f"customer-{a % 5_003}@example.org"
        placed = f"2026-{1 + a % 12:02}-{1 + b % 28:02}T{c % 24:02}:{a % 60:02}:{b % 60:02}Z"
        order = {"id": i, "customer": customer, "placed": placed, "active": a % 3 == 0, "note": NOTES[b % 7]}
        records.append({**order, "place": place, "lines": lines})
    return json.dumps(records, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class _Given:
    """An outside that has one file."""

    text: str

    def begin(self, request: Request) -> Ready:
        return Ready(Answered(self.text))


def ours(program: api.Program, text: str, work: str) -> Timed:
    """A run of our program; ``work`` is `read` or `look`."""

    def timed() -> tuple[str, int]:
        session = api.Session.start(program, keep_events=False, record=False, outside=_Given(text))
        times, answers = [], []
        while True:
            start = time.perf_counter_ns()
            progress = session.advance(max_events=1)
            nanoseconds = time.perf_counter_ns() - start
            if progress.outputs:
                times.append(nanoseconds)
                answers.append(progress.outputs[0].text)
            if progress.status is not api.Status.RUNNING:
                break
        first = WARM_UP + (WARM_UP + TIMED) * (work == "look")
        return answers[first], int(statistics.median(times[first : first + TIMED]))

    return timed


def _reading(name: str, work: str, what: str, bars: list[Bar], rounds: int) -> Result:
    text = document()
    build = api.compile(PROGRAM.read_text(encoding="utf-8"), str(PROGRAM))
    assert build.program is not None, [problem.message for problem in build.problems]
    contenders = [Contender("AeroFlow", ours(build.program, text, work))]
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "document.json"
        write_whole(path, text.encode("utf-8"), durable=False)
        node = find_node()
        if node is not None:
            contenders.append(Contender("Node", run_program([node, str(RIVALS / "json.js"), str(path), work])))
        if work == "read" and importlib.util.find_spec("simdjson") is not None:
            tape = [sys.executable, str(RIVALS / "json_tape.py"), str(path)]
            contenders.append(Contender("simdjson", run_program(tape)))
        return compare(name, f"{len(path.read_bytes()) / 1e6:.1f} MB of JSON {what}", contenders, bars, rounds)


def read_json(rounds: int) -> Result:
    """A document to a value."""
    bars = [Bar("Node", 0.4), Bar("simdjson", 3.0)]
    return _reading("json", "read", "to a value: objects in Node, a tape elsewhere", bars, rounds)


def read_json_fields(rounds: int) -> Result:
    """A document to a value, and every field of it."""
    return _reading("json_fields", "look", "to a value, and every field of it read", [], rounds)
