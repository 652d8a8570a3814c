"""The words of the language, in one table.

``PATTERNS`` says what every class of token looks like. The compiler's lexer and the highlighters of
editors are both made from it, so that a colour never contradicts the compiler.

A token's *kind* is what the parser asks for: keywords, operators and brackets are their own kind (``let``,
``+=``, ``{``); all else has one of the kinds below. Contextual keywords (``state``, ``timeline``, …) are
names to the lexer; only where the grammar expects them do they mean something.
"""

from __future__ import annotations

import re


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


KEYWORDS = frozenset(
    _words("""
    let var fn render return if else for in while break continue match struct enum type actor agent flow on
    spawn await after every import from export test assert expect invariant and or not true false none
    """)
)

CONTEXTUAL_KEYWORDS = frozenset(
    _words("""
    timeline distributed state node model payload tick at with restart fail stop self sender effects version
    run until idle as
    """)
)

BUILTIN_TYPES = frozenset(_words("int float bool string bytes duration list dict set json tensor any i32"))

# Kinds of tokens that are not their own text.
NAME = "name"
INTEGER = "integer"
FLOAT = "float number"
STRING = "text"
BYTES = "bytes text"
DURATION = "duration"
F_START = 'f"'
F_TEXT = "f-string text"
F_OPEN = "f-string {"
F_FORMAT = "f-string format"
F_CLOSE = "f-string }"
F_END = 'f-string "'
END = "end of file"

OPERATORS = _words(
    "+%= -%= *%= <<= >>= .. ?. ?? |> => -> == != <= >= << >> +% -% *% += -= *= /= %= &= |= ^= && || "
    "+ - * / % < > = & | ^ . ? , : ; !"
)

BRACKETS = {"(": ")", "[": "]", "{": "}", F_OPEN: F_CLOSE}
CLOSERS = {closer: opener for opener, closer in BRACKETS.items()}

ASSIGNMENTS = frozenset(_words("= += -= *= /= %= +%= -%= *%= &= |= ^= <<= >>="))

CONTINUING = (frozenset(OPERATORS) - {"-", "!", ";"}) | {"and", "or", "in"}
"""A line that starts with one of these goes on with the statement of the line before. ``-`` does so too, but may start
an entry or an arm where lines separate those, so the parser decides. ``not``, ``(`` and ``[`` start something new."""


def escaped(operator: str) -> str:
    """An operator as a regular expression."""
    return re.sub(r"([|+*?^.])", r"\\\1", operator)


_DIGITS = r"[0-9][0-9_]*+"

PATTERNS: dict[str, str] = {
    "comment": r"//[^\n]*+",
    "comment_open": r"/\*",
    "fstring": r'f"',
    "bytes": r'b"(?:[^"\\\n]++|\\[^\n])*+"',
    "string": r'"(?:[^"\\\n]++|\\[^\n])*+"',
    "unclosed_string": r'"(?:[^"\\\n]++|\\[^\n])*+\\?',
    "duration": rf"{_DIGITS}(?:(?:us|ms|s|m|h)\b|[ \t]+ticks?\b)",
    # After the dot of `t.0` digits are a field's name, so that `t.0.1` is not `t` and `0.1`.
    "field_number": r"(?<=[^.]\.)[0-9]++(?!\w)",
    "float": rf"{_DIGITS}(?:\.[0-9][0-9_]*+(?:[eE][+-]?[0-9]++)?|[eE][+-]?[0-9]++)(?!\w)",
    "malformed_float": r"[0-9][0-9_]*+\.[0-9]\w*+",
    "integer": rf"(?:0[xX][0-9a-fA-F][0-9a-fA-F_]*+|0[bB][01][01_]*+|{_DIGITS})(?!\w)",
    "malformed_number": r"[0-9]\w*+",
    "name": r"[^\W\d]\w*+",
    "bracket": r"[()\[\]{}]",
    "operator": "|".join(map(escaped, OPERATORS)),
}
"""What each class of token looks like; earlier ones win. Block comments nest and f-strings hold expressions, so
for these there is only the start; see ``FSTRING_TEXT`` and ``COMMENT_EDGE``."""

COMMENT_EDGE = r"/\*|\*/"
"""What opens and closes a level of a block comment."""

ESCAPE = r"\\(?:u\{[0-9a-fA-F_]*\}|[^\n])"
"""An escape in a string, right or wrong."""

BYTES_ESCAPE = r"\\(?:x[0-9a-fA-F]{2}|[^\n])"
"""An escape in a bytes literal, right or wrong."""

FSTRING_TEXT = rf'(?:[^"\\\n{{}}]++|{ESCAPE}|\{{\{{|\}}\}})++'
"""A run of literal text in an f-string; ``{{`` and ``}}`` are braces."""

ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "\\": "\\", '"': '"', "e": "\x1b"}
"""What may follow a backslash, besides ``u{…}``."""


class Token:
    """A token and its place. ``text`` is as written, but for strings and f-string texts, where escapes are resolved.

    ``first`` marks the first token of a line; ``breaks`` that a statement may end before it: it is the first of its
    line, directly in braces or at the top level, and does not continue the line before.
    """

    __slots__ = ("breaks", "end", "first", "kind", "start", "text")

    def __init__(self, kind: str, text: str, start: int, end: int, first: bool = False, breaks: bool = False) -> None:
        self.kind = kind
        self.text = text
        self.start = start
        self.end = end
        self.first = first
        self.breaks = breaks

    def __repr__(self) -> str:
        return f"Token({self.kind!r}, {self.text!r}, {self.start}, {self.end})"

    @property
    def is_word(self) -> bool:
        """Whether it is a name or a keyword."""
        return self.kind == NAME or self.kind in KEYWORDS
