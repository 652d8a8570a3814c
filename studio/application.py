"""A whole Studio: its models, services and window, from the first start to the last write.

``Studio`` is what the program, the picture of ``--shot`` and the tests of the whole journey make; it needs only a
``QApplication`` and the folders in which to keep things.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

import engine
from engine.language_service.tokens import highlight_line
from engine.project.file_places import FilePlace
from engine.project.resources import folder
from studio.actions.table import fill_table
from studio.model.document import Document, Place
from studio.model.execution import ExecutionMarks
from studio.model.following import Following
from studio.model.places import Places
from studio.model.ports import Language
from studio.model.recovery import recovery_text
from studio.model.run import RunModel
from studio.model.session_state import OpenFile, SessionState
from studio.model.studio import StudioModel
from studio.model.theme import ThemeModel, ThemeSource, load_themes, theme_stamps
from studio.services import programs
from studio.services.analysis import AnalysisService
from studio.services.background import Background
from studio.services.bridge import EngineBridge
from studio.services.files import Files
from studio.services.formatting import Formatting
from studio.services.instance import Receiver, claim
from studio.services.journal import Journal, JournalEntry, JournalFolder
from studio.services.locks import FileLock
from studio.services.program_tester import ProgramTester
from studio.services.reference_files import read_reference
from studio.services.store import Store, read_session, read_settings
from studio.theming.appearance import Appearance
from studio.window.features import all_panels
from studio.window.main_window import MainWindow
from studio.window.notices import Answer

WATCH_MS = 2_000


class Studio(QObject):
    """Everything of one Studio. ``close`` writes what is unwritten and ends its threads.

    The Studio that has the ``lock`` of its profile restores the session, keeps it, and takes files from later starts.
    Another one beside it, if there must be one, keeps journals and nothing else.
    """

    def __init__(
        self, app: QApplication, places: Places, theme: str | None = None, lock: FileLock | None = None
    ) -> None:
        super().__init__()
        self.places = places
        self._lock = lock
        self._journals: JournalFolder | None = None
        self._closed = False
        self._threads: list[Callable[[], object]] = []
        try:
            self._build(app, theme)
        except BaseException:
            for end in reversed(self._threads):
                end()
            self._give_up_folders()
            raise

    def _build(self, app: QApplication, theme: str | None) -> None:
        """Makes all parts. If one cannot be made, the threads of those before it are ended, not left waiting."""
        places = self.places
        settings = read_settings(places)
        trouble = self._take_folders()
        sources, theme_problems = load_themes(folder("themes"), places.themes)
        self._theme_stamps = theme_stamps(places.themes)
        chosen = ThemeModel(sources, theme or settings.text_of("appearance.theme"))
        language = Language(programs.analyse, highlight_line)
        self.model = StudioModel(RunModel(), chosen, settings, language, folder("resources"), folder("examples"))
        session, session_problem = read_session(places) if self._lock is not None else (SessionState(), "")
        journals, journal_problems = self._journals.read() if self._journals is not None else ([], [])
        recordings = self._journals.recordings() if self._journals is not None else []
        self.model.recent = session.recent
        self._start_services(places)
        self.appearance = Appearance(app, self.model)
        panels = all_panels()
        fill_table(self.model, [(p.id, p.title, p.icon) for p in panels], engine.__version__, str(places.log))
        self.window = MainWindow(self.model, panels)
        self.model.shell = self.window
        self.store = Store(
            places, settings, self.background, self._session_to_keep, lambda text: self._warn(text, "settings")
        )
        self._receiver = Receiver(self._lock, self._asked_to_open) if self._lock is not None else None
        self._watch = QTimer(self)
        self._watch.setInterval(WATCH_MS)
        self._watch.timeout.connect(self._look_at_files)
        self._wire()
        self.window.restore_layout(session.geometry, session.layout)
        self.files.read_examples()
        docs = folder("resources") / "docs"
        self.background.submit(lambda: read_reference(docs), self.model.reference.set_texts)
        self._restore(session, journals, recordings)
        for problem in (*settings.problems, *theme_problems, trouble, session_problem, *journal_problems):
            if problem:
                self._warn(problem)

    def _take_folders(self) -> str:
        """Makes the folders of the state this Studio's own; gives a sentence if that cannot be."""
        try:
            self._lock = self._lock or claim(self.places)
            self._journals = JournalFolder(self.places.journal)
            self._journals.adopt()
        except OSError as error:
            return f"Studio cannot keep texts that are not saved: {self.places.state}: {error.strerror or error}."
        return ""

    def _warn(self, sentence: str, topic: str = "") -> None:
        """Shows a warning; an empty one takes that of its topic away."""
        if sentence:
            self.window.area.notices.show_notice("warning", sentence, key=topic)
        else:
            self.window.area.notices.remove(topic)

    def _start_services(self, places: Places) -> None:
        documents = self.model.documents
        self.background = Background()
        self._threads.append(self.background.close)
        self._journal_writer = Background("aeroflow-journal")
        self._threads.append(self._journal_writer.close)
        self.engine = EngineBridge(folder=self._journals.path if self._journals is not None else None)
        self._threads.append(self.engine.close)
        self.analysis = AnalysisService(documents, self.model.language.analyse)
        self._threads.append(self.analysis.close)
        self.tester = ProgramTester()
        self._threads.append(self.tester.close)
        self.model.run.attach(self.engine)
        self.model.tests.attach(self.tester)
        self.files = Files(self.model, self.background)
        self.model.files = self.files
        self.model.formatting = Formatting(self.model, self.background)
        folder = self._journals.path if self._journals is not None else places.journal
        self.journal = Journal(documents, folder, self._journal_writer, lambda text: self._warn(text, "texts at risk"))
        self.marks = ExecutionMarks(documents, self.model.run)
        self.following = Following(self.model, self.marks)

    def _wire(self) -> None:
        self._trace = self.model.run.path
        documents = self.model.documents
        self._disconnect: list[Callable[[], None]] = [
            documents.opened.connect(lambda _: self.store.later()),
            documents.closed.connect(lambda _: self.store.later()),
            documents.active_changed.connect(self.store.later),
            documents.changed.connect(lambda _: self.store.later()),
            self.model.run.changed.connect(self._run_changed),
            self.model.run.recovered.connect(self._tell_recovered),
            self.model.run.not_recovered.connect(self._warn),
            self.model.run.at_risk.connect(lambda text: self._warn(text, "run at risk")),
        ]
        self.window.layout_changed.connect(self.store.later)
        self.window.entered.connect(self._entered)
        self.window.closing.connect(self.close)
        self._watch.start()

    # --- the session ---------------------------------------------------------------------------------

    def session(self) -> SessionState:
        """What is to be restored at the next start."""
        kept = [d for d in self.model.documents.items if d.path is not None or d.dirty]
        files = tuple(
            OpenFile(
                str(d.path) if d.path is not None else "",
                d.id if d.dirty else "",
                d.cursor.line,
                d.cursor.column,
                d.first_visible_line,
            )
            for d in kept
        )
        active = self.model.documents.active
        return SessionState(
            files,
            kept.index(active) if active in kept else -1,
            self.window.geometry_text(),
            self.window.layout_text(),
            self.model.recent,
            str(self.model.run.path) if self.model.run.path is not None else "",
        )

    def _session_to_keep(self) -> SessionState | None:
        return self.session() if self._lock is not None else None

    def _asked_to_open(self, files: Sequence[FilePlace]) -> None:
        """Studio was started once more: it opens those files here and comes to the front."""
        self.open(files)
        self.window.come_forward()

    def open(self, files: Sequence[FilePlace]) -> None:
        """Opens files at places, after what is being restored, so that they are in front."""

        def then() -> None:
            for file in files:
                self.files.open(file.path, file.line, file.column)

        self.files.after(then)

    def _run_changed(self) -> None:
        """A recording that was opened or saved is part of the session."""
        if self.model.run.path != self._trace:
            self._trace = self.model.run.path
            self._warn("", "run at risk")
            self.store.later()

    def _restore(self, session: SessionState, journals: list[JournalEntry], recordings: list[Path]) -> None:
        """Opens what was open, unsaved texts from their journals, unsaved runs from their recordings, and says which
        those are."""
        entries = {entry.id: entry for entry in journals}
        self._recovered: list[Document] = []
        wanted = session.files[session.active] if 0 <= session.active < len(session.files) else None
        for file in session.files:
            entry = entries.pop(file.journal, None)
            if entry is not None:
                self._recover(entry, file)
            elif file.path and not any(e.path == Path(file.path) for e in journals):
                self.files.restore(file)
        for entry in entries.values():
            self._recover(entry, None)
        if journals:
            self.files.after(self._tell_recovered)
        self.model.run.recover(recordings)
        if session.trace and Path(session.trace).is_file():
            self.model.run.open_trace(Path(session.trace))
        if wanted is not None:
            self.files.after(lambda: self._activate(wanted))

    def _activate(self, wanted: OpenFile) -> None:
        for document in self.model.documents.items:
            if document.id == wanted.journal or (wanted.path and document.path == Path(wanted.path)):
                self.model.documents.activate(document)
                return

    def _recover(self, entry: JournalEntry, file: OpenFile | None) -> None:
        def place(document: Document) -> None:
            self.journal.adopt(document)
            self.model.documents.add(document, activate=file is None)
            document.return_to(Place(entry.line, entry.column), file.first_visible_line if file is not None else 1)
            self._recovered.append(document)

        self.files.recover(entry, place)

    def _tell_recovered(self) -> None:
        """One notice for all texts and runs that came back, however many they are."""
        documents = [d for d in self._recovered if d in self.model.documents.items and d.dirty]
        with_files = [d for d in documents if d.path is not None]
        there = {entry.number for entry in self.model.run.runs}
        runs = [run for run in self.model.run.recovered_runs if run.number in there]
        if not documents and not runs:
            return

        def compare() -> None:
            for document in with_files:
                self.files.compare(document)

        answers: tuple[Answer, ...] = (Answer("Keep", lambda: None, primary=True),)
        if len(documents) == 1 and with_files:
            only = documents[0]
            answers = (Answer("Use the Version on Disk", lambda: self.files.reload(only)), *answers)
        if with_files:
            answers = (Answer("Compare" if len(with_files) == 1 else "Compare All", compare, keeps=True), *answers)
        text = recovery_text([document.name for document in documents], runs)
        self.window.area.notices.show_notice("info", text, answers, "recovered")

    @Slot()
    def _look_at_files(self) -> None:
        """Every few seconds while the window is in use, as no way of being told by the system works everywhere."""
        if self.window.isActiveWindow() and not self.background.busy:
            self.files.check_disk()

    @Slot()
    def _entered(self) -> None:
        """The window was entered: files and themes may have changed outside."""
        if not self._closed:
            self.files.check_disk()
            self.background.submit(lambda: theme_stamps(self.places.themes), self._themes_seen)

    def _themes_seen(self, stamps: frozenset[tuple[str, int]]) -> None:
        """Reads the theme files again if one of the user's was added, changed or removed."""
        if stamps != self._theme_stamps:
            self._theme_stamps = stamps
            self.background.submit(lambda: load_themes(folder("themes"), self.places.themes), self._themes_read)

    def _themes_read(self, found: tuple[dict[str, ThemeSource], list[str]]) -> None:
        sources, wrong = found
        self.model.theme.set_sources(sources)
        for sentence in wrong:
            self.model.notice.emit("error", sentence)

    # --- life ------------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether a thread has something to do or to hand over; the engine's is asked by the run's state."""
        return self.background.busy or self.analysis.busy or self.tester.busy or self.model.run.is_busy

    @Slot()
    def close(self) -> None:
        """Ends everything, once: what is unsaved is in its journal then."""
        if self._closed:
            return
        self._closed = True
        self._watch.stop()
        if self._receiver is not None:
            self._receiver.close()
        self.engine.close()
        self.tester.close()
        self.journal.close()
        self.store.close()
        for disconnect in self._disconnect:
            disconnect()
        self.analysis.close()
        self._journal_writer.close()
        self.background.close()
        self.window.close_parts()
        self.appearance.close()
        self.window.hide()
        self._give_up_folders()

    def _give_up_folders(self) -> None:
        if self._journals is not None:
            self._journals.close()
        if self._lock is not None:
            self._lock.release()
