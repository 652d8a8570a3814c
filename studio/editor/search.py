"""Finding in a text: plain or by regular expression, whole words, upper and lower case."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

FOUND_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for."""

    text: str = ""
    case: bool = False
    word: bool = False
    regex: bool = False


@lru_cache(maxsize=16)
def compile_query(query: Query) -> re.Pattern[str]:
    """The query as an expression. Raises ``re.error`` with a reason for an expression that is none."""
    pattern = query.text if query.regex else re.escape(query.text)
    if query.word:
        pattern = rf"(?<!\w)(?:{pattern})(?!\w)"
    return re.compile(pattern, re.MULTILINE | (re.NOFLAG if query.case else re.IGNORECASE))


def find_all(query: Query, text: str) -> list[tuple[int, int]]:
    """Start and end of everything found, in code points; empty finds do not count."""
    if not query.text:
        return []
    found: list[tuple[int, int]] = []
    for hit in compile_query(query).finditer(text):
        if hit.end() > hit.start():
            found.append(hit.span())
            if len(found) >= FOUND_MAX:
                break
    return found


def replacement(query: Query, text: str, start: int, end: int, template: str) -> str:
    r"""What a find is replaced by: with a regular expression ``\1`` and ``\g<name>`` stand for its groups."""
    if not query.regex:
        return template
    hit = compile_query(query).match(text, start)
    if hit is None or hit.end() != end:
        return template
    return hit.expand(template)
