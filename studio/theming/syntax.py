"""The colours of code, by kind of token."""

from __future__ import annotations

from PySide6.QtGui import QColor, QTextCharFormat

from studio.model.theme import ThemeModel


def syntax_formats(theme: ThemeModel) -> dict[str, QTextCharFormat]:
    """How each kind of token looks in the theme."""
    formats: dict[str, QTextCharFormat] = {}
    for token in theme.current.colors:
        if token.startswith("syntax."):
            format = QTextCharFormat()
            format.setForeground(QColor(theme.color(token)))
            format.setFontItalic(token == "syntax.comment")
            formats[token.removeprefix("syntax.")] = format
    return formats
