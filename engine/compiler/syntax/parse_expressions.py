"""Expressions: operators by precedence, then what can follow a value, then values.

From loose to tight: ``|>``, ``or``, ``and``, ``not``, comparisons and ``in`` (which do not chain), ``??``, ``|``,
``^``, ``&``, shifts, sums, products, ``-x`` and ``await``, and last calls, fields and indexes. A range ``a..b`` is
looser than all of them.

Where a brace opens the block of a form (``if c {``, ``match x {``), ``braces`` is off, and an expression stops there.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

from engine.base.diagnostics import Fix
from engine.base.source import Span
from engine.compiler.syntax import ast
from engine.compiler.syntax.cursor import Failed
from engine.compiler.syntax.parse_types import TypeRules
from engine.compiler.syntax.tokens import (
    BYTES,
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
)

_COMPARISON = 5
_NOT = 4
_PRECEDENCE = {
    "|>": 1,
    "or": 2,
    "and": 3,
    "==": 5, "!=": 5, "<": 5, "<=": 5, ">": 5, ">=": 5, "in": 5,
    "??": 6,
    "|": 7,
    "^": 8,
    "&": 9,
    "<<": 10, ">>": 10,
    "+": 11, "-": 11, "+%": 11, "-%": 11,
    "*": 12, "/": 12, "%": 12, "*%": 12,
}  # fmt: skip


_NEST_LISTS = "Put a list into the list, as in `[[a * b for b in bs] for a in as]`, or use `for` loops and `push`."
_LITERALS = frozenset({INTEGER, FLOAT, DURATION, STRING, BYTES})


class ExpressionRules(TypeRules):
    """The rules for expressions. All raise ``Failed`` where nothing can be made of the text."""

    @abstractmethod
    def block(self, of: str) -> ast.Block:
        """``{ statements }``."""

    @abstractmethod
    def arm_body(self) -> ast.Expr | ast.Block:
        """What stands after ``=>`` in a match."""

    @abstractmethod
    def param(self) -> ast.Param:
        """A parameter of a function or actor."""

    # --- entry points -------------------------------------------------------------------------------

    def expression(self) -> ast.Expr:
        """Any expression but a range, which is reported."""
        found = self.expression_or_range()
        if isinstance(found, ast.RangeExpr):
            self.report("E0028", "A range stands only after `in` of a `for` and in a slice.", found.span)
            return ast.ErrorExpr(found.span)
        return found

    def expression_or_range(self) -> ast.Expr:
        """Any expression, also ``a..b``."""
        self.enter()
        start = self.token.start
        left = self._binary(0)
        if self.kind == "..":
            self.advance()
            right = self._binary(0)
            left = ast.RangeExpr(Span(start, self.last_end), left, right)
        self.leave()
        return left

    def expression_or_error(self) -> ast.Expr:
        """An expression; where there is none, ``ErrorExpr`` up to the end of the statement or bracket."""
        start, nesting = self.token.start, self.nesting
        try:
            if self.token.breaks and self.at_word("state") and self.peek().kind == NAME:
                # The next field of an actor is not the missing value of this one.
                self._fail_without_value()
            return self.expression()
        except Failed:
            self.nesting = nesting
            self.skip()
            return ast.ErrorExpr(self.since(min(start, self.last_end)))

    def before_block(self, rule: Callable[[], ast.Expr]) -> ast.Expr:
        """An expression that ends before a ``{``: the head of an ``if``, ``while``, ``for`` or ``match``."""
        before, nesting, start = self.braces, self.nesting, self.token.start
        self.braces = False
        try:
            return rule()
        except Failed:
            self.nesting = nesting
            self.skip(frozenset({"{"}))
            return ast.ErrorExpr(self.since(min(start, self.last_end)))
        finally:
            self.braces = before

    def condition(self) -> ast.Expr:
        """An expression where a truth is asked for: ``=`` there was meant as ``==``."""
        start = self.token.start
        found = self.expression()
        if self.kind == "=":
            span = self.span_of(self.token)
            self.report(
                "E0026",
                "`=` gives a value to a variable; to compare, write `==`.",
                span,
                fix=Fix("Write `==`", span, "=="),
            )
            self.advance()
            right = self.expression()
            return ast.Binary(self.since(start), "==", found, right)
        return found

    # --- operators ----------------------------------------------------------------------------------

    def _binary(self, least: int) -> ast.Expr:
        """Operators that bind tighter than ``least``, from left to right."""
        start = self.token.start
        left = self._not() if self.kind == "not" else self._unary()
        middle: ast.Expr | None = None
        longest = 0
        while True:
            token, op = self.token, self.kind
            precedence = _PRECEDENCE.get(op)
            if precedence is None:
                if op != "not" or token.breaks or self.peek().kind != "in":
                    break
                op, precedence = "not in", _COMPARISON
            if precedence <= least or (token.breaks and (op != "-" or self.entries)):
                break
            self.link(in_row=True)
            self.advance()
            if op in ("+", "-") and self.kind == op and self.token.start == token.end:
                self._fail_twice(left, op)
            if op == "not in":
                self.advance()
            self.enter()
            row = self.chain
            right = self._binary(precedence)
            longest, self.chain = max(longest, self.chain - row), row
            self.leave()
            whole = Span(start, self.last_end)
            if middle is None:
                left = ast.Binary(whole, op, left, right)
            else:  # `a < b < c`, reported, is read as what was meant
                asked = ast.Binary(Span(middle.span.start, self.last_end), op, middle, right)
                left = ast.Binary(whole, "and", left, asked)
            middle = None
            if precedence == _COMPARISON and _PRECEDENCE.get(self.kind) == _COMPARISON and not self.token.breaks:
                self._report_chained(op, right)
                middle = right
        self.chain += longest
        return left

    def _fail_twice(self, left: ast.Expr, op: str) -> None:
        """``x++`` where nothing can be added."""
        following = self.peek()
        if following.breaks or following.kind in (";", "}", ")", END):
            name = self.source.cut(left.span)
            whole = Span(left.span.end, self.token.end)
            fix = Fix(f"Write `{op}= 1`", whole, f" {op}= 1")
            self.report("E0032", f"`{name}{op}{op}` is written `{name} {op}= 1`.", whole, fix=fix)
            self.advance()
            raise Failed

    def _report_chained(self, op: str, between: ast.Expr) -> None:
        middle = self.source.cut(between.span)
        here = Span(self.last_end, self.last_end)
        self.report(
            "E0027",
            "Comparisons do not chain.",
            self.span_of(self.token),
            f"Ask twice: `… {op} {middle} and {middle} {self.token.text} …`.",
            Fix(f"Insert `and {middle}`", here, f" and {middle}"),
        )

    def _not(self) -> ast.Expr:
        start = self.advance().start
        self.enter()
        operand = self._binary(_NOT)
        self.leave()
        return ast.Unary(self.since(start), "not", operand)

    def _unary(self) -> ast.Expr:
        if self.kind == "-":
            return self._negative()
        if self.kind == "await":
            start = self.advance().start
            self.enter()
            value = self._unary()
            self.leave()
            return ast.AwaitExpr(self.since(start), value)
        return self._postfix()

    def _negative(self) -> ast.Expr:
        starts = []
        while self.kind == "-":
            self.link()
            starts.append(self.advance().start)
        self.enter()
        found = self._unary()
        self.leave()
        for start in reversed(starts):
            found = ast.Unary(Span(start, self.last_end), "-", found)
        return found

    # --- what follows a value -----------------------------------------------------------------------

    def _postfix(self) -> ast.Expr:
        start = self.token.start
        found = self._primary()
        while True:
            kind = self.kind
            if kind == "." or kind == "?.":
                self.link()
                self.advance()
                found = self._field(found, start, kind == "?.")
            elif kind == "(" and not self.token.breaks:
                self.link()
                found = self._call(found, start, ())
            elif kind == "[" and not self.token.breaks:
                self.link()
                found = self._index(found, start)
            elif kind == "{" and self._is_struct_in_braces(found):
                self.link()
                found = self._struct_in_braces(found, start)
            elif kind == "<" and self.at_type_args_of_call():
                type_args = self.type_args()
                found = self._call(found, start, type_args)
            elif kind == NAME and self.token.text == "with" and not self.token.breaks and self.peek().kind == "{":
                self.link()
                self.advance()
                self.advance()
                fields = self.items("}", "a field", self._with_field)
                found = ast.WithExpr(Span(start, self.last_end), found, fields)
            else:
                return found

    def _is_struct_in_braces(self, found: ast.Expr) -> bool:
        """Whether ``P { x: 1 }`` stands here, which other languages write for ``P(x: 1)``."""
        named = isinstance(found, ast.Name) and found.text[:1].isupper()
        return named and self.braces and not self.token.breaks and self.is_dict_ahead()

    def _struct_in_braces(self, found: ast.Expr, start: int) -> ast.Expr:
        opener = self.advance()
        args = self.items("}", "a field", self._arg, _error_arg)
        whole = Span(opener.start, self.last_end)
        inside = self.source.cut(whole)[1:-1].strip()
        fix = Fix("Write parentheses", whole, f"({inside})")
        self.report("E0020", "The fields of a struct are given in parentheses: `Name(field: value)`.", whole, fix=fix)
        return ast.Call(Span(start, whole.end), found, args, ())

    def _field(self, base: ast.Expr, start: int, safe: bool) -> ast.Expr:
        token = self.token
        if token.breaks or (token.kind != NAME and token.kind != INTEGER and token.kind not in KEYWORDS):
            self.fail("E0024", f"Expected the name of a field or method after `.`, found {self.found()}.")
        self.advance()
        name = ast.Ident(Span(token.start, token.end), token.text)
        return ast.FieldAccess(Span(start, token.end), base, name, safe)

    def _call(self, callee: ast.Expr, start: int, type_args: tuple[ast.TypeExpr, ...]) -> ast.Expr:
        args = self.args()
        return ast.Call(Span(start, self.last_end), callee, args, type_args)

    def args(self) -> tuple[ast.Arg, ...]:
        """``(a, name: b)``."""
        self.expect("(", "before arguments")
        if self.kind == ")":
            self.advance()
            return ()
        return self.items(")", "an argument", self._arg, _error_arg)

    def _arg(self) -> ast.Arg:
        token = self.token
        if (token.kind == NAME or token.kind in KEYWORDS) and self.peek().kind == ":":
            self.advance()
            self.advance()
            value = self.expression()
            return ast.Arg(self.since(token.start), ast.Ident(Span(token.start, token.end), token.text), value)
        value = self.expression()
        if self.kind == "=>":
            return ast.Arg(self.since(token.start), None, self._arrow(value, token.start))
        if self.kind == "=":
            span = self.span_of(self.token)
            fix = Fix("Write `:`", Span(self.last_end, span.end), ":")
            self.report("E0020", "A named argument is written `name: value`.", span, fix=fix)
            self.advance()
            named = self.expression()
            name = ast.Ident(value.span, value.text) if isinstance(value, ast.Name) else None
            return ast.Arg(self.since(token.start), name, named)
        return ast.Arg(value.span, None, value)

    def _arrow(self, params: ast.Expr, start: int) -> ast.Expr:
        """``x => x + 1`` and ``(a, b) => a + b``, which other languages write, is read as what was meant."""
        names = params.items if isinstance(params, ast.TupleLit) else (params,)
        known = [name for name in names if isinstance(name, ast.Name)]
        if len(known) < len(names):
            self.fail("E0020", "Expected `,` or `)` after an argument, found `=>`.")
        before = Span(start, self.last_end)
        written = self.source.text[start : self.last_end]
        text = f"fn{written}" if written.startswith("(") else f"fn({written})"
        fix = Fix(f"Write `{text}`", before, text)
        self.report("E0032", f"A function without a name is written `{text} => …`.", before, fix=fix)
        self.advance()
        body = self.expression()
        own = tuple(ast.Param(name.span, ast.Ident(name.span, name.text), None, None) for name in known)
        return ast.LambdaExpr(self.since(start), own, None, body)

    def _index(self, base: ast.Expr, start: int) -> ast.Expr:
        self.advance()

        def inside() -> ast.Expr:
            first = None if self.kind == ".." else self._slice_end()
            if self.accept(".."):
                last = None if self.kind == "]" else self._slice_end()
                return ast.SliceAccess(Span(start, self.last_end), base, first, last)
            assert first is not None, "without a start there is a `..`"
            return ast.IndexAccess(Span(start, self.last_end), base, first)

        found = self.inside(
            "]",
            "after an index",
            inside,
            lambda span: ast.IndexAccess(Span(start, span.end), base, ast.ErrorExpr(span)),
        )
        return replace(found, span=Span(start, self.last_end))

    def _slice_end(self) -> ast.Expr:
        self.enter()
        found = self._binary(0)
        self.leave()
        return found

    def _with_field(self) -> tuple[ast.Ident, ast.Expr]:
        name = self.member("a field")
        self.expect(":", "after the field's name")
        return name, self.expression_or_error()

    # --- values ---------------------------------------------------------------------------------------

    def _primary(self) -> ast.Expr:
        token, kind = self.token, self.kind
        if kind == NAME:
            self.advance()
            return ast.Name(Span(token.start, token.end), token.text)
        if kind in _LITERALS:
            return self.literal()
        if kind in self.misnamed and kind not in _PRIMARIES:
            self.advance()
            return ast.Name(Span(token.start, token.end), token.text)
        rule = _PRIMARIES.get(kind)
        if self.library and kind in KEYWORDS and self.peek().kind == "." and self.peek().start == token.end:
            # Library files have functions such as `none.encode` and `actor.create`.
            self.advance()
            return ast.Name(Span(token.start, token.end), token.text)
        if rule is not None and (self.braces or kind != "{" or self._is_value_before_block()):
            return rule(self)
        self._fail_without_value()

    def _is_value_before_block(self) -> bool:
        """Whether the brace here, where a block should open, begins a dict or set, which is reported.

        It does if that block or an operator follows it, or if it starts with a key."""
        after = self.after_brackets()
        following = self.peek(after)
        goes_on = following.kind in _PRECEDENCE or following.kind in (".", "?.")
        if following.kind != "{" and not (goes_on and not following.breaks) and not self.is_dict_ahead():
            return False
        whole = Span(self.token.start, self.peek(after - 1).end)
        text = self.source.cut(whole)
        self.report(
            "E0030",
            "A brace here opens the block; a dict or set wants parentheses around it.",
            whole,
            fix=Fix("Put parentheses around it", whole, f"({text})"),
        )
        return True

    def is_dict_ahead(self) -> bool:
        """Whether the brace here opens a dict: its first entry is a plain key and a colon."""
        key = self.peek()
        return key.kind in (STRING, INTEGER, NAME) and self.peek(2).kind == ":"

    def _fail_without_value(self) -> NoReturn:
        token = self.token
        if token.kind in KEYWORDS and not token.breaks and token.kind not in ("else", "in"):
            self.fail("E0021", f"Expected a value, found `{token.text}`, which is a word of the language.")
        before = self.tokens[self.index - 1] if self.index else None
        after = f" after `{before.text}`" if before is not None and before.kind == before.text else ""
        self.fail("E0021", f"Expected a value{after}, found {self.found()}.")

    def _parenthesised(self) -> ast.Expr:
        start = self.advance().start
        items = self.items(")", "a value", self.expression, ast.ErrorExpr)
        if len(items) == 1:
            return items[0]
        if not items:
            self.report("E0021", "There is no value between these parentheses.", self.since(start))
            return ast.ErrorExpr(self.since(start))
        return ast.TupleLit(self.since(start), items)

    def _list(self) -> ast.Expr:
        start = self.advance().start
        comprehensions: list[ast.Expr] = []

        def item() -> ast.Expr:
            value = self.expression()
            if self.kind == "for":
                value = self._comprehension(start, value)
                if self.kind == "for":
                    self.report("E0020", "A list has only one `for` in it.", self.span_of(self.token), _NEST_LISTS)
                    self.skip(over_lines=True)
                    value = replace(value, value=ast.ErrorExpr(value.value.span))
                comprehensions.append(value)
            return value

        items = self.items("]", "an item", item, ast.ErrorExpr)
        span = self.since(start)
        if not comprehensions:
            return ast.ListLit(span, items)
        if len(items) > 1:
            self.report("E0020", "A list with a `for` in it has no other items.", span)
        return replace(comprehensions[0], span=span)

    def _comprehension(self, start: int, value: ast.Expr) -> ast.Comprehension:
        """The rest of a comprehension from its ``for`` on."""
        self.advance()
        pattern = self.loop_pattern()
        self.expect("in", "after the loop's variable")
        iterable = self.expression_or_range()
        condition = None
        if self.accept("if"):
            condition = self.condition()
        return ast.Comprehension(self.since(start), value, pattern, iterable, condition)

    def loop_pattern(self) -> ast.Pattern:
        """The pattern of a ``for``; ``k, v`` needs no parentheses."""
        first = self.pattern()
        if self.kind != ",":
            return first
        items = [first]
        while self.accept(","):
            items.append(self.pattern())
        return ast.TuplePattern(Span(first.span.start, self.last_end), tuple(items))

    def _dict_or_set(self) -> ast.Expr:
        start = self.advance().start
        if self.accept("}"):
            return ast.DictLit(self.since(start), ())
        return self.dict_or_set_items(start)

    def dict_or_set_items(self, start: int) -> ast.Expr:
        """The rest of a dict or set after its ``{``."""
        entries = self.items("}", "an entry", self._entry, lambda span: (ast.ErrorExpr(span), None))
        span = self.since(start)
        keys = [key for key, value in entries if value is None]
        if len(keys) == len(entries):
            return ast.SetLit(span, tuple(keys))
        for key in keys:
            if not isinstance(key, ast.ErrorExpr):
                self.report("E0020", "Every entry of a dict is written `key: value`.", key.span)
        return ast.DictLit(span, tuple((key, value) for key, value in entries if value is not None))

    def _entry(self) -> tuple[ast.Expr, ast.Expr | None]:
        key = self.expression()
        if self.accept(":"):
            return key, self.expression_or_error()
        return key, None

    def _if(self) -> ast.Expr:
        """``if c { a } else { b }`` as a value; ``else if`` chains are read in a loop and nested from the end."""
        heads: list[tuple[int, ast.Expr, ast.Block]] = []
        longest = 0
        while True:
            start = self.expect("if", "in a value").start
            self.link(in_row=True)
            row = self.chain
            condition = self.before_block(self.condition)
            heads.append((start, condition, as_value(self.block("`if`"))))
            longest, self.chain = max(longest, self.chain - row), row
            if self.kind != "else":
                here = Span(self.last_end, self.last_end)
                self.report("E0020", "An `if` that gives a value needs an `else`.", Span(heads[0][0], heads[0][0] + 2))
                otherwise = ast.Block(here, (ast.ExprStmt(here, ast.ErrorExpr(here)),))
                break
            self.advance()
            if self.kind != "if":
                otherwise = as_value(self.block("`else`"))
                break
        self.chain += longest
        end = self.last_end
        while True:
            start, condition, then = heads.pop()
            found = ast.IfExpr(Span(start, end), condition, then, otherwise)
            if not heads:
                return found
            otherwise = ast.Block(found.span, (ast.ExprStmt(found.span, found),))

    def _match(self) -> ast.Expr:
        start = self.advance().start
        subject = self.before_block(self.expression)
        self.expect("{", "before the arms of a `match`")
        failed: list[ast.MatchArm] = []

        def not_an_arm(span: Span) -> ast.MatchArm:
            failed.append(ast.MatchArm(span, ast.WildcardPattern(span), None, ast.ErrorExpr(span)))
            return failed[-1]

        arms = self.items("}", "an arm", self._arm, not_an_arm)
        # What could not be read may have covered any case.
        sound = tuple(arm for arm in arms if arm not in failed)
        return ast.MatchExpr(self.since(start), subject, (*sound, *failed[:1]))

    def _arm(self) -> ast.MatchArm:
        start = self.token.start
        pattern = self.pattern()
        guard = None
        if self.accept("if"):
            guard = self.condition()
        if self.kind in ("->", ":"):
            span = self.span_of(self.token)
            self.report("E0020", "After a pattern stands `=>`.", span, fix=Fix("Write `=>`", span, " =>"))
            self.advance()
        else:
            self.expect("=>", "after a pattern")
        body = self.arm_body()
        return ast.MatchArm(self.since(start), pattern, guard, body)

    def _spawn(self) -> ast.Expr:
        start = self.advance().start
        actor = self.qualified_name("an actor")
        args: tuple[ast.Arg, ...] = ()
        if self.kind == "(":
            args = self.args()
        else:
            here = Span(self.last_end, self.last_end)
            self.report(
                "E0020", f"Expected `(` after `spawn {actor.text}`.", actor.span, fix=Fix("Insert `()`", here, "()")
            )
        restart: ast.Expr | None = None
        if self.at_word("restart") and not self.token.breaks:
            self.advance()
            policy = self.member("a restart policy")
            restart = ast.Name(policy.span, policy.text)
            if self.kind == "(" and not self.token.breaks:
                restart = self._call(restart, policy.span.start, ())
        return ast.SpawnExpr(self.since(start), actor, args, restart)

    def _timer(self) -> ast.Expr:
        word = self.advance()
        delay, send = self.timed_send(word.text)
        return ast.TimerExpr(self.since(word.start), delay, send, word.text == "every")

    def timed_send(self, word: str) -> tuple[ast.Expr, ast.Expr]:
        """A time and a send, behind ``after`` or ``every``."""
        time = self.expression()
        if self.token.breaks or self.kind in ("{", ";", "}", END):
            example = f"as in `{word} 20ms server.add(1)`"
            self.fail("E0020", f"Expected a message after the time, {example}, found {self.found()}.")
        return time, self.expression()

    def _lambda(self) -> ast.Expr:
        start = self.advance().start
        if self.kind == NAME:
            self.fail(
                "E0050",
                "A function with a name is declared at the top level; as a value it has none: `fn(x) => x + 1`.",
            )
        self.expect("(", "after `fn`")
        params = self.items(")", "a parameter", self.param)
        result = self.result_type()
        body: ast.Expr | ast.Block
        body = self.expression() if self.accept("=>") else self.block("this function")
        return ast.LambdaExpr(self.since(start), params, result, body)

    def _fstring(self) -> ast.Expr:
        start = self.advance().start
        parts: list[str | ast.FStringPart] = []
        chain = longest = self.chain
        while self.kind in (F_TEXT, F_OPEN):
            token = self.advance()
            if token.kind == F_TEXT:
                parts.append(token.text)
                continue
            self.chain = chain
            parts.append(self._interpolation(token.start))
            longest = max(longest, self.chain)
        self.chain = longest
        self.expect(F_END, "after an f-string")
        return ast.FString(self.since(start), tuple(parts))

    def _interpolation(self, start: int) -> ast.FStringPart:
        def inside() -> tuple[ast.Expr, ast.Ident | None]:
            value = self.expression()
            if self.kind != F_FORMAT:
                return value, None
            token = self.advance()
            return value, ast.Ident(Span(token.start + 1, token.end), token.text)

        value, form = self.inside(F_CLOSE, "after the expression", inside, lambda span: (ast.ErrorExpr(span), None))
        return ast.FStringPart(self.since(start), value, form)


def _error_arg(span: Span) -> ast.Arg:
    return ast.Arg(span, None, ast.ErrorExpr(span))


def as_value(block: ast.Block) -> ast.Block:
    """A block of an ``if`` that gives a value: an ``if`` … ``else`` at its end is meant as its value."""
    if not block.statements or not isinstance(block.statements[-1], ast.IfStmt):
        return block
    last = block.statements[-1]
    if last.otherwise is None:
        return block
    value = ast.IfExpr(last.span, last.condition, as_value(last.then), as_value(last.otherwise))
    return ast.Block(block.span, (*block.statements[:-1], ast.ExprStmt(last.span, value)))


_PRIMARIES: dict[str, Callable[[ExpressionRules], ast.Expr]] = {
    "true": ExpressionRules.literal,
    "false": ExpressionRules.literal,
    "none": ExpressionRules.literal,
    "(": ExpressionRules._parenthesised,
    "[": ExpressionRules._list,
    "{": ExpressionRules._dict_or_set,
    "if": ExpressionRules._if,
    "match": ExpressionRules._match,
    "spawn": ExpressionRules._spawn,
    "after": ExpressionRules._timer,
    "every": ExpressionRules._timer,
    "fn": ExpressionRules._lambda,
    F_START: ExpressionRules._fstring,
}
