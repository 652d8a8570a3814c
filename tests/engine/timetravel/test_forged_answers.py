"""Recorded answers of the outside are checked before the kernel decodes them: it trusts what it reads."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgpack
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import api
from engine.base.values import quote
from tests.engine.language.running import program_of
from tests.engine.timetravel.test_outside import Fake, finish
from tests.engine.trace.frames import Parts, parts_of, write_parts
from tests.engine.trace.mutants import closed, opened

ASKS = """
let text = await fs.read("text")
render text
render await fs.exists("there")
let found = await http.get("http://x")
render f"{found.status} {found.headers} {found.body}"
render await input()
render await clock.wall()
let data = await fs.read_bytes("data")
render data.len()
"""
TEXT, THERE, PAGE, LINE, WALL, DATA = range(6)
OUTSIDE = Fake(
    **{"text": "hello", "there": True, "http://x": [200, [("a", "b")], "hi\n"], "": "line", "clock_wall": 12345},
    data=b"abc",
)

Forge = Callable[[int, bytes], tuple[int, bytes]]


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    """A recording of a run that asks for something of every kind."""
    path = tmp_path_factory.mktemp("asks") / "run.aft"
    session = api.Session.start(program_of(ASKS), outside=OUTSIDE)
    assert finish(session) == ["hello", "true", '200 {"a": "b"} hi\n', "line", "12345", "3"]
    session.save(path)
    return parts_of(path)


def rerun(parts: Parts, path: Path, place: int, forge: Forge) -> api.Session:
    """What a run makes of other answers: with nothing recorded of what follows from them, it can be run on."""
    forged: Parts = []
    for kind, body in parts:
        changed = body
        if kind == "answers":
            answers = [list(answer) for answer in body["answers"]]
            answers[place][2:] = forge(*answers[place][2:])
            changed = body | {"answers": answers}
        if kind == "reached":
            changed = body | {"total": 0, "tick": 0, "status": "running", "digest": None}
        forged.append((kind, changed))
    write_parts(path, [part for part in forged if part[0] not in ("marks", "checkpoint")], ended=False)
    session = api.Session.load(path)
    finish(session)
    return session


def texts(parts: Parts, tmp_path: Path, place: int, forge: Forge) -> list[str]:
    """What a run with another answer renders."""
    return finish(rerun(parts, tmp_path / "forged.aft", place, forge))


def test_another_answer_that_could_have_been_given_is_run_with(parts: Parts, tmp_path: Path) -> None:
    assert texts(parts, tmp_path, TEXT, lambda kind, _: (kind, msgpack.packb("other")))[0] == "other"


def word(value: int) -> bytes:
    """A number as a parameter that has a word of its own."""
    return struct.pack("<q", value)


@pytest.mark.parametrize(
    ("place", "payload"),
    [
        (TEXT, b"\xda\x00\x40hello"),
        (TEXT, b"\xdb\xff\xff\xff\xffabc"),
        (TEXT, b"\xa4\xff\xfe\xfd\xfc"),
        (TEXT, b"\xc4\x05hello"),
        (TEXT, b"\xd9\x05hello"),
        (TEXT, b"\xa3abcdefgh"),
        (TEXT, b"\x81\xa1a\x01"),
        (TEXT, b"\x05"),
        (TEXT, b""),
        (THERE, word(77)),
        (THERE, word(1) + b"\x01"),
        (THERE, b"\xc3"),
        (PAGE, b"\x93\xcc\xc8\xdf\xff\xff\xff\xff\xa1a\xa1b\xa3hi\n"),
        (PAGE, b"\x93\xcc\xc8\x82\xa1a\xa1b\xa1a\xa1c\xa3hi\n"),
        (PAGE, b"\x93\xcc\xc8\x80\xdb\xff\xff\xff\xffhi\n"),
        (PAGE, b"\x93\xcd\x00\xc8\x80\xa3hi\n"),
        (PAGE, b"\x90"),
        (LINE, b"\xc1"),
        (LINE, b"\xdb\xff\xff\xff\xf0"),
        (WALL, b"\x01"),
        (DATA, b"\xc6\x7f\xff\xff\xf8abc"),
        (DATA, b"\xc5\x00\x03abc"),
        (DATA, b"\xa3abc"),
    ],
)
def test_bytes_that_are_no_such_answer_are_refused(parts: Parts, tmp_path: Path, place: int, payload: bytes) -> None:
    with pytest.raises(api.TraceFileError, match=f"answer {place} of the outside in branch 0 cannot have been given"):
        texts(parts, tmp_path, place, lambda kind, _: (kind, payload))


def test_an_answer_to_another_question_is_refused(parts: Parts, tmp_path: Path) -> None:
    """A bool is a word: as a string it would be an address in the program's memory."""
    answers: list[Any] = next(body for kind, body in parts if kind == "answers")["answers"]
    for place, (_, _, kind, _) in enumerate(answers):
        for _, _, other, payload in answers:
            if other != kind:
                with pytest.raises(api.TraceFileError, match="it is no answer to"):
                    texts(parts, tmp_path, place, lambda *_, forged=(other, payload): forged)


@pytest.mark.parametrize("handler", [-1, 0, 10**6, 2**63])
def test_an_answer_that_no_program_knows_is_refused(parts: Parts, tmp_path: Path, handler: int) -> None:
    with pytest.raises(api.TraceFileError, match="of the outside in branch 0"):
        texts(parts, tmp_path, TEXT, lambda _, payload: (handler, payload))


@pytest.mark.parametrize(
    "payload",
    [word(999), word(-1) + b"\xa1x", word(1), word(0) + b"\xa1x", word(4), b"ab", word(4) + b"\xda\x00\x40x",
     word(4) + b"\xa1xy", word(4) + b"\xa2\xff\xfe"],
)  # fmt: skip
def test_a_refusal_that_the_outside_does_not_know_is_refused(parts: Parts, tmp_path: Path, payload: bytes) -> None:
    metadata = program_of(ASKS).metadata
    refusal = next(i for i, info in enumerate(metadata.handlers) if info.kind == "refusal")
    refused = texts(parts, tmp_path, DATA, lambda *_: (refusal, word(4) + msgpack.packb("it is night")))
    assert "it is night" in refused[-1]
    with pytest.raises(api.TraceFileError, match="cannot have been given"):
        texts(parts, tmp_path, DATA, lambda *_: (refusal, payload))


def test_the_types_are_those_of_the_program_and_not_of_its_description_in_the_file(
    parts: Parts, tmp_path: Path
) -> None:
    """With a description in which the answer is bytes, the run would read them as a string."""
    path = tmp_path / "forged.aft"

    def forge(kind: int, _: bytes) -> tuple[int, bytes]:
        return kind, b"\xc6\x00\x40\x00\x00" + bytes(0x400000)

    other: Parts = []
    for kind, body in parts:
        if kind == "header":
            plain = opened(kind, body)
            types = [t | {"kind": "bytes"} if t["kind"] == "string" else t for t in plain["metadata"]["types"]]
            other.append((kind, closed(kind, plain | {"metadata": plain["metadata"] | {"types": types}})))
        else:
            other.append((kind, body))
    with pytest.raises(api.TraceFileError, match="cannot have been given"):
        rerun(other, path, TEXT, forge)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_changed_bytes_are_refused_or_shown_as_what_they_are(parts: Parts, tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    place = rng.choice((TEXT, THERE, PAGE, LINE, WALL))
    given: list[bytes] = []

    def forge(kind: int, payload: bytes) -> tuple[int, bytes]:
        data = bytearray(payload)
        for _ in range(rng.randrange(1, 3)):
            start = rng.randrange(len(data) + 1)
            data[start : start + rng.randrange(3)] = rng.randbytes(rng.randrange(3))
        given.append(bytes(data))
        return kind, bytes(data)

    try:
        session = rerun(parts, tmp_path / "forged.aft", place, forge)
    except api.TraceFileError:
        return
    assert session.outputs()[place].text == honest(place, given[0])
    shown = [text for text in session.message_texts(0, 0, session.total()) if " -> " in text]
    assert len(shown) == 6


def honest(place: int, payload: bytes) -> str:
    """What the program renders of an answer with these bytes."""
    if place in (THERE, WALL):
        (number,) = struct.unpack("<q", payload)
        return str(bool(number)).lower() if place == THERE else str(number)
    value = msgpack.unpackb(payload)
    if place == PAGE:
        status, headers, body = value
        pairs = ", ".join(f"{quote(key)}: {quote(item)}" for key, item in headers.items())
        return f"{status} {{{pairs}}} {body}"
    return "none" if value is None else str(value)
