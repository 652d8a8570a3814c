"""Fonts: Inter for the interface and JetBrains Mono for code, which travel with Studio, and fallbacks for both."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

from studio.model.settings import Settings

UI_FAMILIES = ["Inter", "Segoe UI", "SF Pro Text", "Noto Sans", "DejaVu Sans", "sans-serif"]
CODE_FAMILIES = ["JetBrains Mono", "Cascadia Code", "SF Mono", "Consolas", "DejaVu Sans Mono", "monospace"]


def install_fonts(folder: Path) -> None:
    """Makes the fonts of a folder known to this process."""
    for path in sorted(folder.glob("*.ttf")):
        QFontDatabase.addApplicationFont(str(path))


def ui_font(settings: Settings, factor: float = 1.0) -> QFont:
    """The interface's font."""
    font = QFont()
    font.setFamilies(UI_FAMILIES)
    font.setPointSizeF(settings.number("appearance.font_size") * factor)
    return font


def code_font(settings: Settings) -> QFont:
    """The font of code, without ligatures, so that columns can be counted."""
    font = QFont()
    chosen = settings.text_of("editor.font_family")
    font.setFamilies([chosen, *CODE_FAMILIES] if chosen else CODE_FAMILIES)
    font.setPointSizeF(settings.number("editor.font_size"))
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setFixedPitch(True)
    font.setFeature(QFont.Tag("calt"), 0)
    font.setFeature(QFont.Tag("liga"), 0)
    return font
