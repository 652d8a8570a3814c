"""Every text that is shown for a value is read back as that value, so that a fork can be made with what one sees."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import Any

import pytest

from engine import api
from engine.base.values import HIDDEN, quote
from engine.compiler.metadata import FieldInfo, Metadata
from engine.timetravel.describe import Describer
from engine.timetravel.literals import Encoder
from engine.timetravel.written import read_arguments
from engine.vm.plain import pack_arguments
from tests.engine.timetravel.programs import TYPES, finished, run_on, texts

PROGRAM = """\
enum Mood { Calm, Angry }
enum Shape { Dot, Circle(r: float), Box(int, string), Nested(inner: list<Shape>) }
struct Point { x: float, y: float? }
struct Pair<A, B> { first: A, second: B }
struct Rule { name: string, holds: fn(int) -> bool }
actor Keep {
    on numbers(a: int, b: float, c: duration, d: bool, e: Mood, f: Keep, g: int?, h: Mood?) {}
    on texts(a: string, b: bytes, c: string?, d: list<string>, e: dict<string, bytes>) {}
    on data(a: list<float>, b: set<(int, string)>, c: dict<duration, list<Point>>, d: (Shape, Point?, bool)) {}
    on generic(a: Pair<int, Pair<string, Mood?>>, b: list<Pair<Shape, json>>, c: set<float>, d: dict<string, int>) {}
    on json(a: json, b: dict<json, json>, c: json?) {}
    on rules(a: fn(int) -> bool, b: list<Rule>, c: (fn(int) -> bool)?, d: dict<string, Rule>, e: int) {}
}
let n = 3
Keep.rules(fn(x) => x > n, [Rule("a", fn(x) => x == 1)], none, {}, 1)
"""
INTS = (0, 1, -1, 7, 2**63 - 1, -(2**63), 10**12)
FLOATS = (0.0, -0.0, 1.5, -2.25, 1e21, 1e-7, 1e308, 5e-324, math.inf, -math.inf, math.nan, 0.1)
LETTERS = "abcé日🌀 \"\\{}()[],:#…\n\r\t\0\x07\x1b\x7f\u2028\u202e\ufeff\u200d\ufe0f\u00a0\U000e0001'/"
WORDS = ("fn(int) -> bool", "Keep#1", "\\u0041", "none", "inf", "")
DEPTH = 3


def random_plain(r: random.Random, metadata: Metadata, type_index: int, depth: int = DEPTH) -> Any:
    """A value of a type in the form of ``engine/vm/plain.py``."""
    info = metadata.types[type_index]

    def part(i: int) -> Any:
        return random_plain(r, metadata, info.parts[i], depth - 1)

    count = r.randrange(4) if depth > 0 else 0
    match info.kind:
        case "int":
            return r.choice(INTS)
        case "float":
            return r.choice(FLOATS)
        case "duration":
            return r.choice((*INTS, 250, 1_000, 60_000_000, 3_600_000_000))
        case "bool":
            return r.random() < 0.5
        case "string":
            return r.choice(WORDS) if r.random() < 0.2 else "".join(r.choices(LETTERS, k=r.randrange(6)))
        case "bytes":
            return bytes(r.choices((0, 10, 34, 65, 92, 127, 200, 255), k=r.randrange(5)))
        case "actor":
            return 1
        case "enum":
            return r.randrange(len(info.variants))
        case "optional" | "optional_word":
            return None if r.random() < 0.3 else part(0)
        case "list":
            return [part(0) for _ in range(count)]
        case "set":
            return list({repr(item): item for item in (part(0) for _ in range(count))}.values())
        case "dict":
            return list({repr(k): (k, part(1)) for k in (part(0) for _ in range(count))}.values())
        case "tuple" | "struct":
            return [part(i) for i in range(len(info.parts))]
        case "function":
            number = r.randrange(len(info.variants))
            kind = info.variants[number]
            return [int(info.names[number]), *(random_plain(r, metadata, p, depth - 1) for p in kind.parts)]
    flat = [i for i, variant in enumerate(info.variants) if depth > 0 or not variant.parts]
    number = r.choice(flat)
    return [number, *(random_plain(r, metadata, p, depth - 1) for p in info.variants[number].parts)]


@pytest.fixture(scope="module")
def metadata() -> Metadata:
    build = api.compile(PROGRAM, "keep.aefl")
    assert build.program is not None, build.problems
    return build.program.metadata


@pytest.mark.parametrize("handler", ["numbers", "texts", "data", "generic", "json", "rules"])
def test_what_is_shown_of_random_values_is_read_as_the_same_bytes(metadata: Metadata, handler: str) -> None:
    number, info = next((i, h) for i, h in enumerate(metadata.handlers) if h.name == handler)
    describer = Describer(metadata)
    encoder = Encoder(metadata, lambda name: 1, lambda actor: "Keep")
    for seed in range(400):
        r = random.Random(seed)
        values = [random_plain(r, metadata, param.type) for param in info.params]
        payload = pack_arguments(metadata, info.params, values)
        shown = ", ".join(value.quoted for _, value in describer.arguments(number, payload))
        for text in (shown, f"({shown})"):
            written = read_arguments(text, metadata)
            assert encoder.arguments(handler, info.params, written, values) == payload, text


def test_different_values_have_different_texts(metadata: Metadata) -> None:
    number, info = next((i, h) for i, h in enumerate(metadata.handlers) if h.name == "json")
    describer = Describer(metadata)
    seen: dict[str, bytes] = {}
    for seed in range(2000):
        r = random.Random(seed)
        payload = pack_arguments(metadata, info.params, [random_plain(r, metadata, p.type) for p in info.params])
        shown = ", ".join(value.quoted for _, value in describer.arguments(number, payload))
        assert seen.setdefault(shown, payload) == payload


def test_an_edit_to_what_is_shown_changes_nothing() -> None:
    session = finished(TYPES)
    for n in range(session.total()):
        detail = session.event(0, n)
        if detail.arguments and "answer" not in detail.type:
            shown = ", ".join(value.quoted for _, value in detail.arguments)
            branch = session.fork(0, n, api.EditMessage(f"({shown})"))
            run_on(session, branch.id)
            assert session.first_difference(0, branch.id) is None
            assert texts(session, branch.id) == texts(session, 0)


def test_a_field_can_be_set_to_what_is_shown() -> None:
    session = finished(TYPES)
    end = session.total()
    for actor in session.actors(0, end):
        for field in actor.fields:
            branch = session.fork(0, end, api.SetField(actor.id, field.name, field.value.quoted))
            after = {f.name: f.value.quoted for f in session.actor(branch.id, end, actor.id).fields}
            assert after[field.name] == field.value.quoted
            assert session.state_digest(branch.id, end) == session.state_digest(0, end)


JSON_TEXT = """\
actor Log { on say(f: float, j: json) { render f"{f} {j}" } }
after 5ms Log.say(math.inf, json.parse("\\"a\\\\u0001\\\\b\\""))
"""


@pytest.mark.parametrize(
    ("edit", "rendered"),
    [
        ('(inf, "a")', 'inf "a"'),
        ('(-math.inf, "a")', '-inf "a"'),
        (r'(1.5, "a\u0001\b\f\/")', r'1.5 "a\u0001\b\f/"'),
        (r'(1.5, "\uD83C\uDF00")', '1.5 "🌀"'),
        ("(nan, [inf, {}])", "nan [inf,{}]"),
    ],
)
def test_escapes_of_json_and_numbers_without_a_literal_can_be_written(edit: str, rendered: str) -> None:
    session = finished(JSON_TEXT)
    n = next(i for i in range(session.total()) if session.event(0, i).type == "Log.say")
    branch = session.fork(0, n, api.EditMessage(edit))
    run_on(session, branch.id)
    assert texts(session, branch.id) == [rendered]


RULES = """\
actor Rules {
    on add(name: string, holds: fn(int) -> bool) { render f"{name} {holds(4)}" }
}
let n = 2
Rules.add("even", fn(x) => x % n == 0)
"""


def test_the_other_arguments_of_a_message_with_a_function_can_be_changed() -> None:
    session = finished(RULES)
    n = next(i for i in range(session.total()) if session.event(0, i).type == "Rules.add")
    branch = session.fork(0, n, api.EditMessage('("changed", fn(int) -> bool)'))
    run_on(session, branch.id)
    assert texts(session, branch.id) == ["changed true"]
    with pytest.raises(api.ForkError, match="a function cannot be written here"):
        session.fork(0, n, api.EditMessage('("changed", fn(x) => true)'))


def test_a_reference_must_be_to_an_actor_of_that_type() -> None:
    session = finished("actor A { state a: A? = none }\nactor B {}\nlet a = spawn A()\nlet b = spawn B()")
    end = session.total()
    for text, why in (("A#2", "actor 2 is B#2"), ("A#9", "there is no A#9"), ("B#2", "a A is expected")):
        with pytest.raises(api.ForkError, match=why):
            session.fork(0, end, api.SetField(1, "a", text))
    with pytest.raises(api.ForkError, match="there is no B#1: actor 1 is A#1"):
        session.fork(0, end, api.SetField(1, "a", "none", "B"))
    assert session.fork(0, end, api.SetField(1, "a", "A#1")).change == "A#1.a: none became A#1"


CUT = "actor A { state xs: list<int> = [i for i in 0..2000] }\nlet a = spawn A()\n"


def test_a_value_that_is_cut_can_be_kept_but_not_edited() -> None:
    session = finished(CUT)
    end = session.total()
    (field,) = session.actor(0, end, 1).fields
    branch = session.fork(0, end, api.SetField(1, "xs", field.value.quoted))
    assert session.state_digest(branch.id, end) == session.state_digest(0, end)
    with pytest.raises(api.ForkError, match="is cut, so it can only be kept as it is shown"):
        session.fork(0, end, api.SetField(1, "xs", field.value.quoted.replace("[0,", "[5,")))


def test_a_type_may_be_written_with_its_module(metadata: Metadata) -> None:
    row = next(i for i, info in enumerate(metadata.types) if info.name == "Point")
    params = (FieldInfo("p", row, -1),)
    renamed = [*metadata.types]
    renamed[row] = type(renamed[row])("struct", "shapes.one.Point", renamed[row].parts, renamed[row].names)
    other = replace(metadata, types=tuple(renamed))
    encoder = Encoder(other, lambda name: None, lambda actor: None)
    texts = ("Point(x: 1.0, y: none)", "shapes.one.Point(x: 1.0, y: none)")
    first, second = (encoder.arguments("p", params, read_arguments(text, other)) for text in texts)
    assert first == second


def test_the_host_and_the_program_escape_the_same_characters() -> None:
    edges = sorted({code for first, last in HIDDEN for code in (first - 1, first, last, last + 1)})
    codes = [*range(0x20, 0x700), *edges, *range(0x1F00, 0x3100), *range(0xFD00, 0xFF00)]
    codes = [code for code in codes if code not in (ord("{"), ord("}")) and not 0xD800 <= code <= 0xDFFF]
    text = "".join(map(chr, codes))
    source = "".join(f"\\u{{{code:x}}}" for code in codes)
    session = finished(f'render ["{source}"]\n')
    assert texts(session) == [f"[{quote(text)}]"]


def test_a_reference_to_any_actor_is_shown_with_its_type() -> None:
    session = finished(
        "actor W { on hi(a: A) { a.hello() } }\n"
        "actor A { state last: W = spawn W()\n on go() { last.hi(self) }\n"
        "    on hello() { let who = sender\n render who } }\n"
        "A.go()\n"
    )
    assert texts(session) == ["W#2"]
