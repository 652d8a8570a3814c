"""AeroFlow for Pygments, and with it for Sphinx, MkDocs, and the terminal.

The colours are those of ``highlight_line``; here its classes become Pygments' token types.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from pygments.lexer import Lexer
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Text, Whitespace, _TokenType

from engine.language_service.tokens import highlight_line

_TYPES = {
    "keyword": Keyword,
    "type": Keyword.Type,
    "string": String,
    "number": Number,
    "comment": Comment,
    "function": Name.Function,
    "actor": Name.Class,
    "operator": Operator,
    "escape": String.Escape,
    "interpolation": String.Interpol,
}
_PLAIN = re.compile(r"(?P<space>\s+)|(?P<word>\w+)|(?P<other>[^\w\s]+)")
_PLAIN_TYPES = {"space": Whitespace, "word": Name, "other": Punctuation}


class AeroFlowLexer(Lexer):  # type: ignore[misc]
    """The language AeroFlow, in files ``*.aefl`` and code blocks ``ae`` and ``aeroflow``."""

    name = "AeroFlow"
    aliases: ClassVar[list[str]] = ["aeroflow", "aefl", "ae"]
    filenames: ClassVar[list[str]] = ["*.aefl"]
    mimetypes: ClassVar[list[str]] = ["text/x-aeroflow"]
    url = "https://github.com/Adiytisuman24/Aeroflow"
    version_added = ""

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, _TokenType, str]]:
        """Offsets, token types and texts, which together are the whole text."""
        offset, state = 0, 0
        for line in text.splitlines(keepends=True):
            body = line.rstrip("\n")
            spans, state = highlight_line(body, state)
            pos = 0
            for start, length, kind in spans:
                yield from _plain(body[pos:start], offset + pos)
                pos = start + length
                yield offset + start, _TYPES[kind], body[start:pos]
            yield from _plain(body[pos:], offset + pos)
            if len(body) < len(line):
                yield offset + len(body), Text, line[len(body) :]
            offset += len(line)


def _plain(text: str, offset: int) -> Iterator[tuple[int, _TokenType, str]]:
    for found in _PLAIN.finditer(text):
        assert found.lastgroup is not None, "every alternative has a name"
        yield offset + found.start(), _PLAIN_TYPES[found.lastgroup], found.group()
