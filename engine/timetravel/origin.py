"""Whose module is it? The program of a trace file is foreign until it is proven to be our compiler's.

The file has the sources and says how they were compiled. Where the same compiler is at hand they are compiled again: a
module with the same digest is ours, and our own one runs, with our own metadata. Any other module runs all the same,
since a recording must outlive the compiler, but under limits and on an engine that can stop it; the user is told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from blake3 import blake3

from engine.base.recipe import Recipe
from engine.base.source import Sources
from engine.trace import validate
from engine.trace.recorded import TraceHeader
from engine.vm.program import Program

Recompile = Callable[[tuple[tuple[str, str], ...], int, Recipe], Program | None]
"""Compiles sources, the started one first, with ticks of so many microseconds, by a recipe; None where they have
mistakes."""

_compiler: list[tuple[str, Recompile]] = []


def recompile_with(identity: str, recompile: Recompile) -> None:
    """From now on sources in trace files are compiled again, where their recipe names a compiler of this identity."""
    _compiler[:] = [(identity, recompile)]


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of where a program comes from. ``sources_checked`` is whether the sources were compiled again;
    ``lie`` is a sentence on what the file says wrongly of its program, empty where nothing is."""

    sources_checked: bool = True
    lie: str = ""


def program_of(header: TraceHeader) -> tuple[Program, Origin, str]:
    """The program of a trace file, where it comes from, and a sentence to tell the user, empty where it is ours."""
    recipe = validate.recipe(header)
    program = Program(
        wasm=header.module,
        metadata=header.metadata,
        sources=Sources.of(header.sources),
        digest=str(blake3(header.module).hexdigest()),
        foreign=True,
        recipe=recipe,
    )
    known = next((recompile for identity, recompile in _compiler if recipe and recipe.identity == identity), None)
    if recipe is None or known is None:
        warning = "the program was compiled by another version of AeroFlow, so its source text cannot be checked"
        return program, Origin(sources_checked=False), f"{warning}; it runs under limits"
    again = known(header.sources, header.metadata.tick_us, recipe)
    if again is None or again.digest != program.digest:
        lie = "the program in the recording is not what its source text gives"
        return program, Origin(lie=lie), f"{lie}; it runs under limits, and the text may mislead"
    ours = replace(again, recipe=recipe)
    if header.metadata != ours.metadata:
        lie = "the names and places in the recording are not those of its program"
        return ours, Origin(lie=lie), f"{lie}; the right ones are shown"
    return ours, Origin(), ""
