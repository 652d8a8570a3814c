"""A module out of a trace file is foreign: whatever it does, it harms nothing, and can be stopped."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from engine import api
from engine.vm.instances import FOREIGN_MEMORY_MAX, WASM_PAGE
from tests.engine.timetravel.hostile import FOREVER, insisting, module, put_into
from tests.engine.timetravel.programs import BANK, finished


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A recording whose module can be replaced."""
    path = tmp_path / "run.aft"
    finished(BANK).save(path)
    return path


def test_a_recording_of_our_own_runs_our_own_module(path: Path) -> None:
    session = api.Session.load(path)
    assert session.warnings == ()
    assert not session.program.foreign
    assert session.program.ir_text


def test_a_module_that_the_sources_do_not_give_is_told_and_runs_under_limits(path: Path) -> None:
    put_into(path, module())
    session = api.Session.load(path)
    assert session.program.foreign
    assert any("not what its source text gives" in warning for warning in session.warnings)
    assert not session.verify().ok


def test_a_module_of_another_compiler_is_told_and_runs_under_limits(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.timetravel import origin

    monkeypatch.setattr(origin, "_compiler", [("another", origin._compiler[0][1])])
    session = api.Session.load(path)
    assert session.program.foreign
    assert any("another version of AeroFlow" in warning for warning in session.warnings)
    result = session.verify()
    assert result.ok
    assert "source text" in result.message


FILL = "(memory.fill (i32.const 64) (i32.const 0) (i32.const 200000))"


@pytest.mark.parametrize(
    "bodies",
    [
        {"boot": FOREVER},
        {"boot": f"(loop $again {FILL} (br $again))"},
        {"boot": f"(loop $again (drop (memory.grow (i32.const 1))) {FILL} (br $again))"},
        {"boot": "(call $endless)"},
    ],
)
def test_a_module_that_never_ends_is_stopped_while_it_is_opened(path: Path, bodies: dict[str, str]) -> None:
    put_into(path, module(bodies, more="(func $endless (call $endless) (call $endless))"))
    with pytest.raises((api.Interrupted, api.TraceFileError)):
        insisting(lambda signal: api.Session.load(path, signal=signal))


@pytest.mark.parametrize("name", ["run", "digest", "peek", "recover"])
def test_a_module_that_never_ends_is_stopped_whatever_is_asked_of_it(path: Path, name: str) -> None:
    bodies = {name: FOREVER} | ({"run": "(unreachable)"} if name == "recover" else {})
    put_into(path, module(bodies))
    session = api.Session.load(path)

    def work(signal: api.StopSignal) -> None:
        for look in (
            lambda: session.verify(),
            lambda: session.events(0, 0, session.total()),
            lambda: session.state_digest(0, 0),
            lambda: session.following(0, 0),
            lambda: session.advance(),
        ):
            with contextlib.suppress(api.AeroFlowError):
                look()

    insisting(work, session.signal)


@pytest.mark.parametrize(
    ("wasm", "words"),
    [
        (module(more="(func $s (loop $l (br $l))) (start $s)"), "runs before it is called"),
        (module(more="(global (mut i32) (i32.const 1))"), "variables outside"),
        (module(more='(import "a" "b" (func))'), "asks for things of the host"),
        (module(memory='(memory (export "memory") i64 4 65536)'), "64 bits"),
        (module(memory="(memory 4)"), "does not show its memory"),
        (module(more="(table 10000001 funcref)"), "places, more than"),
        (module(without=("run",)), "no function run"),
        (module(signatures={"run": (("i64", "f32"), ("i32",))}), "takes or gives other things"),
        (module(signatures={"peek": ((), ("i64",))}), "takes or gives other things"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_module_that_could_do_more_than_ours_is_refused(path: Path, wasm: bytes, words: str) -> None:
    put_into(path, wasm)
    with pytest.raises(api.TraceFileError, match=words):
        api.Session.load(path)


def test_a_module_that_begins_with_more_memory_than_a_program_can_have_is_refused(path: Path) -> None:
    pages = FOREIGN_MEMORY_MAX // WASM_PAGE + 1
    put_into(path, module(memory=f'(memory (export "memory") {pages} 65536)'))
    with pytest.raises(api.TraceFileError, match="cannot be started"):
        api.Session.load(path)


def test_memory_that_holds_what_cannot_be_there_gives_sentences(path: Path) -> None:
    """All words of memory are the same large number, whatever the host takes them for."""
    for word in (0x7FFFFFF0, 0xFFFFFFFF, 0x40, 0x10000):
        fill = f"(loop $more (i32.store (local.get 1) (i32.const {word})) "
        fill += "(local.set 1 (i32.add (local.get 1) (i32.const 4))) "
        fill += "(br_if $more (i32.lt_u (local.get 1) (i32.const 262144))))"
        put_into(path, module({"boot": f"(local i32) (local.set 1 (i32.const 64)) {fill}"}))

        def work(signal: api.StopSignal) -> None:
            session = api.Session.load(path, signal=signal)
            for look in (
                lambda: session.picture(0, 0),
                lambda: session.actors(0, 0),
                lambda: session.waiting(0, 0, 0),
                lambda: session.waits(0, 0),
                lambda: session.outputs(0),
                lambda: session.verify(),
                lambda: session.advance(),
            ):
                with contextlib.suppress(api.AeroFlowError):
                    look()

        with contextlib.suppress(api.AeroFlowError):
            insisting(work)
