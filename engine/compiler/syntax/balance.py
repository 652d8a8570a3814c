"""Brackets that do not fit together, and the best guess at what was meant.

A missing brace shifts everything after it, so guessing well here is what lets the rest of a broken file keep
its meaning. People indent: a line that is not deeper than the line that opened a block is no longer in that
block, and a closing brace belongs to the line that is indented as it is. That is used only where brackets are known
not to fit, and never more often than there are brackets missing or left over, so that a correct
file means what its brackets say, however it is indented.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from engine.base.diagnostics import Diagnostic, Fix
from engine.base.source import Span
from engine.compiler.syntax.tokens import BRACKETS, CLOSERS, CONTINUING, END, F_OPEN, NAME, STRING, Token

_BLOCK_HEADS = frozenset(
    {
        "fn",
        "flow",
        "on",
        "if",
        "else",
        "while",
        "for",
        "match",
        "actor",
        "agent",
        "struct",
        "enum",
        "test",
        "invariant",
        "every",
        "export",
        "expect",
    }
)
_ACTORS = frozenset({"actor", "agent"})
_TOP_LEVEL = frozenset(
    {"fn", "flow", "struct", "enum", "actor", "agent", "import", "from", "test", "invariant", "export"}
)
_ALWAYS_BLOCKS = _BLOCK_HEADS - {"every", "export"}
_FUNCTION_HEADS = frozenset({"fn", "flow", "on", "export", "actor", "agent"})
_BEFORE_VALUE = frozenset({"(", "[", "{", ",", ":", "=", "=>"})
_TAB = 4
_SHOWN = {F_OPEN: "{"}


def repair(tokens: list[Token], text: str, reported: list[Diagnostic]) -> tuple[list[Token], list[Diagnostic]]:
    """The tokens with empty brackets put in where some are missing and stray ones left out, and what was wrong.

    ``reported`` are the mistakes known already: a bracket that is missing on a line with one of these (the rest of a
    string that is not closed, say) is not reported again.
    """
    return _Repair(tokens, text, reported).run()


@dataclass(slots=True)
class _Open:
    """An open bracket: its line, what that line starts with, how deep it is indented, and whether indentation means
    nothing inside."""

    token: Token
    line: int
    head: str
    indent: int
    flat: bool


class _Repair:
    """One pass over the tokens of one text."""

    def __init__(self, tokens: list[Token], text: str, reported: list[Diagnostic]) -> None:
        self.tokens = tokens
        self.text = text
        self.line_starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self.troubled = {self._line_of(d.span.start) for d in reported}
        self.missing, self.stray = _count(tokens)
        self.result: list[Token] = []
        self.diagnostics: list[Diagnostic] = []
        self.stack: list[_Open] = []
        self.open_counts: list[dict[str, int]] = [{}]
        """How many brackets of each kind are open, outside of f-strings and in each expression of one around here."""
        self.open_actors = 0
        self.line = 0
        self.indent = 0
        self.head: Token | None = None
        self.depth_at_head = 0

    def run(self) -> tuple[list[Token], list[Diagnostic]]:
        """See ``repair``."""
        for index, token in enumerate(self.tokens):
            if token.first:
                self._new_line(token, index)
            kind = token.kind
            while self.missing > 0 and self._head_goes_on(token):
                self._insert_closer()
            if kind in BRACKETS:
                self._opener(token, index)
            elif kind in CLOSERS:
                self._closer(token)
            else:
                self._append(token)
        return self.result, self.diagnostics

    def _append(self, token: Token) -> None:
        inside = self.stack[-1].token.kind if self.stack else "{"
        breaks = token.first and inside == "{" and token.kind not in CONTINUING and token.kind not in CLOSERS
        if breaks != token.breaks and token.kind != END:
            token = Token(token.kind, token.text, token.start, token.end, token.first, breaks)
        self.result.append(token)

    # --- lines ------------------------------------------------------------------------------------

    def _new_line(self, token: Token, index: int) -> None:
        indent = -1 if token.kind == END else self._indent_of(token)
        if self.stray and self._lacks_opener(token, indent):
            self._insert_opener()
        self._close_before_declaration(token, self.tokens[min(index + 1, len(self.tokens) - 1)])
        self._close_what_is_deeper(token, indent)
        self.line += 1
        self.indent = indent
        following = self.tokens[min(index + 1, len(self.tokens) - 1)]
        self.head = following if token.kind == "}" and following.kind == "else" else token
        if following.kind == ".":
            # Library files call functions such as `actor.create`.
            self.head = None
        self.depth_at_head = len(self.stack)

    def _close_before_declaration(self, token: Token, following: Token) -> None:
        """Closes the blocks in which a declaration, or in an actor a handler, cannot stand."""
        if token.kind == "on" and self.open_actors:
            while self.missing > 0 and self.stack[-1].head not in _ACTORS:
                self._insert_closer()
        elif token.kind in _TOP_LEVEL and following.kind in (NAME, STRING, "fn"):
            while self.missing > 0 and self.stack:
                self._insert_closer()

    def _close_what_is_deeper(self, token: Token, indent: int) -> None:
        """Closes the blocks that a line outside of them shows to have ended."""
        closes = CLOSERS.get(token.kind)
        while self.missing > 0 and self.stack:
            top = self.stack[-1]
            if top.token.kind == F_OPEN or (top.flat and token.kind != END):
                return
            if closes is not None:
                outer = any(o.token.kind == closes for o in self.stack[:-1])
                if top.token.kind != closes or indent >= top.indent or not outer:
                    return
            elif token.kind == "else":
                if self.result[-1].kind == "}" or top.line == self.line:
                    return
            elif indent > top.indent or token.kind in CONTINUING or token.kind == "{":
                return
            self._insert_closer()

    def _lacks_opener(self, token: Token, indent: int) -> bool:
        """Whether the line before ``token`` is the head of a block whose ``{`` is missing."""
        head, last = self.head, self.result[-1] if self.result else None
        return (
            head is not None
            and last is not None
            and (head.kind in _BLOCK_HEADS or (head.kind == "render" and last.text in ("timeline", "state")))
            and len(self.stack) <= self.depth_at_head
            and last.kind not in BRACKETS
            and last.kind not in ("}", ",")
            and (indent > self.indent or (indent == self.indent and head.kind in _ALWAYS_BLOCKS))
            and (not self.stack or self.stack[-1].token.kind == "{")
            and token.kind not in CONTINUING
            and token.kind != "{"
        )

    def _insert_opener(self) -> None:
        last = self.result[-1]
        self._report(
            "E0012",
            "The `{` of this block is missing.",
            Span(last.start, last.end),
            Fix("Insert `{`", Span(last.end, last.end), " {"),
        )
        self._push(Token("{", "", last.end, last.end), False)
        self.stray -= 1

    def _head_goes_on(self, token: Token) -> bool:
        """Whether ``token`` shows that a parenthesis in the head of a block should have been closed: the block opens,
        or the result of a function follows."""
        if token.kind not in ("{", "->") or not self.stack or self.head is None or self.head.kind not in _BLOCK_HEADS:
            return False
        top, last = self.stack[-1], self.result[-1].kind
        if top.token.kind not in ("(", "[") or top.line != self.line:
            return False
        if token.kind == "->":
            return self.head.kind in _FUNCTION_HEADS and last != ")"
        return last not in _BEFORE_VALUE or (last == "(" and self.head.kind in _FUNCTION_HEADS)

    # --- brackets -----------------------------------------------------------------------------------

    def _opener(self, token: Token, index: int) -> None:
        last = self.result[-1] if self.result else None
        if (
            self.missing > 0
            and token.kind == "{"
            and last is not None
            and (last.kind, last.end) == ("{", token.start)
            and self.tokens[index + 1].first
        ):
            self.missing -= 1
            span = Span(token.start, token.end)
            self._report("E0011", "This `{` is one too many.", span, Fix("Remove `{`", span, ""))
            return
        self._push(token, self._is_flat(index))

    def _closer(self, token: Token) -> None:
        opener = CLOSERS[token.kind]
        top = self.stack[-1] if self.stack else None
        if top is not None and top.token.kind == opener:
            # The brace of a block of many lines starts its own line, as deep as the line that opened it.
            fits = token.first and self.indent <= top.indent
            if self.stray and token.kind == "}" and not fits and top.line != self.line and not top.flat:
                self._drop(token)
            else:
                self._pop()
                self._append(token)
            return
        if not self.open_counts[-1].get(opener) or (
            token.kind != "}" and top is not None and top.token.kind == "{" and top.line < self.line
        ):
            self._drop(token)
            return
        while self.stack[-1].token.kind != opener:
            self._insert_closer()
        self._pop()
        self._append(token)

    def _push(self, token: Token, flat: bool) -> None:
        kind = token.kind
        self._append(token)
        self.stack.append(_Open(token, self.line, self._head_kind(), self.indent, flat))
        self.open_actors += self.stack[-1].head in _ACTORS
        if kind == F_OPEN:
            self.open_counts.append({})
        self.open_counts[-1][kind] = self.open_counts[-1].get(kind, 0) + 1

    def _pop(self) -> _Open:
        entry = self.stack.pop()
        kind = entry.token.kind
        self.open_actors -= entry.head in _ACTORS
        self.open_counts[-1][kind] -= 1
        if kind == F_OPEN:
            self.open_counts.pop()
        return entry

    def _insert_closer(self) -> None:
        """Closes the innermost bracket right after what was read last."""
        entry = self._pop()
        last = self.result[-1]
        kind = BRACKETS[entry.token.kind]
        end = last.end
        self._append(Token(kind, "", end, end))
        self.missing -= 1
        shown, opener = _SHOWN.get(kind, kind), entry.token
        here = self._line_of(last.start)
        note, text = "", shown
        if entry.line != self.line:
            by = "Going by the indentation, its" if kind == "}" else "Its"
            note = f"{by} `{shown}` is missing after line {here}."
            if kind == "}":
                text = f"\n{self._leading_space(opener)}}}"
        if here in self.troubled or self._line_of(opener.start) in self.troubled:
            return
        self._report(
            "E0010",
            f"This `{opener.text or opener.kind}` is never closed.",
            Span(opener.start, opener.end),
            Fix(f"Insert `{shown}`", Span(end, end), text),
            note,
        )

    def _drop(self, token: Token) -> None:
        self.stray = max(0, self.stray - 1)
        span = Span(token.start, token.end)
        if self._line_of(token.start) not in self.troubled:
            self._report("E0011", f"This `{token.text}` closes nothing.", span, Fix(f"Remove `{token.text}`", span, ""))

    # --- places ----------------------------------------------------------------------------------

    def _report(self, code: str, message: str, span: Span, fix: Fix, note: str = "") -> None:
        # One mistake a line: what else does not fit there mostly follows from it.
        self.troubled.add(self._line_of(span.start))
        self.diagnostics.append(Diagnostic(code, message, span, note=note, fix=fix))

    def _leading_space(self, token: Token) -> str:
        start = self.line_starts[self._line_of(token.start) - 1]
        line = self.text[start : token.start]
        return line[: len(line) - len(line.lstrip())]

    def _line_of(self, offset: int) -> int:
        return bisect_right(self.line_starts, offset)

    def _head_kind(self) -> str:
        return self.head.kind if self.head is not None else ""

    def _indent_of(self, token: Token) -> int:
        start = self.line_starts[self._line_of(token.start) - 1]
        return len(self.text[start : token.start].expandtabs(_TAB))

    def _is_flat(self, index: int) -> bool:
        """Whether the line after the brace at ``index`` is not indented deeper than the brace's own line."""
        following = self.tokens[index + 1]
        if self.tokens[index].kind != "{":
            return False
        return following.first and following.kind not in CLOSERS and self._indent_of(following) <= self.indent


def _count(tokens: list[Token]) -> tuple[int, int]:
    """How many closers are missing and how many are left over, matching them the plain way."""
    stack: list[str] = []
    open_counts = dict.fromkeys(BRACKETS, 0)
    missing = stray = 0
    for token in tokens:
        kind = token.kind
        if kind in BRACKETS:
            stack.append(kind)
            open_counts[kind] += 1
        elif kind in CLOSERS:
            opener = CLOSERS[kind]
            if open_counts[opener]:
                while True:
                    popped = stack.pop()
                    open_counts[popped] -= 1
                    if popped == opener:
                        break
                    missing += 1
            else:
                stray += 1
    return missing + len(stack), stray
