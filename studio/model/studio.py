"""The whole of Studio as one model: what the views are given, and what they may rely on.

Views read it, listen to its signals and send actions back; none of them knows another.
"""

from __future__ import annotations

from pathlib import Path

from engine.api import Problem
from studio.model.commands import CommandTable
from studio.model.documents import Documents
from studio.model.ports import FilePort, FormatPort, Language, NoFiles, NoFormatting, NoShell, ShellPort
from studio.model.program_tests import ProgramTests
from studio.model.reference import Reference
from studio.model.run import RunModel
from studio.model.settings import Settings
from studio.model.signal import Signal
from studio.model.theme import ThemeModel
from studio.model.workspace import Workspace


class StudioModel:
    """The truth of every view. ``files``, ``shell`` and ``formatting`` are ports that the application fills in."""

    def __init__(
        self,
        run: RunModel,
        theme: ThemeModel,
        settings: Settings,
        language: Language,
        resources: Path,
        examples: Path,
    ) -> None:
        self.documents = Documents()
        self.workspace = Workspace()
        self.run = run
        self.tests = ProgramTests(self.documents, run)
        self.reference = Reference()
        self.theme = theme
        self.language = language
        self.settings = settings
        self.commands = CommandTable()
        self.files: FilePort = NoFiles()
        self.shell: ShellPort = NoShell()
        self.formatting: FormatPort = NoFormatting()
        self.resources = resources
        """The folder of icons, fonts and documents."""
        self.examples = examples
        """The folder of examples."""
        self.recent: tuple[str, ...] = ()
        """Files that were used recently, the latest first."""
        self.notice: Signal[[str, str]] = Signal()
        """Something the user should know: ``info``, ``warning`` or ``error``, and a sentence."""
        self.notice_over: Signal[[str]] = Signal()
        """This sentence does not hold any more."""
        self._troubles: dict[str, str] = {}
        self.tests.told.connect(self.notice.emit)
        run.not_compiled.connect(self._show_errors)

    def trouble(self, topic: str, sentence: str) -> None:
        """Something went wrong; the notice stays until the user closes it or ``trouble_over`` is told of its topic."""
        self._troubles[topic] = sentence
        self.notice.emit("error", sentence)

    def trouble_over(self, topic: str) -> None:
        """What went wrong works now."""
        sentence = self._troubles.pop(topic, None)
        if sentence is not None:
            self.notice_over.emit(sentence)

    def _show_errors(self, errors: tuple[Problem, ...]) -> None:
        """Raises the problems, and puts the cursor where the first of them is."""
        self.shell.show_panel("problems")
        place = errors[0].range
        self.show_place(errors[0].file, place.line, place.column)

    def show_place(self, file: str, line: int, column: int = 1) -> None:
        """Shows a place of a program in the editor: in the open document, in a text that a recording brought along, or
        in the file, which is opened."""
        recorded = self.run.sources.get(file) if self.run.path is not None else None
        candidates = [d for d in self.documents.items if d.file == file or d.recorded == file]
        document = next((d for d in candidates if recorded is None or d.text == recorded), None)
        if document is None and recorded is not None:
            document = self.documents.new_recorded(file, recorded)
        if document is not None:
            self.documents.activate(document)
            document.reveal(line, column)
        elif file and Path(file).is_absolute():
            self.files.open(Path(file), line, column)
        else:
            self.documents.reveal(line, column)
