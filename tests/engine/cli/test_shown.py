"""What a program renders is shown as it comes, and a signal cuts short what one turn has rendered."""

from __future__ import annotations

import pytest

from engine.cli.shown import ShownAsJson, ShownAsText
from tests.engine.timetravel.programs import started

MANY = """\
actor A { on go() { for n in 0..60_000 { render f"line {n} of many, with some more words" } } }
A.go()
"""
LARGE = 'actor A { on go() { render "a".repeat(5_000_000) } }\nA.go()\n'


class After:
    """Says from the n-th time on that it must stop."""

    def __init__(self, times: int) -> None:
        self._left = times

    def __call__(self) -> bool:
        self._left -= 1
        return self._left < 0


@pytest.mark.parametrize("source", [MANY, LARGE])
@pytest.mark.parametrize("shown", [ShownAsText, ShownAsJson])
def test_what_is_left_when_a_signal_came_is_not_shown(
    source: str, shown: type[ShownAsText] | type[ShownAsJson], capsys: pytest.CaptureFixture[str]
) -> None:
    rendered = started(source, keep_events=False).advance().rendered
    shown().show(rendered)
    whole = capsys.readouterr().out
    shown().show(rendered, After(1))
    part = capsys.readouterr().out
    assert whole.startswith(part)
    assert 0 < len(part) < 2_500_000 or shown is ShownAsJson
    assert len(part) < len(whole) or source == LARGE
