"""The fork card: what shall be different from here on? It stays open beside the window while one looks around.

What is typed is checked by the engine, which answers with a sentence if it cannot be done there.
"""

from __future__ import annotations

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.api import Change, DropMessage, EditMessage, Inject, SetField
from studio.model.figures import grouped
from studio.model.signal import ending
from studio.model.studio import StudioModel

NOTHING, INJECT, EDIT, DROP, SET = range(5)
COMPLETIONS_AT_MOST = 400
LENGTH_MAX = 2**31 - 1
"""Of what is typed: Qt cuts a text at 32,767 characters unless it is told otherwise, and values can be longer."""


class ForkCard(QDialog):
    """Asks what to change at the playhead, and runs on from there as a branch."""

    def __init__(self, model: StudioModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run = model.run
        self.setWindowTitle(self.tr("Fork"))
        self.setModal(False)
        self.setMinimumWidth(430)
        self.where = QLabel(self)
        self.where.setProperty("role", "title")
        self._explain = QLabel(self.tr("Everything up to here stays as it was. What shall be different from here on?"))
        self._explain.setWordWrap(True)
        self._explain.setProperty("role", "muted")
        self.choices = QButtonGroup(self)
        self._pages = QStackedWidget(self)
        self.problem = QLabel(self)
        self.problem.setWordWrap(True)
        self.problem.setProperty("role", "error")
        self.problem.hide()
        self._build_fields()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.accept_button = QPushButton(self.tr("Fork"), self)
        self.accept_button.setDefault(True)
        buttons.addButton(self.accept_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self._fork)
        buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 16)
        layout.setSpacing(8)
        layout.addWidget(self.where)
        layout.addWidget(self._explain)
        for button in self.choices.buttons():
            layout.addWidget(button)
        layout.addWidget(self._pages)
        layout.addWidget(self.problem)
        layout.addStretch(1)
        layout.addWidget(buttons)
        self.destroyed.connect(
            ending(
                self._run.playhead_moved.connect(lambda n: self._tell()),
                self._run.picture_changed.connect(self._tell),
                self._run.selection_changed.connect(self._tell_fields),
                self._run.forked.connect(self.close),
                self._run.fork_refused.connect(self._refused),
            )
        )

    # --- building ---------------------------------------------------------------------------------

    def _build_fields(self) -> None:
        """The five choices, and for each the page of what it needs."""
        self.message = QLineEdit(self)
        self.message.setAccessibleName(self.tr("Message to inject"))
        self._words = QStringListModel(self)
        completer = QCompleter(self._words, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.message.setCompleter(completer)
        self.arguments = QLineEdit(self)
        self.arguments.setAccessibleName(self.tr("Arguments of the next message"))
        self.next_message = QLabel(self)
        self.dropped = QLabel(self)
        self.lost = QLabel(self)
        self.lost.setWordWrap(True)
        self.lost.setProperty("role", "warning")
        self.field = QComboBox(self)
        self.field.setAccessibleName(self.tr("Field to set"))
        self.value = QLineEdit(self)
        self.value.setAccessibleName(self.tr("Value of the field"))
        for line in (self.message, self.arguments, self.value):
            line.setMaxLength(LENGTH_MAX)
        self.actor = QLabel(self)
        self.field.currentIndexChanged.connect(self._show_value)
        nothing = QLabel(self.tr("The same again, as a branch to compare with."))
        nothing.setProperty("role", "muted")
        self._add(NOTHING, self.tr("&Nothing yet"), nothing)
        self._add(INJECT, self.tr("&Inject a message"), _form((self.tr("Message"), self.message)))
        rows = ((self.tr("Was"), self.next_message), (self.tr("Becomes"), self.arguments))
        self._add(EDIT, self.tr("&Edit the next message"), _form(*rows))
        self._add(DROP, self.tr("&Drop the next message"), _form((self.tr("Dropped"), self.dropped), ("", self.lost)))
        fields = ((self.tr("Actor"), self.actor), (self.tr("Field"), self.field), (self.tr("Value"), self.value))
        self._add(SET, self.tr("&Set a field of the selected actor"), _form(*fields))
        self.choices.idToggled.connect(self._on_choice)
        self.choices.button(NOTHING).setChecked(True)

    def _add(self, number: int, title: str, page: QWidget) -> None:
        self.choices.addButton(QRadioButton(title, self), number)
        self._pages.addWidget(page)

    # --- showing ------------------------------------------------------------------------------------

    def open_at_playhead(self) -> None:
        """Shows the card for the moment at the playhead."""
        self._refused("")
        self.arguments.setModified(False)
        self.value.setModified(False)
        completions = self._completions()
        self._words.setStringList(completions)
        self.message.setPlaceholderText(completions[0] if completions else "")
        self._tell()
        self._tell_fields()
        self.show()
        self.raise_()
        self.activateWindow()
        chosen = self.choices.checkedButton()
        if chosen is not None:
            chosen.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        """Seen, it wants to know the next message."""
        super().showEvent(event)
        self._run.want_following(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Hidden, it costs nothing."""
        self._run.want_following(False)
        super().hideEvent(event)

    def _completions(self) -> list[str]:
        """The beginnings of all messages that can be sent: to a type's default instance and to actors."""
        summary = self._run.summary
        if summary is None:
            return []
        cast = self._run.events.cast
        messages: dict[str, list[str]] = {}
        for handler in summary.handlers:
            if handler.kind == "message":
                shape = ", ".join(p.name for p in handler.params)
                messages.setdefault(handler.actor, []).append(f"{handler.name}({shape})")
        words = [f"{actor}.{text}" for actor, texts in messages.items() for text in texts]
        for actor in range(cast.count):
            kind = cast.program.actor_type(cast.type_of(actor)).name
            words += [f"{cast.name(actor)}.{text}" for text in messages.get(kind, ())]
            if len(words) > COMPLETIONS_AT_MOST:
                break
        return words

    def _tell(self) -> None:
        if not self.isVisible() and self.where.text():
            return
        run = self._run
        place = f"{self.tr('tick')} {grouped(run.playhead_tick())}, {self.tr('event')} {grouped(run.playhead)}"
        self.where.setText(f"{self.tr('Fork at')} {place}")
        known = run.following is not None
        text = run.following.text if run.following is not None else ""
        whose = f"{run.events.cast.name(run.following.receiver)}.{text}" if run.following is not None else ""
        self.next_message.setText(whose or self.tr("nothing is waiting here"))
        self.dropped.setText(whose or self.tr("nothing is waiting here"))
        lost = run.following.without if run.following is not None else ""
        self.lost.setText(f"{lost[:1].upper()}{lost[1:]}.")
        self.lost.setVisible(bool(lost))
        for choice in (EDIT, DROP):
            self.choices.button(choice).setEnabled(known)
            if not known and self.choices.checkedId() == choice:
                self.choices.button(NOTHING).setChecked(True)
        if known and not self.arguments.isModified():
            self.arguments.setText(text[text.find("(") :] if "(" in text else "()")
        self._tell_fields()

    def _tell_fields(self) -> None:
        """The fields of the selected actor, as they are now."""
        state = self._run.actor_state
        self.actor.setText(state.name if state is not None else self.tr("none: select one in the graph or timeline"))
        self.choices.button(SET).setEnabled(state is not None and bool(state.fields))
        if state is None and self.choices.checkedId() == SET:
            self.choices.button(NOTHING).setChecked(True)
        names = [field.name for field in state.fields] if state is not None else []
        if names != [self.field.itemText(i) for i in range(self.field.count())]:
            self.field.clear()
            self.field.addItems(names)
        elif not self.value.isModified():
            self._show_value()

    def _show_value(self) -> None:
        state = self._run.actor_state
        index = self.field.currentIndex()
        if state is not None and 0 <= index < len(state.fields):
            value = state.fields[index].value
            self.value.setText(value.quoted)

    def _on_choice(self, number: int, chosen: bool) -> None:
        if chosen:
            self._pages.setCurrentIndex(number)
            self._refused("")

    def _refused(self, reason: str) -> None:
        self.problem.setText(reason)
        self.problem.setVisible(bool(reason))

    # --- doing it -------------------------------------------------------------------------------------

    def change(self) -> Change | None:
        """What is chosen, as the engine understands it."""
        match self.choices.checkedId():
            case 1:
                return Inject(self.message.text().strip())
            case 2:
                return EditMessage(self.arguments.text().strip())
            case 3:
                return DropMessage()
            case 4:
                state = self._run.actor_state
                return SetField(state.id if state else 0, self.field.currentText(), self.value.text().strip())
        return None

    def _fork(self) -> None:
        self._refused("")
        self._run.fork(self.change())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes, as everywhere."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)


def _form(*rows: tuple[str, QWidget]) -> QWidget:
    page = QWidget()
    form = QFormLayout(page)
    form.setContentsMargins(24, 4, 0, 4)
    for title, field in rows:
        form.addRow(title, field)
    return page
