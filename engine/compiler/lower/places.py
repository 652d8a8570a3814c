"""Places: reading them, and changing them so that nobody else sees it.

A change through a path such as ``orders[i].qty`` first *owns* each object on the way: the list ``orders``, then the
order. What is held from more than one place (its stamp is the running turn's) is copied, one level deep, and the copy
takes its place; from there on it may be changed in place. Indexes are evaluated once, before the new value; owning
comes after, because evaluating the value may itself change the place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass

from engine.compiler.check.tree import (
    Assign,
    BlockExpr,
    Call,
    CellRead,
    Expr,
    FieldRead,
    IfElse,
    ItemRead,
    LocalRead,
    PeekField,
    StateRead,
    Unwrap,
)
from engine.compiler.check.tree import Local as SourceLocal
from engine.compiler.check.types import BYTES, STRING, DictType, ListType, OptionalType, TupleType, Type, is_reference
from engine.compiler.ir import nodes as ir
from engine.compiler.lower import expressions
from engine.compiler.lower.derive import unwrapped
from engine.compiler.lower.functions import FunctionBuilder, i32, load32, op32, op64, store32
from engine.compiler.lower.layouts import (
    ARENA,
    HEAP,
    LIST_DATA,
    LIST_LENGTH,
    REGION,
    load_slot,
    slot_offset,
    store_slot,
)


@dataclass(frozen=True, slots=True)
class Path:
    """A place whose indexes are evaluated. ``index`` is that of the last step, where it is an item; ``root`` holds a
    value that is not in any place, such as a call's result."""

    place: Expr
    base: Path | None = None
    index: ir.Expr | None = None
    root: ir.Get | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a value is stored: an address, an offset, the region of the object that it is in, and its part of that."""

    address: ir.Expr
    offset: int
    region: ir.Expr
    part: str = ""


# --- looking at expressions -------------------------------------------------------------------


def is_alias(e: Expr, f: FunctionBuilder) -> bool:
    """Whether the value of an expression may be held by somebody else, without a mark that says so.

    Parts of a call's result count: the result may be marked, and its parts not.
    """
    match e:
        case LocalRead() | StateRead() | CellRead() | FieldRead() | ItemRead() | PeekField():
            return True
        case Unwrap(value=value):
            return is_alias(value, f)
        case BlockExpr(value=value):
            return value is not None and is_alias(value, f)
        case IfElse(then=then, otherwise=otherwise):
            return is_alias(then, f) or is_alias(otherwise, f)
    return False


Root = SourceLocal | int
"""What a place begins with: a local, or a field of the actor's state by its index. No two share storage unmarked."""


def root_of(e: Expr) -> Root | None:
    """What a place begins with, or None for a value that is nowhere."""
    match e:
        case LocalRead(local=local):
            return local
        case StateRead(field=field):
            return field.index
        case FieldRead(base=base) | ItemRead(base=base) | Unwrap(value=base):
            return root_of(base)
        case BlockExpr(value=value) if value is not None:
            return root_of(value)
    return None


def changed_roots(node: object) -> Iterator[Root]:
    """The roots of the places that statements or expressions change."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            waiting.extend(reversed(node))
            continue
        if isinstance(node, (LocalRead, StateRead, SourceLocal)):
            continue
        if isinstance(node, Assign) or (isinstance(node, Call) and node.changes_first):
            root = root_of(node.place if isinstance(node, Assign) else node.args[0])
            if root is not None:
                yield root
        waiting.extend(reversed(tuple(parts_of(node))))


def parts_of(node: object) -> Iterator[object]:
    """What stands in a node: other nodes, tuples of them, and things that are none."""
    for name in _parts(type(node)):
        yield getattr(node, name)


_PARTS: dict[type, tuple[str, ...]] = {}


def _parts(kind: type) -> tuple[str, ...]:
    """The fields of a node in which other nodes may be; none of what is no node."""
    names = _PARTS.get(kind)
    if names is None:
        names = ()
        if is_dataclass(kind) and not issubclass(kind, Type):
            names = tuple(part.name for part in fields(kind) if part.name not in ("type", "span", "of", "function"))
        _PARTS[kind] = names
    return names


def may_change(nodes: object, root: Root | None) -> bool:
    """Whether something in there changes the root."""
    return root is not None and any(changed == root for changed in changed_roots(nodes))


# --- reading ----------------------------------------------------------------------------------


def state_block(f: FunctionBuilder) -> ir.Get:
    """The address of the running actor's state."""
    if f.state is None:
        f.state = f.new_local("state", ir.I32)
    return ir.Get(ir.I32, f.state)


def read(f: FunctionBuilder, e: Expr) -> ir.Expr:
    """The value of a place."""
    match e:
        case LocalRead(local=local):
            here = ir.Get(f.lowering.machine(local.type), f.declare(local))
            if local in f.making:
                f.emit(store32(here, ir.Get(ir.I32, f.making[local][0]), LIST_LENGTH, ir.HEAD))
            return here
        case StateRead(field=field):
            return load_slot(field.type, state_block(f), slot_offset(field.index), ir.STATE)
        case CellRead(cell=cell):
            return f.lowering.load_cell(cell.name)
        case FieldRead(base=base, index=index):
            return load_slot(e.type, expressions.value(f, base), slot_offset(index), ir.FIELD)
        case ItemRead(base=base, index=item):
            with f.gather() as body:
                held, at = expressions.operands(f, (base, item))
                result = read_item(f, e, base.type, held, at)
            return expressions.do(body, result)
    raise AssertionError(e)


def read_item(f: FunctionBuilder, e: ItemRead, container: Type, held: ir.Expr, index: ir.Expr) -> ir.Expr:
    """``held[index]``."""
    if isinstance(container, ListType):
        return load_slot(e.type, list_slot(f, e, held, index), 0, ir.ITEM)
    if isinstance(container, DictType):
        return f.library("dict.at", held, index, types=(container.key, container.value), span=e.span)
    assert container in (STRING, BYTES), container
    return f.library(f"{container}.at", held, index, span=e.span)


def list_slot(f: FunctionBuilder, e: Expr, held: ir.Expr, index: ir.Expr) -> ir.Expr:
    """The address of a list's slot; faults outside the list."""
    items, at = f.stable(held), f.stable(index)
    length = op64("i64.extend_i32_u", load32(items, LIST_LENGTH, ir.HEAD))
    # as unsigned, a negative index is above every length
    f.fault_if(op32("i64.ge_u", at, length), "index_out_of_range", e.span, at, length)
    return op32("i32.add", load32(items, LIST_DATA, ir.HEAD), op32("i32.shl", op32("i32.wrap_i64", at), i32(3)))


# --- changing ---------------------------------------------------------------------------------


def prepare(f: FunctionBuilder, place: Expr) -> Path:
    """Evaluates the indexes on the way, from left to right."""
    match place:
        case LocalRead() | StateRead() | CellRead():
            return Path(place)
        case FieldRead(base=base) | Unwrap(value=base):
            return Path(place, prepare(f, base))
        case ItemRead(base=base, index=index):
            path = prepare(f, base)
            return Path(place, path, f.stable(expressions.value(f, index)))
    return Path(place, root=f.temp(expressions.kept(f, place)))


def current(f: FunctionBuilder, path: Path) -> ir.Expr:
    """The value there now, without owning anything; emits checks."""
    place = path.place
    if path.root is not None:
        return path.root
    if path.base is None:
        return read(f, place)
    base = current(f, path.base)
    match place:
        case FieldRead(index=index):
            return load_slot(place.type, base, slot_offset(index), ir.FIELD)
        case ItemRead():
            assert path.index is not None
            return read_item(f, place, path.base.place.type, base, path.index)
        case Unwrap():
            held = path.base.place.type
            assert isinstance(held, OptionalType)
            return unwrapped(held, base)
    raise AssertionError(place)


def own(f: FunctionBuilder, path: Path) -> ir.Expr:
    """The address of the object at a place, after making sure that nobody else holds it or what it is in."""
    place = path.place
    if isinstance(place, Unwrap):
        assert path.base is not None
        return own(f, path.base)  # an optional of an object is the object
    if path.root is not None:
        _own_local(f, place.type, path.root)
        return path.root
    if isinstance(place, LocalRead):
        held = ir.Get(ir.I32, f.declare(place.local))
        if place.local is not f.fixed:
            _own_local(f, place.type, held)
        return held
    where = slot(f, path)
    address = f.stable(where.address)
    held = f.temp(load_slot(place.type, address, where.offset, where.part))
    with f.gather() as copy:
        owned = f.lowering.derive.apply(f, "own", place.type, held, where.region, span=place.span)
        f.emit(store32(address, f.stable(owned), where.offset, where.part))
    _if_shared(f, place.type, held, copy)
    # read again: a loop that finds nothing shared then reads the place once
    return f.temp(load_slot(place.type, address, where.offset, where.part))


def _own_local(f: FunctionBuilder, t: Type, held: ir.Get) -> None:
    with f.gather() as copy:
        f.set(held.local, f.lowering.derive.apply(f, "own", t, held, i32(ARENA)))
    _if_shared(f, t, held, copy)


def _if_shared(f: FunctionBuilder, t: Type, held: ir.Get, copy: list[ir.Stmt]) -> None:
    if isinstance(t, TupleType):  # carries no mark: whoever changes a part copies it
        f.out.extend(copy)
    else:
        f.emit(ir.If(f.is_shared(held), tuple(copy)))


def slot(f: FunctionBuilder, path: Path) -> Slot:
    """Where the value of a place inside something else is stored, with what it is in owned."""
    place = path.place
    if isinstance(place, StateRead):
        return Slot(state_block(f), slot_offset(place.field.index), i32(HEAP), ir.STATE)
    assert path.base is not None, place
    holder = f.stable(own(f, path.base))
    region = load32(holder, REGION)
    match place:
        case FieldRead(index=index):
            return Slot(holder, slot_offset(index), region, ir.FIELD)
        case ItemRead(base=base):
            assert path.index is not None
            if isinstance(base.type, ListType):
                return Slot(f.stable(list_slot(f, place, holder, path.index)), 0, region, ir.ITEM)
            assert isinstance(base.type, DictType), base.type
            types = (base.type.key, base.type.value)
            found = f.library("dict.at_address", holder, path.index, types=types, span=place.span)
            return Slot(f.temp(found), 0, region, ir.ITEM)
    raise AssertionError(place)


def assign(f: FunctionBuilder, path: Path, value: ir.Expr) -> None:
    """``place = value``; the value is marked where an alias is kept."""
    place = path.place
    if isinstance(place, LocalRead):
        f.set(f.declare(place.local), value)
        return
    if isinstance(place, CellRead):
        f.emit(f.lowering.store_cell(place.cell.name, f.flat(value)))
        return
    if isinstance(place, ItemRead) and isinstance(place.base.type, DictType):
        held = f.stable(value)
        assert path.base is not None
        assert path.index is not None
        types = (place.base.type.key, place.base.type.value)
        owner = own(f, path.base)
        f.eval(f.library("dict.set", owner, path.index, held, types=types, span=place.span))
        return
    if isinstance(place, StateRead) and not is_reference(place.type):
        where = slot(f, path)
        f.emit(store_slot(place.type, where.address, f.flat(value), where.offset, where.part))
        return
    held = f.stable(value)
    where = slot(f, path)
    op = "replace" if is_unheld(f, place) else "put"
    f.lowering.derive.put(f, place.type, where.address, where.offset, where.region, held, op=op, part=where.part)


def is_unheld(f: FunctionBuilder, place: Expr) -> bool:
    """Whether a place is part of the state, and nobody in this body holds a part of what is there."""
    root = root_of(place)
    return isinstance(root, int) and f.held is not None and root not in f.held
