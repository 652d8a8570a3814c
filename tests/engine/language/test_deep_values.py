"""Work on values that are deep, in the library too, is a fault of its turn where the calls get too deep."""

from __future__ import annotations

import pytest

from engine import api
from tests.engine.timetravel.programs import program

PROGRAM = """
enum First {{ End, More(rest: First, n: int) }}
enum Last {{ End, More(n: int, rest: Last) }}
struct Pair {{ left: list<Pair>, n: int }}
fn first(n: int) -> First {{
    var made = First.End
    for i in 0..n {{ made = First.More(made, i) }}
    return made
}}
fn last(n: int) -> Last {{
    var made = Last.End
    for i in 0..n {{ made = Last.More(i, made) }}
    return made
}}
fn pair(n: int) -> Pair {{
    var made = Pair([], 0)
    for i in 0..n {{ made = Pair([made], i) }}
    return made
}}
fn tree(n: int) -> json {{
    var made = json.of(1)
    for i in 0..n {{ made = json.of({{"a": made, "b": json.of([1])}}) }}
    return made
}}
actor Ear {{
    state first: First = First.End
    state last: Last = Last.End
    state pair: Pair = Pair([], 0)
    state tree: json = json.of(1)
    on hear_first(value: First) {{ first = value }}
    on hear_last(value: Last) {{ last = value }}
    on hear_pair(value: Pair) {{ pair = value }}
    on hear_tree(value: json) {{ tree = value }}
    on forget() {{
        first = First.End
        last = Last.End
        pair = Pair([], 0)
        tree = json.of(1)
    }}
}}
actor Bad(ear: Ear) {{
    on go(n: int) {{ {body} }}
}}
actor Good {{ on go() {{ render "still here" }} }}
let ear = spawn Ear()
for n in [2_000, 5_000, 10_000, 20_000, 40_000, 80_000, 200_000] {{
    let bad = spawn Bad(ear)
    bad.go(n)
}}
after 5ms ear.forget()
after 9ms Good.go()
"""
BODIES = [
    "render json.write(first(n)).len()",
    "render json.write(pair(n)).len()",
    "render string(last(n)).len()",
    "render string(tree(n)).len()",
    "render tree(n) == tree(n)",
    "render last(n) < last(n)",
    "let counts = {first(n): 1}\n render counts.len()",
    "ear.hear_first(first(n))",
    "ear.hear_last(last(n))",
    "ear.hear_pair(pair(n))",
    "ear.hear_tree(tree(n))",
    "render tree(n).to_text().len()",
    "if n > 40000 { render tree(n).pretty().len() }",
]


def texts(body: str) -> list[str]:
    session = api.Session.start(program(PROGRAM.format(body=body)))
    found = []
    while True:
        progress = session.advance()
        found += [output.fault.kind if output.fault else output.text for output in progress.outputs]
        if progress.status is not api.Status.RUNNING:
            assert progress.status is api.Status.FINISHED
            return found


@pytest.mark.parametrize("body", BODIES)
def test_deep_values_end_a_turn_at_most(body: str) -> None:
    found = texts(body)
    assert found[-1] == "still here"
    faults = [text for text in found if text.isidentifier() and "_" in text]
    assert set(faults) <= {"recursion_too_deep", "out_of_memory"}
    assert "recursion_too_deep" in faults
