"""What the language describes and this version does not have, so that a program hears about it in plain words."""

from __future__ import annotations

from engine.base.source import Span
from engine.compiler.check.report import Report

_SENTENCES = {
    "E0907": "flows and pipes are not available yet",
    "E0912": "tensors are not available yet",
}

_OUTSIDE = {
    "http": "http.get(…)", "fs": "fs.read(…)", "env": "env(…)", "clock": "clock.wall()", "input": "input()",
}  # fmt: skip

_COMBINATORS = ("sequence", "parallel", "when", "try_with", "retry", "cache", "batch")


def not_yet(report: Report, code: str, span: Span, note: str = "") -> None:
    """Says that a feature is not there yet."""
    report.error(code, span, _SENTENCES[code], note)


def report_feature_name(report: Report, name: str, span: Span) -> bool:
    """Says so where an unknown name is that of a feature to come; False where it is just unknown."""
    if name in _OUTSIDE:
        report.error("E0323", span, f"`{name}` is the outside, which is asked", f"write `await {_OUTSIDE[name]}`")
    elif name == "tensor":
        not_yet(report, "E0912", span)
    elif name in _COMBINATORS:
        not_yet(report, "E0907", span)
    else:
        return False
    return True
