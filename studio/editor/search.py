r"""Finding and replacing in a text: plain or by regular expression, whole words, upper and lower case.

Expressions are Qt's (PCRE): each attempt to match gives up after a fixed number of steps, so no expression can hold the
window. Positions are Qt's too, UTF-16 units from the start of the text. An empty find, such as that of ``^``, counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from time import thread_time

from PySide6.QtCore import QRegularExpression, QRegularExpressionMatch

from studio.model.figures import whole

FOUND_MAX = 20_000
SECONDS_MAX = 0.25
"""The processor time of one search, besides the limit of steps that each attempt to match has."""
SHOWN_MAX = 40
"""So much of a wrong escape is quoted."""
TOO_LONG = "This expression takes too long."
_ESCAPE = re.compile(r"\\(?:(?P<number>[0-9]{1,2})|g<(?P<name>\w+)>|(?P<other>.|$))", re.DOTALL)
_LITERAL = {"\\": "\\", "n": "\n", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for."""

    text: str = ""
    case: bool = False
    word: bool = False
    regex: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """Everything found, in order. ``problem`` says why nothing could be looked for, or why the search was given up."""

    hits: tuple[QRegularExpressionMatch, ...] = ()
    problem: str = ""
    complete: bool = True
    """Whether there are no more than these."""

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Start and end of each find."""
        return [(hit.capturedStart(), hit.capturedEnd()) for hit in self.hits]


class TemplateError(Exception):
    """Why a text cannot replace what an expression finds, as a sentence."""


@lru_cache(maxsize=16)
def compile_query(query: Query) -> QRegularExpression:
    """The query as an expression, which may be invalid."""
    pattern = query.text if query.regex else QRegularExpression.escape(query.text)
    if query.word:
        pattern = rf"(?<!\w)(?:{pattern})(?!\w)"
    option = QRegularExpression.PatternOption
    options = option.MultilineOption | option.UseUnicodePropertiesOption
    return QRegularExpression(pattern, options if query.case else options | option.CaseInsensitiveOption)


def find_all(query: Query, text: str) -> Result:
    """Looks for everything, at most 20,000 finds and a quarter of a second long."""
    if not query.text:
        return Result()
    expression = compile_query(query)
    if not expression.isValid():
        return Result(problem=f"This is not an expression: {expression.errorString()}.")
    hits: list[QRegularExpressionMatch] = []
    until = thread_time() + SECONDS_MAX
    found = expression.globalMatch(text)
    while found.hasNext():
        hit = found.next()
        if len(hits) == FOUND_MAX:
            return Result(tuple(hits), complete=False)
        hits.append(hit)
        if thread_time() > until:
            return Result(problem=TOO_LONG)
    if not expression.match(text, hits[-1].capturedEnd() if hits else 0).isValid():
        return Result(problem=TOO_LONG)
    return Result(tuple(hits))


def replacer(query: Query, template: str) -> Callable[[QRegularExpressionMatch], str]:
    r"""What gives the text that a find is replaced by.

    With a regular expression ``\1`` and ``\g<name>`` stand for its groups, ``\0`` for the whole find, ``\n``, ``\t``
    and ``\\`` for a line break, a tab and a backslash. Raises ``TemplateError`` for anything else after a backslash.
    """
    if not query.regex:
        return lambda hit: template
    expression = compile_query(query)
    names = expression.namedCaptureGroups()
    pieces: list[str | int] = []
    end = 0
    for escape in _ESCAPE.finditer(template):
        pieces.append(template[end : escape.start()])
        end = escape.end()
        number, name, other = escape["number"], escape["name"], escape["other"]
        if other is not None:
            if other not in _LITERAL:
                raise TemplateError(rf"{escape[0]} means nothing here; a backslash is \\.")
            pieces.append(_LITERAL[other])
            continue
        digits = number or (name if name.isascii() and name.isdecimal() else "")
        group = whole(digits) if digits else names.index(name) if name in names else -1
        if not 0 <= group <= expression.captureCount():
            raise TemplateError(f"{escape[0][:SHOWN_MAX]} is no group of the expression.")
        pieces.append(group)
    pieces.append(template[end:])
    return lambda hit: "".join(piece if isinstance(piece, str) else hit.captured(piece) for piece in pieces)
