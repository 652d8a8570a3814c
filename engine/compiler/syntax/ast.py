"""The syntax tree: what was written, before anybody knows what it means.

Every node has the span of its whole text. Names keep a span of their own where an editor wants to
point at them. The parser recovers from mistakes, so a tree may miss parts of the text, but what is
in it is well formed; ``ErrorExpr`` and ``ErrorStmt`` stand where nothing could be made of the text.
"""

from __future__ import annotations

from engine.base.source import Span
from engine.base.value import value


@value(frozen=True, slots=True)
class Node:
    """Anything with a place in the text."""

    span: Span


@value(frozen=True, slots=True)
class Ident(Node):
    """A name where it is declared or used, with the place of just the name."""

    text: str


# --- types as written -------------------------------------------------------------------------


@value(frozen=True, slots=True)
class NamedType(Node):
    """``int``, ``list<string>``, ``Order``, ``dict<string, int>``; ``args`` is empty without ``<…>``."""

    name: Ident
    args: tuple[TypeExpr, ...] = ()


@value(frozen=True, slots=True)
class OptionalType(Node):
    """``T?``."""

    inner: TypeExpr


@value(frozen=True, slots=True)
class TupleType(Node):
    """``(int, string)``."""

    items: tuple[TypeExpr, ...]


@value(frozen=True, slots=True)
class FnType(Node):
    """``fn(int) -> int``; ``result`` is None where nothing is given back."""

    params: tuple[TypeExpr, ...]
    result: TypeExpr | None


TypeExpr = NamedType | OptionalType | TupleType | FnType


# --- expressions ------------------------------------------------------------------------------


@value(frozen=True, slots=True)
class IntLit(Node):
    """An integer literal; the value may not fit into 64 bits, which the checker reports."""

    value: int


@value(frozen=True, slots=True)
class FloatLit(Node):
    """``1.5``, ``1e-3``."""

    value: float


@value(frozen=True, slots=True)
class BoolLit(Node):
    """``true`` or ``false``."""

    value: bool


@value(frozen=True, slots=True)
class NoneLit(Node):
    """``none``."""


@value(frozen=True, slots=True)
class StringLit(Node):
    """A string literal with its escapes resolved."""

    value: str


@value(frozen=True, slots=True)
class BytesLit(Node):
    """A bytes literal, ``b"ab\\xff"``."""

    value: bytes


@value(frozen=True, slots=True)
class FString(Node):
    """``f"a {x} b"``: literal texts and expressions in order; ``{{`` and ``}}`` are braces."""

    parts: tuple[str | FStringPart, ...]


@value(frozen=True, slots=True)
class FStringPart(Node):
    """One ``{value}`` or ``{value:format}`` of an f-string; the format with its place behind the colon."""

    value: Expr
    format: Ident | None = None


@value(frozen=True, slots=True)
class DurationLit(Node):
    """``250us 10ms 5s 2m 1h`` (``unit`` is that suffix) or ``3 ticks`` (``unit`` is ``ticks``)."""

    value: int
    unit: str


@value(frozen=True, slots=True)
class Name(Node):
    """A name used as a value; also ``self``, ``sender``."""

    text: str


@value(frozen=True, slots=True)
class FieldAccess(Node):
    """``base.name``; a tuple's field has a decimal name (``t.0``); ``safe`` marks ``?.``."""

    base: Expr
    name: Ident
    safe: bool = False


@value(frozen=True, slots=True)
class IndexAccess(Node):
    """``base[index]``."""

    base: Expr
    index: Expr


@value(frozen=True, slots=True)
class SliceAccess(Node):
    """``base[start..end]``; either end may be left out."""

    base: Expr
    start: Expr | None
    end: Expr | None


@value(frozen=True, slots=True)
class Arg(Node):
    """One argument, with its name where it was written ``name: value``."""

    name: Ident | None
    value: Expr


@value(frozen=True, slots=True)
class Call(Node):
    """``callee(args)``; a call of a ``FieldAccess`` is a method call, a send, a variant with what it carries, or a
    module's function. ``type_args`` are those of ``name<T>(…)``."""

    callee: Expr
    args: tuple[Arg, ...]
    type_args: tuple[TypeExpr, ...] = ()


@value(frozen=True, slots=True)
class Unary(Node):
    """``-x``, ``not x``; ``op`` is that text."""

    op: str
    operand: Expr


@value(frozen=True, slots=True)
class Binary(Node):
    """``op`` is one of ``+ - * / % +% -% *% == != < <= > >= and or & | ^ << >> in ?? |>`` or ``not in``."""

    op: str
    left: Expr
    right: Expr


@value(frozen=True, slots=True)
class RangeExpr(Node):
    """``a..b``: the ints from a up to, not including, b. Only in ``for``, comprehensions and slices."""

    start: Expr
    end: Expr


@value(frozen=True, slots=True)
class ListLit(Node):
    """``[a, b]``."""

    items: tuple[Expr, ...]


@value(frozen=True, slots=True)
class DictLit(Node):
    """``{"a": 1}``; ``{}`` is an empty dict."""

    entries: tuple[tuple[Expr, Expr], ...]


@value(frozen=True, slots=True)
class SetLit(Node):
    """``{1, 2}`` where an expression is expected."""

    items: tuple[Expr, ...]


@value(frozen=True, slots=True)
class TupleLit(Node):
    """``(1, "x")``, two items or more."""

    items: tuple[Expr, ...]


@value(frozen=True, slots=True)
class Comprehension(Node):
    """``[value for pattern in iterable if condition]``; one ``for``."""

    value: Expr
    pattern: Pattern
    iterable: Expr
    condition: Expr | None


@value(frozen=True, slots=True)
class IfExpr(Node):
    """``if c { a } else { b }`` where a value is expected; the blocks end in an expression."""

    condition: Expr
    then: Block
    otherwise: Block


@value(frozen=True, slots=True)
class MatchExpr(Node):
    """``match subject { pattern => value, … }``; also as a statement, wrapped in ``ExprStmt``."""

    subject: Expr
    arms: tuple[MatchArm, ...]


@value(frozen=True, slots=True)
class MatchArm(Node):
    """``pattern if guard => body``; the body is an expression or a block of statements."""

    pattern: Pattern
    guard: Expr | None
    body: Expr | Block


@value(frozen=True, slots=True)
class WithExpr(Node):
    """``base with { field: value, … }``."""

    base: Expr
    fields: tuple[tuple[Ident, Expr], ...]


@value(frozen=True, slots=True)
class SpawnExpr(Node):
    """``spawn Counter(5)``; ``restart`` is the policy's call or name where one was written."""

    actor: Ident
    args: tuple[Arg, ...]
    restart: Expr | None = None


@value(frozen=True, slots=True)
class TimerExpr(Node):
    """``after 20ms server.add(1)`` and ``every 20ms server.add(1)`` (``repeats``) as a value: a timer."""

    delay: Expr
    send: Expr
    repeats: bool


@value(frozen=True, slots=True)
class AwaitExpr(Node):
    """``await ref.message(…)``."""

    value: Expr


@value(frozen=True, slots=True)
class LambdaExpr(Node):
    """``fn(x: int) -> int { … }`` or ``fn(x) => x + 1`` as a value."""

    params: tuple[Param, ...]
    result: TypeExpr | None
    body: Block | Expr


@value(frozen=True, slots=True)
class ErrorExpr(Node):
    """Stands where an expression was expected and none could be read; already reported."""


Expr = (
    IntLit | FloatLit | BoolLit | NoneLit | StringLit | BytesLit | FString | DurationLit | Name | FieldAccess
    | IndexAccess | SliceAccess | Call | Unary | Binary | RangeExpr | ListLit | DictLit | SetLit
    | TupleLit | Comprehension | IfExpr | MatchExpr | WithExpr | SpawnExpr | TimerExpr | AwaitExpr | LambdaExpr
    | ErrorExpr
)  # fmt: skip


# --- patterns ---------------------------------------------------------------------------------


@value(frozen=True, slots=True)
class WildcardPattern(Node):
    """``_``."""


@value(frozen=True, slots=True)
class BindPattern(Node):
    """A name that is bound to what is there (or a constant or variant without payload: the checker decides)."""

    name: str


@value(frozen=True, slots=True)
class LiteralPattern(Node):
    """A number (also negative), string, bool or ``none``."""

    value: Expr


@value(frozen=True, slots=True)
class TuplePattern(Node):
    """``(a, b)``."""

    items: tuple[Pattern, ...]


@value(frozen=True, slots=True)
class PatternArg(Node):
    """One pattern in the parentheses of a ``VariantPattern``, with its name where it was written ``radius: r``."""

    name: Ident | None
    pattern: Pattern


@value(frozen=True, slots=True)
class VariantPattern(Node):
    """``Side.Buy``, ``Shape.Circle(r)``, ``Circle(radius: r)``, or a struct's ``Order(qty: 0)``; ``items`` is None
    without parentheses."""

    path: tuple[Ident, ...]
    items: tuple[PatternArg, ...] | None


@value(frozen=True, slots=True)
class ListPattern(Node):
    """``[first, ..rest]``, which the language has not. Its names are known, so that they are no second mistake."""

    items: tuple[Pattern, ...]


Pattern = WildcardPattern | BindPattern | LiteralPattern | TuplePattern | VariantPattern | ListPattern


# --- statements -------------------------------------------------------------------------------


@value(frozen=True, slots=True)
class Block(Node):
    """``{ … }``."""

    statements: tuple[Stmt, ...]


@value(frozen=True, slots=True)
class LetStmt(Node):
    """``let pattern: type = value`` or, with ``mutable``, ``var``."""

    pattern: Pattern
    type: TypeExpr | None
    value: Expr
    mutable: bool


@value(frozen=True, slots=True)
class AssignStmt(Node):
    """``target op value``; ``op`` is ``=`` or a compound such as ``+=``, ``+%=``, ``<<=``."""

    target: Expr
    op: str
    value: Expr


@value(frozen=True, slots=True)
class ExprStmt(Node):
    """An expression for its effect: a call, a send, a ``match``."""

    value: Expr


@value(frozen=True, slots=True)
class RenderStmt(Node):
    """``render {e}`` or ``render e``."""

    value: Expr


@value(frozen=True, slots=True)
class ReturnStmt(Node):
    """``return`` or ``return e``."""

    value: Expr | None


@value(frozen=True, slots=True)
class IfStmt(Node):
    """``if c { … } else if … else { … }``; an ``else if`` is a Block with one IfStmt."""

    condition: Expr
    then: Block
    otherwise: Block | None


@value(frozen=True, slots=True)
class WhileStmt(Node):
    """``while c { … }``."""

    condition: Expr
    body: Block


@value(frozen=True, slots=True)
class ForStmt(Node):
    """``for pattern in iterable { … }``; the iterable may be a ``RangeExpr``; ``for k, v in d`` has a TuplePattern."""

    pattern: Pattern
    iterable: Expr
    body: Block


@value(frozen=True, slots=True)
class BreakStmt(Node):
    """``break``."""


@value(frozen=True, slots=True)
class ContinueStmt(Node):
    """``continue``."""


@value(frozen=True, slots=True)
class AssertStmt(Node):
    """``assert condition`` or ``assert condition, "why"``."""

    condition: Expr
    message: Expr | None


@value(frozen=True, slots=True)
class FailStmt(Node):
    """``fail "why"``."""

    message: Expr


@value(frozen=True, slots=True)
class StopStmt(Node):
    """``stop``: the actor ends when the turn does."""


@value(frozen=True, slots=True)
class RunStmt(Node):
    """``run until idle``, ``run until 50ms``, ``run for 5ms`` in a test: ``mode`` is ``idle``, ``until`` or ``for``."""

    mode: str
    time: Expr | None


@value(frozen=True, slots=True)
class AfterStmt(Node):
    """``after 20ms server.add(1)``: a send that leaves later."""

    delay: Expr
    send: Expr


@value(frozen=True, slots=True)
class EveryStmt(Node):
    """``every 10ms { … }``: in an actor's body or at the top level; ``every 100ms render …`` has a block of that."""

    interval: Expr
    body: Block


@value(frozen=True, slots=True)
class TimelineEntry(Node):
    """``node A -> B at 10ms payload e``; ``at`` is a DurationLit, or an IntLit where ``at tick=125`` was written. Only
    what is expected may leave it out."""

    source: Ident
    target: Ident
    at: Expr | None
    payload: Expr | None


@value(frozen=True, slots=True)
class RenderTimelineStmt(Node):
    """``render timeline { … }``."""

    entries: tuple[TimelineEntry, ...]


@value(frozen=True, slots=True)
class ExpectTimelineStmt(Node):
    """``expect timeline { … }``."""

    entries: tuple[TimelineEntry, ...]


@value(frozen=True, slots=True)
class RenderStateStmt(Node):
    """``render distributed state { server_1.counter … }``: each field is a ``FieldAccess``."""

    fields: tuple[FieldAccess, ...]


@value(frozen=True, slots=True)
class ErrorStmt(Node):
    """Stands where a statement or declaration was expected and none could be read; already reported. ``declares`` is
    the name of a declaration whose head was there."""

    declares: str = ""


Stmt = (
    LetStmt | AssignStmt | ExprStmt | RenderStmt | ReturnStmt | IfStmt | WhileStmt | ForStmt | BreakStmt
    | ContinueStmt | AssertStmt | FailStmt | StopStmt | RunStmt | AfterStmt | EveryStmt | RenderTimelineStmt
    | RenderStateStmt | ExpectTimelineStmt | Block | ErrorStmt
)  # fmt: skip


# --- declarations -----------------------------------------------------------------------------


@value(frozen=True, slots=True)
class Param(Node):
    """``name: type = default``; ``mutable`` marks ``var self`` of a library method, changed in place."""

    name: Ident
    type: TypeExpr | None
    default: Expr | None
    mutable: bool = False


@value(frozen=True, slots=True)
class FnDecl(Node):
    """``fn name<T>(params) -> result { … }``. A library file may write a dotted name (``list.push``): a method of
    that type, whose first parameter is the receiver. ``exported`` marks ``export fn``. ``is_flow`` marks ``flow``,
    which may say its ``effects`` and ``version`` after the result."""

    name: Ident
    type_params: tuple[Ident, ...]
    params: tuple[Param, ...]
    result: TypeExpr | None
    body: Block
    exported: bool = False
    is_flow: bool = False
    effects: tuple[Ident, ...] | None = None
    version: StringLit | None = None
    is_misplaced: bool = False
    """Whether it stands where no function can: it may use names that it sees there, and its body is not looked at."""


@value(frozen=True, slots=True)
class FieldDecl(Node):
    """A field of a struct."""

    name: Ident
    type: TypeExpr
    default: Expr | None


@value(frozen=True, slots=True)
class StructDecl(Node):
    """``struct Order { id: int, qty: int = 1 }``."""

    name: Ident
    type_params: tuple[Ident, ...]
    fields: tuple[FieldDecl, ...]


@value(frozen=True, slots=True)
class PayloadDecl(Node):
    """A value that a variant carries: ``radius: float``, or just ``float``."""

    name: Ident | None
    type: TypeExpr
    default: Expr | None


@value(frozen=True, slots=True)
class VariantDecl(Node):
    """A variant of an enum, with what it carries."""

    name: Ident
    items: tuple[PayloadDecl, ...]


@value(frozen=True, slots=True)
class EnumDecl(Node):
    """``enum Side { Buy, Sell }``."""

    name: Ident
    type_params: tuple[Ident, ...]
    variants: tuple[VariantDecl, ...]


@value(frozen=True, slots=True)
class TypeAlias(Node):
    """``type Price = int``."""

    name: Ident
    type: TypeExpr


@value(frozen=True, slots=True)
class StateDecl(Node):
    """``state count: int = 0`` in an actor; in a library file a cell of the kernel's memory."""

    name: Ident
    type: TypeExpr | None
    value: Expr


@value(frozen=True, slots=True)
class HandlerDecl(Node):
    """``on name(params) -> result { … }``."""

    name: Ident
    params: tuple[Param, ...]
    result: TypeExpr | None
    body: Block


@value(frozen=True, slots=True)
class ModelClause(Node):
    """``model "llama3" { temperature: 0.7 }``."""

    name: StringLit
    settings: tuple[tuple[Ident, Expr], ...]


@value(frozen=True, slots=True)
class ActorDecl(Node):
    """``actor Name(params) { state … on … every … }``; ``is_agent`` marks ``agent``, whose ``model`` is its model. One
    that ``is_broken`` has members that could not be read."""

    name: Ident
    params: tuple[Param, ...]
    states: tuple[StateDecl, ...]
    handlers: tuple[HandlerDecl, ...]
    timers: tuple[EveryStmt, ...]
    is_agent: bool = False
    model: ModelClause | None = None
    is_broken: bool = False


@value(frozen=True, slots=True)
class ImportDecl(Node):
    """``import geometry.shapes as g``, ``from shapes import area, Shape as S``. ``module`` may be dotted; ``names`` is
    None for the first form, and ``alias`` for all but it."""

    module: Ident
    names: tuple[ImportedName, ...] | None
    alias: Ident | None = None


@value(frozen=True, slots=True)
class ImportedName(Node):
    """One ``Shape as S`` of an import; ``alias`` is None where the name stays."""

    name: Ident
    alias: Ident | None

    @property
    def known_as(self) -> Ident:
        """The name that the importing file gives it."""
        return self.alias or self.name


@value(frozen=True, slots=True)
class TestDecl(Node):
    """``test "…" { … }``."""

    title: StringLit
    body: Block


@value(frozen=True, slots=True)
class InvariantDecl(Node):
    """``invariant "…" { condition }``."""

    title: StringLit
    body: Block


Decl = (
    FnDecl | StructDecl | EnumDecl | TypeAlias | ActorDecl | ImportDecl | TestDecl | InvariantDecl | StateDecl
)  # fmt: skip


@value(frozen=True, slots=True)
class Module(Node):
    """A file: declarations and top-level statements in the order of the text. ``StateDecl`` only in library files.
    ``exports`` are the names that were declared with ``export``."""

    items: tuple[Decl | Stmt, ...]
    exports: tuple[Ident, ...] = ()
