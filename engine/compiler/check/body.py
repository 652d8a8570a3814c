"""One body while it is checked: a function, a turn, the top level.

A ``Body`` knows which names can be seen, what may be done here, and which types are still open. What to do with each
kind of node is in the modules that register themselves in ``EXPRESSIONS`` and ``STATEMENTS``; each takes the
body and the node and gives typed nodes back. A mistake is reported once; what comes of it has the type ``ERROR``, which
fits everything, so that one mistake makes one diagnostic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from engine.base.diagnostics import Fix
from engine.base.source import SourceFile, Span
from engine.compiler.check import tree
from engine.compiler.check.inference import TypeVar as OpenType
from engine.compiler.check.inference import head, is_broken, optional, resolve, unify
from engine.compiler.check.report import Report, report_large_type
from engine.compiler.check.scopes import Binding, Scope, Variable
from engine.compiler.check.types import (
    ERROR,
    FLOAT,
    INT,
    NEVER,
    STRING,
    TYPE_SIZE_MAX,
    UNIT,
    ActorType,
    OpaqueType,
    OptionalType,
    Type,
)
from engine.compiler.check.world import ActorInfo, World
from engine.compiler.syntax import ast

FUNCTION = "function"
HANDLER = "handler"
START = "start"
TOP = "top"
CLOSED = "closed"
"""Kinds of body: a function; a message or timer turn; the first turn of an actor; the top level with ``fn main()``;
a default value or constant, which sees no variables."""

ExpressionRule = Callable[["Body", Any, Type | None], tree.Expr]
StatementRule = Callable[["Body", Any, list[tree.Stmt]], bool]

EXPRESSIONS: dict[type, ExpressionRule] = {}
STATEMENTS: dict[type, StatementRule] = {}

_E = TypeVar("_E", bound=ExpressionRule)
_S = TypeVar("_S", bound=StatementRule)


def expression(*nodes: type) -> Callable[[_E], _E]:
    """Registers the rule for a kind of expression: it takes the type that is hoped for, which it need not reach."""

    def register(rule: _E) -> _E:
        for node in nodes:
            EXPRESSIONS[node] = rule
        return rule

    return register


def statement(*nodes: type) -> Callable[[_S], _S]:
    """Registers the rule for a kind of statement: it appends to the list and says whether control never goes on."""

    def register(rule: _S) -> _S:
        for node in nodes:
            STATEMENTS[node] = rule
        return rule

    return register


@dataclass(frozen=True, slots=True)
class Capture:
    """A variable further out that a function value takes along: the copy in the function, and its value when the
    function is made."""

    binding: Binding
    local: tree.Local
    value: tree.Expr


class Body:
    """What is known and collected while one body is checked. ``outer`` is the body in which a function value is
    written, whose names it captures."""

    def __init__(
        self,
        world: World,
        kind: str,
        *,
        scope: Scope | None = None,
        actor: ActorInfo | None = None,
        result: Type = UNIT,
        name: str = "",
        type_params: Mapping[str, Type] | None = None,
        report: Report | None = None,
        source: SourceFile | None = None,
    ) -> None:
        self.world = world
        self.report = report or world.report
        self.source = world.source if source is None else source
        self.kind = kind
        self.is_library = world.is_library
        self.scope = Scope(scope)
        self.top_scope: Scope | None = None
        self.actor = actor
        self.result = result
        self.name = name
        self.type_params: Mapping[str, Type] = type_params or {}
        """What the type parameters of a generic function stand for here."""
        self.loops: list[bool] = []
        self.awaited: ast.Call | None = None
        self.errors_before = self.report.errors
        self.open_types: list[OpenType] = []
        self.generic_calls: list[tree.Call] = []
        self.keys: list[tuple[Span, Type]] = []
        self.variables: dict[tree.Local, Variable] = {}
        self.compared_with_none: set[str] = set()
        self.peeks = False
        """Whether it sees the state of other actors: in tests and invariants."""
        self.outer: Body | None = None
        self.captures: list[Capture] = []
        self.there: dict[tuple[Span, bool], frozenset[str]] = {}
        """What ``narrowing`` has found out about conditions, by their place and outcome."""

    # --- what may be done here ----------------------------------------------------------------

    @property
    def may_act(self) -> bool:
        """Whether sends, spawns and output are possible: in turns, not in functions."""
        return self.kind in (HANDLER, START, TOP)

    def acts(self, span: Span, what: str) -> bool:
        """Reports ``what`` (as in "send a message") where only a turn may do it."""
        if self.may_act:
            return True
        where = f"`{self.name}` is a function" if self.kind == FUNCTION else "this is a fixed value"
        where = "this is an invariant" if self.peeks and self.kind == CLOSED else where
        if self.outer is not None:
            where = "this is a function"
        note = "only handlers, timers and the top level can"
        if self.peeks:
            note = "it reads the states of all actors of a kind, as in `[a.n for a in Account]`"
        self.report.error("E0302", span, f"{where} and cannot {what}", note)
        return False

    def written(self, span: Span) -> str:
        """The text at a place, on one line."""
        return " ".join(self.source.cut(span).split())

    def around_none(self, span: Span, member: bool = False) -> str:
        """What to write where a value that may be ``none`` cannot stand. A comparison with ``none`` narrows only names
        that never change, so whoever made another one is told."""
        ways = "use `?.`, `??` for a value in its place" if member else "use `??` for a value in its place"
        text = self.written(span)
        if text in self.compared_with_none:
            kept = "a test with `none` is kept in mind for a `let` only"
            return f"{ways}, or `match {text} {{ none => …, it => … }}`: {kept}"
        return f"{ways}, or `match`"

    # --- nodes --------------------------------------------------------------------------------

    def expr(self, node: ast.Expr, expected: Type | None = None) -> tree.Expr:
        """Checks an expression that may have no value."""
        found = EXPRESSIONS[type(node)](self, node, expected)
        if found.type.size > TYPE_SIZE_MAX or found.type.may_change:
            return self._of_fair_size(found)
        return found

    def value(self, node: ast.Expr, expected: Type | None = None) -> tree.Expr:
        """Checks an expression that must have a value; ``expected`` is a hint, not a demand."""
        found = self.expr(node, expected)
        if found.type is UNIT:
            self.report.error("E0214", node.span, f"`{self.written(node.span)}` gives no value")
            return self.nothing(node.span)
        return found

    def _of_fair_size(self, found: tree.Expr) -> tree.Expr:
        """The expression, unless its type is larger than types may be, which is reported."""
        whole = resolve(found.type)
        if whole.size <= TYPE_SIZE_MAX:
            return found
        if not is_broken(found.type):
            report_large_type(self.report, found.span)
        return self.nothing(found.span)

    def typed(self, node: ast.Expr, expected: Type, what: str = "") -> tree.Expr:
        """Checks an expression that must have this type; ``what`` begins the message where it has not."""
        return self.fit(self.value(node, expected), expected, what, node)

    def statement(self, node: ast.Stmt, out: list[tree.Stmt]) -> bool:
        """Checks a statement; True where control never comes behind it."""
        return STATEMENTS[type(node)](self, node, out)

    def nothing(self, span: Span) -> tree.Expr:
        """Stands where an expression could not be made sense of."""
        return tree.Const(ERROR, span, None)

    # --- names --------------------------------------------------------------------------------

    def push(self, there: frozenset[str] = frozenset()) -> None:
        """Opens a block, in which these names are known not to be ``none``."""
        self.scope = Scope(self.scope, there)

    def pop(self) -> None:
        """Closes the innermost block."""
        assert self.scope.outer is not None
        self.scope = self.scope.outer

    def find(self, name: str) -> Binding | None:
        """The local or the state field that a name stands for."""
        return self.scope.find(name)

    def owns(self, found: Binding) -> bool:
        """Whether a name that was found belongs to this body itself; a function value sees others as copies."""
        return self.outer is None or (isinstance(found, Variable) and found.local in self.variables)

    def declare(
        self, name: str, type_: Type, span: Span, kind: str, *, mutable: bool = False, statement: Span | None = None
    ) -> tree.Local:
        """A new local, visible from here on in this block."""
        self.fresh_name(name, span)
        local = tree.Local(name, type_, mutable, kind == "parameter")
        variable = Variable(local, span, kind, statement)
        self.scope.add(name, variable)
        self.variables[local] = variable
        return local

    def fresh_name(self, name: str, span: Span) -> None:
        """Reports a name that this block has already."""
        if name in self.scope.names:
            self.report.error("E0103", span, f"`{name}` is declared twice in this block")

    def temporary(self, name: str, value: tree.Expr, out: list[tree.Stmt]) -> tree.LocalRead:
        """Keeps a value in a local that the program cannot name, and reads it."""
        local = tree.Local(name, value.type)
        out.append(tree.Let(value.span, local, value))
        return tree.LocalRead(value.type, value.span, local)

    # --- types --------------------------------------------------------------------------------

    def open_type(self, span: Span, what: str, way_out: str = "") -> OpenType:
        """A type that a later line has to decide."""
        variable = OpenType(span, what, way_out)
        self.open_types.append(variable)
        return variable

    def fit(self, value: tree.Expr, expected: Type, what: str = "", node: ast.Expr | None = None) -> tree.Expr:
        """The value as one of the expected type: wrapped where an optional is expected, reported where it cannot be."""
        actual = value.type
        if actual is expected or actual is NEVER:
            return value
        wanted = head(expected)
        if actual is ERROR:
            if isinstance(wanted, OpenType):
                wanted.link.append(ERROR)  # a mistake that was reported is why nothing decides it
            return value
        actual = head(actual)
        if isinstance(wanted, OptionalType) and not isinstance(actual, OptionalType | OpenType):
            if unify(wanted.inner, actual):
                return tree.Wrap(wanted, value.span, value)
        elif unify(wanted, actual):
            return value
        self.mismatch(value, expected, what, node)
        return self.nothing(value.span)

    def mismatch(self, value: tree.Expr, expected: Type, what: str, node: ast.Expr | None) -> None:
        """Reports a value of the wrong type."""
        wanted, actual = resolve(expected), resolve(value.type)
        if wanted is ERROR or actual is ERROR:
            return
        subject = f"{what} must be" if what else "expected"
        code, note, fix = "E0201", "", None
        inner = actual.inner if isinstance(actual, OptionalType) else None
        if inner is not None and unify(inner, wanted):
            code, note = "E0216", self.around_none(value.span)
        elif wanted == FLOAT and actual == INT:
            note = "write `float(…)` around it"
            if isinstance(node, ast.IntLit):
                text = f"{node.value}.0"
                note, fix = f"write `{text}`", Fix(f"write `{text}`", value.span, text)
        elif wanted == INT and actual == FLOAT:
            note = "write `int(…)` around it, which drops what is behind the point"
        elif wanted == STRING:
            note = "write `string(…)` around it, or put it into an f-string"
        elif isinstance(wanted, OpaqueType) or isinstance(actual, OpaqueType):
            name = wanted if isinstance(wanted, OpaqueType) else actual
            note = f"`{name}` stands for every type, so only another `{name}` is sure to fit"
        elif isinstance(wanted, ActorType) and isinstance(actual, ActorType) and actual.name == "any":
            note = "the kind of actor that `sender` is, is not known; pass `self` as a parameter of the message"
        self.report.error(code, value.span, f"{subject} {describe(wanted)}, but this is {describe(actual)}", note, fix)

    def join(self, values: list[tree.Expr], expected: Type | None, what: str) -> tuple[Type, list[tree.Expr]]:
        """One type for several values, and the values as that type; ``T`` and ``none`` together make ``T?``."""
        common: Type | None = None
        if expected is not None and isinstance(head(expected), OptionalType):
            common = expected
        for value in values:
            t = head(value.type)
            if t is NEVER or t is ERROR:
                continue
            if common is None or common is ERROR:
                common = t
                continue
            base = head(common)
            if isinstance(t, OptionalType) and not isinstance(base, OptionalType | OpenType) and unify(t.inner, base):
                common = t
        if common is None:
            common = ERROR if any(v.type is ERROR for v in values) or not values else NEVER
        return common, [self.fit(value, common, what) for value in values]

    def optional_of(self, t: Type) -> Type:
        """``t?``, or ``t`` where it is optional already."""
        return optional(head(t))


WHAT_ALL_CAN = (
    "it stands for every type, so only what all values can do works here: `==`, `<`, being shown, kept and handed on; "
    "for more, write the type"
)
"""What to say where a value of a type parameter cannot do something."""


def describe(t: Type) -> str:
    """A type as a message says it."""
    t = resolve(t)
    if t.size > TYPE_SIZE_MAX:
        return "a value of a type that is too large"
    if isinstance(t, ActorType):
        return "an actor" if t.name == "any" else f"an actor `{t.name}`"
    if isinstance(t, OptionalType) and isinstance(t.inner, OpenType):
        return "`none`"
    if isinstance(t, OpenType):
        return "a value of a type not known yet"
    return f"`{t}`".replace(str(ERROR), "…")
