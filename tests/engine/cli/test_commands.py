"""The command line, as a person and a program use it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from engine import api
from engine.cli.main import app

PROGRAM = """
actor Account(opening: int) {
    state balance: int = opening
    on deposit(n: int) { balance += n }
    on withdraw(n: int) { balance -= n }
    on tell() { render balance }
}
let a = spawn Account(10)
a.deposit(5)
after 2ms a.withdraw(3)
after 5ms a.tell()
render "ready"
"""


def aeroflow(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "account.aefl"
    path.write_text(PROGRAM, encoding="utf-8")
    return path


@pytest.fixture
def trace(program: Path, tmp_path: Path) -> Path:
    path = tmp_path / "account.aft"
    assert aeroflow("run", program, "--record", path).exit_code == 0
    return path


def test_run_prints_exactly_the_rendered_values(program: Path) -> None:
    result = aeroflow("run", program)
    assert (result.exit_code, result.stdout) == (0, "ready\n12\n")


def test_run_tells_ticks_events_rate_and_hash_on_stderr(program: Path) -> None:
    summary = aeroflow("run", program).stderr
    assert "finished at tick 6: 5 events" in summary
    assert "hash " in summary


def test_run_counts_the_messages_that_came_to_actors_that_had_ended(tmp_path: Path) -> None:
    path = tmp_path / "dead.aefl"
    path.write_text("actor A { on end() { stop } }\nlet a = spawn A()\na.end()\na.end()\na.end()\n", encoding="utf-8")
    result = aeroflow("run", path, "--json")
    assert "4 events" in result.stderr or "5 events" in result.stderr
    assert ", 2 dead letters," in result.stderr
    assert json.loads(result.stdout)["dead_letters"] == 2


def test_run_says_where_what_is_expected_was_not_checked(tmp_path: Path) -> None:
    path = tmp_path / "expects.aefl"
    text = "actor A { on go() {} }\nafter 5ms A.go()\nexpect timeline { node main -> A }\n"
    path.write_text(text, encoding="utf-8")
    cut_off, whole = aeroflow("run", path, "--ticks", 3), aeroflow("run", path)
    assert f"{path}:3: what is expected here was not checked" in cut_off.stderr
    assert "not checked" not in whole.stderr
    assert (whole.exit_code, whole.stdout) == (0, "main -> A at 6ms\n")


def test_an_expectation_that_fails_ends_run_with_the_place_of_its_message(tmp_path: Path) -> None:
    path = tmp_path / "expects.aefl"
    path.write_text("actor A { on go() {} }\nA.go()\nexpect timeline { node A -> main }\n", encoding="utf-8")
    result = aeroflow("run", path)
    assert result.exit_code == 3
    assert f"{path}:3:19: fault in main.expects in line 3 (main, tick 2): expected next: A -> main" in result.stderr


def test_run_asks_the_outside_as_far_as_it_is_permitted(tmp_path: Path) -> None:
    path = tmp_path / "asks.aefl"
    (tmp_path / "data.txt").write_text("three", encoding="utf-8")
    path.write_text('render await fs.read("data.txt")\nrender await env("HOME")\n', encoding="utf-8")
    trace = tmp_path / "asks.aft"
    assert "`--allow-read FOLDER` permits it" in aeroflow("run", path).stderr
    assert "write a host such as" in aeroflow("run", path, "--allow-net", "http://a").stderr
    result = aeroflow("run", path, "--record", trace, "--allow-read", tmp_path)
    assert result.stdout == "three\n"
    assert 'env("HOME") is not permitted; `--allow-env` permits it' in result.stderr
    assert aeroflow("verify", trace).exit_code == 0
    assert "this run is cut off from the outside" in aeroflow("run", path, "--offline").stderr


def test_run_reads_lines_of_the_standard_input(tmp_path: Path) -> None:
    path = tmp_path / "reads.aefl"
    path.write_text("render await input()\nrender await input()\nrender await input()\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["run", str(path)], input="one\ntwo\n")
    assert result.stdout == "one\ntwo\nnone\n"


def test_run_stops_at_the_tick_that_was_asked_for(program: Path) -> None:
    result = aeroflow("run", program, "--ticks", "3")
    assert result.stdout == "ready\n"
    assert "stopped at the limit of tick 3: 4 events, " in result.stderr


def test_a_run_that_stops_at_a_limit_tells_the_limit_and_the_last_event(program: Path) -> None:
    program.write_text("every 10ms { render now() }\n")
    for limit, told in ((20, "of tick 20: 3 events"), (29, "of tick 29, last event in tick 20: 3 events")):
        assert f"stopped at the limit {told}" in aeroflow("run", program, "--ticks", str(limit)).stderr


def test_run_gives_json_to_programs(program: Path) -> None:
    plain = json.loads(aeroflow("run", program, "--json").stdout)
    assert [output["text"] for output in plain["outputs"]] == ["ready", "12"]
    assert plain["status"] == "finished"


def test_a_mistake_is_a_diagnostic_and_exit_1(tmp_path: Path) -> None:
    path = tmp_path / "wrong.aefl"
    path.write_text('let x: int = "no"\nrender y\n', encoding="utf-8")
    for command in ("run", "check"):
        result = aeroflow(command, path)
        assert result.exit_code == 1
        assert f"{path}:1:14: error[E02" in result.output
        assert f"{path}:2:8: error[E01" in result.output
        assert "Traceback" not in result.output


def test_check_gives_json_with_ranges(tmp_path: Path) -> None:
    path = tmp_path / "wrong.aefl"
    path.write_text("render y\n", encoding="utf-8")
    result = aeroflow("check", path, "--json")
    problem = json.loads(result.stdout)[0]
    assert (problem["line"], problem["column"], problem["end_column"]) == (1, 8, 9)
    assert result.exit_code == 1


def test_a_fault_of_the_top_level_is_exit_3_and_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "fault.aefl"
    path.write_text("let xs = [1, 2]\nlet i = xs.len()\nrender xs[i]\n", encoding="utf-8")
    result = aeroflow("run", path)
    assert result.exit_code == 3
    assert f"{path}:3:8: fault in main" in result.stderr
    assert "2" in result.stderr


def test_a_missing_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    for command in ("run", "check", "ir", "verify"):
        result = aeroflow(command, tmp_path / "nothing.aefl")
        assert result.exit_code == 2
        assert "there is no file" in result.stderr


def test_ir_prints_the_functions_of_the_program(program: Path) -> None:
    assert "fn Account.on:deposit(" in aeroflow("ir", program).stdout


def test_state_shows_every_actor_at_a_tick(trace: Path) -> None:
    assert "balance = 15" in aeroflow("state", trace, "--at", "2").stdout
    assert "balance = 12" in aeroflow("state", trace, "--at", "6").stdout


def test_state_shows_what_an_event_changed(trace: Path) -> None:
    plain = json.loads(aeroflow("events", trace, "--kind", "withdraw", "--json").stdout)
    at = f"{plain[0]['tick']}:{plain[0]['actor']}:{plain[0]['seq']}"
    assert "balance = 12    (was 15)" in aeroflow("state", trace, "--at", at).stdout


def test_events_are_listed_with_arguments_and_causes(trace: Path) -> None:
    lines = aeroflow("events", trace, "--actor", "1").stdout.splitlines()
    assert any("Account.deposit" in line and "(5)" in line and "<- 1" in line for line in lines)


def test_every_command_counts_events_from_1_as_studio_does(trace: Path, tmp_path: Path) -> None:
    rows = json.loads(aeroflow("events", trace, "--json").stdout)
    assert [row["n"] for row in rows] == list(range(1, len(rows) + 1))
    for row, line in zip(rows, aeroflow("events", trace).stdout.splitlines(), strict=True):
        assert line.split()[0] == str(row["n"])
        at = f"{row['tick']}:{row['actor']}:{row['seq']}"
        assert json.loads(aeroflow("state", trace, "--at", at, "--json").stdout)["moment"] == row["n"]
        assert row["cause"] is None or rows[row["cause"] - 1]["actor"] == row["sender"]
    forked = tmp_path / "forked.aft"
    at = f"{rows[1]['tick']}:{rows[1]['actor']}:{rows[1]['seq']}"
    assert aeroflow("fork", trace, "--at", at, "--drop", "-o", forked).exit_code == 0
    assert "first difference at event 3:" in aeroflow("diff", trace, forked, "--right-branch", "1").stdout
    assert json.loads(aeroflow("diff", trace, forked, "--right-branch", "1", "--json").stdout)["n"] == 3
    exported = tmp_path / "trace.json"
    aeroflow("export", trace, "-o", exported)
    slices = [e for e in json.loads(exported.read_text(encoding="utf-8"))["traceEvents"] if e["ph"] == "X"]
    assert [e["args"]["event"] for e in slices] == [row["n"] for row in rows]


def test_an_unknown_message_lists_those_that_there_are(trace: Path) -> None:
    result = aeroflow("events", trace, "--kind", "depsit")
    assert result.exit_code == 2
    assert "Account.deposit" in result.stderr


def test_a_moment_that_is_not_in_the_run_is_refused(trace: Path) -> None:
    for at in ("99999:1:0", "x", "1:2"):
        result = aeroflow("state", trace, "--at", at)
        assert result.exit_code == 2, at
        assert "aeroflow: " in result.stderr


def test_fork_then_diff_finds_the_injected_message(trace: Path, tmp_path: Path) -> None:
    forked = tmp_path / "forked.aft"
    result = aeroflow("fork", trace, "--at", "3", "--send", "Account#1.deposit(100)", "-o", forked)
    assert result.exit_code == 0, result.output
    assert "112" in result.stdout
    result = aeroflow("diff", trace, forked, "--right-branch", "1")
    assert result.exit_code == 1
    assert "first difference at event" in result.stdout
    assert aeroflow("diff", trace, forked, "--right-branch", "0").exit_code == 0


def test_fork_can_set_a_field(trace: Path, tmp_path: Path) -> None:
    result = aeroflow("fork", trace, "--at", "3", "--set", "1.balance = 1000", "-o", tmp_path / "set.aft")
    assert "1000" in result.stdout or "997" in result.stdout


def test_fork_refuses_what_the_program_does_not_have(trace: Path, tmp_path: Path) -> None:
    for send in ("Account#1.steal(1)", 'Account#1.deposit("much")', "Nobody.deposit(1)", "not a message"):
        result = aeroflow("fork", trace, "--at", "3", "--send", send, "-o", tmp_path / "no.aft")
        assert result.exit_code == 2, send
        assert not (tmp_path / "no.aft").exists()


def test_verify_replays_and_agrees(trace: Path) -> None:
    assert aeroflow("verify", trace).exit_code == 0


def test_export_writes_a_chrome_trace_that_is_the_same_twice(trace: Path, tmp_path: Path) -> None:
    for name in ("one.json", "two.json"):
        assert aeroflow("export", trace, "-o", tmp_path / name).exit_code == 0
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    assert json.loads((tmp_path / "one.json").read_text(encoding="utf-8"))["traceEvents"]


def test_a_damaged_trace_is_told_and_never_crashes(trace: Path, tmp_path: Path) -> None:
    whole = trace.read_bytes()
    broken = tmp_path / "broken.aft"
    for content in (b"", b"something else entirely", whole[: len(whole) // 2], whole[:40] + b"\xff" + whole[41:]):
        broken.write_bytes(content)
        result = aeroflow("verify", broken)
        assert result.exit_code in (0, 2)
        assert result.stderr
        assert "Traceback" not in result.output


def test_every_command_has_help() -> None:
    names = ["run", "check", "ir", "state", "events", "fork", "diff", "verify", "export", "bench", "ide", "doctor"]
    for words in [[name] for name in names] + [["install", "ide"], ["uninstall", "ide"], []]:
        result = aeroflow(*words, "--help")
        assert result.exit_code == 0
        assert "Usage" in result.stdout


def test_an_unwritable_recording_is_told_before_the_run(program: Path, tmp_path: Path) -> None:
    result = aeroflow("run", program, "--record", tmp_path / "no" / "folder" / "x.aft")
    assert result.exit_code == 2
    assert result.stdout == ""


def test_ctrl_c_ends_an_endless_run_cleanly(tmp_path: Path) -> None:
    path = tmp_path / "endless.aefl"
    path.write_text('actor A { every 1ms { render "tick" } }\nspawn A()\n', encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "engine.cli", "run", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "tick\n"
    process.send_signal(2)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "interrupted at tick" in errors
    assert "Traceback" not in errors


def test_install_ide_dry_run_says_what_it_would_write(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    result = aeroflow("install", "ide", "--dry-run")
    assert result.exit_code in (0, 2)
    assert list(tmp_path.iterdir()) == []


def test_what_is_whole_of_a_damaged_trace_can_be_put_into_a_new_file(program: Path, tmp_path: Path) -> None:
    trace, mended = tmp_path / "long.aft", tmp_path / "mended.aft"
    program.write_text("actor A { every 1ms { } }\nspawn A()\n", encoding="utf-8")
    assert aeroflow("run", program, "--ticks", "200000", "--record", trace).exit_code == 0
    content = bytearray(trace.read_bytes())
    content[-400] ^= 0xFF
    trace.write_bytes(content)
    result = aeroflow("verify", trace)
    assert result.exit_code == 2
    assert "--salvage" in result.stderr
    result = aeroflow("verify", trace, "--salvage", "-o", mended)
    assert result.exit_code == 0, result.output
    assert aeroflow("verify", mended).exit_code == 0


ASKS = """\
actor S { on get() -> int { render 5 } }
let s = spawn S()
let n = await s.get()
render n
"""


def test_a_fork_that_loses_an_answer_tells_who_waits(tmp_path: Path) -> None:
    path, trace = tmp_path / "asks.aefl", tmp_path / "asks.aft"
    path.write_text(ASKS, encoding="utf-8")
    assert aeroflow("run", path, "--record", trace).exit_code == 0
    session = api.Session.load(trace)
    answer = next(n for n in range(session.total()) if "answer" in session.event(0, n).type)
    result = aeroflow("fork", trace, "--at", str(session.event(0, answer).tick - 1), "--drop", "-o", tmp_path / "b.aft")
    assert result.exit_code == 4
    assert "main waits at 3:9 for S#1.get" in result.stderr


def test_a_field_is_set_of_the_actor_that_was_named(tmp_path: Path) -> None:
    path, trace = tmp_path / "a.aefl", tmp_path / "a.aft"
    path.write_text("actor Acc { state x: float = 0.5 }\nlet a = spawn Acc()\n", encoding="utf-8")
    aeroflow("run", path, "--record", trace)
    result = aeroflow("fork", trace, "--at", "1", "--set", "Foo#1.x = 1.0", "-o", tmp_path / "b.aft")
    assert (result.exit_code, "there is no Foo#1: actor 1 is Acc#1" in result.stderr) == (2, True)
    for value in ("inf", "-inf", "nan"):
        result = aeroflow("fork", trace, "--at", "1", "--set", f"Acc#1.x = {value}", "-o", tmp_path / "b.aft")
        assert result.exit_code == 0
        assert f"x = {value}" in aeroflow("state", tmp_path / "b.aft", "--at", "1", "--branch", "1").stdout
