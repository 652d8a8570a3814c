"""Runs programs in a browser without a window: a page from a server on this machine, which gets the results back."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.conformance.executors.jobs import DRIVER, LITTER, SECONDS_MAX, Job, observation, plain
from tests.conformance.observation import Observation

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--js-flags=--stack-size=60000",
)  # fmt: skip
_LARGE_STACK = ("/bin/sh", "-c", 'ulimit -s 65536 && exec "$0" "$@"')
"""As a rule a page has a stack of one megabyte. The language's recursion limit is three of estimated frames, and the
frames of code that the browser has compiled in haste are several times as large."""
_TYPES = {".html": "text/html", ".mjs": "text/javascript", ".json": "application/json"}


def browser() -> str | None:
    """Where a browser is, if one is installed."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def on_browser(jobs: Sequence[Job], folder: Path, littered: bool = False) -> list[Observation | str]:
    """What the programs do, perhaps in memory full of random bytes; ``folder`` is for the browser's profile."""
    program = browser()
    assert program is not None
    with _Server(json.dumps(plain(jobs, f"./{LITTER.name}" if littered else None)).encode()) as server:
        command = [*_LARGE_STACK, program, *_FLAGS, f"--user-data-dir={folder / 'profile'}", server.address]
        with (folder / "browser.log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as running:
            try:
                assert server.came.wait(SECONDS_MAX), (folder / "browser.log").read_text(errors="replace")
            finally:
                running.kill()
    return [observation(result) for result in json.loads(server.results)]


class _Server:
    """Serves the driver and a batch, and waits for the results."""

    def __init__(self, jobs: bytes) -> None:
        self.results = b""
        self.came = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.strip("/")
                path = LITTER if name == LITTER.name else DRIVER / name
                if name == "jobs.json":
                    self.answer(jobs, _TYPES[".json"])
                elif path.suffix in _TYPES and path.is_file() and path.parent in (DRIVER, LITTER.parent):
                    self.answer(path.read_bytes(), _TYPES[path.suffix])
                else:
                    self.send_error(404)

            def do_POST(self) -> None:
                outer.results = self.rfile.read(int(self.headers["Content-Length"]))
                self.answer(b"", "text/plain")
                outer.came.set()

            def answer(self, body: bytes, kind: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing on the terminal."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self.address = f"http://127.0.0.1:{self._server.server_port}/browser.html"

    def __enter__(self) -> _Server:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
