"""The real outside: every request in a thread of its own, lines of input one after another."""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import time
from collections.abc import Callable

from engine.base.outside import Answered, Pending, Refused, Request
from engine.files.reading import read_regular
from engine.outside import http
from engine.outside.permissions import Permissions

FILE_BYTES_MAX = 32 * 2**20
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
    """A line of the standard input without its end, or None where there is none any more. Raises OSError."""
    if sys.stdin is None:
        raise OSError("the standard input is closed")
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
                job.give(_as_text(Request("input.line", ()), Answered(self._read(prompt))))
            except UnicodeError:
                job.give(Refused("the input is not UTF-8 text"))
            except Exception as error:  # noqa: BLE001 - the boundary of the thread: no request stays unanswered
                job.give(Refused(f"the input cannot be read: {error}"))

    def _work(self, job: _Job, request: Request) -> None:
        """Performs a request. Whatever happens, the job gets an answer: the run waits for it."""
        with self._slots:
            answer: Answer = Refused(f"{_shown(request)}: it could not be performed")
            try:
                answer = _as_text(request, self._perform(request))
            except OSError as error:
                answer = Refused(f"{_shown(request)}: {error.strerror or error}")
            except Exception as error:  # noqa: BLE001 - the boundary of the thread: no request stays unanswered
                answer = Refused(f"{_shown(request)}: {error or type(error).__name__}")
            finally:
                job.give(answer)

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
        return Refused(f"this version of AeroFlow cannot do {request.shown}")

    # --- files --------------------------------------------------------------------------------

    def _bytes(self, request: Request, path: str) -> Answer:
        found = self._permissions.file(path)
        if found is None:
            return self._forbidden_file(request)
        if found.is_dir():
            return Refused(f"{_shown(request)}: this is a folder")
        try:
            return Answered(read_regular(found, FILE_BYTES_MAX))
        except FileNotFoundError:
            return Refused(f"{_shown(request)}: there is no such file")

    def _text(self, request: Request, path: str) -> Answer:
        found = self._bytes(request, path)
        if isinstance(found, Answered) and isinstance(found.value, bytes):
            try:
                return Answered(found.value.decode("utf-8"))
            except UnicodeDecodeError as error:
                return Refused(f"{_shown(request)}: byte {error.start} is not UTF-8; `fs.read_bytes` takes any file")
        return found

    def _forbidden_file(self, request: Request) -> Refused:
        folders = ", ".join(map(str, self._permissions.folders))
        if not folders:
            return Refused(
                f"{_shown(request)} is not permitted: the program is in no project (a folder with an aeroflow.toml), "
                "so it may read no files; `--allow-read FOLDER` permits it"
            )
        return Refused(f"{_shown(request)} is not permitted: the program may read {folders}; `--allow-read` adds more")

    # --- the network --------------------------------------------------------------------------

    def _get(self, request: Request, url: str) -> Answer:
        try:
            answer = http.get(url, self._permissions.may_reach)
        except http.HttpFailure as failure:
            return Refused(f"{_shown(request)}: {failure}")
        return Answered([answer.status, answer.headers, answer.body])


def _as_text(request: Request, answer: Answer) -> Answer:
    """The answer, if its texts are text: names and values of the system may be bytes that are not UTF-8."""
    if isinstance(answer, Refused):
        return Refused(answer.why.encode("utf-8", "backslashreplace").decode("utf-8"))
    if isinstance(answer.value, str):
        try:
            answer.value.encode("utf-8")
        except UnicodeEncodeError:
            return Refused(f"{_shown(request)}: its value is not UTF-8 text")
    return answer


def _shown(request: Request) -> str:
    """The request as the program has it."""
    arguments = ", ".join(json.dumps(argument, ensure_ascii=False) for argument in request.arguments)
    return f"{request.shown}({arguments})"
