"""Text to tokens.

One compiled regular expression finds the tokens; only what a regular expression cannot do is done by hand: nesting
comments, the inside of f-strings, escapes. A stack of open brackets says where a line break ends a statement.

Where brackets do not fit together, ``balance.repair`` puts the missing ones in, so whoever reads the tokens may rely
on every bracket having its partner. The last token is ``END``.
"""

from __future__ import annotations

import re

from engine.base.diagnostics import Diagnostic, Fix
from engine.base.source import Span
from engine.compiler.syntax.balance import repair
from engine.compiler.syntax.tokens import (
    BRACKETS,
    BYTES,
    BYTES_ESCAPE,
    COMMENT_EDGE,
    CONTINUING,
    DURATION,
    END,
    ESCAPE,
    ESCAPES,
    F_CLOSE,
    F_END,
    F_FORMAT,
    F_OPEN,
    F_START,
    F_TEXT,
    FLOAT,
    FSTRING_TEXT,
    INTEGER,
    KEYWORDS,
    NAME,
    PATTERNS,
    STRING,
    Token,
)

_MASTER = re.compile(
    r"[ \t\r\f\ufeff]*+(?:"
    + "|".join(f"(?P<{name}>{pattern})" for name, pattern in PATTERNS.items())
    + r"|(?P<newline>\n[ \t\r\f\n]*+)|(?P<end>\Z)|(?P<unknown>.))",
    re.DOTALL,
)
_COMMENT_EDGE = re.compile(COMMENT_EDGE)
_FSTRING_TEXT = re.compile(FSTRING_TEXT)
_FSTRING_TOKEN = re.compile(rf"{ESCAPE}|\{{\{{|\}}\}}")
_ESCAPE = re.compile(ESCAPE)
_BYTES_PART = re.compile(rf"{BYTES_ESCAPE}|[^\x00-\x7f]")
_NESTED_FORMAT = re.compile(r'[^{}"\n]*+(\{[^{}"\n]*+\})(?:[^{}"\n]|\{[^{}"\n]*+\})*+')
_FORMAT = re.compile(r'[^{}"\n]*+')
_SURROGATE = re.compile("[\ud800-\udfff]")

_LITERALS = {"integer": INTEGER, "float": FLOAT, "duration": DURATION, "field_number": INTEGER}
_FOREIGN_OPERATORS = {"&&": "and", "||": "or", "!": "not"}
_FOREIGN_CHARACTERS = {
    "“": '"',
    "”": '"',
    "\xa0": " ",
    "−": "-",
    "–": "-",
    "×": "*",
    "÷": "/",
    "≠": "!=",
    "≤": "<=",
    "≥": ">=",
}


def tokenize(text: str) -> tuple[list[Token], list[Diagnostic]]:
    """The tokens of a text, with all brackets in pairs, and what is wrong with its characters and brackets."""
    lexer = _Lexer(text)
    lexer.run()
    if lexer.unbalanced:
        lexer.tokens, problems = repair(lexer.tokens, text, lexer.diagnostics)
        lexer.diagnostics += problems
    return lexer.tokens, lexer.diagnostics


class _Lexer:
    """The state of one pass over one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[Token] = []
        self.diagnostics: list[Diagnostic] = []
        self.brackets: list[str] = []
        self.open_fstrings = 0
        self.unbalanced = False
        self.first = True

    def run(self) -> None:
        """Read the whole text."""
        for half in _SURROGATE.finditer(self.text):
            self._report(
                "E0001", "This is half of a character (a lone surrogate), which no file can hold.", *half.span()
            )
        text, match, tokens, brackets = self.text, _MASTER.match, self.tokens, self.brackets
        pos = 0
        while True:
            found = match(text, pos)
            assert found is not None, "the last alternative takes any character"
            group = found.lastgroup or ""
            start, pos = found.span(group)
            word = text[start:pos]
            if group == "name":
                kind = word if word in KEYWORDS else NAME
            elif group == "operator":
                kind = word
                if word in _FOREIGN_OPERATORS:
                    kind = self._foreign_operator(word, start)
                elif self.open_fstrings and word == ":" and brackets[-1] == F_OPEN:
                    pos = self._format(start, pos)
                    continue
            elif group == "newline":
                self.first = True
                if self.open_fstrings:
                    self._close_fstrings(start)
                continue
            elif group == "bracket":
                if word in BRACKETS:
                    breaks = self.first and (not brackets or brackets[-1] == "{")
                    brackets.append(word)
                    tokens.append(Token(word, word, start, pos, self.first, breaks))
                    self.first = False
                    continue
                if self.open_fstrings and word == "}" and self._ends_interpolation():
                    pos = self._close_interpolation(start, pos)
                    continue
                if brackets and BRACKETS[brackets[-1]] == word:
                    brackets.pop()
                else:
                    self.unbalanced = True
                tokens.append(Token(word, word, start, pos, self.first))
                self.first = False
                continue
            elif group in _LITERALS:
                kind = _LITERALS[group]
            elif group == "end":
                break
            else:
                pos = self._rare(group, word, start, pos)
                continue
            first = self.first
            tokens.append(
                Token(
                    kind,
                    word,
                    start,
                    pos,
                    first,
                    first and kind not in CONTINUING and (not brackets or brackets[-1] == "{"),
                )
            )
            self.first = False
        if self.open_fstrings:
            self._close_fstrings(start)
        self.unbalanced = self.unbalanced or bool(brackets)
        tokens.append(Token(END, "", start, start, True, True))

    # --- what is rare ---------------------------------------------------------------------------

    def _rare(self, group: str, word: str, start: int, end: int) -> int:
        """A token of any of the less frequent classes; gives the offset after it."""
        if group == "comment":
            return end
        if group == "comment_open":
            return self._comment(start, end)
        if group in ("string", "fstring") and self.text.startswith('"""', end - 2 if group == "string" else end - 1):
            return self._triple_quotes(start, self.text.index('"', start) + 3)
        if group == "string":
            value = word[1:-1]
            self._push(STRING, self._unescape(value, start + 1) if "\\" in value else value, start, end)
            return end
        if group == "bytes":
            self._push(BYTES, self._bytes_text(word[2:-1], start + 2), start, end)
            return end
        if group == "fstring":
            self.open_fstrings += 1
            self._push(F_START, word, start, end)
            return self._fstring_text(end)
        if group == "unclosed_string":
            return self._unclosed_string(word, start, end)
        if group in ("malformed_number", "malformed_float"):
            self._malformed_number(word, start, end)
            return end
        if word == "'":
            return self._single_quotes(start, end)
        self._unknown(word, start, end)
        return end

    def _push(self, kind: str, text: str, start: int, end: int) -> None:
        breaks = self.first and (not self.brackets or self.brackets[-1] == "{")
        self.tokens.append(Token(kind, text, start, end, self.first, breaks))
        self.first = False

    def _report(self, code: str, message: str, start: int, end: int, note: str = "", fix: Fix | None = None) -> None:
        self.diagnostics.append(Diagnostic(code, message, Span(start, end), note=note, fix=fix))

    def _comment(self, start: int, pos: int) -> int:
        depth = 1
        for edge in _COMMENT_EDGE.finditer(self.text, pos):
            if "\n" in self.text[pos : edge.start()]:
                self.first = True
            depth += 1 if edge.group() == "/*" else -1
            pos = edge.end()
            if not depth:
                if self.first and self.open_fstrings:
                    self._close_fstrings(start)
                return pos
        self._report(
            "E0003",
            "This comment is never closed.",
            start,
            start + 2,
            "Block comments nest: each `/*` wants its own `*/`.",
        )
        if self.open_fstrings:
            self._close_fstrings(start)
        return len(self.text)

    def _unclosed_string(self, word: str, start: int, end: int) -> int:
        if self.open_fstrings:
            # More likely the quote ends the f-string, and the brace of an expression in it is missing.
            self._report(
                "E0006",
                "The `{` of this f-string is never closed.",
                start,
                start + 1,
                fix=Fix("Insert `}`", Span(start, start), "}"),
            )
            return self._close_interpolation(start, start)
        stripped = word.rstrip()
        end_of_text = start + len(stripped)
        self._report(
            "E0002",
            "This string is never closed.",
            start,
            end_of_text,
            "A string ends on the line where it starts; write `\\n` for a line break.",
            Fix('Insert `"`', Span(end_of_text, end_of_text), '"'),
        )
        value = word[1:]
        self._push(STRING, self._unescape(value, start + 1) if "\\" in value else value, start, end)
        return end

    def _malformed_number(self, word: str, start: int, end: int) -> None:
        note = "Numbers look like `10`, `1_000`, `0xff`, `0b1010`, `1.5`, `1e-3`; durations like `250us 10ms 5s 2m 1h`."
        if "." in word:
            note = "A duration is a whole number of its unit."
        self._report("E0004", f"`{word}` is not a number.", start, end, note)
        self._push(INTEGER, "0", start, end)

    def _triple_quotes(self, start: int, inside: int) -> int:
        """A string over several lines as other languages write it: taken for one of ours."""
        close = self.text.find('"""', inside)
        line_end = self.text.find("\n", inside)
        end = close + 3 if close >= 0 else line_end if line_end >= 0 else len(self.text)
        value = self.text[inside : close if close >= 0 else end]
        fix = None
        if close >= 0 and not set(value) & set('"\\'):
            written = value.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t")
            fix = Fix("Write it on one line", Span(start, end), f'{self.text[start : inside - 3]}"{written}"')
        note = "A string stands on one line, with `\\n` for a line break; `+` joins strings over several lines."
        self._report("E0002", 'There are no strings in `"""`.', start, inside, note, fix)
        self._push(STRING, value, start, end)
        return end

    def _single_quotes(self, start: int, end: int) -> int:
        """A string as other languages write it: taken for one of ours."""
        line_end = self.text.find("\n", start)
        close = self.text.find("'", end, line_end if line_end >= 0 else len(self.text))
        if close < 0:
            self._report(
                "E0001", "The character `'` has no meaning here; strings are written with double quotes.", start, end
            )
            return end
        inside = self.text[end:close]
        quoted = inside.replace('"', '\\"')
        self._report(
            "E0001",
            "Strings are written with double quotes.",
            start,
            close + 1,
            fix=Fix("Use double quotes", Span(start, close + 1), f'"{quoted}"'),
        )
        self._push(STRING, inside, start, close + 1)
        return close + 1

    def _unknown(self, word: str, start: int, end: int) -> None:
        if word == "#":
            self._report(
                "E0001", "Comments start with `//`.", start, end, fix=Fix("Write `//`", Span(start, end), "//")
            )
        elif word in _FOREIGN_CHARACTERS:
            meant = _FOREIGN_CHARACTERS[word]
            self._report(
                "E0001",
                f"The character `{word}` (U+{ord(word):04X}) only looks like `{meant}`.",
                start,
                end,
                fix=Fix(f"Write `{meant}`", Span(start, end), meant),
            )
        elif not "\ud800" <= word <= "\udfff":
            shown = f"`{word}` (U+{ord(word):04X})" if word.isprintable() else f"U+{ord(word):04X}"
            self._report("E0001", f"The character {shown} has no meaning here.", start, end)

    def _foreign_operator(self, word: str, start: int) -> str:
        ours = _FOREIGN_OPERATORS[word]
        end = start + len(word)
        text = f"{ours} " if ours == "not" else ours
        self._report(
            "E0007", f"`{word}` is written `{ours}`.", start, end, fix=Fix(f"Write `{ours}`", Span(start, end), text)
        )
        return ours

    # --- escapes and f-strings ------------------------------------------------------------------

    def _unescape(self, text: str, offset: int) -> str:
        """A string's text with its escapes resolved; ``offset`` is its place."""
        return _ESCAPE.sub(lambda found: self._escape(found.group(), offset + found.start()), text)

    def _escape(self, escape: str, start: int) -> str:
        simple = ESCAPES.get(escape[1])
        if simple is not None:
            return simple
        end = start + len(escape)
        if escape.startswith("\\u{"):
            digits = escape[3:-1].replace("_", "")
            code = int(digits, 16) if 0 < len(digits) <= 8 else -1
            if 0 <= code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF:
                return chr(code)
            self._report(
                "E0005", f"`{escape}` names no character.", start, end, "Characters go from `\\u{0}` to `\\u{10FFFF}`."
            )
            return "\ufffd"
        self._report(
            "E0005",
            f"`{escape}` is not an escape.",
            start,
            end,
            'Escapes are `\\n \\t \\r \\0 \\e \\\\ \\"` and `\\u{1F300}`.',
            Fix("Write a backslash as `\\\\`", Span(start, start + 1), "\\\\"),
        )
        return escape

    def _bytes_text(self, text: str, offset: int) -> str:
        """The bytes of a literal as characters from 0 to 255; ``offset`` is its place."""
        return _BYTES_PART.sub(lambda found: self._bytes_part(found.group(), offset + found.start()), text)

    def _bytes_part(self, part: str, start: int) -> str:
        simple = ESCAPES.get(part[1:])
        if simple is not None:
            return simple
        if part.startswith("\\x") and len(part) == 4:
            return chr(int(part[2:], 16))
        end = start + len(part)
        if part[0] == "\\":
            note = 'Escapes in bytes are `\\n \\t \\r \\0 \\e \\\\ \\"` and `\\xff`.'
            self._report("E0005", f"`{part}` is not an escape of a byte.", start, end, note)
            return "?"
        written = "".join(f"\\x{byte:02x}" for byte in part.encode("utf-8", "replace"))
        fix = Fix("Write its bytes", Span(start, end), written)
        self._report("E0005", f"`{part}` is not a byte.", start, end, f"In UTF-8 it is `{written}`.", fix)
        return "?"

    def _fstring_text(self, pos: int) -> int:
        """Literal text of an f-string from ``pos`` up to its next expression or its end; gives the offset after it."""
        text = self.text
        while True:
            found = _FSTRING_TEXT.match(text, pos)
            if found is not None:
                start, pos = pos, found.end()
                self._push(F_TEXT, self._fstring_value(start, pos), start, pos)
            next_char = text[pos : pos + 1]
            if next_char != "}":
                break
            self._report(
                "E0006",
                "A brace in an f-string's text is written `}}`.",
                pos,
                pos + 1,
                fix=Fix("Write `}}`", Span(pos, pos + 1), "}}"),
            )
            pos += 1
        if next_char == "{":
            self._push(F_OPEN, "{", pos, pos + 1)
            self.brackets.append(F_OPEN)
            return pos + 1
        self.open_fstrings -= 1
        if next_char == '"':
            self._push(F_END, '"', pos, pos + 1)
            return pos + 1
        self._report(
            "E0002", "This f-string is never closed.", max(pos - 1, 0), pos, fix=Fix('Insert `"`', Span(pos, pos), '"')
        )
        self._push(F_END, "", pos, pos)
        return pos + 1 if next_char == "\\" else pos

    def _fstring_value(self, start: int, end: int) -> str:
        """The literal text of an f-string from ``start`` to ``end`` with escapes and doubled braces resolved."""
        return _FSTRING_TOKEN.sub(
            lambda part: self._fstring_token(part.group(), start + part.start()), self.text[start:end]
        )

    def _fstring_token(self, part: str, start: int) -> str:
        return part[0] if part[0] != "\\" else self._escape(part, start)

    def _ends_interpolation(self) -> bool:
        """Whether a ``}`` here closes an expression of an f-string rather than braces inside it."""
        for opener in reversed(self.brackets):
            if opener == "{":
                return False
            if opener == F_OPEN:
                return True
        return False

    def _close_interpolation(self, start: int, end: int) -> int:
        """Ends the innermost expression of an f-string and goes on with the text after it."""
        while self.brackets.pop() != F_OPEN:
            self.unbalanced = True
        self._push(F_CLOSE, "}", start, end)
        return self._fstring_text(end)

    def _format(self, start: int, pos: int) -> int:
        found = _FORMAT.match(self.text, pos)
        assert found is not None, "the pattern takes the empty text"
        nested = _NESTED_FORMAT.match(self.text, pos)
        if nested is not None:
            note = "Make the text first: `let text = …`, then `text.pad_left(width)`."
            self._report("E0006", "A format is fixed: no expression can stand in it.", *nested.span(1), note)
            self._push(F_FORMAT, "", start, nested.end())
            return nested.end()
        self._push(F_FORMAT, found.group(), start, found.end())
        return found.end()

    def _close_fstrings(self, pos: int) -> None:
        """An f-string cannot go over the end of its line: closes all that are open."""
        outermost = self.brackets.index(F_OPEN)
        start = next(t.start for t in reversed(self.tokens) if t.kind == F_START)
        self._report(
            "E0006",
            "This f-string is not closed on its line.",
            start,
            max(pos, start + 1),
            "An expression in an f-string stands on one line.",
        )
        first = self.first
        self.first = False
        for opener in reversed(self.brackets[outermost:]):
            if opener == F_OPEN:
                self._push(F_CLOSE, "", pos, pos)
                self._push(F_END, "", pos, pos)
            else:
                self.unbalanced = True
        del self.brackets[outermost:]
        self.open_fstrings = 0
        self.first = first
