"""What turns do: they are called with a message, set up actors, arm timers, send, spawn and put things out.

The function of a handler takes the address of the message, in whose payload its arguments lie. The start turn of an
actor makes its state block first; that of ``main`` spawns the default instances before anything else, so they have the
ids from 1 on.

A picture (``render distributed state``) is taken when the tick is over: the turn gives the kernel the numbers of the
actors and a function of the table, which the kernel calls then to read their states and write the output.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from engine.base.source import Span
from engine.compiler.check.supervision import FOREVER, POLICIES, UNLIMITED
from engine.compiler.check.tree import (
    Actor,
    Await,
    Derived,
    Emit,
    EmitState,
    EmitTimeline,
    Expr,
    Handler,
    Local,
    PeekField,
    PictureField,
    Send,
    Spawn,
    Stmt,
    TextNew,
    TimelineEntry,
    TimerNew,
    Turn,
)
from engine.compiler.check.types import INT, STRING, UNIT, ActorType, Type, is_reference
from engine.compiler.ir import nodes as ir
from engine.compiler.lower import derive, expressions, statements, strings, suspensions
from engine.compiler.lower.functions import FunctionBuilder, i32, i64, load32, op32
from engine.compiler.lower.layouts import (
    ASK,
    MESSAGE,
    REGION,
    SLOT,
    START,
    block_size,
    is_number,
    load_slot,
    slot_offset,
    store_slot,
    string_object,
    value_type,
)

if TYPE_CHECKING:
    from engine.compiler.lower.program import Lowering

OUTPUT_TEXT, OUTPUT_STATE, OUTPUT_TIMELINE = 0, 1, 2
READ_CELL = "read_at"
INVARIANT = "invariant"
TELL_NOBODY = "nobody.tell"


def turn_name(handler: Handler) -> str:
    """The name of a handler's function in the IR; no function of a program is called like that."""
    return (
        f"{handler.actor}.on:{handler.name}"
        if handler.kind == "message"
        else f"{handler.actor}.{handler.kind}:{handler.name}"
    )


def lower_turn(f: FunctionBuilder, actor: Actor, turn: Turn) -> None:
    """The function of a handler."""
    handler = turn.handler
    message = f.param("message", ir.I32)
    state = f.param("state", ir.I32)
    is_start = handler.kind == "start"
    if not is_start:
        f.state = state.local
    answer = f.lowering.answers.get((actor.name, handler.name)) if handler.kind == "message" else None
    f.answer = answer if handler.result != UNIT else None
    with f.gather() as body:
        root = suspensions.Root(handler.id, answer is not None)
        form = suspensions.begin(f, turn.body, handler.params, root)
        strings.look_at(f, form)
        with suspensions.first_time(f):
            if handler.kind == "timer":
                _arm(f, turn)
            read_arguments(f, handler, message)
            if handler.kind == "message" and actor.id != 0 and actor.name in f.lowering.program.watched:
                f.eval(f.library("history.keep", message, span=handler.span))
            if actor.id == 0 and is_start:
                _spawn_defaults(f)
                if f.lowering.program.invariants:
                    _watch_invariants(f)
        suspensions.whole(f, form, lambda: _arm_all(f, actor) if is_start else None)
    if is_start:
        _make_state(f, actor, state)
    f.out.extend(body)


def _watch_invariants(f: FunctionBuilder) -> None:
    """Tells the kernel of the functions that check the program's invariants; the first one is told last."""
    for number, invariant in reversed(list(enumerate(f.lowering.program.invariants))):
        name = f"{INVARIANT}.{number}"
        f.lowering.made(name, partial(_invariant, f.lowering, name, invariant))
        f.callees[name] = None
        f.eval(f.library("invariant.watch", ir.FunctionIndex(name)))


def _invariant(lowering: Lowering, name: str, invariant: tuple[Stmt, ...]) -> FunctionBuilder:
    f = FunctionBuilder(lowering, name, is_library=False, title=INVARIANT)
    f.param("unused", ir.I32)
    strings.look_at(f, invariant)
    statements.block(f, invariant)
    return f


def _make_state(f: FunctionBuilder, actor: Actor, state: ir.Get) -> None:
    """The state block of an actor that starts; where the start goes on behind an await, it is there already."""
    with f.gather() as fresh:
        made = f.library("actor.make_state", i32(block_size(len(actor.fields))), span=actor.span)
        block = f.stable(made)
        for i in range(len(actor.fields)):
            f.emit(ir.Store("i64.store", block, i64(0), slot_offset(i)))
        if f.state is not None:
            f.set(f.state, block)
    if f.resumption is None:
        f.out.extend(fresh)
        return
    with f.gather() as again:
        if f.state is not None:
            f.set(f.state, state)
    f.emit(ir.If(f.lowering.load_cell(suspensions.RESUMING), tuple(again), tuple(fresh)))


def lower_asked_turn(f: FunctionBuilder, turn: Turn, name: str) -> None:
    """The function in the table of a handler that can be asked: around the turn, it looks after the answer."""
    message = f.param("message", ir.I32)
    state = f.param("state", ir.I32)
    f.eval(f.library("ask.open"))
    f.eval(f.call_name(name, None, (message, state)))
    done = f.lowering.answers[turn.handler.actor, turn.handler.name] if turn.handler.result == UNIT else 0
    f.eval(f.library("ask.close", i32(done)))


def _arm_all(f: FunctionBuilder, actor: Actor) -> None:
    for turn in actor.turns:
        if turn.handler.kind == "timer":
            _arm(f, turn)


def read_arguments(f: FunctionBuilder, handler: Handler, message: ir.Expr) -> None:
    """Parameters from the payload: words first, then what has to be decoded."""
    words = [param for param in handler.params if is_number(param.type)]
    for i, param in enumerate(words):
        f.set(f.declare(param), load_slot(param.type, message, MESSAGE + SLOT * i))
    others = [param for param in handler.params if not is_number(param.type)]
    if others:
        start = op32("i32.add", message, i32(MESSAGE + SLOT * len(words)))
        f.emit(f.lowering.store_cell(READ_CELL, start))
    for param in others:
        f.set(f.declare(param), f.lowering.derive.apply(f, "decode", param.type, span=handler.span))


def read_answer(f: FunctionBuilder, answer: Local, message: ir.Expr) -> None:
    """The value of an answer: behind the ticket, as a word or encoded."""
    if is_number(answer.type):
        f.set(f.declare(answer), load_slot(answer.type, message, MESSAGE + SLOT))
        return
    f.emit(f.lowering.store_cell(READ_CELL, op32("i32.add", message, i32(MESSAGE + SLOT))))
    f.set(f.declare(answer), f.lowering.derive.apply(f, "decode", answer.type))


def _arm(f: FunctionBuilder, turn: Turn) -> None:
    assert turn.interval is not None
    period = f.stable(expressions.value(f, turn.interval))
    f.eval(f.library("timer.arm", i32(turn.handler.id), period, span=turn.interval.span))


def _spawn_defaults(f: FunctionBuilder) -> None:
    for actor in f.lowering.default_actors():
        spawn(f, Spawn(ActorType(actor.name), actor.span, actor.name, actor.default_args))


def spawn(f: FunctionBuilder, node: Spawn) -> ir.Expr:
    """A new actor, its start message, and what is kept for another start; emits, and gives the actor's number."""
    actor, span = f.lowering.actors[node.actor], node.span
    held = expressions.operands(f, (*node.args, *node.limits))
    args, limits = held[: len(node.args)], held[len(node.args) :]
    made = f.temp(f.library("actor.create", i32(actor.id), span=span), "actor")
    _post(f, made, START | actor.turns[0].handler.id, list(zip(node.args, args, strict=True)), i64(0), span)
    if node.restart != "never":
        policy = i32(POLICIES.index(node.restart))
        f.eval(f.library("supervision.begin", made, policy, *(limits or (i64(UNLIMITED), i64(FOREVER))), span=span))
    return made


def send(f: FunctionBuilder, node: Send, delay: ir.Expr | None = None) -> None:
    """A message; the delay in ticks, unless given, the receiver and the arguments are evaluated before it is begun."""
    handler = f.lowering.handlers[node.handler.actor, node.handler.name]
    if delay is None:
        delay = i64(0)
        if node.delay is not None:
            delay = f.temp(f.library("timer.ticks", expressions.value(f, node.delay), span=node.span), "delay")
    receiver, *held = expressions.operands(f, (node.receiver, *node.args))
    _post(f, receiver, handler.id, list(zip(node.args, held, strict=True)), delay, node.span)


def ask(f: FunctionBuilder, node: Await) -> None:
    """A message whose answer is awaited."""
    handler = f.lowering.handlers[node.handler.actor, node.handler.name]
    receiver, *held = expressions.operands(f, (node.receiver, *node.args))
    _post(f, receiver, handler.id | ASK, list(zip(node.args, held, strict=True)), i64(0), node.span)
    answer = f.lowering.answers[node.handler.actor, node.handler.name]
    f.eval(f.library("wait.begin", i32(answer), i32(f.site(node.span)), span=node.span))


def timer(f: FunctionBuilder, node: TimerNew) -> ir.Expr:
    """A send that leaves later, or again and again, and its handle, a struct of one number."""
    assert node.send.delay is not None
    time = expressions.value(f, node.send.delay)
    period: ir.Expr = i64(0)
    if node.repeats:
        period = f.temp(f.library("timer.period", time, span=node.span), "period")
        delay: ir.Expr = ir.Op(ir.I64, "i64.sub", (period, i64(1)))
    else:
        delay = f.library("timer.ticks", time, span=node.span)
    send(f, node.send, f.temp(delay, "delay"))
    handle = f.temp(f.library("handle.make", period, span=node.span), "handle")
    block = derive.new_block(f, 1)
    f.emit(store_slot(INT, block, handle, slot_offset(0)))
    return block


def _post(
    f: FunctionBuilder,
    receiver: ir.Expr,
    handler: int,
    args: Sequence[tuple[Expr, ir.Expr]],
    delay: ir.Expr,
    span: Span,
) -> None:
    """Builds a message in its place: the arguments that are numbers as words, then the others, encoded."""
    words = [f.stable(_word(f, arg.type, value)) for arg, value in args if is_number(arg.type)]
    others = [(arg, value) for arg, value in args if not is_number(arg.type)]
    size = i32(SLOT * len(words))
    if others:
        made = f.library("message.begin", receiver, i32(handler), size, span=span)
    else:
        made = f.library("message.flat", receiver, i32(handler), size, delay, span=span)
    message = f.temp(made, "message")
    for i, word in enumerate(words):
        f.emit(ir.Store("i64.store", message, word, MESSAGE + SLOT * i))
    for arg, value in others:
        f.lowering.derive.effect(f, "encode", arg.type, value, span=span)
    if others:
        f.eval(f.library("message.send", delay, span=span))


def _word(f: FunctionBuilder, t: Type, value: ir.Expr) -> ir.Expr:
    """A number as 64 bits, of which equal numbers have the same."""
    match value_type(t):
        case ir.F64:
            return f.library("float.bits", value)
        case ir.I32:
            return ir.Op(ir.I64, "i64.extend_i32_u", (value,))
    return value


# --- outputs ----------------------------------------------------------------------------------


def emit_text(f: FunctionBuilder, node: Emit) -> None:
    """``render`` of a value: its text goes to the outputs without becoming a string first."""
    if f.answer is not None:
        _emit_answer(f, node, f.answer)
        return
    parts = node.value.parts if isinstance(node.value, TextNew) else (node.value,)
    expressions.write_texts(f, parts, node.span)
    f.eval(f.library("text.finish_to_output", i32(OUTPUT_TEXT), span=node.span))


def _emit_answer(f: FunctionBuilder, node: Emit, answer: int) -> None:
    """The same in a handler that can be asked; the first value is the answer."""
    value = f.stable(expressions.value(f, node.value))
    f.eval(f.library("text.begin", span=node.span))
    f.lowering.derive.effect(f, "write_text", node.value.type, value, span=node.span)
    f.eval(f.library("text.finish_to_output", i32(OUTPUT_TEXT), span=node.span))
    with f.gather() as answering:
        if is_number(node.value.type):
            record = f.temp(f.library("answer.flat", i32(answer), i32(2 * SLOT), span=node.span), "message")
            f.emit(ir.Store("i64.store", record, f.stable(_word(f, node.value.type, value)), MESSAGE + SLOT))
        else:
            f.eval(f.library("answer.begin", i32(answer), span=node.span))
            f.lowering.derive.effect(f, "encode", node.value.type, value, span=node.span)
            f.eval(f.library("message.send", i64(0), span=node.span))
    f.emit(ir.If(f.library("ask.is_open", span=node.span), tuple(answering)))


def emit_timeline(f: FunctionBuilder, node: EmitTimeline) -> None:
    """``render timeline``: an array of [source, target, tick, text of the payload]."""
    ticks = [f.stable(entry_ticks(f, entry, node.span)) for entry in node.entries]
    payloads = [_payload_text(f, entry) for entry in node.entries]
    write_timeline(f, node.entries, ticks, payloads, node.span)


def write_timeline(
    f: FunctionBuilder,
    entries: Sequence[TimelineEntry],
    ticks: Sequence[ir.Expr],
    payloads: Sequence[ir.Expr],
    span: Span,
) -> None:
    """The output of a timeline whose times and payloads' texts are known."""
    f.eval(f.library("output.begin", span=span))
    f.eval(f.library("array.encode_header", i32(len(entries))))
    for entry, tick, payload in zip(entries, ticks, payloads, strict=True):
        f.eval(f.library("array.encode_header", i32(4)))
        _encode_static(f, entry.source)
        _encode_static(f, entry.target)
        f.lowering.derive.effect(f, "encode", INT, tick)
        f.lowering.derive.effect(f, "encode", STRING, payload)
    f.eval(f.library("output.finish", i32(OUTPUT_TIMELINE), span=span))


def entry_ticks(f: FunctionBuilder, entry: TimelineEntry, span: Span) -> ir.Expr:
    """When an entry of a timeline is."""
    if entry.ticks is not None:
        return i64(entry.ticks)
    assert entry.microseconds is not None
    return f.library("timer.ticks", i64(entry.microseconds), span=span)


def _payload_text(f: FunctionBuilder, entry: TimelineEntry) -> ir.Expr:
    if entry.payload is None:
        return ir.StaticAddress(string_object(""))
    shown = Derived(STRING, entry.payload.span, "text", entry.payload.type, (entry.payload,))
    return f.stable(expressions.value(f, shown))


def _encode_static(f: FunctionBuilder, text: str) -> None:
    f.lowering.derive.effect(f, "encode", STRING, ir.StaticAddress(string_object(text)))


def emit_state(f: FunctionBuilder, node: EmitState) -> None:
    """``render distributed state``: keeps the actors' numbers and asks for the picture."""
    numbers = expressions.operands(f, [field.receiver for field in node.fields])
    kept = f.temp(f.library("heap.alloc", i32(8 * len(numbers)), span=node.span), "captured")
    for i, number in enumerate(numbers):
        f.emit(ir.Store("i64.store", kept, number, 8 * i))
    name = f.lowering.made(f"picture:{f.lowering.sites.number(node.span, f.title)}", lambda: _picture(f, node))
    f.callees[name] = None
    index = ir.FunctionIndex(name)
    f.eval(f.library("picture.request", index, kept, i32(len(numbers)), span=node.span))


def _picture(turn: FunctionBuilder, node: EmitState) -> FunctionBuilder:
    """The function that writes the picture: a map from each label to the text of the field's value."""
    name = f"picture:{turn.lowering.sites.number(node.span, turn.title)}"
    f = FunctionBuilder(turn.lowering, name, is_library=True)
    captured = f.param("captured", ir.I32)
    f.param("count", ir.I32)
    f.eval(f.library("output.begin"))
    f.eval(f.library("map.encode_header", i32(len(node.fields))))
    for i, field in enumerate(node.fields):
        _encode_static(f, field.label)
        f.lowering.derive.effect(f, "encode", STRING, _field_text(f, captured, i, field))
    f.eval(f.library("output.finish", i32(OUTPUT_STATE)))
    return f


def _field_text(f: FunctionBuilder, captured: ir.Get, index: int, field: PictureField) -> ir.Get:
    """The text of a field of an actor, or why it has no state (yet, or any more)."""
    number = f.temp(ir.Load(ir.I64, "i64.load", captured, 8 * index), "actor")
    block = f.temp(f.library("actor.state_of", number), "state")
    f.eval(f.library("text.begin"))
    with f.gather() as there:
        at = slot_offset(field.field.index)
        with f.gather() as given:
            f.lowering.derive.effect(f, "write_text", field.field.type, load_slot(field.field.type, block, at))
        if is_reference(field.field.type) and field.actor == "main":
            with f.gather() as unset:
                f.lowering.derive.effect(f, "write_text", STRING, ir.StaticAddress(string_object("none")))
            f.emit(ir.If(load32(block, at), tuple(given), tuple(unset)))
        else:
            f.out.extend(given)
    with f.gather() as missing:
        f.eval(f.library("picture.write_absence", number))
    f.emit(ir.If(block, tuple(there), tuple(missing)))
    return f.temp(f.library("text.finish"), "text")


def peek(f: FunctionBuilder, node: PeekField) -> ir.Expr:
    """A field of another actor: its value may be kept, so what is in it is marked as held."""
    number = f.stable(expressions.value(f, node.receiver))
    block = f.temp(f.library("actor.state_of", number), "state")
    with f.gather() as missing:
        f.eval(f.library("text.begin"))
        derive.write_static(f, f"there is no `{node.field.name}` to read: {node.actor}#")
        f.lowering.derive.effect(f, "write_text", INT, number)
        derive.write_static(f, " has not started yet, or has come to an end")
        f.emit(f.fault("fail", node.span, f.temp(f.library("text.finish"))))
    f.emit(ir.If(op32("i32.eqz", block), tuple(missing)))
    field = node.field
    value = f.temp(load_slot(field.type, block, slot_offset(field.index)), field.name)
    return f.lowering.derive.shared(f, field.type, value)


# --- the state of an actor type ---------------------------------------------------------------


def release_state(f: FunctionBuilder, actor: Actor) -> None:
    """Frees everything that the fields hold, and the block."""
    block = f.param("state", ir.I32)
    for field in actor.fields:
        at = slot_offset(field.index)
        with f.gather() as release:
            f.lowering.derive.effect(f, "release", field.type, load_slot(field.type, block, at))
        if release:  # a start turn that failed leaves fields without a value
            f.emit(ir.If(load32(block, at), tuple(release)))
    f.eval(f.library("actor.free_state", block, i32(block_size(len(actor.fields)))))


def encode_state(f: FunctionBuilder, actor: Actor) -> None:
    """Appends all fields in order; ``none`` for those without a value, which the top level has while it awaits."""
    block = f.param("state", ir.I32)
    for field in actor.fields:
        at = slot_offset(field.index)
        with f.gather() as there:
            f.lowering.derive.effect(f, "encode", field.type, load_slot(field.type, block, at))
        if is_reference(field.type) and actor.id == 0:
            with f.gather() as missing:
                f.eval(f.library("none.encode"))
            f.emit(ir.If(load32(block, at), tuple(there), tuple(missing)))
        else:
            f.out.extend(there)


def poke_state(f: FunctionBuilder, actor: Actor) -> None:
    """Gives a field, by its number, the value that is read next."""
    block, index = f.param("state", ir.I32), f.param("field", ir.I32)
    for field in actor.fields:
        with f.gather() as store:
            value = f.temp(f.lowering.derive.apply(f, "decode", field.type))
            f.lowering.derive.put(f, field.type, block, slot_offset(field.index), load32(block, REGION), value)
            f.emit(ir.Return())
        f.emit(ir.If(op32("i32.eq", index, i32(field.index)), tuple(store)))


# --- telling of failed actors -----------------------------------------------------------------


def tell_nobody(lowering: Lowering) -> FunctionBuilder:
    """What the kernel calls for the parent of an actor that failed, where that has no ``on failed``."""
    f = FunctionBuilder(lowering, TELL_NOBODY, is_library=True)
    f.param("child", ir.I32)
    f.param("parent", ir.I32)
    return f


def tell_of_failure(handler: Handler, f: FunctionBuilder, actor: Actor) -> None:
    """Sends the message of ``on failed``: from the fault's number to the name of its kind, from its site to its line.
    Made when all sites are known."""
    child, parent = f.param("child", ir.I32), f.param("parent", ir.I32)
    kind = f.new_local("kind", ir.I32)
    for number, name in enumerate(ir.FAULT_KINDS):
        is_it = op32("i32.eq", f.lowering.load_cell("fault_kind"), i32(number))
        f.emit(ir.If(is_it, (ir.Set(kind, ir.StaticAddress(string_object(name))),)))
    lines = b"".join(line.to_bytes(4, "little") for line in f.lowering.sites.lines())
    place = op32("i32.add", ir.StaticAddress(lines), op32("i32.shl", f.lowering.load_cell("fault_site"), i32(2)))
    f.eval(f.library("supervision.tell", child, parent, i32(handler.id), ir.Get(ir.I32, kind), load32(place)))
