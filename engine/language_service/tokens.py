"""Colours of code, one line at a time, from the same table as the compiler's lexer.

``highlight_line`` gives spans of classes; the only state that goes from one line to the next is how many block
comments are open, since nothing else in the language goes over the end of a line. Classes:
``keyword type string number comment function actor operator escape interpolation``; what has none is plain.

It guesses from one line what the checker would know (is ``Auth.login`` an actor or an enum?), so it works on any text,
at the speed of typing.
"""

from __future__ import annotations

import re

from engine.compiler.syntax.tokens import (
    BUILTIN_TYPES,
    COMMENT_EDGE,
    ESCAPE,
    FSTRING_TEXT,
    KEYWORDS,
    OPERATORS,
    PATTERNS,
    escaped,
)

HighlightSpan = tuple[int, int, str]
"""Start, length and class, in code points of the line."""

CLASSES = ("keyword", "type", "string", "number", "comment", "function", "actor", "operator", "escape", "interpolation")

_PUNCTUATION = (",", ":", ";", ".")

HIGHLIGHT_RULES: tuple[tuple[str, str], ...] = (
    ("comment", PATTERNS["comment"]),
    ("comment_open", PATTERNS["comment_open"]),
    ("fstring", PATTERNS["fstring"]),
    ("string", f"{PATTERNS['bytes']}|{PATTERNS['string']}|{PATTERNS['unclosed_string']}"),
    ("number", "|".join(PATTERNS[c] for c in ("duration", "float", "malformed_float", "integer", "malformed_number"))),
    ("word", PATTERNS["name"]),
    ("operator", "|".join(escaped(op) for op in OPERATORS if op not in _PUNCTUATION)),
)
"""Classes and what they look like; earlier ones win. ``fstring`` and ``comment_open`` are only how these start."""

_CODE = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in HIGHLIGHT_RULES))
_CODE_IN_FSTRING = re.compile(_CODE.pattern + r"|(?P<bracket>[()\[\]{}:])")
_COMMENT_EDGE = re.compile(COMMENT_EDGE)
_ESCAPE = re.compile(rf"\\x[0-9a-fA-F]{{2}}|{ESCAPE}")
_FSTRING_TEXT = re.compile(FSTRING_TEXT)
_FSTRING_ESCAPE = re.compile(rf"{ESCAPE}|\{{\{{|\}}\}}")
_FORMAT = re.compile(r':[^{}"]*')

_CONTEXT = {
    word: re.compile(follows)
    for word, follows in {
        "state": r"\s+\w|\s*\{",
        "timeline": r"\s*\{",
        "distributed": r"\s+state\b",
        "node": r"\s+\w+\s*->",
        "model": r'\s*"',
        "payload": r"\s+\S",
        "tick": r"\s*=\s*[0-9]",
        "at": r"\s+(?:tick\b|[0-9])",
        "with": r"\s*\{",
        "restart": r"\s+\w",
        "fail": r'\s*(?:f?"|\()',
        "stop": r"\s*(?:$|[;}]|//)",
        "effects": r"\s+\w",
        "version": r'\s*"',
        "run": r"\s+until\b",
        "until": r"\s+\w",
        "self": "",
        "sender": "",
    }.items()
}
"""What follows a contextual keyword where it is one."""

_DECLARES = {
    "fn": "function", "flow": "function", "on": "function",
    "actor": "actor", "agent": "actor", "spawn": "actor",
    "struct": "type", "enum": "type", "type": "type",
}  # fmt: skip
_CALL = re.compile(r"\s*\(")
_SEND = re.compile(r"\.[a-z_]\w*\s*\(")
_NESTING_MAX = 8


def highlight_line(text: str, state: int = 0) -> tuple[list[HighlightSpan], int]:
    """The coloured spans of a line, in order and without overlaps, and the state after it.

    ``state`` is what the line before gave, 0 for the first line of a file.
    """
    spans: list[HighlightSpan] = []
    pos = 0
    if state:
        pos, state = _comment(text, 0, 0, state, spans)
    if state == 0:
        _, state = _code(text, pos, spans, 0)
    return spans, state


def _code(text: str, pos: int, spans: list[HighlightSpan], nesting: int) -> tuple[int, int]:
    """Code from ``pos`` on: up to the end of the line or, within an f-string, of its expression. Gives the offset after
    it and how many comments are open."""
    search = _CODE_IN_FSTRING.search if nesting else _CODE.search
    add = spans.append
    before = ""
    depth = 0
    while True:
        found = search(text, pos)
        if found is None:
            return len(text), 0
        group = found.lastgroup
        start, pos = found.span()
        if group == "word":
            word = found.group()
            kind = "keyword" if word in KEYWORDS else _word(word, text, start, pos, before)
            before = word
            if kind:
                add((start, pos - start, kind))
            continue
        before = ""
        if group == "operator" or group == "number" or group == "comment":
            add((start, pos - start, group))
        elif group == "string":
            _string(text, start, pos, _ESCAPE, spans)
        elif group == "fstring":
            pos = _fstring(text, start, pos, spans, nesting)
        elif group == "comment_open":
            pos, state = _comment(text, start, pos, 1, spans)
            if state:
                return pos, state
        elif found.group() == ":":
            if depth == 0:
                form = _FORMAT.match(text, start)
                assert form is not None, "it starts with a colon"
                pos = form.end()
                add((start, pos - start, "interpolation"))
        elif found.group() in "([{":
            depth += 1
        elif depth == 0 and found.group() == "}":
            add((start, 1, "interpolation"))
            return pos, 0
        else:
            depth = max(0, depth - 1)


def _word(word: str, text: str, start: int, end: int, before: str) -> str:
    """The class of a name; ``before`` is the word right before it, if nothing stands between them."""
    member = start > 0 and text[start - 1] == "."
    declared = _DECLARES.get(before)
    if declared is not None:
        return declared
    if not member:
        if word in BUILTIN_TYPES:
            return "type"
        context = _CONTEXT.get(word)
        if context is not None and context.match(text, end):
            return "keyword"
        if word[0].isupper():
            sends = _SEND.match(text, end) or text.lstrip().startswith("node ")
            return "actor" if sends else "type"
    return "function" if _CALL.match(text, end) else ""


def _comment(text: str, start: int, pos: int, depth: int, spans: list[HighlightSpan]) -> tuple[int, int]:
    """A block comment from ``start``, read from ``pos`` on with ``depth`` levels open: the offset after it, and how
    many levels are open then."""
    for edge in _COMMENT_EDGE.finditer(text, pos):
        depth += 1 if edge.group() == "/*" else -1
        if depth == 0:
            spans.append((start, edge.end() - start, "comment"))
            return edge.end(), 0
    if len(text) > start:
        spans.append((start, len(text) - start, "comment"))
    return len(text), depth


def _string(text: str, start: int, end: int, escape: re.Pattern[str], spans: list[HighlightSpan]) -> None:
    """A string's text, with its escapes apart."""
    pos = start
    for found in escape.finditer(text, start, end):
        if found.start() > pos:
            spans.append((pos, found.start() - pos, "string"))
        pos = found.end()
        spans.append((found.start(), pos - found.start(), "escape"))
    if end > pos:
        spans.append((pos, end - pos, "string"))


def _fstring(text: str, start: int, pos: int, spans: list[HighlightSpan], nesting: int) -> int:
    """An f-string from its ``f"`` at ``start`` on; gives the offset after it."""
    if nesting >= _NESTING_MAX:
        spans.append((start, len(text) - start, "string"))
        return len(text)
    spans.append((start, pos - start, "string"))
    while True:
        found = _FSTRING_TEXT.match(text, pos)
        if found is not None:
            pos = found.end()
            _string(text, found.start(), pos, _FSTRING_ESCAPE, spans)
        if pos >= len(text):
            return pos
        char = text[pos]
        pos += 1
        if char != "{":
            spans.append((pos - 1, 1, "string"))
            if char == '"':
                return pos
            continue
        spans.append((pos - 1, 1, "interpolation"))
        pos, state = _code(text, pos, spans, nesting + 1)
        if state:
            return pos
