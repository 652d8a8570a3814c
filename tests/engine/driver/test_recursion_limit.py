"""The limit of nested calls belongs to the whole process, so the compiler gives it back."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

import pytest

from engine import api
from engine.base.recursion import deep_recursion

PROGRAM = "fn down(n: int) -> int { if n == 0 { 0 } else { 1 + down(n - 1) } }\nrender down(500)\n"


@pytest.mark.parametrize(
    "act",
    [
        lambda: api.compile(PROGRAM, "p.aefl"),
        lambda: api.analyse(PROGRAM, "p.aefl"),
        lambda: api.analyse("render (", "p.aefl"),
        lambda: api.format_text(PROGRAM, "p.aefl"),
    ],
    ids=["compile", "analyse", "a mistake", "format"],
)
def test_an_operation_of_the_compiler_leaves_the_limit_as_it_was(act: Callable[[], object]) -> None:
    before = sys.getrecursionlimit()
    with api.without_caches():
        act()
    assert sys.getrecursionlimit() == before


def test_the_last_of_overlapping_threads_restores_the_limit() -> None:
    before = sys.getrecursionlimit()
    inside, leave = threading.Event(), threading.Event()

    def other() -> None:
        with deep_recursion(50_000):
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=other)
    with deep_recursion(20_000):
        thread.start()
        assert inside.wait(10)
        assert sys.getrecursionlimit() == 50_000
    assert sys.getrecursionlimit() == 50_000
    leave.set()
    thread.join()
    assert sys.getrecursionlimit() == before


def test_an_exception_restores_the_limit() -> None:
    before = sys.getrecursionlimit()
    with pytest.raises(ZeroDivisionError), deep_recursion(20_000):
        _ = 1 // 0
    assert sys.getrecursionlimit() == before
