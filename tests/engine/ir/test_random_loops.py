"""Loops over lists do what they say, whatever is taken out of them: random ones, before the passes and after them."""

from __future__ import annotations

import random

import pytest

from tests.conformance.corpus import Settings
from tests.conformance.observation import compiled_text, difference

ACTORS = 16
LARGE = (2**62, -(2**62), 2**63 - 1, -(2**63), 2**31, -(2**31) - 1)


HELPERS = """
fn weighed(xs: list<int>, k: int) -> int {
    var total = 0
    for x in xs { total = total +% x *% k }
    for i in 0..k { total = total +% xs[i] }
    return total
}
fn changed(xs: list<int>, k: int) -> int {
    var ys = xs
    for i in 0..ys.len() { ys[i] = ys[i] ^ k }
    return ys[0] + ys.len()
}
"""


class _Body:
    """The body of a handler that has the lists ``a``, ``b`` (state), ``c`` (local), ``rows`` and the numbers ``n``,
    ``m``."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.names = 0
        self.counters: list[str] = []

    def index(self) -> str:
        """Mostly a sum of multiples of what is counted."""
        one = self.chance.choice
        parts = [
            f"{one(('', '', '2 * ', '3 * ', 'm * '))}{name}" for name in self.counters if self.chance.random() < 0.7
        ]
        parts += [one(("0", "1", "n", "m", "n - 1", "a.len() - 1", "2"))] if not parts or one((0, 0, 1)) else []
        text = parts[0]
        for part in parts[1:]:
            text += f" {one(('+', '+', '+', '-'))} {part}"
        return f"{text} {one(('+ 1', '- 1', '+ n - m'))}" if one((0, 0, 1)) else text

    def item(self) -> str:
        """An item of one of the lists."""
        name = self.chance.choice(("a", "a", "b", "c", "rows[@]"))
        return f"{name.replace('@', self.index())}[{self.index()}]"

    def value(self) -> str:
        one = self.chance.choice
        called = f"{one(('weighed', 'changed'))}({one(('a', 'b', 'c'))}, {one(('m', *self.counters))})"
        number = one((called, "1", "7", "n", "m", "total", str(one(LARGE)), *self.counters, *self.counters))
        left, right = one((self.item(), number)), one((self.item(), number, "3"))
        return f"{left} {one(('+', '+', '-', '*', '+%', '/', '%'))} {right}"

    def statement(self, depth: int) -> list[str]:
        one = self.chance.choice
        ways = ["set", "set", "add", "add", "if", "jump", "share", "push"]
        match one([*ways, "loop", "loop", "loop"] if depth else ways):
            case "set":
                return [f"{self.item()} = {self.value()}"]
            case "add":
                return [one((f"total = total +% ({self.value()})", f"{self.item()} += {one(('1', 'm'))}"))]
            case "if":
                return [f"if {self.item()} {one(('<', '==', '>'))} {self.value()} {{", *self.body(depth - 1), "}"]
            case "jump":
                what = one(("break", "continue", "return")) if self.counters else "return"
                if one((0, 1)):
                    return [f"if {self.item()} % {one((self.item(), 'm', '3'))} == 0 {{ {what} }}"]
                return [f"if {self.value()} == {one(('3', 'total'))} {{ {what} }}"]
            case "share":
                return [f"let kept{self.new()} = {one(('a', 'b', 'c', 'rows'))}"] if one((0, 1)) else ["c = a"]
            case "push":
                return [f"if c.len() < 12 {{ c.push({self.value()}) }}"] if one((0, 1)) else []
        return self.loop(depth)

    def new(self) -> int:
        self.names += 1
        return self.names

    def loop(self, depth: int) -> list[str]:
        one = self.chance.choice
        outer = self.counters[-1:] or ["0"]
        first = one(("0", "0", "1", "n - 3", "m", f"{outer[0]} + 1", outer[0]))
        end = one(("n", "n", "5", "7", "a.len()", "m + 4", f"{outer[0]} + 3", "12", "n - 1"))
        counter = f"i{self.new()}"
        if one((0, 0, 0, 0, 1)):
            return [f"for {counter} in {one(('a', 'b', 'c'))} {{", *self.body(depth - 1), "}"]
        self.counters.append(counter)
        lines = [f"for {counter} in {first}..{end} {{", *self.body(depth - 1), "}"]
        self.counters.pop()
        return lines

    def body(self, depth: int) -> list[str]:
        return [line for _ in range(self.chance.choice((1, 1, 2, 3))) for line in self.statement(max(depth, 0))]


def random_program(seed: int) -> str:
    """Actors that each go through loops, and show what is left of their lists, or fail."""
    chance = random.Random(seed)
    lines = HELPERS.splitlines()
    for number in range(ACTORS):
        body = _Body(chance)
        loops = [line for _ in range(chance.choice((1, 1, 2))) for line in body.loop(3)]
        size = chance.choice((3, 6, 8, 8, 20))
        lines += [
            f"actor A{number}(n: int, m: int) {{",
            f"state a: list<int> = [k * k % 7 for k in 0..{size}]",
            "state b: list<int> = [k - 2 for k in 0..9]",
            "state rows: list<list<int>> = [[k + l for l in 0..6] for k in 0..6]",
            "on go() {",
            "var total = 0",
            f"var c = {chance.choice(('a', 'b', '[5, 4, 3, 2, 1, 0]', '[k for k in 0..n]'))}",
            *loops,
            "render (total, a, b, c, rows)",
            "}",
            "on show() { render (a, b, rows) }",
            "}",
            f"let a{number} = spawn A{number}({chance.choice((0, 3, 6, 8, 9))}, {chance.choice((0, 1, 1, 2))})",
            f"a{number}.go()",
            f"after 2ms a{number}.go()",
            f"after 4ms a{number}.show()",
        ]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("seed", range(6))
def test_random_loops_do_the_same_before_and_after_the_passes(seed: int) -> None:
    result = compiled_text(random_program(seed), "loops.aefl")
    assert result.program is not None, [problem.message for problem in result.diagnostics]
    assert not difference(result.program, Settings(seed), 1000)
