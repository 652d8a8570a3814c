"""Which features Studio has: importing one enters its panels in the registry."""

from __future__ import annotations

from studio.graph import graph_panel
from studio.inspector import inspector_panel
from studio.panels import explorer, outline, output, problems, tests
from studio.panels.registry import Panel, panels
from studio.timetravel import branches_panel, events_panel, timeline_panel

FEATURES = (
    explorer,
    outline,
    branches_panel,
    graph_panel,
    inspector_panel,
    timeline_panel,
    events_panel,
    output,
    problems,
    tests,
)

AREAS = ("left", "right", "bottom")


def all_panels() -> tuple[Panel, ...]:
    """Every panel, in the order in which they are numbered: left, right, bottom."""
    return tuple(sorted(panels(), key=lambda panel: (AREAS.index(panel.area), panel.order, panel.id)))
