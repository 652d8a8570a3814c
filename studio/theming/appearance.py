"""Puts the theme on the application: palette, style sheet, icons, fonts; again whenever it changes.

The system's choice of light or dark is followed while the user has chosen ``system``.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QToolTip

from engine.files.whole import write_whole
from studio.model.studio import StudioModel
from studio.theming.fonts import install_fonts, ui_font
from studio.theming.icons import icons_of
from studio.theming.palette import make_palette
from studio.theming.stylesheet import make_stylesheet


class Appearance(QObject):
    """How the application looks. One per process; it lives as long as the application."""

    def __init__(self, app: QApplication, model: StudioModel) -> None:
        super().__init__(app)
        self._app = app
        self._theme = model.theme
        self._settings = model.settings
        self._folder = tempfile.TemporaryDirectory(prefix="aeroflow-icons-")
        self._icons = icons_of(model)
        install_fonts(model.resources / "fonts")
        style = QStyleFactory.create("Fusion")
        assert style is not None, "Fusion is part of Qt"
        app.setStyle(style)
        hints = app.styleHints()
        hints.colorSchemeChanged.connect(self._system_changed)
        self._system_changed(hints.colorScheme())
        self._connections = [
            model.theme.changed.connect(self.apply),
            model.settings.changed.connect(self._setting_changed),
        ]
        self.apply()

    @Slot(Qt.ColorScheme)
    def _system_changed(self, scheme: Qt.ColorScheme) -> None:
        self._theme.set_system_dark(scheme == Qt.ColorScheme.Dark)

    def _setting_changed(self, key: str) -> None:
        if key == "appearance.font_size":
            self.apply()
        elif key == "appearance.theme":
            self._theme.choose(self._settings.text_of(key))

    def apply(self) -> None:
        """Makes everything look as the theme says."""
        palette: QPalette = make_palette(self._theme.current)
        self._app.setPalette(palette)
        QToolTip.setPalette(palette)
        font = ui_font(self._settings)
        self._app.setFont(font)
        QToolTip.setFont(font)
        self._app.setStyleSheet(make_stylesheet(self._theme.current, self._icon_file))

    def _icon_file(self, name: str, color: str) -> str:
        """A style sheet can only show files: the icon in its colour as one."""
        value = self._theme.color(color)
        path = Path(self._folder.name) / f"{name}-{value[1:]}.svg"
        if not path.exists():
            write_whole(path, self._icons.svg(name).replace("currentColor", value).encode("utf-8"), durable=False)
        return path.as_posix()

    def close(self) -> None:
        """Lets go of the models; the application is about to end."""
        for disconnect in self._connections:
            disconnect()
        self._app.styleHints().colorSchemeChanged.disconnect(self._system_changed)
        self._folder.cleanup()
