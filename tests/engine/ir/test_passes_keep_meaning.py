"""Whatever a module does, it does after the passes."""

from __future__ import annotations

import pytest
import wasmtime

from engine.compiler.ir.nodes import Module
from engine.compiler.ir.passes import optimise
from engine.compiler.ir.validate import validate
from tests.engine.ir.building import FILE, start
from tests.engine.ir.random_modules import random_module

_ARGUMENTS = (0, 1, -1, 7, 2**31, -(2**63), 2**63 - 1)


def _outcome(module: Module, argument: int) -> tuple[object, bytes]:
    machine = start(module)
    try:
        result: object = machine.run(argument)
    except wasmtime.Trap:
        result = "trap"
    return result, machine.memory(64, 192)


@pytest.mark.parametrize("seed", range(60))
def test_a_random_module_does_the_same_before_and_after_the_passes(seed: int) -> None:
    module = random_module(seed)
    optimised = optimise(module, (FILE,))
    validate(optimised)
    for argument in _ARGUMENTS:
        assert _outcome(optimised, argument) == _outcome(module, argument)


def test_the_passes_give_the_same_module_every_time() -> None:
    assert optimise(random_module(5), (FILE,)) == optimise(random_module(5), (FILE,))
