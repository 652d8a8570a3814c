"""From the numbers of a machine to the words of an editor: names, messages, states, outputs, faults."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgpack
import numpy as np

from engine.base.errors import MachineError
from engine.compiler.metadata import Metadata
from engine.timetravel.views import (
    ActorState,
    ActorTypeSummary,
    FaultInfo,
    FieldValue,
    HandlerSummary,
    LaneMessage,
    Output,
    Parameter,
    ProgramSummary,
    Value,
    Wait,
    WaitingFrame,
    WaitingMessage,
)
from engine.vm.faults import FaultRecord, fault_kind, fault_site
from engine.vm.machine import AWAITING, FAULTED, Machine, Message
from engine.vm.plain import NOT_YET, MemoryReader, Plain, Presenter, duration_text, reference_text, unpack
from engine.vm.records import OUTPUT_FAULT, OUTPUT_STATE, OUTPUT_TIMELINE, OutputRecord

STATUS_NAMES = ("unused", "starting", "alive", "faulted", "stopped", "awaiting")
_OUTPUT_KINDS = ("text", "state", "timeline", "fault")


ANSWERS = ("answer", "refusal")
"""Kinds of handlers whose messages begin with the turn that asked."""
ANSWER_SUFFIX = " answer"
REFUSED_OUTSIDE, REASON_OFFSET = 4, 16
"""A refusal of the outside, and where its reason stands behind two words."""
WITHOUT = {
    "start": "the actor never starts",
    "timer": "this timer ends, because only its own turn sets it again",
    "answer": "the actor that asked waits on",
    "refusal": "the actor that asked waits on",
}
"""What else is lost with a message of such a kind."""
_REFUSALS = {
    1: "the handler ended without answering",
    2: "the handler failed before it had answered",
    3: "the actor is gone",
}


class Describer:
    """Knows a program's names and types. ``kind_of`` gives the type's name of an actor, if there is such an actor."""

    def __init__(self, metadata: Metadata, kind_of: Callable[[int], str | None] = lambda actor: None) -> None:
        self.metadata = metadata
        self._presenter = Presenter(metadata, kind_of)
        self.handler_names = tuple(f"{handler.actor}.{handler.name}".lstrip(".") for handler in metadata.handlers)

    # --- names ------------------------------------------------------------------------------------

    def actor_type_name(self, type_id: int) -> str:
        """``Counter``; ``main`` for the program itself."""
        return self.metadata.actors[type_id].name

    def actor_name(self, type_id: int, actor: int) -> str:
        """``Counter#3``; ``main`` for the program itself."""
        return reference_text(self.actor_type_name(type_id), actor)

    def name_in(self, machine: Machine, actor: int) -> str:
        """``Counter#3`` by its number; ``actor 3`` where the machine has no such actor."""
        record = machine.actor_record(actor)
        return f"actor {actor}" if record is None else self.actor_name(int(record["type"]), actor)

    # --- messages ---------------------------------------------------------------------------------

    def arguments(self, handler: int, payload: bytes) -> tuple[tuple[str, Value], ...]:
        """A message's arguments by the names of the parameters."""
        info = self.metadata.handlers[handler]
        values = unpack(self.metadata, info.params, payload)
        given = list(zip(info.params, values, strict=True))
        shown = given[1:] if info.kind in ANSWERS else given  # the first says which turn asked
        return tuple((param.name, self._presenter.value(param.type, value)) for param, value in shown)

    def message_text(self, handler: int, payload: bytes) -> str:
        """``deposit(5)``; of a timer, which has no arguments, just ``every 10ms``."""
        info = self.metadata.handlers[handler]
        if info.kind == "timer":
            return info.name
        if info.kind == "refusal":
            why = unpack(self.metadata, info.params, payload)[1]
            if why == REFUSED_OUTSIDE:
                return f"{info.name}: {msgpack.unpackb(payload[REASON_OFFSET:])}"
            return f"{info.name}: {_REFUSALS.get(why, why)}"
        if info.kind == "answer":
            name = info.name.removesuffix(ANSWER_SUFFIX)
            given = [value.quoted for _, value in self.arguments(handler, payload)]
            return f"{name} -> {given[0]}" if given else f"{name} done"
        values = ", ".join(value.quoted for _, value in self.arguments(handler, payload))
        return f"{info.name}({values})"

    def waiting(self, message: Message) -> WaitingMessage:
        """A message in a mailbox."""
        return WaitingMessage(
            receiver=message.receiver,
            sender=message.sender,
            due=message.due,
            type=self.handler_names[message.handler],
            text=self.message_text(message.handler, message.payload),
            handler=message.handler,
            without=WITHOUT.get(self.metadata.handlers[message.handler].kind, ""),
        )

    # --- states -----------------------------------------------------------------------------------

    def fields(self, machine: Machine, record: np.void) -> tuple[FieldValue, ...]:
        """The fields of an actor's state; none before its start and after its end."""
        fields = self.metadata.actors[int(record["type"])].fields
        return tuple(
            FieldValue(field.name, self._presenter.value(field.type, plain))
            for field, plain in zip(fields, self.plain_fields(machine, record), strict=False)
        )

    def plain_fields(self, machine: Machine, record: np.void) -> tuple[Plain, ...]:
        """The values of an actor's fields; none before its start and after its end. What a turn that faulted has left
        is no state, but half of one."""
        state, kind = int(record["state"]), int(record["type"])
        if state == 0 or int(record["status"]) == FAULTED:
            return ()
        reader = MemoryReader(self.metadata, machine.memory)
        fields = self.metadata.actors[kind].fields
        known = machine.names_set if kind == 0 else len(fields)
        return tuple(
            reader.slot(field.type, state + field.offset) if i < known else NOT_YET for i, field in enumerate(fields)
        )

    def actor(self, machine: Machine, actor: int, record: np.void) -> ActorState:
        """One actor as it is now."""
        type_id = int(record["type"])
        return ActorState(
            id=actor,
            type=self.actor_type_name(type_id),
            name=self.actor_name(type_id, actor),
            status=STATUS_NAMES[int(record["status"])],
            waiting=(int(record["arrived"]) - int(record["seq"])) % 2**32,
            handled=int(record["seq"]),
            fields=self.fields(machine, record),
            wait=self.wait(machine, actor, record),
        )

    # --- waits ------------------------------------------------------------------------------------

    def waits(self, machine: Machine) -> tuple[Wait, ...]:
        """What the actors await that do so now, by their ids."""
        if not self.metadata.frames:
            return ()
        records = machine.actor_records()
        awaiting = np.flatnonzero(records["status"] == AWAITING)
        found = (self.wait(machine, int(actor), records[actor]) for actor in awaiting)
        return tuple(wait for wait in found if wait is not None)

    def unchecked(self, machine: Machine) -> int:
        """The line of the top level's expectations where they are still to be checked, else 0."""
        handler = machine.waits_for_rest
        return 0 if handler is None else self.metadata.handlers[handler].line

    def wait(self, machine: Machine, actor: int, record: np.void) -> Wait | None:
        """What an actor awaits, if it does."""
        found = machine.wait(record)
        if found is None:
            return None
        asked = self.metadata.handlers[found.answer]
        site = self.metadata.sites[found.site]
        return Wait(
            actor=actor,
            name=self.actor_name(int(record["type"]), actor),
            asked=found.asked,
            asked_name=reference_text(asked.actor, found.asked),
            message=asked.name.removesuffix(ANSWER_SUFFIX),
            line=site.line,
            column=site.column,
            held=len(found.held),
            frames=tuple(self._frame(machine, *frame) for frame in found.frames),
        )

    def _frame(self, machine: Machine, number: int, point: int, block: int) -> WaitingFrame:
        info = self.metadata.frames[number]
        place = info.points[point - 1]
        site = self.metadata.sites[place.site]
        reader = MemoryReader(self.metadata, machine.memory)
        kept = [info.fields[i] for i in place.kept if info.fields[i].name]
        fields = (
            FieldValue(field.name, self._presenter.value(field.type, reader.slot(field.type, block + field.offset)))
            for field in kept
        )
        return WaitingFrame(info.function, site.line, site.column, tuple(fields))

    # --- outputs ----------------------------------------------------------------------------------

    def output(self, record: OutputRecord, machine: Machine) -> Output:
        """Something rendered, or a fault, whose actor the machine knows."""
        head = (record.event, record.tick, record.actor, record.seq, _OUTPUT_KINDS[record.kind])
        if record.kind == OUTPUT_FAULT:
            fault = self.fault(record, record.fault(), machine)
            return Output(*head, text=fault.message, fault=fault)
        if record.kind == OUTPUT_STATE:
            rows = tuple((str(label), str(value)) for label, value in _unpacked(record.data))
            return Output(*head, text=record.text or ", ".join(f"{label}: {value}" for label, value in rows), rows=rows)
        if record.kind == OUTPUT_TIMELINE:
            lane = tuple(LaneMessage(*row) for row in _unpacked(record.data))
            text = record.text or ", ".join(
                f"{row.source} -> {row.target} at {duration_text(row.tick * self.metadata.tick_us)}" for row in lane
            )
            return Output(*head, text=text, lane=lane)
        return Output(*head, text=record.text)

    def fault(self, record: OutputRecord, fault: FaultRecord, machine: Machine) -> FaultInfo:
        """A fault with its place and its reason."""
        site = fault_site(self.metadata, fault)
        return FaultInfo(
            n=record.event,
            tick=record.tick,
            actor=record.actor,
            seq=record.seq,
            kind=fault_kind(self.metadata, fault),
            message=fault.message,
            file=site.file or self.metadata.file,
            line=site.line,
            column=site.column,
            function=site.function,
            actor_name=self.name_in(machine, record.actor),
        )


def changed_fields(before: tuple[FieldValue, ...], after: tuple[FieldValue, ...]) -> tuple[FieldValue, ...]:
    """``after``, where each field that is not as in ``before`` has its text before; a new field's was ``none``."""
    if not before:
        return after
    old = {field.name: field.value for field in before}
    return tuple(
        field if old.get(field.name) == field.value else FieldValue(field.name, field.value, old[field.name].quoted)
        for field in after
    )


def summary(metadata: Metadata) -> ProgramSummary:
    """What the program consists of."""

    def parameters(fields: Any) -> tuple[Parameter, ...]:
        return tuple(Parameter(field.name, metadata.types[field.type].name) for field in fields)

    return ProgramSummary(
        file=metadata.file,
        actor_types=tuple(
            ActorTypeSummary(
                id=number,
                name=actor.name,
                kind="main" if number == 0 else "agent" if actor.is_agent else "actor",
                file=actor.file,
                line=actor.line,
                fields=parameters(actor.fields),
            )
            for number, actor in enumerate(metadata.actors)
        ),
        handlers=tuple(
            HandlerSummary(
                id=number,
                actor=handler.actor,
                name=handler.name,
                kind=handler.kind,
                params=parameters(handler.params),
                file=handler.file,
                line=handler.line,
                end_line=handler.end_line,
            )
            for number, handler in enumerate(metadata.handlers)
        ),
    )


def _unpacked(data: bytes) -> Any:
    try:
        return msgpack.unpackb(data, object_pairs_hook=list, strict_map_key=False)
    except (msgpack.UnpackException, ValueError) as error:
        raise MachineError(f"an output has contents that cannot be read: {error}") from error
