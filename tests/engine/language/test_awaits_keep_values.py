"""A function that awaits a value does what the same function does that computes it at once.

Random bodies change, alias, copy and hand on lists, dicts and structs; each is compiled twice, once with answers of an
actor and once with a function that gives the same numbers. Nothing may differ: not by what is kept across an await, and
not by what is shared with what.
"""

from __future__ import annotations

from random import Random

import pytest

from engine import api
from tests.engine.language.running import run

LISTS = ("a", "b", "c")
GRIDS = ("g", "h")
CASES = 12


class Body:
    """A random body. What it asks for is written as ``ASK(…)``."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.depth = 0

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def number(self, level: int = 0) -> str:
        kinds = ["literal", "item", "length", "sum", "count", "ask", "ask", "inner", "choice", "field", "dict"]
        kind = self.random.choice(kinds if level < 3 else ["literal", "length", "count"])
        x, g = self.pick(*LISTS), self.pick(*GRIDS)
        match kind:
            case "item":
                return f"{x}[{x}.len() - 1]"
            case "length":
                return f"{x}.len()"
            case "sum":
                return f"({self.number(level + 1)} +% {self.number(level + 1)})"
            case "count":
                return "n"
            case "ask":
                return f"ASK({self.number(level + 1)})"
            case "inner":
                return f"{g}[0][0]"
            case "choice":
                left, right = self.number(level + 1), self.number(level + 1)
                return f"(if {self.test(level + 1)} {{ {left} }} else {{ {right} }})"
            case "field":
                return "box.items[0]"
            case "dict":
                return 'd["k"].len()'
        return str(self.random.randrange(100))

    def test(self, level: int = 0) -> str:
        left, right = self.number(level + 1), self.number(level + 1)
        plain = f"{left} % 3 {self.pick('<', '==', '>=')} {right} % 3"
        if level < 2 and self.random.random() < 0.3:
            return f"({plain} {self.pick('and', 'or')} {self.test(level + 1)})"
        return f"({plain})"

    def some_list(self) -> str:
        x, g = self.pick(*LISTS), self.pick(*GRIDS)
        return self.pick(
            x,
            f"{g}[0]",
            "box.items",
            'd["k"]',
            f"[{self.number()}, {self.number()}]",
            f"[y * 2 for y in {x}]",
            f"id({x})",
        )

    def statement(self) -> str:
        x, g = self.pick(*LISTS), self.pick(*GRIDS)
        kinds = ["push", "set", "alias", "grid", "inner", "inner", "box", "dict", "text", "number"]
        if self.depth < 2:
            kinds += ["if", "while", "for", "for"]
        match self.random.choice(kinds):
            case "push":
                return f"{x}.push({self.number()})"
            case "set":
                return f"{x}[{self.number()} % {x}.len() * 0] = {self.number()}"
            case "alias":
                return f"{x} = {self.some_list()}"
            case "grid":
                return self.pick(f"{g} = {self.pick(*GRIDS)}", f"{g}[0] = {self.some_list()}", f"{g}.push({x})")
            case "inner":
                return self.pick(f"{g}[0].push({self.number()})", f"{g}[0][0] = {self.number()}")
            case "box":
                return self.pick(
                    f"box = Box(items: {self.some_list()})", f"box.items.push({self.number()})", "boxes.push(box)"
                )
            case "dict":
                return self.pick(f'd["k"] = {self.some_list()}', f'd["k"].push({self.number()})')
            case "text":
                return f's += f"{{{self.number()}}}{{{x}}},"'
            case "if":
                return f"if {self.test()} {{\n{self.block()}\n}} else {{\n{self.block()}\n}}"
            case "while":
                return f"n = 0\nwhile n < 3 {{\nn += 1\n{self.block()}\n}}"
            case "for":
                return f"for item in {self.some_list()}[0..1] {{\nn = n +% item\n{self.block()}\n}}"
        return f"n = n +% {self.number()}"

    def block(self) -> str:
        self.depth += 1
        lines = [self.statement() for _ in range(self.random.randrange(1, 4))]
        self.depth -= 1
        return "\n".join(lines)

    def function(self, name: str, params: str) -> str:
        lines = [
            f"fn {name}({params}) -> string {{",
            "var a = [1, 2]\nvar b = [3]\nvar c = a\nvar g = [a, b]\nvar h = g\nvar n = 0",
            'var box = Box(items: b)\nvar boxes = [box]\nvar d = {"k": a}\nvar s = ""',
            *(self.statement() for _ in range(14)),
            'return f"{a} {b} {c} {g} {h} {n} {box} {boxes} {d} {s}"',
            "}",
        ]
        return "\n".join(lines)


def program(first_seed: int) -> str:
    """A program that renders what every body gives, at once and with awaits."""
    text = [
        "struct Box { items: list<int> }",
        "actor Echo { on echo(x: int) -> int { render {x +% 1} } }",
        "fn id(x: list<int>) -> list<int> { return x }",
        "fn ask(x: int) -> int { return x +% 1 }",
        "fn awaited(echo: Echo, x: int) -> int { return await echo.echo(x) }",
    ]
    for seed in range(first_seed, first_seed + CASES):
        text.append(Body(seed).function(f"at_once_{seed}", "").replace("ASK(", "ask("))
        text.append(Body(seed).function(f"direct_{seed}", "echo: Echo").replace("ASK(", "await echo.echo("))
        text.append(Body(seed).function(f"nested_{seed}", "echo: Echo").replace("ASK(", "awaited(echo, "))
    text.append("actor Runner(echo: Echo) {\non go() {")
    for seed in range(first_seed, first_seed + CASES):
        text += [f"render {{at_once_{seed}()}}", f"render {{direct_{seed}(echo)}}", f"render {{nested_{seed}(echo)}}"]
    text += ["}", "}", "let echo = spawn Echo()", "let runner = spawn Runner(echo)", "runner.go()"]
    return "\n".join(text)


@pytest.mark.parametrize("first_seed", [0, 100, 200])
def test_what_is_awaited_is_as_what_is_computed(first_seed: int) -> None:
    outputs = run(program(first_seed)).outputs
    assert not [output.fault for output in outputs if output.kind == "fault"]
    texts = [output.text for output in outputs if output.actor == 2]
    assert len(texts) == 3 * CASES
    for case in range(CASES):
        at_once, direct, nested = texts[3 * case : 3 * case + 3]
        assert direct == at_once, f"seed {first_seed + case}"
        assert nested == at_once, f"seed {first_seed + case}"


def test_random_bodies_do_await() -> None:
    assert program(0).count("await echo.echo(") > 5 * CASES
    assert api.Status.FINISHED is run(program(0)).status
