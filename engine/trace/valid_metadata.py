"""The metadata of a trace file: what the module says about itself, checked before anything is done with it.

What is checked here becomes an index, an offset into an actor's memory or the address of a kernel's cell. Types may
refer to each other in circles, as a list of trees does, but a circle must pass through an object: an optional of itself
has no end.
"""

from __future__ import annotations

from engine.compiler.ir.nodes import Site
from engine.compiler.metadata import (
    ENCODED,
    ActorInfo,
    CellInfo,
    FieldInfo,
    FrameInfo,
    HandlerInfo,
    Metadata,
    PointInfo,
    TypeInfo,
    VariantInfo,
)
from engine.trace.fields import Fields
from engine.trace.limits import Nonsense

CELL_BYTES = 8
CELLS_START = 64
"""Where the kernel's cells begin: behind the bytes that other threads write to stop the code."""
CELLS_MAX = 2048
"""So many cells are always inside the first page of memory."""
LINE_MAX = 2**31 - 1
OFFSET_MAX = 2**20
"""No state of an actor and no message has so many bytes of words."""
TICK_US_MAX = 2**53

_PART_COUNTS = {
    "int": 0, "float": 0, "bool": 0, "string": 0, "bytes": 0, "duration": 0, "unit": 0, "actor": 0, "enum": 0,
    "list": 1, "set": 1, "optional": 1, "optional_word": 1, "dict": 2, "variant": 0, "function": 0,
}  # fmt: skip
"""How many other types a kind of type is made of; tuples and structs of any number."""
_ANY_COUNT = frozenset({"tuple", "struct"})
_OPTIONALS = frozenset({"optional", "optional_word"})
_WITH_VARIANTS = frozenset({"enum", "variant", "function"})
_HANDLER_KINDS = frozenset({"start", "message", "timer", "answer", "refusal"})
_CELL_TYPES = frozenset({"i32", "i64", "f64"})


def valid_metadata(plain: object) -> Metadata:
    """The metadata that plain msgpack data stands for. Raises Nonsense with the reason where it cannot be any."""
    whole = Fields(plain, "the program's description")
    file = whole.text("file")
    types = _types(whole)
    actor_count, handler_count = len(whole.rows("actors")), len(whole.rows("handlers"))
    sites = tuple(_site(row) for row in whole.parts("sites", "a place in the source"))
    if not actor_count or not handler_count:
        raise Nonsense("the program's description has no actors")
    return Metadata(
        file=file,
        types=types,
        actors=tuple(_actor(row, types, handler_count) for row in whole.parts("actors", "an actor type")),
        handlers=tuple(_handler(row, types) for row in whole.parts("handlers", "a handler")),
        sites=sites,
        cells=_cells(whole),
        fault_kinds=whole.texts("fault_kinds"),
        frames=tuple(_frame(row, types, len(sites)) for row in whole.parts("frames", "a frame")),
        tick_us=whole.whole("tick_us", 1, TICK_US_MAX),
    )


def _types(whole: Fields) -> tuple[TypeInfo, ...]:
    count = len(whole.rows("types"))
    types = tuple(_type(row, count) for row in whole.parts("types", "a type"))
    for start in types:
        info, steps = start, 0
        while info.kind in _OPTIONALS:
            info, steps = types[info.parts[0]], steps + 1
            if steps > count:
                raise Nonsense(f"the type {start.name} is an optional of itself")
    return types


def _type(row: Fields, count: int) -> TypeInfo:
    kind, parts = row.text("kind"), row.wholes("parts", count)
    names = row.texts("names")
    variants = tuple(_variant(part, count) for part in row.parts("variants", "a variant"))
    if kind not in _PART_COUNTS and kind not in _ANY_COUNT:
        raise Nonsense(f"there is no kind of type called {kind[:50]!r}")
    if kind not in _ANY_COUNT and len(parts) != _PART_COUNTS[kind]:
        raise Nonsense(f"a type of kind {kind} is not made of {len(parts)} others")
    if kind == "struct" and len(names) != len(parts):
        raise Nonsense("a struct has not as many names as fields")
    if bool(variants) and kind not in _WITH_VARIANTS:
        raise Nonsense(f"a type of kind {kind} has no variants")
    if kind == "function" and len(names) != len(variants):
        raise Nonsense("a type of functions has not as many numbers as kinds")
    return TypeInfo(kind, row.text("name"), parts, names, variants)


def _variant(row: Fields, count: int) -> VariantInfo:
    info = VariantInfo(row.text("name"), row.wholes("parts", count), row.texts("names"))
    if len(info.parts) != len(info.names):
        raise Nonsense("a variant has not as many names as parts")
    return info


def _fields(row: Fields, name: str, types: tuple[TypeInfo, ...]) -> tuple[FieldInfo, ...]:
    return tuple(_field(part, types) for part in row.parts(name, "a field"))


def _field(row: Fields, types: tuple[TypeInfo, ...]) -> FieldInfo:
    offset = row.whole("offset", ENCODED, OFFSET_MAX)
    if offset != ENCODED and offset % CELL_BYTES:
        raise Nonsense("the offset of a field is no multiple of 8")
    return FieldInfo(row.text("name"), row.whole("type", 0, len(types) - 1), offset, row.whole("line", 0, LINE_MAX))


def _actor(row: Fields, types: tuple[TypeInfo, ...], handler_count: int) -> ActorInfo:
    info = ActorInfo(
        name=row.text("name"),
        is_agent=row.flag("is_agent"),
        model=row.optional_text("model"),
        params=_fields(row, "params", types),
        fields=_fields(row, "fields", types),
        handlers=row.wholes("handlers", handler_count),
        line=row.whole("line", 0, LINE_MAX),
        file=row.text("file"),
    )
    if any(field.offset == ENCODED for field in info.fields):
        raise Nonsense("a field of an actor's state has no place")
    return info


def _handler(row: Fields, types: tuple[TypeInfo, ...]) -> HandlerInfo:
    info = HandlerInfo(
        actor=row.text("actor"),
        name=row.text("name"),
        kind=row.text("kind"),
        params=_fields(row, "params", types),
        line=row.whole("line", 0, LINE_MAX),
        end_line=row.whole("end_line", 0, LINE_MAX),
        file=row.text("file"),
    )
    if info.kind not in _HANDLER_KINDS:
        raise Nonsense(f"there is no kind of handler called {info.kind[:50]!r}")
    words = sum(CELL_BYTES for param in info.params if param.offset != ENCODED)
    if any(param.offset >= words for param in info.params):
        raise Nonsense("a parameter lies outside its message")
    return info


def _site(row: Fields) -> Site:
    return Site(
        file=row.text("file"),
        line=row.whole("line", 0, LINE_MAX),
        column=row.whole("column", 0, LINE_MAX),
        function=row.text("function"),
        text=row.text("text"),
    )


def _cells(whole: Fields) -> tuple[CellInfo, ...]:
    """The kernel's cells: words of 8 bytes, one behind the other, without a gap. Other threads write some of them
    through their addresses."""
    cells = tuple(
        CellInfo(row.text("name"), row.whole("address", CELLS_START), row.text("type"))
        for row in whole.parts("cells", "a cell")
    )
    end = CELLS_START + CELL_BYTES * len(cells)
    if len(cells) > CELLS_MAX or sorted(cell.address for cell in cells) != list(range(CELLS_START, end, CELL_BYTES)):
        raise Nonsense("the cells of the program are not where cells are")
    if len({cell.name for cell in cells}) != len(cells):
        raise Nonsense("two cells of the program have one name")
    if any(cell.type not in _CELL_TYPES for cell in cells):
        raise Nonsense("a cell of the program holds what no cell holds")
    return cells


def _frame(row: Fields, types: tuple[TypeInfo, ...], site_count: int) -> FrameInfo:
    fields = _fields(row, "fields", types)
    points = tuple(
        PointInfo(point.whole("site", 0, site_count - 1), point.wholes("kept", len(fields)))
        for point in row.parts("points", "a place that awaits")
    )
    if any(field.offset == ENCODED for field in fields):
        raise Nonsense("a variable of a frame has no place")
    return FrameInfo(row.text("function"), fields, points)
