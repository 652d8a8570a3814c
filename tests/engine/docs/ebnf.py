"""Reads a grammar in the EBNF of the W3C: ``name ::= "a" ( b | [c-d] )*``, with ``[wfc: …]`` as conditions of rules."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class Literal:
    """Text in quotes."""

    text: str


@dataclass(frozen=True, eq=False)
class Name:
    """The name of another rule."""

    text: str


@dataclass(frozen=True, eq=False)
class Characters:
    """Any of these characters, or with ``negated`` any but these."""

    members: frozenset[str]
    negated: bool


@dataclass(frozen=True, eq=False)
class Sequence:
    """Parts one after another."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Choice:
    """One of several."""

    options: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Repeat:
    """A part at least so often, and with ``many`` as often as one likes."""

    part: Node
    least: int
    many: bool


Node = Literal | Name | Characters | Sequence | Choice | Repeat

_RULE = re.compile(r"^(\w+) ::= ((?:.|\n(?!\w+ ::= ))*)", re.MULTILINE)
_CONDITION = re.compile(r"\[wfc: ([^\]]*)\]")
_PART = re.compile(r"""\s*("[^"]*"|'[^']*'|\#x[0-9A-F]+|\[[^\]]*\]|\w+|[()|?*+])""")
_CHARACTER = re.compile(r"\#x([0-9A-F]+)|(.)", re.DOTALL)
_REPEATS = {"?": (0, False), "*": (0, True), "+": (1, True)}


@dataclass(frozen=True)
class Grammar:
    """Rules by name, in their order, and the conditions of some of them. The first rule is the start."""

    rules: dict[str, Node]
    conditions: dict[str, str]

    def literals(self) -> set[str]:
        """All text in quotes."""
        return {node.text for rule in self.rules.values() for node in nodes_of(rule) if isinstance(node, Literal)}


def read_grammar(text: str) -> Grammar:
    """The grammar of a text. Raises ValueError where it is none, or names a rule that it does not have."""
    plain = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    rules: dict[str, Node] = {}
    conditions: dict[str, str] = {}
    for name, body in _RULE.findall(plain):
        if name in rules:
            raise ValueError(f"there are two rules `{name}`")
        condition = _CONDITION.search(body)
        if condition is not None:
            conditions[name] = condition[1]
        rules[name] = _Reader(_CONDITION.sub("", body).strip()).whole()
    for name, rule in rules.items():
        for node in nodes_of(rule):
            if isinstance(node, Name) and node.text not in rules:
                raise ValueError(f"`{name}` names `{node.text}`, which is not there")
    return Grammar(rules, conditions)


def nodes_of(node: Node) -> list[Node]:
    """A node and all in it."""
    inner: tuple[Node, ...] = ()
    if isinstance(node, Sequence):
        inner = node.parts
    elif isinstance(node, Choice):
        inner = node.options
    elif isinstance(node, Repeat):
        inner = (node.part,)
    return [node, *(found for part in inner for found in nodes_of(part))]


class _Reader:
    """Reads the right side of one rule."""

    def __init__(self, text: str) -> None:
        self.parts: list[str] = []
        position = 0
        while position < len(text):
            found = _PART.match(text, position)
            if found is None:
                raise ValueError(f"not EBNF: {text[position:]!r}")
            self.parts.append(found[1])
            position = found.end()
        self.index = 0

    def whole(self) -> Node:
        found = self._choice()
        if self.index != len(self.parts):
            raise ValueError(f"not EBNF: {self.parts[self.index :]}")
        return found

    def _next(self) -> str:
        return self.parts[self.index] if self.index < len(self.parts) else ""

    def _choice(self) -> Node:
        options = [self._sequence()]
        while self._next() == "|":
            self.index += 1
            options.append(self._sequence())
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def _sequence(self) -> Node:
        parts = []
        while self._next() not in ("", "|", ")"):
            parts.append(self._repeated())
        if not parts:
            raise ValueError("not EBNF: nothing stands between two `|`")
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _repeated(self) -> Node:
        found = self._single()
        while self._next() in _REPEATS:
            found = Repeat(found, *_REPEATS[self._next()])
            self.index += 1
        return found

    def _single(self) -> Node:
        part = self._next()
        self.index += 1
        if part == "(":
            found = self._choice()
            if self._next() != ")":
                raise ValueError("not EBNF: `)` is missing")
            self.index += 1
            return found
        if part[0] in "\"'":
            return Literal(part[1:-1])
        if part.startswith("#x"):
            return Literal(chr(int(part[2:], 16)))
        if part[0] == "[":
            return _characters(part[1:-1])
        return Name(part)


def _characters(text: str) -> Characters:
    negated = text.startswith("^")
    listed = [chr(int(code, 16)) if code else plain for code, plain in _CHARACTER.findall(text[negated:])]
    members: set[str] = set()
    while listed:
        first = listed.pop(0)
        last = first
        if len(listed) > 1 and listed[0] == "-":
            last = listed[1]
            del listed[:2]
        members.update(map(chr, range(ord(first), ord(last) + 1)))
    return Characters(frozenset(members), negated)
