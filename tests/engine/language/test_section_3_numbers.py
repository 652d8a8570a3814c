"""LANGUAGE §3: ints that fault where they do not fit, floats of IEEE 754, durations, and what they have in common."""

from __future__ import annotations

import pytest

from tests.engine.language.running import expect, problem, run

LIMIT = 2**63
EDGES = [0, 1, -1, 2, -7, 63, 64, -64, 2**31, -(2**32), 2**62, LIMIT - 1, -LIMIT, 1 - LIMIT, 3037000500]
FAULTS = ("overflow", "division_by_zero", "bad_shift")
OPERATORS = ["+", "-", "*", "/", "%", "+%", "-%", "*%", "&", "|", "^", "<<", ">>", "==", "<", ">="]


def _wrapped(x: int) -> int:
    return (x + LIMIT) % (2 * LIMIT) - LIMIT


def _quotient(a: int, b: int) -> int:
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def _model(op: str, a: int, b: int) -> str:
    """What the document says that ``a op b`` is: a text, or a kind of fault."""
    if op in ("/", "%"):
        if b == 0:
            return "division_by_zero"
        result = _quotient(a, b) if op == "/" else a - b * _quotient(a, b)
    elif op in ("<<", ">>"):
        if not 0 <= b <= 63:
            return "bad_shift"
        result = _wrapped(a << b) if op == "<<" else a >> b
    elif op in ("==", "<", ">="):
        return str({"==": a == b, "<": a < b, ">=": a >= b}[op]).lower()
    else:
        plain = op.rstrip("%")
        result = {"+": a + b, "-": a - b, "*": a * b, "&": a & b, "|": a | b, "^": a ^ b}[plain]
        result = _wrapped(result) if op.endswith("%") else result
    return str(result) if -LIMIT <= result < LIMIT else "overflow"


@pytest.mark.parametrize("op", OPERATORS)
def test_an_operator_on_ints_gives_the_exact_result_or_a_fault(op: str) -> None:
    """Each pair in an actor of its own: with two variables, with the right side written out, and into an item."""
    pairs = [(a, b) for a in EDGES for b in EDGES]
    cases = "\n".join(f"{b} => render a {op} {b if b >= 0 else f'({b})'}" for b in EDGES)
    compound = "" if op in ("==", "<", ">=") else f"var xs = [a]\nxs[0] {op}= b\nassert xs[0] == a {op} b"
    spawns = "\n".join(f"let w{i} = spawn Worker({a}, {b})" for i, (a, b) in enumerate(pairs))
    result = run(
        f"""
actor Worker(a: int, b: int) {{
    every 1ms {{
        {compound}
        render a {op} b
        match b {{
            {cases}
            _ => {{}}
        }}
        stop
    }}
}}
{spawns}
"""
    )
    shown: dict[int, list[str]] = {}
    for output in result.outputs:
        text = output.fault.kind if output.fault is not None else output.text
        shown.setdefault(output.actor, []).append(text)
    for number, (a, b) in enumerate(pairs, 1):
        wanted = _model(op, a, b)
        assert shown[number] == [wanted] * (1 if wanted in FAULTS else 2), f"{a} {op} {b}"


def test_one_number_has_no_opposite() -> None:
    texts = [
        "render -least",
        "render abs(least)",
        "render 0 - least",
        "render least / -1",
        "render sum([least, -1])",
        "var x = least\nx -= 1",
        "render -(least * 1us)",
        "render 9223372036854775807us + 1us",
    ]
    for text in texts:
        fault = run(f"var least = -9223372036854775807 - 1\n{text}").fault
        assert (fault.kind, fault.line) == ("overflow", text.count("\n") + 2), text
    expect(
        """
        let least = -9223372036854775808
        render [least % -1, least *% -1, least -% 1, least +% least, abs(least + 1)]
        // => [0, -9223372036854775808, 9223372036854775807, 0, 9223372036854775807]
        """
    )


def test_integer_division_truncates_toward_zero() -> None:
    expect("render [7 / 2, -7 / 2, 7 / -2, -7 / -2, 7 % 3, -7 % 3, 7 % -3]\n// => [3, -3, -3, 3, 1, -1, 1]")


def test_operators_bind_as_usual() -> None:
    expect(
        """
        render 2 + 3 * 4 - 6 / 2               // => 11
        render not false and 1 + 1 == 2 or false  // => true
        render 1 << 2 + 1                      // => 8
        render 6 & 3 | 8 ^ 1                   // => 11
        render (1 | 2 == 3, -2 * -3)           // => (true, 6)
        """
    )


def test_ints_and_floats_do_not_mix_by_themselves() -> None:
    assert "write `float(…)` around the int" in problem("let n = 1\nrender n + 1.5")
    assert "write `1.0`" in problem("let x: float = 1")
    assert "drops what is behind the point" in problem("let x: int = 1.5")
    expect("render float(3) / 2.0  // => 1.5\nrender int(-1.9)  // => -1\nrender int(2.5)  // => 2")


FLOATS = [
    1.0, 0.1, -0.0, 100.0, 4.35, 0.30000000000000004, 1e15, 9999999999999998.0, 1e16, 1e21, 1e22, 1e23,
    123456789012345680.0, 0.0001, 0.00001, 2.5e-5, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308,
]  # fmt: skip


def test_a_float_is_shown_as_the_shortest_decimal_that_reads_back() -> None:
    assert run("\n".join(f"render {number!r}" for number in FLOATS)).texts == [repr(number) for number in FLOATS]


def test_infinities_and_nan() -> None:
    expect(
        """
        let zero = 0.0
        let nan = zero / zero
        let inf = 1.0 / zero
        render [nan, inf, -inf, sqrt(-1.0)]     // => [nan, inf, -inf, nan]
        render [nan == nan, nan != nan, nan < 1.0, nan >= 1.0, [nan] == [nan]]  // => [false, true, false, false, false]
        render [-0.0 == 0.0, inf > 1e308]       // => [true, true]
        render [nan, 1.0, -inf, inf, -0.0, 0.0].sort()  // => [-inf, -0.0, 0.0, 1.0, inf, nan]
        var seen = {0.0: "zero"}
        seen[-0.0] = "both"
        render seen                             // => {0.0: "both"}
        """
    )


def test_functions_of_floats() -> None:
    expect(
        """
        render [floor(-1.5), ceil(-1.5), floor(2.0), ceil(2.1)]       // => [-2, -1, 2, 3]
        render [round(2.5), round(3.5), round(-0.5), round(2.4999)]   // => [2, 4, 0, 2]
        render [sqrt(2.0), abs(-1.5), abs(-0.0)]                      // => [1.4142135623730951, 1.5, 0.0]
        render [min(3, 1, 2), max([3, 9])]                            // => [1, 9]
        render [sum([1.5, 2.5]), min(2.0, 1.0)]                       // => [4.0, 1.0]
        """
    )


@pytest.mark.parametrize("call", ["int(0.0 / 0.0)", "floor(1e300)", "round(-1e19)", "int(9.3e18)", "ceil(1.0 / 0.0)"])
def test_a_float_that_no_int_can_hold_is_a_fault_at_the_call(call: str) -> None:
    fault = run(f"let a = 1\nlet b = {call}").fault
    assert (fault.kind, fault.line, fault.column) == ("bad_conversion", 2, 9)


def test_durations() -> None:
    expect(
        """
        render 1h + 2m - 30s            // => 3690s
        render [5ms * 2, 3 * 10us]      // => [10ms, 30us]
        render 5ms / 2                  // => 2500us
        render [5s / 2s, 1m / 7ms]      // => [2, 8571]
        render 5s % 2s                  // => 1s
        render [-5ms, abs(-5ms), 0ms]   // => [-5ms, 5ms, 0ms]
        render 3 ticks == 3ms           // => true
        render 5ms < 1s                 // => true
        render int(1500us)              // => 1500
        render max(5ms, 1s)             // => 1s
        """
    )
    assert "does not work on `duration` and `int`" in problem("render 5ms + 1")
    assert run("var d = 0ms\nrender 5ms / d").fault.kind == "division_by_zero"
    assert run("var d = 0ms\nrender 5ms % d").fault.kind == "division_by_zero"


def test_a_division_by_zero_shows_the_division() -> None:
    fault = run("let xs: list<int> = []\nrender (100 / xs.len()) + 1").fault
    assert (fault.kind, fault.message) == ("division_by_zero", "100 / xs.len(): division by zero")


def test_comparisons_do_not_chain() -> None:
    assert "`… < 2 and 2 < …`" in problem("render 1 < 2 < 3")
