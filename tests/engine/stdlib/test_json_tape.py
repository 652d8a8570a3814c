"""JSON that was read is taken apart where somebody looks into it, and nobody can tell when that is."""

from __future__ import annotations

import json
import random
from functools import cache
from typing import Any

from engine import api
from tests.engine.kernel.running import World, ran

PROGRAM = """
fn follow(text: string, path: string) -> json {
    var j = json.parse(text)
    for step in json.parse(path).items() {
        j = match step { Int(i) => j[i], String(name) => j[name], _ => j }
    }
    return j
}

fn depth(j: json) -> int {
    return match j {
        List(items) => 1 + max(0, items.reduce(0, fn(most, x) => max(most, depth(x))))
        Object(entries) => 1 + max(0, entries.values().reduce(0, fn(most, x) => max(most, depth(x))))
        _ => 0
    }
}

actor Probe {
    on ready() {}
    on read(xs: list<string>) { for x in xs { render match json.try_parse(x) { none => "refused", j => j.to_text() } } }
    on follow_all(text: string, paths: list<string>) { for path in paths { render follow(text, path).to_text() } }
    on count(a: string, b: string) {
        render json.parse(a).len()
        render json.parse(b).len()
    }
    on names(text: string, path: string, names: list<string>) {
        let j = follow(text, path)
        for name in names { render f"{j.has(name)} {j.get(name) ?? json.Null} {j.has(name)} {j.len()} {j.has(name)}" }
    }
    on same(a: string, b: string) {
        let x = json.parse(a)
        let y = json.parse(b)
        let both: set<json> = {x, y}
        render f"{x == y} {x == x} {both.len()} {depth(x)}"
    }
    on change(text: string, path: string) {
        let whole = json.parse(text)
        let before = follow(text, path)
        var entries = before.entries()
        entries["new"] = whole
        entries["a"] = json.Int(7)
        render json.Object(entries)
        render before
        render whole
    }
}

actor Keeper {
    state kept: json = json.Null
    state seen: list<json> = []

    on ready() {}
    on keep(j: json) {
        kept = j
        seen.push(j)
    }
    on read(text: string, looks: bool) {
        let j = json.parse(text)
        if looks and depth(j) < 2 { return }
        kept = j
        seen.push(j)
        self.keep(j)
        Other.tell(j)
    }
    on show() {
        render kept
        render seen
    }
}

actor Other {
    state heard: json = json.Null
    on tell(j: json) {
        heard = j
        render heard == json.parse(j.to_text())
    }
}
Probe.ready()
Keeper.ready()
"""

NAMES = ("a", "b", "id", "a\\b", 'say "a"', "é", "", "\n", "a longer name than sixteen bytes", 'a":1')


def _value(chooser: random.Random, depth: int = 0) -> Any:
    kind = chooser.randrange(7 if depth < 3 else 5)
    if kind == 5:
        return [_value(chooser, depth + 1) for _ in range(chooser.choice((0, 1, 2, 5, 12)))]
    if kind == 6:
        names = [*NAMES, *(f"name {i}" for i in range(chooser.choice((0, 0, 0, 30))))]
        return {name: _value(chooser, depth + 1) for name in names if chooser.random() < 0.4}
    numbers = [chooser.randrange(-100, 100), chooser.getrandbits(63), chooser.random(), chooser.uniform(-1e30, 1e30)]
    text = "".join(chooser.choice('ab"\\/\n\t\x00\x1f\x7fé€😀{}[]:, ') for _ in range(chooser.randrange(90)))
    return [None, chooser.random() < 0.5, text, chooser.choice(numbers), chooser.choice(NAMES)][kind]


def _document(chooser: random.Random) -> Any:
    return {"a": [_value(chooser) for _ in range(4)], "b": {name: _value(chooser) for name in NAMES}}


def _text(chooser: random.Random, value: Any) -> str:
    """A document as text, in one of its forms, somewhere among the blocks that are scanned."""
    indent, separators = chooser.choice(((None, (",", ":")), (None, (" , ", "\t:")), (1, None), (4, (" ,", ": "))))
    written = json.dumps(value, ensure_ascii=chooser.random() < 0.5, indent=indent, separators=separators)
    return " " * chooser.randrange(70) + written + "\n" * chooser.randrange(3)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:
    """Every value in a value, with the way to it."""
    found = [(path, value)]
    if isinstance(value, list):
        for i, item in enumerate(value):
            found += _paths(item, (*path, i))
    elif isinstance(value, dict):
        for name, item in value.items():
            found += _paths(item, (*path, name))
    return found


@cache
def _world() -> World:
    return ran(PROGRAM)


def test_every_value_of_a_document_is_found_by_its_path() -> None:
    chooser = random.Random(1)
    for _ in range(25):
        document = _document(chooser)
        paths = chooser.sample(found := _paths(document), min(40, len(found)))
        ours = _world().ask("Probe", "follow_all", _text(chooser, document), [_shown(path) for path, _ in paths])
        assert ours == [_shown(value) for _, value in paths]


def test_names_are_found_before_and_after_an_object_is_taken_apart() -> None:
    chooser = random.Random(2)
    for _ in range(40):
        document = _document(chooser)
        path, found = chooser.choice([(p, v) for p, v in _paths(document) if isinstance(v, dict)])
        expected = []
        for name in NAMES:
            has = str(name in found).lower()
            expected.append(f"{has} {_shown(found.get(name))} {has} {len(found)} {has}")
        assert _world().ask("Probe", "names", _text(chooser, document), _shown(path), list(NAMES)) == expected


def test_names_written_with_escapes_are_found_and_the_last_of_equal_names_counts() -> None:
    text = '{"\\u0061": 1, "b": {"a": 2, "\\u0061": 3}, "c": {"\\u0061": 2, "a": 4}, "\\\\": 5, "a\\":": 6}'
    found = _world().ask("Probe", "follow_all", text, ['["a"]', '["b","a"]', '["c","a"]', '["\\\\"]', '["a\\":"]'])
    assert found == ["1", "3", "4", "5", "6"]
    assert _world().ask("Probe", "names", text, '["c"]', ["a", "b"]) == [
        "true 4 true 1 true",
        "false null false 1 false",
    ]
    assert _world().ask("Probe", "count", '{"a": 1, "b": [1, [2, 3]], "a": 2}', '[1, {"a": []}, 2]') == ["2", "3"]


def _written(chooser: random.Random, name: str) -> str:
    """A name in quotes, some of its characters as escapes."""
    parts = [f"\\u{ord(c):04x}" if c in '"\\\n' or chooser.random() < 0.1 else c for c in name]
    return '"' + "".join(parts) + '"' + " " * chooser.randrange(2)


def test_equal_names_are_one_however_they_are_written() -> None:
    chooser = random.Random(8)
    for _ in range(150):
        pairs = [(chooser.choice(NAMES), i) for i in range(chooser.randrange(22))]
        text = "{" + ",".join(f"{_written(chooser, name)}:{i}" for name, i in pairs) + "}"
        found = dict(pairs)
        expected = []
        for name in NAMES:
            has = str(name in found).lower()
            expected.append(f"{has} {_shown(found.get(name))} {has} {len(found)} {has}")
        assert _world().ask("Probe", "names", text, "[]", list(NAMES)) == expected, text
        assert _world().ask("Probe", "read", [text]) == [_shown(found)]


def test_documents_are_equal_however_they_are_written() -> None:
    chooser = random.Random(3)
    for _ in range(40):
        document = _document(chooser)
        turned = {name: document[name] for name in reversed(document)}
        (same,) = _world().ask("Probe", "same", _text(chooser, document), _text(chooser, turned))
        assert same.startswith("true true 1 ")
        document["a"] = [*document["a"][:3], ["another"]]
        (other,) = _world().ask("Probe", "same", _text(chooser, document), _text(chooser, turned))
        assert other.startswith("false true 2 ")


def test_what_is_made_from_a_part_changes_nothing_else() -> None:
    chooser = random.Random(4)
    for _ in range(25):
        document = _document(chooser)
        path, found = chooser.choice([(p, v) for p, v in _paths(document) if isinstance(v, dict)])
        made = {**found, "new": document, "a": 7}
        ours = _world().ask("Probe", "change", _text(chooser, document), _shown(path))
        assert ours == [_shown(made), _shown(found), _shown(document)]


def test_what_is_kept_and_sent_is_the_same_whether_it_was_looked_into_or_not() -> None:
    chooser = random.Random(5)
    looked, unread = ran(PROGRAM), ran(PROGRAM)
    for _ in range(15):
        document = _document(chooser)
        text = _text(chooser, document)
        seen = []
        for world, looks in ((looked, True), (unread, False)):
            assert world.ask("Keeper", "read", text, looks) == ["true"]
            seen.append((world.machine.digest(), world.machine.heap_bytes, world.ask("Keeper", "show")))
        assert seen[0][0] == seen[1][0]
        assert seen[0][2] == seen[1][2]
        assert seen[0][2][0] == _shown(document)


def test_what_was_read_is_gone_when_the_turn_ends() -> None:
    text = _text(random.Random(9), [_document(random.Random(i)) for i in range(5)])
    world = ran(PROGRAM)
    world.ask("Probe", "follow_all", text, ['[0,"a"]', "[1]"])
    before = world.machine.heap_bytes
    for _ in range(20):
        world.ask("Probe", "follow_all", text, ['[0,"a"]', "[1]"])
    assert world.machine.heap_bytes == before


def _refused(text: str) -> bool:
    """Whether Python refuses it, or makes numbers of it that are infinite."""
    try:
        json.dumps(json.loads(text), ensure_ascii=False, allow_nan=False).encode("utf-8")
    except ValueError:
        return True
    return False


def test_long_documents_with_one_mistake_anywhere_are_refused_as_by_python() -> None:
    chooser = random.Random(6)
    refused = 0
    for _ in range(60):
        whole = _text(chooser, _document(chooser))
        texts = []
        for _ in range(5):
            at = chooser.randrange(len(whole))
            other = chooser.choice(["", *'{}[]",:\\ \n0123456789.-+eEutfn\x01é', "\\ud83d", "\\ude00"])
            texts.append(whole[:at] + other + whole[at + chooser.randrange(3) :])
        found = [text == "refused" for text in _world().ask("Probe", "read", texts)]
        assert found == [_refused(text) for text in texts]
        refused += sum(found)
    assert 100 < refused < 300


def test_backslashes_and_quotes_are_told_apart_at_every_place_of_a_block() -> None:
    texts = []
    for start in range(66):
        texts += ['["' + "x" * start + "\\" * count + '"]' for count in range(1, 8)]
    texts += ['["' + "\\\\" * count + '", "\\""]' for count in range(70)]
    for text, ours in zip(texts, _world().ask("Probe", "read", texts), strict=True):
        assert ours == ("refused" if _refused(text) else _shown(json.loads(text))), text


SESSION = """
actor Orders {
    state last: json = json.Null
    state total: int = 0
    on read(text: string) {
        let order = json.parse(text)
        total += order["qty"].to_int() ?? 0
        last = order
        render order["lines"][0]
    }
}
Orders.read("{\\"qty\\": 2, \\"lines\\": [{\\"sku\\": \\"A-1\\"}, null]}")
Orders.read("{\\"qty\\": 5, \\"lines\\": [[]]}")
"""


def test_states_with_documents_are_seen_replayed_forked_and_edited() -> None:
    build = api.compile(SESSION, "orders.aefl")
    assert build.program is not None
    session = api.Session.start(build.program)
    while session.advance().status is api.Status.RUNNING:
        pass
    total = session.total()

    def last(branch: int, n: int) -> str:
        actor = next(state for state in session.actors(branch, n) if state.type == "Orders")
        return next(field.value.text for field in actor.fields if field.name == "last")

    assert last(0, total) == '{"qty":5,"lines":[[]]}'
    assert last(0, total - 1) == '{"qty":2,"lines":[{"sku":"A-1"},null]}'
    assert session.verify().ok
    same = session.fork(0, total - 1)
    while session.advance(branch=same.id).status is api.Status.RUNNING:
        pass
    assert session.execution_hash(same.id) == session.execution_hash(0)
    actor = next(state.id for state in session.actors(0, total) if state.type == "Orders")
    edited = session.fork(0, total - 1, api.SetField(actor, "last", '{"qty": [1, {"a": null}]}'))
    assert last(edited.id, total - 1) == '{"qty":[1,{"a":null}]}'
