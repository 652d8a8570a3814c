"""What a compiled program says about itself, so that the host can show any moment of it without asking it.

It travels with the module: in memory, in the compile cache and in trace files (as msgpack of ``to_plain``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.compiler.ir.nodes import Site


@dataclass(frozen=True, slots=True)
class VariantInfo:
    """A variant of an enum: the types of what it carries, and their names, which are ``0``, ``1``, … where none were
    written."""

    name: str
    parts: tuple[int, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TypeInfo:
    """The layout of a type. ``kind``: int float bool string bytes duration unit actor list dict set tuple struct,
    optional, optional_word (a number: 0 for none, otherwise one more than what is in it), enum (one that is only the
    number of its variant), variant (an enum that carries something), function.

    ``parts`` are indexes into the program's types: item of a list or set; key and value of a dict; items of
    a tuple; inner of an optional; fields of a struct, whose names are ``names``. ``variants`` are those of an
    enum, or the kinds of values of a function type with what each captures; the numbers of these are ``names``.
    ``name`` is the text of the type (for an actor reference, the actor type's name).
    """

    kind: str
    name: str
    parts: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    variants: tuple[VariantInfo, ...] = ()

    @property
    def plain_name(self) -> str:
        """The name in the text of values: without type arguments and module."""
        return self.name.partition("<")[0].rpartition(".")[2]


ENCODED = -1


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A named value with its type's index.

    ``offset`` is in bytes: of a field of state in the state's block; of a handler's parameter in the message's payload,
    or ``ENCODED`` where it has no word of its own there but follows the words, encoded.
    """

    name: str
    type: int
    offset: int = 0
    line: int = 0


@dataclass(frozen=True, slots=True)
class HandlerInfo:
    """A kind of turn; its position is its id, the message type of traces. ``kind``: start, message, timer; behind
    them answer (``actor`` and ``name`` are those of what was asked) and, last, refusal, where something is awaited."""

    actor: str
    name: str
    kind: str
    params: tuple[FieldInfo, ...]
    line: int
    end_line: int
    file: str


@dataclass(frozen=True, slots=True)
class ActorInfo:
    """An actor type; its position is its id, and ``main`` is 0. ``fields`` begin with its ``params``."""

    name: str
    is_agent: bool
    model: str | None
    params: tuple[FieldInfo, ...]
    fields: tuple[FieldInfo, ...]
    handlers: tuple[int, ...]
    line: int
    file: str


@dataclass(frozen=True, slots=True)
class PointInfo:
    """A place where a function awaits: its site, and which variables of the frame are kept there."""

    site: int
    kept: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FrameInfo:
    """How a function that awaits is kept while it waits; its position is its number. ``fields`` are the variables that
    may be kept, in a block of slots, those without a name the compiler's own; ``points`` are the places where it can go
    on, the first of which has the number 1."""

    function: str
    fields: tuple[FieldInfo, ...]
    points: tuple[PointInfo, ...]


@dataclass(frozen=True, slots=True)
class CellInfo:
    """Where a kernel variable lives: ``type`` is i32, i64 or f64."""

    name: str
    address: int
    type: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """All of it. ``file`` is the file that is started; actors, handlers and sites carry their own files and lines."""

    file: str
    types: tuple[TypeInfo, ...]
    actors: tuple[ActorInfo, ...]
    handlers: tuple[HandlerInfo, ...]
    sites: tuple[Site, ...]
    cells: tuple[CellInfo, ...]
    fault_kinds: tuple[str, ...]
    frames: tuple[FrameInfo, ...] = ()
    tick_us: int = 1000

    def to_plain(self) -> dict[str, Any]:
        """The same as dicts, lists, strings and ints, for msgpack."""
        plain: dict[str, Any] = _plain(self)
        return plain

    @staticmethod
    def from_plain(plain: dict[str, Any]) -> Metadata:
        """The reverse of ``to_plain``. Raises KeyError or TypeError where ``plain`` does not come from there."""

        def fields(rows: Any) -> tuple[FieldInfo, ...]:
            return tuple(FieldInfo(**row) for row in rows)

        def variants(rows: Any) -> tuple[VariantInfo, ...]:
            return tuple(VariantInfo(row["name"], tuple(row["parts"]), tuple(row["names"])) for row in rows)

        return Metadata(
            file=plain["file"],
            types=tuple(
                TypeInfo(
                    row["kind"], row["name"], tuple(row["parts"]), tuple(row["names"]),
                    variants(row.get("variants", ())),  # traces of before there were enums have none
                )
                for row in plain["types"]
            ),
            actors=tuple(
                ActorInfo(
                    row["name"], row["is_agent"], row["model"], fields(row["params"]), fields(row["fields"]),
                    tuple(row["handlers"]), row["line"], row.get("file", plain["file"]),
                )
                for row in plain["actors"]
            ),
            handlers=tuple(
                HandlerInfo(
                    row["actor"], row["name"], row["kind"], fields(row["params"]), row["line"], row["end_line"],
                    row.get("file", plain["file"]),
                )
                for row in plain["handlers"]
            ),
            sites=tuple(Site(**row) for row in plain["sites"]),
            cells=tuple(CellInfo(**row) for row in plain["cells"]),
            fault_kinds=tuple(plain["fault_kinds"]),
            frames=tuple(
                FrameInfo(
                    row["function"],
                    fields(row["fields"]),
                    tuple(PointInfo(point["site"], tuple(point["kept"])) for point in row["points"]),
                )
                for row in plain.get("frames", ())
            ),
            tick_us=plain.get("tick_us", 1000),
        )  # fmt: skip


def _plain(value: Any) -> Any:
    """What ``dataclasses.asdict`` gives, which also copies what never changes and takes five times as long."""
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    names = getattr(type(value), "__dataclass_fields__", None)
    return value if names is None else {name: _plain(getattr(value, name)) for name in names}
