"""Faults are told in plain words, with the values that led to them."""

from __future__ import annotations

import pytest

from engine.vm.faults import FaultRecord, fault_kind
from tests.engine.timetravel.programs import BANK, finished, program

CASES = {
    "let xs = [1, 2]\nlet i = 3\nrender {xs[i]}": "index 3 is out of range: there are 2 items",
    "let xs = [1]\nlet i = -1\nrender {xs[i]}": "index -1 is out of range: there is 1 item",
    "let xs: list<int> = []\nlet i = 0\nrender {xs[i]}": "index 0 is out of range: there are no items",
    "let d = {\"a\": 1}\nlet k = \"b\"\nrender {d[k]}": 'there is no key "b"',
    "let z = 0\nrender {5 / z}": "5 / z: division by zero",
    "var n = 9223372036854775807\nn += 1": "the sum is larger than an int can hold (64 bits)",
    "var n = -9223372036854775807\nn -= 2": "the difference is larger than an int can hold (64 bits)",
    "var n = 4611686018427387904\nn *= 2": "the product is larger than an int can hold (64 bits)",
    'fail "no more"': "no more",
    "let n = 3\nassert n > 5, \"too small\"": "assertion failed: too small",
    'agent A { model "llama3"\n on ask(q: string) { render {model.run(q)} } }\nA.ask("hi")': (
        "the model llama3 is not installed"
    ),
}  # fmt: skip


@pytest.mark.parametrize("source", CASES)
def test_a_fault_says_what_went_wrong_with_which_values(source: str) -> None:
    session = finished(source)
    (fault,) = [output.fault for output in session.outputs() if output.fault]
    assert fault.message.startswith(CASES[source])
    assert fault.line > 0


def test_an_unknown_kind_of_fault_is_a_mistake_of_the_engine() -> None:
    assert fault_kind(program(BANK).metadata, FaultRecord(999, 10**6, "")) == "engine"
