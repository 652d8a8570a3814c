"""``aeroflow test``: finds the tests of programs, runs each in a fresh world, and says what failed."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from xml.etree import ElementTree

import typer

from engine import api
from engine.base.counts import counted
from engine.cli.files import read_programs, with_plain_line_breaks
from engine.cli.numbers import count, seconds_option, seed_option
from engine.cli.outputs import JUNIT, check_output, manifest_of
from engine.cli.processes import in_processes
from engine.cli.report import EXIT_PROBLEM, EXIT_USAGE, fail, give, say
from engine.cli.shown import fault_line
from engine.cli.test_case import Case, Outcome, run_case
from engine.files.whole import write_whole

TRACES = Path(".aeroflow") / "failed"
SHOWN_MAX = 5
"""So many outputs and earlier faults of a failed test are shown, the last ones."""
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
IN_THIS_PROCESS_MAX = 3
"""A few tests are over before another process has started."""


def run_tests(
    paths: Annotated[list[Path] | None, typer.Argument(help="Programs and folders; this folder without them.")] = None,
    only: Annotated[str, typer.Option("--filter", help="Only tests with this in their name or file.")] = "",
    seed: Annotated[int | None, seed_option("The seed of all tests, instead of each one's own.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write the outcomes into this file, as JUnit's XML.")] = None,
    events: Annotated[int, count("--events", help="How many events a test may have.", least=1)] = api.TEST_EVENTS_MAX,
    seconds: Annotated[float, seconds_option("A test may take so long.")] = api.TEST_SECONDS_MAX,
    traces: Annotated[Path, typer.Option(help="The folder for the recordings of tests that failed.")] = TRACES,
) -> None:
    """Run the tests of programs; exit 1 if one fails, 2 if there are none or a file cannot be read."""
    files, unreadable = read_programs(paths or [Path()])
    cases = [
        Case(file, name, line, seed, events, seconds, traces)
        for file, text in files
        for name, line in api.tests_in(with_plain_line_breaks(text), str(file))
        if only in name or _names(only, file)
    ]
    if not cases:
        fail(f'there is no test{f" with `{only}` in its name" if only else ""}: write `test "…" {{ … }}` in a program')
    if junit is not None:
        _prepare_junit(junit, cases)
    outcomes: list[Outcome] = []
    told: set[str] = set()
    for outcome in _run_all(cases):
        outcomes.append(outcome)
        if not outcome.passed:
            _show(outcome, told)
    failed = sum(not outcome.passed for outcome in outcomes)
    if junit is not None:
        _write_junit(junit, outcomes)
    count = counted(len(outcomes), "test")
    say(f"{count}: {failed} failed" if failed else f"{count} passed")
    if unreadable:
        raise typer.Exit(EXIT_USAGE)
    if failed:
        raise typer.Exit(EXIT_PROBLEM)


def _run_all(cases: list[Case]) -> Iterator[Outcome]:
    """The outcomes in the order of the tests, whichever is done first."""
    workers = min(len(cases), os.cpu_count() or 1)
    if workers == 1 or len(cases) <= IN_THIS_PROCESS_MAX:
        yield from map(run_case, cases)
        return
    yield from in_processes(run_case, cases, workers)


def _names(part: str, file: Path) -> bool:
    """Whether a part of a file's path is meant; the ending, which all programs have, says nothing."""
    return part in str(file.with_suffix("")) or part in (file.name, str(file))


def _show(outcome: Outcome, told: set[str]) -> None:
    """Says what failed. Errors of a program are ``told`` once, with its first test."""
    give(f"FAILED {outcome.case.path}: {outcome.case.name}")
    new = [problem for problem in outcome.problems if problem not in told]
    told.update(new)
    if outcome.problems and not new:
        give("  the program has the errors above")
    for problem in new:
        give(f"  {problem}")
    if not outcome.problems:
        give(f"  {outcome.place}: {outcome.message}")
    if outcome.code:
        give(f"    {outcome.code}")
    for text in outcome.rendered[-SHOWN_MAX:]:
        give(f"  rendered: {text}")
    for fault in outcome.faults[-SHOWN_MAX:]:
        give(f"  before that: {fault_line(fault)}")
    if outcome.trace is not None:
        give(f"  seed {outcome.seed}; `aeroflow ide {outcome.trace}` opens it where it failed")
    elif outcome.not_recorded:
        give(f"  seed {outcome.seed}; there is no recording: {outcome.not_recorded}")


def _details(outcome: Outcome) -> str:
    lines = [outcome.place, outcome.code, *outcome.problems, *map(fault_line, outcome.faults), f"seed {outcome.seed}"]
    return "\n".join(filter(None, lines))


def _xml_text(text: str) -> str:
    """A text as XML may have it: characters that XML has no place for as in source, such as ``\\u{1b}``."""
    return NOT_IN_XML.sub(lambda found: f"\\u{{{ord(found[0]):x}}}", text)


def _prepare_junit(path: Path, cases: list[Case]) -> None:
    """Makes the folder for the outcomes; ends the command where they cannot be written."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
    programs = dict.fromkeys(case.path for case in cases)
    read = [(program, "a program that is tested") for program in programs]
    check_output(path, JUNIT, [*read, *(file for program in programs for file in manifest_of(program))])


def _write_junit(path: Path, outcomes: list[Outcome]) -> None:
    failed = sum(not outcome.passed for outcome in outcomes)
    counts = {"tests": str(len(outcomes)), "failures": str(failed)}
    suite = ElementTree.Element("testsuite", {"name": "aeroflow", **counts})
    for outcome in outcomes:
        case = outcome.case
        file = _xml_text(str(case.path))
        names = {"classname": file, "name": _xml_text(case.name), "file": file, "line": str(case.line)}
        element = ElementTree.SubElement(suite, "testcase", {**names, "time": f"{outcome.seconds:.3f}"})
        if not outcome.passed:
            failure = ElementTree.SubElement(element, "failure", {"message": _xml_text(outcome.message)})
            failure.text = _xml_text(_details(outcome))
    try:
        write_whole(path, ElementTree.tostring(suite, encoding="utf-8", xml_declaration=True))
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}")
