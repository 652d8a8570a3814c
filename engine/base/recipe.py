"""How a program was compiled, so that it can be compiled again from its sources alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a compilation was given besides the sources.

    ``version`` is the compiler's for people, ``identity`` tells it from every other one. ``test`` is the test that took
    the place of the top level, ``checked`` whether invariants were checked. ``imports`` are, for each import, the
    importing file, the name that it wrote, and the file and the dotted name of the module that was meant.
    """

    version: str
    identity: str
    test: str | None = None
    checked: bool = False
    imports: tuple[tuple[str, str, str, str], ...] = ()

    def settings(self) -> dict[str, object]:
        """The same as plain values for a file, but for the version."""
        imports = [list(row) for row in self.imports]
        return {"compiler": self.identity, "test": self.test, "checked": self.checked, "imports": imports}
