"""Colours for code: one line at a time from the language's token table, a slice of the file at a time.

Qt's own highlighter does the whole document in one go when it is opened or the theme changes, which stops the window
for a large file. This one colours what is edited at once and everything else in slices between other events. The state
after a line, such as the depth of open comments, is kept in the block, so that a change goes on only as far as
it matters.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QTextBlock, QTextDocument, QTextLayout

from studio.model.columns import Utf16Map
from studio.model.ports import Language
from studio.model.theme import ThemeModel
from studio.theming.syntax import syntax_formats

SLICE_S = 0.004
NOT_DONE = -1


class Highlighter(QObject):
    """Keeps the formats of a document's lines in step with its text and the theme."""

    def __init__(self, document: QTextDocument, language: Language, theme: ThemeModel) -> None:
        super().__init__(document)
        self._document = document
        self._highlight_line = language.highlight_line
        self._theme = theme
        self._formats = syntax_formats(theme)
        self._next = 0
        """The first line that is still to be coloured in the background; past the end when all is done."""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._slice)
        document.contentsChange.connect(self._changed)
        self._disconnect = theme.changed.connect(self._theme_changed)
        self._timer.start()

    @property
    def done(self) -> bool:
        """Whether every line has its colours."""
        return self._next >= self._document.blockCount()

    def finish(self) -> None:
        """Colours all that is left, at once; for pictures and tests."""
        while not self.done:
            self._slice()

    def close(self) -> None:
        """Stops following the theme."""
        self._disconnect()
        self._timer.stop()

    def _theme_changed(self) -> None:
        self._formats = syntax_formats(self._theme)
        self._next = 0
        self._timer.start()

    @Slot(int, int, int)
    def _changed(self, position: int, removed: int, added: int) -> None:
        block = self._document.findBlock(position)
        last = self._document.findBlock(position + added)
        last_number = last.blockNumber() if last.isValid() else self._document.blockCount() - 1
        if last_number - block.blockNumber() > 500:
            self._go_back_to(block.blockNumber())
            return
        until = time.perf_counter() + SLICE_S
        while block.isValid():
            changed = self._colour(block)
            if block.blockNumber() >= last_number and not changed:
                return
            block = block.next()
            if block.blockNumber() > last_number and time.perf_counter() > until:
                self._go_back_to(block.blockNumber())
                return

    def _go_back_to(self, line: int) -> None:
        self._next = min(self._next, line)
        self._timer.start()

    @Slot()
    def _slice(self) -> None:
        until = time.perf_counter() + SLICE_S
        block = self._document.findBlockByNumber(self._next)
        while block.isValid():
            self._colour(block)
            block = block.next()
            self._next += 1
            if time.perf_counter() > until:
                break
        self._next = self._next if block.isValid() else self._document.blockCount()
        if not self.done:
            self._timer.start()

    def _colour(self, block: QTextBlock) -> bool:
        """Colours a line; gives whether what comes after it has to be looked at again."""
        before = block.previous()
        text = block.text()
        tokens, state = self._highlight_line(text, max(0, before.userState()) if before.isValid() else 0)
        units = Utf16Map(text)
        ranges: list[QTextLayout.FormatRange] = []
        for start, length, kind in tokens:
            format = self._formats.get(kind)
            if format is None:
                continue
            piece = QTextLayout.FormatRange()
            piece.start = units.to_utf16(start)
            piece.length = units.to_utf16(start + length) - piece.start
            piece.format = format
            ranges.append(piece)
        layout = block.layout()
        if ranges or layout.formats():
            layout.setFormats(ranges)
            self._document.markContentsDirty(block.position(), block.length())
        changed = block.userState() != state
        block.setUserState(state)
        return changed
