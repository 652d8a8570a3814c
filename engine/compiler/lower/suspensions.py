"""Functions and turns in which the turn may end: how they are left and entered again.

A function in resumable form (see ``resumable``) has two locals of its own. ``point`` is the number of the suspension
that it goes on behind, and 0 once it has arrived there; ``frame`` is what it was saved in, or 0. It is left by a jump
to the code at its end, which saves all locals that are needed later, and returns; its caller sees that ``suspending``
is set and does the same, down to the turn. Entered again, it loads them, and all up to its point is passed over:

    if point == 0 { … }                                 statements without a suspension
    if point == 0 or 2 <= point <= 4 { … }              a branch or loop that holds the suspensions 2 to 4
    if point == 0 { ask; point = 5; leave }             an await …
    if point == 5 { point = 0; x = the answer }

A frame's block of slots is laid out like a struct whose fields may be missing, so what is done with structs can be done
with it. What is in a frame is adopted as what is in the state is; a value that is still the one that was loaded stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from engine.compiler.check.awaits import nodes_of
from engine.compiler.check.tree import (
    Await,
    Break,
    Call,
    Continue,
    Fail,
    If,
    Local,
    Return,
    Stmt,
    Struct,
    Suspend,
    While,
)
from engine.compiler.check.types import STRING, OptionalType, StructType, Type, is_reference
from engine.compiler.ir import nodes as ir
from engine.compiler.lower import derive, expressions, statements, turns
from engine.compiler.lower.functions import FunctionBuilder, LoopLabels, i32, i64, load32, op32
from engine.compiler.lower.layouts import (
    MESSAGE,
    SLOT,
    has_value,
    is_number,
    load_slot,
    result_type,
    slot_offset,
    store_slot,
    value_type,
    zero,
)
from engine.compiler.lower.liveness import Liveness
from engine.compiler.lower.resumable import resumable

FRAME_INNER, FRAME_POINT, FRAME_BLOCK = 0, 4, 8
SUSPENDING, RESUMING, REFUSED = "suspending", "resuming", "refused"
MESSAGE_CELL = "turn_message"
LEAVE = "suspend"


@dataclass(frozen=True)
class Root:
    """The turn that a suspended function belongs to, where it is that turn itself."""

    handler: int
    can_be_asked: bool


@dataclass
class Resumption:
    """What is known of a function that can be entered again, while it is lowered. ``slots`` are the locals that are
    saved, ``kind`` the struct type of their block, ``number`` its number among all frames."""

    live: Liveness
    slots: Sequence[Local]
    kind: StructType
    number: int
    root: Root | None
    point: ir.Get
    frame: ir.Get


def slot_type(t: Type) -> Type:
    """The type of a frame's slot: what has an address may be missing."""
    return OptionalType(t) if is_reference(t) and not isinstance(t, OptionalType) else t


def begin(f: FunctionBuilder, body: Sequence[Stmt], params: Sequence[Local], root: Root | None) -> Sequence[Stmt]:
    """Looks whether the turn may end in a body; gives the body as it can be lowered. Emits the beginning."""
    lowering = f.lowering
    if not lowering.may_suspend(body):
        return body
    body = resumable(body, lowering.is_suspending)
    live = Liveness(body)
    slots = live.all(body, params)
    kind = StructType(f"frame of {f.title}~{len(lowering.frames)}")
    lowering.declared[kind.name] = Struct(kind.name, (), tuple((local.name, slot_type(local.type)) for local in slots))
    point, frame = (ir.Get(ir.I32, f.new_local(name, ir.I32)) for name in ("point", "frame"))
    f.resumption = Resumption(live, slots, kind, len(lowering.frames), root, point, frame)
    lowering.add_frame(f.title, slots, body, live)
    f.set(frame.local, lowering.load_cell(RESUMING))
    with f.gather() as again:
        f.emit(lowering.store_cell(RESUMING, i32(0)))
        f.set(point.local, load32(frame, FRAME_POINT))
        block = f.temp(load32(frame, FRAME_BLOCK), "block")
        for i, local in enumerate(slots):
            f.set(f.declare(local), load_slot(local.type, block, slot_offset(i)))
    f.emit(ir.If(frame, tuple(again)))
    return body


@contextmanager
def first_time(f: FunctionBuilder) -> Iterator[None]:
    """Inside, statements are for the first time that a function is entered."""
    if f.resumption is None:
        yield
        return
    with f.gather() as body:
        yield
    f.emit(ir.If(op32("i32.eqz", f.resumption.frame), tuple(body)))


def whole(f: FunctionBuilder, body: Sequence[Stmt], at_end: Callable[[], None] = lambda: None) -> None:
    """The body, and what is done when its end is reached."""
    resumption = f.resumption
    if resumption is None:
        statements.block(f, body)
        at_end()
        return
    with f.gather() as inside:
        statements.block(f, body)
        at_end()
        end(f)
        if f.result is None or not has_value(f.result):
            f.emit(ir.Return())
        elif not (inside and isinstance(inside[-1], ir.Return | ir.Fault)):
            f.emit(ir.Effect("unreachable", ()))
    f.emit(ir.Block(LEAVE, tuple(inside)))
    _save(f, resumption)
    result = result_type(f.result) if f.result is not None else None
    f.emit(ir.Return() if result is None else ir.Return(zero(result)))


def end(f: FunctionBuilder) -> None:
    """The function is about to return for good."""
    if f.resumption is not None:
        with f.gather() as ending:
            f.eval(f.library("frame.end", f.resumption.frame))
        f.emit(ir.If(f.resumption.frame, tuple(ending)))


def _save(f: FunctionBuilder, r: Resumption) -> None:
    """Saves the function; what is not needed later has been set to zero."""
    f.set(r.frame.local, f.library("frame.save", r.frame, r.point, i32(len(r.slots))))
    layout = (_index(f, "release", r.kind), _index(f, "encode", r.kind), i32(r.number))
    f.eval(f.library("frame.lay_out", r.frame, *layout))
    block = f.temp(load32(r.frame, FRAME_BLOCK), "block")
    for i, local in enumerate(r.slots):
        value, at = ir.Get(value_type(local.type), f.declare(local)), slot_offset(i)
        if not is_reference(local.type):
            f.emit(store_slot(local.type, block, value, at))
            continue
        with f.gather() as changed:
            f.lowering.derive.put(f, slot_type(local.type), block, at, i32(1), value)
        f.emit(ir.If(op32("i32.ne", load32(block, at), value), tuple(changed)))
    if r.root is not None:
        f.eval(f.library("wait.suspend", i32(r.root.handler), i32(int(r.root.can_be_asked))))


def _index(f: FunctionBuilder, op: str, t: Type) -> ir.FunctionIndex:
    index = ir.FunctionIndex(f.lowering.derive.function(op, t))
    f.callees[index.function] = None
    return index


# --- statements -------------------------------------------------------------------------------


def block(f: FunctionBuilder, r: Resumption, body: Sequence[Stmt]) -> None:
    """Statements in order; those without a suspension are passed over in runs."""
    run: list[ir.Stmt] = []
    for node in body:
        bounds = _bounds(node)
        if bounds is None:
            with f.gather() as plain:
                statements.statement(f, node)
            run.extend(plain)
            if isinstance(node, Return | Break | Continue | Fail):
                break
            continue
        _pass_over(f, r, run)
        run = []
        match node:
            case Suspend(value=Await()):
                _await(f, r, node)
            case Suspend():
                _call(f, r, node)
            case If():
                f.emit(ir.If(_is_inside(r, *bounds), tuple(_branch(f, r, node))))
            case While():
                f.emit(ir.If(_is_inside(r, *bounds), tuple(_loop(f, r, node))))
            case _:
                raise AssertionError(node)
    _pass_over(f, r, run)


def _pass_over(f: FunctionBuilder, r: Resumption, run: list[ir.Stmt]) -> None:
    if run:
        f.emit(ir.If(op32("i32.eqz", r.point), tuple(run)))


def _bounds(node: object) -> tuple[int, int] | None:
    """The first and the last suspension inside."""
    numbers = [part.number for part in nodes_of(node) if isinstance(part, Suspend)]
    return (min(numbers), max(numbers)) if numbers else None


def _is_between(r: Resumption, first: int, last: int) -> ir.Expr:
    return op32("i32.lt_u", op32("i32.sub", r.point, i32(first)), i32(last - first + 1))


def _is_inside(r: Resumption, first: int, last: int) -> ir.Expr:
    return op32("i32.or", op32("i32.eqz", r.point), _is_between(r, first, last))


def _branch(f: FunctionBuilder, r: Resumption, node: If) -> list[ir.Stmt]:
    with f.gather() as out:
        test = ir.Get(ir.I32, f.new_local("test", ir.I32))
        with f.gather() as decide:
            f.set(test.local, expressions.value(f, node.condition))
        bounds = _bounds(node.then)
        known = i32(0) if bounds is None else _is_between(r, *bounds)
        f.emit(ir.If(op32("i32.eqz", r.point), tuple(decide), (ir.Set(test.local, known),)))
        with f.gather() as then:
            statements.block(f, node.then)
        with f.gather() as otherwise:
            statements.block(f, node.otherwise)
        f.emit(ir.If(test, tuple(then), tuple(otherwise)))
    return out


def _loop(f: FunctionBuilder, r: Resumption, node: While) -> list[ir.Stmt]:
    labels = LoopLabels(f.label("leave"), f.label("again"))
    with f.gather() as rounds:
        if expressions.known_condition(node.condition) is not True:
            with f.gather() as decide:
                more = f.flat(expressions.value(f, node.condition))
                f.emit(ir.Break(labels.leave, op32("i32.eqz", more)))
            f.emit(ir.If(op32("i32.eqz", r.point), tuple(decide)))
        f.loops.append(labels)
        statements.block(f, node.body)
        f.loops.pop()
        f.emit(ir.Break(labels.again))
    return [ir.Block(labels.leave, (ir.Loop(labels.again, tuple(rounds)),))]


def _leave(f: FunctionBuilder, r: Resumption, node: Suspend) -> None:
    """Jumps to the code that saves the function."""
    for local in r.slots:
        if local not in r.live.saved[node.number]:
            f.set(f.declare(local), zero(value_type(local.type)))
    f.set(r.point.local, i32(node.number))
    f.emit(ir.Break(LEAVE))


def _await(f: FunctionBuilder, r: Resumption, node: Suspend) -> None:
    assert isinstance(node.value, Await)
    with f.gather() as asking:
        turns.ask(f, node.value)
        _leave(f, r, node)
    f.emit(ir.If(op32("i32.eqz", r.point), tuple(asking)))
    with f.gather() as answered:
        f.set(r.point.local, i32(0))
        with f.gather() as refused:
            text = f.temp(f.call_name(_refusal(f, node.value), ir.I32, ()))
            f.emit(f.fault("unanswered", node.span, text))
        f.emit(ir.If(op32("i64.ne", f.lowering.load_cell(REFUSED), i64(0)), tuple(refused)))
        if has_value(node.value.type):
            value = _answer(f, node.value)
            if node.local is None:
                f.eval(value)
            else:
                f.set(f.declare(node.local), value)
    f.emit(ir.If(op32("i32.eq", r.point, i32(node.number)), tuple(answered)))


def _answer(f: FunctionBuilder, node: Await) -> ir.Expr:
    """The value that has come: behind the ticket, as a word or encoded."""
    if is_number(node.type):
        return load_slot(node.type, f.lowering.load_cell(MESSAGE_CELL), MESSAGE + SLOT)
    return f.lowering.derive.apply(f, "decode", node.type, span=node.span)


def _refusal(f: FunctionBuilder, node: Await) -> str:
    """The name of the function that gives the sentence why there is no answer."""
    actor, handler = node.handler.actor, node.handler.name
    name = f"refusal:{actor}.{handler}"

    def make() -> FunctionBuilder:
        made = FunctionBuilder(f.lowering, name, is_library=True, result=STRING)
        made.eval(made.library("text.begin"))
        with made.gather() as sentence:
            made.lowering.derive.effect(made, "write_text", node.receiver.type, made.library("ask.awaited"))
            made.eval(made.library("ask.write_refusal"))
            derive.write_static(made, handler)
        made.emit(ir.If(op32("i32.eqz", made.library("ask.write_reason")), tuple(sentence)))
        made.emit(ir.Return(made.library("text.finish")))
        return made

    return f.lowering.made(name, make)


def _call(f: FunctionBuilder, r: Resumption, node: Suspend) -> None:
    """A call of a function that awaits: with its arguments, or to go on in it."""
    assert isinstance(node.value, Call)
    target = f.lowering.function(node.value.function)
    with f.gather() as calling:
        held = [ir.Get(value_type(part.type), f.new_local("", value_type(part.type))) for part in node.value.args]
        with f.gather() as first:
            for local, value in zip(held, expressions.operands(f, node.value.args), strict=True):
                f.set(local.local, value)
        again = f.lowering.store_cell(RESUMING, load32(r.frame, FRAME_INNER))
        f.emit(ir.If(r.point, (again,), tuple(first)))
        call = f.call(node.value.function, held, node.span, is_user=True)
        result = None
        if has_value(target.result):
            result = f.temp(call)
        else:
            f.eval(call)
        with f.gather() as leaving:
            _leave(f, r, node)
        f.emit(ir.If(f.lowering.load_cell(SUSPENDING), tuple(leaving)))
        f.set(r.point.local, i32(0))
        if result is not None and node.local is not None:
            f.set(f.declare(node.local), result)
    f.emit(ir.If(_is_inside(r, node.number, node.number), tuple(calling)))
