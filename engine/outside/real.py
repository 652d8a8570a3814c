"""The real outside: every request in a thread of its own, lines of input one after another."""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

from engine.base.outside import Answered, Pending, Refused, Request
from engine.outside.permissions import Permissions

FILE_BYTES_MAX = 32 * 2**20
BODY_BYTES_MAX = 32 * 2**20
HTTP_SECONDS = 30.0
THREADS_MAX = 16

Answer = Answered | Refused


class _Job:
    """A request that a thread performs."""

    def __init__(self) -> None:
        self._done = threading.Event()
        self._answer: Answer | None = None

    def give(self, answer: Answer) -> None:
        """Says that it is done."""
        self._answer = answer
        self._done.set()

    def wait(self, seconds: float) -> Answer | None:
        """The answer, once it is there."""
        return self._answer if self._done.wait(seconds) else None


def read_line(prompt: str) -> str | None:
    """A line of the standard input without its end, or None where there is none any more."""
    if prompt:
        print(prompt, end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    return line.rstrip("\r\n") if line else None


class RealOutside:
    """Performs requests as far as they are permitted. ``read`` gives lines of input."""

    def __init__(self, permissions: Permissions, read: Callable[[str], str | None] = read_line) -> None:
        self._permissions = permissions
        self._read = read
        self._slots = threading.BoundedSemaphore(THREADS_MAX)
        self._lines: queue.SimpleQueue[tuple[_Job, str]] | None = None

    def begin(self, request: Request) -> Pending:
        """Performs a request in a thread that ends with the process."""
        job = _Job()
        if request.name == "input.line":
            self._read_in_turn(job, request.arguments[0])
        else:
            threading.Thread(target=self._work, args=(job, request), name=request.name, daemon=True).start()
        return job

    def _read_in_turn(self, job: _Job, prompt: str) -> None:
        """Lines are read in the order in which they are asked for."""
        if self._lines is None:
            self._lines = queue.SimpleQueue()
            threading.Thread(target=self._read_lines, args=(self._lines,), name="input", daemon=True).start()
        self._lines.put((job, prompt))

    def _read_lines(self, lines: queue.SimpleQueue[tuple[_Job, str]]) -> None:
        while True:
            job, prompt = lines.get()
            try:
                job.give(Answered(self._read(prompt)))
            except (OSError, ValueError) as error:
                job.give(Refused(f"the input cannot be read: {error}"))

    def _work(self, job: _Job, request: Request) -> None:
        with self._slots:
            try:
                job.give(self._perform(request))
            except OSError as error:
                job.give(Refused(f"{_shown(request)}: {error.strerror or error}"))

    def _perform(self, request: Request) -> Answer:
        match request.name, request.arguments:
            case "fs.read", (path,):
                return self._text(request, path)
            case "fs.read_bytes", (path,):
                return self._bytes(request, path)
            case "fs.exists", (path,):
                found = self._permissions.file(path)
                return self._forbidden_file(request) if found is None else Answered(found.exists())
            case "env.get", (name,):
                if not self._permissions.environment:
                    return Refused(f"{_shown(request)} is not permitted; `--allow-env` permits it")
                return Answered(os.environ.get(name))
            case "clock.wall", ():
                return Answered(time.time_ns() // 1_000_000)
            case "http.get", (url,):
                return self._get(request, url)
        return Refused(f"nobody knows how to do {request.name}")

    # --- files --------------------------------------------------------------------------------

    def _bytes(self, request: Request, path: str) -> Answer:
        found = self._permissions.file(path)
        if found is None:
            return self._forbidden_file(request)
        if not found.is_file():
            return Refused(f"{_shown(request)}: there is no such file")
        with found.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
        if len(data) > FILE_BYTES_MAX:
            return Refused(f"{_shown(request)}: the file has more than {FILE_BYTES_MAX:,} bytes")
        return Answered(data)

    def _text(self, request: Request, path: str) -> Answer:
        found = self._bytes(request, path)
        if isinstance(found, Answered) and isinstance(found.value, bytes):
            try:
                return Answered(found.value.decode("utf-8"))
            except UnicodeDecodeError as error:
                return Refused(f"{_shown(request)}: byte {error.start} is not UTF-8; `fs.read_bytes` takes any file")
        return found

    def _forbidden_file(self, request: Request) -> Refused:
        folders = ", ".join(map(str, self._permissions.folders)) or "no folder"
        return Refused(f"{_shown(request)} is not permitted: the program may read {folders}; `--allow-read` adds more")

    # --- the network --------------------------------------------------------------------------

    def _get(self, request: Request, url: str) -> Answer:
        if not self._permissions.network:
            return Refused(f"{_shown(request)} is not permitted; `--allow-net` permits it")
        if urlsplit(url).scheme not in ("http", "https"):
            return Refused(f"{_shown(request)}: an address begins with http:// or https://")
        try:
            try:
                response = urlopen(HttpRequest(url, headers={"User-Agent": "AeroFlow"}), timeout=HTTP_SECONDS)
            except HTTPError as error:
                response = error  # an answer with a status like any other
            with response:
                body = response.read(BODY_BYTES_MAX + 1)
                if len(body) > BODY_BYTES_MAX:
                    return Refused(f"{_shown(request)}: the answer has more than {BODY_BYTES_MAX:,} bytes")
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Answered([response.status, list(headers.items()), body.decode("utf-8", "replace")])
        except URLError as error:
            return Refused(f"{_shown(request)}: {error.reason}")
        except (HTTPException, ValueError) as error:
            return Refused(f"{_shown(request)}: {error}")


def _shown(request: Request) -> str:
    """The request as the program has it."""
    name = {"env.get": "env", "input.line": "input"}.get(request.name, request.name)
    arguments = ", ".join(f'"{argument}"' for argument in request.arguments)
    return f"{name}({arguments})"
