"""HTTP: whole answers in bounded time from permitted hosts, or a refusal that says why."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from engine import api
from engine.base.outside import Answered
from engine.outside import http
from tests.engine.outside.asking import ask, sending, serving, why
from tests.engine.timetravel.test_outside import finish, started

HERE = api.Host("127.0.0.1")


def head(**headers: object) -> bytes:
    """The first lines of a good answer."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 200 OK\r\nConnection: close\r\n{lines}\r\n".encode()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests to this machine go there directly."""
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")


@pytest.fixture
def opened(tmp_path: Path) -> api.RealOutside:
    """An outside that may reach this machine."""
    return api.RealOutside(api.Permissions(tmp_path, hosts=(HERE,)))


class Page(BaseHTTPRequestHandler):
    """A server with one page."""

    def do_GET(self) -> None:
        """The page, or 404."""
        found = self.path == "/page"
        body = ("héllo" if found else "gone").encode("utf-8")
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    """Where a real server answers on this machine."""
    server = HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_page_is_fetched_once_and_a_replay_needs_no_network(
    address: str, tmp_path: Path, opened: api.RealOutside
) -> None:
    source = f"""
    let page = await http.get("{address}/page")
    render f"{{page.status}} {{page.body}}"
    let gone = await http.get("{address}/other")
    render f"{{gone.status}} {{gone.body}}"
    """
    session = started(source, opened)
    assert finish(session) == ["200 héllo", "404 gone"]
    session.save(tmp_path / "run.aft")
    assert api.Session.load(tmp_path / "run.aft").verify().ok


def test_a_server_that_is_not_there_is_a_refusal(opened: api.RealOutside) -> None:
    assert "http.get" in why(ask(opened, "http.get", "http://127.0.0.1:1/"))


@pytest.mark.parametrize(
    "url",
    ["http://[::1", "http://[127.0.0.1]/", "http://", "http:///x", "file:///etc/hosts", "ftp://127.0.0.1/", "",
     "http://127.0.0.1:99999/", "http://127.0.0.1:x/", "http://a\0b/", "http://127.0.0.1/a b\r\nX: y"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(opened: api.RealOutside, url: str) -> None:
    assert why(ask(opened, "http.get", url)).startswith("http.get(")


def test_only_permitted_hosts_and_ports_are_reached(tmp_path: Path, address: str) -> None:
    port = int(address.rpartition(":")[2])
    for hosts, permitted in [
        ((), False), ((api.Host("example.com"),), False), ((api.Host("127.0.0.1", port + 1),), False),
        ((HERE,), True), ((api.Host("127.0.0.1", port),), True), ((api.Host("*"),), True),
    ]:  # fmt: skip
        answer = ask(api.RealOutside(api.Permissions(tmp_path, hosts=hosts)), "http.get", f"{address}/page")
        assert isinstance(answer, Answered) if permitted else f"`--allow-net 127.0.0.1:{port}`" in why(answer)


def test_a_host_is_written_as_a_name_with_or_without_a_port() -> None:
    assert api.Host.parse("Example.com") == api.Host("example.com")
    assert api.Host.parse("example.com:8080") == api.Host("example.com", 8080)
    assert api.Host.parse("[::1]:80") == api.Host("::1", 80)
    assert api.Host.parse("*").covers("anything", 1)
    for text in ("", "http://a", "a/b", "a:b", "a:99999", "u@a", "*.a", "a b"):
        with pytest.raises(ValueError, match="write a host"):
            api.Host.parse(text)


@pytest.mark.parametrize(
    "answer",
    [head(Content_Length=20) + b"ok", b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nno",
     head(Transfer_Encoding="chunked") + b"5\r\nhel"],
)  # fmt: skip
def test_an_answer_that_is_shorter_than_announced_is_a_failure(opened: api.RealOutside, answer: bytes) -> None:
    with serving(sending(answer)) as port:
        assert "the answer ends" in why(ask(opened, "http.get", f"http://127.0.0.1:{port}/"))


@pytest.mark.parametrize(
    "lengths", ["-5", "0x3", "", "+3", "3, 5", "3\r\nContent-Length: 5", "3\r\nTransfer-Encoding: chunked"]
)
def test_an_answer_that_is_wrong_about_its_length_is_a_failure(opened: api.RealOutside, lengths: str) -> None:
    with serving(sending(head(Content_Length=lengths) + b"abcde")) as port:
        assert "length" in why(ask(opened, "http.get", f"http://127.0.0.1:{port}/"))


@pytest.mark.parametrize("target", ["ftp://127.0.0.1/x", "file:///etc/hosts", "data:,x", "http://example.com/",
                                    "http://169.254.169.254/latest"])  # fmt: skip
def test_a_redirect_needs_the_permission_of_a_request(opened: api.RealOutside, target: str) -> None:
    answer = f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
    with serving(sending(answer)) as port:
        said = why(ask(opened, "http.get", f"http://127.0.0.1:{port}/"))
    assert f"it redirects to {target}" in said


def test_a_redirect_to_a_permitted_host_is_followed(opened: api.RealOutside, address: str) -> None:
    answer = f"HTTP/1.1 301 Moved\r\nLocation: {address}/page\r\nContent-Length: 0\r\n\r\n".encode()
    with serving(sending(answer)) as port:
        page = ask(opened, "http.get", f"http://127.0.0.1:{port}/")
    assert isinstance(page, Answered)
    assert isinstance(page.value, list)
    assert page.value[0] == 200


def test_redirects_in_a_circle_end(opened: api.RealOutside) -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with serving(*[sending(answer)] * 20) as port:
        assert "redirects too often" in why(ask(opened, "http.get", f"http://127.0.0.1:{port}/"))


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\n", head(Content_Length=1000)])
def test_a_server_that_sends_a_byte_now_and_then_is_given_up(start: bytes) -> None:
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(start)
        with contextlib.suppress(OSError):
            while not over.wait(0.02):
                connection.sendall(b"x")

    with serving(drip) as port:
        with pytest.raises(http.HttpFailure, match=r"no whole answer within 0\.3 seconds"):
            http.get(f"http://127.0.0.1:{port}/", lambda name, port: True, seconds=0.3)
        over.set()


def test_what_stands_beside_a_redirect_is_not_read(opened: api.RealOutside, address: str) -> None:
    """Whoever redirects may send something without an end; none of it is kept, and it costs no time."""
    sent = 0

    def endless(connection: socket.socket) -> None:
        nonlocal sent
        connection.recv(65536)
        connection.sendall(f"HTTP/1.1 302 Found\r\nLocation: {address}/page\r\n\r\n".encode())
        while sent < 2 * http.BODY_BYTES_MAX:
            connection.sendall(bytes(2**20))
            sent += 2**20

    with serving(endless) as port:
        page = ask(opened, "http.get", f"http://127.0.0.1:{port}/")
    assert isinstance(page, Answered)
    assert sent < http.BODY_BYTES_MAX
