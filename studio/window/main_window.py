"""The main window: puts menus, toolbar, panels, code, status and palette together, and is the model's shell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QIcon, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHeaderView, QMainWindow, QMenu, QTreeView, QWidget

from studio.model.document import Document
from studio.model.ports import EditTarget
from studio.model.studio import StudioModel
from studio.panels.registry import Panel
from studio.timetravel.fork_card import ForkCard
from studio.window.docks import Docks
from studio.window.edit_targets import edit_target
from studio.window.editor_area import EditorArea
from studio.window.menus import Menus
from studio.window.palette_view import PaletteView
from studio.window.status import StatusBar
from studio.window.toolbar import Toolbar

LAYOUT_VERSION = 2
"""Grows when there is another panel: a layout that does not know it would hide it."""
PROGRAMS = "AeroFlow (*.aefl *.aft);;Programs (*.aefl);;Recorded runs (*.aft);;All files (*)"


def suggested_name(document: Document) -> str:
    """The name of a file that a document could be saved as: its title without what it says besides."""
    if document.path is not None:
        return document.path.name
    title, _, remark = document.title.partition(" (")
    if not remark:
        return title
    return f"{Path(title).stem}.diff" if remark == "difference)" else title


class MainWindow(QMainWindow):
    """The window of a Studio. ``layout_changed`` and ``entered`` are for who keeps the session and watches files."""

    layout_changed = Signal()
    entered = Signal()
    closing = Signal()

    def __init__(self, model: StudioModel, panels: tuple[Panel, ...]) -> None:
        super().__init__()
        self._model = model
        self.setObjectName("studio")
        self.setWindowIcon(QIcon(str(model.resources / "aeroflow.svg")))
        self.setAcceptDrops(True)
        self.resize(1440, 900)
        self.area = EditorArea(model)
        self.setCentralWidget(self.area)
        self.menus = Menus(self, model)
        self.toolbar = Toolbar(self, model)
        self.docks = Docks(self, model, panels)
        self.status = StatusBar(self, model)
        self.palette_view = PaletteView(self, model)
        self._fork_card: ForkCard | None = None
        self._first_layout = True
        self._disconnect: list[Callable[[], None]] = [
            model.documents.active_changed.connect(self._retitle),
            model.documents.opened.connect(lambda _: self._retitle()),
            model.documents.closed.connect(lambda _: self._retitle()),
            model.documents.changed.connect(lambda _: self._retitle()),
            model.notice.connect(self._notice),
            model.run.fork_asked.connect(self._show_fork_card),
            model.notice_over.connect(lambda text: self.area.notices.remove(text)),
            model.run.problem.connect(lambda text: model.notice.emit("warning", text)),
            model.run.message.connect(lambda text: model.notice.emit("info", text)),
        ]
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(500)
        self._timer.timeout.connect(self.docks.sizes.settle)
        self._timer.timeout.connect(self.layout_changed)
        for dock in self.docks.docks.values():
            dock.visibilityChanged.connect(self._layout_touched)
            dock.dockLocationChanged.connect(self._layout_touched)
        self._retitle()

    # --- layout --------------------------------------------------------------------------------------

    def layout_text(self) -> str:
        """Where every panel is, as base64."""
        return bytes(self.saveState(LAYOUT_VERSION).toBase64().data()).decode("ascii")

    def geometry_text(self) -> str:
        """Where the window is, as base64."""
        return bytes(self.saveGeometry().toBase64().data()).decode("ascii")

    def restore_layout(self, geometry: str, layout: str) -> None:
        """Puts window and panels where they were; what does not fit any more is at its first place instead."""
        if geometry and self.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "ignore"))):
            self._keep_on_screen()
        if layout:
            if self.restoreState(QByteArray.fromBase64(layout.encode("ascii", "ignore")), LAYOUT_VERSION):
                self._first_layout = False
                self.docks.sizes.restored()
            else:
                self.docks.arrange()
        self.docks.refresh_titles()

    def _keep_on_screen(self) -> None:
        """A window on a screen that is no longer there comes back."""
        center = self.frameGeometry().center()
        if not any(screen.availableGeometry().contains(center) for screen in QGuiApplication.screens()):
            screen = QGuiApplication.primaryScreen().availableGeometry()
            self.resize(min(self.width(), screen.width()), min(self.height(), screen.height()))
            self.move(screen.topLeft())

    @Slot()
    def _layout_touched(self) -> None:
        self._timer.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The panels take their shares of the size."""
        super().resizeEvent(event)
        self.docks.sizes.fit()
        self._timer.start()

    def event(self, event: QEvent) -> bool:
        """The window was entered, or shown for the first time."""
        if event.type() == QEvent.Type.WindowActivate:
            self.entered.emit()
        elif event.type() == QEvent.Type.Show and self._first_layout:
            self.docks.resize()
            self._first_layout = False
        return super().event(event)

    def createPopupMenu(self) -> QMenu:
        """The menu over tabs and titles of panels: which panels there are."""
        menu = QMenu(self)
        for dock in self.docks.docks.values():
            menu.addAction(dock.toggleViewAction())
        menu.addSeparator()
        menu.addAction("Reset Layout").triggered.connect(self.reset_layout)
        return menu

    def closeEvent(self, event: QCloseEvent) -> None:
        """Everything that is not saved is in its journal; nothing is asked."""
        self.closing.emit()
        super().closeEvent(event)

    def close_parts(self) -> None:
        """No part of the window listens to the models any more."""
        for disconnect in self._disconnect:
            disconnect()
        self._timer.stop()
        self.area.close_area()
        self.menus.close_menus()
        self.toolbar.close_toolbar()
        self.status.close_status()
        self.docks.close_docks()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files can be dropped."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Opens what was dropped."""
        for url in event.mimeData().urls():
            if url.isLocalFile():
                self._model.files.open(Path(url.toLocalFile()))

    def _retitle(self) -> None:
        document = self._model.documents.active
        if document is None:
            self.setWindowTitle("AeroFlow Studio")
        else:
            name = self._model.documents.label(document).replace(
                "[*]", "[*][*]"
            )  # Qt's mark of a change, doubled where it is text
            self.setWindowTitle(f"{name}[*] — AeroFlow Studio")
        self.setWindowModified(document is not None and document.dirty)

    def _notice(self, level: str, text: str) -> None:
        if level == "error":
            self.area.notices.show_notice(level, text, key=text)

    def _show_fork_card(self) -> None:
        """Asks what to change, whichever panels are shown; the card lies at the right, beside the code."""
        if self._fork_card is None:
            self._fork_card = ForkCard(self._model, self)
        card = self._fork_card
        if not card.isVisible():
            size = card.sizeHint().expandedTo(card.minimumSize())
            corner = self.mapToGlobal(QPoint(self.width() - size.width() - 24, self.area.y() + 12))
            card.move(corner)
        card.open_at_playhead()

    # --- the shell that commands ask -------------------------------------------------------------------

    def edit_target(self) -> EditTarget | None:
        """What has the keyboard, if it is not the code. Bars have nothing to edit, so the code is meant there too, and
        the palette gives the keyboard back before it runs anything."""
        widget = self.focusWidget()
        bars: tuple[QWidget, ...] = (self.toolbar.bar, self.status.bar, self.menuBar(), self.palette_view)
        if widget is None or any(bar.isAncestorOf(widget) for bar in bars) or widget is self.area.tabs.tabBar():
            return None
        return edit_target(widget, lambda text: self._model.notice.emit("info", text))

    def show_palette(self, prefix: str) -> None:
        """Opens the palette with the beginning of a search."""
        self.palette_view.open(prefix)

    def show_panel(self, id: str) -> None:
        """Brings a panel to the front and gives it the keyboard."""
        self.docks.show(id)

    def toggle_panel(self, id: str) -> None:
        """Hides a panel, or shows it."""
        self.docks.toggle(id)

    def panel_visible(self, id: str) -> bool:
        """Whether a panel can be seen."""
        return self.docks.is_seen(id)

    def reset_layout(self) -> None:
        """Puts every panel where it is at first."""
        self.docks.arrange()

    def toggle_full_screen(self) -> None:
        """Fills the screen, or no longer."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _dialog(self, title: str, mode: QFileDialog.FileMode, chosen: Callable[[Path], object]) -> QFileDialog:
        """A file dialog that stops nothing; it goes away by itself."""
        document = self._model.documents.active
        folder = self._model.workspace.folder
        start = folder
        if document is not None and document.path is not None and not document.is_example:
            start = document.path.parent
        dialog = QFileDialog(self, title, str(start) if start is not None else str(Path.home()))
        dialog.setFileMode(mode)
        for files in dialog.findChildren(QTreeView):  # Qt's own dialog; names take what the other columns leave
            files.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: chosen(Path(name)))
        return dialog

    def ask_open(self) -> None:
        """Lets the user choose a file to open."""
        dialog = self._dialog("Open", QFileDialog.FileMode.ExistingFile, self._model.files.open)
        dialog.setNameFilter(PROGRAMS)
        dialog.open()

    def ask_open_folder(self) -> None:
        """Lets the user choose a folder to work in."""
        self._dialog("Open Folder", QFileDialog.FileMode.Directory, self._model.workspace.set_folder).open()

    def ask_save(self, document: Document) -> None:
        """Lets the user choose where to save a document."""
        dialog = self._dialog(
            "Save As", QFileDialog.FileMode.AnyFile, lambda path: self._model.files.save(document, path)
        )
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(["All files (*)"] if document.plain else ["Programs (*.aefl)", "All files (*)"])
        dialog.setDefaultSuffix("txt" if document.plain else "aefl")
        dialog.selectFile(suggested_name(document))
        dialog.open()

    def ask_save_recording(self) -> None:
        """Lets the user choose where to keep the recording of the run."""
        dialog = self._dialog("Save Recording", QFileDialog.FileMode.AnyFile, self._model.run.save_trace)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("Recorded runs (*.aft)")
        dialog.setDefaultSuffix("aft")
        dialog.selectFile(f"{Path(self._model.run.source_name).stem}.aft")
        dialog.open()

    def show_welcome(self) -> None:
        """Shows the welcome page."""
        self.area.show_welcome()

    def show_reference(self) -> None:
        """Shows the language reference."""
        self.area.show_reference()

    def show_text(self, title: str, text: str) -> None:
        """Shows a text that is not a file; one of that title is shown again."""
        documents = self._model.documents
        shown = next((d for d in documents.items if d.path is None and d.title == title and d.plain), None)
        if shown is not None:
            documents.remove(shown)
        documents.new(text, title, read_only=True, plain=True)

    def come_forward(self) -> None:
        """Shows the window before all others."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def close_window(self) -> None:
        """Closes the window; unsaved text is kept for the next start."""
        self.close()
