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
from tests.conformance.generator.files import MAIN, RandomProgram, as_program
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
    found = generate.search(seed, examples=2, worlds=6)
    assert found is None, str(found)


def test_the_simplest_choices_make_the_simplest_program() -> None:
    assert as_program([random_world(Choices(lambda n: 0), "0")]).text.strip() == ""


def test_a_difference_is_made_as_simple_as_it_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """An executor that gets every program with a set wrong."""

    def compare(tapes: list[bytes], run_seed: int) -> None:
        if "set<" in generate.program(tapes).text:
            raise generate.Different(tapes, "sets")

    monkeypatch.setattr(generate, "compare", compare)
    found = generate.search(1, examples=10, worlds=3)
    assert found is not None
    assert found.what == "sets"
    text = generate.program(found.tapes).text
    assert text.count("set<") <= 2
    assert len(text.splitlines()) < 30


def random_program(seeds: range) -> RandomProgram:
    return as_program([random_world(Choices(Random(number).randrange), str(number)) for number in seeds])


@pytest.mark.parametrize(
    "part", ["json.parse(", "json.try_decode<", "math.", "export fn", "import w", "from w", ".cancel()", "payload ("]
)
def test_random_programs_have_it(part: str) -> None:
    assert part in random_program(range(60)).text


def test_some_random_programs_are_tests() -> None:
    worlds = [random_world(Choices(Random(number).randrange), "0") for number in range(100)]
    assert 0 < sum(world.is_tested for world in worlds) < 20


def test_random_programs_do_something() -> None:
    made = random_program(range(8))
    program = compiled_text(made.files[MAIN], MAIN, made.around).program
    assert program is not None
    observed = on_wasmtime(program, Settings())
    assert observed.status == "finished"
    assert observed.handled > 20
    assert len(observed.outputs) > 200
