"""HTTP requests of programs: a whole answer within a bounded time, from hosts that are permitted, or none.

The library's own time limit holds for each wait on the socket, so a server that sends a byte a second could hold a
request for ever. Here a timer ends the whole request by shutting its sockets down.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection, IncompleteRead
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from engine.base.counts import counted

BODY_BYTES_MAX = 32 * 2**20
SECONDS_MAX = 30.0
"""How long a request may take in all, redirects included."""

_LENGTH = re.compile("[0-9]{1,18}")
_REDIRECTS = (301, 302, 303, 307, 308)


class HttpFailure(Exception):
    """There is no whole answer; ``str()`` says why, without a full stop."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer of a server. The names of ``headers`` are in lower case."""

    status: int
    headers: list[tuple[str, str]]
    body: str


def get(url: str, may_reach: Callable[[str, int], bool], seconds: float = SECONDS_MAX) -> HttpAnswer:
    """Fetches an address. Raises HttpFailure where there is no whole answer within ``seconds``."""
    _check_address(url, may_reach)
    deadline = _Deadline(seconds)
    try:
        return _fetch(url, may_reach, deadline)
    except HttpFailure as failure:
        problem = failure
    except Exception as error:  # noqa: BLE001 - what a server sends can fail in the library in many ways
        reason = error.reason if isinstance(error, URLError) else error
        problem = HttpFailure(str(reason) or type(error).__name__)
    finally:
        deadline.cancel()
    raise HttpFailure(f"there was no whole answer within {seconds:g} seconds") if deadline.has_passed else problem


def _fetch(url: str, may_reach: Callable[[str, int], bool], deadline: _Deadline) -> HttpAnswer:
    request = Request(url, headers={"User-Agent": "AeroFlow"})
    try:
        response = _opener(may_reach, deadline).open(request, timeout=deadline.seconds)
    except HTTPError as error:
        target = error.headers.get("Location")
        if error.code in _REDIRECTS and target:
            error.close()
            raise HttpFailure(f"it redirects to {target}, which is no http address, or redirects too often") from error
        response = error  # an answer with a status like any other
    with response:
        _check_length(response)
        body = _whole_body(response)
        if deadline.has_passed:  # the end of the answer may be the end of our patience
            raise HttpFailure("the answer was cut off")
        headers = [(name.lower(), value) for name, value in dict(response.headers.items()).items()]
        return HttpAnswer(response.status, headers, body.decode("utf-8", "replace"))


def _check_length(response: HTTPResponse | HTTPError) -> None:
    """Refuses an answer that says its length in a wrong way or in two (RFC 9112, section 6.3)."""
    fields = response.headers.get_all("Content-Length") or []
    lengths = {length.strip() for field in fields for length in field.split(",")}
    if len(lengths) > 1 or (lengths and response.headers.get("Transfer-Encoding")):
        raise HttpFailure("the answer contradicts itself about its length")
    if any(_LENGTH.fullmatch(length) is None for length in lengths):
        raise HttpFailure("the length of the answer is no number")


def _whole_body(response: HTTPResponse | HTTPError) -> bytes:
    """The body, if all of it came."""
    try:
        body: bytes = response.read(BODY_BYTES_MAX + 1)
    except IncompleteRead as error:
        raise HttpFailure("the answer ends before all of it was sent") from error
    if len(body) > BODY_BYTES_MAX:
        raise HttpFailure(f"the answer has more than {BODY_BYTES_MAX:,} bytes")
    inner = response.fp if isinstance(response, HTTPError) else response
    missing = getattr(inner, "length", None)  # what Content-Length promised and `read(n)` did not get
    if missing:
        raise HttpFailure(f"the answer ends {counted(missing, 'byte')} before the length that the server announced")
    return body


def _check_address(url: str, may_reach: Callable[[str, int], bool]) -> None:
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise HttpFailure(f"this is no address: {error}") from error
    if parts.scheme not in ("http", "https"):
        raise HttpFailure("an address begins with http:// or https://")
    if not parts.hostname:
        raise HttpFailure("the address names no host")
    if not may_reach(parts.hostname, port):
        raise HttpFailure(f"{parts.hostname}:{port} is not permitted; `--allow-net {parts.hostname}:{port}` permits it")


# --- the library's opener, with our rules ------------------------------------------------------


class _Deadline:
    """Shuts the sockets of a request down when its time is over, whatever it waits for."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.has_passed = False
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._pass)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, connected: socket.socket) -> None:
        """A socket of the request, as soon as it is connected."""
        with self._lock:
            self._sockets.append(connected)
            if self.has_passed:
                _shut_down(connected)

    def cancel(self) -> None:
        """The request is over."""
        self._timer.cancel()

    def _pass(self) -> None:
        with self._lock:
            self.has_passed = True
            for connected in self._sockets:
                _shut_down(connected)


def _shut_down(connected: socket.socket) -> None:
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connected, socket.SHUT_RDWR)  # a TLS socket's own would end the TLS layer under a read


class _PermittedRedirects(HTTPRedirectHandler):
    """Follows redirects under the permission that the request itself needed."""

    def __init__(self, may_reach: Callable[[str, int], bool]) -> None:
        self._may_reach = may_reach

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        """The next request. Raises HttpFailure where the target is not permitted."""
        try:
            _check_address(newurl, self._may_reach)
        except HttpFailure as failure:
            fp.close()
            raise HttpFailure(f"it redirects to {newurl}: {failure}") from failure
        fp.close()  # the library would read all that stands beside the redirect, however long it is
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener(may_reach: Callable[[str, int], bool], deadline: _Deadline) -> OpenerDirector:
    """HTTP and HTTPS only, through the proxies of the environment."""

    class Plain(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            deadline.watch(self.sock)

    class Secure(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            deadline.watch(self.sock)

    class PlainHandler(HTTPHandler):
        def http_open(self, req: Request) -> HTTPResponse:
            return self.do_open(Plain, req)

    class SecureHandler(HTTPSHandler):
        def https_open(self, req: Request) -> HTTPResponse:
            return self.do_open(Secure, req)

    opener = OpenerDirector()
    redirects = _PermittedRedirects(may_reach)
    for handler in (
        ProxyHandler(), PlainHandler(), SecureHandler(), redirects, HTTPErrorProcessor(), HTTPDefaultErrorHandler(),
    ):  # fmt: skip
        opener.add_handler(handler)
    return opener
