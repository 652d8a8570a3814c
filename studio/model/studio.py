"""The whole of Studio as one model: what the views are given, and what they may rely on.

Views read it, listen to its signals and send actions back; none of them knows another.
"""

from __future__ import annotations

from pathlib import Path

from studio.model.commands import CommandTable
from studio.model.documents import Documents
from studio.model.ports import FilePort, Language, NoFiles, NoShell, ShellPort
from studio.model.run import RunModel
from studio.model.settings import Settings
from studio.model.signal import Signal
from studio.model.theme import ThemeModel
from studio.model.workspace import Workspace


class StudioModel:
    """The truth of every view. ``files`` and ``shell`` are ports that the application fills in."""

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
        self.theme = theme
        self.language = language
        self.settings = settings
        self.commands = CommandTable()
        self.files: FilePort = NoFiles()
        self.shell: ShellPort = NoShell()
        self.resources = resources
        """The folder of icons, fonts and documents."""
        self.examples = examples
        """The folder of examples."""
        self.recent: tuple[str, ...] = ()
        """Files that were used recently, the latest first."""
        self.notice: Signal[[str, str]] = Signal()
        """Something the user should know: ``info``, ``warning`` or ``error``, and a sentence."""
