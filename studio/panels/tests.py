"""The tests of the open programs: run them, read why one failed, and open the very run in which it did.

Each program is a row with its tests below it. What was found out about the chosen test stands beside the list.
"""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QSize, Qt, QUrl, Slot
from PySide6.QtGui import QColor, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QSplitter,
    QTextBrowser,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.model.document import Document
from studio.model.figures import counted
from studio.model.program_tests import Case, Outcome
from studio.model.studio import StudioModel
from studio.panels.placeholder import Placeholder, disconnector
from studio.panels.registry import Panel, register_panel
from studio.theming.fonts import code_font
from studio.theming.icons import icons_of
from studio.theming.quiet_label import QuietLabel
from studio.theming.rich_text import CODE_FAMILY, set_code_font
from studio.theming.tree_rows import remove_rows

_CASE = Qt.ItemDataRole.UserRole
NAME, RESULT, RUN, OPEN = range(4)
STATES = {
    "new": ("test", "muted", "not run yet"),
    "waiting": ("clock", "muted", "waiting"),
    "running": ("run", "link", "running…"),
    "passed": ("success", "success", "passed"),
    "failed": ("error", "error", "failed"),
    "stopped": ("stop", "warning", "stopped"),
}
"""The icon of a state, its colour, and what it is called."""
NONE_YET = "Write a test below a program's actors, and it appears here with its result:\n\n{example}"
EXAMPLE = 'test "a deposit is kept" { let a = spawn Account(); a.deposit(5); run until idle; assert a.balance == 5 }'
RENDERED_MAX = 200
BUTTONS = (
    ("run", "Run All", "tests.run_all"),
    ("verify", "Run Failed", "tests.run_failed"),
    ("stop", "Stop", "tests.stop"),
)


class _Tree(QTreeWidget):
    """The list; Ctrl+Enter runs the chosen row."""

    def __init__(self, panel: TestsPanel) -> None:
        super().__init__(panel)
        self._panel = panel

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Runs the chosen row, or moves in the list."""
        if (
            event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self._panel.run_chosen()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shares the width anew."""
        super().resizeEvent(event)
        self.fit_names()

    def fit_names(self) -> None:
        """Gives the names what they need, up to two fifths of the width: what came of a test matters more."""
        self.header().resizeSection(NAME, min(self.sizeHintForColumn(NAME) + 12, self.viewport().width() * 2 // 5))


class TestsPanel(QWidget):
    """The list of tests, and what came of the chosen one."""

    __test__ = False

    def __init__(self, model: StudioModel) -> None:
        super().__init__()
        self._model = model
        self._tests = model.tests
        self._shown: tuple[tuple[Document, tuple[Case, ...]], ...] = ()
        self.tree = self._make_tree()
        self.details = self._make_details()
        self._summary = QuietLabel(self, 160)
        self._summary.setProperty("role", "muted")
        self._buttons = [self._make_button(*button) for button in BUTTONS]
        row = QHBoxLayout()
        row.setContentsMargins(8, 3, 8, 3)
        row.setSpacing(4)
        for button in self._buttons:
            row.addWidget(button)
        row.addSpacing(8)
        row.addWidget(self._summary, 1)
        self._split = QSplitter(Qt.Orientation.Horizontal, self)
        self._split.addWidget(self.tree)
        self._split.addWidget(self.details)
        self._split.setStretchFactor(0, 3)
        self._split.setStretchFactor(1, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addWidget(self._split, 1)
        self.setFocusProxy(self.tree)
        self._empty = Placeholder(NONE_YET.format(example=EXAMPLE), self.tree)
        connections = [self._tests.changed.connect(self._changed), model.theme.changed.connect(self._restyle)]
        self.destroyed.connect(disconnector(connections))
        self._restyle()

    # --- parts ------------------------------------------------------------------------------------

    def _make_tree(self) -> _Tree:
        tree = _Tree(self)
        tree.setColumnCount(4)
        tree.setHeaderHidden(True)
        tree.setIndentation(14)
        tree.setUniformRowHeights(True)
        tree.setAccessibleName("Tests")
        tree.setTextElideMode(Qt.TextElideMode.ElideRight)
        header = tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(RESULT, QHeaderView.ResizeMode.Stretch)
        for column in (RUN, OPEN):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        tree.itemClicked.connect(self._clicked)
        tree.itemActivated.connect(self._activated)
        tree.currentItemChanged.connect(lambda *_: self._describe())
        return tree

    def _make_details(self) -> QTextBrowser:
        details = QTextBrowser(self)
        details.setOpenLinks(False)
        details.setAccessibleName("What came of the test")
        details.setMinimumWidth(80)
        details.anchorClicked.connect(self._follow)
        return details

    def _make_button(self, icon: str, title: str, command: str) -> QToolButton:
        known = self._model.commands[command]
        button = QToolButton(self)
        button.setText(title)
        button.setProperty("icon-name", icon)
        button.setProperty("command", command)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIconSize(QSize(15, 15))
        button.setAutoRaise(True)
        button.setToolTip(f"{known.title} ({known.shortcut})" if known.shortcut else known.title)
        button.setAccessibleName(known.title)
        button.clicked.connect(lambda: self._model.commands.invoke(command))
        return button

    # --- what is shown ------------------------------------------------------------------------------

    def _restyle(self) -> None:
        icons = icons_of(self._model)
        for button in self._buttons:
            button.setIcon(icons.icon(str(button.property("icon-name"))))
        self._shown = ()
        self._changed()

    def _changed(self) -> None:
        programs = self._tests.programs()
        if programs != self._shown or not programs:
            self._shown = programs
            self._rebuild()
        for item in self._items():
            self._refresh(item)
        self.tree.fit_names()
        self._tell()
        self._describe()

    def _rebuild(self) -> None:
        """Makes the rows anew; what was chosen stays so."""
        chosen = self._chosen()
        remove_rows(self.tree)
        again: QTreeWidgetItem | None = None
        for document, cases in self._shown:
            program = QTreeWidgetItem([document.name])
            program.setToolTip(NAME, document.file)
            program.setIcon(NAME, icons_of(self._model).icon("program", "link"))
            self.tree.addTopLevelItem(program)
            for case in cases:
                item = QTreeWidgetItem(program, [case.name])
                item.setData(NAME, _CASE, case)
                if chosen is not None and case.key == chosen.key:
                    again = item
        self.tree.expandAll()
        if again is not None:
            self.tree.setCurrentItem(again)
        self._empty.setVisible(not self._shown)
        self.details.setVisible(bool(self._shown))

    def _items(self) -> list[QTreeWidgetItem]:
        """The rows of tests."""
        programs = [self.tree.topLevelItem(number) for number in range(self.tree.topLevelItemCount())]
        return [test for program in programs if program is not None for test in _below(program)]

    def _refresh(self, item: QTreeWidgetItem) -> None:
        case: Case = item.data(NAME, _CASE)
        theme = self._model.theme
        state, outcome, old = self._tests.state(case.key), self._tests.outcome(case.key), self._tests.is_old(case.key)
        icon, color, title = STATES[state]
        settled = outcome is not None and state == outcome.state
        text = outcome.message if settled and outcome is not None and outcome.message else title
        text += " (the text has changed since)" if settled and old else ""
        item.setIcon(NAME, icons_of(self._model).icon(icon, "muted" if settled and old else color))
        item.setText(RESULT, " ".join(text.split()))
        item.setToolTip(NAME, f"{case.name}: {title}")
        item.setToolTip(RESULT, text)
        item.setForeground(RESULT, QColor(theme.color("error" if state == "failed" and not old else "muted")))
        item.setText(RUN, "Run")
        item.setToolTip(RUN, "Run this test (Ctrl+Enter)")
        item.setForeground(RUN, QColor(theme.color("link")))
        rewinds = settled and outcome is not None and outcome.events > 0
        item.setText(OPEN, "" if not rewinds else "Rewind" if state == "failed" else "Open run")
        item.setToolTip(OPEN, "Open the run of this test where it failed (Enter)" if rewinds else "")
        item.setForeground(OPEN, QColor(theme.color("link")))

    def _tell(self) -> None:
        """The sum, and which buttons make sense."""
        counts = self._tests.counts()
        order = ("failed", "stopped", "passed", "running", "waiting", "new")
        words = {"new": "not run yet"}
        self._summary.show_text(
            " · ".join(f"{counts[state]} {words.get(state, state)}" for state in order if state in counts)
        )
        for button in self._buttons:
            button.setEnabled(self._model.commands[str(button.property("command"))].enabled() is None)

    def _describe(self) -> None:
        """What came of the chosen test, in full."""
        case = self._chosen()
        outcome = self._tests.outcome(case.key) if case is not None else None
        if case is None:
            self.details.setHtml(self._muted("Choose a test to see its result."))
            return
        title = f'<p style="margin-bottom:2px"><b>{escape(case.name)}</b></p>'
        self.details.setHtml(title + (self._body(outcome) if outcome else self._muted("It has not run yet.")))
        font = code_font(self._model.settings)
        font.setPointSizeF(self._model.settings.number("appearance.font_size"))
        set_code_font(self.details.document(), font)

    def _muted(self, text: str) -> str:
        return f'<p style="color:{self._model.theme.color("muted")}">{escape(text)}</p>'

    def _code(self, text: str, color: str = "text") -> str:
        family, shown = CODE_FAMILY, self._model.theme.color(color)
        style = f"font-family:{family}; color:{shown}; margin:2px 0; white-space:pre-wrap"
        return f'<p style="{style}">{escape(text)}</p>'

    def _body(self, outcome: Outcome) -> str:
        link = f'style="color:{self._model.theme.color("link")}"'
        parts = []
        file, line, column = outcome.place
        if outcome.events:
            title = "Rewind to the failure" if outcome.message else "Open its run"
            facts = f"{counted(outcome.events, 'event')}, seed {outcome.seed}"
            run = f'<a {link} href="run">{title}</a>{"&nbsp;" * 3}{self._note(facts)}'
            parts.append(f'<p style="margin:2px 0">{run}</p>')
        if outcome.message:
            short = file.replace("\\", "/").rsplit("/", 1)[-1]
            parts.append(f'<p style="margin:2px 0"><a {link} href="place">{escape(short)}:{line}:{column}</a></p>')
            parts.append(self._code(outcome.code) if outcome.code else "")
            parts.append(self._code(outcome.message, "error"))
        else:
            parts.append(self._muted(f"{STATES[outcome.state][2]}, {outcome.seconds:.2f} s"))
        if outcome.rendered:
            left_out = len(outcome.rendered) - RENDERED_MAX
            parts.append(self._muted("Rendered" + (f", without the first {left_out:,}" if left_out > 0 else "")))
            parts += [self._code(text) for text in outcome.rendered[-RENDERED_MAX:]]
        return "".join(parts)

    def _note(self, text: str) -> str:
        return f'<span style="color:{self._model.theme.color("muted")}">{escape(text)}</span>'

    # --- what people do -----------------------------------------------------------------------------

    def _chosen(self) -> Case | None:
        item = self.tree.currentItem()
        case: Case | None = item.data(NAME, _CASE) if item is not None else None
        return case

    def run_chosen(self) -> None:
        """Runs the chosen test, or all tests of the chosen program."""
        item = self.tree.currentItem()
        if item is not None:
            self._tests.run(each.data(NAME, _CASE) for each in _below(item) or [item])

    @Slot(QTreeWidgetItem, int)
    def _clicked(self, item: QTreeWidgetItem, column: int) -> None:
        case: Case | None = item.data(NAME, _CASE)
        if case is None:
            return
        if column == RUN:
            self._tests.run([case])
        elif column == OPEN and item.text(OPEN):
            self._open(case)

    @Slot(QTreeWidgetItem, int)
    def _activated(self, item: QTreeWidgetItem, column: int) -> None:
        case: Case | None = item.data(NAME, _CASE)
        if case is not None and column not in (RUN, OPEN):
            if self._tests.state(case.key) == "failed":
                self._open(case)
            else:
                self._show(case)

    @Slot(QUrl)
    def _follow(self, url: QUrl) -> None:
        case = self._chosen()
        outcome = self._tests.outcome(case.key) if case is not None else None
        if case is None or outcome is None:
            return
        if url.toString() == "run":
            self._open(case)
        else:
            self._model.show_place(*outcome.place)

    def _open(self, case: Case) -> None:
        """The run of a test in every view, at its end; what it was compiled with in the editor."""
        outcome = self._tests.outcome(case.key)
        if self._tests.open_run(case.key):
            self._model.shell.show_panel("timeline")
        if outcome is not None and outcome.place[1]:
            self._model.show_place(*outcome.place)

    def _show(self, case: Case) -> None:
        """The test in the editor."""
        document = next((d for d in self._model.documents.items if d.id == case.document), None)
        if document is not None:
            self._model.documents.activate(document)
            document.reveal(case.line)


def _below(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    found = (item.child(number) for number in range(item.childCount()))
    return [child for child in found if child is not None]


TESTS = register_panel(Panel("tests", "Tests", "test", "bottom", 4, TestsPanel))
