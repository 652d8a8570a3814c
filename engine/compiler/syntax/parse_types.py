"""Types and patterns, as written."""

from __future__ import annotations

from engine.base.diagnostics import Fix
from engine.base.source import Span
from engine.compiler.syntax import ast
from engine.compiler.syntax.cursor import Cursor
from engine.compiler.syntax.tokens import BYTES, DURATION, FLOAT, INTEGER, NAME, STRING, Token

_TYPE_PARTS = frozenset({NAME, ",", "<", ">", ">>", "?", ".", "->", "fn"})

_UNITS = frozenset({"us", "ms", "s", "m", "h"})

_BASES = {"0x": 16, "0b": 2}

INT_DIGITS_MAX = 400
"""Longer integer literals are all the same to the checker, which refuses them; Python refuses to read them."""

TYPE_ARGS_MAX = 256
"""How many tokens ahead the type arguments of a call may end."""


class TypeRules(Cursor):
    """The rules for types and patterns. All raise ``Failed`` where nothing can be made of the text."""

    # --- types ------------------------------------------------------------------------------------

    def type(self) -> ast.TypeExpr:
        """``int``, ``list<string>``, ``(int, string)``, ``fn(int) -> int``, and any of them with ``?``."""
        self.enter()
        start = self.token.start
        found = self._plain_type()
        while self.kind in ("?", "??"):
            if self.kind == "??":
                self._split_operator()
            self.link()
            self.advance()
            found = ast.OptionalType(self.since(start), found)
        self.leave()
        return found

    def _plain_type(self) -> ast.TypeExpr:
        token = self.token
        if token.kind == "fn":
            self.advance()
            self.expect("(", "after `fn` in a type")
            params = self.items(")", "a parameter's type", self.type)
            result = self.result_type()
            return ast.FnType(self.since(token.start), params, result)
        if token.kind == "(":
            self.advance()
            items = self.items(")", "a type", self.type)
            if len(items) == 1:
                return items[0]
            if not items:
                self.report("E0022", "A tuple type has two parts or more.", self.since(token.start))
            return ast.TupleType(self.since(token.start), items)
        if token.kind == NAME:
            name = self.qualified_name("a type")
            args = self.type_args() if self.kind == "<" else ()
            return ast.NamedType(self.since(token.start), name, args)
        self.fail("E0022", f"Expected a type, found {self.found()}.")

    def qualified_name(self, what: str) -> ast.Ident:
        """``Shape`` or ``shapes.Shape``: the name of ``what``, with the module that it is in."""
        first = self.word(what)
        if self.kind != ".":
            return first
        parts = [first.text]
        while self.kind == "." and not self.token.breaks:
            self.advance()
            parts.append(self.word(what).text)
        return ast.Ident(self.since(first.span.start), ".".join(parts))

    def type_args(self) -> tuple[ast.TypeExpr, ...]:
        """``<T, U>``."""
        self.expect("<", "before type arguments")
        found = [self.type()]
        while self.accept(","):
            found.append(self.type())
        self.close_angle()
        return tuple(found)

    def close_angle(self) -> None:
        """The ``>`` that ends type arguments, also as the first part of ``>>``, ``>=`` and ``>>=``."""
        if self.kind in (">>", ">=", ">>="):
            self._split_operator()
        self.expect(">", "after type arguments")

    def _split_operator(self) -> None:
        """Makes the next token its first character, and puts the rest after it."""
        token = self.token
        first = Token(token.text[0], token.text[0], token.start, token.start + 1, token.first, token.breaks)
        rest = Token(token.text[1:], token.text[1:], token.start + 1, token.end)
        self.tokens[self.index : self.index + 1] = [first, rest]
        self.token = first
        self.kind = first.kind

    def result_type(self) -> ast.TypeExpr | None:
        """``-> type``, if it is there."""
        if self.kind == ":" and self.peek().kind == NAME and not self.peek().breaks:
            span = self.span_of(self.token)
            self.report("E0020", "The type of a result stands after `->`.", span, fix=Fix("Write `->`", span, " ->"))
            self.advance()
            return self.type()
        return self.type() if self.accept("->") else None

    def type_params(self) -> tuple[ast.Ident, ...]:
        """``<T, U>`` of a declaration, if it is there."""
        if not self.accept("<"):
            return ()
        found = [self.word("a type parameter")]
        while self.accept(","):
            found.append(self.word("a type parameter"))
        self.close_angle()
        return tuple(found)

    def at_type_args_of_call(self) -> bool:
        """Whether the next tokens are ``<…>(`` right after a name, without a space: ``raw.load<T>(x)``."""
        if self.token.start != self.last_end:
            return False
        depth, brackets, distance = 0, 0, 0
        while distance < TYPE_ARGS_MAX:
            token = self.peek(distance)
            kind = token.kind
            if kind == "<":
                depth += 1
            elif kind in ("(", ")"):
                brackets += 1 if kind == "(" else -1
                if brackets < 0:
                    return False
            elif kind in (">", ">>"):
                depth -= len(kind)
                if depth <= 0 and not brackets:
                    after = self.peek(distance + 1)
                    return depth == 0 and after.kind == "(" and after.start == token.end
            elif kind not in _TYPE_PARTS:
                return False
            distance += 1
        return False

    # --- patterns ---------------------------------------------------------------------------------

    def pattern(self) -> ast.Pattern:
        """``_``, a literal, ``name``, ``Side.Buy``, ``Circle(r)``, ``(a, b)``."""
        self.enter()
        found = self._pattern()
        self.leave()
        return found

    def _pattern(self) -> ast.Pattern:
        token, kind = self.token, self.kind
        if kind == NAME:
            return self._name_pattern()
        if kind == "(":
            self.advance()
            items = self.items(")", "a pattern", self.pattern)
            if len(items) == 1:
                return items[0]
            if not items:
                self.report("E0023", "A tuple has two parts or more.", self.since(token.start))
            return ast.TuplePattern(self.since(token.start), items)
        if kind == "[":
            self.advance()
            items = self.items("]", "a pattern", self._list_item)
            span = self.since(token.start)
            note = "Ask for its length and items, as in `xs if xs.len() == 1 => …`, or compare: `if xs == [1]`."
            self.report("E0023", "Lists have no patterns.", span, note)
            return ast.ListPattern(span, items)
        if kind == "-" and self.peek().kind in (INTEGER, FLOAT, DURATION):
            self.advance()
            operand = self.literal()
            span = self.since(token.start)
            return ast.LiteralPattern(span, ast.Unary(span, "-", operand))
        if kind in (INTEGER, FLOAT, DURATION, STRING, BYTES, "true", "false", "none"):
            value = self.literal()
            return ast.LiteralPattern(value.span, value)
        self.fail("E0023", f"Expected a pattern, found {self.found()}.")

    def _list_item(self) -> ast.Pattern:
        start = self.token.start
        if not self.accept(".."):
            return self.pattern()
        return self.pattern() if self.kind == NAME else ast.WildcardPattern(self.since(start))

    def _name_pattern(self) -> ast.Pattern:
        token = self.advance()
        if token.text == "_":
            return ast.WildcardPattern(self.span_of(token))
        path = [ast.Ident(self.span_of(token), token.text)]
        while self.kind == ".":
            self.link()
            self.advance()
            path.append(self.member("a variant"))
        if self.kind == "(":
            self.advance()
            items = self.items(")", "a pattern", self._pattern_arg)
            return ast.VariantPattern(self.since(token.start), tuple(path), items)
        if len(path) == 1:
            return ast.BindPattern(self.span_of(token), token.text)
        return ast.VariantPattern(self.since(token.start), tuple(path), None)

    def _pattern_arg(self) -> ast.PatternArg:
        start = self.token.start
        name = None
        if self.peek().kind == ":":
            name = self.member("the name of a value in the pattern")
            self.advance()
        pattern = self.pattern()
        return ast.PatternArg(self.since(start), name, pattern)

    # --- literals ---------------------------------------------------------------------------------

    def literal(self) -> ast.Expr:
        """A number, duration, string, ``true``, ``false`` or ``none``, which must be next."""
        token = self.advance()
        span, text, kind = Span(token.start, token.end), token.text, token.kind
        if kind == INTEGER:
            if self.kind == NAME and self.token.text in _UNITS and not self.token.breaks:
                return self._duration_in_two(span, text)
            return ast.IntLit(span, _int_value(text))
        if kind == STRING:
            return ast.StringLit(span, text)
        if kind == BYTES:
            return ast.BytesLit(span, text.encode("latin-1"))
        if kind == FLOAT:
            return self._float(span, text)
        if kind == DURATION:
            return _duration(span, text)
        if kind == "none":
            return ast.NoneLit(span)
        return ast.BoolLit(span, kind == "true")

    def _duration_in_two(self, span: Span, number: str) -> ast.Expr:
        unit = self.advance()
        whole = span.to(self.span_of(unit))
        text = number + unit.text
        fix = Fix(f"Write `{text}`", whole, text)
        self.report("E0004", f"A duration is written without a blank: `{text}`.", whole, fix=fix)
        return _duration(whole, text)

    def _float(self, span: Span, text: str) -> ast.Expr:
        value = float(text.replace("_", ""))
        if value == float("inf"):
            self.report(
                "E0004",
                "This number is too large for a float.",
                span,
                fix=Fix("Write the largest", span, "1.7976931348623157e308"),
            )
        return ast.FloatLit(span, value)


def _int_value(text: str) -> int:
    """The value of an integer as written; of one that fits nowhere, some other value that fits nowhere."""
    digits = text.replace("_", "")
    base = _BASES.get(digits[:2].lower(), 10)
    significant = (digits if base == 10 else digits[2:]).lstrip("0")
    return int(significant[:INT_DIGITS_MAX] or "0", base)


def _duration(span: Span, text: str) -> ast.DurationLit:
    number = text.rstrip("uticksmh \t")
    unit = text[len(number) :].strip()
    return ast.DurationLit(span, _int_value(number), "ticks" if unit.startswith("tick") else unit)
