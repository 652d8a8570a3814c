"""Runs engine work on a thread with a deep stack, while the main thread stays free to hear Ctrl-C."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

STACK_BYTES = 16 * 1024 * 1024
"""Compiled programs may use 4 MiB of machine stack; some systems give threads less than that."""


def on_engine_thread(work: Callable[[], T], interrupt: Callable[[], None] | None = None) -> T:
    """The result of ``work``, which runs on a thread of its own; what it raises is raised here.

    At Ctrl-C ``interrupt`` is called until ``work`` comes to its end; a second Ctrl-C gives up.
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

    before = threading.stack_size(STACK_BYTES)
    try:
        thread = threading.Thread(target=body, name="engine", daemon=True)
        thread.start()
    finally:
        threading.stack_size(before)
    try:
        done.wait()  # not join(): interrupted once, it takes the thread for ended (Python before 3.13)
    except KeyboardInterrupt:
        if interrupt is None:
            raise
        # Asked again until it is heard: a request that falls between two slices stops nothing.
        while not done.wait(0.05):
            interrupt()
    if failures:
        raise failures[0]
    return results[0]
