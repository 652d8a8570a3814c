"""The export has a slice for every turn and an arrow for every message, and is the same every time."""

from __future__ import annotations

import json
from typing import Any

from engine.base.events import OUTSIDE
from engine.trace.chrome import write_chrome
from engine.trace.columns import Events
from tests.engine.trace.rows import events, relay


def exported(rows: Events) -> tuple[str, list[dict[str, Any]]]:
    texts: list[str] = []
    write_chrome(
        texts.append,
        lambda a, b: rows[a:b],
        len(rows),
        ("Relay.pass",),
        {0: "main", 1: "Relay#1", 2: "Relay#2"},
        lambda a, b: tuple(f"pass({n})" for n in range(a, b)),
    )
    text = "".join(texts)
    return text, json.loads(text)["traceEvents"]


def test_every_turn_is_a_slice_and_every_message_an_arrow() -> None:
    _, rows = exported(relay(20))
    slices = [row for row in rows if row["ph"] == "X"]
    assert [row["ts"] for row in slices] == [1000 * n for n in range(20)]
    assert slices[5]["args"] == {"event": 6, "tick": 5, "seq": 1, "message": "pass(5)"}
    starts = [row for row in rows if row["ph"] == "s"]
    ends = [row for row in rows if row["ph"] == "f"]
    assert [row["id"] for row in starts] == [row["id"] for row in ends] == list(range(1, 20))
    assert all(s["ts"] < f["ts"] for s, f in zip(starts, ends, strict=True))


def test_turns_of_one_actor_in_one_tick_stand_side_by_side() -> None:
    _, rows = exported(events([(0, 0, 0, OUTSIDE, 0), (1, 1, 0, 0, 0), (1, 1, 1, 0, 0), (1, 2, 0, 0, 0)]))
    slices = [(row["tid"], row["ts"], row["dur"]) for row in rows if row["ph"] == "X"]
    assert slices == [(0, 0, 1000), (1, 1000, 500), (1, 1500, 500), (2, 1000, 1000)]


def test_threads_have_the_actors_names() -> None:
    _, rows = exported(relay(2))
    names = {row["tid"]: row["args"]["name"] for row in rows if row["name"] == "thread_name"}
    assert names == {0: "main", 1: "Relay#1", 2: "Relay#2"}


def test_the_same_run_gives_the_same_bytes() -> None:
    assert exported(relay(20_000))[0] == exported(relay(20_000))[0]
