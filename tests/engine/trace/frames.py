"""Trace files taken apart and put together again with right checksums, as somebody with a tool would."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from engine.trace.frames import END, MAGIC, FrameWriter, split
from engine.trace.limits import Budget

Parts = list[tuple[str, dict[str, Any]]]


def parts_of(path: Path) -> Parts:
    """Kind and body of every frame but the end."""
    with path.open("rb") as file:
        assert file.read(len(MAGIC)) == MAGIC
        frames = split(file, path.stat().st_size, Budget())
    return [(frame.kind, frame.body) for frame in frames.whole if frame.kind != END]


def write_parts(path: Path, parts: Iterable[tuple[str, dict[str, Any]]], ended: bool = True) -> None:
    """Writes a file of these frames; without ``ended`` it is one that was cut off."""
    data = bytearray()
    writer = FrameWriter(data.extend)
    for kind, body in parts:
        writer.put(kind, body)
    if ended:
        writer.end()
    path.write_bytes(data)


def rewritten(path: Path, change: Callable[[str, dict[str, Any]], dict[str, Any] | None], ended: bool = True) -> None:
    """Changes the frames of a file; None drops one."""
    changed = [(kind, change(kind, body)) for kind, body in parts_of(path)]
    write_parts(path, [(kind, body) for kind, body in changed if body is not None], ended)
