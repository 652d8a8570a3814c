"""Places of a document as positions: lines and columns count code points from 1, Qt's positions UTF-16 units."""

from __future__ import annotations

from PySide6.QtGui import QTextDocument

from studio.model.columns import Utf16Map


class Places:
    """Positions of many places in a document that does not change meanwhile: each line is read once."""

    def __init__(self, document: QTextDocument) -> None:
        self._document = document
        self._lines: dict[int, tuple[int, int, Utf16Map]] = {}
        """The position, the length in code points and the units of lines."""

    def position(self, line: int, column: int) -> int:
        """The document's position of a place, clamped to the text."""
        number = max(1, min(line, self._document.blockCount()))
        if number not in self._lines:
            block = self._document.findBlockByNumber(number - 1)
            text = block.text()
            self._lines[number] = block.position(), len(text), Utf16Map(text)
        start, length, units = self._lines[number]
        return start + units.to_utf16(max(0, min(column - 1, length)))
