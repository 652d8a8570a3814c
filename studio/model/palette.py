"""What the palette offers for what has been typed.

``>`` searches commands, ``@`` symbols of the file in front, ``:`` goes to a line; without one of these it searches
files, and ``name:12:3`` goes to a place in one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.api import Symbol
from studio.model.document import Document
from studio.model.fuzzy import search
from studio.model.studio import StudioModel

ROWS_MAX = 60
_PLACE = re.compile(r"^(?P<name>.*?)(?::(?P<line>\d+)(?::(?P<column>\d+))?)?:?$")


@dataclass(frozen=True, slots=True)
class PaletteItem:
    """A row: ``keys`` stands at its right, ``refusal`` is why it cannot be chosen; ``places`` are the letters found."""

    title: str
    icon: str
    run: Callable[[], object]
    detail: str = ""
    keys: str = ""
    refusal: str = ""
    places: tuple[int, ...] = ()


def palette_items(model: StudioModel, typed: str, files: Sequence[Path]) -> list[PaletteItem]:
    """The rows for what has been typed, best first. ``files`` are those of the folder that is open."""
    if typed.startswith(">"):
        return _commands(model, typed[1:])
    if typed.startswith("@"):
        return _symbols(model, typed[1:])
    if typed.startswith(":"):
        return _lines(model, typed[1:])
    return _files(model, typed, files)


def _commands(model: StudioModel, query: str) -> list[PaletteItem]:
    commands = [c for c in model.commands if c.id != "view.palette"]
    rows = []
    for command, hit in search(query, commands, lambda c: f"{c.menu}: {c.title}"):
        rows.append(
            PaletteItem(
                f"{command.menu}: {command.title}",
                command.icon,
                lambda id=command.id: model.commands.invoke(id),  # type: ignore[misc]
                "",
                command.shortcut,
                command.enabled() or "",
                hit.places,
            )
        )
    return rows


def _symbols(model: StudioModel, query: str) -> list[PaletteItem]:
    document = model.documents.active
    if document is None:
        return []

    def flat(symbols: Iterable[Symbol], inside: str) -> list[tuple[Symbol, str]]:
        return [
            pair
            for symbol in symbols
            for pair in ((symbol, inside), *flat(symbol.children, f"{inside}{symbol.name} › "))
        ]

    rows = []
    for (symbol, inside), hit in search(query, flat(document.analysis.outline, ""), lambda s: s[0].name):
        line, column = symbol.range.line, symbol.range.column
        rows.append(
            PaletteItem(
                symbol.name,
                symbol.kind,
                lambda line=line, column=column: model.documents.reveal(line, column),  # type: ignore[misc]
                f"{inside}{symbol.kind}",
                f"line {line}",
                "",
                hit.places,
            )
        )
    return rows[:ROWS_MAX]


def _lines(model: StudioModel, query: str) -> list[PaletteItem]:
    document = model.documents.active
    found = re.fullmatch(r"(\d+)(?::(\d+))?", query.strip())
    if document is None:
        return []
    last = document.text.count("\n") + 1
    if found is None:
        here = document.cursor
        return [PaletteItem(f"Type a line from 1 to {last}", "down", lambda: None, f"now at {here.line}:{here.column}")]
    line, column = min(int(found[1]), last), int(found[2] or 1)
    return [PaletteItem(f"Go to line {line}", "down", lambda: model.documents.reveal(line, column))]


def _files(model: StudioModel, query: str, files: Sequence[Path]) -> list[PaletteItem]:
    place = _PLACE.match(query.strip())
    assert place is not None, "the expression matches any text"
    line, column = int(place["line"] or 0), int(place["column"] or 1)
    sources: dict[Path | Document, str] = {}
    for document in model.documents.items:
        sources.setdefault(document if document.path is None else document.path, "open")
    for recent in model.recent:
        sources.setdefault(Path(recent), "recent")
    folder = model.workspace.folder
    for file in files:
        inside = file.parent.relative_to(folder) if folder is not None and file.is_relative_to(folder) else file.parent
        sources.setdefault(file, "" if str(inside) == "." else str(inside))
    for example in model.workspace.examples:
        for program in example.programs:
            sources.setdefault(program, f"example: {example.about}")

    def opener(source: Path | Document) -> Callable[[], None]:
        def run() -> None:
            if isinstance(source, Path):
                model.files.open(source, line or None, column)
            elif source in model.documents.items:
                model.documents.activate(source)
                source.reveal(line or source.cursor.line, column if line else source.cursor.column)

        return run

    names = Counter(source.name for source in sources)
    rows = []
    for (source, detail), hit in search(place["name"], list(sources.items()), lambda pair: pair[0].name):
        if isinstance(source, Path) and names[source.name] > 1 and detail in ("", "open", "recent"):
            detail = " — ".join(part for part in (detail, str(source.parent)) if part)
        rows.append(
            PaletteItem(
                source.name,
                "trace" if source.name.endswith(".aft") else "program" if source.name.endswith(".aefl") else "file",
                opener(source),
                detail,
                f"line {line}" if line else "",
                "",
                hit.places,
            )
        )
    return rows[:ROWS_MAX]
