"""Quotients and remainders, and whether one number divides another, for all sizes and signs."""

from __future__ import annotations

import math

import pytest

from tests.engine.language.running import run

NUMBERS = (
    0,
    1,
    -1,
    2,
    -2,
    3,
    7,
    -7,
    10,
    2**31,
    2**51 - 1,
    2**51,
    2**51 + 1,
    3 * 2**50,
    2**53 + 1,
    2**62,
    2**63 - 1,
    -(2**63),
)


@pytest.mark.parametrize("a", NUMBERS)
def test_a_number_divides_another_if_nothing_is_left(a: int) -> None:
    divisors = [b for b in NUMBERS if b != 0 and (a, b) != (-(2**63), -1)]
    texts = run(
        f"""
        fn divides(a: int, b: int) -> bool {{ if a % b == 0 {{ return true }} else {{ return false }} }}
        fn is_found(a: int, bs: list<int>) -> int {{
            for b in bs {{ if a % b == 0 {{ return b }} }}
            return 0
        }}
        let a = {_text(a)}
        let bs = [{", ".join(map(_text, divisors))}]
        render [divides(a, b) for b in bs]
        render [is_found(a, [b]) == b for b in bs]
        render [(a / b, a % b) for b in bs]
        """
    ).texts
    divides = [a % b == 0 for b in divisors]
    assert texts[0] == texts[1] == f"[{', '.join('true' if one else 'false' for one in divides)}]"
    quotients = [abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1) for b in divisors]
    pairs = [(q, a - q * b) for q, b in zip(quotients, divisors, strict=True)]
    assert all(
        rest == int(math.fmod(a, b)) for (_, rest), b in zip(pairs, divisors, strict=True) if abs(a) < 2**53 > abs(b)
    )
    assert texts[2] == f"[{', '.join(f'({q}, {rest})' for q, rest in pairs)}]"


def test_nothing_is_divided_by_zero() -> None:
    done = run("fn f(a: int, b: int) -> int { if a % b == 0 { return 1 }\nreturn 2 }\nrender f(4, 0)")
    assert not done.texts
    assert "zero" in done.fault.message


def test_a_quotient_that_changed_since_is_not_used() -> None:
    assert run(
        """
        fn f(n: int, d: int) -> int {
            var a = n
            let q = a / d
            if q > 2 { a += 1 }
            let r = a % d
            var b = d
            let s = a / b
            b = 3
            return q * 1000 + r * 100 + s * 10 + a % b
        }
        render [f(7, 2), f(8, 5), f(9, 4), f(100, 7)]
        """
    ).texts == ["[3042, 1312, 2120, 14442]"]


def _text(number: int) -> str:
    return str(number) if number != -(2**63) else "-9223372036854775807 - 1"
