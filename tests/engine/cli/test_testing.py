"""``aeroflow test`` and ``aeroflow new``: what is found, what is said, what is left behind."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from engine import api
from engine.cli.main import app

BANK = """\
actor Account {
    state balance: int = 0
    on deposit(n: int) { balance += n }
    every 10ms { balance += 0 }
}

test "it adds up" {
    let a = spawn Account()
    a.deposit(5)
    render f"random {random_int(0, 1000000)}"
    run for 5ms
    assert a.balance == 12
}

test "it is fine" {
    assert 1 + 1 == 2
}

test "it never ends" {
    let a = spawn Account()
    run until idle
}
"""


def aeroflow(*args: object) -> Result:
    """Runs the command."""
    return CliRunner().invoke(app, [str(arg) for arg in args])


def recording_of(name: str) -> Path:
    """The only recording of a failed test whose name begins so."""
    (path,) = Path(".aeroflow/failed").glob(f"{name}-*.aft")
    return path


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "bank.aefl"
    path.write_text(BANK, encoding="utf-8")
    return path


def test_a_failed_expectation_is_shown_with_what_was_seen_and_leaves_a_trace(bank: Path) -> None:
    expectation = "    expect timeline { node main -> Account payload 7 }"
    bank.write_text(BANK.replace("    assert a.balance == 12", expectation), encoding="utf-8")
    result = aeroflow("test", bank, "--filter", "adds up")
    said = "expected next: main -> Account payload 7; seen: main -> Account#1 deposit(5) in tick 1"
    assert f"{bank}:12:23: {said}" in result.stdout
    assert f"{expectation}\n" in result.stdout
    session = api.Session.load(recording_of("bank_it_adds_up"))
    fault = session.event(0, session.total() - 1).fault
    assert fault is not None
    assert (fault.kind, fault.line) == ("expectation_failed", 12)
    assert session.verify().ok


def test_a_failing_test_is_shown_with_its_line_both_sides_and_seed(bank: Path) -> None:
    result = aeroflow("test", bank, "--filter", "adds up", "--seed", 7)
    assert result.exit_code == 1
    assert f"FAILED {bank}: it adds up" in result.stdout
    assert f"{bank}:12:5: assertion failed: a.balance == 12: left is 5, right is 12" in result.stdout
    assert "    assert a.balance == 12\n" in result.stdout
    assert "seed 7" in result.stdout
    assert "1 test: 1 failed" in result.stderr


def test_a_failing_test_leaves_a_recording_that_ends_with_the_failure(bank: Path) -> None:
    aeroflow("test", bank, "--filter", "adds up")
    session = api.Session.load(recording_of("bank_it_adds_up"))
    last = session.event(0, session.total() - 1)
    assert last.fault is not None
    assert last.fault.line == 12
    assert session.verify().ok


def test_a_test_that_never_becomes_idle_is_stopped(bank: Path) -> None:
    result = aeroflow("test", bank, "--filter", "never ends", "--events", 200)
    assert result.exit_code == 1
    assert "not over after 200 events" in result.stdout
    assert "write `run for …` in the place of `run until idle` where timers never end" in result.stdout


def test_the_same_test_has_the_same_seed_every_time(bank: Path) -> None:
    first, second = (aeroflow("test", bank, "--filter", "adds up").stdout for _ in range(2))
    assert first == second
    assert "random" in first


def test_outcomes_are_written_as_junit(bank: Path) -> None:
    result = aeroflow("test", bank, "--filter", "it", "--events", 500, "--junit", "out/junit.xml")
    assert result.exit_code == 1
    assert "3 tests: 2 failed" in result.stderr
    suite = ElementTree.parse("out/junit.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")
    cases = {case.get("name"): case for case in suite}
    assert cases["it is fine"].find("failure") is None
    failure = cases["it adds up"].find("failure")
    assert failure is not None
    assert "left is 5, right is 12" in str(failure.get("message"))


def test_several_tests_run_in_processes_and_are_told_in_order(bank: Path) -> None:
    names = [f"number {i}" for i in range(5)]
    body = "\n".join(f'test "{name}" {{ assert {i} != {i} }}' for i, name in enumerate(names))
    bank.write_text(body, encoding="utf-8")
    result = aeroflow("test", bank)
    told = [line.rpartition(": ")[2] for line in result.stdout.splitlines() if line.startswith("FAILED")]
    assert told == names


def test_a_test_whose_world_never_rests_passes_when_its_own_block_is_over(bank: Path) -> None:
    bank.write_text(
        BANK.replace("a.balance == 12", "a.balance == 5").replace("run until idle", "a.deposit(1)\n    run for 20ms"),
        encoding="utf-8",
    )
    assert "3 tests passed" in aeroflow("test", bank).stderr


def test_a_test_is_not_failed_by_answers_that_are_still_under_way(bank: Path) -> None:
    text = """
actor Slow { on get() -> int { render 1 } }
actor Asker(slow: Slow) { every 1ms { let n = await slow.get() } }
test "under way" {
    let a = spawn Asker(spawn Slow())
    run for 7ms
}
test "a cycle" {
    let l = spawn Left()
    l.ask(spawn Right())
    run until idle
}
actor Left { on ask(o: Right) -> int { render {1 + await o.ask(self)} } }
actor Right { on ask(o: Left) -> int { render {1 + await o.ask(self)} } }
"""
    bank.write_text(text, encoding="utf-8")
    assert "1 test passed" in aeroflow("test", bank, "--filter", "under way").stderr
    assert "the test waits for an answer that cannot come" in aeroflow("test", bank, "--filter", "a cycle").stdout


def test_a_turn_that_never_ends_is_stopped_at_the_time_limit_and_named(bank: Path) -> None:
    text = 'actor Spinner { on spin() { while true {} } }\ntest "spins" { Spinner.spin(); run until idle }\n'
    bank.write_text(text, encoding="utf-8")
    result = aeroflow("test", bank, "--seconds", 0.2)
    assert result.exit_code == 1
    assert "not over after 0.2 s, at tick 1, in the turn `Spinner.spin`, or allow more with --seconds" in result.stdout
    assert api.Session.load(recording_of("bank_spins")).verify().ok


def test_the_recording_of_a_long_test_goes_to_its_failure(bank: Path) -> None:
    text = """
actor Loop { on go(n: int) { if n > 0 { self.go(n - 1) } } }
test "long" {
    Loop.go(900000)
    run until idle
    assert false
}
"""
    bank.write_text(text, encoding="utf-8")
    assert aeroflow("test", bank).exit_code == 1
    session = api.Session.load(recording_of("bank_long"))
    assert session.total() > 900_000
    assert session.event(0, session.total() - 1).fault is not None


def test_faults_of_other_actors_before_the_failure_are_shown(bank: Path) -> None:
    text = """
actor A { state n: int = 0; on go() { let xs = [1]; n = xs[5] } }
test "hidden" {
    let a = spawn A()
    a.go()
    run until idle
    assert a.n == 1
}
"""
    bank.write_text(text, encoding="utf-8")
    stdout = aeroflow("test", bank).stdout
    assert f"  before that: {bank}:2:57: fault in A.go (A#1, tick 1): index 5 is out of range" in stdout


def test_all_errors_of_a_program_are_told_once(bank: Path) -> None:
    bank.write_text('fn f() { gone() }\nfn g() { missing() }\ntest "a" {}\ntest "b" {}\n', encoding="utf-8")
    stdout = aeroflow("test", bank).stdout
    assert (stdout.count("`gone`"), stdout.count("`missing`")) == (1, 1)
    assert stdout.count("FAILED") == 2
    assert "the program has the errors above" in stdout


@pytest.mark.parametrize(
    "names",
    [
        ("日本語の試験", "中文测试"),
        ("same", "same "),
        ("same", "SAME"),
        ("x" * 300, "x" * 301),
        ("...", ":::"),
    ],
)
def test_every_failed_test_has_a_recording_of_its_own_in_every_file_system(bank: Path, names: tuple[str, str]) -> None:
    bank.write_text("\n".join(f'test "{name}" {{ assert {i} == 7 }}' for i, name in enumerate(names)), encoding="utf-8")
    stdout = aeroflow("test", bank).stdout
    paths = list(Path(".aeroflow/failed").iterdir())
    assert len({path.name.casefold() for path in paths}) == 2
    assert all(path.name.isascii() and len(path.name) < 100 and str(path) in stdout for path in paths)


def test_a_recording_that_cannot_be_written_is_told(bank: Path) -> None:
    Path(".aeroflow").write_text("in the way", encoding="utf-8")
    stdout = aeroflow("test", bank, "--filter", "adds up", "--seed", 7).stdout
    assert "seed 7; there is no recording: " in stdout


def test_junit_can_be_read_whatever_characters_names_and_messages_have(bank: Path) -> None:
    bank.write_text('test "colour \\u{1b}[31m" { fail "bell \\u{7} \\u{fffe}" }\n', encoding="utf-8")
    aeroflow("test", bank, "--junit", "j.xml")
    (case,) = ElementTree.parse("j.xml").getroot()
    assert case.get("name") == "colour \\u{1b}[31m"
    failure = case.find("failure")
    assert failure is not None
    assert failure.get("message") == "bell \\u{7} \\u{fffe}"


def test_a_filter_does_not_find_every_file_by_its_ending(bank: Path) -> None:
    assert "there is no test with `aefl`" in aeroflow("test", bank, "--filter", "aefl").stderr
    assert "3 tests" in aeroflow("test", bank, "--filter", "bank.aefl", "--events", 100).stderr


def test_folders_are_searched_and_a_folder_without_tests_says_so(bank: Path) -> None:
    (bank.parent / "in").mkdir()
    (bank.parent / "in" / "deep.aefl").write_text('test "deep" { assert true }\n', encoding="utf-8")
    (bank.parent / "empty").mkdir()
    assert aeroflow("test", "in").exit_code == 0
    assert "1 test passed" in aeroflow("test", "--filter", "deep").stderr
    result = aeroflow("test", "empty")
    assert result.exit_code == 2
    assert "there is no test" in result.stderr
    assert "there is no file" in aeroflow("test", "nothing").stderr


def test_a_test_of_a_program_with_mistakes_fails_with_the_first(bank: Path) -> None:
    bank.write_text('test "broken" { assert missing == 1 }\n', encoding="utf-8")
    result = aeroflow("test", bank)
    assert result.exit_code == 1
    assert "E0101 there is no `missing` here" in result.stdout


def test_a_new_project_runs_and_its_test_passes(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    assert aeroflow("new", folder).exit_code == 0
    run = aeroflow("run", folder)
    assert run.stdout == "the count is 2\nthe count is 42\n"
    assert "1 test passed" in aeroflow("test", folder).stderr
    assert aeroflow("check", folder).exit_code == 0
    assert api.project_of(folder / "main.aefl").manifest.name == "shop"


def test_a_new_project_overwrites_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "main.aefl").write_text("render 1\n", encoding="utf-8")
    result = aeroflow("new", folder)
    assert result.exit_code == 2
    assert "main.aefl is there already; nothing was changed" in result.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["main.aefl"]
    assert "cannot name a project" in aeroflow("new", tmp_path / "7up").stderr


INVARIANT = """\
actor Box(n: int) {
    state left: int = n
    on take() { left -= 1 }
}
invariant "not less than none" { [b for b in Box if b.left < 0] == [] }
let b = spawn Box(1)
b.take()
after 5ms b.take()
after 9ms b.take()
"""


def test_run_with_check_tells_the_first_violation_and_exits_3(tmp_path: Path) -> None:
    path = tmp_path / "box.aefl"
    path.write_text(INVARIANT, encoding="utf-8")
    assert aeroflow("run", path).exit_code == 0
    result = aeroflow("run", path, "--check")
    assert result.exit_code == 3
    assert result.stderr.count("does not hold") == 1
    assert f"{path}:5:34: fault in invariant (main, tick 6)" in result.stderr


def test_a_recording_shows_the_violation_at_the_last_event_of_its_tick(tmp_path: Path) -> None:
    build = api.compile_in_project(INVARIANT, str(tmp_path / "box.aefl"), checked=True)
    assert build.program is not None
    session = api.Session.start(build.program)
    total = session.advance().total
    session.save(tmp_path / "box.aft")
    again = api.Session.load(tmp_path / "box.aft")
    (fault,) = [output.fault for output in again.outputs(0) if output.fault is not None]
    assert fault.tick == 6
    detail = again.event(0, fault.n)
    assert (detail.type, detail.tick) == ("Box.take", 6)
    assert again.verify().ok
    assert again.total() == total
