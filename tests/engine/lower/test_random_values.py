"""Whatever a program does to nested values, nobody sees a change that is not theirs, and nothing stays in the heap."""

from __future__ import annotations

import re

import pytest

from tests.engine.lower.random_values import DECLARATIONS, FIRST, TYPES, RandomProgram
from tests.engine.lower.running import run

SEEDS = range(8)
STEPS = 60


@pytest.mark.parametrize("seed", SEEDS)
def test_values_of_locals_are_copies(seed: int) -> None:
    program = RandomProgram.make(seed, STEPS)
    result = run(f"{DECLARATIONS}fn main() {{\n" + "\n".join(program.steps) + f"\n{program.renders}\n}}")
    assert (result.texts, result.faults) == (program.expected, ())


@pytest.mark.parametrize("seed", SEEDS)
def test_values_of_the_top_level_are_copies(seed: int) -> None:
    program = RandomProgram.make(seed + 100, STEPS)
    result = run(DECLARATIONS + "\n".join(program.steps) + "\n" + program.renders)
    assert (result.texts, result.faults) == (program.expected, ())


@pytest.mark.parametrize("seed", SEEDS)
def test_values_of_the_state_are_copies_and_are_freed(seed: int) -> None:
    """The steps are spread over turns; in the end every field gets its first value again."""
    program = RandomProgram.make(seed + 200, STEPS)
    fields = "\n".join(f"state {name}: {TYPES[kind]} = {FIRST[kind]}" for name, (kind, _) in program.values.items())
    resets = "\n".join(f"{name} = {FIRST[kind]}" for name, (kind, _) in program.values.items())
    handlers, sends = [], []
    for i in range(0, len(program.steps), 3):
        steps = "\n".join(re.sub(r"^var (v\d+): [^=]*=", r"\1 =", step) for step in program.steps[i : i + 3])
        handlers.append(f"on step{i}() {{\n{steps}\n}}")
        sends.append(f"Keeper.step{i}()")
    handlers += [f"on show() {{\n{program.renders}\n}}", f"on reset() {{\n{resets}\n}}"]
    actor = f"{DECLARATIONS}actor Keeper {{\n{fields}\n" + "\n".join(handlers) + "\n}\n"
    result = run(actor + "\n".join([*sends, "Keeper.show()", "Keeper.reset()"]))
    assert (result.texts, result.faults) == (program.expected, ())
    assert result.state_bytes[1] == run(actor + "Keeper.reset()").state_bytes[1]
