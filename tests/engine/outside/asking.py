"""Asking the real outside, and servers that misbehave."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

from engine import api
from engine.base.outside import Answered, Refused, Request

SECONDS_MAX = 60
"""How long a test waits for an answer before it says that there is none."""


def ask(outside: api.RealOutside, name: str, *arguments: str) -> Answered | Refused:
    """The answer to a request; a request without one fails the test."""
    found = outside.begin(Request(name, arguments)).wait(SECONDS_MAX)
    assert found is not None, f"{name}{arguments} was never answered"
    return found


def why(answer: Answered | Refused) -> str:
    """Why a request was refused."""
    assert isinstance(answer, Refused), answer
    return answer.why


@contextlib.contextmanager
def serving(*turns: Callable[[socket.socket], None]) -> Iterator[int]:
    """The port of a server on this machine that treats its first connections as the functions say."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for turn in turns:
                with contextlib.suppress(OSError):
                    connection, _ = server.accept()
                    with connection:
                        turn(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def sending(answer: bytes) -> Callable[[socket.socket], None]:
    """A turn that reads a request and sends these bytes."""

    def turn(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    return turn
