"""Whatever a file holds, the answer is diagnostics; and what compiles runs without an exception."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import api

EXAMPLES = Path(__file__).parents[3] / "examples"
PROGRAMS = [path.read_text("utf-8") for path in sorted(EXAMPLES.glob("*/*.aefl"))]
PROGRAMS += [
    """
struct Order { id: int, side: string, price: float? = none, tags: list<string> = ["new"] }
fn best(orders: list<Order>) -> Order? {
    var found: Order? = none
    for o in orders { if (o.price ?? 0.0) > (found?.price ?? -1.0) { found = o } }
    return found
}
actor Book(limit: int = 3) {
    state orders: list<Order> = []
    state by_side: dict<string, (int, set<int>)> = {"B": (0, {1})}
    state last: Order? = none
    on put(o: Order) {
        assert orders.len() < limit, f"only {limit}"
        orders.push(o with { id: o.id + 1 })
        last = best(orders)
        match (o.side, last) {
            ("B", none) => render "none"
            ("B", x) => render x.price ?? 0.5
            (s, _) => { fail "no " + s }
        }
        after 3ms self.put(Order(id: o.id * 2, side: o.side, price: 1.5))
        render orders.len()
    }
    every 5ms {
        orders[0].tags.push(string(random_int(0, 9)))
        if now() > 20 { stop } else { orders = orders[..orders.len() / 2] }
    }
}
let words = [w.upper() for w in "a b,c".split(",") if w.len() > 0]
render f"{words} {10 % 4 << 2} {-7 / 2} {1e3} {5ms * 2} {not true}"
Book.put(Order(id: 1, side: "B", price: 2.5))
let other = spawn Book(limit: 1)
other.put(Order(id: 2, side: "S"))
every 4ms render distributed state { Book.last, other.orders }
""",
]
PIECES = [re.findall(r"\w+|\s+|[^\w\s]", program) for program in PROGRAMS]
ALL_PIECES = sorted({piece for pieces in PIECES for piece in pieces})

SECONDS_MAX = 1.0


@st.composite
def mutated_programs(draw: st.DrawFn) -> str:
    """A program of which a few pieces are replaced, put in, taken out, or come from another."""
    pieces = list(draw(st.sampled_from(PIECES)))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(pieces)))
        match draw(st.integers(0, 3)):
            case 0:
                pieces[at : at + 1] = [draw(st.sampled_from(ALL_PIECES))]
            case 1:
                pieces.insert(at, draw(st.sampled_from(ALL_PIECES)))
            case 2:
                del pieces[at : at + draw(st.integers(1, 4))]
            case _:
                other = draw(st.sampled_from(PIECES))
                start = draw(st.integers(0, len(other)))
                pieces[at:at] = other[start : start + draw(st.integers(1, 30))]
    return "".join(pieces)


texts = st.one_of(
    st.binary(max_size=200).map(lambda data: data.decode("utf-8", "replace")),
    st.binary(max_size=200).map(lambda data: data.decode("latin-1")),
    st.text(st.characters(), max_size=100),
    st.lists(st.sampled_from(ALL_PIECES), max_size=80).map("".join),
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(texts)
def test_any_text_gets_diagnostics_and_nothing_else(text: str) -> None:
    analysis = api.analyse(text, "any.aefl")
    build = api.compile(text, "any.aefl")
    assert build.problems == analysis.problems
    assert (build.program is not None) == analysis.ok
    lines = text.split("\n")
    for problem in analysis.problems:
        assert (problem.range.line, problem.range.column) <= (problem.range.end_line, problem.range.end_column)
        assert 1 <= problem.range.line <= len(lines)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(mutated_programs())
def test_a_mutated_program_gets_diagnostics_or_runs(text: str) -> None:
    build = api.compile(text, "mutated.aefl")
    if build.program is None:
        assert any(problem.severity == "error" for problem in build.problems)
        return
    session = api.Session.start(build.program)
    _advance(session, 300)
    total = session.total(0)
    for output in session.outputs(0):
        assert output.fault is None or output.fault.kind != "engine"
    for actor in session.picture(0, total).actors["id"][:4]:
        session.actor(0, total, int(actor))
    if total:
        session.event(0, total - 1)


def _advance(session: api.Session, events: int) -> None:
    """Runs for so many events, but not for ever: a loop may have lost its end."""
    watchdog = threading.Timer(SECONDS_MAX, session.interrupt)
    watchdog.start()
    try:
        session.advance(max_events=events)
    finally:
        watchdog.cancel()
        watchdog.join()


@pytest.mark.parametrize("program", PROGRAMS, ids=range(len(PROGRAMS)))
def test_the_programs_that_are_mutated_are_sound(program: str) -> None:
    assert not any(problem.severity == "error" for problem in api.compile(program, "sound.aefl").problems)


@pytest.mark.parametrize(
    "opener", ["(", "[", "{", "-", "not ", "f(", "if true { ", "[x for x in ", 'f"{', "match 1 { _ => "]
)
def test_endless_nesting_is_a_diagnostic(opener: str) -> None:
    for text in (f"let x = {opener * 5000}", f"let x = {opener * 5000}1{')' * 5000}"):
        assert api.compile(text, "deep.aefl").program is None


def test_long_chains_are_a_diagnostic_or_work() -> None:
    for text in ("let x = 1" + " + 1" * 20_000, "let x = a" + ".b" * 20_000, "render " + "-" * 20_000 + "1"):
        assert api.compile(text, "long.aefl").program is None
    many = "\n".join(f"let x{i} = {i} + 1" for i in range(2000))
    assert api.compile(many + "\nrender x1999", "many.aefl").program is not None
