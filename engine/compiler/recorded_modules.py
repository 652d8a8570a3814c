"""Modules of a program that was compiled before: where they came from is remembered, and asked again without a disk."""

from __future__ import annotations

from collections.abc import Sequence

from engine.compiler.modules import FoundModule, ModuleFinder


class RememberedModules:
    """A finder that remembers what it found: importing file, name that was written, file and dotted name."""

    def __init__(self, finder: ModuleFinder) -> None:
        self._finder = finder
        self.found: list[tuple[str, str, str, str]] = []

    def find(self, module: str, importer: str) -> FoundModule | None:
        """What the finder finds."""
        found = self._finder.find(module, importer)
        if found is not None:
            self.found.append((importer, module, found.file, found.name))
        return found

    def names(self, importer: str) -> Sequence[str]:
        """What the finder could find."""
        return self._finder.names(importer)


class RecordedModules:
    """The modules among some sources, by what was remembered of them."""

    def __init__(self, sources: tuple[tuple[str, str], ...], found: tuple[tuple[str, str, str, str], ...]) -> None:
        self._texts = dict(sources)
        self._found = {(importer, module): (file, name) for importer, module, file, name in found}

    def find(self, module: str, importer: str) -> FoundModule | None:
        """The module that was found then, if its text is there."""
        file, name = self._found.get((importer, module), ("", ""))
        text = self._texts.get(file)
        return None if text is None else FoundModule(file, text, name)

    def names(self, importer: str) -> Sequence[str]:
        """No names: a recording offers no guesses at what was meant."""
        return ()
