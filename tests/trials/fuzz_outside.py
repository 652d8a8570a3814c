"""Project files, modules and HTTP answers from strangers: ``python -m tests.trials.fuzz_outside --count 5000``.

Whatever they hold, a project gives diagnostics or a program, and a request gives an answer or a failure that says why,
within its time. An answer counts only if it is as long as its server announced.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

from engine import api
from engine.outside import http

SECONDS = 0.4
SECONDS_MAX = 8.0
"""A request may take longer than its limit where the machine is busy, but not without end."""

MANIFEST = b"""name = "bank"
version = "0.1.0"
source = "src"
entry = "main.aefl"

[run]
tick = "1ms"
seed = 0
"""
PIECES = [
    b"\xef\xbb\xbf",
    b"\0",
    b"\xff",
    b"\r",
    b"[run]\n",
    b"[[run]]\n",
    b"run = 5\n",
    b"run.tick = 1\n",
    b'"',
    b"'''",
    b'"""',
    b"[" * 2000,
    b"{a = " * 200,
    b"9" * 5000,
    b"1e999",
    b"2020-99-99",
    b"\\u0000",
    b"\\ud800",
    b"= ",
    b"\xe2\x80\xae",
    b"..",
    b"/etc/passwd",
    b"a.b.c.d = 1\n",
    b'tick = "9999999999999999999999s"\n',
    b"seed = 9223372036854775808\n",
    b"#",
    b"nan",
    b"inf",
]
MODULES = [
    b"fn f() -> int { return 1 }\n",
    b"\xff\xfe",
    b"",
    b"import main\n",
    b"import other\n",
    b"import lib.deep\n",
    b"from other import f\n",
    b'test "x" { assert true }\n',
    b"render 1\n",
    b"let x = [" + b"1, " * 500,
]
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
LINES = [
    b"HTTP/1.1 302 Found\r\nLocation: %s\r\n",
    b"HTTP/1.0 200\r\n",
    b"HTTP/9.9 999 ?\r\n",
    b"HTTP/1.1 \xff\r\n",
    b"ICY 200 OK\r\n",
    b"Content-Length: -1\r\n",
    b"Content-Length: 99999999999999999999\r\n",
    b"Content-Length: 5\r\nContent-Length: 6\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"\r\n5\r\nhello\r\n0\r\n\r\n",
    b"\r\nffffffffffffffff\r\nhello",
    b"\r\n-5\r\nhello",
    b"X: " + b"y" * 70000 + b"\r\n",
    b"".join(b"X%d: y\r\n" % n for n in range(200)),
    b"Content-Encoding: gzip\r\n",
    b"\0\0\0",
    b" folded\r\n",
    b"Set-Cookie: \xe9\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 204 No Content\r\n",
    b"HTTP/1.1 304 Not Modified\r\n",
]
TARGETS = [
    b"/again",
    b"http://127.0.0.1:1/",
    b"ftp://127.0.0.1/",
    b"file:///etc/passwd",
    b"//",
    b"http://[::1",
    b"data:,x",
    b"\xff",
    b"",
]


def mutated(random: Random, data: bytes, pieces: list[bytes]) -> bytes:
    """The data with a few pieces put in, taken out, cut off or changed."""
    for _ in range(random.randint(1, 4)):
        at = random.randint(0, len(data))
        match random.randrange(5):
            case 0:
                data = data[:at] + random.choice(pieces) + data[at:]
            case 1:
                data = data[:at] + data[min(len(data), at + random.randint(1, 8)) :]
            case 2:
                data = data[:at]
            case 3:
                data = data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]
            case _:
                lines = data.split(b"\n")
                lines.insert(random.randint(0, len(lines)), random.choice(lines))
                data = b"\n".join(lines)
    return data


def try_project(random: Random, folder: Path) -> str:
    """What was wrong with how a damaged project was read; empty where nothing was."""
    source = folder / "src"
    (source / "lib").mkdir(parents=True)
    (folder / "aeroflow.toml").write_bytes(mutated(random, MANIFEST, PIECES))
    for name in ("other.aefl", "lib/deep.aefl", "lib/other.aefl"):
        path = source / name
        match random.randrange(6):
            case 0:
                path.symlink_to(
                    random.choice(["/etc/passwd", "other.aefl", "../..", "/dev/zero", str(source / "main.aefl")])
                )
            case 1:
                path.mkdir()
            case 2:
                os.mkfifo(path)
            case _:
                path.write_bytes(random.choice(MODULES))
    text = random.choice(
        ["import other\n", "from other import f\nrender f()\n", "import lib.deep\nimport lib.other\n", "render 1\n"]
    )
    main = source / "main.aefl"
    main.write_text(text)
    started = time.monotonic()
    try:
        build = api.compile_in_project(text, str(main))
        project = api.project_of(main)
        api.permissions_of(main)
        with suppress(api.ProjectError):
            api.entry_of(folder)
    except Exception as error:  # noqa: BLE001 - any exception is what this looks for
        return f"{type(error).__name__}: {error}"
    inside = Path(os.path.realpath(folder))
    if not Path(os.path.realpath(project.source_folder)).is_relative_to(inside):
        return f"the source folder {project.source_folder} is outside"
    if any("root:" in problem.message for problem in build.problems):
        return "a diagnostic quotes a file from outside"
    return "" if time.monotonic() - started < SECONDS_MAX else "it took too long"


class Server:
    """Answers each connection with the bytes it was given last, and keeps some connections open."""

    def __init__(self) -> None:
        self.answer = b""
        self.stays_open = False
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with suppress(OSError):
                connection.recv(65536)
                connection.sendall(self.answer)
            if self.stays_open:
                self._open.append(connection)
            else:
                connection.close()

    def forget(self) -> None:
        """Closes the connections that were kept open."""
        while self._open:
            self._open.pop().close()

    def close(self) -> None:
        """Ends the server."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()
        self.forget()


@contextmanager
def _server() -> Iterator[Server]:
    server = Server()
    try:
        yield server
    finally:
        server.close()


def try_answer(random: Random, server: Server) -> str:
    """What was wrong with how a damaged answer was taken; empty where nothing was."""
    pieces = [line.replace(b"%s", random.choice(TARGETS)) for line in LINES]
    server.answer = mutated(random, ANSWER, pieces)
    server.stays_open = random.random() < 0.1
    started = time.monotonic()
    try:
        answer = http.get(f"http://127.0.0.1:{server.port}/", lambda name, port: port == server.port, SECONDS)
        answer.body.encode("utf-8")
        if any(not isinstance(text, str) for header in answer.headers for text in header):
            return "a header is no text"
    except http.HttpFailure as failure:
        if not str(failure):
            return "a failure without a reason"
    except Exception as error:  # noqa: BLE001 - any other exception is what this looks for
        return f"{type(error).__name__}: {error} for {server.answer[:200]!r}"
    finally:
        server.forget()
    return "" if time.monotonic() - started < SECONDS_MAX else f"it took too long for {server.answer[:200]!r}"


def trial(seed: int, count: int) -> list[str]:
    """Tries so many projects and answers; gives what was wrong."""
    random = Random(seed)
    faults = []
    with _server() as server:
        for number in range(count):
            with tempfile.TemporaryDirectory() as folder:
                wrong = try_project(random, Path(folder))
            wrong = wrong or try_answer(random, server)
            if wrong:
                faults.append(f"seed {seed}, number {number}: {wrong}")
    return faults


def main() -> int:
    """Tries many; gives 1 if something was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.environ["no_proxy"] = "127.0.0.1"
    faults = trial(options.seed, options.count)
    for fault in faults[:50]:
        print(fault)
    print(f"outside: {2 * options.count:,} tried, {len(faults)} faults, seed {options.seed}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
