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

    At Ctrl-C ``interrupt`` is called, and the result of ``work`` is still waited for; a second Ctrl-C gives up.
    """
    results: list[T] = []
    failures: list[BaseException] = []

    def body() -> None:
        try:
            results.append(work())
        except BaseException as failure:  # noqa: BLE001 - handed over to the caller's thread
            failures.append(failure)

    before = threading.stack_size(STACK_BYTES)
    try:
        thread = threading.Thread(target=body, name="engine", daemon=True)
        thread.start()
    finally:
        threading.stack_size(before)
    try:
        thread.join()
    except KeyboardInterrupt:
        if interrupt is None:
            raise
        interrupt()
        thread.join()
    if failures:
        raise failures[0]
    return results[0]
