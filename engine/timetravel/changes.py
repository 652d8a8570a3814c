"""Changes of a fork: from what a person wrote to what the machine does, and to a line that says what was changed."""

from __future__ import annotations

import numpy as np

from engine.base.errors import ForkError
from engine.compiler.metadata import ActorInfo, HandlerInfo
from engine.timetravel.describe import STATUS_NAMES, Describer
from engine.timetravel.literals import Encoder
from engine.timetravel.views import Change, DropMessage, EditMessage, Inject, SetField
from engine.timetravel.written import read_arguments, read_message, read_value
from engine.vm.machine import Machine, Message
from engine.vm.plain import NOT_YET, reference_text, unpack

TICKET_BYTES = 8
"""An answer begins with the turn that asked, which stays as it is."""
_GONE = ("faulted", "stopped")


def apply_change(machine: Machine, describer: Describer, change: Change) -> str:
    """Makes a change at the moment where the machine stands; gives the line that describes it.

    Raises ForkError with a sentence where that cannot be done; then nothing has changed.
    """
    match change:
        case Inject(send):
            return _inject(machine, describer, send)
        case EditMessage(arguments):
            return _edit(machine, describer, arguments)
        case DropMessage():
            return _drop(machine, describer)
        case SetField():
            return _set(machine, describer, change)


def _inject(machine: Machine, describer: Describer, send: str) -> str:
    message = read_message(send, describer.metadata)
    type_id = _type_id(describer, message.actor)
    receiver = first_of_type(machine, type_id) if message.number is None else message.number
    record = None if receiver is None else machine.actor_record(receiver)
    written = message.actor if message.number is None else f"{message.actor}#{message.number}"
    if receiver is None or record is None:
        raise ForkError(f"there is no {written} at this moment; {_those_there(machine, describer, type_id)}")
    if int(record["type"]) != type_id:
        found = describer.actor_name(int(record["type"]), receiver)
        raise ForkError(f"there is no {written}: actor {receiver} is {found}")
    if STATUS_NAMES[int(record["status"])] in _GONE:
        raise ForkError(f"{written} has {STATUS_NAMES[int(record['status'])]} and takes no messages any more")
    handler, info = _handler(describer, type_id, message.name)
    title = f"{message.actor}.{message.name}"
    payload = _encoder(machine, describer).arguments(title, info.params, message.arguments)
    if not machine.inject(receiver, handler, payload):
        raise ForkError(f"{written} takes no messages at this moment")
    return f"{reference_text(message.actor, receiver)}.{describer.message_text(handler, payload)}"


def _edit(machine: Machine, describer: Describer, arguments: str) -> str:
    message = _next_message(machine)
    info = describer.metadata.handlers[message.handler]
    if info.kind != "message" and len(info.params) <= (info.kind == "answer"):
        event = f"{describer.handler_names[message.handler]} for {describer.name_in(machine, message.receiver)}"
        raise ForkError(f"the next event is {event}, which has no arguments to change")
    if info.kind == "refusal":
        raise ForkError("the next event says that no answer comes, which cannot be changed; drop it, or fork earlier")
    ticket = message.payload[:TICKET_BYTES] if info.kind == "answer" else b""
    params = info.params[1:] if ticket else info.params
    shown = ", ".join(value.quoted for _, value in describer.arguments(message.handler, message.payload))
    payload = message.payload
    if arguments.strip() not in (shown, f"({shown})"):  # what stays may be what nobody can write, such as a function
        old = unpack(describer.metadata, info.params, message.payload)[len(info.params) - len(params) :]
        written = read_arguments(arguments, describer.metadata)
        title = describer.handler_names[message.handler]
        payload = ticket + _encoder(machine, describer).arguments(title, params, written, old)
    before, after = (describer.message_text(message.handler, data) for data in (message.payload, payload))
    if not machine.replace_next(payload):
        raise ForkError("the next message cannot be changed")
    return f"{before} became {after}"


def _drop(machine: Machine, describer: Describer) -> str:
    message = _next_message(machine)
    title, without = _title(describer, message), describer.waiting(message).without
    if not machine.drop_next():
        raise ForkError("the next message cannot be dropped")
    return f"dropped {title}: {without}" if without else f"dropped {title}"


def _set(machine: Machine, describer: Describer, change: SetField) -> str:
    actor, field = change.actor, change.field
    record = machine.actor_record(actor)
    if record is None:
        raise ForkError(f"there is no actor {actor} at this moment; there are {len(machine.actors())}")
    info = describer.metadata.actors[int(record["type"])]
    name = describer.actor_name(int(record["type"]), actor)
    if change.actor_type not in ("", info.name):
        raise ForkError(f"there is no {change.actor_type}#{actor}: actor {actor} is {name}")
    if int(record["state"]) == 0 or STATUS_NAMES[int(record["status"])] in _GONE:
        raise ForkError(f"{name} is {STATUS_NAMES[int(record['status'])]} and has no state at this moment")
    index = _field_index(info, name, field)
    type_index = info.fields[index].type
    before = _field_text(machine, describer, actor, record, index)
    if change.value.strip() == before:  # also what nobody can write, such as a function or a list that was cut
        return f"{name}.{field}: {before} stays"
    old = describer.plain_fields(machine, record)[index]
    if old is NOT_YET:
        raise ForkError(f"{name}.{field} has no value yet at this moment")
    written = read_value(change.value, describer.metadata)
    encoded = _encoder(machine, describer).value(f"{name}.{field}", type_index, written, old)
    if not machine.poke(actor, index, encoded):
        raise ForkError(f"{name}.{field} cannot be changed at this moment")
    return f"{name}.{field}: {before} became {_field_text(machine, describer, actor, record, index)}"


def _field_text(machine: Machine, describer: Describer, actor: int, record: np.void, index: int) -> str:
    return describer.fields(machine, record)[index].value.quoted


def _field_index(info: ActorInfo, name: str, field: str) -> int:
    names = [row.name for row in info.fields]
    if field not in names:
        has = f"its fields are {', '.join(names)}" if names else "it has no fields"
        raise ForkError(f"{name} has no field {field}; {has}")
    return names.index(field)


def _next_message(machine: Machine) -> Message:
    message = machine.peek()
    if message is None:
        raise ForkError("no message is waiting at this moment: the run has come to its end")
    return message


def _title(describer: Describer, message: Message) -> str:
    """As recordings have it: views put the actor's name in place of its number."""
    return f"{describer.handler_names[message.handler]} for actor {message.receiver}"


def _type_id(describer: Describer, name: str) -> int:
    names = [actor.name for actor in describer.metadata.actors]
    if name in names[1:]:
        return names.index(name)
    known = ", ".join(names[1:])
    raise ForkError(
        f"there is no actor type {name}; " + (f"the program has {known}" if known else "the program has none")
    )


def _handler(describer: Describer, type_id: int, name: str) -> tuple[int, HandlerInfo]:
    metadata = describer.metadata
    handlers = [(number, metadata.handlers[number]) for number in metadata.actors[type_id].handlers]
    messages = [(number, handler) for number, handler in handlers if handler.kind == "message"]
    for number, handler in messages:
        if handler.name == name:
            return number, handler
    known = ", ".join(handler.name for _, handler in messages)
    actor = metadata.actors[type_id].name
    raise ForkError(f"{actor} has no message {name}; " + (f"it takes {known}" if known else "it takes none"))


def first_of_type(machine: Machine, type_id: int) -> int | None:
    """The first actor of a type: its default instance where it has one."""
    actors = machine.actors()
    ids = actors["id"][actors["type"] == type_id]
    return int(ids[0]) if len(ids) else None


def _encoder(machine: Machine, describer: Describer) -> Encoder:
    def by_name(name: str) -> int | None:
        return first_of_type(machine, _type_id(describer, name))

    def kind_of(actor: int) -> str | None:
        record = machine.actor_record(actor)
        return None if record is None else describer.actor_type_name(int(record["type"]))

    return Encoder(describer.metadata, by_name, kind_of)


def _those_there(machine: Machine, describer: Describer, type_id: int) -> str:
    actors = machine.actors()
    ids = [int(actor) for actor in actors["id"][actors["type"] == type_id][:8]]
    name = describer.actor_type_name(type_id)
    return "there are " + ", ".join(f"{name}#{i}" for i in ids) if ids else f"no {name} has been spawned yet"
