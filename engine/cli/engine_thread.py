"""Runs engine work on a thread with a deep stack, while the main thread stays free to hear Ctrl-C and other signals."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

T = TypeVar("T")

STACK_BYTES = 16 * 1024 * 1024
"""Compiled programs may use 4 MiB of machine stack; some systems give threads less than that."""
LOOK_SECONDS = 0.05
PATIENCE_SECONDS = 2.0
"""After that long a second signal ends the process at once."""
SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Ctrl-C, a polite kill, and a terminal that was closed."""


def on_engine_thread(work: Callable[[], T], interrupt: Callable[[int], None] | None = None) -> T:
    """The result of ``work``, which runs on a thread of its own; what it raises is raised here.

    At Ctrl-C, SIGTERM and SIGHUP ``interrupt`` gets the signal's number, again and again until ``work`` comes to its
    end, because a request that falls between two slices stops nothing. Without ``interrupt`` signals do what they
    always do.
    """
    results: list[T] = []
    failures: list[BaseException] = []
    done = threading.Event()

    def body() -> None:
        try:
            results.append(work())
        except BaseException as failure:  # noqa: BLE001 - handed over to the caller's thread
            failures.append(failure)
        finally:
            done.set()

    with _heard(interrupt is not None) as heard:
        before = threading.stack_size(STACK_BYTES)
        try:
            thread = threading.Thread(target=body, name="engine", daemon=True)
            thread.start()
        finally:
            threading.stack_size(before)
        if interrupt is None:
            done.wait()  # not join(): interrupted once, it takes the thread for ended (Python before 3.13)
        else:
            _wait(done, heard, interrupt)
    if failures:
        raise failures[0]
    return results[0]


@contextlib.contextmanager
def _heard(wanted: bool) -> Iterator[list[int]]:
    """Inside, signals are only noted. One that the process was told to ignore (``nohup``) stays ignored."""
    heard: list[int] = []
    if not wanted or threading.current_thread() is not threading.main_thread():
        yield heard
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, lambda heard_number, _: heard.append(heard_number))
    try:
        yield heard
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait(done: threading.Event, heard: list[int], interrupt: Callable[[int], None]) -> None:
    """Waits for the end of the work, and passes on what was heard."""
    first_heard = 0.0
    while not done.wait(LOOK_SECONDS):
        if not heard:
            continue
        first_heard = first_heard or time.monotonic()
        if len(heard) > 1 and time.monotonic() - first_heard > PATIENCE_SECONDS:
            _leave(heard[0])
        interrupt(heard[0])


def _leave(number: int) -> None:
    """Ends the process while the engine is still busy. What was recorded is on the disk already."""
    with contextlib.suppress(OSError, ValueError):
        print("aeroflow: left at once; a recording ends where it was written last", file=sys.stderr, flush=True)
    os._exit(128 + number)
