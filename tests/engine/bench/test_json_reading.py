"""The benchmark of JSON asks for the same on all sides."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from engine import api
from engine.bench.json_reading import PROGRAM, document, ours
from engine.bench.rival_programs import RIVALS, find_node, run_program

ORDERS = 50


def _summed_up(text: str) -> str:
    orders = json.loads(text)
    lines = [line for order in orders for line in order["lines"]]
    texts = [order[name] or "" for order in orders for name in ("customer", "note", "placed")]
    texts += [order["place"]["city"] for order in orders] + [line["sku"] for line in lines]
    cents = sum(line["cents"] * line["count"] for line in lines)
    active = sum(order["active"] for order in orders)
    distance = 0.0
    for order in orders:
        distance += order["place"]["x"] + order["place"]["y"]
    return f"{sum(o['id'] for o in orders)},{cents},{sum(map(len, texts))},{active},{math.floor(distance)}"


def test_our_program_reads_what_python_reads() -> None:
    text = document(ORDERS)
    program = api.compile(PROGRAM.read_text(encoding="utf-8"), str(PROGRAM)).program
    assert program is not None
    assert ours(program, text, "read")()[0] == str(ORDERS)
    assert ours(program, text, "look")()[0] == _summed_up(text)


def test_node_reads_what_python_reads(tmp_path: Path) -> None:
    node = find_node()
    if node is None:
        pytest.skip("Node is not installed")
    text = document(ORDERS)
    path = tmp_path / "document.json"
    path.write_text(text, encoding="utf-8")
    assert run_program([node, str(RIVALS / "json.js"), str(path), "read"])()[0] == str(ORDERS)
    assert run_program([node, str(RIVALS / "json.js"), str(path), "look"])()[0] == _summed_up(text)
