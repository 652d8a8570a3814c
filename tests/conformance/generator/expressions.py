"""Expressions of a type, from what is in scope. None of them takes long or makes values that grow without end.

An expression is written where its type is known (a declaration, an argument, a field), so that ``none`` and the items
of a literal have one. Where it is not known (an operand, a receiver), it is an *atom*: a variable, a call or a plain
literal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from tests.conformance.generator import json_values, math_calls
from tests.conformance.generator.choices import Choices
from tests.conformance.generator.types import (
    BOOL,
    DURATION,
    FLOAT,
    INT,
    JSON,
    STRING,
    Type,
    list_of,
    optional_of,
    scalar_literal,
)

COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")


@dataclass(frozen=True)
class Variable:
    """A name in scope; what is not ``mutable`` stands on the right only."""

    name: str
    type: Type
    mutable: bool = False


@dataclass(frozen=True)
class Signature:
    """A function of the program; the first parameter of a recursive one is its fuel."""

    name: str
    params: tuple[Type, ...]
    result: Type
    is_recursive: bool


@dataclass
class Names:
    """What a program declares, and names that are still free."""

    prefix: str
    functions: list[Signature] = field(default_factory=list)
    makers: dict[Type, str] = field(default_factory=dict)
    extra: list[str] = field(default_factory=list)
    """Functions that expressions asked for."""
    count: int = 0

    def new(self, stem: str) -> str:
        """A name that nothing else has."""
        self.count += 1
        return f"{stem}{self.prefix}_{self.count}"


class Expressions:
    """Makes expressions in a scope. ``calls`` says whether functions of the program may be called."""

    def __init__(self, c: Choices, names: Names, variables: list[Variable], calls: bool, in_actor: bool) -> None:
        self.c = c
        self.names = names
        self.variables = variables
        self.calls = calls
        self.in_actor = in_actor

    # --- the ways to a value ----------------------------------------------------------------------

    def expr(self, t: Type, depth: int = 2) -> str:
        """An expression of the type, where that type is expected."""
        if depth <= 0:
            return self.leaf(t)
        ways = [self.leaf, self.leaf, self.made, self.chosen, self.called, self.taken]
        return self.c.one(ways)(t) if self.c.often(3) else self.computed(t, depth)

    def atom(self, t: Type) -> str:
        """An expression that says its type by itself."""
        known = self.of_type(t)
        if known and not self.c.often(2):
            return self.c.one(known).name
        if t.is_plain and t.kind != "actor" and self.c.often(7):
            return self.literal(t, 1) if t.kind in ("int", "float", "string", "bool") else f"({self.literal(t, 1)})"
        return f"{self.maker(t)}()" if t.kind != "actor" or not known else self.c.one(known).name

    def of_type(self, t: Type) -> list[Variable]:
        """The variables of a type, the newest first."""
        return [v for v in reversed(self.variables) if v.type == t]

    def leaf(self, t: Type) -> str:
        """A variable or a small literal."""
        known = self.of_type(t)
        if known and (t.kind == "actor" or self.c.often(6)):
            return self.c.one(known).name
        return self.literal(t, 1)

    def made(self, t: Type) -> str:
        """A larger literal."""
        return self.literal(t, 2)

    def literal(self, t: Type, depth: int) -> str:
        """A value written out."""
        inner = self.leaf if depth > 1 else (lambda part: self.literal(part, 0))
        count = self.c.between(1, 3) if depth > 0 else 1
        match t.kind:
            case "list":
                return f"[{', '.join(inner(t.parts[0]) for _ in range(count))}]"
            case "set":
                return f"{{{', '.join(inner(t.parts[0]) for _ in range(count))}}}"
            case "dict":
                return f"{{{', '.join(f'{inner(t.parts[0])}: {inner(t.parts[1])}' for _ in range(count))}}}"
            case "tuple":
                return f"({', '.join(map(inner, t.parts))})"
            case "optional":
                unknown = t.parts[0].kind == "actor" and not self.of_type(t.parts[0])
                return "none" if unknown or depth == 0 or self.c.often(3) else inner(t.parts[0])
            case "struct":
                return f"{t.name}({', '.join(f'{name}: {inner(part)}' for name, part in t.fields)})"
            case "enum":
                return self.variant(t, depth)
            case "actor":
                return self.atom(t)
        return scalar_literal(self.c, t)

    def variant(self, t: Type, depth: int) -> str:
        """A value of an enum: its fields are variants, the parts of each what it carries."""
        inner = self.leaf if depth > 1 else (lambda part: self.literal(part, 0))
        name, carried = self.c.one(t.fields) if depth > 0 else t.fields[0]
        arguments = ", ".join(map(inner, carried.parts))
        return f"{t.name}.{name}({arguments})" if carried.parts else f"{t.name}.{name}"

    def chosen(self, t: Type) -> str:
        """One of two."""
        if t.is_plain and self.c.often(3):
            return f"{self.picker()}({self.condition()}, {self.leaf(t)}, {self.leaf(t)})"
        return f"(if {self.condition()} {{ ({self.leaf(t)}) }} else {{ ({self.leaf(t)}) }})"

    def called(self, t: Type) -> str:
        """What a function of the program gives."""
        if not self.calls:
            return self.leaf(t)
        ways = [partial(self.call, f) for f in self.names.functions if f.result == t]
        ways += [partial(self.apply, v) for v in self.variables if v.type.kind == "function" and v.type.parts[1] == t]
        return self.c.one(ways)() if ways else self.leaf(t)

    def apply(self, value: Variable) -> str:
        """A call of a function value."""
        return f"{value.name}({self.expr(value.type.parts[0], 1)})"

    def call(self, function: Signature) -> str:
        """A call; recursive functions get a little fuel."""
        arguments = [self.expr(param, 1) for param in function.params]
        if function.is_recursive:
            arguments.insert(0, str(self.c.below(4)))
        return f"{function.name}({', '.join(arguments)})"

    def taken(self, t: Type) -> str:
        """A part of something that is in scope."""
        ways: list[str] = []
        for v in self.variables:
            match v.type:
                case Type(kind="list", parts=(item,)) if item == t:
                    ways.append(f"{v.name}[{self.index(v.name)}]")
                case Type(kind="list") as whole if whole == t:
                    ways.append(f"{v.name}[{self.c.below(2)}..]")
                case Type(kind="dict", parts=(key, value)) if value == t:
                    ways.append(f"{v.name}[{self.key(v.name, key)}]")
                case Type(kind="tuple", parts=parts) if t in parts:
                    ways.append(f"{v.name}.{parts.index(t)}")
                case Type(kind="struct", fields=fields):
                    ways += [f"{v.name}.{name}" for name, part in fields if part == t]
                case Type(kind="optional", parts=(inner,)) if inner == t:
                    ways.append(f"({v.name} ?? {self.leaf(t)})")
        return self.c.one(ways) if ways else self.leaf(t)

    def index(self, name: str) -> str:
        """Mostly a place that is there."""
        return self.c.one(("0", f"{name}.len() - 1", "1", self.atom(INT)))

    def key(self, name: str, key: Type) -> str:
        """Mostly a key that is there."""
        return self.c.one((self.leaf(key), f"{name}.keys()[0]"))

    # --- what is computed, by type ----------------------------------------------------------------

    def computed(self, t: Type, depth: int) -> str:
        """An operation that gives the type."""
        of_module = self.of_module(t, depth) if self.c.often(2) else []
        if of_module:
            return self.c.one(of_module)()
        match t.kind:
            case "int":
                return self.int_(depth)
            case "float":
                return self.float_(depth)
            case "bool":
                return self.bool_(depth)
            case "string":
                return self.string(depth)
            case "duration":
                return self.duration(depth)
            case "json":
                return json_values.made(self, depth)
            case "list":
                return self.list_(t, depth)
            case "dict" | "set" | "tuple":
                return self.c.one((self.made, self.taken, self.chosen))(t)
            case "struct":
                return self.struct(t)
            case "optional":
                return self.optional(t, depth)
        return self.made(t)

    def of_module(self, t: Type, depth: int) -> list[Callable[[], str]]:
        """Ways to the type with what is in modules of the library."""
        ways = json_values.ways(self, t)
        if t in (INT, FLOAT, BOOL):
            ways += [lambda: math_calls.call(self, t, depth)] * 3
        return ways

    def int_(self, depth: int) -> str:
        a, b = self.expr(INT, depth - 1), self.expr(INT, depth - 1)
        ways = [
            *(f"({a} {op} {b})" for op in ("+", "-", "*", "+%", "-%", "*%", "/", "%", "&", "|", "^")),
            *(f"({a} {op} {self.c.one(('1', '3', '40', b))})" for op in ("<<", ">>")),
            f"(-{a})", f"abs({a})", f"min({a}, {b})", f"max({a}, {b})",
            f"{self.atom(STRING)}.len()", f"{self.atom(list_of(INT))}.len()", f"sum({self.atom(list_of(INT))})",
            f"int({self.atom(FLOAT)})", f"{self.c.one(('floor', 'ceil', 'round'))}({self.atom(FLOAT)})",
            f"({self.atom(STRING)}.to_int() ?? {a})", f"int({self.atom(DURATION)})", "now()", self.reduced(),
            f"({self.atom(DURATION)} / {self.atom(DURATION)})",
            f"random_int({self.c.below(3)}, {self.c.between(3, 9)})",
        ]  # fmt: skip
        return self.c.one(ways)

    def float_(self, depth: int) -> str:
        a, b = self.expr(FLOAT, depth - 1), self.expr(FLOAT, depth - 1)
        ways = [
            *(f"({a} {op} {b})" for op in "+-*/"),
            f"(-{a})", f"abs({a})", f"sqrt({a})", f"min({a}, {b})", f"max({a}, {b})",
            f"float({self.atom(INT)})", f"({self.atom(STRING)}.to_float() ?? {a})", f"sum({self.atom(list_of(FLOAT))})",
            "random()",
        ]  # fmt: skip
        return self.c.one(ways)

    def bool_(self, depth: int) -> str:
        t = self.c.one((INT, STRING, FLOAT, BOOL, DURATION, *(v.type for v in self.shown_variables()[-4:])))
        ops = COMPARISONS if t.is_ordered else COMPARISONS[:2]
        a, b = self.atom(t), self.atom(t)
        ways = [
            f"({a} {self.c.one(ops)} {b})",
            f"({self.expr(BOOL, depth - 1)} and {self.expr(BOOL, depth - 1)})",
            f"({self.expr(BOOL, depth - 1)} or {self.expr(BOOL, depth - 1)})",
            f"(not {self.expr(BOOL, depth - 1)})",
            f"({self.atom(STRING)} in {self.atom(STRING)})",
            f"({self.atom(INT)} in {self.atom(list_of(INT))})",
            f"{self.atom(STRING)}.starts_with({self.atom(STRING)})",
            f"{self.atom(STRING)}.ends_with({self.atom(STRING)})",
        ]
        return self.c.one(ways)

    def condition(self) -> str:
        """A truth value for ``if`` and ``while``."""
        return self.bool_(1)

    def string(self, depth: int) -> str:
        a, fill = self.atom(STRING), self.c.one(('"*"', '"xy"'))
        ways = [
            f"{self.cut(STRING)}({a} + {self.expr(STRING, depth - 1)})",
            f"{self.cut(STRING)}({self.shown()})",
            f"{self.cut(STRING)}({self.shown()})",
            f"{a}[{self.c.below(2)}..]", f"{a}[{self.index(a)}]", f"{a}[..{self.c.below(3)}]",
            f"{a}.{self.c.one(('upper', 'lower', 'trim', 'reverse'))}()",
            f"{self.cut(STRING)}({a}.replace({self.atom(STRING)}, {self.atom(STRING)}))",
            f"{a}.repeat({self.c.below(3)})", f"{a}.pad_left({self.c.below(7)}, {fill})",
            f"{a}.pad_right({self.c.below(7)})", f"{self.cut(STRING)}({self.atom(list_of(STRING))}.join({a}))",
            f"string({self.atom(self.any_type())})",
        ]  # fmt: skip
        return self.c.one(ways)

    def shown(self) -> str:
        """An f-string of things in scope."""
        parts = [f"{{{self.atom(self.any_type())}}}" for _ in range(self.c.between(1, 2))]
        quoted = all('"' not in part for part in parts)
        return f'f"{" ".join(parts)}"' if quoted else f'f"{{{self.some_variable()}}}"'

    def some_variable(self) -> str:
        known = self.shown_variables()
        return self.c.one(known).name if known else "1"

    def shown_variables(self) -> list[Variable]:
        """What is in scope and can be compared and shown."""
        return [v for v in self.variables if v.type.kind != "function"]

    def any_type(self) -> Type:
        """A type of something in scope, or a simple one."""
        return self.c.one([*(v.type for v in reversed(self.shown_variables())), INT])

    def duration(self, depth: int) -> str:
        a = self.expr(DURATION, depth - 1)
        ways = [f"({a} + {self.atom(DURATION)})", f"({a} - {self.atom(DURATION)})", f"({a} * {self.atom(INT)})"]
        return self.c.one([*ways, f"({a} / {self.atom(INT)})", f"({a} % {self.atom(DURATION)})", f"abs({a})"])

    def list_(self, t: Type, depth: int) -> str:
        (item,) = t.parts
        a = self.atom(t)
        new = self.names.new("x")
        ways = [
            f"{self.cut(t)}({a} + {self.expr(t, depth - 1)})",
            f"{a}[{self.c.below(2)}..]", f"{a}[..{self.c.below(3)}]", f"{a}.reverse()",
            f"[{new} for {new} in {a} if {self.within(Variable(new, item)).condition()}]",
            f"[{self.within(Variable(new, INT)).expr(item, 1)} for {new} in 0..{self.c.between(1, 4)}]",
        ]  # fmt: skip
        if self.calls:
            other = self.c.one([v.type for v in self.variables if v.type.kind == "list"] or [list_of(INT)])
            if item.is_plain:
                ways.append(f"{self.atom(other)}.map({self.function(new, other.parts[0], item)})")
            ways.append(f"{a}.filter(fn({new}) => {self.within(Variable(new, item)).condition()})")
            ways.append(f"{a}.sort_by({self.function(new, item, self.c.one((INT, STRING)))})")
        if item.is_ordered:
            ways.append(f"{a}.sort()")
        if item == STRING:
            ways += [f"{self.atom(STRING)}.split({self.atom(STRING)})", f"{self.atom(STRING)}.chars()"]
        for v in self.variables:
            if v.type.kind == "dict" and v.type.parts[0] == item:
                ways.append(f"{v.name}.keys()")
            if v.type.kind == "dict" and v.type.parts[1] == item:
                ways.append(f"{v.name}.values()")
        return self.c.one(ways)

    def struct(self, t: Type) -> str:
        """One with some of its fields changed."""
        if not t.fields:
            return self.made(t)
        name, part = self.c.one(t.fields)
        return f"({self.atom(t)} with {{ {name}: {self.leaf(part)} }})"

    def optional(self, t: Type, depth: int) -> str:
        (inner,) = t.parts
        ways = [self.taken(t)]
        if inner.kind not in ("actor",):
            ways += [f"{self.atom(list_of(inner))}.{self.c.one(('first', 'last'))}()", self.expr(inner, depth - 1)]
        if inner == INT:
            ways += [f"{self.atom(STRING)}.to_int()", f"{self.atom(STRING)}.find({self.atom(STRING)})"]
            ways += [f"{self.atom(list_of(INT))}.index_of({self.atom(INT)})"]
        if inner == FLOAT:
            ways.append(f"{self.atom(STRING)}.to_float()")
        for v in self.variables:
            if v.type.kind == "dict" and v.type.parts[1] == inner:
                ways.append(f"{v.name}.get({self.leaf(v.type.parts[0])})")
            if v.type.kind == "optional" and v.type.parts[0].kind == "struct":
                ways += [f"{v.name}?.{name}" for name, part in v.type.parts[0].fields if optional_of(part) == t]
        return self.c.one(ways)

    def function(self, name: str, param: Type, result: Type) -> str:
        """A function written out, whose parameter has that name."""
        return f"fn({name}) => {self.within(Variable(name, param)).expr(result, 1)}"

    def reduced(self) -> str:
        """A number from a list."""
        total, item = self.names.new("t"), self.names.new("x")
        known = [v for v in self.variables if v.type.kind == "list"]
        if not known:
            return self.literal(INT, 0)
        v = self.c.one(known)
        within = self.within(Variable(total, INT), Variable(item, v.type.parts[0]))
        return f"{v.name}.reduce({self.leaf(INT)}, fn({total}, {item}) => {total} +% {within.taken(INT)})"

    def within(self, *more: Variable) -> Expressions:
        """The same with more in scope, and no calls: it is evaluated several times, or in a function."""
        outer = [v for v in self.variables if v.name != "self"]
        return Expressions(self.c, self.names, [*outer, *more], False, self.in_actor)

    # --- functions that expressions need ----------------------------------------------------------

    def maker(self, t: Type) -> str:
        """A function that gives a value of the type."""
        if t not in self.names.makers:
            name = self.names.makers[t] = self.names.new("make")
            value = Expressions(self.c, self.names, [], False, False).literal(t, 1)
            self.names.extra.append(f"fn {name}() -> {t.text} {{ return {value} }}")
        return self.names.makers[t]

    def picker(self) -> str:
        """A generic function that gives one of two."""
        key = Type("pick")
        if key not in self.names.makers:
            name = self.names.makers[key] = self.names.new("pick")
            self.names.extra.append(f"fn {name}<T>(c: bool, a: T, b: T) -> T {{ return if c {{ a }} else {{ b }} }}")
        return self.names.makers[key]

    def cut_json(self) -> str:
        """A function that leaves out JSON that has become long."""
        key = Type("cut", (JSON,))
        if key not in self.names.makers:
            name = self.names.makers[key] = self.names.new("cut")
            body = "return if x.to_text().len() > 60 { json.Null } else { x }"
            self.names.extra.append(f"fn {name}(x: json) -> json {{ {body} }}")
        return self.names.makers[key]

    def cut(self, t: Type) -> str:
        """A function that keeps a text or a list short."""
        key = Type("cut", (t,))
        if key not in self.names.makers:
            name = self.names.makers[key] = self.names.new("cut")
            body = "return if x.len() > 30 { x[..10] } else { x }"
            self.names.extra.append(f"fn {name}(x: {t.text}) -> {t.text} {{ {body} }}")
        return self.names.makers[key]
