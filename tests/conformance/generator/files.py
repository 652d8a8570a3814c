"""Worlds as the files of a program: the started one, and modules with what some worlds declare.

A world is told to the started file by ``from … import …``, or by ``import …``, and then its names stand behind a dot.
In a program with a test, that test begins the worlds in the place of the top level, lets time pass, and looks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.compiler.modules import FoundModule, Surroundings

MAIN = "main.aefl"
TEST = "all worlds"
ALONE, SHARED, WHOLE = range(3)
"""What of a world is in a module: nothing, its types and functions, all that it declares."""

_DECLARATION = re.compile(r"^(?:struct|enum|fn|actor) (\w+)", re.MULTILINE)


@dataclass
class WorldText:
    """What a world consists of. ``base`` is what it declares first, which knows nothing of the rest; ``begin`` starts
    it, ``look`` are lines of a test behind that, and ``expected`` the entries of a timeline."""

    name: str
    base: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    begin: list[str] = field(default_factory=list)
    look: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    is_tested: bool = False
    placed: int = ALONE
    is_qualified: bool = False
    exports: bool = False


@dataclass(frozen=True)
class RandomProgram:
    """Its files by name; what runs is the test, if there is one."""

    files: dict[str, str]

    @property
    def test(self) -> str | None:
        """The test that runs in the place of the top level."""
        return TEST if f'test "{TEST}"' in self.files[MAIN] else None

    @property
    def text(self) -> str:
        """All files, one behind the other."""
        if len(self.files) == 1:
            return self.files[MAIN]
        return "\n".join(f"// --- {name}\n{text}" for name, text in self.files.items())

    @property
    def around(self) -> Surroundings:
        """What it is compiled in."""
        return Surroundings(_Modules(self.files), test=self.test)


class _Modules:
    """Modules that are in memory."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files

    def find(self, module: str, importer: str) -> FoundModule | None:
        """A module by its name."""
        file = f"{module}.aefl"
        return FoundModule(file, self.files[file], module) if file in self.files else None

    def names(self, importer: str) -> Sequence[str]:
        """All of them."""
        return [file.removesuffix(".aefl") for file in self.files if file != MAIN]


def as_program(worlds: list[WorldText]) -> RandomProgram:
    """The files of some worlds."""
    imports: list[str] = []
    declared: list[str] = []
    modules: dict[str, str] = {}
    for world in worlds:
        inside = [*world.base, *(world.rest if world.placed == WHOLE else [])] if world.placed != ALONE else []
        outside = [*(world.base if world.placed == ALONE else []), *([] if world.placed == WHOLE else world.rest)]
        names = _DECLARATION.findall("\n".join(inside))
        if not names:
            declared += [*world.base, *world.rest]
            continue
        text = "\n".join(inside)
        modules[f"{world.name}.aefl"] = _DECLARATION.sub(r"export \g<0>", text) if world.exports else text
        if world.is_qualified and not world.expected:
            imports.append(f"import {world.name}")
            known = re.compile(rf"\b(?=(?:{'|'.join(names)})\b)")
            outside, world.begin, world.look = (
                [known.sub(f"{world.name}.", line) for line in lines] for lines in (outside, world.begin, world.look)
            )
        else:
            imports.append(f"from {world.name} import {', '.join(names)}")
        declared += outside
    return RandomProgram({MAIN: "\n".join([*imports, *declared, *_begin(worlds)]) + "\n", **modules})


def _begin(worlds: list[WorldText]) -> list[str]:
    """The top level, or the test in its place."""
    begin = [line for world in worlds for line in world.begin]
    expected = [f"expect timeline {{ {', '.join(world.expected)} }}" for world in worlds if world.expected]
    if not any(world.is_tested for world in worlds):
        return [*begin, *expected]
    look = [line for world in worlds for line in [*world.look, "run for 1ms"]]
    idle = ["run until idle", "render now()"]
    return [f'test "{TEST}" {{', *begin, "run for 3ms", *begin[:1], "run until 30ms", *look, *expected, *idle, "}"]
