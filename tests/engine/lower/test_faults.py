"""What goes wrong at run time is a fault with its kind, its operands and the line in the program's text."""

from __future__ import annotations

import pytest

from tests.engine.lower.running import run

LARGE = "9223372036854775807"

FAULTS = {
    "a sum that does not fit": (f"var x = {LARGE}\nlet one = 1\nrender x + one", "overflow", 3),
    "a sum with a constant": (f"var x = {LARGE}\nrender x + 1", "overflow", 2),
    "a difference": (f"var x = -{LARGE}\nrender x - 2", "overflow", 2),
    "a product": (f"var x = {LARGE}\nvar y = 2\nrender x * y", "overflow", 3),
    "a product with a constant": (f"var x = {LARGE}\nrender x * 3", "overflow", 2),
    "a product with minus one": (f"var x = -{LARGE} - 1\nrender x * -1", "overflow", 2),
    "a negation": (f"var x = -{LARGE} - 1\nrender -x", "overflow", 2),
    "a quotient": (f"var x = -{LARGE} - 1\nvar y = -1\nrender x / y", "overflow", 3),
    "a division by zero": ("var x = 0\nrender 1 / x", "division_by_zero", 2),
    "a remainder by zero": ("var x = 0\nrender 1 % x", "division_by_zero", 2),
    "a shift too far": ("var x = 64\nrender 1 << x", "bad_shift", 2),
    "an index above": ("var xs = [1]\nvar i = 1\nrender xs[i]", "index_out_of_range", 3),
    "an index below": ("var xs = [1]\nvar i = -1\nrender xs[i]", "index_out_of_range", 3),
    "an index on the left": ("var xs = [1]\nvar i = 5\nxs[i] = 2", "index_out_of_range", 3),
    "a missing key": ('var d = {"a": 1}\nrender d["b"]', "missing_key", 2),
    "a missing key on the left": ('var d = {"a": 1}\n\nd["b"] += 1', "missing_key", 3),
    "a float that no int can hold": ("var x = 1e300\nrender int(x)", "bad_conversion", 2),
    "nothing to pop": ("var xs: list<int> = []\nrender xs.pop()", "index_out_of_range", 2),
    "a failed assertion": ("let a = 2\n\nassert a == 3", "assert_failed", 3),
    "a failure": ('let a = 2\nif a == 2 { fail f"a is {a}" }', "fail", 2),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_tells_its_kind_and_line(name: str) -> None:
    program, kind, line = FAULTS[name]
    (fault,) = run(program).faults
    assert (fault.kind, fault.line) == (kind, line)


def test_an_assertion_shows_both_sides() -> None:
    (fault,) = run('let name = "ada"\nassert name == "bob"').faults
    assert fault.text == 'name == "bob": left is "ada", right is "bob"'


def test_an_assertion_shows_its_message() -> None:
    (fault,) = run('let n = 1\nassert n > 1, f"n is {n}"').faults
    assert fault.text == "n is 1 (n > 1: left is 1, right is 1)"


def test_a_failure_shows_why() -> None:
    (fault,) = run('fail "no " + "way"').faults
    assert fault.text == "no way"


def test_a_fault_in_a_library_function_points_at_the_call_in_the_program() -> None:
    function = "fn second(xs: list<string>) -> string {\n    var own = xs\n    return own.remove_at(1)\n}"
    (fault,) = run(f'{function}\nlet x = second(["a"])').faults
    assert (fault.kind, fault.line) == ("index_out_of_range", 3)


def test_sums_and_products_at_the_edge_do_not_fault() -> None:
    program = f"""
    var most = {LARGE}
    var least = -most - 1
    var one = 1
    var big = 3037000499
    render f"{{most - one + one}} {{least + one - one}} {{big * big}} {{least * one}} {{most * -1}} {{least / 1}}"
    render f"{{least % -1}} {{4611686018427387904 * -2}} {{-4611686018427387904 * 2}} {{most +% 1}} {{least -% 1}}"
    render f"{{7 / -2}} {{-7 / 2}} {{-7 % 3}} {{7 % -3}} {{most *% 2}}"
    """
    result = run(program)
    assert result.faults == ()
    assert result.texts == [
        f"{LARGE} -9223372036854775808 9223372030926249001 -9223372036854775808 -{LARGE} -9223372036854775808",
        f"0 -9223372036854775808 -9223372036854775808 -9223372036854775808 {LARGE}",
        "-3 -3 -1 1 -2",
    ]


PRODUCTS = [0, 1, -1, 2, -2, 3, 2**31, -(2**31), 2**32, 2**62, -(2**62), 2**63 - 1, -(2**63), 3037000500, 4294967297]


def test_a_product_faults_exactly_where_it_does_not_fit() -> None:
    cases = [(a, b) for a in PRODUCTS for b in PRODUCTS]
    calls = "\n".join(f"Tester.variables({_literal(a)}, {_literal(b)})" for a, b in cases)
    program = f"""
    actor Multiplier {{
        on variables(a: int, b: int) {{ render a * b }}
    }}
    actor Tester {{
        on variables(a: int, b: int) {{
            let m = spawn Multiplier()
            m.variables(a, b)
        }}
    }}
    {calls}
    """
    results = sorted((output.actor, output.text) for output in run(program).outputs if output.kind == 0)
    fitting = [str(a * b) for a, b in cases if -(2**63) <= a * b < 2**63]
    assert [text for _, text in results] == fitting


@pytest.mark.parametrize("factor", PRODUCTS)
def test_a_product_with_a_constant_faults_exactly_where_it_does_not_fit(factor: int) -> None:
    calls = "\n".join(f"spawn Multiplier({_literal(a)})" for a in PRODUCTS)
    program = f"""
    actor Multiplier(a: int) {{
        every 5ms {{
            render a * ({_literal(factor)})
            stop
        }}
    }}
    {calls.replace("spawn", "let _ = spawn")}
    """
    results = sorted((output.actor, output.text) for output in run(program).outputs if output.kind == 0)
    assert [text for _, text in results] == [str(a * factor) for a in PRODUCTS if -(2**63) <= a * factor < 2**63]


def _literal(number: int) -> str:
    return f"-{2**63 - 1} - 1" if number == -(2**63) else str(number)
