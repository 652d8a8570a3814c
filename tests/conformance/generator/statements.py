"""Statements: every loop ends soon, and what grows is cut short."""

from __future__ import annotations

from dataclasses import dataclass

from tests.conformance.generator.choices import Choices
from tests.conformance.generator.expressions import Expressions, Names, Variable
from tests.conformance.generator.json_values import VARIANTS
from tests.conformance.generator.types import INT, STRING, Type

LOOPS_MAX = 2


@dataclass
class Place:
    """Where statements stand: what they may do there."""

    result: Type | None = None
    """What ``return`` gives, in a function."""
    renders: bool = False
    """Whether ``render`` shows something."""
    in_actor: bool = False


class Statements:
    """Makes the lines of a body."""

    def __init__(self, c: Choices, names: Names, types: list[Type], variables: list[Variable], place: Place) -> None:
        self.c = c
        self.names = names
        self.types = types
        self.variables = list(variables)
        self.place = place
        self.loops = 0

    @property
    def values(self) -> Expressions:
        """Expressions of what is in scope here. Loops call functions at their first level only."""
        return Expressions(self.c, self.names, self.variables, self.loops < LOOPS_MAX, self.place.in_actor)

    def body(self, depth: int, count: int) -> list[str]:
        """Some lines, in a scope of their own."""
        outer = len(self.variables)
        lines: list[str] = []
        for _ in range(count):
            lines += self.statement(depth)
        del self.variables[outer:]
        return lines

    def statement(self, depth: int) -> list[str]:
        """One statement, as lines."""
        ways = [self.show, self.declaration, self.assignment, self.change, self.change, self.destructuring, self.show]
        if depth > 0:
            ways += [self.branch, self.each, self.counting, self.choice, self.branch, self.trouble]
        way = self.c.one(ways)
        return way(depth) if way in (self.branch, self.each, self.counting, self.choice) else way(0)

    def declaration(self, _: int) -> list[str]:
        if self.c.often(1):
            return self.function_value()
        t = self.c.one(self.types)
        value = (
            self.values.expr(t, 2) if t.kind not in ("list", "dict", "set") or not self.c.often(1) else _EMPTY[t.kind]
        )
        new = Variable(self.names.new("v"), t, True)
        self.variables.append(new)
        return [f"var {new.name}: {t.text} = {value}"]

    def function_value(self) -> list[str]:
        """A function that captures what is in scope."""
        param, result = (self.c.one(self.types) for _ in range(2))
        new = Variable(self.names.new("f"), Type("function", (param, result)))
        written = self.values.function(self.names.new("x"), param, result)
        self.variables.append(new)
        return [f"let {new.name}: {new.type.text} = {written}"]

    def show(self, _: int) -> list[str]:
        if not self.place.renders:
            return self.assignment(0)
        known = self.values.shown_variables()
        if known and self.c.often(7):
            return [f"render {self.c.one(list(reversed(known))).name}"]
        return [f"render {self.values.string(2)}"]

    def mutable(self, *kinds: str) -> list[Variable]:
        """What can be changed, the newest first."""
        return [v for v in reversed(self.variables) if v.mutable and (not kinds or v.type.kind in kinds)]

    def assignment(self, _: int) -> list[str]:
        known = self.mutable()
        if not known:
            return self.declaration(0)
        v = self.c.one(known)
        if v.type.kind == "int" and self.c.often(5):
            return [f"{v.name} {self.c.one(('+=', '-=', '*='))} {self.values.expr(INT, 1)}"]
        if v.type.kind == "string" and self.c.often(5):
            return [
                f"{v.name} += {self.values.expr(STRING, 1)}",
                f"if {v.name}.len() > 40 {{ {v.name} = {v.name}[..5] }}",
            ]
        return [f"{v.name} = {self.values.expr(v.type, 2)}"]

    def change(self, _: int) -> list[str]:
        """Changes a part of something in its place."""
        known = self.mutable("list", "dict", "set", "struct")
        if not known:
            return self.declaration(0)
        v = self.c.one(known)
        return self.change_of(v.name, v.type, 2)

    def change_of(self, name: str, t: Type, depth: int) -> list[str]:
        values = self.values
        match t.kind:
            case "list":
                (item,) = t.parts
                if depth > 0 and item.kind in ("list", "dict", "set", "struct") and self.c.often(4):
                    return self.change_of(f"{name}[{values.index(name)}]", item, depth - 1)
                short = f"if {name}.len() > 12 {{ {name} = {name}[..3] }}"
                ways = [
                    [f"{name}.push({values.expr(item, 1)})", short],
                    [f"{name}[{values.index(name)}] = {values.expr(item, 1)}"],
                    [f"{name}.insert(0, {values.expr(item, 1)})", short],
                    [f"if {name}.len() > 0 {{ {name}.pop() }}"],
                    [f"{name}.remove_at({values.index(name)})"],
                ]
                return self.c.one(ways)
            case "dict":
                key, item = t.parts
                if depth > 0 and item.kind in ("list", "dict", "set", "struct") and self.c.often(4):
                    return self.change_of(f"{name}[{values.key(name, key)}]", item, depth - 1)
                return self.c.one(
                    [
                        [f"{name}[{values.expr(key, 1)}] = {values.expr(item, 1)}"],
                        [f"{name}.remove({values.expr(key, 1)})"],
                    ]
                )
            case "set":
                return [f"{name}.{self.c.one(('add', 'remove'))}({values.expr(t.parts[0], 1)})"]
            case "struct" if t.fields:
                field, part = self.c.one(t.fields)
                if depth > 0 and part.kind in ("list", "dict", "set", "struct") and self.c.often(6):
                    return self.change_of(f"{name}.{field}", part, depth - 1)
                return [f"{name}.{field} = {values.expr(part, 1)}"]
        return self.show(0)

    def destructuring(self, _: int) -> list[str]:
        known = [v for v in reversed(self.variables) if v.type.kind == "tuple"]
        if not known:
            return self.declaration(0)
        v = self.c.one(known)
        parts = [Variable(self.names.new("p"), part, True) for part in v.type.parts]
        self.variables += parts
        return [f"var ({', '.join(part.name for part in parts)}) = {v.name}"]

    def branch(self, depth: int) -> list[str]:
        head = f"if {self.values.condition()} {{"
        lines = [head, *self.body(depth - 1, self.c.between(1, 2))]
        if self.c.often(4):
            lines += [f"}} else if {self.values.condition()} {{", *self.body(depth - 1, 1)]
        if self.c.often(5):
            lines += ["} else {", *self.body(depth - 1, self.c.between(1, 2))]
        return [*lines, "}"]

    def looped(self, head: str, more: list[Variable], depth: int, end: list[str] | None = None) -> list[str]:
        if self.loops >= LOOPS_MAX:
            return self.assignment(0)
        self.loops += 1
        outer = len(self.variables)
        self.variables += more
        lines = self.body(depth - 1, self.c.between(1, 3))
        if self.c.often(2):
            lines.append(f"if {self.values.condition()} {{ {self.c.one(('break', 'continue'))} }}")
            lines += self.body(depth - 1, 1)
        del self.variables[outer:]
        self.loops -= 1
        return [head, *(end or []), *lines, "}"]

    def each(self, depth: int) -> list[str]:
        known = [v for v in reversed(self.variables) if v.type.kind in ("list", "set", "dict", "string")]
        if not known or self.c.often(3):
            new = Variable(self.names.new("i"), INT)
            return self.looped(f"for {new.name} in 0..{self.c.between(1, 4)} {{", [new], depth)
        v = self.c.one(known)
        match v.type.kind:
            case "dict":
                pair = [Variable(self.names.new("k"), v.type.parts[0]), Variable(self.names.new("w"), v.type.parts[1])]
                return self.looped(f"for {pair[0].name}, {pair[1].name} in {v.name} {{", pair, depth)
            case "string":
                new = Variable(self.names.new("c"), STRING)
                return self.looped(f"for {new.name} in {v.name}[..{v.name}.len() / 4] {{", [new], depth)
        new = Variable(self.names.new("x"), v.type.parts[0])
        return self.looped(f"for {new.name} in {v.name} {{", [new], depth)

    def counting(self, depth: int) -> list[str]:
        """A while loop; the counter goes up first, so that ``continue`` ends it too."""
        if self.loops >= LOOPS_MAX:
            return self.assignment(0)
        n = self.names.new("n")
        head = f"while {n} < {self.c.between(1, 4)} and {self.values.condition()} {{"
        return [f"var {n} = 0", *self.looped(head, [Variable(n, INT)], depth, [f"{n} += 1"])]

    def choice(self, depth: int) -> list[str]:
        """A match on something in scope."""
        known = [v for v in reversed(self.variables) if v.type.kind in _MATCHED]
        if not known:
            return self.branch(depth)
        v = self.c.one(known)
        lines = [f"match {v.name} {{"]
        for pattern, bound in self.patterns(v.type):
            outer = len(self.variables)
            self.variables += bound
            lines += [f"{pattern} => {{", *self.body(depth - 1, 1), "}"]
            del self.variables[outer:]
        return [*lines, "}"]

    def patterns(self, t: Type) -> list[tuple[str, list[Variable]]]:
        """The arms of a match that leave nothing out."""
        new = Variable(self.names.new("m"), t)
        literal = self.values.literal
        match t.kind:
            case "optional":
                inner = Variable(new.name, t.parts[0])
                some = [(literal(t.parts[0], 0), [])] if t.parts[0].kind in ("int", "string") else []
                return [("none", []), *some, (inner.name, [inner])]
            case "bool":
                return [("true", []), ("false", [])]
            case "tuple":
                parts = [self.bound(part) for part in t.parts]
                return [(f"({', '.join(part.name for part in parts)})", parts), ("_", [])]
            case "json":
                parts = [(name, self.bound(part)) for name, part in VARIANTS]
                return [("Null", []), *((f"{name}({part.name})", [part]) for name, part in parts), ("_", [])]
            case "enum":
                return [*(self.variant_pattern(t, name, carried) for name, carried in t.fields), ("_", [])]
            case "int":
                guard = f"{new.name} if {new.name} > {self.c.below(9)}"
                return [(str(self.c.below(5)), []), (guard, [new]), ("_", [])]
        return [(literal(t, 0), []), (new.name, [new])]

    def bound(self, t: Type) -> Variable:
        """A name in a pattern; of an optional it stands for the value that is there."""
        return Variable(self.names.new("m"), t.parts[0] if t.kind == "optional" else t)

    def variant_pattern(self, t: Type, name: str, carried: Type) -> tuple[str, list[Variable]]:
        parts = [self.bound(part) for part in carried.parts]
        inside = ", ".join(part.name for part in parts)
        return (f"{name}({inside})" if parts else name, parts)

    def trouble(self, _: int) -> list[str]:
        """What may end the turn."""
        values = self.values
        ways = [
            [f"assert {values.condition()}"],
            [f'if {values.condition()} {{ fail "f{self.c.below(3)}" }}'],
            [f"assert {values.condition()}, {values.string(1)}"],
        ]
        if self.place.result is not None:
            ways.append([f"if {values.condition()} {{ return {values.expr(self.place.result, 1)} }}"])
        return self.c.one(ways)


_MATCHED = frozenset({"optional", "int", "string", "tuple", "bool", "enum", "json"})
_EMPTY = {"list": "[]", "dict": "{}", "set": "{}"}
