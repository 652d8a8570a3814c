"""``expect timeline``: the table of what is expected, which the kernel compares with the messages that it kept, and the
functions that the kernel calls for it (``kernel/history.aefl``).

One compares the payload of a message with an expected one; there is one for each place that gives a payload. Another
one writes any message of the actors that are named, for what is said of an expectation that fails.
"""

from __future__ import annotations

from engine.compiler.check.tree import Carrier, Expect, ExpectedMessage, Expr, Local
from engine.compiler.check.types import TupleType, Type
from engine.compiler.ir import nodes as ir
from engine.compiler.lower import derive, expressions, turns
from engine.compiler.lower.functions import FunctionBuilder, i32, i64, load32, op32, op64, store32
from engine.compiler.lower.layouts import has_value, load_slot, slot_offset, store_slot, string_object

SOURCE, TARGET, WHEN, COMPARE, PAYLOAD = 0, 8, 16, 24, 32
ROW = 48
SAME_CELL = "history_same"
TELL, TELL_ACTOR = "history.tell", "history.tell_actor"


def expect(f: FunctionBuilder, node: Expect) -> None:
    """Looks for the messages in the order of the rows; faults at the first that is not there, or shows them all."""
    held = iter(expressions.operands(f, [part for message in node.messages for part in _parts(message)]))
    count = len(node.messages)
    table = f.temp(f.library("turn.alloc", i32(ROW * count), span=node.span), "expected")
    for i, message in enumerate(node.messages):
        _write_row(f, message, table, ROW * i, [next(held) for _ in _parts(message)])
    failed = f.temp(f.library("history.check", table, i32(count), span=node.span), "failed")
    for i, message in enumerate(node.messages):
        with f.gather() as failing:
            _fail(f, message, table, i, count)
        f.emit(ir.If(op32("i32.eq", failed, i32(i)), tuple(failing)))
    rows = [op32("i32.add", table, i32(ROW * i)) for i in range(count)]
    ticks = [f.temp(f.library("history.found_tick", row), "tick") for row in rows]
    payloads = [_payload_text(f, message, table, ROW * i) for i, message in enumerate(node.messages)]
    turns.write_timeline(f, [message.shown for message in node.messages], ticks, payloads, node.span)


def _parts(message: ExpectedMessage) -> list[Expr]:
    """What is evaluated, in this order."""
    payload = message.shown.payload
    return [message.source, message.target, *([] if payload is None else [payload])]


def _write_row(f: FunctionBuilder, message: ExpectedMessage, table: ir.Get, at: int, held: list[ir.Expr]) -> None:
    source, target, *payload = held
    timed = message.shown.ticks is not None
    when = f.stable(turns.entry_ticks(f, message.shown, message.span)) if timed else i64(-1)
    for offset, number in ((SOURCE, source), (TARGET, target), (WHEN, when)):
        f.emit(ir.Store("i64.store", table, number, at + offset))
    compare: ir.Expr = i32(-1)
    if message.shown.payload is not None:
        t = message.shown.payload.type
        f.emit(store_slot(t, table, payload[0], at + PAYLOAD))
        name = f"same:{f.site(message.span)}"
        f.lowering.made(name, lambda: _comparison(f, name, message.carriers, t))
        f.callees[name] = None
        compare = ir.FunctionIndex(name)
    f.emit(store32(table, compare, at + COMPARE))


def _payload_text(f: FunctionBuilder, message: ExpectedMessage, table: ir.Get, at: int) -> ir.Expr:
    if message.shown.payload is None:
        return ir.StaticAddress(string_object(""))
    t = message.shown.payload.type
    f.eval(f.library("text.begin"))
    f.lowering.derive.effect(f, "write_text", t, load_slot(t, table, at + PAYLOAD))
    return f.temp(f.library("text.finish"), "payload")


def _fail(f: FunctionBuilder, message: ExpectedMessage, table: ir.Get, number: int, count: int) -> None:
    f.lowering.made(TELL, lambda: _teller(f))
    f.callees[TELL] = None
    f.eval(f.library("text.begin"))
    derive.write_static(f, f"expected next: {message.label}")
    if message.shown.payload is not None:
        t = message.shown.payload.type
        derive.write_static(f, " payload ")
        f.lowering.derive.effect(f, "write_quoted", t, load_slot(t, table, ROW * number + PAYLOAD))
    f.eval(f.library("history.write_seen", table, i32(count), i32(number), ir.FunctionIndex(TELL)))
    f.emit(f.fault("expectation_failed", message.span, f.temp(f.library("text.finish"))))


# --- messages that were kept ------------------------------------------------------------------


def _handler_number(f: FunctionBuilder, kept: ir.Get) -> ir.Get:
    return f.temp(f.library("message.handler", kept), "handler")


def _comparison(at: FunctionBuilder, name: str, carriers: tuple[Carrier, ...], t: Type) -> FunctionBuilder:
    """The function that says whether a message carries a value: that lies at the address ``expected``."""
    f = FunctionBuilder(at.lowering, name, is_library=True)
    kept, expected = f.param("kept", ir.I32), f.param("expected", ir.I32)
    number = _handler_number(f, kept)
    value = f.temp(load_slot(t, expected), "value")
    for carrier in carriers:
        wanted = _number(f, carrier)
        if wanted is None:
            continue
        with f.gather() as compared:
            same: ir.Expr = i32(1)
            found = _read(f, carrier, kept)
            for i, local in enumerate(found):
                part = value
                if len(found) > 1:
                    assert isinstance(t, TupleType)
                    part = f.temp(load_slot(local.type, value, slot_offset(i)))
                arrived = ir.Get(f.lowering.machine(local.type), f.declare(local))
                equal = f.stable(f.lowering.derive.apply(f, "equal", local.type, part, arrived))
                same = equal if i == 0 else f.temp(op32("i32.and", same, equal))
            f.emit(f.lowering.store_cell(SAME_CELL, same))
        f.emit(ir.If(op32("i32.eq", number, i32(wanted)), tuple(compared)))
    return f


def _number(f: FunctionBuilder, carrier: Carrier) -> int | None:
    """The number of a message or an answer; None where nobody awaits that answer."""
    key = (carrier.actor, carrier.handler)
    return f.lowering.answers.get(key) if carrier.is_answer else f.lowering.handlers[key].id


def _read(f: FunctionBuilder, carrier: Carrier, kept: ir.Get) -> tuple[Local, ...]:
    """What a message carries, in locals."""
    handler = f.lowering.handlers[carrier.actor, carrier.handler]
    if not carrier.is_answer:
        turns.read_arguments(f, handler, kept)
        return handler.params
    if not has_value(handler.result):
        return ()
    answer = Local("answer", handler.result)
    turns.read_answer(f, answer, kept)
    return (answer,)


def _teller(at: FunctionBuilder) -> FunctionBuilder:
    """The function that writes a message as ``Client#1 -> Server#2 add(5)``."""
    lowering = at.lowering
    lowering.made(TELL_ACTOR, lambda: _actor_teller(at))
    f = FunctionBuilder(lowering, TELL, is_library=True)
    kept = f.param("kept", ir.I32)
    number = _handler_number(f, kept)
    f.eval(f.call_name(TELL_ACTOR, None, (f.library("message.sender", kept),)))
    derive.write_static(f, " -> ")
    f.eval(f.call_name(TELL_ACTOR, None, (f.library("message.receiver", kept),)))
    watched = lowering.program.watched
    messages = [Carrier(*key, False) for key in lowering.handlers if key[0] in watched and key[0] != "main"]
    for carrier in (*messages, *(Carrier(*key, True) for key in lowering.answers)):
        wanted = _number(f, carrier)
        assert wanted is not None
        with f.gather() as told:
            derive.write_static(f, f" {carrier.handler}{' answer' if carrier.is_answer else ''}(")
            for i, local in enumerate(_read(f, carrier, kept)):
                derive.write_static(f, ", " if i else "")
                arrived = ir.Get(lowering.machine(local.type), f.declare(local))
                lowering.derive.effect(f, "write_quoted", local.type, arrived)
            derive.write_static(f, ")")
        f.emit(ir.If(op32("i32.eq", number, i32(wanted)), tuple(told)))
    return f


def _actor_teller(at: FunctionBuilder) -> FunctionBuilder:
    """The function that writes an actor, given its number, with its type."""
    f = FunctionBuilder(at.lowering, TELL_ACTOR, is_library=True)
    number = f.param("number", ir.I32)
    kind = f.temp(load32(f.library("actor.record", number)), "kind")
    for actor in at.lowering.program.actors:
        with f.gather() as told:
            name = ir.StaticAddress(string_object(actor.name))
            f.eval(f.library("actor.write_text", op64("i64.extend_i32_u", number), name))
        f.emit(ir.If(op32("i32.eq", kind, i32(actor.id)), tuple(told)))
    return f
