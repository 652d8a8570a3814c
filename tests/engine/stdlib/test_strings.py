"""String functions do what Python's do, where both have them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.base.values import HIDDEN
from tests.engine.kernel.running import World, ran

PROGRAM = """
actor Probe {
    state kept: list<string> = []
    on ready() {}
    on shapes(s: string) {
        render s.upper()
        render s.lower()
        render s.trim()
        render s.reverse()
        render s.len()
        render s.chars()
        render s.lines()
        render s.bytes().to_string() ?? "?"
        render [s]
    }
    on pairs(s: string, part: string) {
        render s.contains(part)
        render part in s
        render s.starts_with(part)
        render s.ends_with(part)
        render s.find(part)
        render s.split(part)
        render s.replace(part, "<>")
        render s == part
        render s < part
        render s + part
    }
    on pads(s: string, width: int, fill: string) {
        render s.pad_left(width, fill)
        render s.pad_right(width, fill)
        render s.pad_left(width)
        render s.repeat(width)
    }
    on cuts(s: string, a: int, b: int) {
        render s[a..b]
        render s[a..]
        render s[..b]
        render s[a]
    }
    on ints(xs: list<string>) { for x in xs { render x.to_int() } }
    on show(xs: list<int>) { for x in xs { render x } }
    on each(s: string) {
        var out: list<string> = []
        for c in s { out.push(c) }
        render out.join("|")
    }
    on keep(s: string) {
        kept.push(s)
        render kept.join(",")
    }
}
Probe.ready()
"""

TEXTS = st.text(alphabet='ab \n\r"\\\tzA.,éßΣжñ😀\u3000\x07', max_size=24)
SHORT = st.text(alphabet="ab é😀.", max_size=3)


def _world() -> World:
    return ran(PROGRAM)


def _bool(value: bool) -> str:
    return "true" if value else "false"


def _quoted(text: str) -> str:
    escapes = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}

    def escaped(c: str) -> str:
        hidden = c < " " or any(first <= ord(c) <= last for first, last in HIDDEN)
        return escapes.get(c, f"\\u{{{ord(c):x}}}" if hidden else c)

    return '"' + "".join(map(escaped, text)) + '"'


def _list(items: list[str]) -> str:
    return "[" + ", ".join(map(_quoted, items)) + "]"


def _lines(text: str) -> list[str]:
    parts = text.split("\n")
    if parts[-1] == "":
        parts.pop()
    ended = len(parts) if text.endswith("\n") else len(parts) - 1
    return [part.removesuffix("\r") if i < ended else part for i, part in enumerate(parts)]


@settings(max_examples=40, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=8))
def test_shapes_of_strings(texts: list[str]) -> None:
    world = _world()
    for text in texts:
        assert world.ask("Probe", "shapes", text) == [
            text.upper(),
            text.lower(),
            text.strip(),
            text[::-1],
            str(len(text)),
            _list(list(text)),
            _list(_lines(text)),
            text,
            _list([text]),
        ]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXTS, SHORT), min_size=1, max_size=8))
def test_a_string_and_a_part(cases: list[tuple[str, str]]) -> None:
    world = _world()
    for text, part in cases:
        found = text.find(part)
        assert world.ask("Probe", "pairs", text, part) == [
            _bool(part in text),
            _bool(part in text),
            _bool(text.startswith(part)),
            _bool(text.endswith(part)),
            "none" if found < 0 else str(found),
            _list(text.split(part) if part else list(text)),
            text.replace(part, "<>"),
            _bool(text == part),
            _bool(text < part),
            text + part,
        ]


def test_padding_and_repeating() -> None:
    world = _world()
    assert world.ask("Probe", "pads", "é", 4, "ab") == ["abaé", "éaba", "   é", "éééé"]
    assert world.ask("Probe", "pads", "long", 2, "-") == ["long", "long", "long", "longlong"]
    assert world.ask("Probe", "pads", "", 3, "") == ["", "", "   ", ""]
    assert world.ask("Probe", "pads", "x", -1, " ") == ["x", "x", "x", ""]


def test_slices_count_code_points() -> None:
    text = "aé😀z"
    world = _world()
    for a in range(4):
        for b in range(a, 5):
            assert world.ask("Probe", "cuts", text, a, b) == [text[a:b], text[a:], text[:b], text[a]]


def test_an_index_outside_of_a_string_is_a_fault() -> None:
    for a, b, message in [(0, 6, "index 6"), (-1, 2, "index -1"), (5, 5, "index 5")]:
        world = _world()
        world.ask("Probe", "cuts", "aé😀zß"[:5], a, b)
        assert [fault.startswith(f"index_out_of_range: {message}") for fault in world.faults] == [True]


def test_characters_one_by_one() -> None:
    assert _world().ask("Probe", "each", "aé😀 z") == ["a|é|😀| |z"]


def test_ints_and_text() -> None:
    ints = [0, 7, -7, 10, 99, 100, 2**31, 2**63 - 1, -(2**63), 10**18, -(10**18)] + [10**k - 1 for k in range(19)]
    assert _world().ask("Probe", "show", ints) == [str(n) for n in ints]
    texts = [str(n) for n in ints] + ["+5", "007", "-0"]
    assert _world().ask("Probe", "ints", texts) == [str(int(t)) for t in texts]
    wrong = ["", "-", "+", "1.0", str(2**63), str(-(2**63) - 1), "99999999999999999999", "1 ", "a", "1_0"]
    assert _world().ask("Probe", "ints", wrong) == ["none"] * len(wrong)


def test_the_cases_of_letters_follow_python_where_one_letter_becomes_one() -> None:
    world = _world()
    codes = [*range(0x20, 0x180), *range(0x386, 0x3CF), *range(0x400, 0x530), *range(0x531, 0x587)]
    letters = [chr(c) for c in codes if chr(c).isprintable()]
    upper = [c for c in letters if len(c.upper()) == 1 and c.upper().lower() in (c, "i", "s", "σ", "μ")]
    assert world.ask("Probe", "shapes", "".join(upper))[0] == "".join(upper).upper()
    lower = [c for c in letters if len(c.lower()) == 1 and c != "Σ"]  # which Python takes for a final one
    assert world.ask("Probe", "shapes", "".join(lower))[1] == "".join(lower).lower()


def test_strings_in_state_outlive_their_turn() -> None:
    world = _world()
    for n in range(50):
        assert world.ask("Probe", "keep", f"é{n}")[-1] == ",".join(f"é{k}" for k in range(n + 1))


def test_long_strings_are_whole() -> None:
    world = _world()
    for size in (31, 32, 255, 256, 65535, 65536, 200_000):
        text = "0123456789é"[: size % 11] + "x" * (size - size % 11)
        assert world.ask("Probe", "shapes", text)[7] == text
