"""Programs of several files that exist in memory only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import dedent

from engine import api


@dataclass(frozen=True)
class MemoryModules:
    """A module finder over texts by dotted name; it writes down what it was asked for."""

    texts: Mapping[str, str]
    asked: list[str]

    def find(self, module: str, importer: str) -> api.FoundModule | None:
        """The text of that name; the file is called like it."""
        self.asked.append(module)
        if self.texts.get(module) == "unreadable":
            raise api.ModuleError("it is not UTF-8 text (byte 3)")
        if module not in self.texts:
            return None
        return api.FoundModule(f"{module.replace('.', '/')}.aefl", dedent(self.texts[module]), module)

    def names(self, importer: str) -> Sequence[str]:
        """All of them."""
        return list(self.texts)


def around(**texts: str) -> api.Surroundings:
    """Modules by name; ``a__b`` is ``a.b``."""
    return api.Surroundings(MemoryModules({name.replace("__", "."): text for name, text in texts.items()}, []))


def build(main: str, **texts: str) -> api.Build:
    """A program whose started file is ``main.aefl``."""
    return api.compile(dedent(main), "main.aefl", around(**texts))


def session(main: str, **texts: str) -> api.Session:
    """A run to the end of a program that must have no errors."""
    program = build(main, **texts).program
    assert program is not None, build(main, **texts).problems
    made = api.Session.start(program)
    made.advance(until_tick=1000)
    return made


def texts_of(made: api.Session) -> list[str]:
    """What a run rendered."""
    return [output.text for output in made.outputs(0)]
