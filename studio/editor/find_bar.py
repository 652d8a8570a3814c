"""The bar above the code that finds and replaces."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRegularExpressionMatch, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from studio.editor.code_edit import REST_KEPT, CodeEdit
from studio.editor.search import TOO_LONG, Query, Result, TemplateError, find_all, replacer
from studio.theming.icons import icons_of

AGAIN_MS = 120

Replacer = Callable[[QRegularExpressionMatch], str]


class FindBar(QWidget):
    """Finds in one editor. ``closed`` tells that the keyboard belongs to the code again."""

    closed = Signal()

    def __init__(self, edit: CodeEdit, parent: QWidget) -> None:
        super().__init__(parent)
        self._edit = edit
        self._found: list[tuple[int, int]] = []
        self._result = Result()
        self._replacer: Replacer | None = None
        """None while the text that replaces makes no sense."""
        self.setProperty("role", "bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._buttons: list[tuple[QToolButton, str]] = []
        self._field = self._make_field("Find")
        self._other = self._make_field("Replace with")
        self._count = QLabel("")
        self._count.setProperty("role", "muted")
        self._count.setMinimumWidth(86)
        self._case = self._make_switch("case", "Match upper and lower case")
        self._word = self._make_switch("word", "Whole words only")
        self._regex = self._make_switch("regex", "Regular expression")
        self._replace_row = QWidget(self)
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(AGAIN_MS)
        self._timer.timeout.connect(self._search)
        self._field.textChanged.connect(self._search_and_go)
        self._other.textChanged.connect(self._template_changed)
        edit.textChanged.connect(self._text_changed)
        self._disconnect = edit.model.theme.changed.connect(self._colour_icons)
        self._colour_icons()
        self.hide()

    def close_bar(self) -> None:
        """Stops listening to the models."""
        self._disconnect()

    # --- parts ---------------------------------------------------------------------------------

    def _make_field(self, name: str) -> QLineEdit:
        field = QLineEdit(self)
        field.setPlaceholderText(name)
        field.setAccessibleName(name)
        field.setClearButtonEnabled(False)
        field.installEventFilter(self)
        return field

    def _make_button(self, icon: str, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setToolTip(name)
        button.setAccessibleName(name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._buttons.append((button, icon))
        return button

    def _make_switch(self, icon: str, name: str) -> QToolButton:
        button = self._make_button(icon, name)
        button.setCheckable(True)
        button.toggled.connect(self._search_and_go)
        return button

    def _lay_out(self) -> None:
        layout = QGridLayout(self)
        layout.setContentsMargins(10, 6, 8, 6)
        layout.setVerticalSpacing(6)
        layout.addWidget(self._field, 0, 0)
        row = QHBoxLayout()
        row.setSpacing(2)
        for button in (self._case, self._word, self._regex):
            row.addWidget(button)
        row.addSpacing(6)
        back = self._make_button("up", "Previous (Shift+F3)")
        back.clicked.connect(self.previous)
        forward = self._make_button("down", "Next (F3)")
        forward.clicked.connect(self.next)
        close = self._make_button("close", "Close (Esc)")
        close.clicked.connect(self.dismiss)
        for button in (back, forward):
            row.addWidget(button)
        row.addSpacing(8)
        row.addWidget(self._count)
        row.addStretch(1)
        row.addWidget(close)
        layout.addLayout(row, 0, 1)
        layout.addWidget(self._other, 1, 0)
        once = self._make_button("replace", "Replace (Enter)")
        once.clicked.connect(self.replace_one)
        everywhere = self._make_button("replace-all", "Replace all (Ctrl+Enter)")
        everywhere.clicked.connect(self.replace_all)
        replace = QHBoxLayout(self._replace_row)
        replace.setContentsMargins(0, 0, 0, 0)
        replace.setSpacing(2)
        replace.addWidget(once)
        replace.addWidget(everywhere)
        replace.addStretch(1)
        layout.addWidget(self._replace_row, 1, 1)
        layout.setColumnStretch(0, 3)
        layout.setColumnStretch(1, 4)

    def _colour_icons(self) -> None:
        icons = icons_of(self._edit.model)
        for button, name in self._buttons:
            button.setIcon(icons.icon(name, "text"))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Takes what happens to another widget and is meant for this one."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if event.key() == Qt.Key.Key_Escape:
                self.dismiss()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._entered(watched is self._other, control, shift)
                return True
        return super().eventFilter(watched, event)

    def _entered(self, replacing: bool, control: bool, shift: bool) -> None:
        if replacing and control:
            self.replace_all()
        elif replacing:
            self.replace_one()
        elif shift:
            self.previous()
        else:
            self.next()

    # --- what it does ----------------------------------------------------------------------------

    def open(self, replace: bool) -> None:
        """Shows the bar; what is selected is what is looked for."""
        chosen = self._edit.textCursor().selectedText()
        if chosen and "\u2029" not in chosen:
            self._field.setText(chosen)
        self._other.setVisible(replace)
        self._replace_row.setVisible(replace)
        self.show()
        self._search()
        self._field.setFocus()
        self._field.selectAll()

    @Slot()
    def dismiss(self) -> None:
        """Hides the bar and its marks."""
        self.hide()
        self._edit.set_found([])
        self.closed.emit()

    def query(self) -> Query:
        """What is looked for."""
        return Query(self._field.text(), self._case.isChecked(), self._word.isChecked(), self._regex.isChecked())

    @Slot()
    def _text_changed(self) -> None:
        if self.isVisible():
            self._timer.start()

    @Slot()
    def _search(self) -> None:
        self._timer.stop()
        text = self._edit.searched_text()
        self._result = find_all(self.query(), text)
        self._found = self._result.spans
        nothing = bool(self._field.text()) and not self._found
        _mark(self._field, self._result.problem, bool(self._result.problem) or nothing)
        self._edit.set_found(self._found)
        self._check_template()
        self._show_count()

    def _check_template(self) -> None:
        """Says at the field what is wrong with the text that replaces."""
        try:
            self._replacer = replacer(self.query(), self._other.text())
            _mark(self._other, "", False)
        except TemplateError as error:
            self._replacer = None
            _mark(self._other, str(error), True)

    @Slot()
    def _template_changed(self) -> None:
        self._check_template()
        self._show_count()

    def _show_count(self) -> None:
        self._count.setToolTip(REST_KEPT if self._edit.hides_text else "")
        if self._result.problem:
            self._count.setText("takes too long" if self._result.problem == TOO_LONG else "not an expression")
        elif self._replacer is None and self._other.isVisible():
            self._count.setText(self._other.toolTip())
        elif not self._field.text():
            self._count.setText("")
        elif not self._found:
            self._count.setText(f"nothing found{self._where()}")
        else:
            here = self._current()
            position = "" if here is None else f"{here + 1} of "
            self._count.setText(position + self._total() + self._where())

    def _total(self) -> str:
        """How many finds there are."""
        count = f"{len(self._found):,}"
        return count if self._result.complete else f"the first {count}"

    def _where(self) -> str:
        """What the search left out."""
        return ", rests of long lines not searched" if self._edit.hides_text else ""

    def _current(self) -> int | None:
        """Which of the finds is selected in the editor."""
        cursor = self._edit.textCursor()
        wanted = (cursor.selectionStart(), cursor.selectionEnd())
        return self._found.index(wanted) if wanted in self._found else None

    @Slot()
    def _search_and_go(self) -> None:
        self._search()
        start = self._edit.textCursor().selectionStart()
        self._select(next((i for i, (first, _) in enumerate(self._found) if first >= start), 0))

    def _select(self, index: int) -> None:
        if self._found:
            start, end = self._found[index % len(self._found)]
            cursor = self._edit.textCursor()
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            self._edit.setTextCursor(cursor)
            rect = self._edit.cursorRect()
            if rect.bottom() > self._edit.viewport().height() - 3 * rect.height():
                self._edit.centerCursor()
        self._show_count()

    @Slot()
    def next(self) -> None:
        """Goes to the next find, from the last to the first."""
        self._search()
        here = self._current()
        end = self._edit.textCursor().selectionEnd()
        after = here + 1 if here is not None else next((i for i, (s, _) in enumerate(self._found) if s >= end), 0)
        self._select(after)

    @Slot()
    def previous(self) -> None:
        """Goes to the find before, from the first to the last."""
        self._search()
        start = self._edit.textCursor().selectionStart()
        before = [i for i, (first, end) in enumerate(self._found) if end <= start and first < start]
        self._select(before[-1] if before else -1)

    @Slot()
    def replace_one(self) -> None:
        """Replaces the selected find and goes to the next."""
        self._search()
        here = self._current()
        if self._replacer is None:
            return
        if here is not None and not self._edit.isReadOnly():
            text = self._replacer(self._result.hits[here])
            self._edit.textCursor().insertText(self._edit.shown(text))
            self._search()
            end = self._edit.textCursor().selectionEnd()
            beyond = end if self._found and self._result.hits[0].capturedLength() else end + 1
            self._select(next((i for i, (start, _) in enumerate(self._found) if start >= beyond), 0))
        else:
            self.next()

    @Slot()
    def replace_all(self) -> None:
        """Replaces every find, as one step of undo."""
        self._search()
        if self._edit.isReadOnly() or not self._found or self._replacer is None:
            return
        count = self._total()
        changes = [(hit.capturedStart(), hit.capturedEnd(), self._replacer(hit)) for hit in self._result.hits]
        cursor = QTextCursor(self._edit.document())
        cursor.beginEditBlock()
        for start, end, text in reversed(changes):
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText(self._edit.shown(text))
        cursor.endEditBlock()
        self._search()
        self._count.setText(f"{count} replaced{self._where()}")


def _mark(field: QLineEdit, problem: str, wrong: bool) -> None:
    """Gives a field the border of what is wrong, and the sentence as its tooltip."""
    field.setToolTip(problem)
    field.setProperty("state", "wrong" if wrong else "")
    field.style().polish(field)
