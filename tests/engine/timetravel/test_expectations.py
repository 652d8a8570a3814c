"""What a program expects is part of its run: it is recorded, replayed, and decided anew in every fork."""

from __future__ import annotations

from pathlib import Path

from engine import api
from tests.engine.timetravel.programs import finished, run_on, texts

SHOP = """\
actor Shop {
    on order(item: string, count: int) { Bank.charge(count * 10) }
}
actor Bank {
    on charge(cents: int) {}
}
Shop.order("tea", 2)
expect timeline {
    node main -> Shop
    node Shop -> Bank payload 20
}
"""
ORDER = 2
"""The event of the message `order`, behind the starts of `main` and the shop."""


def test_an_expectation_that_holds_is_a_lane_with_the_ticks_of_its_messages() -> None:
    session = finished(SHOP)
    (output,) = session.outputs(0)
    assert [(m.source, m.target, m.tick, m.payload) for m in output.lane] == [
        ("main", "Shop", 1, ""),
        ("Shop", "Bank", 2, "20"),
    ]
    assert session.verify().ok


def test_a_fork_that_changes_a_message_breaks_the_expectation_in_its_branch_only() -> None:
    session = finished(SHOP)
    branch = session.fork(0, ORDER, api.EditMessage('("tea", 3)'))
    run_on(session, branch.id)
    (fault,) = (output.fault for output in session.outputs(branch.id))
    assert fault is not None
    assert (fault.kind, fault.line, fault.column) == ("expectation_failed", 10, 5)
    assert fault.message == "expected next: Shop -> Bank payload 20; seen: Shop#1 -> Bank#2 charge(30) in tick 2"
    assert texts(session) == ["main -> Shop at 1ms, Shop -> Bank at 2ms"]


def test_a_message_that_a_fork_drops_is_not_found() -> None:
    session = finished(SHOP)
    branch = session.fork(0, ORDER, api.DropMessage())
    run_on(session, branch.id)
    (fault,) = (output.fault for output in session.outputs(branch.id))
    assert fault is not None
    assert fault.message == "expected next: main -> Shop; seen: nothing more"


def test_a_recording_that_is_opened_again_expects_the_same(tmp_path: Path) -> None:
    session = finished(SHOP)
    session.save(tmp_path / "shop.aft")
    again = api.Session.load(tmp_path / "shop.aft")
    assert again.verify().ok
    branch = again.fork(0, ORDER, api.EditMessage('("tea", 1)'))
    run_on(again, branch.id)
    assert "seen: Shop#1 -> Bank#2 charge(10) in tick 2" in texts(again, branch.id)[0]
