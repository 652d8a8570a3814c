"""Numbers from outside: decimal digits of ASCII, within bounds, in every option and file that has numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import api
from engine.cli.main import app
from engine.cli.numbers import whole_number
from engine.files.places import place_of
from engine.project.file_places import parse_place
from engine.project.manifest import read_manifest
from engine.timetravel.pacing import interrupting_after
from tests.engine.cli.test_bad_calls import integer_options
from tests.engine.cli.test_commands import aeroflow

NO_NUMBERS = ["1_0", "٣", "1٣", "+1", "", "1.0", "1e3", "0x10", "²", "--1"]
DIGITS = "9" * 5_000
"""Python reads no number of so many digits."""


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    (tmp_path / "p.aefl").write_text('render 1\ntest "a" { assert true }\n')
    assert aeroflow("run", tmp_path / "p.aefl", "--record", tmp_path / "p.aft").exit_code == 0
    return tmp_path / "p.aft"


def test_every_option_takes_decimal_digits_only() -> None:
    for command, option in integer_options(app):
        for text in NO_NUMBERS:
            result = aeroflow(command, f"{option}={text}")
            assert result.exit_code == 2, (command, option, text)
            assert f"aeroflow: {option} {text}: write a whole number" in result.stderr, (command, option, text)
        result = aeroflow(command, f"{option}={DIGITS}")
        assert f"aeroflow: {option} goes from " in result.stderr


@pytest.mark.parametrize(
    "text", ["inf", "nan", "1e400", "1e300", "1e18", "1_0", "٣", "-1", "1000001", DIGITS, "1.", ""]
)
def test_a_time_limit_is_a_number_within_bounds(trace: Path, text: str) -> None:
    result = aeroflow("test", trace.with_suffix(".aefl"), f"--seconds={text}")
    assert result.exit_code == 2
    assert result.stderr.startswith("aeroflow: --seconds ")
    for good in ("0.5", "60", "1000000", "000002.50"):
        assert aeroflow("test", trace.with_suffix(".aefl"), "--seconds", good).exit_code == 0


def test_a_limit_that_no_thread_can_wait_for_is_a_long_one() -> None:
    with interrupting_after(float("inf"), lambda: None) as late:
        assert not late.is_set()


@pytest.mark.parametrize("at", [*NO_NUMBERS, "1:٣:0"])
def test_a_moment_takes_decimal_digits_only(trace: Path, at: str) -> None:
    result = aeroflow("state", trace, f"--at={at}")
    assert result.exit_code == 2
    assert "write a tick such as 125" in result.stderr


@pytest.mark.parametrize("at", [str(2**64 + 1), "1" * 3_000, "0:1:18446744073709551617"])
def test_a_moment_beyond_all_runs_is_told_as_it_was_typed(trace: Path, at: str) -> None:
    result = aeroflow("state", trace, "--at", at)
    assert result.exit_code == 2
    assert f"--at {at[:100]}" in result.stderr
    assert "go from 0 to 9,223,372,036,854,775,807" in result.stderr


@pytest.mark.parametrize("tick", ["٣ms", "1_0ms", f"{DIGITS}ms", "+1ms"])
def test_a_project_file_takes_decimal_digits_only(tick: str) -> None:
    (problem,) = read_manifest(f'[run]\ntick = "{tick}"\n').problems
    assert "must be a time" in problem.message
    assert read_manifest('[run]\ntick = "0003ms"\n').tick_us == 3_000


def test_places_and_descriptors_take_decimal_digits_only() -> None:
    assert parse_place("a.aefl:٣").line is None
    assert parse_place("a.aefl:12:5").line == 12
    assert place_of(Path("/dev/fd/1")).is_stream
    for number in (DIGITS, "٣"):
        with pytest.raises(OSError, match=r"."):
            place_of(Path(f"/dev/fd/{number}/x"))


def test_a_number_of_any_length_is_read() -> None:
    assert whole_number("0" * 5_000 + "12") == 12
    assert whole_number("-7") == -7
    assert (whole_number(DIGITS) or 0) > api.SEED_MAX
