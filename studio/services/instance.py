"""One Studio for each profile: a second start hands its files over to the Studio that is running, and ends.

The Studio that runs holds a lock and has written into it where it listens. A start that cannot have the lock connects
there, sends one line of JSON with the files to open, and gets ``ok`` back.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from engine.api import read_json
from engine.files.reading import read_text
from engine.project.file_places import NUMBER_MAX, FilePlace
from studio.model.places import Places
from studio.services.locks import FileLock, take_lock

VERSION = 1
REQUEST_MAX = 1 << 20
PATIENCE_S = 10.0
"""How long a start waits for the Studio that runs: it may be just starting or just ending."""
ANSWER_MS = 5_000
AGAIN_S = 0.1
Listen = Callable[[Sequence[FilePlace]], object]


class NoAnswerError(Exception):
    """A Studio has the lock of the profile and does not answer."""


def claim(places: Places) -> FileLock | None:
    """The lock of a profile; None if another Studio has it. Raises ``OSError``."""
    return take_lock(places.lock)


def claim_or_hand_over(places: Places, files: Sequence[FilePlace], patience_s: float = PATIENCE_S) -> FileLock | None:
    """The lock of a profile; or None once the Studio that has it has taken the files over.

    Raises ``NoAnswerError`` if that Studio does not answer, and ``OSError`` if there can be no lock.
    """
    until = time.monotonic() + patience_s
    while True:
        lock = claim(places)
        if lock is not None or hand_over(places, files):
            return lock
        if time.monotonic() > until:
            raise NoAnswerError
        time.sleep(AGAIN_S)


def hand_over(places: Places, files: Sequence[FilePlace]) -> bool:
    """Asks the Studio that is running to open files and come to the front; gives whether it has heard."""
    address = address_in(places.lock)
    if not address:
        return False
    socket = QLocalSocket()
    socket.connectToServer(address)
    if not socket.waitForConnected(ANSWER_MS):
        return False
    socket.write(dump_request(files))
    socket.flush()
    while not socket.canReadLine():
        if not socket.waitForReadyRead(ANSWER_MS):
            return False
    heard = bytes(socket.readLine().data()) == b"ok\n"
    socket.disconnectFromServer()
    return heard


def address_in(path: Path) -> str:
    """Where the Studio that holds a lock listens; empty if that is not known."""
    try:
        plain = read_json(read_text(path, REQUEST_MAX))
    except (OSError, ValueError):
        return ""
    address = plain.get("address") if isinstance(plain, dict) else None
    return address if isinstance(address, str) else ""


def dump_request(files: Sequence[FilePlace]) -> bytes:
    """A line that asks to open files."""
    plain = [{"path": str(f.path.absolute()), "line": f.line, "column": f.column} for f in files]
    return json.dumps({"version": VERSION, "open": plain}).encode() + b"\n"


def parse_request(line: bytes) -> tuple[FilePlace, ...]:
    """The files that a line asks for. Raises ``ValueError``."""
    plain = read_json(line.decode("utf-8"))
    if not isinstance(plain, dict) or plain.get("version") != VERSION or not isinstance(plain.get("open"), list):
        raise ValueError("not a request of this version")
    return tuple(_place(item) for item in plain["open"])


def _place(item: object) -> FilePlace:
    if not isinstance(item, dict):
        raise ValueError("a file is an object")
    path, line, column = item.get("path"), item.get("line"), item.get("column")
    if not isinstance(path, str) or "\0" in path or not path:
        raise ValueError("a path is a text")
    numbers = (1 if line is None else line, column)
    if not all(isinstance(n, int) and not isinstance(n, bool) and 1 <= n <= NUMBER_MAX for n in numbers):
        raise ValueError("lines and columns are whole numbers")
    return FilePlace(Path(path), line, numbers[1] if isinstance(numbers[1], int) else 1)


class Receiver(QObject):
    """Listens for other starts of Studio. ``heard`` is called with the files that they hand over."""

    def __init__(self, lock: FileLock, heard: Listen) -> None:
        super().__init__()
        self._heard = heard
        before = address_in(lock.path)
        if before:
            QLocalServer.removeServer(before)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._connected)
        if self._server.listen(f"aeroflow-studio-{uuid.uuid4().hex}"):
            lock.write(json.dumps({"version": VERSION, "address": self._server.fullServerName()}).encode())

    @Slot()
    def _connected(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(self._readable)
            socket.disconnected.connect(socket.deleteLater)
            self._read(socket)

    @Slot()
    def _readable(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket):
            self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if socket.canReadLine():
            try:
                files = parse_request(bytes(socket.readLine().data()))
            except ValueError:
                socket.abort()
                return
            socket.write(b"ok\n")
            socket.flush()
            self._heard(files)
        elif socket.bytesAvailable() > REQUEST_MAX:
            socket.abort()

    def close(self) -> None:
        """Listens no longer."""
        self._server.close()
