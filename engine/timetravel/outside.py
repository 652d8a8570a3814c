"""Requests to the outside: performed where the run is new, and answered from the record everywhere else.

The record of a branch is the list of its answers. In a branch, what its parent has asked after the fork is answered
as it was there, as long as the same is asked with the same arguments; only what is new goes to the outside.
"""

from __future__ import annotations

import msgpack

from engine.base.outside import Answered, NoOutside, Outside, Pending, Refused, Request
from engine.compiler.check.outside import ELSEWHERE
from engine.compiler.metadata import Metadata
from engine.timetravel.describe import REFUSED_OUTSIDE
from engine.timetravel.history import Answer, History, Line
from engine.vm.machine import Machine, Message
from engine.vm.plain import pack_arguments, unpack

WAIT_SECONDS = 0.02
"""So long at a time an answer is waited for, so that the run can be stopped meanwhile."""
ANSWER_BYTES_MAX = 64 * 2**20


class Performer:
    """Asks the outside for what a program wants to know."""

    def __init__(self, metadata: Metadata, history: History, outside: Outside | None) -> None:
        self._metadata = metadata
        self._history = history
        self._outside = outside or NoOutside()
        self.is_announcing = False
        """Whether the last call of ``answer`` gave way so that outputs can be shown before a question."""
        self._announced = (-1, -1)
        self._pending: tuple[Line, int, list[Pending | Answer]] | None = None
        handlers = enumerate(metadata.handlers)
        self._answers = {
            (info.actor, info.name.removesuffix(" answer")): i for i, info in handlers if info.kind == "answer"
        }
        self._refusal = next((i for i, info in enumerate(metadata.handlers) if info.kind == "refusal"), 0)

    def answer(self, line: Line, machine: Machine) -> bool:
        """Answers what a machine at the end of a branch asks for; False while answers are missing. Before a question is
        put to a person it is False once, so that the caller shows what the run has said until then."""
        if self._history.reply(line, machine):
            return True
        requests = machine.requests()
        self.is_announcing = self._announced != (line.id, machine.answered) and any(map(self._is_question, requests))
        if self.is_announcing:
            self._announced = (line.id, machine.answered)
            return False
        pending = self._begun(line, machine, requests)
        answers: list[Answer] = []
        for request, one in zip(requests, pending, strict=True):
            if isinstance(one, Answer):
                answers.append(one)
                continue
            found = one.wait(WAIT_SECONDS)
            if found is None:
                return False
            answers.append(self._answer(request, found))
        self._pending = None
        line.answers.extend(answers)
        for answer in answers:
            machine.reply(answer.handler, answer.payload)
        return True

    def _begun(self, line: Line, machine: Machine, requests: tuple[Message, ...]) -> list[Pending | Answer]:
        """The requests on their way, or answers of the parent; each is begun once."""
        if self._pending is not None and self._pending[0] is line and self._pending[1] == machine.answered:
            return self._pending[2]
        del line.answers[machine.answered - line.answered :]
        known = self._of_parents(line)
        begun: list[Pending | Answer] = []
        for request in requests:
            same = next((a for a in known if (a.request, a.arguments) == (request.handler, request.payload)), None)
            if same is not None:
                known.remove(same)
                begun.append(same)
            else:
                begun.append(self._outside.begin(self._request(request)))
        self._pending = (line, machine.answered, begun)
        return begun

    def _of_parents(self, line: Line) -> list[Answer]:
        """What was answered behind the place where a branch leaves its parent, but for what the branch has used."""
        known: list[Answer] = []
        if line.parent is not None:
            parent = self._history.line(line.parent)
            known = parent.answers[max(0, line.answered - parent.answered) :]
        for used in line.answers:
            if used in known:
                known.remove(used)
        return known

    def _is_question(self, message: Message) -> bool:
        """Whether a request puts something to the person who sees the outputs, who has to see those before it first."""
        return self._metadata.handlers[message.handler].actor.removeprefix(ELSEWHERE) == "input"

    def _request(self, message: Message) -> Request:
        info = self._metadata.handlers[message.handler]
        arguments = unpack(self._metadata, info.params, message.payload)
        return Request(f"{info.actor.removeprefix(ELSEWHERE)}.{info.name}", tuple(map(str, arguments)))

    def _answer(self, request: Message, found: Answered | Refused) -> Answer:
        info = self._metadata.handlers[request.handler]
        handler = self._answers[info.actor, info.name]
        if isinstance(found, Answered):
            ticket = bytes(8)
            payload = pack_arguments(self._metadata, self._metadata.handlers[handler].params, (0, found.value))
            if len(payload) <= ANSWER_BYTES_MAX:
                return Answer(request.handler, request.payload, handler, payload[len(ticket) :])
            found = Refused(f"the answer has {len(payload):,} bytes, more than {ANSWER_BYTES_MAX:,}")
        text: bytes = msgpack.packb(found.why)
        return Answer(request.handler, request.payload, self._refusal, REFUSED_OUTSIDE.to_bytes(8, "little") + text)
