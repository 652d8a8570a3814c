"""One refresh of a view for many changes: soon, or at once where the live run has moved on.

Views gather changes for a moment, each by a timer of its own, so their timers end one after the other. While the
playhead rides along with a run, that would show the moments of two frames side by side; at a frame all refresh at once.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from studio.model.run import RunModel
from studio.model.signal import ending


class Refresh(QTimer):
    """Calls ``refresh`` so many milliseconds after the first change, or at the next frame of the live run."""

    def __init__(self, parent: QObject, run: RunModel, refresh: Callable[[], object], ms: int) -> None:
        super().__init__(parent)
        self._refresh = refresh
        self.setSingleShot(True)
        self.setInterval(ms)
        self.timeout.connect(refresh)
        self.destroyed.connect(ending(run.frame.connect(self._at_frame)))

    def later(self) -> None:
        """Something has changed."""
        if not self.isActive():
            self.start()

    def _at_frame(self) -> None:
        if self.isActive():
            self.stop()
            self._refresh()
