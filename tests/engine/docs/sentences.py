"""Makes programs from a grammar: any of its rules, in any order, with no thought of what they mean.

What was used least is chosen most, so that a few hundred programs use every rule. Behind a certain depth or length the
shortest way out is taken.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable

from tests.engine.docs.ebnf import Choice, Grammar, Literal, Name, Node, Repeat, Sequence

DEPTH_MAX = 60
LENGTH_MAX = 90
TRIES_MAX = 200
_FAR = 10_000
_JOINED = "\0"
_ANY_CHARACTER = "aZ9 _-:.#é→🌀"
_OPENERS, _CLOSERS = frozenset("([{"), frozenset(")]}")


class Sentences:
    """Sentences of a grammar. ``reserved`` are words that only look like a ``NAME``."""

    def __init__(self, grammar: Grammar, seed: int, reserved: frozenset[str]) -> None:
        self.grammar = grammar
        self.reserved = reserved
        self.used: Counter[str] = Counter()
        self._chosen: Counter[tuple[int, int]] = Counter()
        self._random = random.Random(seed)
        self._shortest = _shortest(grammar)
        self._tokens: list[str] = []
        self._depth = 0
        self._brackets = 0
        self._head: int | None = None
        self._one_line = False

    def sentence(self, start: str) -> str:
        """One sentence that the rule ``start`` gives."""
        self._tokens = []
        self._rule(start)
        text = " ".join(self._tokens)
        return re.sub(rf" ?{_JOINED} ?", "", text).replace(" \n ", "\n")

    # --- rules ------------------------------------------------------------------------------------

    def _rule(self, name: str) -> None:
        if name.isupper():
            self._tokens.append(self._token(name))
            return
        self.used[name] += 1
        condition = self.grammar.conditions.get(name, "")
        before = self._head, self._one_line
        if condition.startswith("starts with none of "):
            self._rule_unless(name, frozenset(re.findall(r'"([^"]*)"', condition)))
            return
        if condition == "no entries outside brackets":
            self._head = self._brackets
        elif condition == "on one line":
            self._one_line = True
        elif condition == "joined":
            self._tokens.append(_JOINED)
        elif condition:
            raise ValueError(f"`{name}` has an unknown condition: {condition}")
        self._inside(name)
        self._head, self._one_line = before
        if condition == "joined":
            self._tokens.append(_JOINED)

    def _rule_unless(self, name: str, unwanted: frozenset[str]) -> None:
        """A rule whose text must not start with some tokens: tried until it does not."""
        start = len(self._tokens)
        for _ in range(TRIES_MAX):
            self._inside(name)
            if self._tokens[start] not in unwanted:
                return
            del self._tokens[start:]
        raise ValueError(f"`{name}` always starts with what it must not start with")

    def _inside(self, name: str) -> None:
        self._depth += 1
        self._node(self.grammar.rules[name])
        self._depth -= 1

    def _node(self, node: Node) -> None:
        if isinstance(node, Literal):
            self._brackets += (node.text in _OPENERS) - (node.text in _CLOSERS)
            self._tokens.append(node.text)
        elif isinstance(node, Name):
            self._rule(node.text)
        elif isinstance(node, Sequence):
            for part in node.parts:
                self._node(part)
        elif isinstance(node, Choice):
            self._node(self._option(node))
        elif isinstance(node, Repeat):
            for _ in range(self._times(node)):
                self._node(node.part)
        else:
            raise ValueError("characters stand in tokens only")

    def _option(self, node: Choice) -> Node:
        options = [(i, option) for i, option in enumerate(node.options) if self._is_allowed(option)]
        if self._is_long():
            least = min(self._distance(option) for _, option in options)
            options = [(i, option) for i, option in options if self._distance(option) == least]
        weights = [1 / (1 + self._chosen[id(node), i]) for i, _ in options]
        index, found = self._random.choices(options, weights)[0]
        self._chosen[id(node), index] += not self._is_long()
        return found

    def _is_allowed(self, option: Node) -> bool:
        if not isinstance(option, Name):
            return True
        if option.text == "NEWLINE":
            return not self._one_line
        return option.text != "entries" or self._head != self._brackets

    def _is_long(self) -> bool:
        return self._depth > DEPTH_MAX or len(self._tokens) > LENGTH_MAX

    def _times(self, node: Repeat) -> int:
        if self._is_long():
            return node.least
        unused = any(isinstance(part, Name) and not self.used[part.text] for part in _direct(node.part))
        chance = 0.9 if self._depth < 2 else 0.7 if unused else 0.45 if self._depth < 12 else 0.12
        more = 0
        while more < (2 if node.many else 1) and self._random.random() < chance:
            more += 1
        return node.least + more

    def _distance(self, node: Node) -> int:
        return _distance(node, self._shortest)

    # --- tokens -----------------------------------------------------------------------------------

    def _token(self, name: str) -> str:
        while True:
            text = self._text(Name(name))
            if name != "NAME" or text not in self.reserved:
                return text

    def _text(self, node: Node) -> str:
        if isinstance(node, Literal):
            return node.text
        if isinstance(node, Name):
            self.used[node.text] += 1
            is_sound = _SOUND.get(self.grammar.conditions.get(node.text, ""))
            while True:
                text = self._text(self.grammar.rules[node.text])
                if is_sound is None or is_sound(text):
                    return text
        if isinstance(node, Sequence):
            return "".join(map(self._text, node.parts))
        if isinstance(node, Choice):
            return self._text(self._random.choice(node.options))
        if isinstance(node, Repeat):
            times = node.least + self._random.randrange(3 if node.many else 2)
            return "".join(self._text(node.part) for _ in range(times))
        if node.negated:
            return self._random.choice([c for c in _ANY_CHARACTER if c not in node.members])
        return self._random.choice(sorted(node.members))


_SOUND: dict[str, Callable[[str], bool]] = {
    "names a character": lambda code: not 0xD800 <= int(code, 16) <= 0xDFFF,
    "is not too large": lambda number: float(number.replace("_", "")) < float("inf"),
}
"""Conditions of tokens."""


def _direct(node: Node) -> tuple[Node, ...]:
    return node.parts if isinstance(node, Sequence) else (node,)


def _shortest(grammar: Grammar) -> dict[str, int]:
    """How many rules deep the shortest sentence of each rule is."""
    found = dict.fromkeys(grammar.rules, _FAR)
    changed = True
    while changed:
        changed = False
        for name, rule in grammar.rules.items():
            distance = 1 if name.isupper() else 1 + _distance(rule, found)
            if distance < found[name]:
                found[name] = distance
                changed = True
    return found


def _distance(node: Node, shortest: dict[str, int]) -> int:
    if isinstance(node, Name):
        return shortest[node.text]
    if isinstance(node, Sequence):
        return max(_distance(part, shortest) for part in node.parts)
    if isinstance(node, Choice):
        return min(_distance(option, shortest) for option in node.options)
    if isinstance(node, Repeat):
        return _distance(node.part, shortest) if node.least else 0
    return 0
