"""From the numbers of a machine to the words of an editor: names, messages, states, outputs, faults."""

from __future__ import annotations

from typing import Any

import msgpack
import numpy as np

from engine.base.errors import MachineError
from engine.base.events import OUTSIDE
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
    WaitingMessage,
)
from engine.vm.faults import FaultRecord, fault_kind, fault_site
from engine.vm.machine import Machine, Message
from engine.vm.plain import MemoryReader, Presenter, reference_text, unpack
from engine.vm.records import OUTPUT_FAULT, OUTPUT_STATE, OUTPUT_TIMELINE, OutputRecord

STATUS_NAMES = ("unused", "starting", "alive", "faulted", "stopped")
_OUTPUT_KINDS = ("text", "state", "timeline", "fault")


class Describer:
    """Knows a program's names and types."""

    def __init__(self, metadata: Metadata) -> None:
        self.metadata = metadata
        self._presenter = Presenter(metadata)
        self.handler_names = tuple(f"{handler.actor}.{handler.name}" for handler in metadata.handlers)

    # --- names ------------------------------------------------------------------------------------

    def actor_type_name(self, type_id: int) -> str:
        """``Counter``; ``main`` for the program itself."""
        return self.metadata.actors[type_id].name

    def actor_name(self, type_id: int, actor: int) -> str:
        """``Counter#3``; ``main`` for the program itself."""
        return reference_text(self.actor_type_name(type_id), actor)

    # --- messages ---------------------------------------------------------------------------------

    def arguments(self, handler: int, payload: bytes) -> tuple[tuple[str, Value], ...]:
        """A message's arguments by the names of the parameters."""
        params = self.metadata.handlers[handler].params
        values = unpack(self.metadata, params, payload)
        return tuple(
            (param.name, self._presenter.value(param.type, value)) for param, value in zip(params, values, strict=True)
        )

    def message_text(self, handler: int, payload: bytes) -> str:
        """``deposit(5)``; of a timer, which has no arguments, just ``every 10ms``."""
        info = self.metadata.handlers[handler]
        if info.kind == "timer":
            return info.name
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
        )

    # --- states -----------------------------------------------------------------------------------

    def fields(self, machine: Machine, record: np.void) -> tuple[FieldValue, ...]:
        """The fields of an actor's state; none before its start and after its end."""
        state = int(record["state"])
        if state == 0:
            return ()
        reader = MemoryReader(self.metadata, machine.memory)
        return tuple(
            FieldValue(field.name, self._presenter.value(field.type, reader.slot(field.type, state + field.offset)))
            for field in self.metadata.actors[int(record["type"])].fields
        )

    def actor(self, machine: Machine, actor: int, record: np.void) -> ActorState:
        """One actor as it is now."""
        type_id = int(record["type"])
        return ActorState(
            id=actor,
            type=self.actor_type_name(type_id),
            name=self.actor_name(type_id, actor),
            status=STATUS_NAMES[int(record["status"])],
            waiting=int(record["waiting"]),
            handled=int(record["seq"]),
            fields=self.fields(machine, record),
        )

    # --- outputs ----------------------------------------------------------------------------------

    def output(self, record: OutputRecord) -> Output:
        """Something rendered, or a fault."""
        head = (record.event, record.tick, record.actor, record.seq, _OUTPUT_KINDS[record.kind])
        if record.kind == OUTPUT_FAULT:
            fault = self.fault(record, record.fault())
            return Output(*head, text=fault.message, fault=fault)
        if record.kind == OUTPUT_STATE:
            rows = tuple((str(label), str(value)) for label, value in _unpacked(record.data))
            return Output(*head, text=record.text or ", ".join(f"{label}: {value}" for label, value in rows), rows=rows)
        if record.kind == OUTPUT_TIMELINE:
            lane = tuple(LaneMessage(*row) for row in _unpacked(record.data))
            text = record.text or ", ".join(f"{row.source} -> {row.target} at {row.tick}ms" for row in lane)
            return Output(*head, text=text, lane=lane)
        return Output(*head, text=record.text)

    def fault(self, record: OutputRecord, fault: FaultRecord) -> FaultInfo:
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
                line=handler.line,
                end_line=handler.end_line,
            )
            for number, handler in enumerate(metadata.handlers)
        ),
    )


def sender_text(sender: int) -> str:
    """How a sender is called where only its number is known."""
    return "outside" if sender == OUTSIDE else reference_text("any", sender)


def _unpacked(data: bytes) -> Any:
    try:
        return msgpack.unpackb(data, object_pairs_hook=list, strict_map_key=False)
    except (msgpack.UnpackException, ValueError) as error:
        raise MachineError(f"an output has contents that cannot be read: {error}") from error
