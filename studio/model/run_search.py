"""What the search for everything finds in the open run: actors, messages, events, outputs, and values of the inspector.

Searching looks at a bounded part of a run, so that a key press costs the same over a hundred events and ten million.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np

from studio.model.event_store import CHUNK_ROWS
from studio.model.events_table import EventFilter
from studio.model.figures import grouped
from studio.model.fuzzy import search
from studio.model.palette_item import PaletteItem, hint, with_hint
from studio.model.studio import StudioModel

FOUND_MAX = 8
ACTORS_LOOKED_AT = 5_000
EVENTS_LOOKED_AT = 8 * CHUNK_ROWS
OUTPUTS_LOOKED_AT = 5_000
TEXT_MAX = 120
WHOLE_WORD, INSIDE = 1_150, 1_000
"""How good a plain find is, beside the scores of ``fuzzy``."""


def run_items(model: StudioModel, query: str) -> list[list[PaletteItem]]:
    """What is found, one list for each kind of thing."""
    query = query.strip()
    if not model.run.is_open or not query:
        return []
    found = (_actors(model, query), _messages(model, query), _events(model, query), _outputs(model, query))
    return [*found, _values(model, query)]


def _score(query: str, text: str) -> int | None:
    at = text.casefold().find(query.casefold())
    if at < 0:
        return None
    return (WHOLE_WORD if at == 0 or not text[at - 1].isalnum() else INSIDE) - len(text) // 4


def _actors(model: StudioModel, query: str) -> list[PaletteItem]:
    run, cast = model.run, model.run.events.cast
    rows = []
    for actor in range(min(cast.count, ACTORS_LOOKED_AT)):
        first = int(cast.first[actor])
        if first < 0:
            continue
        name = cast.name(actor)
        score = _score(query, name)
        if score is not None:
            go = _both(lambda actor=actor: run.select_actor(actor), model, "inspector")  # type: ignore[misc]
            rows.append(
                PaletteItem(name, "actor", go, f"actor, since event {grouped(first + 1)}", group="Actors", score=score)
            )
    best = with_hint(sorted(rows, key=lambda row: -row.score)[:FOUND_MAX], len(rows), "Actors")
    return best + _not_searched(ACTORS_LOOKED_AT, cast.count, "actors", "Actors")


def _not_searched(looked_at: int, total: int, things: str, group: str) -> list[PaletteItem]:
    """The row that says how much of a run was not searched."""
    if total <= looked_at:
        return []
    return [hint(f"Only the first {grouped(looked_at)} of {grouped(total)} {things} are searched.", group)]


def _messages(model: StudioModel, query: str) -> list[PaletteItem]:
    handlers = [h for h in model.run.program.handlers if h.line]
    found = search(query, handlers, lambda h: f"{h.actor}.{h.name}" if h.actor else h.name)
    rows = []
    for handler, hit in found[:FOUND_MAX]:
        title = f"{handler.actor}.{handler.name}" if handler.actor else handler.name
        file, line = handler.file, handler.line
        place = f"{file.replace(chr(92), '/').rsplit('/', 1)[-1]}:{line}"
        go = lambda file=file, line=line: model.show_place(file, line)  # noqa: E731
        rows.append(PaletteItem(title, "handler", go, "handler", place, "", hit.places, "Messages", hit.score))
    return with_hint(rows, len(found), "Messages")


def _events(model: StudioModel, query: str) -> list[PaletteItem]:
    """The event with a number (``57`` or ``#57``), and the first ones that the filter of Events finds."""
    run = model.run
    number = re.fullmatch(r"#?([0-9]{1,12})", query)
    numbers = [int(number[1]) - 1] if number is not None and 0 < int(number[1]) <= run.total else []
    if not query.isdecimal():
        numbers += list(_filtered(model, query))
    numbers = list(dict.fromkeys(numbers))
    rows = []
    for n in numbers[:FOUND_MAX]:
        event, cast = run.events.row(n), run.events.cast
        title = f"#{grouped(n + 1)}  {cast.name(event.actor)}.{run.text_of(n) or run.program.message(event.type)}"
        go = _both(lambda n=n: run.show_event(n), model, "events")  # type: ignore[misc]
        rows.append(PaletteItem(title, "events", go, f"tick {grouped(event.tick)}", group="Events", score=INSIDE))
    if len(numbers) > FOUND_MAX:
        return [*rows, hint(f"The first {FOUND_MAX}; the filter of Events finds all.", "Events")]
    return rows if query.isdecimal() else rows + _not_searched(EVENTS_LOOKED_AT, run.total, "events", "Events")


def _filtered(model: StudioModel, query: str) -> Iterator[int]:
    """The first events that match, one more than are shown."""
    store, filter, found = model.run.events, EventFilter.parse(query), 0
    for start in range(0, min(store.total, EVENTS_LOOKED_AT), CHUNK_ROWS):
        stop = min(store.total, start + CHUNK_ROWS)
        for n in np.flatnonzero(filter.mask(store, start, stop))[: FOUND_MAX + 1 - found]:
            found += 1
            yield int(n) + start
        if found > FOUND_MAX:
            return


def _outputs(model: StudioModel, query: str) -> list[PaletteItem]:
    run = model.run
    rows: list[PaletteItem] = []
    for output in run.outputs[:OUTPUTS_LOOKED_AT]:
        text = output.fault.message if output.fault is not None else output.text
        if query.casefold() in text.casefold():
            if len(rows) == FOUND_MAX:
                return [*rows, hint(f"The first {FOUND_MAX}; Output has all.", "Output")]
            go = _both(lambda n=output.n: run.show_event(n), model, "output")  # type: ignore[misc]
            shown = _shortened(" ".join(text.split()))
            rows.append(
                PaletteItem(shown, "output", go, f"tick {grouped(output.tick)}", group="Output", score=INSIDE - 1)
            )
    return rows + _not_searched(OUTPUTS_LOOKED_AT, len(run.outputs), "lines of output", "Output")


def _shortened(text: str) -> str:
    return text if len(text) <= TEXT_MAX else f"{text[: TEXT_MAX - 1]}…"


def _values(model: StudioModel, query: str) -> list[PaletteItem]:
    """The fields of the actor that the inspector shows, by name and by value."""
    state = model.run.actor_state
    if state is None:
        return []
    rows = []
    for field in state.fields:
        text = f"{field.name} = {_shortened(field.value.quoted)}"
        score = _score(query, text)
        if score is not None:
            go = _both(lambda: None, model, "inspector")
            rows.append(PaletteItem(text, "state", go, f"field of {state.name}", group="Values", score=score))
    return with_hint(rows[:FOUND_MAX], len(rows), "Values")


def _both(first: Callable[[], object], model: StudioModel, panel: str) -> Callable[[], None]:
    """Does something, and brings the panel that shows it to the front."""

    def run() -> None:
        first()
        model.shell.show_panel(panel)

    return run
