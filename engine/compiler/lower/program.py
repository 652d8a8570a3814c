"""From a checked program to a linked IR module and what it says about itself.

Everything that can be reached is lowered once: the library's exports, the turns, what the function table needs, and
what these call. User functions wait in a list; library functions are lowered as soon as somebody wants to know whether
they may fault. Functions come in the order in which they were first asked for, which depends on the program alone.

The function table begins with the handlers by id, then four functions for each actor type (release, encode and poke its
state; the fourth is the first again); other functions whose place is asked for follow.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from itertools import count
from typing import NamedTuple

from engine.base.source import Sources, Span
from engine.compiler.check.awaits import nodes_of, suspending
from engine.compiler.check.library import Library
from engine.compiler.check.supervision import is_told
from engine.compiler.check.tree import Actor, Function, FunctionRef, Handler, Local, Program, Stmt, Suspend, Turn
from engine.compiler.check.types import INT, UNIT, FnType, Type
from engine.compiler.ir import nodes as ir
from engine.compiler.ir.callgraph import recursive
from engine.compiler.lower import strings, suspensions, turns
from engine.compiler.lower.closures import Closures, Kind
from engine.compiler.lower.derive import Derive
from engine.compiler.lower.functions import FunctionBuilder
from engine.compiler.lower.layouts import CELL, FIRST_CELL, SLOT, TypeTable, is_number, slot_offset, value_type
from engine.compiler.lower.liveness import Liveness
from engine.compiler.lower.resumable import has_suspension
from engine.compiler.lower.sites import SiteTable
from engine.compiler.metadata import (
    ENCODED,
    ActorInfo,
    CellInfo,
    FieldInfo,
    FrameInfo,
    HandlerInfo,
    Metadata,
    PointInfo,
)

FAULT_FUNCTION = "fault.raise"


class _Waiting(NamedTuple):
    """A function that is reached and not lowered yet: its name in the IR, and the kinds of its function values."""

    name: str
    function: Function
    kinds: tuple[Kind | None, ...]


def lower(program: Program, library: Library, sources: Sources) -> tuple[ir.Module, Metadata]:
    """The module and metadata of a program without errors; ``sources`` are the texts that its spans point into."""
    lowering = Lowering(program, library, sources)
    table = lowering.reach()
    made = lowering.module(table), lowering.metadata()
    del lowering.derive, lowering.closures  # they know it too: without the circle all goes at once, uncollected
    return made


class Lowering:
    """What is known while one program is lowered."""

    def __init__(self, program: Program, library: Library, sources: Sources) -> None:
        self.program = program
        self.library = library
        self.declared = dict(program.types)
        self.actors: dict[str, Actor] = {actor.name: actor for actor in program.actors}
        self.handlers: dict[tuple[str, str], Handler] = {
            (turn.handler.actor, turn.handler.name): turn.handler
            for actor in program.actors
            for turn in actor.turns
            if turn.handler.kind == "message"
        }
        self._suspending = suspending(program.functions) if program.asked else frozenset()
        self.answers = self._number_answers(sum(len(actor.turns) for actor in program.actors))
        self.frames: list[FrameInfo] = []
        self.default_ids = {actor.name: number for number, actor in enumerate(self.default_actors(), 1)}
        self.sites = SiteTable(sources)
        self.types = TypeTable(self.declared)
        self.derive = Derive(self)
        self.closures = Closures(self)
        self._cells = {
            name: ir.CellInit(name, FIRST_CELL + CELL * number, value_type(cell.type), cell.value)
            for number, (name, cell) in enumerate(library.cells.items())
        }
        self._known: dict[FunctionRef, Function] = {}
        self._waiting_library: list[_Waiting] = []
        self._waiting_user: list[_Waiting] = []
        self._made: dict[str, ir.Function | None] = {}
        self._calls: dict[str, tuple[str, ...]] = {}
        self._faults: dict[str, bool] = {FAULT_FUNCTION: True}
        self._tell_site: set[str] = set()

    # --- awaiting -----------------------------------------------------------------------------

    def _number_answers(self, first: int) -> dict[tuple[str, str], int]:
        """The handlers of answers, by what they answer: one for each kind of message that is awaited somewhere."""
        asked = {self.handlers[ref.actor, ref.name].id: (ref.actor, ref.name) for ref in self.program.asked}
        return {asked[handler]: number for number, handler in enumerate(sorted(asked), first)}

    def is_suspending(self, ref: FunctionRef) -> bool:
        """Whether the turn may end in a function."""
        return ref in self._suspending

    def may_suspend(self, body: Sequence[Stmt]) -> bool:
        """Whether the turn may end in a body."""
        return bool(self.program.asked) and has_suspension(tuple(body), self.is_suspending)

    def add_frame(self, title: str, slots: Sequence[Local], body: Sequence[Stmt], live: Liveness) -> None:
        """Notes how the frames of a function are laid out, and where it can go on."""
        fields = tuple(
            FieldInfo(slot.name, self.types.index(slot.type), slot_offset(i)) for i, slot in enumerate(slots)
        )
        spans = {node.number: node.span for node in nodes_of(tuple(body)) if isinstance(node, Suspend)}
        points = (
            PointInfo(
                self.sites.number(spans[number], title),
                tuple(i for i, slot in enumerate(slots) if slot in live.saved[number]),
            )
            for number in sorted(spans)
        )
        self.frames.append(FrameInfo(title, fields, tuple(points)))

    # --- functions ----------------------------------------------------------------------------

    def function(self, ref: FunctionRef) -> Function:
        """A function of the program or the library, which is from now on reached."""
        return self.called(ref)[1]

    def called(self, ref: FunctionRef, kinds: tuple[Kind | None, ...] = ()) -> tuple[str, Function]:
        """A function and its name in the IR. ``kinds`` are those of the function values that it is given, where they
        are known: a function of the library has a version for each."""
        known = self._known.get(ref)
        if known is None:
            known = self._known[ref] = self.program.functions.get(ref) or self.library.instantiate(ref, self.declared)
        name = str(ref)
        if not known.is_library or not any(kinds):
            kinds = ()
        else:
            name += f"[{', '.join(kind.name if kind else '?' for kind in kinds)}]"
        if name not in self._made:
            self._made[name] = None
            if not known.is_library:
                self._tell_site.add(name)
            waiting = self._waiting_library if known.is_library else self._waiting_user
            waiting.append(_Waiting(name, known, kinds))
        return name, known

    def made(self, name: str, make: Callable[[], FunctionBuilder], span: Span | None = None) -> str:
        """A function that is no declared one, made at the first request; gives its name. ``span`` is where a function
        value is written."""
        if name not in self._made:
            self._made[name] = None
            f = make()
            in_program = span is not None and not f.is_library
            file = self.sites.file(span) if span is not None and in_program else ""
            self._finish(f, file=file, line=self.sites.line(span) if span else 0)
        return name

    def reserve(self, name: str) -> None:
        """A function that is made when everything else is known; until then it may do anything."""
        self._made[name] = None
        self._faults[name] = True
        self._tell_site.add(name)

    def is_made(self, name: str) -> bool:
        """Whether somebody asked for a function already."""
        return name in self._made

    def is_quiet(self, name: str) -> bool:
        """Whether a function of the program never says where in the source it is."""
        return self._made.get(name) is not None and name not in self._tell_site

    def may_fault(self, name: str) -> bool:
        """Whether a call of a library function may end in a fault."""
        known = self._faults.get(name)
        if known is None:
            self._drain(self._waiting_library)
            seen = {name: None}
            stack = [name]
            known = self._faults.get(name, False)
            while stack and not known:
                for callee in self._calls.get(stack.pop(), ()):
                    known = known or self._faults.get(callee, False)
                    if callee not in seen:
                        seen[callee] = None
                        stack.append(callee)
            known = known or self._has_recursion(seen)
            self._faults[name] = known
            if not known:
                self._faults.update(dict.fromkeys(seen, False))
        return known

    def _has_recursion(self, names: Collection[str]) -> bool:
        """Whether one of some functions that call nobody else can be nested without end, which is a fault too."""
        callees = {name: self._calls.get(name, ()) for name in names}
        return bool(recursive(callees))

    def reach(self) -> list[str]:
        """Lowers everything that is reached; gives the beginning of the function table."""
        self.function(FunctionRef(FAULT_FUNCTION))
        for ref in self.library.exports:
            self.function(ref)
        table = {turn.handler.id: self._turn(actor, turn) for actor in self.program.actors for turn in actor.turns}
        names = [table[number] for number in range(len(table))]
        names += self._answer_functions()
        for actor in self.program.actors:
            release = self._of_state(f"{actor.name}.release_state", actor, turns.release_state)
            encode = self._of_state(f"{actor.name}.encode_state", actor, turns.encode_state)
            poke = self._of_state(f"{actor.name}.poke_state", actor, turns.poke_state)
            names += [release, encode, poke, self._teller(actor)]
        self._drain_all()
        while self.closures.make_cases():
            self._drain_all()
        for f in self.closures.functions():
            self._finish(f)
        self._drain_all()
        self._number_recursive_functions()
        for actor in self.program.actors:
            told = _told(actor)
            if told is not None:
                self._of_state(self._teller(actor), actor, partial(turns.tell_of_failure, told))
        self._drain_all()
        return names

    def _number_recursive_functions(self) -> None:
        """Gives the functions of the program that may call themselves the sites that the recursion limit names
        (``ir/passes/depth.py``): tables of all sites are made before the passes run."""
        found = recursive(self._calls)
        for name in (name for name in self._calls if name in found):
            function = self._made[name]
            assert function is not None
            if function.file:
                self.sites.of_function(function.file, function.line, name)

    def _teller(self, actor: Actor) -> str:
        """The name of the function that tells an actor of a type that one it spawned has failed."""
        if _told(actor) is not None:
            return f"{actor.name}.tell_of_failure"
        return self.made(turns.TELL_NOBODY, lambda: turns.tell_nobody(self))

    def _drain_all(self) -> None:
        while self._waiting_library or self._waiting_user:
            self._drain(self._waiting_library)
            self._drain(self._waiting_user)

    def _answer_functions(self) -> list[str]:
        """What is called when an answer comes, for every kind of answer, and for a refusal."""
        if not self.answers:
            return []
        resume = "history.resume" if self.program.watched else "wait.resume"
        refs = [FunctionRef(resume)] * len(self.answers) + [FunctionRef("wait.resume_refused")]
        return [str(self.function(ref).ref) for ref in refs]

    def _drain(self, waiting: list[_Waiting]) -> None:
        while waiting:
            self._lower_function(*waiting.pop())

    def _lower_function(self, name: str, function: Function, kinds: tuple[Kind | None, ...]) -> None:
        f = FunctionBuilder(
            self,
            name,
            is_library=function.is_library,
            title=function.ref.name.removeprefix("program."),
            result=function.result,
        )
        for param in function.params:
            f.param(param.name, value_type(param.type))
            f.slots[param] = f.param_count - 1
            f.borrowed.add(param)
        functions = (param for param in function.params if isinstance(param.type, FnType))
        f.known = {param: kind for param, kind in zip(functions, kinds, strict=False) if kind is not None}
        f.fixed = function.params[0] if function.changes_first else None
        body: Sequence[Stmt] = function.body
        if not function.is_library:
            body = suspensions.begin(f, body, function.params, None)
            strings.look_at(f, body)
        suspensions.whole(f, body)
        line = 0 if function.is_library else self.sites.line(function.span)
        self._finish(f, exported=function.ref.name if function.exported else None, file=function.file, line=line)

    def _turn(self, actor: Actor, turn: Turn) -> str:
        name = turns.turn_name(turn.handler)
        if name in self._made:  # an actor may have several timers with one period
            name = f"{name}~{turn.handler.id}"
        title = f"{actor.name}.{turn.handler.name}"
        f = FunctionBuilder(self, name, is_library=False, title=title)
        self._made[name] = None
        turns.lower_turn(f, actor, turn)
        file, line = self.sites.file(turn.handler.span), self.sites.line(turn.handler.span)
        self._finish(f, file=file, line=line)
        if turn.handler.kind != "message" or (actor.name, turn.handler.name) not in self.answers:
            return name
        asked = FunctionBuilder(self, f"{name}?", is_library=True, title=title)
        self._made[asked.name] = None
        turns.lower_asked_turn(asked, turn, name)
        self._finish(asked, file=file, line=line)
        return asked.name

    def _of_state(self, name: str, actor: Actor, fill: Callable[[FunctionBuilder, Actor], None]) -> str:
        f = FunctionBuilder(self, name, is_library=True)
        self._made[name] = None
        fill(f, actor)
        self._finish(f)
        return name

    def _finish(self, f: FunctionBuilder, *, exported: str | None = None, file: str = "", line: int = 0) -> None:
        self._made[f.name] = f.finish(exported=exported, file=file, line=line)
        self._calls[f.name] = tuple(f.callees)
        if f.faults:
            self._faults[f.name] = True
        if not f.is_library and (f.tells_site or not self._tell_site.isdisjoint(f.callees)):
            self._tell_site.add(f.name)

    # --- cells, types, actors -----------------------------------------------------------------

    def machine(self, t: Type) -> ir.ValueType:
        """The IR type of a value."""
        return value_type(t)

    def cell(self, name: str) -> ir.CellInit:
        """A cell of the kernel."""
        return self._cells[name]

    def load_cell(self, name: str) -> ir.Load:
        """The value of a cell."""
        cell = self._cells[name]
        return ir.Load(cell.type, f"{cell.type}.load", ir.Const(ir.I32, cell.address))

    def store_cell(self, name: str, value: ir.Expr) -> ir.Store:
        """Gives a cell its value."""
        cell = self._cells[name]
        return ir.Store(f"{cell.type}.store", ir.Const(ir.I32, cell.address), value)

    def default_actors(self) -> list[Actor]:
        """The actor types with a default instance, in order of declaration; the first has the id 1."""
        return [actor for actor in self.program.actors if actor.has_default]

    # --- results ------------------------------------------------------------------------------

    def module(self, table: list[str]) -> ir.Module:
        """Everything reached, as a module."""
        refusal = sum(len(actor.turns) for actor in self.program.actors) + len(self.answers)
        counts = {
            "handler_count": refusal + bool(self.answers),
            "actor_type_count": len(self.program.actors),
            "refusal": refusal,
            "tick_microseconds": self.program.tick_us,
        }
        cells = tuple(
            ir.CellInit(cell.name, cell.address, cell.type, counts.get(cell.name, cell.value))
            for cell in self._cells.values()
        )
        functions = []
        for name, function in self._made.items():
            assert function is not None, f"{name} was never lowered"
            functions.append(function)
        return ir.Module(tuple(functions), tuple(table), tuple(self.sites.rows), cells)

    def metadata(self) -> Metadata:
        """What the program says about itself."""
        handlers = sorted(
            (turn.handler for actor in self.program.actors for turn in actor.turns), key=lambda handler: handler.id
        )
        infos = tuple(
            HandlerInfo(
                handler.actor,
                handler.name,
                handler.kind,
                self._param_infos(handler.params),
                self.sites.line(handler.span),
                self.sites.end_line(handler.span),
                self.sites.file(handler.span),
            )
            for handler in handlers
        )
        infos += self._answer_infos()
        actors = tuple(self._actor_info(actor) for actor in self.program.actors)
        cells = tuple(CellInfo(cell.name, cell.address, cell.type) for cell in self._cells.values())
        self.closures.describe()
        return Metadata(
            self.program.file,
            tuple(self.types.rows),
            actors,
            infos,
            tuple(self.sites.rows),
            cells,
            ir.FAULT_KINDS,
            tuple(self.frames),
            self.program.tick_us,
        )

    def _param_infos(self, params: Sequence[Local]) -> tuple[FieldInfo, ...]:
        """A handler's parameters, and where in the payload each is."""
        offsets = count(0, SLOT)
        return tuple(
            FieldInfo(param.name, self.types.index(param.type), next(offsets) if is_number(param.type) else ENCODED)
            for param in params
        )

    def _answer_infos(self) -> tuple[HandlerInfo, ...]:
        """The handlers of answers, and of refusals; their first argument is the turn that asked."""
        ticket = FieldInfo("turn", self.types.index(INT), 0)
        infos = []
        for actor, name in self.answers:
            asked = self.handlers[actor, name]
            offset = SLOT if is_number(asked.result) else ENCODED
            value = () if asked.result == UNIT else (FieldInfo("answer", self.types.index(asked.result), offset),)
            line, end_line = self.sites.line(asked.span), self.sites.end_line(asked.span)
            file = self.sites.file(asked.span)
            infos.append(HandlerInfo(actor, f"{name} answer", "answer", (ticket, *value), line, end_line, file))
        if infos:
            why = FieldInfo("why", self.types.index(INT), SLOT)
            infos.append(HandlerInfo("", "no answer", "refusal", (ticket, why), 0, 0, ""))
        return tuple(infos)

    def _actor_info(self, actor: Actor) -> ActorInfo:
        fields = tuple(
            FieldInfo(field.name, self.types.index(field.type), slot_offset(field.index), self.sites.line(field.span))
            for field in actor.fields
        )
        return ActorInfo(
            actor.name,
            actor.is_agent,
            actor.model,
            fields[: len(actor.params)],
            fields,
            tuple(turn.handler.id for turn in actor.turns),
            self.sites.line(actor.span),
            self.sites.file(actor.span),
        )


def _told(actor: Actor) -> Handler | None:
    """The handler ``on failed`` of an actor type."""
    return next((turn.handler for turn in actor.turns if is_told(turn.handler)), None)
