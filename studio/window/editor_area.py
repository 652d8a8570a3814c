"""The middle of the window: notices, the tabs of the open documents, the welcome page and the reference."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import QTabWidget, QToolButton, QVBoxLayout, QWidget

from engine.api import plain_name
from studio.editor.page import EditorPage
from studio.model.document import Document
from studio.model.studio import StudioModel
from studio.panels.reference import ReferencePage
from studio.panels.welcome import WelcomePage
from studio.theming.icons import icons_of
from studio.window.notices import Answer, Notices


class EditorArea(QWidget):
    """Shows the documents of the model, one tab each, in its order."""

    def __init__(self, model: StudioModel) -> None:
        super().__init__()
        self._model = model
        self._pages: dict[str, EditorPage] = {}
        self._welcome: WelcomePage | None = None
        self._reference: ReferencePage | None = None
        self._changing = False
        self.notices = Notices(model)
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.setMovable(True)
        self.tabs.setElideMode(self.tabs.elideMode().ElideMiddle)
        self.tabs.setIconSize(QSize(15, 15))
        self.tabs.tabBar().setAccessibleName("Open files")
        self.tabs.currentChanged.connect(self._tab_chosen)
        self.tabs.tabBar().tabMoved.connect(self._tab_moved)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.notices)
        layout.addWidget(self.tabs, 1)
        self._disconnect: list[Callable[[], None]] = [
            model.documents.opened.connect(self._opened),
            model.documents.closed.connect(self._closed),
            model.documents.active_changed.connect(self._active_changed),
            model.documents.changed.connect(self._document_changed),
            model.documents.close_wanted.connect(self._ask_close),
            model.theme.changed.connect(self._recolour),
        ]
        for document in model.documents.items:
            self._opened(document)
        if not model.documents.items:
            self.show_welcome()

    def close_area(self) -> None:
        """The window is closing: documents keep their texts."""
        for disconnect in self._disconnect:
            disconnect()
        for page in self._pages.values():
            page.close_page()

    def page(self, document: Document) -> EditorPage:
        """The tab of a document."""
        return self._pages[document.id]

    # --- tabs --------------------------------------------------------------------------------------

    def _opened(self, document: Document) -> None:
        page = EditorPage(self._model, document)
        page.wanted.connect(lambda: self.tabs.setCurrentWidget(page))
        self._pages[document.id] = page
        self._changing = True
        index = self.tabs.addTab(page, document.name)
        self.tabs.tabBar().setTabButton(index, self.tabs.tabBar().ButtonPosition.RightSide, self._closer(page))
        self._changing = False
        self._remove_welcome()
        self._label_all()

    def _closer(self, page: QWidget) -> QToolButton:
        button = QToolButton()
        button.setIconSize(QSize(13, 13))
        button.setToolTip("Close (Ctrl+W)")
        button.setAccessibleName("Close tab")
        button.setFocusPolicy(button.focusPolicy().NoFocus)
        button.setProperty("kind", "tab-close")
        button.clicked.connect(lambda: self._close_tab(page))
        button.setIcon(icons_of(self._model).icon("close", "muted"))
        return button

    def _close_tab(self, page: QWidget) -> None:
        if isinstance(page, EditorPage):
            self._model.documents.request_close(page.document)
        elif page is self._reference:
            self._remove_reference()
        else:
            self._remove_welcome(keep_if_alone=True)

    def _closed(self, document: Document) -> None:
        page = self._pages.pop(document.id)
        page.close_page()
        self._changing = True
        self.tabs.removeTab(self.tabs.indexOf(page))
        self._changing = False
        page.deleteLater()
        self.notices.remove(f"close {document.id}")
        self.notices.remove(f"conflict {document.id}")
        self._label_all()
        if not self._pages:
            self.show_welcome()

    def _active_changed(self) -> None:
        document = self._model.documents.active
        if document is not None and document.id in self._pages:
            page, before = self._pages[document.id], self.tabs.currentWidget()
            focus = self.window().focusWidget()
            takes = self._model.documents.with_keyboard or (focus is not None and before.isAncestorOf(focus))
            if before is not page:
                self.tabs.setCurrentWidget(page)
            if takes:
                page.edit.setFocus()

    @Slot(int)
    def _tab_chosen(self, index: int) -> None:
        page = self.tabs.widget(index)
        if not self._changing and isinstance(page, EditorPage):
            self._model.documents.activate(page.document)

    @Slot(int, int)
    def _tab_moved(self, old: int, new: int) -> None:
        page = self.tabs.widget(new)
        if isinstance(page, EditorPage):
            before = sum(isinstance(self.tabs.widget(index), EditorPage) for index in range(new))
            self._model.documents.move(page.document, before)

    def _document_changed(self, document: Document) -> None:
        if document.id in self._pages:
            page = self._pages[document.id]
            self._label_all() if self.tabs.tabToolTip(self.tabs.indexOf(page)) != _tip(document) else self._label(page)
            self._show_conflict(document)

    def _label_all(self) -> None:
        """Names the tabs; files of one name are told apart by their folders."""
        for page in self._pages.values():
            self._label(page)

    def _label(self, page: EditorPage) -> None:
        """Name, unsaved mark, and in brackets what is special."""
        document, index = page.document, self.tabs.indexOf(page)
        remark = (
            " (removed)"
            if document.conflict == "removed"
            else " (read-only)"
            if document.read_only and document.path is not None
            else ""
        )
        name = self._model.documents.label(document).replace("&", "&&") + remark
        if self.tabs.tabText(index) != name:
            self.tabs.setTabText(index, name)
        self.tabs.setTabToolTip(index, _tip(document))
        closer = self.tabs.tabBar().tabButton(index, self.tabs.tabBar().ButtonPosition.RightSide)
        if isinstance(closer, QToolButton) and closer.property("dirty") != document.dirty:
            closer.setProperty("dirty", document.dirty)
            icon, color = ("dot", "text") if document.dirty else ("close", "muted")
            closer.setIcon(icons_of(self._model).icon(icon, color))
        if document.is_program and self.tabs.tabIcon(index).isNull():
            self.tabs.setTabIcon(index, icons_of(self._model).icon("program", "link"))

    def _recolour(self) -> None:
        bar = self.tabs.tabBar()
        for index in range(self.tabs.count()):
            page = self.tabs.widget(index)
            closer = bar.tabButton(index, bar.ButtonPosition.RightSide)
            if isinstance(closer, QToolButton):
                dirty = isinstance(page, EditorPage) and page.document.dirty
                closer.setIcon(icons_of(self._model).icon("dot" if dirty else "close", "text" if dirty else "muted"))
            name = "welcome" if page is self._welcome else "reference" if page is self._reference else "program"
            self.tabs.setTabIcon(index, icons_of(self._model).icon(name, "link"))

    # --- welcome -----------------------------------------------------------------------------------

    def show_welcome(self) -> None:
        """Shows the welcome page."""
        if self._welcome is None:
            self._welcome = WelcomePage(self._model)
            self._add_page(self._welcome, "welcome", "Welcome")
        self.tabs.setCurrentWidget(self._welcome)

    def _add_page(self, page: QWidget, icon: str, title: str) -> None:
        """A tab that is no document's."""
        self._changing = True
        index = self.tabs.addTab(page, icons_of(self._model).icon(icon, "link"), title)
        self.tabs.tabBar().setTabButton(index, self.tabs.tabBar().ButtonPosition.RightSide, self._closer(page))
        self._changing = False

    def _remove_welcome(self, keep_if_alone: bool = False) -> None:
        if self._welcome is None or (keep_if_alone and not self._pages):
            return
        page, self._welcome = self._welcome, None
        self.tabs.removeTab(self.tabs.indexOf(page))
        page.deleteLater()

    def show_reference(self) -> None:
        """Shows the language reference, and gives it the keyboard."""
        if self._reference is None:
            self._reference = ReferencePage(self._model)
            self._reference.close_wanted.connect(self._remove_reference)
            self._add_page(self._reference, "reference", "Language Reference")
        self.tabs.setCurrentWidget(self._reference)
        self._reference.setFocus()

    @Slot()
    def _remove_reference(self) -> None:
        if self._reference is not None:
            page, self._reference = self._reference, None
            self.tabs.removeTab(self.tabs.indexOf(page))
            page.deleteLater()
            self._active_changed() if self._pages else self.show_welcome()

    # --- questions ---------------------------------------------------------------------------------

    def _ask_close(self, document: Document) -> None:
        """Asks what to do with a text that is not saved; nothing else has to wait for the answer."""

        def save() -> None:
            if document.path is None or document.is_example or document.read_only:
                self._model.shell.ask_save(document)
            else:
                self._model.files.save_and_close(document)

        answers = (
            Answer("Save As…" if document.read_only else "Save", save, primary=True),
            Answer("Don't Save", lambda: self._model.documents.remove(document)),
            Answer("Keep Open", lambda: None),
        )
        question = f"{document.name} has changes that are not saved."
        notice = self.notices.show_notice("warning", question, answers, f"close {document.id}")
        notice.buttons[0].setFocus()

    def _show_conflict(self, document: Document) -> None:
        key, name = f"conflict {document.id}", self._model.documents.label(document)
        answers: tuple[Answer, ...]
        if document.conflict == "changed":
            answers = (
                Answer("Compare", lambda: self._model.files.compare(document), keeps=True),
                Answer("Use the Version on Disk", lambda: self._model.files.reload(document)),
                Answer("Keep Mine", lambda: self._model.files.keep_mine(document)),
            )
            text = f"{name} was changed on the disk, and it has changes here that are not saved."
        elif document.conflict == "removed":
            answers = (Answer("Save It Again", lambda: self._model.files.save(document), primary=True),)
            text = f"{name} is no longer on the disk; its text is only here."
        else:
            self.notices.remove(key)
            return
        if self.notices.text_of(key) != text:
            self.notices.show_notice("warning", text, answers, key)


def _tip(document: Document) -> str:
    """What a tab tells when the mouse rests on it."""
    saving = ", saving asks where to" if document.is_example else ""
    return plain_name(document.file) + (", not saved" if document.dirty else "") + saving
