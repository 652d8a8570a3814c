"""Faults as the kernel wrote them down: their kind, their place and why the turn failed."""

from __future__ import annotations

from dataclasses import dataclass

from engine.compiler.ir.nodes import Site
from engine.compiler.metadata import Metadata

_NOWHERE = Site("", 0, 0, "")


@dataclass(frozen=True, slots=True)
class FaultRecord:
    """What the kernel wrote down of a fault. ``message`` is a sentence without a full stop."""

    kind: int
    site: int
    message: str


def fault_kind(metadata: Metadata, fault: FaultRecord) -> str:
    """The name of the kind."""
    known = 0 <= fault.kind < len(metadata.fault_kinds)
    return metadata.fault_kinds[fault.kind] if known else "engine"


def fault_site(metadata: Metadata, fault: FaultRecord) -> Site:
    """Where it happened; a site without a line where that is not known."""
    return metadata.sites[fault.site] if 0 <= fault.site < len(metadata.sites) else _NOWHERE
