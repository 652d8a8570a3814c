"""Are the recorded answers of the outside ones that it could have given?

They go to the kernel as they are, whose decoder trusts what it reads. So each is checked when a file is opened, by the
types of the program that runs, which may be another description than the file's.
"""

from __future__ import annotations

from engine.base.counts import counted
from engine.base.errors import MachineError, TraceFileError
from engine.compiler.metadata import Metadata
from engine.timetravel.describe import ANSWER_SUFFIX, REASON_OFFSET, REFUSED_OUTSIDE
from engine.timetravel.outside import ANSWER_BYTES_MAX
from engine.trace.recorded import BranchRecord, RecordedAnswer
from engine.vm.payloads import check_payload

_TICKET = bytes(8)
"""The kernel puts the turn that asked before an answer; a file does not say it."""


def check_answers(branch: BranchRecord, metadata: Metadata) -> None:
    """Raises TraceFileError for the first answer of a branch that the outside cannot have given."""
    for number, answer in enumerate(branch.answers):
        try:
            _check_answer(answer, metadata)
        except MachineError as error:
            raise TraceFileError(
                f"answer {number:,} of the outside in branch {branch.id} cannot have been given: {error}"
            ) from error


def _check_answer(recorded: RecordedAnswer, metadata: Metadata) -> None:
    asked, _, given, payload = recorded
    handlers = metadata.handlers
    if not (0 <= asked < len(handlers) and 0 <= given < len(handlers)):
        raise MachineError("the program has no such message")
    request, answer = handlers[asked], handlers[given]
    if len(payload) > ANSWER_BYTES_MAX:
        raise MachineError(f"it is longer than {counted(ANSWER_BYTES_MAX, 'byte')}")
    if answer.kind == "refusal":
        why = payload[: REASON_OFFSET - len(_TICKET)]
        if int.from_bytes(why, "little", signed=True) != REFUSED_OUTSIDE:
            raise MachineError("it refuses for a reason that the outside does not have")
        check_payload(metadata, answer.params, _TICKET + payload, texts_behind=1)
        return
    if answer.kind != "answer" or (answer.actor, answer.name) != (request.actor, f"{request.name}{ANSWER_SUFFIX}"):
        raise MachineError(f"it is no answer to {request.actor}.{request.name}")
    check_payload(metadata, answer.params, _TICKET + payload)
