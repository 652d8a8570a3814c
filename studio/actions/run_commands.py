"""Commands that run the program and walk through its time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from studio.model.commands import Command
from studio.model.document import Document
from studio.model.figures import counted
from studio.model.run import RunModel
from studio.model.studio import StudioModel

Reason = Callable[[], str | None]


def run_commands(model: StudioModel) -> list[Command]:
    """Everything in the menus Run and Time."""
    return [*_running(model), *_testing(model), *_moving(model.run), *_jumping(model.run), *_branching(model.run)]


@dataclass(frozen=True, slots=True)
class RunAction:
    """What the run button does now."""

    command: str
    title: str
    icon: str


def run_action(model: StudioModel) -> RunAction:
    """Run, Pause or Continue: what the run button offers for the program in front."""
    if runs_in_front(model):
        if model.run.state == "running":
            return RunAction("run.pause", "Pause", "pause")
        if model.run.state == "paused":
            return RunAction("run.start", f"Continue {run_name(model)}", "run")
    return RunAction("run.start", "Run", "run")


def runs_in_front(model: StudioModel) -> bool:
    """Whether the program that runs, or is paused, is the one in front; a page that is no program hides none."""
    run, document = model.run, model.documents.active
    if run.state not in ("running", "paused"):
        return False
    if document is None or not document.is_program:
        return True
    return is_of_run(run, document)


def is_of_run(run: RunModel, document: Document) -> bool:
    """Whether a document is a file of the program that the run is of."""
    return document.file == run.source_name or document.file in run.sources or document.recorded in run.sources


def run_name(model: StudioModel) -> str:
    """The name of the program that was run last."""
    return model.run.source_name.replace("\\", "/").rsplit("/", 1)[-1]


def _running(model: StudioModel) -> list[Command]:
    run, documents = model.run, model.documents

    def no_program() -> str | None:
        if documents.active is None:
            return "Open or write a program first."
        return None if documents.active.is_program else "This page is no program; open one to run it."

    def can_start() -> str | None:
        if runs_in_front(model) and run.state == "paused":
            return None
        if runs_in_front(model) and (documents.active is None or documents.active.text == run.source_text):
            return "This program is running; F6 pauses it, Ctrl+Shift+F5 runs it again from the start."
        return no_program()

    def start() -> None:
        if runs_in_front(model) and run.state == "paused":
            run.resume()
        elif documents.active is not None:
            run.start(documents.active.text, documents.active.file, unsaved=documents.texts())

    def can_continue() -> str | None:
        return None if run.state == "paused" else "No run is paused."

    def can_restart() -> str | None:
        return no_program()

    def restart() -> None:
        if documents.active is not None:
            run.start(documents.active.text, documents.active.file, run.seed, documents.texts())

    def can_pause() -> str | None:
        return None if run.state == "running" else "Nothing is running."

    def can_stop() -> str | None:
        return None if run.state in ("running", "paused", "compiling") else "Nothing is running."

    def has_runs() -> str | None:
        return None if run.runs else "Nothing was run yet."

    def has_others() -> str | None:
        return None if run.kept.entries else "There is no other run."

    def forget() -> None:
        others = run.kept.entries
        for entry in others:
            run.forget_run(entry.number)
        model.notice.emit("info", f"Forgot {counted(len(others), 'run')}.")

    needs_run = _needs_run(run)
    return [
        Command(
            "run.start", "Run", "F5", can_start, start, "Run", 0, "run",
            "Runs the program in front, or continues its run if that is paused",
        ),
        Command(
            "run.continue", "Continue", "Ctrl+F6", can_continue, run.resume, "Run", 0, "run",
            "Continues the run that is paused, whichever file is in front",
        ),
        Command(
            "run.runs", "Runs…", "Ctrl+Alt+H", has_runs, lambda: model.shell.show_palette("~"), "Run", 1, "trace",
            "Goes back to an earlier run, with its forks",
        ),
        Command(
            "run.forget", "Forget the Other Runs", "", has_others, forget, "Run", 1, "close",
            "Drops all runs but the one that is shown, also those with forks",
        ),
        Command("run.restart", "Run Again from the Start", "Ctrl+Shift+F5", can_restart, restart, "Run", 0, "run"),
        Command("run.pause", "Pause", "F6", can_pause, run.pause, "Run", 0, "pause"),
        Command("run.stop", "Stop", "Shift+F5", can_stop, run.stop, "Run", 0, "stop", "Also ends an endless loop"),
        Command(
            "run.verify", "Verify the Recording", "", needs_run, run.verify, "Run", 1, "verify",
            "Replays every event and compares the hashes",
        ),
    ]  # fmt: skip


def _testing(model: StudioModel) -> list[Command]:
    tests = model.tests

    def can_run_all() -> str | None:
        return None if tests.programs() else 'There are no tests in the open programs: write test "…" { … }.'

    def run_all() -> None:
        model.shell.show_panel("tests")
        tests.run_all()

    def can_run_one() -> str | None:
        return None if tests.at_cursor() is not None else "The cursor is not in a test."

    def run_one() -> None:
        case = tests.at_cursor()
        if case is not None:
            tests.run([case])

    def can_run_failed() -> str | None:
        return None if tests.failed() else "No test has failed."

    def can_stop() -> str | None:
        return None if tests.busy else "No test is running."

    return [
        Command("tests.run_all", "Run All Tests", "Ctrl+Shift+T", can_run_all, run_all, "Run", 2, "test"),
        Command(
            "tests.run_at_cursor", "Run Test at Cursor", "Ctrl+T", can_run_one, run_one, "Run", 2, "test",
            "Runs the test that the cursor is in, on the text as it is now",
        ),
        Command(
            "tests.run_failed", "Run Failed Tests", "Ctrl+Alt+R", can_run_failed, tests.run_failed, "Run", 2, "verify"
        ),
        Command(
            "tests.stop", "Stop the Tests", "", can_stop, tests.stop, "Run", 2, "stop",
            "Also ends a test that never ends",
        ),
    ]  # fmt: skip


def _moving(run: RunModel) -> list[Command]:
    needs_run = _needs_run(run)

    def can_go_back() -> str | None:
        return needs_run() or (None if run.playhead > 0 else "The playhead is before the first event.")

    def can_go_forward() -> str | None:
        if needs_run():
            return needs_run()
        if run.in_the_past or run.state == "paused":
            return None
        return "The playhead is at the last event."

    def can_go_to_end() -> str | None:
        if needs_run():
            return needs_run()
        return None if run.in_the_past or run.state == "running" else "The playhead is at the last event."

    def can_return() -> str | None:
        return needs_run() or (None if run.can_go_back else "There was no jump to return from.")

    def can_revisit() -> str | None:
        return needs_run() or (None if run.can_go_forward else "There was no return to undo.")

    return [
        Command("time.start", "To the Start", "Alt+Home", can_go_back, run.to_start, "Time", 0, "to-start"),
        Command(
            "time.back", "Step Back", "Shift+F10", can_go_back, lambda: run.step(-1), "Time", 0, "step-back",
            "One event back",
        ),
        Command(
            "time.forward", "Step Event", "F10", can_go_forward, lambda: run.step(1), "Time", 0, "step",
            "One event on; at the end of a paused run the next event happens",
        ),
        Command("time.end", "To the End", "Alt+End", can_go_to_end, run.to_end, "Time", 0, "to-end"),
        Command("time.previous_place", "Back to the Last Place", "Alt+Left", can_return, run.back, "Time", 1, "back"),
        Command("time.next_place", "Forward Again", "Alt+Right", can_revisit, run.forward, "Time", 1, "forward"),
    ]  # fmt: skip


def _jumping(run: RunModel) -> list[Command]:
    needs_run = _needs_run(run)

    def has_cause() -> str | None:
        if run.event_detail is None:
            return "There is no event at the playhead."
        return None if run.event_detail.cause is not None else "This message came from outside or from a timer."

    def has_effect() -> str | None:
        if run.event_detail is None:
            return "There is no event at the playhead."
        return None if run.event_detail.effects else "No message that this turn sent has been handled."

    def has_subject() -> str | None:
        return needs_run() or (None if run.subject is not None else "There is no event at the playhead.")

    def has_fault(step: int) -> Reason:
        def reason() -> str | None:
            if needs_run():
                return needs_run()
            faults = run.events.faults
            if not len(faults):
                return "No turn failed in this run."
            at = run.playhead - 1
            if step > 0:
                return None if faults[-1] > at else "No turn fails after this one."
            return None if faults[0] < at else "No turn fails before this one."

        return reason

    def has_event_of_actor(step: int) -> Reason:
        def reason() -> str | None:
            if needs_run():
                return needs_run()
            if run.neighbour_of_actor(step) is not None:
                return None
            if run.selected_actor is None and not run.playhead:
                return "No actor is selected."
            return f"The actor has no {'later' if step > 0 else 'earlier'} event."

        return reason

    return [
        Command(
            "time.cause", "To Cause", "Shift+F12", has_cause, run.to_cause, "Time", 2, "cause",
            "To the turn that sent the message handled here",
        ),
        Command(
            "time.effect", "To Effect", "F12", has_effect, run.to_effect, "Time", 2, "effect",
            "To the first turn that handled what was sent here",
        ),
        Command(
            "time.actor_back", "Previous Event of the Actor", "Shift+F9", has_event_of_actor(-1),
            lambda: run.next_of_actor(-1), "Time", 2, "up",
        ),
        Command(
            "time.actor_forward", "Next Event of the Actor", "F9", has_event_of_actor(1),
            lambda: run.next_of_actor(1), "Time", 2, "down",
        ),
        Command(
            "time.pin", "Pin or Unpin the Actor", "", has_subject, lambda: run.pin(not run.pinned), "Time", 2, "pin",
            "The inspector keeps showing this actor wherever the playhead goes",
        ),
        Command(
            "time.fault_back", "Previous Fault", "Ctrl+Shift+F8", has_fault(-1), lambda: run.next_fault(-1),
            "Time", 3, "error",
        ),
        Command("time.fault", "Next Fault", "Ctrl+F8", has_fault(1), lambda: run.next_fault(1), "Time", 3, "error"),
    ]  # fmt: skip


def _branching(run: RunModel) -> list[Command]:
    needs_run = _needs_run(run)

    def has_parent() -> str | None:
        shown = run.shown_branch
        if shown is None or shown.parent is None:
            return "The shown branch is the original run; fork first."
        return None

    def compare() -> None:
        shown = run.shown_branch
        if shown is not None and shown.parent is not None:
            run.compare(shown.parent)

    def has_difference() -> str | None:
        if run.comparison is None:
            return "Compare the branch with another first."
        return None if run.comparison.difference is not None else "The two branches are the same."

    return [
        Command(
            "time.fork", "Fork…", "Ctrl+Shift+F", needs_run, run.ask_fork, "Time", 4, "fork",
            "What if, from this moment on, something had been different?",
        ),
        Command(
            "time.compare", "Compare with the Original", "", has_parent, compare, "Time", 4, "compare",
            "Looks for the first event in which this branch differs from the one that it left",
        ),
        Command(
            "time.difference", "To the First Difference", "Ctrl+Shift+D", has_difference, run.to_difference,
            "Time", 4, "compare",
        ),
    ]  # fmt: skip


def _needs_run(run: RunModel) -> Reason:
    def reason() -> str | None:
        return None if run.is_open else "Run a program or open a recording first."

    return reason
