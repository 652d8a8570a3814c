"""Declarations: what stands at the top level of a file, and inside an actor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from engine.base.diagnostics import Diagnostic, Fix
from engine.base.source import SourceFile, Span
from engine.compiler.syntax import ast
from engine.compiler.syntax.cursor import Failed
from engine.compiler.syntax.parse_statements import STATEMENTS, StatementRules
from engine.compiler.syntax.tokens import CLOSERS, END, KEYWORDS, NAME, STRING, Token


@dataclass(slots=True)
class _Members:
    """What an actor's braces held, by kind."""

    states: list[ast.StateDecl] = field(default_factory=list)
    handlers: list[ast.HandlerDecl] = field(default_factory=list)
    timers: list[ast.EveryStmt] = field(default_factory=list)
    model: ast.ModelClause | None = None
    is_broken: bool = False


class DeclarationRules(StatementRules):
    """The rules for declarations and for a whole file. ``hoisted`` are declarations found where they may not stand."""

    def __init__(self, source: SourceFile, tokens: list[Token], diagnostics: list[Diagnostic], library: bool) -> None:
        super().__init__(source, tokens, diagnostics, library)
        self.hoisted: list[ast.Decl | ast.Stmt] = []
        self.exports: list[ast.Ident] = []

    def module(self) -> ast.Module:
        """The whole file."""
        items: list[ast.Decl | ast.Stmt] = []
        while self.kind != END:
            if self.kind == ";" or self.kind in CLOSERS:
                self.advance()
                continue
            self.chain = 0
            items.append(self._item())
        return ast.Module(self.source.span, tuple(items) + tuple(self.hoisted), tuple(self.exports))

    def _item(self) -> ast.Decl | ast.Stmt:
        """A declaration or statement with its end; after a mistake goes on with the next one."""
        if self.kind == NAME:
            self.translate_foreign_word()
        if self.library and self.at_word("state") and self.peek().kind == NAME:
            rule: Callable[[DeclarationRules], ast.Decl | ast.Stmt] | None = DeclarationRules._state
        else:
            rule = self._declaration_ahead()
        if rule is None:
            return self.guarded_statement()
        start, index, nesting = self.token.start, self.index, self.nesting
        try:
            found = rule(self)
            self.end_of_statement()
        except Failed:
            self.nesting, self.braces = nesting, True
            if self.index == index:
                self.step_over()
            self.skip(frozenset({";"}))
            name = self.tokens[index + 1]
            return ast.ErrorStmt(self.since(start), name.text if name.kind == NAME else "")
        return found

    def _declaration_ahead(self) -> Callable[[DeclarationRules], ast.Decl | ast.Stmt] | None:
        if self.kind == "fn" and self.peek().kind == "(":
            return None
        if self.library and self.peek().kind == ".":
            return None
        return _DECLARATIONS.get(self.kind)

    def misplaced_declaration(self) -> None:
        """A declaration inside a block or actor: reported, read, and hoisted to the top level."""
        token = self.token
        what = _DECLARED.get(token.kind, token.kind)
        note = "Inside, a function value does: `let double = fn(x: int) => x * 2`." if token.kind == "fn" else ""
        self.report(
            "E0050", f"{_with_article(what)} belongs at the top level, not inside a block.", self.span_of(token), note
        )
        self.enter()
        if token.kind == "on":
            self.handler()
        else:
            self._hoist()
        self.leave()

    def _hoist(self) -> None:
        declared = _DECLARATIONS[self.kind](self)
        self.hoisted.append(replace(declared, is_misplaced=True) if isinstance(declared, ast.FnDecl) else declared)

    # --- functions --------------------------------------------------------------------------------

    def _export(self) -> ast.Decl | ast.Stmt:
        """``export`` before what other files may import."""
        start = self.advance().start
        if self.kind in ("fn", "flow"):
            found = self._function_from(start, exported=True)
            self.exports.append(found.name)
            return found
        if self.kind == "let":
            return self._exported_let()
        if self.kind not in _EXPORTED:
            self.fail("E0020", f"Expected a declaration after `export`, found {self.found()}.")
        declared = _DECLARATIONS[self.kind](self)
        assert isinstance(declared, ast.StructDecl | ast.EnumDecl | ast.TypeAlias | ast.ActorDecl)
        self.exports.append(declared.name)
        return declared

    def _exported_let(self) -> ast.Stmt:
        statement = self.statement()
        if isinstance(statement, ast.LetStmt):
            if isinstance(statement.pattern, ast.BindPattern):
                self.exports.append(ast.Ident(statement.pattern.span, statement.pattern.name))
            else:
                self.report("E0020", "An exported `let` has one name.", statement.pattern.span)
        return statement

    def function(self) -> ast.FnDecl:
        """``fn name<T>(params) -> result { … }``, also ``flow``."""
        return self._function_from(self.token.start, exported=False)

    def _function_from(self, start: int, exported: bool) -> ast.FnDecl:
        keyword = self.advance()
        is_flow = keyword.kind == "flow"
        name = self._function_name()
        type_params = self.type_params()
        self.expect("(", f"after the name of {'a flow' if is_flow else 'a function'}")
        params = self.items(")", "a parameter", self.param)
        result = self.result_type()
        effects = self._effects() if is_flow and self.at_word("effects") else None
        version = self._version() if is_flow and self.at_word("version") else None
        body = self.block(f"`{name.text}`")
        return ast.FnDecl(
            self.since(start), name, type_params, params, result, body, exported, is_flow, effects, version
        )

    def _function_name(self) -> ast.Ident:
        token = self.token
        if self.library and token.kind in KEYWORDS and self.peek().kind == ".":
            self.advance()
            name = ast.Ident(self.span_of(token), token.text)
        else:
            name = self.word("a function")
        if self.kind != ".":
            return name
        parts = [name.text]
        while self.accept("."):
            parts.append(self.member("a function").text)
        span = self.since(token.start)
        if not self.library:
            self.report("E0051", "Only the library names functions with a dot.", span)
        return ast.Ident(span, ".".join(parts))

    def _effects(self) -> tuple[ast.Ident, ...]:
        self.advance()
        found = [self.member("an effect")]
        while self.accept(","):
            found.append(self.member("an effect"))
        return tuple(found)

    def _version(self) -> ast.StringLit:
        self.advance()
        return self._title("a version")

    def param(self) -> ast.Param:
        """``name: type = default``; ``var`` before it in library files."""
        start = self.token.start
        mutable = self.kind == "var"
        if mutable:
            span = self.span_of(self.advance())
            if not self.library:
                self.report(
                    "E0051",
                    "Only methods of the library change what they are called on.",
                    span,
                    fix=Fix("Remove `var`", span, ""),
                )
        name = self.word("a parameter")
        declared, default = None, None
        if self.accept(":"):
            declared = self.type()
        elif self.kind == NAME:
            here = Span(self.last_end, self.last_end)
            self.report(
                "E0020",
                "Between a parameter and its type stands `:`.",
                self.span_of(self.token),
                fix=Fix("Insert `:`", here, ":"),
            )
            declared = self.type()
        if self.accept("="):
            default = self.expression()
        return ast.Param(self.since(start), name, declared, default, mutable)

    # --- types ------------------------------------------------------------------------------------

    def _struct(self) -> ast.StructDecl:
        start = self.advance().start
        name = self.word("a struct")
        type_params = self.type_params()
        self.expect("{", "before the fields of a struct")
        fields = self.items("}", "a field", self._field_declaration)
        return ast.StructDecl(self.since(start), name, type_params, fields)

    def _field_declaration(self) -> ast.FieldDecl:
        start = self.token.start
        if self.kind in ("let", "var") and self.peek().kind == NAME:
            span = self.span_of(self.advance())
            self.report("E0020", "A field is written `name: type`.", span, fix=Fix("Remove the word", span, ""))
        name = self.member("a field")
        self.expect(":", "between a field and its type")
        declared = self.type()
        default = self.expression_or_error() if self.accept("=") else None
        return ast.FieldDecl(self.since(start), name, declared, default)

    def _enum(self) -> ast.EnumDecl:
        start = self.advance().start
        name = self.word("an enum")
        type_params = self.type_params()
        self.expect("{", "before the variants of an enum")
        variants = self.items("}", "a variant", self._variant)
        return ast.EnumDecl(self.since(start), name, type_params, variants)

    def _variant(self) -> ast.VariantDecl:
        start = self.token.start
        name = self.member("a variant")
        items: tuple[ast.PayloadDecl, ...] = ()
        if self.accept("("):
            items = self.items(")", "a type", self._payload)
        return ast.VariantDecl(self.since(start), name, items)

    def _payload(self) -> ast.PayloadDecl:
        start = self.token.start
        name = None
        if self.peek().kind == ":":
            name = self.member("a value that the variant carries")
            self.expect(":", "between a name and its type")
        declared = self.type()
        default = self.expression_or_error() if self.accept("=") else None
        return ast.PayloadDecl(self.since(start), name, declared, default)

    def _type_alias(self) -> ast.TypeAlias:
        start = self.advance().start
        name = self.word("a type")
        self.expect("=", "and a type")
        meant = self.type()
        return ast.TypeAlias(self.since(start), name, meant)

    # --- actors -----------------------------------------------------------------------------------

    def _actor(self) -> ast.ActorDecl:
        keyword = self.advance()
        is_agent = keyword.kind == "agent"
        name = self.word("an agent" if is_agent else "an actor")
        params: tuple[ast.Param, ...] = ()
        if self.accept("("):
            params = self.items(")", "a parameter", self.param)
        self.expect("{", f"for the block of `{name.text}`")
        members = _Members()
        while self.kind != "}" and self.kind != END:
            if self.kind in (";", ","):
                self.advance()
                continue
            self._guarded_member(members, is_agent)
        self.expect("}", f"at the end of `{name.text}`")
        span = self.since(keyword.start)
        return ast.ActorDecl(
            span,
            name,
            params,
            tuple(members.states),
            tuple(members.handlers),
            tuple(members.timers),
            is_agent,
            members.model,
            members.is_broken,
        )

    def _guarded_member(self, members: _Members, is_agent: bool) -> None:
        index, nesting = self.index, self.nesting
        self.chain = 0
        try:
            self._member_into(members, is_agent)
            self.end_of_statement()
        except Failed:
            self.nesting, self.braces = nesting, True
            if self.index == index:
                self.step_over()
            self.skip(frozenset({";"}))
            members.is_broken = True

    def _member_into(self, members: _Members, is_agent: bool) -> None:
        """A field, handler, timer or model; anything else is reported."""
        token = self.token
        if self.kind == "on":
            members.handlers.append(self.handler())
        elif self.kind == "every":
            members.timers.append(self.every())
        elif self.at_word("state"):
            members.states.append(self._state())
        elif self.kind in ("let", "var"):
            span = self.span_of(token)
            self.report(
                "E0050", "A field of an actor is written `state`.", span, fix=Fix("Write `state`", span, "state")
            )
            members.states.append(self._state())
        elif self.at_word("model"):
            model = self._model()
            if not is_agent:
                self.report("E0052", "Only an `agent` has a model.", model.span)
            elif members.model is not None:
                self.report("E0052", "An agent has one model.", model.span)
            else:
                members.model = model
        elif token.kind in _DECLARATIONS:
            self._misplaced_in_actor()
        else:
            self._fail_in_actor()

    def _misplaced_in_actor(self) -> None:
        what = _DECLARED.get(self.kind, self.kind)
        note = ""
        if self.kind == "fn":
            note = "It takes the state and gives the new one: `n = add(n, 2)`. What sends is a handler: `on add()`."
        self.report(
            "E0050",
            f"{_with_article(what)} belongs at the top level, not inside an actor.",
            self.span_of(self.token),
            note,
        )
        self._hoist()

    def _fail_in_actor(self) -> None:
        token = self.token
        note = "An actor holds `state`, `on` and `every`; statements stand in its handlers."
        if token.kind == NAME and self.peek().kind == "(":
            here = Span(token.start, token.start)
            self.fail(
                "E0050", f"Expected `on` before the handler `{token.text}`.", note, Fix("Insert `on`", here, "on ")
            )
        if token.kind == NAME and self.peek().kind in (":", "="):
            here = Span(token.start, token.start)
            self.fail(
                "E0050",
                f"Expected `state` before the field `{token.text}`.",
                note,
                Fix("Insert `state`", here, "state "),
            )
        if token.kind in STATEMENTS:
            self.report("E0050", "A statement cannot stand directly in an actor.", self.span_of(token), note)
            self.guarded_statement()
            raise Failed
        self.report(
            "E0050",
            f"Expected `state`, `on` or `every`, found `{token.text or token.kind}`.",
            self.span_of(token),
            note,
        )
        raise Failed

    def _state(self) -> ast.StateDecl:
        start = self.advance().start
        name = self.word("a field")
        declared = self.type() if self.accept(":") else None
        if self.kind != "=":
            shown = self.since(start)
            self.report("E0020", "A `state` needs a value to start with: `= …`.", shown)
            self.skip(frozenset({";"}))
            return ast.StateDecl(self.since(start), name, declared, ast.ErrorExpr(shown))
        self.advance()
        value = self.expression_or_error()
        return ast.StateDecl(self.since(start), name, declared, value)

    def handler(self) -> ast.HandlerDecl:
        """``on name(params) -> result { … }``."""
        start = self.advance().start
        if self.token.breaks:
            self.fail("E0024", "Expected the name of a message after `on`.")
        name = self.member("a message")
        params: tuple[ast.Param, ...] = ()
        if self.kind == "{":
            here = Span(self.last_end, self.last_end)
            self.report("E0020", f"Expected `()` after `{name.text}`.", name.span, fix=Fix("Insert `()`", here, "()"))
        else:
            self.expect("(", "after the name of a message")
            params = self.items(")", "a parameter", self.param)
        result = self.result_type()
        body = self.block(f"`{name.text}`")
        return ast.HandlerDecl(self.since(start), name, params, result, body)

    def _model(self) -> ast.ModelClause:
        start = self.advance().start
        name = self._title("a model")
        settings: tuple[tuple[ast.Ident, ast.Expr], ...] = ()
        if self.kind == "{":
            self.advance()
            settings = self.items("}", "a setting", self._setting)
        return ast.ModelClause(self.since(start), name, settings)

    def _setting(self) -> tuple[ast.Ident, ast.Expr]:
        name = self.member("a setting")
        self.expect(":", "after the setting's name")
        return name, self.expression_or_error()

    def _handler_outside(self) -> ast.Decl:
        span = self.span_of(self.token)
        self.report("E0050", "A handler belongs in an actor: `actor Name { on … }`.", span)
        self.handler()
        raise Failed

    # --- the rest ---------------------------------------------------------------------------------

    def _import(self) -> ast.ImportDecl:
        start = self.advance().start
        module = self._module_name()
        alias = self._alias()
        return ast.ImportDecl(self.since(start), module, None, alias)

    def _from(self) -> ast.ImportDecl:
        start = self.advance().start
        module = self._module_name()
        self.expect("import", "after the module's name")
        names = [self._imported_name()]
        while self.accept(","):
            names.append(self._imported_name())
        return ast.ImportDecl(self.since(start), module, tuple(names))

    def _module_name(self) -> ast.Ident:
        """``shapes`` or ``geometry.shapes``."""
        first = self.word("a module")
        parts = [first.text]
        while self.accept("."):
            parts.append(self.word("a module").text)
        return ast.Ident(self.since(first.span.start), ".".join(parts))

    def _imported_name(self) -> ast.ImportedName:
        name = self.word("what is imported")
        alias = self._alias()
        return ast.ImportedName(self.since(name.span.start), name, alias)

    def _alias(self) -> ast.Ident | None:
        if not self.at_word("as") or self.token.breaks:
            return None
        self.advance()
        return self.word("what is imported")

    def _test(self) -> ast.TestDecl:
        start = self.advance().start
        title = self._title("a test")
        body = self.block("this test")
        return ast.TestDecl(self.since(start), title, body)

    def _invariant(self) -> ast.InvariantDecl:
        start = self.advance().start
        title = self._title("an invariant")
        body = self.block("this invariant")
        return ast.InvariantDecl(self.since(start), title, body)

    def _title(self, what: str) -> ast.StringLit:
        """A name in quotes; where it is missing, which is reported, an empty one stands for it."""
        token = self.token
        if token.kind == STRING and not token.breaks:
            self.advance()
            return ast.StringLit(self.span_of(token), token.text)
        plain = token.kind == NAME and not token.breaks
        fix = Fix(f'Write `"{token.text}"`', self.span_of(token), f'"{token.text}"') if plain else None
        shown = self.tokens[self.index - 1] if token.breaks else token
        message = f"Expected the name of {what} in quotes, found {self.found()}."
        self.report("E0020", message, self.span_of(shown), fix=fix)
        if plain:
            self.advance()
        return ast.StringLit(Span(self.last_end, self.last_end), token.text if plain else "")


_EXPORTED = frozenset({"struct", "enum", "type", "actor", "agent"})

_DECLARATIONS: dict[str, Callable[[DeclarationRules], ast.Decl | ast.Stmt]] = {
    "fn": DeclarationRules.function,
    "flow": DeclarationRules.function,
    "export": DeclarationRules._export,
    "struct": DeclarationRules._struct,
    "enum": DeclarationRules._enum,
    "type": DeclarationRules._type_alias,
    "actor": DeclarationRules._actor,
    "agent": DeclarationRules._actor,
    "import": DeclarationRules._import,
    "from": DeclarationRules._from,
    "test": DeclarationRules._test,
    "invariant": DeclarationRules._invariant,
    "on": DeclarationRules._handler_outside,
}

_DECLARED = {
    "fn": "function",
    "flow": "flow",
    "export": "declaration",
    "type": "type",
    "on": "handler",
    "from": "import",
}


def _with_article(what: str) -> str:
    return f"{'An' if what[0] in 'aeiou' else 'A'} {what}"
