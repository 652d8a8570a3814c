"""Statements of functions and turns; what only turns do is in ``turns``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.compiler.check.tree import (
    Assert,
    Assign,
    Break,
    Call,
    Closure,
    Continue,
    Emit,
    EmitState,
    EmitTimeline,
    Evaluate,
    Expect,
    Expr,
    Fail,
    FieldRead,
    ForEach,
    ForRange,
    If,
    ItemRead,
    Let,
    Local,
    Request,
    Return,
    Send,
    StateRead,
    Stmt,
    Stop,
    While,
)
from engine.compiler.check.types import BYTES, STRING, DictType, ListType, SetType, is_shareable
from engine.compiler.check.types import I32 as I32_TYPE
from engine.compiler.ir import nodes as ir
from engine.compiler.lower import (
    arithmetic,
    derive,
    expectations,
    expressions,
    making,
    places,
    rows,
    strings,
    suspensions,
    turns,
)
from engine.compiler.lower.functions import FunctionBuilder, LoopLabels, i32, i64, load32, op32, op64
from engine.compiler.lower.layouts import (
    ENTRY,
    ENTRY_KEY,
    ENTRY_LIVE,
    ENTRY_VALUE,
    LIST_DATA,
    LIST_LENGTH,
    STRING_BYTES,
    STRING_DATA,
    TABLE_ENTRIES,
    TABLE_USED,
    has_value,
    load_slot,
)

NAMES_SET = "names_set"
"""The cell with the number of names of the top level that have their values."""


def block(f: FunctionBuilder, body: Sequence[Stmt]) -> None:
    """Statements in order; what comes after one that leaves is not reached, and left out."""
    if f.resumption is not None:
        suspensions.block(f, f.resumption, body)
        return
    for node in body:
        statement(f, node)
        if isinstance(node, Return | Break | Continue | Fail):
            return


def statement(f: FunctionBuilder, node: Stmt) -> None:
    """One statement."""
    match node:
        case Let(local=local, value=value):
            _let(f, local, value)
        case Assign():
            _assign(f, node)
            if node.declares and isinstance(node.place, StateRead):
                f.emit(f.lowering.store_cell(NAMES_SET, i32(node.place.field.index + 1)))
        case Evaluate(value=value) if making.is_push(f, value):
            making.push(f, value)
        case Evaluate(value=value):
            expressions.effect(f, value)
        case If(condition=condition, then=(Evaluate(value=push),), otherwise=()) if (
            making.is_plain_push(f, push) and expressions.known_condition(condition) is None
        ):
            making.push(f, push, condition)
        case If() if (row := rows.branches(node)) is not None:
            rows.branch(f, row)
        case If(condition=condition, then=then, otherwise=otherwise):
            branch(f, condition, lambda: block(f, then), lambda: block(f, otherwise))
        case While():
            _while(f, node)
        case ForRange():
            _for_range(f, node)
        case ForEach():
            _for_each(f, node)
        case Break():
            f.emit(ir.Break(f.loops[-1].leave))
        case Continue():
            f.jump(f.loops[-1].again)
        case Return(value=value):
            _return(f, value)
        case Assert():
            _assert(f, node)
        case Fail(message=message):
            f.emit(f.fault("fail", node.span, f.stable(expressions.value(f, message))))
        case Send():
            turns.send(f, node)
        case Emit():
            turns.emit_text(f, node)
        case EmitTimeline():
            turns.emit_timeline(f, node)
        case EmitState():
            turns.emit_state(f, node)
        case Expect():
            expectations.expect(f, node)
        case Request():
            f.eval(f.library("outside.request"))
        case Stop():
            f.eval(f.library("actor.stop"))
        case _:
            raise AssertionError(node)


def branch(f: FunctionBuilder, condition: Expr, then: Callable[[], None], otherwise: Callable[[], None]) -> None:
    """One of two ways; a condition that the compiler knows leaves only one."""
    known = expressions.known_condition(condition)
    if known is not None:
        (then if known else otherwise)()
        return
    test = f.flat(expressions.value(f, condition))
    with f.gather() as then_body:
        then()
    with f.gather() as otherwise_body:
        otherwise()
    if then_body:
        f.emit(ir.If(test, tuple(then_body), tuple(otherwise_body)))
    elif otherwise_body:
        f.emit(ir.If(op32("i32.eqz", test), tuple(otherwise_body)))
    else:
        f.eval(test)


def declares(body: Sequence[Stmt], local: Local) -> bool:
    """Whether a local is declared by these statements themselves."""
    return any(isinstance(node, Let) and node.local is local for node in body)


def _let(f: FunctionBuilder, local: Local, value: Expr) -> None:
    if not has_value(local.type):
        expressions.effect(f, value)
        return
    if not has_value(value.type):
        expressions.effect(f, value)
        return
    if local.is_being_made and f.resumption is None:
        making.begin(f, local, value)
        return
    held = expressions.kept(f, value)
    f.set(f.declare(local), held)
    if isinstance(value, Closure) and not local.mutable:
        f.known[local] = f.lowering.closures.kind(f, value)


def _assign(f: FunctionBuilder, node: Assign) -> None:
    rest = strings.appended(f, node)
    if rest:
        strings.append(f, node, rest)
        return
    path = places.prepare(f, node.place)
    if node.op is None:
        into_state = isinstance(node.place, StateRead)  # what goes there is copied anyway
        places.assign(f, path, (expressions.value if into_state else expressions.kept)(f, node.value))
    elif isinstance(node.place, FieldRead | ItemRead) and next(places.changed_roots(node.value), None) is None:
        where = places.slot(f, path)
        place = node.place.type
        result = f.stable(_combined(f, load_slot(place, where.address, where.offset, where.part), node))
        f.lowering.derive.put(f, place, where.address, where.offset, where.region, result, part=where.part)
    else:
        places.assign(f, path, _combined(f, places.current(f, path), node))


def _combined(f: FunctionBuilder, before: ir.Expr, node: Assign) -> ir.Expr:
    """``before op value``."""
    assert node.op is not None
    with f.gather() as body:
        if node.place.type == STRING:
            result = _joined(f, before, node)
        else:
            value = expressions.value(f, node.value)
            result = arithmetic.binary(f, node.op, node.place.type, before, value, node.span)
    return expressions.do(body, result)


def _joined(f: FunctionBuilder, before: ir.Expr, node: Assign) -> ir.Expr:
    """``before + value`` on strings."""
    assert node.op == "+", node.op
    first = f.stable(before)
    second = f.stable(expressions.value(f, node.value))
    f.eval(f.library("text.begin", span=node.span))
    f.eval(f.library("string.write_text", first, span=node.span))
    f.eval(f.library("string.write_text", second, span=node.span))
    return f.library("text.finish", span=node.span)


def _return(f: FunctionBuilder, value: Expr | None) -> None:
    suspensions.end(f)
    if value is None or not has_value(value.type):
        if value is not None:
            expressions.effect(f, value)
        f.emit(ir.Return())
    elif f.result is None or not has_value(f.result):  # a turn has no result
        expressions.effect(f, value)
        f.emit(ir.Return())
    elif isinstance(value, Call):
        f.emit(ir.Return(f.flat(expressions.value(f, value))))
    else:
        f.emit(ir.Return(f.flat(expressions.moved(f, value))))


def _assert(f: FunctionBuilder, node: Assert) -> None:
    condition = f.flat(expressions.value(f, node.condition))
    with f.gather() as body:
        message = None if node.message is None else f.stable(expressions.value(f, node.message))
        f.eval(f.library("text.begin"))
        if message is not None:
            f.eval(f.library("string.write_text", message))
            derive.write_static(f, " (" + node.text)
        else:
            derive.write_static(f, node.text)
        if node.left is not None and node.right is not None:
            derive.write_static(f, ": left is ")
            _write_side(f, node.left)
            derive.write_static(f, ", right is ")
            _write_side(f, node.right)
        if message is not None:
            derive.write_static(f, ")")
        shown = f.temp(f.library("text.finish"))
        f.emit(f.fault("assert_failed", node.span, shown))
    f.emit(ir.If(op32("i32.eqz", condition), tuple(body)))


def _write_side(f: FunctionBuilder, side: Expr) -> None:
    f.lowering.derive.effect(f, "write_quoted", side.type, f.stable(expressions.value(f, side)))


# --- loops ------------------------------------------------------------------------------------


def _while(f: FunctionBuilder, node: While) -> None:
    known = expressions.known_condition(node.condition)
    if known is False:
        return
    labels = LoopLabels(f.label("leave"), f.label("again"))
    with f.gather() as body:
        if known is None:
            condition = f.flat(expressions.value(f, node.condition))
            f.emit(ir.Break(labels.leave, op32("i32.eqz", condition)))
        _body(f, node.body, labels)
        f.emit(ir.Break(labels.again))
    f.emit(ir.Block(labels.leave, (ir.Loop(labels.again, tuple(body)),)))


def _body(f: FunctionBuilder, body: Sequence[Stmt], labels: LoopLabels) -> None:
    f.loops.append(labels)
    block(f, body)
    f.loops.pop()


def _counted(
    f: FunctionBuilder, more: Callable[[], ir.Expr], body: Callable[[LoopLabels], None], step: Callable[[], None]
) -> None:
    """A loop that looks whether there is more before each round, and steps after each, also after ``continue``."""
    labels = LoopLabels(f.label("leave"), f.label("next"))
    start = f.label("loop")
    with f.gather() as rounds:
        with f.gather() as inner:
            body(labels)
        if labels.again in f.jumps:
            f.emit(ir.Block(labels.again, tuple(inner)))
        else:
            f.out.extend(inner)
        step()
        f.emit(ir.Break(start, f.flat(more())))
    with f.gather() as first:
        test = op32("i32.eqz", f.flat(more()))
    f.emit(ir.Block(labels.leave, (*first, ir.Break(labels.leave, test), ir.Loop(start, tuple(rounds)))))


def _for_range(f: FunctionBuilder, node: ForRange) -> None:
    narrow = node.item.type == I32_TYPE
    machine = ir.I32 if narrow else ir.I64
    item = f.declare(node.item)
    counter = f.new_local(f"{node.item.name}_next", machine) if node.item.mutable else item
    bounds = expressions.operands(f, (node.start, node.end))
    end = f.stable(bounds[1], "end")
    f.set(counter, bounds[0])
    here = ir.Get(machine, counter)

    def body(labels: LoopLabels) -> None:
        if counter != item:
            f.set(item, here)
        _body(f, node.body, labels)

    def step() -> None:
        one = i32(1) if narrow else i64(1)
        f.set(counter, ir.Op(machine, f"{machine}.add", (here, one)))

    _counted(f, lambda: op32(f"{machine}.lt_s", here, end), body, step)


def _for_each(f: FunctionBuilder, node: ForEach) -> None:
    values = node.values
    root = places.root_of(values)
    changes = is_shareable(values.type) and places.may_change(node.body, root)
    held = f.flat(expressions.kept(f, values) if changes else expressions.value(f, values))
    # the loop's own hold on the values: a variable may be given others meanwhile
    over = f.stable(held, "values") if not isinstance(held, ir.Get) or not changes else f.temp(held, "values")
    f.borrowed.add(node.item)
    if node.value is not None:
        f.borrowed.add(node.value)
    if values.type == STRING:
        _over_string(f, node, over)
    elif values.type == BYTES:
        _over_bytes(f, node, over)
    elif isinstance(values.type, ListType):
        _over_list(f, node, over, values.type)
    else:
        assert isinstance(values.type, DictType | SetType), values.type
        _over_table(f, node, over, values.type)


def _over_list(f: FunctionBuilder, node: ForEach, over: ir.Expr, t: ListType) -> None:
    at = f.temp(load32(over, LIST_DATA, ir.HEAD), "at")
    length = op32("i32.shl", load32(over, LIST_LENGTH, ir.HEAD), i32(3))
    end = f.temp(op32("i32.add", at, length), "end")

    def body(labels: LoopLabels) -> None:
        f.set(f.declare(node.item), load_slot(t.item, at, 0, ir.ITEM))
        _body(f, node.body, labels)

    _counted(f, lambda: op32("i32.ne", at, end), body, lambda: _advance(f, at, 8))


def _over_table(f: FunctionBuilder, node: ForEach, over: ir.Expr, t: DictType | SetType) -> None:
    """Dicts and sets: removed entries stay in the table and are passed over."""
    at = f.temp(load32(over, TABLE_ENTRIES), "at")
    size = op32("i32.mul", load32(over, TABLE_USED), i32(ENTRY))
    end = f.temp(op32("i32.add", at, size), "end")
    key = t.key if isinstance(t, DictType) else t.item

    def body(labels: LoopLabels) -> None:
        f.jump(labels.again, op32("i32.eqz", load32(at, ENTRY_LIVE)))
        f.set(f.declare(node.item), load_slot(key, at, ENTRY_KEY))
        if node.value is not None:
            assert isinstance(t, DictType)
            f.set(f.declare(node.value), load_slot(t.value, at, ENTRY_VALUE))
        _body(f, node.body, labels)

    _counted(f, lambda: op32("i32.ne", at, end), body, lambda: _advance(f, at, ENTRY))


def _over_string(f: FunctionBuilder, node: ForEach, over: ir.Expr) -> None:
    at = f.temp(i32(0), "at")
    end = f.temp(load32(over, STRING_BYTES), "end")

    def body(labels: LoopLabels) -> None:
        f.set(f.declare(node.item), f.library("string.char_at_offset", over, at, span=node.span))
        _body(f, node.body, labels)

    def step() -> None:
        f.set(at.local, f.library("string.next", over, at))

    _counted(f, lambda: op32("i32.lt_s", at, end), body, step)


def _over_bytes(f: FunctionBuilder, node: ForEach, over: ir.Expr) -> None:
    at = f.temp(over, "at")
    end = f.temp(op32("i32.add", over, load32(over, STRING_BYTES)), "end")

    def body(labels: LoopLabels) -> None:
        byte = ir.Load(ir.I32, "i32.load8_u", at, STRING_DATA)
        f.set(f.declare(node.item), op64("i64.extend_i32_u", byte))
        _body(f, node.body, labels)

    _counted(f, lambda: op32("i32.ne", at, end), body, lambda: _advance(f, at, 1))


def _advance(f: FunctionBuilder, at: ir.Get, by: int) -> None:
    f.set(at.local, op32("i32.add", at, i32(by)))
