"""Places of a document as positions: lines and columns count code points from 1, Qt's positions UTF-16 units."""

from __future__ import annotations

from PySide6.QtGui import QTextDocument

from studio.editor.stand_ins import StandIns
from studio.model.columns import Utf16Map


class Places:
    """Positions of many places in a document that does not change meanwhile: each line is read once."""

    def __init__(self, document: QTextDocument, stand_ins: StandIns) -> None:
        self._document = document
        self._stand_ins = stand_ins
        self._lines: dict[int, tuple[int, str, Utf16Map]] = {}
        """The position, the text and the units of lines."""

    def position(self, line: int, column: int) -> int:
        """The document's position of a place, clamped to the text."""
        number = max(1, min(line, self._document.blockCount()))
        if number not in self._lines:
            block = self._document.findBlockByNumber(number - 1)
            text = block.text()
            self._lines[number] = block.position(), text, Utf16Map(text)
        start, text, units = self._lines[number]
        return start + units.to_utf16(max(0, self._stand_ins.column_shown(text, column - 1)))
