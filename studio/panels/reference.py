"""The language reference in a tab: its chapters beside the text, links that lead on, and a search through all of it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, QUrl, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QTextBrowser,
    QTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.model.figures import counted
from studio.model.reference import START, anchor_of, file_of
from studio.model.studio import StudioModel
from studio.panels.placeholder import disconnector
from studio.theming.icons import icons_of
from studio.theming.markdown import code_areas, fit_width, show_markdown
from studio.theming.quiet_label import QuietLabel
from studio.theming.rich_text import blocks

_NAME = Qt.ItemDataRole.UserRole
CHAPTERS_WIDTH = 232
WIDE = 620
HISTORY_MAX = 100


class Browser(QTextBrowser):
    """The text; going back and forward is left to the page."""

    back_wanted = Signal()
    forward_wanted = Signal()

    def __init__(self, model: StudioModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model

    def backward(self) -> None:
        """Alt+Left, and the mouse's own button."""
        self.back_wanted.emit()

    def forward(self) -> None:
        """Alt+Right, and the mouse's own button."""
        self.forward_wanted.emit()

    def event(self, event: QEvent) -> bool:
        """The keys for going back and forward are the text's, not the timeline's, while one reads."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            keys = (QKeySequence.StandardKey.Back, QKeySequence.StandardKey.Forward)
            if any(event.matches(key) for key in keys):
                event.accept()
                return True
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps lines short enough to read."""
        super().resizeEvent(event)
        fit_width(self.document(), self.viewport().width())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the ground of code, then the text."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(-self.horizontalScrollBar().value(), -self.verticalScrollBar().value())
        painter.setPen(QColor(self._model.theme.color("border")))
        painter.setBrush(QColor(self._model.theme.color("surface")))
        seen = QRectF(event.rect()).translated(self.horizontalScrollBar().value(), self.verticalScrollBar().value())
        for area in code_areas(self.document()):
            if area.intersects(seen):
                painter.drawRoundedRect(area, 5, 5)
        painter.end()
        super().paintEvent(event)


class ReferencePage(QWidget):
    """The reference. ``close_wanted`` is for Ctrl+W, which otherwise closes a file."""

    close_wanted = Signal()

    def __init__(self, model: StudioModel) -> None:
        super().__init__()
        self._model = model
        self._reference = model.reference
        self._name = START
        self._back: list[tuple[str, int]] = []
        self._forward: list[tuple[str, int]] = []
        self._following = False
        self.setProperty("role", "page")
        self.chapters = self._make_chapters()
        self.browser = self._make_browser()
        self.field = QLineEdit(self)
        self.field.setPlaceholderText("Find in the reference (Ctrl+F)")
        self.field.setAccessibleName("Find in the reference")
        self.field.setClearButtonEnabled(True)
        self.field.setMaximumWidth(320)
        self.field.textChanged.connect(self._words_changed)
        self.field.returnPressed.connect(self.find_next)
        self._found = QuietLabel(self, 150)
        self._found.setProperty("role", "muted")
        self._buttons = [
            self._make_button("back", "Back (Alt+Left)", self.go_back),
            self._make_button("forward", "Forward (Alt+Right)", self.go_forward),
            self._make_button("outline", "Contents", lambda: self.go_to(START)),
        ]
        self._lay_out()
        for widget in (self.chapters, self.browser, self.field):
            widget.installEventFilter(self)
        connections = [
            self._reference.changed.connect(self._list_chapters),
            model.theme.changed.connect(self._restyle),
            model.settings.changed.connect(lambda key: self._restyle()),
        ]
        self.destroyed.connect(disconnector(connections))
        self._list_chapters()
        self._restyle()

    # --- parts ------------------------------------------------------------------------------------

    def _make_chapters(self) -> QListWidget:
        chapters = QListWidget(self)
        chapters.setAccessibleName("Chapters")
        chapters.setTextElideMode(Qt.TextElideMode.ElideRight)
        chapters.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        chapters.currentItemChanged.connect(self._chapter_chosen)
        chapters.itemActivated.connect(lambda _: self.browser.setFocus())
        return chapters

    def _make_browser(self) -> Browser:
        browser = Browser(self._model, self)
        browser.setOpenLinks(False)
        browser.setAccessibleName("Language reference")
        browser.anchorClicked.connect(self._follow)
        browser.back_wanted.connect(self.go_back)
        browser.forward_wanted.connect(self.go_forward)
        return browser

    def _make_button(self, icon: str, tip: str, run: object) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("icon-name", icon)
        button.setAutoRaise(True)
        button.setIconSize(QSize(16, 16))
        button.setToolTip(tip)
        button.setAccessibleName(tip.split(" (", maxsplit=1)[0])
        assert callable(run), "a button does something"
        button.clicked.connect(run)
        return button

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(8, 5, 8, 5)
        row.setSpacing(4)
        for button in self._buttons:
            row.addWidget(button)
        row.addSpacing(6)
        row.addWidget(self.field, 2)
        row.addSpacing(8)
        row.addWidget(self._found, 1)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(self.chapters)
        split.addWidget(self.browser)
        split.setStretchFactor(1, 1)
        split.setSizes([CHAPTERS_WIDTH, 4 * CHAPTERS_WIDTH])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addWidget(split, 1)
        self.setFocusProxy(self.browser)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is no room for the list of chapters, the first one has it."""
        super().resizeEvent(event)
        self.chapters.setVisible(self.width() >= WIDE)

    # --- what is shown ------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The chapter that is shown."""
        return self._name

    def _list_chapters(self) -> None:
        self._following = True
        self.chapters.clear()
        for chapter in self._reference.chapters:
            item = QListWidgetItem(chapter.title)
            item.setData(_NAME, chapter.name)
            item.setToolTip(chapter.title)
            item.setSizeHint(QSize(60, self.fontMetrics().height() + 9))
            self.chapters.addItem(item)
        self._following = False
        self._show(self._name)

    def _restyle(self) -> None:
        for button in self._buttons:
            button.setIcon(icons_of(self._model).icon(str(button.property("icon-name"))))
        place = self.browser.verticalScrollBar().value()
        self._show(self._name, place)

    def _show(self, name: str, place: int = 0, anchor: str = "") -> None:
        """Shows a chapter, from a place or a heading on."""
        chapter = self._reference.chapter(name)
        if chapter is None:
            return
        self._name = name
        document = self.browser.document()
        show_markdown(document, chapter.text, self._model)
        fit_width(document, self.browser.viewport().width())
        self.browser.moveCursor(QTextCursor.MoveOperation.Start)
        self.browser.verticalScrollBar().setValue(self._top_of(anchor) if anchor else place)
        self._following = True
        for row in range(self.chapters.count()):
            if self.chapters.item(row).data(_NAME) == name:
                self.chapters.setCurrentRow(row)
        self._following = False
        self._mark_found()
        self._buttons[0].setEnabled(bool(self._back))
        self._buttons[1].setEnabled(bool(self._forward))

    def _top_of(self, anchor: str) -> int:
        document = self.browser.document()
        layout = document.documentLayout()
        for block in blocks(document):
            if block.blockFormat().headingLevel() and anchor_of(block.text()) == anchor:
                return round(layout.blockBoundingRect(block).top()) - 8
        return 0

    # --- ways through it ------------------------------------------------------------------------------

    def go_to(self, name: str, anchor: str = "") -> None:
        """Shows a chapter; ``go_back`` leads back to where one was."""
        if self._reference.chapter(name) is not None:
            self._back = [*self._back[-HISTORY_MAX:], (self._name, self.browser.verticalScrollBar().value())]
            self._forward.clear()
            self._show(name, 0, anchor)

    @Slot()
    def go_back(self) -> None:
        """To where the last link or choice came from."""
        if self._back:
            self._forward.append((self._name, self.browser.verticalScrollBar().value()))
            self._show(*self._back.pop())

    @Slot()
    def go_forward(self) -> None:
        """Undoes ``go_back``."""
        if self._forward:
            self._back.append((self._name, self.browser.verticalScrollBar().value()))
            self._show(*self._forward.pop())

    @Slot(QUrl)
    def _follow(self, url: QUrl) -> None:
        if url.scheme() in ("http", "https"):
            QDesktopServices.openUrl(url)
        else:
            self.go_to(file_of(url.path()) or self._name, url.fragment())

    @Slot(QListWidgetItem)
    def _chapter_chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None and not self._following and item.data(_NAME) != self._name:
            self.go_to(item.data(_NAME))

    # --- finding --------------------------------------------------------------------------------------

    @Slot()
    def _words_changed(self) -> None:
        """Leaves only the chapters that have the words, and marks the words."""
        holding = self._reference.holding(self.field.text())
        for row in range(self.chapters.count()):
            item = self.chapters.item(row)
            item.setHidden(item.data(_NAME) not in holding)
        count = len(holding)
        text = f"in {counted(count, 'chapter')}" if count else "not in the reference"
        self._found.show_text(text if self.field.text() else "")
        self._mark_found()

    def _mark_found(self) -> None:
        look = QTextCharFormat()
        look.setBackground(QColor(self._model.theme.color("match")))
        marks = []
        words, document = self.field.text(), self.browser.document()
        cursor = document.find(words) if words else QTextCursor()
        while not cursor.isNull():
            mark = QTextEdit.ExtraSelection()
            mark.cursor, mark.format = cursor, look
            marks.append(mark)
            cursor = document.find(words, cursor)
        self.browser.setExtraSelections(marks)

    @Slot()
    def find_next(self) -> None:
        """Selects the next place of the words, in this chapter or in the next one that has them."""
        words = self.field.text()
        holding = self._reference.holding(words)
        if not words or not holding or self.browser.find(words):
            return
        names = [chapter.name for chapter in self._reference.chapters]
        here = names.index(self._name)
        later = next(name for name in (*names[here + 1 :], *names[: here + 1]) if name in holding)
        if later != self._name:
            self.go_to(later)
        self.browser.moveCursor(QTextCursor.MoveOperation.Start)
        self.browser.find(words)

    @Slot()
    def find_previous(self) -> None:
        """Selects the place of the words before, in this chapter."""
        if self.field.text():
            self.browser.find(self.field.text(), QTextDocument.FindFlag.FindBackward)

    # --- keys -----------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keys of the page, which mean something else in a file."""
        if not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        known = {
            QKeySequence.StandardKey.Find: self._start_finding,
            QKeySequence.StandardKey.FindNext: self.find_next,
            QKeySequence.StandardKey.FindPrevious: self.find_previous,
            QKeySequence.StandardKey.Close: self.close_wanted.emit,
        }
        run = next((run for key, run in known.items() if event.matches(key)), None)
        if run is None and watched is self.field and event.key() == Qt.Key.Key_Escape:
            run = self._stop_finding
        if run is None:
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        elif event.type() == QEvent.Type.KeyPress:
            run()
        return True

    def _start_finding(self) -> None:
        self.field.setFocus()
        self.field.selectAll()

    def _stop_finding(self) -> None:
        self.field.clear()
        self.browser.setFocus()
