"""One running program: a store, an instance, and views of its memory.

The scheduler is inside the module, so the host only asks for *slices* ("run up to tick T or event N") and then reads
what happened out of memory in bulk. Everything that a run is made of is in that memory: copying two ranges of it
takes a *picture*, writing them back returns to it.

    cells                 the kernel's variables             in the picture
    static data           the program's string literals      never change
    host buffers          log, outputs, marks, input         drained by the host
    [heap_base, heap_end) actors, mailboxes, arenas, heap    in the picture

A machine belongs to one thread at a time. Only its ``StopSignal`` may be used from others. When it stops running code
in the middle of a turn, memory is half way and the machine is *unusable* until a picture is written back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import wasmtime

from engine.base.errors import Interrupted, MachineError
from engine.base.events import ACTOR_DTYPE, EVENT_DTYPE, MARK_DTYPE, Status
from engine.vm.calls import CallError
from engine.vm.engine import foreign_engine
from engine.vm.instances import Bytes, instance_of, keep_after
from engine.vm.pictures import OwnCells
from engine.vm.program import Program
from engine.vm.stopping import StopArea, StopSignal

ACTOR_RECORD = np.dtype(
    [
        ("type", "<u4"),
        ("status", "<u4"),
        ("state", "<u4"),
        ("mail_head", "<u4"),
        ("mail_tail", "<u4"),
        ("arrived", "<u4"),
        ("seq", "<u4"),
        ("random", "<u4"),
        ("parent", "<u4"),
        ("parent_seq", "<u4"),
        ("spawn_tick", "<i8"),
        ("heap_bytes", "<u4"),
        ("timers", "<u4"),
        ("wait", "<u4"),
        ("watch", "<u4"),
    ]
)
"""An actor as the kernel keeps it, 64 bytes."""

FAULTED, AWAITING = 3, 5
"""The status of an actor that awaits an answer."""

FRAMES_MAX = 1_000_000
"""More functions of one actor than could wait at once."""
ACTORS_PER_CHUNK = 1024
_RECORD_WORDS = ACTOR_RECORD.itemsize // 4
_ACTOR_WORDS = (None, 0, 1, 5, 6, 8)
"""Which word of a record is which column of ``ACTOR_DTYPE``; the first column is the id. What has arrived and was not
handled is waiting."""

MESSAGE_RECORD = np.dtype(
    [
        ("next", "<u4"),
        ("receiver", "<u4"),
        ("handler", "<u2"),
        ("flags", "<u2"),
        ("length", "<u4"),
        ("sender", "<u4"),
        ("sender_seq", "<u4"),
        ("due", "<i8"),
    ]
)
"""A message as the kernel keeps it, 32 bytes; its payload lies behind it."""

LOG_NOTHING, LOG_EVENTS, LOG_PAYLOADS = 0, 1, 2
"""How much the kernel writes down of every turn."""

EVENTS_MAX = 2**63 - 1
_RUN_OUTCOMES = {0: Status.FINISHED, 1: Status.AT_LIMIT, 2: Status.AT_LIMIT}
_RUN_DRAIN, _RUN_OUTSIDE = 3, 4
_BUFFER_COUNTERS = ("log_used", "log_payload_used", "output_used", "mark_count")
_NO_EVENTS, _NO_MARKS, _NO_BYTES = np.empty(0, EVENT_DTYPE), np.empty(0, MARK_DTYPE), np.empty(0, np.uint8)
_HOST_CELLS = (
    "tick", "events", "actor_count", "actor_directory", "logging",
    "log_used", "log_address", "log_payload_used", "log_payload_address", "output_used", "output_address",
    "mark_count", "mark_address", "heap_base", "heap_end", "static_end", "fault_kind",
    "input_address", "input_capacity", "outside_first", "answered", "dead_letters", "now_at", "now_end",
    "log_full", "look_up_at", "idle_handler", "turn_message", "checking", "names_set",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Batch:
    """What the kernel wrote down since the last time: views of its buffers, valid until the machine moves."""

    first: int
    """The number of the first event of ``events``."""
    events: npt.NDArray[np.void]
    payloads: Bytes
    outputs: Bytes
    marks: npt.NDArray[np.void]


Sink = Callable[[Batch], None]
"""Takes what was written down; must copy what it keeps."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message record with a copy of its payload."""

    receiver: int
    handler: int
    sender: int
    sender_seq: int
    flags: int
    due: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class WaitRecord:
    """What the kernel keeps of an actor that awaits: whom it asked, the handler of the answer, the site; the frames of
    the functions that will go on, each with its number, point and block; the messages that came meanwhile."""

    asked: int
    answer: int
    site: int
    frames: tuple[tuple[int, int, int], ...]
    held: tuple[Message, ...]


class Machine:
    """A program that runs. Starts at its beginning, before the first event."""

    def __init__(self, program: Program, seed: int, signal: StopSignal | None = None) -> None:
        self.signal = signal or StopSignal()
        self._cells = {cell.name: cell.address for cell in program.metadata.cells}
        self._cells_end = max(self._cells.values()) + 8
        missing = [name for name in _HOST_CELLS if name not in self._cells]
        if missing:
            raise MachineError(f"this program was compiled for another machine: it has no cell {', '.join(missing)}")
        self._instance = instance_of(program)
        self._exports = self._instance.exports
        self._size = 0
        self._refresh()
        self._foreign = program.foreign
        self._stop_area = StopArea(
            self._instance.store,
            (self._instance.address, self._instance.size),
            self._cells["log_full"],
            self._cells["look_up_at"],
            foreign_engine() if program.foreign else None,
        )
        keep_after(self._stop_area, self._instance)
        self.signal.attach(self._stop_area)
        self._unusable = False
        self.outside: Callable[[Machine], bool] = lambda machine: False
        """Called when the run stands still for the outside: answers all requests, or says that it cannot yet."""
        self._run = self._exports["run"]
        self._logging = LOG_NOTHING
        self.memory_is_foreign = program.foreign
        """Whether it may hold what no run of ours puts there, because it comes out of a trace file."""
        self._call("boot", _signed(seed))
        self._own_cells = OwnCells(self._cells, self.memory[: self._cells_end].tobytes())

    # --- cells ------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        """Looks at memory again after it may have grown."""
        size = self._instance.size
        if size == self._size:
            return
        self._size = size
        self.memory: Bytes = self._instance.view()
        self._words = self.memory.view("<u4")
        self._longs = self.memory.view("<i8")

    def _get(self, name: str) -> int:
        return int(self._words[self._cells[name] >> 2])

    def _set(self, name: str, value: int) -> None:
        self._words[self._cells[name] >> 2] = value

    def _get_long(self, name: str) -> int:
        return int(self._longs[self._cells[name] >> 3])

    @property
    def events(self) -> int:
        """How many events were handled since the start."""
        return self._get_long("events")

    @property
    def tick(self) -> int:
        """The tick that the run stands in."""
        return self._get_long("tick")

    @property
    def execution_hash(self) -> int:
        """The running hash over all deliveries and outputs, as an unsigned number of 64 bits."""
        return int(self._ask("execution_hash")) & (2**64 - 1)

    @property
    def open_tick(self) -> int | None:
        """The tick that the run stands in the middle of, or None between two ticks."""
        return self.tick if self._get("now_at") != self._get("now_end") else None

    @property
    def heap_bytes(self) -> int:
        """How large the heap is, free places in it included."""
        return self._get("heap_end") - self._get("heap_base")

    @property
    def logging(self) -> int:
        """How much is written down."""
        return self._logging

    @logging.setter
    def logging(self, level: int) -> None:
        self._logging = level
        self._set("logging", level)

    # --- running ----------------------------------------------------------------------------------

    def run(
        self,
        until_tick: int | None,
        until_event: int,
        sink: Sink | None = None,
        pause: Callable[[], bool] = lambda: False,
    ) -> Status:
        """Handles events up to the end of ``until_tick`` and up to event number ``until_event`` (not included).

        Turns that fault are rolled back and the run goes on. What was written down goes to ``sink``, in pieces; without
        one it is dropped. Gives FINISHED, AT_LIMIT, RUNNING if ``pause``, asked whenever the code comes up for air,
        says so, or INTERRUPTED: then the machine is unusable if it was in the middle of something (see ``usable``).
        """
        self._must_be_usable()
        last_tick = EVENTS_MAX if until_tick is None else until_tick
        while True:
            self._let_run()
            if self.signal.requested:
                self.drain(sink)
                return Status.INTERRUPTED
            try:
                outcome = self._run(last_tick, until_event)
            except CallError as error:
                self._refresh()
                if self._is_stop(error):
                    self._unusable = True
                    return Status.INTERRUPTED
                self._recover(error)
                continue
            self._refresh()
            self.drain(sink)
            if outcome == _RUN_OUTSIDE:
                if not self.outside(self):
                    return Status.RUNNING
            elif outcome in _RUN_OUTCOMES:
                return _RUN_OUTCOMES[outcome]
            elif outcome != _RUN_DRAIN:
                raise MachineError(f"the program ended its run in a way that there is not: {outcome}")
            if pause():
                return Status.RUNNING

    def _recover(self, error: CallError) -> None:
        """Rolls back the turn that faulted; anything but a fault of the program is a mistake of the engine."""
        if error.code is not wasmtime.TrapCode.UNREACHABLE or self._get("fault_kind") == 0:
            self._unusable = True
            raise MachineError(f"the engine stopped at event {self.events}: {error}")
        if self._get("turn_message") == 0 and self._get("checking") == 0:
            self._unusable = True
            raise MachineError(
                f"the memory is used up: at event {self.events:,}, between two turns, no room was left for messages "
                "that wait or for what is written down"
            )
        self._ask("recover")

    def _let_run(self) -> None:
        """Makes a foreign module ready to run. Requests to stop that come from now on are heard."""
        if self._foreign:
            self._instance.let_run()

    def _call(self, name: str, *arguments: int) -> Any:
        """Calls an export that ends by itself."""
        self._must_be_usable()
        self._let_run()
        if name != "recover":
            self._set("fault_kind", 0)
        try:
            return self._exports[name](*arguments)
        except CallError as error:
            self._unusable = True
            if self._is_stop(error) or (name == "recover" and self.signal.requested):
                raise Interrupted("the work was stopped") from error
            raise MachineError(f"the engine stopped in {name} at event {self.events}: {error}") from error
        finally:
            self._refresh()

    def _ask(self, name: str) -> Any:
        """Calls an export that takes a moment only. Requests to stop wait for it; only a module from elsewhere may take
        its time, and is stopped."""
        if self._foreign:
            return self._call(name)
        with self.signal.undisturbed(self._stop_area, may_stop=self.memory_is_foreign):
            return self._call(name)

    def _is_stop(self, error: CallError) -> bool:
        """Whether code trapped because it was asked to stop, and not for a fault of its own."""
        if error.code is wasmtime.TrapCode.INTERRUPT:
            return True
        is_trap = error.code is wasmtime.TrapCode.UNREACHABLE
        return self.signal.requested and is_trap and self._get("fault_kind") == 0

    @property
    def usable(self) -> bool:
        """Whether memory is at the end of a whole turn."""
        return not self._unusable

    def _must_be_usable(self) -> None:
        if self._unusable:
            raise MachineError("the machine stopped in the middle of a turn; a picture must be restored first")

    def drain(self, sink: Sink | None = None) -> None:
        """Hands what was written down to ``sink`` and empties the buffers."""
        counts = [self._get(name) for name in _BUFFER_COUNTERS]
        if not any(counts):
            return
        if sink is not None:
            rows, payloads, outputs, marks = counts
            log = rows // EVENT_DTYPE.itemsize
            sink(
                Batch(
                    first=self.events - log,
                    events=self._rows("log_address", log, EVENT_DTYPE) if log else _NO_EVENTS,
                    payloads=self._buffer("log_payload_address", payloads) if payloads else _NO_BYTES,
                    outputs=self._buffer("output_address", outputs) if outputs else _NO_BYTES,
                    marks=self._rows("mark_address", marks, MARK_DTYPE) if marks else _NO_MARKS,
                )
            )
        for name in _BUFFER_COUNTERS:
            self._set(name, 0)

    def _buffer(self, cell: str, length: int) -> Bytes:
        address = self._get(cell)
        return self.memory[address : address + length]

    def _rows(self, cell: str, count: int, dtype: np.dtype[np.void]) -> npt.NDArray[np.void]:
        return self._buffer(cell, count * dtype.itemsize).view(dtype)

    # --- pictures ---------------------------------------------------------------------------------

    def picture(self) -> tuple[bytes, Bytes]:
        """What the run is made of: a copy of the kernel's cells, and the heap as a view that is valid until the machine
        moves. What was written down must have been drained."""
        self._must_be_usable()
        assert not any(self._get(name) for name in _BUFFER_COUNTERS)
        heap = slice(self._get("heap_base"), self._get("heap_end"))
        return self.memory[: self._cells_end].tobytes(), self.memory[heap]

    def restore(self, cells: bytes, heap_length: int, write: Callable[[Bytes], None]) -> None:
        """Returns to a picture: ``write`` fills the heap, which gets ``heap_length`` bytes."""
        if len(cells) != self._cells_end:
            raise MachineError("the picture belongs to another program")
        self._own_cells.check(cells)
        base = self._get("heap_base")
        needed = base + heap_length
        if needed > self._size:
            self._instance.grow(needed - self._size)
            self._refresh()
        self._unusable = True
        self.memory[: self._cells_end] = np.frombuffer(cells, np.uint8)
        if (self._get("heap_base"), self.heap_bytes) != (base, heap_length):
            raise MachineError("the picture says something else of its heap than it holds")
        write(self.memory[base:needed])
        self.signal.renew(self._stop_area)
        self._unusable = False
        self._set("logging", self._logging)

    def digest(self) -> int:
        """A hash over all actors' states, as an unsigned number of 64 bits."""
        return int(self._call("digest")) & (2**64 - 1)

    # --- looking ----------------------------------------------------------------------------------

    def actor_records(self) -> npt.NDArray[np.void]:
        """A copy of all actor records (``ACTOR_RECORD``); the position is the actor's id."""
        words = np.empty((self._actor_count(), _RECORD_WORDS), np.uint32)
        for start, chunk in self._actor_chunks():
            words[start : start + len(chunk)] = chunk
        return words.reshape(-1).view(ACTOR_RECORD)

    def _actor_count(self) -> int:
        """How many actors there are. Raises MachineError where memory has no room for so many records."""
        count = self._get("actor_count")
        if count * ACTOR_RECORD.itemsize > self._size:
            raise MachineError(f"the program says that it has {count:,} actors, which its memory cannot hold")
        return count

    def _actor_chunks(self) -> Iterator[tuple[int, npt.NDArray[np.uint32]]]:
        """The records in the pieces in which they lie in memory, as words; each with the id of its first."""
        count = self._actor_count()
        directory = self._get("actor_directory") >> 2
        for chunk, start in enumerate(range(0, count, ACTORS_PER_CHUNK)):
            stop = min(count, start + ACTORS_PER_CHUNK)
            address = int(self._words[directory + chunk]) >> 2
            yield start, self._words[address : address + (stop - start) * _RECORD_WORDS].reshape(-1, _RECORD_WORDS)

    def actor_record(self, actor: int) -> np.void | None:
        """The record of one actor, or None if there is none with that id."""
        if not 0 <= actor < self._get("actor_count"):
            return None
        chunk, position = divmod(actor, ACTORS_PER_CHUNK)
        address = int(self._words[(self._get("actor_directory") >> 2) + chunk]) + position * ACTOR_RECORD.itemsize
        record: np.void = self.memory[address : address + ACTOR_RECORD.itemsize].view(ACTOR_RECORD)[0].copy()
        return record if record["status"] else None

    def actors(self) -> npt.NDArray[np.void]:
        """All actors that ever were (``ACTOR_DTYPE``), by id."""
        words = np.empty((self._actor_count(), len(_ACTOR_WORDS)), np.uint32)
        for start, chunk in self._actor_chunks():  # a piece at a time, which stays in the cache
            rows = words[start : start + len(chunk)]
            for column, word in enumerate(_ACTOR_WORDS):
                rows[:, column] = np.arange(start, start + len(chunk)) if word is None else chunk[:, word]
            rows[:, 3] -= rows[:, 4]
        return words.reshape(-1).view(ACTOR_DTYPE)

    def message_at(self, address: int) -> tuple[Message, int]:
        """The message record at an address, and the address of the next in its mailbox (0 at the end)."""
        record = self.memory[address : address + MESSAGE_RECORD.itemsize].view(MESSAGE_RECORD)[0]
        start, length = address + MESSAGE_RECORD.itemsize, int(record["length"])
        message = Message(
            receiver=int(record["receiver"]),
            handler=int(record["handler"]),
            sender=int(record["sender"]),
            sender_seq=int(record["sender_seq"]),
            flags=int(record["flags"]),
            due=int(record["due"]),
            payload=self.memory[start : start + length].tobytes(),
        )
        return message, int(record["next"])

    def peek(self) -> Message | None:
        """The message of the next event, or None if nothing is left to do."""
        address = int(self._ask("peek")) & 0xFFFFFFFF
        return self.message_at(address)[0] if address else None

    def mailbox(self, actor: int) -> tuple[Message, ...]:
        """The messages that an actor has received and not handled yet, in their order."""
        record = self.actor_record(actor)
        if record is None:
            return ()
        wait = self.wait(record)
        return (*(wait.held if wait else ()), *self._chain(int(record["mail_head"])))

    def _chain(self, address: int) -> tuple[Message, ...]:
        messages = []
        seen: set[int] = set()
        while address:
            if address in seen:
                raise MachineError("the messages in a mailbox follow each other in a circle")
            seen.add(address)
            message, address = self.message_at(address)
            messages.append(message)
        return tuple(messages)

    def wait(self, record: np.void) -> WaitRecord | None:
        """What the actor with that record awaits, if it does."""
        if int(record["status"]) != AWAITING:
            return None
        wait = self._words[int(record["wait"]) >> 2 :][:12]
        frames: list[tuple[int, int, int]] = []
        frame = int(wait[2])
        while frame:
            if len(frames) > FRAMES_MAX:
                raise MachineError("the functions that wait call each other in a circle")
            inner, point, block, _, _, number = (int(word) for word in self._words[frame >> 2 :][:6])
            frames.append((number, point, block))
            frame = inner
        return WaitRecord(int(wait[6]), int(wait[7]), int(wait[9]), tuple(frames), self._chain(int(wait[0])))

    @property
    def names_set(self) -> int:
        """How many names of the top level have got their values, in the order of their lines."""
        return self._get("names_set")

    @property
    def waits_for_rest(self) -> int | None:
        """The handler of ``main`` that goes on when nothing else is left to do, where there is one."""
        return self._get("idle_handler") - 1 if self._get("idle_handler") else None

    # --- the outside ------------------------------------------------------------------------------

    @property
    def dead_letters(self) -> int:
        """How many messages came to actors that had ended."""
        return self._get_long("dead_letters")

    @property
    def answered(self) -> int:
        """How many requests to the outside were answered since the start."""
        return self._get_long("answered")

    @property
    def is_asking(self) -> bool:
        """Whether a request to the outside has no answer yet."""
        return self._get("outside_first") != 0

    def requests(self) -> tuple[Message, ...]:
        """The requests without an answer, in the order in which they want theirs."""
        return self._chain(self._get("outside_first"))

    def reply(self, handler: int, payload: bytes) -> None:
        """Answers the first request; the message arrives in the next tick. The payload lacks the ticket."""
        self._call("open_input", len(payload))
        if not self._call("reply", handler, self._input(payload)):
            raise MachineError("an answer came that nobody has asked for")

    # --- changing ---------------------------------------------------------------------------------

    def inject(self, receiver: int, handler: int, payload: bytes) -> bool:
        """A message from outside, due in the next tick. False if there is no such actor."""
        return bool(self._call("inject", receiver, handler, self._input(payload)))

    def replace_next(self, payload: bytes) -> bool:
        """Gives the next event's message other arguments. False if nothing is left to do."""
        return bool(self._call("replace_next", self._input(payload)))

    def drop_next(self) -> bool:
        """Takes the next event's message away. False if nothing is left to do."""
        return bool(self._call("drop_next"))

    def poke(self, actor: int, field: int, value: bytes) -> bool:
        """Gives a field of an actor's state another value. False if there is no such actor or field."""
        self._input(value)
        return bool(self._call("poke", actor, field))

    def _input(self, data: bytes) -> int:
        """Puts bytes where the kernel expects them; gives their number."""
        capacity = self._get("input_capacity")
        if len(data) > capacity:
            raise MachineError(f"a value from outside may have {capacity:,} bytes, this one has {len(data):,}")
        address = self._get("input_address")
        self.memory[address : address + len(data)] = np.frombuffer(data, np.uint8)
        return len(data)


def _signed(value: int) -> int:
    """The same 64 bits as a signed number, for ctypes."""
    value &= 2**64 - 1
    return value - 2**64 if value >= 2**63 else value
