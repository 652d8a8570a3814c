"""Icons: SVG files drawn with ``currentColor``, coloured by the theme when they are asked for.

An icon is rendered at every size and pixel ratio that is used, so that it is sharp on any screen. Icons are kept until
the theme changes; whoever shows one asks again then.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from weakref import WeakKeyDictionary

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from studio.model.studio import StudioModel
from studio.model.theme import ThemeModel

SIZES = (12, 14, 16, 20, 24, 28, 32, 40, 48, 64)


class Icons:
    """The icons of a folder in the colours of the theme. ``color`` below is a token of the theme."""

    def __init__(self, folder: Path, theme: ThemeModel) -> None:
        self._folder = folder
        self._theme = theme
        self._made: dict[tuple[str, str], QIcon] = {}
        theme.changed.connect(self._made.clear)

    def icon(self, name: str, color: str = "text") -> QIcon:
        """An icon; disabled it has the theme's colour for that."""
        key = (name, color)
        if key not in self._made:
            icon = QIcon()
            svg = self.svg(name)
            for size in SIZES:
                icon.addPixmap(_render(svg, self._theme.color(color), size), QIcon.Mode.Normal)
                icon.addPixmap(_render(svg, self._theme.color("disabled"), size), QIcon.Mode.Disabled)
            self._made[key] = icon
        return self._made[key]

    def pixmap(self, name: str, size: int, color: str = "text", ratio: float = 1.0) -> QPixmap:
        """An icon as a picture of ``size`` logical pixels for a screen of that pixel ratio."""
        pixmap = _render(self.svg(name), self._theme.color(color), round(size * ratio))
        pixmap.setDevicePixelRatio(ratio)
        return pixmap

    def svg(self, name: str) -> str:
        """The text of an icon's file, colours still open."""
        return _read(self._folder / f"{name}.svg")


_icons: WeakKeyDictionary[StudioModel, Icons] = WeakKeyDictionary()


def icons_of(model: StudioModel) -> Icons:
    """The icons of a Studio."""
    if model not in _icons:
        _icons[model] = Icons(model.resources / "icons", model.theme)
    return _icons[model]


@cache
def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _render(svg: str, color: str, size: int) -> QPixmap:
    pixmap = QPixmap(QSize(size, size))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer = QSvgRenderer(QByteArray(svg.replace("currentColor", color).encode()))
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap
