"""Statements: what a block holds.

A statement ends at a line break, at ``;`` or before ``}``. One that fails is replaced by ``ErrorStmt``, and the next
line is read as if nothing had happened. A declaration inside a block is reported, and hoisted to the top
level, so that what uses it is not reported too.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from engine.base.diagnostics import Fix
from engine.base.source import Span
from engine.compiler.syntax import ast
from engine.compiler.syntax.cursor import Failed
from engine.compiler.syntax.parse_expressions import ExpressionRules
from engine.compiler.syntax.tokens import (
    ASSIGNMENTS,
    BYTES,
    DURATION,
    END,
    F_START,
    FLOAT,
    INTEGER,
    KEYWORDS,
    NAME,
    STRING,
    Token,
)

FOREIGN_WORDS = {
    "def": "fn",
    "func": "fn",
    "function": "fn",
    "const": "let",
    "class": "struct",
    "switch": "match",
    "foreach": "for",
    "throw": "fail",
    "raise": "fail",
}
"""Words that other languages start a statement with, and ours for it."""

_FOREIGN_FORMS = {
    "new": "A struct is made with `Name(field: value)`, an actor with `spawn Name()`.",
    "use": "Write `import name` or `from name import …`.",
    "include": "Write `import name` or `from name import …`.",
    "try": "There are no exceptions: a fault ends its turn, and `T?` says that there may be no value.",
    "?": "A choice between two values is written `if a { b } else { c }`.",
}
"""What other languages have before a word or a sign that cannot stand there, and how that is written here."""

_DECLARATIONS = frozenset(
    {"fn", "flow", "struct", "enum", "type", "actor", "agent", "import", "from", "test", "invariant", "export", "on"}
)
_VALUE_STARTS = frozenset({STRING, BYTES, F_START, NAME, INTEGER, FLOAT, DURATION, "("})


class StatementRules(ExpressionRules):
    """The rules for statements and blocks."""

    @abstractmethod
    def misplaced_declaration(self) -> None:
        """A declaration inside a block: reports it and reads it all the same."""

    # --- blocks -----------------------------------------------------------------------------------

    def block(self, of: str) -> ast.Block:
        """``{ statements }``; ``of`` says whose block it is. Raises ``Failed`` if there is no ``{``."""
        self.enter()
        start = self.expect("{", f"for the block of {of}").start
        braces, entries = self.braces, self.entries
        self.braces, self.entries = True, False
        chain = longest = self.chain
        found: list[ast.Stmt] = []
        while self.kind != "}" and self.kind != END:
            if self.kind == ";":
                self.advance()
                continue
            self.chain = chain
            found.append(self.guarded_statement())
            longest = max(longest, self.chain)
        self.chain, self.braces, self.entries = longest, braces, entries
        self.leave()
        self.expect("}", f"at the end of {of}")
        return ast.Block(self.since(start), tuple(found))

    def guarded_statement(self) -> ast.Stmt:
        """A statement and its end; after a mistake goes on with the next one."""
        start, index, nesting = self.token.start, self.index, self.nesting
        found: ast.Stmt
        try:
            found = self.statement()
            self.end_of_statement()
        except Failed:
            self.nesting, self.braces = nesting, True
            if self.index == index:
                self.step_over()
            self.skip(frozenset({";"}))
            found = ast.ErrorStmt(self.since(start))
        return found

    def end_of_statement(self) -> None:
        """Checks that a statement ends here. What follows on the same line is reported and left to the next statement
        if it can be one."""
        kind = self.kind
        if kind == ";":
            self.advance()
            return
        if self.token.breaks or kind == "}" or kind == END:
            return
        starts = kind in STATEMENTS or kind in _VALUE_STARTS
        here = Span(self.last_end, self.last_end)
        last = "?" if kind == "?" else self.tokens[self.index - 1].text if kind in (NAME, "{") else ""
        foreign = _FOREIGN_FORMS.get(last, "")
        self.report(
            "E0025",
            f"Expected the end of the statement, found {self.found()}.",
            self.span_of(self.token),
            foreign or "A statement ends at the end of its line or at `;`.",
            Fix("Insert `;`", here, ";") if starts and not foreign else None,
        )
        if kind not in STATEMENTS:
            self.skip(frozenset({";"}))

    def translate_foreign_word(self) -> None:
        """If the next word is another language's for one of ours, reports it and goes on as if ours were there."""
        token, following = self.token, self.peek()
        if token.text not in FOREIGN_WORDS or following.breaks or following.kind not in (NAME, STRING, F_START):
            return
        ours = FOREIGN_WORDS[token.text]
        span = self.span_of(token)
        self.report("E0032", f"`{token.text}` is written `{ours}` here.", span, fix=Fix(f"Write `{ours}`", span, ours))
        self.kind = ours if ours in KEYWORDS else NAME
        self.token = Token(self.kind, ours, token.start, token.end, token.first, token.breaks)
        self.tokens[self.index] = self.token

    # --- statements -------------------------------------------------------------------------------

    def statement(self) -> ast.Stmt:
        """One statement, without its end. Raises ``Failed``."""
        if self.kind == NAME:
            self.translate_foreign_word()
        kind = self.kind
        rule = STATEMENTS.get(kind)
        if rule is not None and not (self.library and self.peek().kind == "."):
            return rule(self)
        if kind == NAME:
            return self._named_statement()
        if kind == "{" and not self.is_dict_ahead():
            return self.block("this")
        if kind in _DECLARATIONS and not (kind == "fn" and self.peek().kind == "(") and self.peek().kind != ".":
            start = self.token.start
            self.misplaced_declaration()
            return ast.ErrorStmt(self.since(start))
        return self._expression_statement()

    def _named_statement(self) -> ast.Stmt:
        """A statement that starts with a name, which may be a contextual keyword."""
        token = self.token
        text = token.text
        if text in _CONTEXTUAL:
            following = self.peek()
            if text == "stop" and (following.breaks or following.kind in (";", "}", ",", END)):
                self.advance()
                return ast.StopStmt(self.since(token.start))
            if text == "fail" and not following.breaks and following.kind in _VALUE_STARTS:
                self.advance()
                message = self.expression()
                return ast.FailStmt(self.since(token.start), message)
            if text == "run" and not following.breaks and (following.kind == "for" or following.text == "until"):
                return self._run()
            if text == "state" and following.kind == NAME and not following.breaks:
                return self.misplaced_state()
        return self._expression_statement()

    def _run(self) -> ast.Stmt:
        """``run until idle``, ``run until 50ms``, ``run for 50ms``."""
        start = self.advance().start
        mode = "for" if self.advance().kind == "for" else "until"
        if mode == "until" and self.at_word("idle"):
            self.advance()
            return ast.RunStmt(self.since(start), "idle", None)
        time = self.expression()
        return ast.RunStmt(self.since(start), mode, time)

    def misplaced_state(self) -> ast.Stmt:
        """``state x = 0`` where no actor is around: reported, and taken for a ``var``."""
        span = self.span_of(self.token)
        self.report(
            "E0050",
            "`state` belongs directly in an actor; a variable is written `var`.",
            span,
            fix=Fix("Write `var`", span, "var"),
        )
        return self._let()

    def _expression_statement(self) -> ast.Stmt:
        start = self.token.start
        target = self.expression()
        op = self.kind
        if op not in ASSIGNMENTS:
            return ast.ExprStmt(self.since(start), target)
        if not isinstance(target, ast.Name | ast.FieldAccess | ast.IndexAccess | ast.ErrorExpr):
            self.report("E0029", "Only a variable, a field or an item can be given a value.", target.span)
        self.advance()
        value = self.expression_or_error()
        return ast.AssignStmt(self.since(start), target, op, value)

    def _let(self) -> ast.Stmt:
        keyword = self.advance()
        if self.token.breaks or self.kind in KEYWORDS:
            name = self.word("a variable")
            pattern: ast.Pattern = ast.BindPattern(name.span, name.text)
        else:
            pattern = self.pattern()
        declared = None
        if self.accept(":"):
            declared = self.type()
        if self.kind == "=":
            self.advance()
            value = self.expression_or_error()
        else:
            shown = Span(pattern.span.start, self.last_end)
            if self.token.breaks or self.kind in (";", "}", END):
                self.report("E0020", f"A `{keyword.text}` needs a value: `= …`.", shown)
                value = ast.ErrorExpr(shown)
            else:
                self.expect("=", "and a value")
        return ast.LetStmt(self.since(keyword.start), pattern, declared, value, keyword.kind != "let")

    def _render(self) -> ast.Stmt:
        start = self.advance().start
        if self.at_word("timeline") and self.peek().kind == "{":
            self.advance()
            entries = self._timeline(self._timeline_entry)
            return ast.RenderTimelineStmt(self.since(start), entries)
        if self.at_word("distributed") and self.peek().kind == NAME and self.peek().text == "state":
            self.advance()
            self.advance()
            self.expect("{", "after `render distributed state`")
            fields = self.items("}", "a field of an actor", self._state_field)
            return ast.RenderStateStmt(self.since(start), fields)
        if self.kind == "{":
            opener = self.advance().start
            if self.kind == "}":
                self.report("E0021", "There is nothing to render between these braces.", Span(opener, self.token.end))
            value = self.inside("}", "after the rendered value", lambda: self._rendered(opener), ast.ErrorExpr)
            if isinstance(value, ast.ErrorExpr):
                self.skip(frozenset({";"}))  # what was meant may go on behind the braces
            return ast.RenderStmt(self.since(start), value)
        if self.token.breaks or self.kind in (";", "}", END):
            self.fail("E0021", "Expected a value after `render`.")
        value = self.expression()
        return ast.RenderStmt(self.since(start), value)

    def _rendered(self, opener: int) -> ast.Expr:
        """The value between the braces of a ``render``; a dict or set there is reported, since it wants its own."""
        start = self.token.start
        value = self.expression()
        if self.kind not in (":", ","):
            return value
        form = "dict" if self.kind == ":" else "set"
        closer = self.peek(self.after_brackets(depth=1) - 1).end
        whole = Span(opener, closer)
        self.report(
            "E0030",
            f"The braces of `render` hold one value; a {form} wants its own braces inside them: `render {{{{…}}}}`.",
            whole,
            fix=Fix(f"Write a {form}", whole, "{" + self.source.cut(Span(opener, closer)) + "}"),
        )
        self.skip(over_lines=True)
        return ast.ErrorExpr(self.since(start))

    def _state_field(self) -> ast.FieldAccess:
        start = self.token.start
        value = self.expression()
        if isinstance(value, ast.FieldAccess):
            return value
        shown = self.source.cut(Span(start, self.last_end))
        self.report(
            "E0020", f"Expected a field of an actor such as `server.counter`, found `{shown}`.", self.since(start)
        )
        raise Failed

    def _expect_timeline(self) -> ast.Stmt:
        start = self.advance().start
        if not self.at_word("timeline"):
            self.fail("E0020", f"Expected `timeline` after `expect`, found {self.found()}.")
        self.advance()
        entries = self._timeline(self._expected_entry)
        return ast.ExpectTimelineStmt(self.since(start), entries)

    def _timeline(self, entry: Callable[[], ast.TimelineEntry]) -> tuple[ast.TimelineEntry, ...]:
        self.expect("{", "after `timeline`")
        return self.items("}", "an entry of a timeline", entry)

    def _expected_entry(self) -> ast.TimelineEntry:
        """The same without a time, if the message may come at any."""
        return self._timeline_entry(timed=False)

    def _timeline_entry(self, timed: bool = True) -> ast.TimelineEntry:
        """``node A -> B at 10ms payload e``."""
        start = self.token.start
        if not self.at_word("node"):
            self.fail(
                "E0020", f"An entry of a timeline is written `node A -> B at 10ms payload value`, found {self.found()}."
            )
        self.advance()
        source = self.word("a participant")
        self.expect("->", "between the two participants")
        target = self.word("a participant")
        at = None
        if self.at_word("at") and not self.token.breaks:
            at = self._timeline_time()
        elif timed:
            self.fail("E0020", f"Expected `at` and a time, found {self.found()}.")
        payload = None
        if self.at_word("payload") and not self.token.breaks:
            self.advance()
            payload = self.expression_or_error()
        return ast.TimelineEntry(self.since(start), source, target, at, payload)

    def _timeline_time(self) -> ast.Expr:
        """``at 10ms`` or ``at tick=125``."""
        self.advance()
        if self.at_word("tick") and self.peek().kind == "=":
            self.advance()
            self.advance()
            if self.kind != INTEGER:
                self.fail("E0020", f"Expected a whole number after `tick=`, found {self.found()}.")
            return self.literal()
        if self.kind != DURATION:
            self.fail("E0020", f"Expected a time such as `10ms` or `tick=125` after `at`, found {self.found()}.")
        return self.literal()

    def _return(self) -> ast.Stmt:
        start = self.advance().start
        value = None
        if not (self.token.breaks or self.kind in (";", "}", ",", END)):
            value = self.expression_or_error()
        return ast.ReturnStmt(self.since(start), value)

    def _if_statement(self) -> ast.Stmt:
        """``if … else if … else``; the chain is read in a loop and nested from the end."""
        heads: list[tuple[int, ast.Expr, ast.Block]] = []
        longest = 0
        otherwise: ast.Block | None = None
        while True:
            self.link(in_row=True)
            row = self.chain
            start = self.advance().start
            condition = self.before_block(self.condition)
            heads.append((start, condition, self.block("`if`")))
            longest, self.chain = max(longest, self.chain - row), row
            if not self._at_else():
                break
            self.advance()
            if self.kind != "if":
                otherwise = self.block("`else`")
                break
        self.chain += longest
        end = self.last_end
        while True:
            start, condition, then = heads.pop()
            found = ast.IfStmt(Span(start, end), condition, then, otherwise)
            if not heads:
                return found
            otherwise = ast.Block(found.span, (found,))

    def _at_else(self) -> bool:
        if self.kind == "else":
            return True
        token = self.token
        if token.kind == NAME and token.text in ("elif", "elseif"):
            span = self.span_of(token)
            self.report(
                "E0032", f"`{token.text}` is written `else if`.", span, fix=Fix("Write `else if`", span, "else if")
            )
            # The word does the work of both: the loop takes it as the `else` and needs an `if` after it.
            self.tokens[self.index : self.index + 1] = [
                type(token)("else", "else", token.start, token.start),
                type(token)("if", "if", token.start, token.end),
            ]
            self.token = self.tokens[self.index]
            self.kind = "else"
            return True
        return False

    def _while(self) -> ast.Stmt:
        start = self.advance().start
        condition = self.before_block(self.condition)
        body = self.block("`while`")
        return ast.WhileStmt(self.since(start), condition, body)

    def _for(self) -> ast.Stmt:
        start = self.advance().start
        pattern = self.loop_pattern()
        self.expect("in", "after the loop's variable")
        iterable = self.before_block(self.expression_or_range)
        body = self.block("`for`")
        return ast.ForStmt(self.since(start), pattern, iterable, body)

    def _break(self) -> ast.Stmt:
        token = self.advance()
        return ast.BreakStmt(self.span_of(token))

    def _continue(self) -> ast.Stmt:
        token = self.advance()
        return ast.ContinueStmt(self.span_of(token))

    def _match_statement(self) -> ast.Stmt:
        start = self.token.start
        found = self._match()
        return ast.ExprStmt(self.since(start), found)

    def _assert(self) -> ast.Stmt:
        start = self.advance().start
        condition = self.condition()
        message = None
        if self.accept(","):
            message = self.expression_or_error()
        return ast.AssertStmt(self.since(start), condition, message)

    def _after(self) -> ast.Stmt:
        start = self.advance().start
        delay, send = self.timed_send("after")
        return ast.AfterStmt(self.since(start), delay, send)

    def every(self) -> ast.EveryStmt:
        """``every 10ms { … }``, ``every 100ms render …`` or ``every 10ms server.add(1)``."""
        start = self.advance().start
        interval = self.before_block(self.expression)
        if self.kind == "{":
            body = self.block("`every`")
            return ast.EveryStmt(self.since(start), interval, body)
        if self.token.breaks or self.kind in (";", "}", END):
            self.fail("E0020", f"Expected `{{`, `render` or a message after the interval, found {self.found()}.")
        self.enter()
        begin = self.token.start
        statement = self._render() if self.kind == "render" else self._sent(begin)
        self.leave()
        return ast.EveryStmt(self.since(start), interval, ast.Block(statement.span, (statement,)))

    def _sent(self, start: int) -> ast.Stmt:
        send = self.expression()
        return ast.ExprStmt(self.since(start), send)

    def arm_body(self) -> ast.Expr | ast.Block:
        """What stands after ``=>``: a block, a value, or one statement, which is taken for a block of it."""
        if self.kind == "{" and not self.is_dict_ahead():
            return self.block("this arm")
        self.enter()
        found = self.statement()
        self.leave()
        return found.value if isinstance(found, ast.ExprStmt) else ast.Block(found.span, (found,))


_CONTEXTUAL = frozenset({"stop", "fail", "run", "state"})

STATEMENTS: dict[str, Callable[[StatementRules], ast.Stmt]] = {
    "let": StatementRules._let,
    "var": StatementRules._let,
    "render": StatementRules._render,
    "return": StatementRules._return,
    "if": StatementRules._if_statement,
    "while": StatementRules._while,
    "for": StatementRules._for,
    "break": StatementRules._break,
    "continue": StatementRules._continue,
    "match": StatementRules._match_statement,
    "assert": StatementRules._assert,
    "after": StatementRules._after,
    "every": StatementRules.every,
    "expect": StatementRules._expect_timeline,
}
