"""A run model on the real engine without threads: it works when a trial says so, and answers in pieces."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from random import Random

from engine.api import Session
from studio.model import engine_port as port
from studio.model.run import RunModel
from studio.services.engine_worker import EngineWorker


class Desk:
    """An ``EnginePort`` that does the engine's work when ``settle`` is called."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.worker = EngineWorker(lambda: True)
        self._commands: deque[port.Command] = deque()
        self._seek: port.Seek | None = None
        self._texts: port.ReadTexts | None = None
        self._receive: Callable[[port.Batch], None] = lambda batch: None
        self.troubles: list[str] = []
        self.run = RunModel()
        self.run.attach(self)
        self.run.problem.connect(self.troubles.append)
        self.run.fork_refused.connect(self.troubles.append)

    @property
    def session(self) -> Session:
        """The session behind the open run."""
        session = self.worker._session
        assert session is not None
        return session

    # --- the port -------------------------------------------------------------------------------------

    def post(self, command: port.Command) -> None:
        """Queues a command."""
        self._commands.append(command)

    def seek(self, seek: port.Seek) -> None:
        """Keeps the latest wish."""
        self._seek = seek

    def read_texts(self, wish: port.ReadTexts) -> None:
        """Keeps the latest wish."""
        self._texts = wish

    def listen(self, receive: Callable[[port.Batch], None]) -> None:
        """Remembers who is told."""
        self._receive = receive

    # --- working --------------------------------------------------------------------------------------

    def work(self) -> bool:
        """One round of the engine's thread; whether there was something to do. Answers may wait for a later round."""
        worker = self.worker
        has_work = bool(self._commands) or worker.busy or worker.has_answers
        if self._commands:
            worker.do(self._commands.popleft())
        else:
            has_work |= self._serve()
            worker.go_on()
        if worker.has_answers and self._random.random() < 0.7:
            self._receive(worker.batch())
        return has_work

    def _serve(self) -> bool:
        seek, texts = self._seek, self._texts
        if seek is not None and self.worker.may_seek(seek):
            self._seek = None
            self.worker.seek(seek)
        self._texts = self.worker.read_texts(texts) if texts is not None else None
        return seek is not None or texts is not None

    def settle(self, events_max: int | None = None) -> None:
        """Works until nothing is left to do; a run that has more events than allowed is paused."""
        while self.work():
            if events_max is not None and self.run.state == "running" and self.run.total > events_max:
                self.run.pause()
