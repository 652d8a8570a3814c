"""A tab of the editor: the code of one document with its find bar, bound to the document's model."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QShowEvent, QTextCursor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.api import Problem
from studio.editor.code_edit import REST_KEPT, CodeEdit
from studio.editor.find_bar import FindBar
from studio.editor.highlighter import Highlighter
from studio.editor.line_edits import selected_lines
from studio.model.columns import from_utf16, to_utf16
from studio.model.document import Document, Place
from studio.model.reflow import common_start, moved
from studio.model.studio import StudioModel

READ_ONLY = "This text is read-only."
_EDITS = frozenset(
    [
        "cut",
        "paste",
        "toggle_comment",
        "indent",
        "outdent",
        "move_line_up",
        "move_line_down",
        "duplicate_line",
        "delete_line",
        "replace",
        "apply_fix",
    ]
)


class EditorPage(QWidget):
    """Shows a document and is its ``Buffer``. ``wanted`` tells that somebody wants to see it."""

    wanted = Signal()

    def __init__(self, model: StudioModel, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.edit = CodeEdit(model, self)
        self._model = model
        self._loading = True
        holds_all = self.edit.set_text(document.text)
        self.edit.document().setModified(document.dirty)
        self.edit.setReadOnly(not document.is_editable or not holds_all)
        self.highlighter: Highlighter | None = None
        if document.is_program:
            self.highlighter = Highlighter(self.edit.document(), model.language, model.theme)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.edit)
        self.setFocusProxy(self.edit)
        self.edit.textChanged.connect(self._edited)
        self.edit.modificationChanged.connect(self._modified)
        self.edit.place_changed.connect(self._moved)
        self.edit.test_wanted.connect(self._run_test)
        self.edit.verticalScrollBar().valueChanged.connect(self._scrolled)
        self._disconnect: list[Callable[[], None]] = [
            document.analysed.connect(self._show_problems),
            document.marks_changed.connect(self._show_marks),
            document.reveal_wanted.connect(self._reveal),
            document.return_wanted.connect(self._return),
            model.tests.changed.connect(self._show_tests),
        ]
        document.attach(self)
        self._loading = False
        self._first_visible = document.first_visible_line
        """Where to scroll to when the page is first shown; 0 once that is done or something else was asked for."""
        self.edit.go_to(document.cursor.line, document.cursor.column)
        self._show_problems()
        self._show_marks()
        self._show_tests()
        if self.edit.hides_text:
            model.notice.emit("info", f"{document.name} has a very long line. {REST_KEPT}")

    def showEvent(self, event: QShowEvent) -> None:
        """Shown for the first time, it scrolls to where the document was left; only now does it have its size."""
        super().showEvent(event)
        self._scroll_back()

    def _scroll_back(self) -> None:
        first, self._first_visible = self._first_visible, 0
        if first > 1:
            self.edit.verticalScrollBar().setValue(first - 1)

    def close_page(self) -> None:
        """The tab is closed: the document keeps its text, nothing listens any more."""
        for disconnect in self._disconnect:
            disconnect()
        self.document.detach()
        if self.highlighter is not None:
            self.highlighter.close()
        if "find_bar" in self.__dict__:
            self.find_bar.close_bar()
        self.edit.close_editor()

    @cached_property
    def find_bar(self) -> FindBar:
        """The bar that finds here, made when it is first wanted: another theme styles every widget that there is."""
        bar = FindBar(self.edit, self)
        bar.closed.connect(self.edit.setFocus)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout), "the page lays its parts out below each other"
        layout.insertWidget(0, bar)
        return bar

    # --- the buffer ----------------------------------------------------------------------------

    def current_text(self) -> str:
        """The text as it is now."""
        return self.edit.current_text()

    def replace_text(self, text: str) -> None:
        """Puts another text in place as one step of undo; only what differs is touched, so the cursor stays.

        A text with one of the editor's stand-ins in it is shown anew, and what was done before cannot be undone.
        """
        if not self.edit.can_hold(text):
            self.edit.setReadOnly(not self.edit.set_text(text) or not self.document.is_editable)
            return
        old, text = self.edit.held_text(), self.edit.shown(text)
        head = common_start(old, text)
        tail = common_start(old[head:][::-1], text[head:][::-1])
        units = len(old[:head].encode("utf-16-le", "surrogatepass")) // 2
        length = len(old[head : len(old) - tail].encode("utf-16-le", "surrogatepass")) // 2
        cursor = QTextCursor(self.edit.document())
        cursor.setPosition(units)
        cursor.setPosition(units + length, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(text[head : len(text) - tail])

    def reflow(self, text: str) -> None:
        """Puts the same text in another layout in place; the cursor and the lines around it do not move."""
        before, cursor = self.edit.held_text(), self.edit.textCursor()
        offset = from_utf16(before, cursor.position())
        line, bar = cursor.blockNumber(), self.edit.verticalScrollBar()
        scrolled = bar.value()
        self.replace_text(text)
        after, cursor = self.edit.held_text(), self.edit.textCursor()
        cursor.setPosition(to_utf16(after, moved(before, after, offset)))
        self.edit.setTextCursor(cursor)
        bar.setValue(scrolled + cursor.blockNumber() - line)

    def mark_saved(self) -> None:
        """What the editor holds now is what is on the disk."""
        self.edit.document().setModified(False)

    def perform(self, action: str) -> None:
        """Does an editing action by name."""
        own: dict[str, Callable[[], object]] = {
            "find": lambda: self.find_bar.open(replace=False),
            "replace": lambda: self.find_bar.open(replace=True),
            "find_next": lambda: self._find_again(self.find_bar.next),
            "find_previous": lambda: self._find_again(self.find_bar.previous),
            "next_problem": lambda: self._go_to_problem(1),
            "previous_problem": lambda: self._go_to_problem(-1),
            "apply_fix": self._apply_fix,
            "focus": self._come_forward,
        }
        if action in own:
            own[action]()
        else:
            known = self.edit.perform(action)
            assert known, f"the editor knows no action {action}"

    def _find_again(self, find: Callable[[], object]) -> None:
        """Goes to another find; the bar asks what to find if nothing was looked for yet."""
        find() if self.find_bar.query().text else self.find_bar.open(replace=False)

    def can_perform(self, action: str) -> str | None:
        """None if the action makes sense now, else why not."""
        if action in _EDITS and self.edit.isReadOnly():
            return READ_ONLY
        if action == "undo" and not self.edit.document().isUndoAvailable():
            return "There is nothing to undo."
        if action == "redo" and not self.edit.document().isRedoAvailable():
            return "There is nothing to redo."
        if action in ("cut", "copy") and not self.edit.textCursor().hasSelection():
            return "Nothing is selected."
        if action in ("next_problem", "previous_problem") and not self.document.problems:
            return "There are no problems in this file."
        if action == "go_to_bracket" and not self.edit.beside_bracket:
            return "The cursor is not beside a bracket that has a partner."
        if action == "move_line_up" and selected_lines(self.edit)[0] == 0:
            return "The first line cannot move up."
        if action == "move_line_down" and selected_lines(self.edit)[1] == self.edit.blockCount() - 1:
            return "The last line cannot move down."
        if action == "apply_fix" and self._fixable() is None:
            return "There is no fix for a problem on this line."
        return None

    # --- from the editor -------------------------------------------------------------------------

    @Slot()
    def _edited(self) -> None:
        if not self._loading:
            self.document.note_edit(self.edit.document().isModified())

    @Slot(bool)
    def _modified(self, modified: bool) -> None:
        if not self._loading and modified != self.document.dirty:
            self.document.mark_unsaved() if modified else self.document.mark_saved()

    @Slot()
    def _moved(self) -> None:
        if not self._loading:
            self.document.note_cursor(self.edit.place())

    @Slot(int)
    def _scrolled(self, value: int) -> None:
        if not self._first_visible:
            self.document.first_visible_line = value + 1

    # --- from the model --------------------------------------------------------------------------

    def _show_problems(self) -> None:
        self.edit.set_problems(self.document.problems)

    def _show_marks(self) -> None:
        mark = self.document.mark
        if mark is None:
            self.edit.set_execution_mark(0, 0, "")
        else:
            self.edit.set_execution_mark(mark.line, mark.end_line, mark.kind)
            self.edit.show_line(mark.line)
        self.edit.set_inline_values(self.document.inline_values)

    def _show_tests(self) -> None:
        tests = self._model.tests
        states = {c.line: "old" if tests.is_old(c.key) else tests.state(c.key) for c in tests.cases(self.document)}
        self.edit.set_test_marks(states)

    @Slot(int)
    def _run_test(self, line: int) -> None:
        self._model.tests.run(case for case in self._model.tests.cases(self.document) if case.line == line)

    def _reveal(self, place: Place) -> None:
        self._first_visible = 0
        self.edit.go_to(place.line, place.column)
        self._come_forward()

    def _return(self, place: Place, first_visible_line: int) -> None:
        self.edit.go_to(place.line, place.column)
        self._first_visible = first_visible_line
        if self.isVisible():
            self._scroll_back()

    def _come_forward(self) -> None:
        self.wanted.emit()
        self.edit.setFocus()

    def _go_to_problem(self, step: int) -> None:
        here = (self.document.cursor.line, self.document.cursor.column)
        places = sorted((p.range.line, p.range.column) for p in self.document.problems)
        if not places:
            return
        if step > 0:
            place = next((p for p in places if p > here), places[0])
        else:
            place = next((p for p in reversed(places) if p < here), places[-1])
        self.document.reveal(*place)

    def _fixable(self) -> Problem | None:
        """The problem at the cursor, or else on its line, that has a fix."""
        cursor = self.edit.textCursor()
        problem = self.edit.problem_at(cursor.position())
        if problem is not None and problem.fix is not None:
            return problem
        line = cursor.blockNumber() + 1
        on_line = (p for p in self.document.problems if p.range.line <= line <= p.range.end_line)
        return next((p for p in on_line if p.fix is not None), None)

    def _apply_fix(self) -> None:
        problem = self._fixable()
        if problem is None or problem.fix is None:
            return
        range = problem.fix.range
        cursor = QTextCursor(self.edit.document())
        cursor.setPosition(self.edit.position_of(range.line, range.column))
        cursor.setPosition(self.edit.position_of(range.end_line, range.end_column), QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(self.edit.shown(problem.fix.text))
