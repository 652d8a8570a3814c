"""The typed tree: what a program means, before anybody decides how it is laid out.

The checker makes it from the syntax tree, lowering reads it. Names are resolved, types are concrete,
and what can be said with something simpler has been: ``match``, ``??``, ``?.``, comprehensions, ``with``
and default arguments are gone; operators on values with parts are ``Derived`` operations or library calls.

Words: a *place* is storage that can be read, and, when it is mutable, changed: a local, a field of the
running actor's state, a kernel cell, or a field or item inside another place. Reading a place gives
an alias, not a copy; lowering marks storage as shared where an alias is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as dataclass_field

from engine.base.source import Span
from engine.base.value import value
from engine.compiler.check.types import Type

# --- what names stand for ---------------------------------------------------------------------


@dataclass(eq=False, slots=True)
class Local:
    """A parameter, ``let``, ``var`` or temporary of one function; compared by identity. What ``is_being_made`` is held
    by nobody else."""

    name: str
    type: Type
    mutable: bool = False
    is_param: bool = False
    is_being_made: bool = False


@value(frozen=True, slots=True)
class StateField:
    """A field of an actor's state, at ``index`` (parameters of the actor come first)."""

    name: str
    type: Type
    index: int
    span: Span


@value(frozen=True, slots=True)
class Cell:
    """A named 8-byte cell of the kernel's memory, declared with ``state`` in a library file."""

    name: str
    type: Type
    value: int


@value(frozen=True, slots=True)
class FunctionRef:
    """A function by name (``greet``, ``list.push``) and its type arguments, in order of its type parameters."""

    name: str
    type_args: tuple[Type, ...] = ()

    def __str__(self) -> str:
        return self.name + ("<" + ", ".join(map(str, self.type_args)) + ">" if self.type_args else "")


@value(frozen=True, slots=True)
class Handler:
    """A kind of turn: ``start`` (the first turn of an actor), ``message`` or ``timer``.

    ``id`` is unique in the program and is the message type in traces; ``main``'s start is 0.
    """

    id: int
    actor: str
    name: str
    kind: str
    params: tuple[Local, ...]
    result: Type
    span: Span


# --- expressions ------------------------------------------------------------------------------


@value(frozen=True, slots=True)
class Expr:
    """Any expression; ``type`` is ``UNIT`` where there is no value, ``NEVER`` where it does not come back."""

    type: Type
    span: Span


@value(frozen=True, slots=True)
class Const(Expr):
    """An int, float, bool, str, bytes, duration (int, in microseconds), or None for ``none``."""

    value: int | float | bool | str | bytes | None


@value(frozen=True, slots=True)
class LocalRead(Expr):
    """The value of a local. A place."""

    local: Local


@value(frozen=True, slots=True)
class StateRead(Expr):
    """The value of a field of the running actor's state. A place."""

    field: StateField


@value(frozen=True, slots=True)
class CellRead(Expr):
    """The value of a kernel cell. A place."""

    cell: Cell


@value(frozen=True, slots=True)
class PeekField(Expr):
    """A field of another actor's state, in tests and invariants only, which run while no other turn does."""

    receiver: Expr
    actor: str
    field: StateField


@value(frozen=True, slots=True)
class FieldRead(Expr):
    """A field of a struct, a tuple's item, or what an enum's value carries that is known to be of the variant, by its
    index. A place if ``base`` is one."""

    base: Expr
    index: int
    name: str


@value(frozen=True, slots=True)
class ItemRead(Expr):
    """``base[index]`` on a list, dict, string (a code point, as string) or bytes (an int). A place if ``base`` is
    one."""

    base: Expr
    index: Expr


Place = LocalRead | StateRead | CellRead | FieldRead | ItemRead


@value(frozen=True, slots=True)
class Unary(Expr):
    """``neg`` (int: checked; float), ``not`` (bool), ``bitnot``."""

    op: str
    operand: Expr


@value(frozen=True, slots=True)
class Binary(Expr):
    """An operator on two numbers or bools of one type (int, float, duration, i32, bool, actor references).

    ``+ - * / %`` fault on overflow and division by zero for int and duration, wrap for i32; ``+% -% *%`` wrap;
    ``& | ^ << >>`` (a shift count outside 0..63 faults); ``== != < <= > >=`` give bool;
    ``and`` and ``or`` evaluate the right side only when needed.
    """

    op: str
    left: Expr
    right: Expr


@value(frozen=True, slots=True)
class Derived(Expr):
    """An operation that exists for every type and follows its parts: ``equal(a, b)`` and ``compare(a, b)`` (an int
    below, at or above 0), ``hash(a)``, ``text(a)`` (the string of LANGUAGE §3). ``of`` is the type of the arguments."""

    op: str
    of: Type
    args: tuple[Expr, ...]


@value(frozen=True, slots=True)
class Intrinsic(Expr):
    """An operation of the machine that only library files use; see ``check/intrinsics.py``. ``of`` is its type
    argument."""

    op: str
    args: tuple[Expr, ...]
    of: Type | None = None


@value(frozen=True, slots=True)
class Call(Expr):
    """A call of a function of the program or the library, every parameter given. Where the function's first
    parameter is ``var self``, the first argument is a place, and changes."""

    function: FunctionRef
    args: tuple[Expr, ...]
    changes_first: bool = False


@dataclass(eq=False, slots=True)
class ClosureBody:
    """What a function value does: its own parameters, and ``captured``, locals that hold what it took along when it was
    made. ``name`` is for people. Compared by identity."""

    name: str
    params: tuple[Local, ...]
    captured: tuple[Local, ...]
    result: Type
    body: tuple[Stmt, ...]
    span: Span


@value(frozen=True, slots=True)
class Closure(Expr):
    """A new function value; ``captures`` are the values for ``captured``."""

    function: ClosureBody
    captures: tuple[Expr, ...]


@value(frozen=True, slots=True)
class CallValue(Expr):
    """A call of a function value."""

    callee: Expr
    args: tuple[Expr, ...]


@value(frozen=True, slots=True)
class ListNew(Expr):
    """A new list of these items."""

    items: tuple[Expr, ...]


@value(frozen=True, slots=True)
class DictNew(Expr):
    """A new dict, entries put in order (a later equal key replaces the value)."""

    entries: tuple[tuple[Expr, Expr], ...]


@value(frozen=True, slots=True)
class SetNew(Expr):
    """A new set of these items, in order."""

    items: tuple[Expr, ...]


@value(frozen=True, slots=True)
class TupleNew(Expr):
    """A new tuple."""

    items: tuple[Expr, ...]


@value(frozen=True, slots=True)
class StructNew(Expr):
    """A new struct, every field given, in the order of the fields."""

    fields: tuple[Expr, ...]


@value(frozen=True, slots=True)
class EnumNew(Expr):
    """A value of an enum: the number of its variant, and all that the variant carries."""

    variant: int
    fields: tuple[Expr, ...] = ()


@value(frozen=True, slots=True)
class VariantRead(Expr):
    """The number of the variant that an enum's value is, an int."""

    value: Expr


@value(frozen=True, slots=True)
class TextNew(Expr):
    """A string made of the texts of these values one after another (f-strings, and chains of string ``+``)."""

    parts: tuple[Expr, ...]


@value(frozen=True, slots=True)
class Wrap(Expr):
    """``T`` as ``T?``."""

    value: Expr


@value(frozen=True, slots=True)
class Unwrap(Expr):
    """``T?`` that is known not to be ``none``, as ``T``. A place if ``value`` is one."""

    value: Expr


@value(frozen=True, slots=True)
class IsNone(Expr):
    """Whether a ``T?`` is ``none``."""

    value: Expr


@value(frozen=True, slots=True)
class IfElse(Expr):
    """``then`` or ``otherwise``; a branch of type ``NEVER`` does not come back."""

    condition: Expr
    then: Expr
    otherwise: Expr


@value(frozen=True, slots=True)
class BlockExpr(Expr):
    """Statements, then a value (None where the type is ``UNIT`` or ``NEVER``)."""

    statements: tuple[Stmt, ...]
    value: Expr | None


@value(frozen=True, slots=True)
class Convert(Expr):
    """``float`` of an int, ``int`` of a float (truncated; faults if it does not fit or is NaN), ``int`` of a duration
    (microseconds) or of an i32, ``i32`` of an int (wrapped)."""

    value: Expr


@value(frozen=True, slots=True)
class SelfRef(Expr):
    """The running actor's reference."""


@value(frozen=True, slots=True)
class SenderRef(Expr):
    """The reference of the actor whose message is handled; its type is ``ActorType("any")``."""


@value(frozen=True, slots=True)
class DefaultActor(Expr):
    """The reference of an actor type's default instance; it is spawned before the program's first line."""

    actor: str


@value(frozen=True, slots=True)
class Spawn(Expr):
    """A new actor; ``args`` are its parameters in order, all given. Its start turn runs one tick later. ``restart`` is
    ``never``, ``on_fault`` (then ``limits`` are how many restarts at most in which time, the longest one for ever) or
    ``always``."""

    actor: str
    args: tuple[Expr, ...]
    restart: str = "never"
    limits: tuple[Expr, ...] = ()


@value(frozen=True, slots=True)
class Await(Expr):
    """The answer to a message: the turn ends here, and goes on when it comes. ``UNIT`` where the handler has no result;
    then it is awaited that the handler has ended."""

    receiver: Expr
    handler: HandlerRef
    args: tuple[Expr, ...]


@value(frozen=True, slots=True)
class TimerNew(Expr):
    """A send with a delay, and the handle to cancel it; with ``repeats`` it comes again after each such time."""

    send: Send
    repeats: bool


@value(frozen=True, slots=True)
class ModelCall(Expr):
    """``model.run(…)`` in an agent; without an installed model it faults and says how to install one."""

    model: str
    method: str
    args: tuple[Expr, ...]


# --- statements -------------------------------------------------------------------------------


@value(frozen=True, slots=True)
class Stmt:
    """Any statement."""

    span: Span


@value(frozen=True, slots=True)
class Let(Stmt):
    """The first value of a local."""

    local: Local
    value: Expr


@value(frozen=True, slots=True)
class Assign(Stmt):
    """``place = value``, or ``place = place op value`` with the place's own expressions evaluated once."""

    place: Place
    value: Expr
    op: str | None = None
    declares: bool = False
    """Whether it is the line that declares a name of the top level."""


@value(frozen=True, slots=True)
class Evaluate(Stmt):
    """An expression for its effect; a value is dropped."""

    value: Expr


@value(frozen=True, slots=True)
class If(Stmt):
    """A branch."""

    condition: Expr
    then: tuple[Stmt, ...]
    otherwise: tuple[Stmt, ...]


@value(frozen=True, slots=True)
class While(Stmt):
    """A loop."""

    condition: Expr
    body: tuple[Stmt, ...]


@value(frozen=True, slots=True)
class ForRange(Stmt):
    """``for item in start..end`` over ints (or i32 in library files)."""

    item: Local
    start: Expr
    end: Expr
    body: tuple[Stmt, ...]


@value(frozen=True, slots=True)
class ForEach(Stmt):
    """``for item in values`` over a list, set, string (code points) or bytes; over a dict ``item`` is the key and
    ``value`` the value, where asked for. Goes over the values as they were at the start, whatever the body does."""

    item: Local
    value: Local | None
    values: Expr
    body: tuple[Stmt, ...]


@value(frozen=True, slots=True)
class Break(Stmt):
    """Leaves the innermost loop."""


@value(frozen=True, slots=True)
class Continue(Stmt):
    """Goes on with the next round of the innermost loop."""


@value(frozen=True, slots=True)
class Return(Stmt):
    """Leaves the function (or the turn) with its result."""

    value: Expr | None


@value(frozen=True, slots=True)
class Assert(Stmt):
    """Faults where the condition is false. For a comparison, ``left`` and ``right`` are read again from temporaries
    to show both sides; ``text`` is the condition as written."""

    condition: Expr
    message: Expr | None
    text: str
    left: Expr | None = None
    right: Expr | None = None


@value(frozen=True, slots=True)
class Fail(Stmt):
    """``fail "why"``."""

    message: Expr


@value(frozen=True, slots=True)
class Stop(Stmt):
    """The actor ends when the turn does; a ``Return`` follows, which ends the turn."""


@value(frozen=True, slots=True)
class Request(Stmt):
    """The message of the turn is for the host, which answers it; all that an actor of the outside does."""


@value(frozen=True, slots=True)
class Send(Stmt):
    """A message to ``receiver``; with ``delay`` (a duration, rounded up to whole ticks) that much later than one
    tick."""

    receiver: Expr
    handler: HandlerRef
    args: tuple[Expr, ...]
    delay: Expr | None = None


@value(frozen=True, slots=True)
class Suspend(Stmt):
    """``let local = …`` with something in which the turn may end: an ``Await``, or a call of a function that
    awaits. Lowering makes these (``lower/resumable``), the checker does not. ``number`` counts them in their
    function from 1."""

    number: int
    local: Local | None
    value: Await | Call


@value(frozen=True, slots=True)
class HandlerRef:
    """A handler by its actor's and its own name."""

    actor: str
    name: str


@value(frozen=True, slots=True)
class Emit(Stmt):
    """``render`` in a handler or at the top level: an output event of the running actor."""

    value: Expr


@value(frozen=True, slots=True)
class TimelineEntry:
    """One ``node A -> B at …`` with its time in ticks as written (``10ms`` or ``tick=125``) and in microseconds, or
    None where ticks were written."""

    source: str
    target: str
    ticks: int | None
    microseconds: int | None
    payload: Expr | None


@value(frozen=True, slots=True)
class EmitTimeline(Stmt):
    """``render timeline { … }``."""

    entries: tuple[TimelineEntry, ...]


@value(frozen=True, slots=True)
class Carrier:
    """A message that carries a payload: one to the actor, or the actor's answer to it."""

    actor: str
    handler: str
    is_answer: bool


@value(frozen=True, slots=True)
class ExpectedMessage:
    """One ``node A -> B …`` of an expectation, as ``label`` and the timeline show it. ``source`` and ``target`` are
    actors, or, as an int, -1 - k for any actor of the type k. With a payload, it is one of ``carriers``."""

    span: Span
    label: str
    source: Expr
    target: Expr
    shown: TimelineEntry
    carriers: tuple[Carrier, ...]


@value(frozen=True, slots=True)
class Expect(Stmt):
    """``expect timeline { … }``: faults where the run had not these messages in this order, shows them otherwise."""

    messages: tuple[ExpectedMessage, ...]


@value(frozen=True, slots=True)
class PictureField:
    """One ``server_1.counter`` of ``render distributed state``: its text, the actor, and the field of that actor's
    state."""

    label: str
    receiver: Expr
    actor: str
    field: StateField


@value(frozen=True, slots=True)
class EmitState(Stmt):
    """``render distributed state { … }``: taken at the end of the tick."""

    fields: tuple[PictureField, ...]


# --- declarations -----------------------------------------------------------------------------


@value(frozen=True, slots=True)
class Function:
    """A function with one set of type arguments. ``result`` is ``UNIT`` where it gives nothing.
    ``changes_first`` says that the first parameter is ``var self``; ``is_library`` that it came with the engine."""

    ref: FunctionRef
    params: tuple[Local, ...]
    result: Type
    body: tuple[Stmt, ...]
    span: Span
    file: str
    is_library: bool = False
    changes_first: bool = False
    exported: bool = False


@value(frozen=True, slots=True)
class Struct:
    """A struct's fields in order; their types may mention the type parameters."""

    name: str
    type_params: tuple[str, ...]
    fields: tuple[tuple[str, Type], ...]


@value(frozen=True, slots=True)
class Variant:
    """A variant of an enum. What it carries has names; ``0``, ``1``, … where none were written."""

    name: str
    fields: tuple[tuple[str, Type], ...]

    @property
    def is_named(self) -> bool:
        """Whether what it carries has names of its own."""
        return bool(self.fields) and not self.fields[0][0].isdecimal()


@value(frozen=True, slots=True)
class Enum:
    """An enum's variants in order; what they carry may mention the type parameters."""

    name: str
    type_params: tuple[str, ...]
    variants: tuple[Variant, ...]


@value(frozen=True, slots=True)
class Turn:
    """A handler with its body; for ``timer``, ``interval`` is the period (evaluated when it is armed)."""

    handler: Handler
    body: tuple[Stmt, ...]
    interval: Expr | None = None


@value(frozen=True, slots=True)
class Actor:
    """An actor type. ``fields`` are its parameters, then its ``state``. The start turn (``turns[0]``) has the
    parameters as parameters, assigns all fields and runs nothing else (for ``main``: the whole top level, then
    ``fn main()``); after it, lowering arms the timers. ``id`` numbers the types; ``main`` is 0."""

    id: int
    name: str
    is_agent: bool
    model: str | None
    params: tuple[Local, ...]
    fields: tuple[StateField, ...]
    turns: tuple[Turn, ...]
    span: Span
    has_default: bool = False
    """Whether the program uses the name as a reference, so that a default instance is spawned at tick 0."""
    default_args: tuple[Expr, ...] = ()


@value(frozen=True, slots=True)
class Program:
    """A whole checked program. ``actors[0]`` is ``main``. Library functions are not in ``functions``: the library
    instantiates them when lowering asks. ``asked`` are the handlers whose answers are awaited somewhere."""

    file: str
    functions: dict[FunctionRef, Function] = dataclass_field(default_factory=dict)
    types: dict[str, Struct | Enum] = dataclass_field(default_factory=dict)
    actors: tuple[Actor, ...] = ()
    asked: tuple[HandlerRef, ...] = ()
    tick_us: int = 1000
    """How long a tick is."""
    invariants: tuple[tuple[Stmt, ...], ...] = ()
    """What faults at the end of a tick in which an invariant does not hold; empty where nobody checks that."""
    watched: tuple[str, ...] = ()
    """The actor types of which messages are expected."""
