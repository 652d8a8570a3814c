"""The types of random programs, and literals of them."""

from __future__ import annotations

from dataclasses import dataclass

from tests.conformance.generator.choices import Choices


@dataclass(frozen=True)
class Type:
    """A type: its kind, the types that it is made of, and for what is declared its name and fields, with ``argument``
    in the place of its type parameter."""

    kind: str
    parts: tuple[Type, ...] = ()
    name: str = ""
    fields: tuple[tuple[str, Type], ...] = ()
    argument: Type | None = None

    @property
    def text(self) -> str:
        """As it is written."""
        match self.kind:
            case "list" | "set" | "dict":
                return f"{self.kind}<{', '.join(part.text for part in self.parts)}>"
            case "tuple":
                return f"({', '.join(part.text for part in self.parts)})"
            case "optional":
                return f"{self.parts[0].text}?"
            case "function":
                return f"fn({self.parts[0].text}) -> {self.parts[1].text}"
        return f"{self.name}<{self.argument.text}>" if self.argument is not None else self.name or self.kind

    @property
    def is_plain(self) -> bool:
        """Whether a literal says its type by itself: nothing in it may be none."""
        own = self.parts if self.argument is None else (self.argument, *self.parts)
        return self.kind != "optional" and all(part.is_plain for part in own)

    @property
    def is_ordered(self) -> bool:
        """Whether ``<`` works."""
        if self.kind in ("list", "tuple"):
            return all(part.is_ordered for part in self.parts)
        if self.kind == "enum":
            return not any(carried.parts for _, carried in self.fields)
        return self.kind in ("int", "float", "string", "duration")


INT, FLOAT, BOOL, STRING, DURATION = (Type(kind) for kind in ("int", "float", "bool", "string", "duration"))
JSON = Type("json")
SCALARS = (INT, STRING, BOOL, FLOAT, DURATION)


def list_of(item: Type) -> Type:
    """``list<T>``."""
    return Type("list", (item,))


def optional_of(inner: Type) -> Type:
    """``T?``; one of an optional is the same."""
    return inner if inner.kind == "optional" else Type("optional", (inner,))


def random_type(c: Choices, declared: list[Type], depth: int) -> Type:
    """A type at most so deep; of what is declared, one of those given."""
    kinds = ["scalar", "scalar", "list", "dict", "optional", "tuple", "set", "json"]
    kinds += ["declared"] * (2 if declared else 0)
    match c.one(kinds) if depth > 0 else "scalar":
        case "list":
            return list_of(random_type(c, declared, depth - 1))
        case "dict":
            return Type("dict", (key_type(c), random_type(c, declared, depth - 1)))
        case "set":
            return Type("set", (key_type(c),))
        case "optional":
            return optional_of(random_type(c, declared, depth - 1))
        case "tuple":
            return Type("tuple", tuple(random_type(c, declared, depth - 1) for _ in range(c.between(2, 3))))
        case "declared":
            return c.one(declared)
        case "json":
            return JSON
    return c.one(SCALARS)


def key_type(c: Choices) -> Type:
    """A type of keys."""
    return c.one((INT, STRING, INT, STRING, Type("tuple", (INT, STRING)), BOOL, FLOAT, list_of(INT), DURATION, JSON))


INTS = (
    "0", "1", "2", "3", "5", "7", "10", "(-1)", "(-2)", "(-7)", "63", "64", "100", "1000003", "4294967296",
    "9223372036854775807", "(-9223372036854775808)", "3037000500",
)  # fmt: skip
FLOATS = ("0.0", "1.0", "0.5", "2.5", "(-1.5)", "0.1", "1e21", "(-0.0)", "1e-7", "1e308", "5e-324", "3.0", "100.0")
STRINGS = (
    '""', '"a"', '"b"', '"ab"', '"key"', '"é"', '"a,b,c"', r'"q\"uote\n"', '"🌀x"', '"  pad "', '"12"', '"-7.5"',
    '"AÀz"', r'"\u{7}"',
)  # fmt: skip
DURATIONS = ("0ms", "1ms", "5ms", "1500us", "2s", "(-3ms)", "3 ticks", "1h")
JSONS = (
    "json.Null", "json.Int(1)", 'json.String("a")', "json.Bool(true)", "json.Float(0.5)", "json.of([1, 2])",
    r'json.parse("{\"a\": [1, 2.5e3, null], \"b\": {\"a\": \"x\\u00e9\"}}")', r'json.parse(" [ -0.0, 1e400, [[]] ] ")',
    r'json.parse("[true, {}, \"🌀\\n\", 9223372036854775808, -7]")', r'json.of({"key": (1, "a")})',
)  # fmt: skip
_LITERALS = {
    "int": INTS, "float": FLOATS, "string": STRINGS, "bool": ("true", "false"), "duration": DURATIONS, "json": JSONS,
}  # fmt: skip


def scalar_literal(c: Choices, t: Type) -> str:
    """A number, text, truth value or time."""
    if t.kind == "int" and c.often(6):
        return str(c.below(6))
    return c.one(_LITERALS[t.kind])
