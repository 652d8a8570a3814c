"""Random well-typed programs do the same on wasmtime, after the passes, and on the interpreter, before them."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from engine.project.cache import DiskCache
from engine.project.library_files import compiler_version
from engine.vm.native import keep_native_code_in
from tests.conformance import generate
from tests.conformance.corpus import Settings
from tests.conformance.generator.choices import Choices
from tests.conformance.generator.programs import random_world
from tests.conformance.observation import compiled_text, on_wasmtime


@pytest.fixture(autouse=True)
def _nothing_is_kept() -> Iterator[None]:
    """Machine code of programs that nobody runs again is not worth a place on disk."""
    keep_native_code_in(None)
    yield
    keep_native_code_in(DiskCache(compiler_version()))


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_random_programs_do_the_same_on_both_executors(seed: int) -> None:
    found = generate.search(seed, examples=2, worlds=8)
    assert found is None, str(found)


def test_the_simplest_choices_make_the_simplest_program() -> None:
    assert random_world(Choices(lambda n: 0), "0") == ""


def test_a_difference_is_made_as_simple_as_it_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """An executor that gets every program with a set wrong."""

    def compare(tapes: list[bytes], run_seed: int) -> None:
        if "set<" in generate.program(tapes):
            raise generate.Different(tapes, "sets")

    monkeypatch.setattr(generate, "compare", compare)
    found = generate.search(1, examples=10, worlds=3)
    assert found is not None
    assert found.what == "sets"
    text = generate.program(found.tapes)
    assert text.count("set<") <= 2
    assert len(text.splitlines()) < 30


def test_random_programs_do_something() -> None:
    text = "\n".join(random_world(Choices(Random(number).randrange), str(number)) for number in range(8))
    program = compiled_text(text, "random.aefl").program
    assert program is not None
    observed = on_wasmtime(program, Settings())
    assert observed.status == "finished"
    assert observed.handled > 20
    assert len(observed.outputs) > 200
