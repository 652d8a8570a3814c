"""What the palette offers for what has been typed.

``>`` searches commands, ``@`` symbols of the file in front, ``~`` earlier runs, ``:`` goes to a line; without one of
these it searches everything (``search_everything``), and ``name:12:3`` goes to a place in a file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from engine.api import Symbol
from studio.model.document import Document
from studio.model.figures import counted, whole
from studio.model.fuzzy import search
from studio.model.palette_item import PaletteItem, hint, with_hint
from studio.model.run_search import run_items
from studio.model.runs import KEPT_RUNS
from studio.model.studio import StudioModel
from studio.model.workspace import FoundFiles

ROWS_MAX = 60
GROUP_MAX = 8
"""The rows of a kind, where several kinds are offered."""
NO_FILES = FoundFiles()
LINE_MOST = 2**31 - 1
_PLACE = re.compile(r"^(?P<name>.*?)(?::(?P<line>\d+)(?::(?P<column>\d+))?)?:?$", re.DOTALL)


def palette_items(model: StudioModel, typed: str, files: FoundFiles = NO_FILES) -> list[PaletteItem]:
    """The rows for what has been typed, best first. ``files`` are those of the folder that is open."""
    items, query = _items(model, typed, files), typed.lstrip(">@~").strip()
    if query and not typed.startswith(":") and all(item.is_hint for item in items):
        return [hint(f"Nothing found for “{query}”."), *items]
    return items


def _items(model: StudioModel, typed: str, files: FoundFiles) -> list[PaletteItem]:
    if typed.startswith(">"):
        return command_items(model, typed[1:])
    if typed.startswith("@"):
        return symbol_items(model, typed[1:], [d for d in (model.documents.active,) if d is not None])
    if typed.startswith(":"):
        return _lines(model, typed[1:])
    if typed.startswith("~"):
        return _runs(model, typed[1:])
    return everything(model, typed, files) if typed.strip() else file_items(model, typed, files)


def everything(model: StudioModel, query: str, files: FoundFiles) -> list[PaletteItem]:
    """The best of each kind of thing, those kinds first whose best matches best."""
    groups = [
        [replace(item, group="Files") for item in file_items(model, query, files, GROUP_MAX)],
        [replace(item, group="Commands") for item in command_items(model, query, GROUP_MAX)],
        symbol_items(model, query, model.documents.items, GROUP_MAX),
        *run_items(model, query),
    ]
    groups = [group for group in groups if group]
    return [item for group in sorted(groups, key=lambda group: -group[0].score) for item in group]


def command_items(model: StudioModel, query: str, most: int | None = None) -> list[PaletteItem]:
    """The commands, also those that cannot run now, with the reason."""
    commands = [c for c in model.commands if c.id != "view.palette"]
    found = search(query, commands, lambda c: f"{c.menu}: {c.title}")
    rows = []
    for command, hit in found[:most]:
        rows.append(
            PaletteItem(
                f"{command.menu}: {command.title}",
                command.icon,
                lambda id=command.id: model.commands.invoke(id),  # type: ignore[misc]
                "",
                command.shortcut,
                command.enabled() or "",
                hit.places,
                score=hit.score,
            )
        )
    return with_hint(rows, len(found))


def symbol_items(
    model: StudioModel, query: str, documents: Sequence[Document], most: int = ROWS_MAX
) -> list[PaletteItem]:
    """What the programs declare, best first."""

    def flat(document: Document, symbols: Iterable[Symbol], inside: str) -> Iterator[tuple[Document, Symbol, str]]:
        for symbol in symbols:
            yield document, symbol, inside
            yield from flat(document, symbol.children, f"{inside}{symbol.name} › ")

    def go(document: Document, symbol: Symbol) -> Callable[[], None]:
        def run() -> None:
            if document in model.documents.items:  # it may have been closed while the palette was open
                model.documents.activate(document)
                document.reveal(symbol.range.line, symbol.range.column)

        return run

    declared = [entry for document in documents for entry in flat(document, document.analysis.outline, "")]
    found = search(query, declared, lambda entry: entry[1].name)
    rows = []
    for (document, symbol, inside), hit in found[:most]:
        place = f"{document.name}:{symbol.range.line}" if len(documents) > 1 else f"line {symbol.range.line}"
        detail = f"{inside}{symbol.kind}"
        rows.append(
            PaletteItem(
                symbol.name, symbol.kind, go(document, symbol), detail, place, "", hit.places, "Symbols", hit.score
            )
        )
    return with_hint(rows, len(found), "Symbols")


def _runs(model: StudioModel, query: str) -> list[PaletteItem]:
    """The runs of this session, the latest first."""
    rows = []
    entries = list(reversed(model.run.runs))
    found = search(query, entries, lambda e: f"{e.title} #{e.number}")
    for entry, hit in found[:ROWS_MAX]:
        forks = f"  ·  {counted(entry.forks, 'fork')}" if entry.forks else ""
        rows.append(
            PaletteItem(
                f"{entry.title} #{entry.number}",
                "trace",
                lambda number=entry.number: model.run.show_run(number),  # type: ignore[misc]
                f"{counted(entry.events, 'event')}{forks}",
                "shown" if entry.number == model.run.shown_run else "",
                "",
                hit.places,
            )
        )
    return with_hint(rows, len(found)) + ([hint(KEPT_RUNS)] if model.run.has_dropped_runs else [])


def _lines(model: StudioModel, query: str) -> list[PaletteItem]:
    document = model.documents.active
    found = re.fullmatch(r"(\d+)(?::(\d+))?", query.strip())
    if document is None:
        return []
    last = document.text.count("\n") + 1
    if found is None:
        here = document.cursor
        return [PaletteItem(f"Type a line from 1 to {last}", "down", lambda: None, f"now at {here.line}:{here.column}")]
    line, column = max(1, whole(found[1], last)), whole(found[2] or "1", LINE_MOST)
    return [PaletteItem(f"Go to line {line}", "down", lambda: model.documents.reveal(line, column))]


def file_items(model: StudioModel, query: str, files: FoundFiles, most: int = ROWS_MAX) -> list[PaletteItem]:
    """The files that are open, were used recently, lie in the folder or are examples."""
    place = _PLACE.match(query.strip())
    assert place is not None, "the expression matches any text"
    line, column = whole(place["line"] or "0", LINE_MOST), whole(place["column"] or "1", LINE_MOST)
    sources: dict[Path | Document, str] = {}
    for document in model.documents.items:
        sources.setdefault(document if document.path is None else document.path, "open")
    for recent in model.recent:
        sources.setdefault(Path(recent), "recent")
    folder = model.workspace.folder
    for file in files.paths:
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
    found = search(place["name"], list(sources.items()), lambda pair: pair[0].name)
    rows = []
    for (source, detail), hit in found[:most]:
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
                score=hit.score,
            )
        )
    left_out = [hint(files.left_out)] if files.left_out else []
    return with_hint(rows, len(found)) + left_out
