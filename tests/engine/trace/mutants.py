"""Changes to what a trace file says, one field at a time, with right checksums: files that a tool could have made."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgpack
import zstandard
from blake3 import blake3

from tests.engine.trace.frames import parts_of, write_parts

Frame = tuple[str, Any]
Steps = tuple[str | int, ...]

_EXTREMES: tuple[Any, ...] = (
    None, True, False, -1, 0, 1, 2, 7, 8, 63, 64, 65, 2**16, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53, 2**63 - 1,
    -(2**63), 2**64 - 1, 1.5, "", "x", "optional", "finished", "running", b"", b"\0" * 8, [], {}, [0], ["x"], [[]],
    {"a": 1},
)  # fmt: skip


def frames_of(file: Path) -> list[Frame]:
    """The frames of a whole file but its end; module, metadata and the like as they are behind their compression."""
    return [(kind, opened(kind, body)) for kind, body in parts_of(file)]


_COMPRESSED = {"header": ("module", "metadata"), "marks": ("marks",), "checkpoint": ("positions", "pages")}


def opened(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """A body with its parts decompressed."""
    parts = {name: zstandard.decompress(body[name]) for name in _COMPRESSED.get(kind, ()) if body.get(name)}
    if "metadata" in parts:
        parts["metadata"] = msgpack.unpackb(parts["metadata"], strict_map_key=False)
    return body | parts


def write_frames(file: Path, frames: list[Frame]) -> None:
    """Writes a file of frames, with all checksums and digests that can be computed."""
    write_parts(file, [(kind, closed(kind, body)) for kind, body in frames])


def closed(kind: str, body: Any) -> Any:
    """A body as it stands in a file; what has lost its type stays as it is."""
    if not isinstance(body, dict):
        return body
    parts: dict[str, Any] = {}
    for name in _COMPRESSED.get(kind, ()):
        value = body.get(name)
        if name == "metadata" and name in body:
            value = msgpack.packb(value)
        if isinstance(value, bytes):
            parts[name] = zstandard.compress(value, 3)
    if kind == "header" and isinstance(body.get("module"), bytes):
        parts["module_digest"] = blake3(body["module"]).digest()
    return body | parts


def places(value: Any, path: Steps = ()) -> Iterator[Steps]:
    """The paths to everything inside a value."""
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], (*path, key))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from places(item, (*path, i))


def at(value: Any, path: Steps) -> Any:
    """What a path leads to."""
    for step in path:
        value = value[step]
    return value


def changed(value: Any, path: Steps, change: Callable[[Any], Any]) -> Any:
    """A copy of a value that is changed at the end of a path."""
    if not path:
        return change(value)
    step, rest = path[0], path[1:]
    if isinstance(value, dict):
        return value | {step: changed(value[step], rest, change)}
    copy = list(value)
    copy[step] = changed(value[step], rest, change)  # type: ignore[index]
    return copy


def another(value: Any, rng: random.Random) -> Any:
    """A value that stands where another one stood: near to it, extreme, or of another type."""
    if rng.random() < 0.3:
        return rng.choice(_EXTREMES)
    match value:
        case bool():
            return not value
        case int():
            other = rng.choice((value + 1, value - 1, -value, value ^ (1 << rng.randrange(33)), value * 8))
            return min(max(other, -(2**63)), 2**64 - 1)
        case str():
            return rng.choice((value + "x", value[:-1], value.upper(), value + "\0", value * 2))
        case bytes():
            return _other_bytes(value, rng)
        case list():
            return _other_list(value, rng)
        case dict() if value:
            gone = rng.choice(list(value))
            return {key: item for key, item in value.items() if key != gone}
    return rng.choice(_EXTREMES)


def _other_bytes(value: bytes, rng: random.Random) -> bytes:
    if not value or rng.random() < 0.2:
        return value + rng.randbytes(rng.randrange(1, 9))
    start = rng.randrange(len(value))
    match rng.randrange(3):
        case 0:
            return value[:start] + bytes([value[start] ^ (1 << rng.randrange(8))]) + value[start + 1 :]
        case 1:
            return value[:start] + rng.randbytes(8) + value[start + 8 :]
    return value[:start]


def _other_list(value: list[Any], rng: random.Random) -> list[Any]:
    if not value:
        return [rng.choice(_EXTREMES)]
    place = rng.randrange(len(value))
    match rng.randrange(4):
        case 0:
            return value[:place] + value[place + 1 :]
        case 1:
            return [*value[:place], value[place], *value[place:]]
        case 2:
            other = rng.randrange(len(value))
            copy = list(value)
            copy[place], copy[other] = copy[other], copy[place]
            return copy
    return value[::-1]
