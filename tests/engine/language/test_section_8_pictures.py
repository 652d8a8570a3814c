"""LANGUAGE §8: ``render timeline`` and ``render distributed state``, wherever they stand."""

from __future__ import annotations

import pytest

from tests.engine.language.running import problem, problems, run

SERVER = """
actor Server(first: int) {
    state counter: int = first
    state names: list<string> = ["s"]
    state last: (int, float?) = (0, none)
    on add(n: int) {
        counter += n
        names.push(string(n))
        last = (n, 1.5)
    }
    on show() {
        counter = -1
        render distributed state { self.counter, self.names }
        counter = 0
        render counter
    }
    on lose() {
        render distributed state { self.counter }
        fail "lost"
    }
    on end() { stop }
}
let one = spawn Server(1)
let two = spawn Server(2)
"""


def _pictures(text: str, ticks: int = 100) -> list[tuple[int, tuple[tuple[str, str], ...]]]:
    return [(o.tick, o.rows) for o in run(SERVER + text, ticks=ticks).outputs if o.kind == "state"]


def test_a_picture_shows_the_end_of_the_tick() -> None:
    """``one`` shows its picture first, then gets more in the same tick, and so does ``two``."""
    assert _pictures("one.show()\none.add(5)\ntwo.add(7)\n") == [
        (1, (("self.counter", "5"), ("self.names", '["s", "5"]')))
    ]


def test_a_picture_is_taken_by_a_timer_and_its_body_may_stand_without_braces() -> None:
    pictures = _pictures(
        """
two.add(3)
after 15ms one.add(1)
every 10ms render distributed state {
    one.counter
    two.last
    two.names
}
""",
        ticks=20,
    )
    assert pictures == [
        (10, (("one.counter", "1"), ("two.last", "(3, 1.5)"), ("two.names", '["s", "3"]'))),
        (20, (("one.counter", "2"), ("two.last", "(3, 1.5)"), ("two.names", '["s", "3"]'))),
    ]


def test_a_picture_says_which_actors_have_no_state() -> None:
    pictures = _pictures(
        """
render distributed state { one.counter }
after 1ms one.end()
after 2ms two.lose()
every 5ms {
    render distributed state { one.counter, two.counter }
    stop
}
"""
    )
    assert pictures == [
        (0, (("one.counter", "(starting)"),)),
        (5, (("one.counter", "(stopped)"), ("two.counter", "(faulted)"))),
    ]


def test_a_turn_that_fails_takes_no_picture() -> None:
    assert _pictures("one.lose()") == []


def test_pictures_of_one_tick_come_in_the_order_of_their_turns() -> None:
    pictures = _pictures("two.show()\none.show()\none.show()\n")
    assert [rows[1][1] for _, rows in pictures] == ['["s"]'] * 3
    assert [tick for tick, _ in pictures] == [1, 1, 1]


def test_a_field_may_be_reached_through_an_expression() -> None:
    pictures = _pictures(
        "let all = [one, two]\nafter 1ms one.add(1)\nevery 3ms { render distributed state { all[1].counter }\n stop }"
    )
    assert pictures == [(3, (("all[1].counter", "2"),))]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("one.size", "`Server` has no state `size`"),
        ("one", "Expected a field of an actor"),
        ("three.counter", "there is no `three` here"),
        ("self.x", "`main` has no state `x`"),
        ("(1, 2).0", "not an actor"),
    ],
)
def test_mistakes_in_pictures(body: str, message: str) -> None:
    assert message in problem(SERVER + f"render distributed state {{ {body} }}")


def test_a_timeline_in_a_handler_with_payloads_of_all_kinds() -> None:
    result = run(
        """
actor Planner {
    on plan(n: int) {
        render timeline {
            node A -> B at 10ms
            node B -> Clock at tick=3 payload n
            node B -> A at 1500us payload [n, 2]
            node A -> A at 2s payload f"n is {n}"
            node X -> Y at 4 ticks payload (1, "x")
        }
        render "planned"
    }
}
Planner.plan(5)
render timeline { }
"""
    )
    assert [output.kind for output in result.outputs] == ["timeline", "timeline", "text"]
    assert [(row.source, row.target, row.tick, row.payload) for row in result.outputs[1].lane] == [
        ("A", "B", 10, ""),
        ("B", "Clock", 3, "5"),
        ("B", "A", 2, "[5, 2]"),
        ("A", "A", 2000, "n is 5"),
        ("X", "Y", 4, '(1, "x")'),
    ]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("node A -> B", "Expected `at` and a time"),
        ("node A B at 3ms", "Expected `->` between the two participants"),
        ("A -> B at 3ms", "An entry of a timeline is written"),
        ("node A -> B at soon", "Expected a time such as `10ms` or `tick=125`"),
        ("node A -> B at tick=x", "Expected a whole number after `tick=`"),
        ("node A -> B at 3ms payload nobody", "there is no `nobody` here"),
    ],
)
def test_mistakes_in_timelines(entry: str, message: str) -> None:
    assert message in problem(f"render timeline {{\n    {entry}\n    node C -> D at 1ms\n}}")


def test_timeline_and_state_are_words_only_there() -> None:
    assert problems("let timeline = 1\nlet distributed = 2\nrender timeline\nrender distributed") == []
