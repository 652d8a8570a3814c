"""The parser's place in the tokens: looking, taking, reporting, and getting back on its feet.

A rule that cannot go on reports why and raises ``Failed``. The nearest list, block or initialiser catches it, skips to
where its next item starts, and goes on; brackets are in pairs (see ``balance``), so a skip never leaves
its own block. This is how one mistake stays one error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn, TypeVar

from engine.base.diagnostics import Diagnostic, Fix
from engine.base.source import SourceFile, Span
from engine.compiler.syntax import ast
from engine.compiler.syntax.tokens import (
    BRACKETS,
    BYTES,
    CLOSERS,
    DURATION,
    END,
    F_CLOSE,
    F_END,
    F_FORMAT,
    F_OPEN,
    F_START,
    F_TEXT,
    FLOAT,
    INTEGER,
    KEYWORDS,
    NAME,
    STRING,
    Token,
)

NESTING_MAX = 64
"""How deep expressions, blocks, types and patterns may stand in each other. A level takes up to nine calls of the
parser, and Python allows a thousand."""

CHAIN_MAX = 256
"""How many calls, fields and signs may follow each other in one expression: such chains are parsed in a loop but make a
deep tree, which its readers walk by recursion."""
ROW_MAX = 6_144
"""How many operators may follow each other, or ``else if``: a row of these is no nesting, and compiles to a row."""

_NOTHING: frozenset[str] = frozenset()
_COMMA = frozenset({","})
_LITERALS = frozenset({NAME, INTEGER, FLOAT, DURATION})
_IN_FSTRING = frozenset({F_TEXT, F_OPEN, F_CLOSE, F_FORMAT, F_END})

T = TypeVar("T")


class Failed(Exception):
    """A rule could not go on, and has reported why. Never leaves the parser."""


class Cursor:
    """A position in the tokens of one file, and what was found wrong so far.

    ``token`` is the next token, ``kind`` its kind, ``last_end`` the offset after the one before. ``braces`` is off
    where a ``{`` opens the block of a form around, and cannot start a dict or set. ``entries`` is on directly in braces
    whose items line breaks separate: there a line that starts with ``-`` is an item of its own. ``misnamed`` are the
    words of the language that were declared as names, which is reported once.
    """

    def __init__(self, source: SourceFile, tokens: list[Token], diagnostics: list[Diagnostic], library: bool) -> None:
        self.source = source
        self.tokens = tokens
        self.diagnostics = diagnostics
        self.library = library
        self.index = 0
        self.token = tokens[0]
        self.kind = self.token.kind
        self.last_end = source.start
        self.nesting = 0
        self.chain = 0
        self.braces = True
        self.entries = False
        self.misnamed: set[str] = set()
        self._reported_at = -1
        # Where a bracket is missing, not where its partner is.
        places = [d.fix.span if d.fix is not None and d.code == "E0010" else d.span for d in diagnostics]
        self._troubled_lines = {source.position(place.start).line for place in places}
        self._too_deep = False
        self._stray: dict[int, list[int]] = {}
        """For a line, which diagnostics are about brackets that close nothing."""
        for number, d in enumerate(diagnostics):
            if d.code == "E0011":
                self._stray.setdefault(source.position(d.span.start).line, []).append(number)
        self._superseded: set[int] = set()

    # --- looking and taking -----------------------------------------------------------------------

    def advance(self) -> Token:
        """Take the next token."""
        token = self.token
        if token.kind != END:
            self.last_end = token.end
            self.index += 1
            self.token = following = self.tokens[self.index]
            self.kind = following.kind
        return token

    def peek(self, distance: int = 1) -> Token:
        """The token after the next one."""
        return self.tokens[min(self.index + distance, len(self.tokens) - 1)]

    def at_word(self, word: str) -> bool:
        """Whether the next token is this contextual keyword."""
        return self.kind == NAME and self.token.text == word

    def accept(self, kind: str) -> bool:
        """Take the next token if it is of this kind."""
        if self.kind == kind:
            self.advance()
            return True
        return False

    def expect(self, kind: str, where: str) -> Token:
        """Take a token of this kind; ``where`` ends the sentence "Expected … ". Raises ``Failed``."""
        if self.kind == kind:
            return self.advance()
        fix = None
        if len(kind) <= 2:
            space = " " if kind in ("->", "=", "=>", "{") else ""
            fix = Fix(f"Insert `{kind}`", Span(self.last_end, self.last_end), f"{space}{kind}")
        self.fail("E0020", f"Expected `{kind}` {where}, found {self.found()}.", fix=fix)

    def word(self, what: str) -> ast.Ident:
        """A name that is declared here; a keyword is reported and taken for a name. Raises ``Failed``."""
        token = self.token
        if token.kind == NAME:
            self.advance()
        elif token.kind in KEYWORDS and not token.breaks:
            self.report(
                "E0024", f"`{token.text}` is a word of the language and cannot name {what}.", self.span_of(token)
            )
            self.misnamed.add(token.kind)
            self.advance()
        else:
            self.fail("E0024", f"Expected the name of {what}, found {self.found()}.")
        return ast.Ident(Span(token.start, token.end), token.text)

    def member(self, what: str) -> ast.Ident:
        """A name where only names can stand, so that keywords serve too. Raises ``Failed``."""
        token = self.token
        if token.kind != NAME and token.kind not in KEYWORDS:
            self.fail("E0024", f"Expected the name of {what}, found {self.found()}.")
        self.advance()
        return ast.Ident(Span(token.start, token.end), token.text)

    def since(self, start: int) -> Span:
        """From an offset up to what was taken last."""
        return Span(start, max(start, self.last_end))

    @staticmethod
    def span_of(token: Token) -> Span:
        """The place of a token."""
        return Span(token.start, token.end)

    @staticmethod
    def shown(kind: str) -> str:
        """A kind of token as people write it."""
        return "}" if kind == F_CLOSE else kind

    # --- reporting ------------------------------------------------------------------------------

    def found(self) -> str:
        """The next token in words."""
        token, kind = self.token, self.kind
        if kind == END:
            return "the end of the file"
        if kind in (STRING, F_START, BYTES):
            return "a string"
        if kind in _IN_FSTRING:
            return "the end of the expression"
        if token.breaks:
            return "the end of the line"
        if kind in _LITERALS:
            return f"`{token.text}`"
        return f"`{self.shown(kind)}`"

    def report(self, code: str, message: str, span: Span, note: str = "", fix: Fix | None = None) -> None:
        """Note a mistake, unless it follows from one at the same token, or from brackets or characters of the same
        line that were wrong already."""
        if self.index == self._reported_at:
            return
        self._reported_at = self.index
        line = self.source.position(span.start).line if self._troubled_lines else 0
        if line in self._troubled_lines and code != "E0040":
            if fix is None or fix.text != " {" or line not in self._stray:
                return
            # Where a `{` is missing, its `}` closes nothing: what is missing says more.
            self._superseded.update(self._stray[line])
        self.diagnostics.append(Diagnostic(code, message, span, note=note, fix=fix))

    def problems(self) -> list[Diagnostic]:
        """All that is wrong."""
        return [d for number, d in enumerate(self.diagnostics) if number not in self._superseded]

    def fail(self, code: str, message: str, note: str = "", fix: Fix | None = None) -> NoReturn:
        """Report a mistake at the next token and give the rule up. At the end of a line, what is pointed at is the
        last token of the line, since that is where something is missing."""
        token = self.token
        at_line_end = (token.breaks or token.kind == END or token.start == token.end) and self.index > 0
        shown = self.tokens[self.index - 1] if at_line_end else token
        self.report(code, message, Span(shown.start, shown.end), note, fix)
        raise Failed

    # --- depth ------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Go one level deeper; the rule calls ``leave`` when it is done. Raises ``Failed`` at the limit."""
        self.nesting += 1
        if self.nesting > NESTING_MAX:
            self.nesting -= 1
            self._fail_deep(f"This is nested too deeply: at most {NESTING_MAX} levels.")

    def leave(self) -> None:
        """Come back from a level."""
        self.nesting -= 1

    def link(self, in_row: bool = False) -> None:
        """Count one more call or field of a chain, or one more operator or ``else if`` of a row.

        Raises ``Failed`` at the limit.
        """
        self.chain += 1 if in_row else ROW_MAX // CHAIN_MAX
        if self.chain > ROW_MAX:
            self._fail_deep(
                f"This is too long: at most {ROW_MAX:,} operators or branches in a row, and {CHAIN_MAX} calls and"
                " fields; name its parts with `let`."
            )

    def _fail_deep(self, message: str) -> NoReturn:
        # What stands in something too deep is as deep; saying it once is enough.
        if not self._too_deep:
            self._too_deep = True
            self.fail("E0040", message)
        self._reported_at = self.index
        raise Failed

    # --- recovering -------------------------------------------------------------------------------

    def skip(self, stops: frozenset[str] = _NOTHING, over_lines: bool = False) -> None:
        """Go on to the next token that is in ``stops``, closes the brackets around, or, unless ``over_lines``, may
        start a statement."""
        depth = 0
        while self.kind != END:
            kind = self.kind
            if depth == 0 and (kind in stops or kind in CLOSERS or (self.token.breaks and not over_lines)):
                return
            if kind in BRACKETS:
                depth += 1
            elif kind in CLOSERS:
                depth -= 1
            self.advance()

    def after_brackets(self, depth: int = 0) -> int:
        """How far ahead the token is that follows the brackets which open here; with ``depth`` 1, those around."""
        distance = 0
        while True:
            kind = self.peek(distance).kind
            if kind == END:
                return distance
            if kind in BRACKETS:
                depth += 1
            elif kind in CLOSERS:
                depth -= 1
                if depth <= 0:
                    return distance + 1
            distance += 1

    def step_over(self) -> None:
        """Go past the next token, with all that it brackets; not past a closing bracket."""
        opens = self.kind in BRACKETS
        if self.kind not in CLOSERS:
            self.advance()
        if opens:
            self.skip(over_lines=True)
            self.advance()

    def inside(self, closer: str, where: str, rule: Callable[[], T], otherwise: Callable[[Span], T]) -> T:
        """What ``rule`` gives, with the closing bracket after it; if it fails, ``otherwise`` of its place.

        Whatever happens, the bracket is taken: a rule that opens a bracket must not leave its inside.
        """
        start, nesting, braces, entries = self.token.start, self.nesting, self.braces, self.entries
        self.braces, self.entries = True, False
        try:
            value = rule()
            if self.kind != closer:
                self.report(
                    "E0020", f"Expected `{self.shown(closer)}` {where}, found {self.found()}.", self.span_of(self.token)
                )
        except Failed:
            self.nesting = nesting
            value = otherwise(self.since(start))
        self.skip(over_lines=True)
        self.accept(closer)
        self.braces, self.entries = braces, entries
        return value

    def items(
        self, closer: str, what: str, rule: Callable[[], T], otherwise: Callable[[Span], T] | None = None
    ) -> tuple[T, ...]:
        """Items of a bracketed list up to its closing bracket, which is taken: with commas between them, in braces
        with commas or line breaks. An item that fails is replaced by ``otherwise`` of its place, or left out."""
        found: list[T] = []
        chain = longest = self.chain
        nesting, braces, entries = self.nesting, self.braces, self.entries
        self.braces, self.entries = True, closer == "}"
        while self.kind not in CLOSERS and self.kind != END:
            before, start = self.index, self.token.start
            self.chain = chain
            try:
                found.append(rule())
            except Failed:
                self.nesting, self.braces = nesting, True
                self.skip(_COMMA)
                if otherwise is not None:
                    found.append(otherwise(self.since(start)))
            longest = max(longest, self.chain)
            if self.kind == closer or self.accept(","):
                continue
            if not (self.token.breaks and self.index > before):
                self._separator(closer, what, before)
        self.chain, self.braces, self.entries = longest, braces, entries
        self.expect(closer, f"after {what}")
        return tuple(found)

    def _separator(self, closer: str, what: str, before: int) -> None:
        """Something other than a comma stands between two items."""
        token = self.token
        if token.kind == ";":
            span = self.span_of(token)
            self.report("E0031", f"After {what} write `,` rather than `;`.", span, fix=Fix("Write `,`", span, ","))
            self.advance()
            return
        if token.kind in CLOSERS or token.kind == END:
            return
        after = Span(self.last_end, self.last_end)
        self.report(
            "E0020",
            f"Expected `,` or `{closer}` after {what}, found {self.found()}.",
            self.span_of(token),
            fix=Fix("Insert `,`", after, ","),
        )
        if self.index == before:
            self.step_over()
            self.skip(_COMMA)
            self.accept(",")
        elif not (token.is_word or token.kind in _LITERALS or token.kind in (STRING, F_START, BYTES)):
            self.skip(_COMMA)
            self.accept(",")
