"""Which features Studio has: importing one enters its panels in the registry."""

from __future__ import annotations

import studio.graph.panel
import studio.inspector.panel
import studio.panels.explorer
import studio.panels.outline
import studio.panels.problems
import studio.timetravel.timeline_panel
from studio.panels.registry import Panel, panels

AREAS = ("left", "right", "bottom")


def all_panels() -> tuple[Panel, ...]:
    """Every panel, in the order in which they are numbered: left, right, bottom."""
    return tuple(sorted(panels(), key=lambda panel: (AREAS.index(panel.area), panel.order, panel.id)))
