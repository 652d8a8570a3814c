"""Texts shortened so that actors can still be told apart: ``Warehouse…Keeper#2.ship(…`` keeps both ends of a name.

The end of a text is left out first only where it holds no long name of an actor; those are shortened in their middle,
and their numbers stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QFontMetricsF
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

_ACTOR = re.compile(r"(\w+)#(\d+)")
LEAST_NAME = 6
"""Names are shortened to so many characters, before the end of the text is left out."""


def elided(text: str, metrics: QFontMetrics | QFontMetricsF, width: float) -> str:
    """The text in so many pixels, with the middle of long actor names left out first, then the end."""

    def fits(candidate: str) -> bool:
        return metrics.horizontalAdvance(candidate) <= width

    if fits(text):
        return text
    names = [match.group(1) for match in _ACTOR.finditer(text)]
    longest = max((len(name) for name in names), default=0)
    if longest > LEAST_NAME:
        text = _shortest_cut(text, longest, fits)
    is_name = _ACTOR.fullmatch(text.replace("…", "_")) is not None
    mode = Qt.TextElideMode.ElideMiddle if is_name else Qt.TextElideMode.ElideRight
    return QFontMetricsF(metrics).elidedText(text, mode, width)


def elide_cell(option: QStyleOptionViewItem) -> None:
    """Shortens the text of a cell that names an actor; Qt shortens the others itself."""
    widget = option.widget
    if widget is None or "#" not in option.text:
        return
    style = widget.style()
    room = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, option, widget).width()
    margin = style.pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, option, widget) + 1
    option.text = elided(option.text, option.fontMetrics, room - 2 * margin)


def _shortest_cut(text: str, longest: int, fits: Callable[[str], bool]) -> str:
    """The text with its names as long as they may be for it to fit, or as short as they get."""
    low, high = LEAST_NAME, longest
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(_with_names(text, middle)) else (low, middle)
    return _with_names(text, low)


def _with_names(text: str, most: int) -> str:
    """The text, with the type of every actor in at most so many characters."""

    def cut(match: re.Match[str]) -> str:
        name, number = match.groups()
        if len(name) <= most:
            return match.group(0)
        start = most // 2
        return f"{name[:start]}…{name[len(name) - (most - start - 1) :]}#{number}"

    return _ACTOR.sub(cut, text)
