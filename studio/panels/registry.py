"""Panels as data: what can be docked, where it goes at first, and how it is made when it is first shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from studio.model.studio import StudioModel


@dataclass(frozen=True, slots=True)
class Panel:
    """``area`` is left, right or bottom; ``order`` sorts the tabs of an area; ``make`` builds the widget."""

    id: str
    title: str
    icon: str
    area: str
    order: int
    make: Callable[[StudioModel], QWidget]


_panels: dict[str, Panel] = {}


def register_panel(panel: Panel) -> Panel:
    """Enters a panel; a feature's package does this when it is imported. An id can be taken only once."""
    assert panel.id not in _panels, f"two panels are called {panel.id}"
    _panels[panel.id] = panel
    return panel


def panels() -> tuple[Panel, ...]:
    """All panels, by area, then order, then id."""
    return tuple(sorted(_panels.values(), key=lambda p: (p.area, p.order, p.id)))
