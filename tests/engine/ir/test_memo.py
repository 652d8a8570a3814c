"""A memo keeps what the program before used, however large it is, and forgets the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import api
from engine.compiler import driver
from engine.compiler.ir.memo import Memo
from engine.compiler.ir.nodes import I64, Function, Get, Return
from tests.engine.ir.building import function

N = Get(I64, 0)


class Making:
    """Makes the name of a function and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, function: Function) -> str:
        self.times += 1
        return function.name


def test_what_each_program_uses_is_made_once_however_small_the_room() -> None:
    memo, making = Memo(entries_max=0), Making()
    for _ in range(5):
        memo.make_room()
        same = memo.known(function("same", "n:i64", (Return(N),)))
        assert memo.made(same, "name", making) == "same"
    assert making.times == 1


def test_what_two_programs_did_not_use_is_forgotten() -> None:
    memo, making = Memo(entries_max=0), Making()
    for name in ("once", "other", "other", "once"):
        memo.make_room()
        memo.made(memo.known(function(name, "n:i64", (Return(N),))), "name", making)
    assert making.times == 3


def test_a_memo_without_room_gives_the_modules_of_a_fresh_one(monkeypatch: pytest.MonkeyPatch) -> None:
    bank = Path("examples/bank/bank.aefl").read_text(encoding="utf-8")
    counter = "actor Counter { state n: int = 0\n on add(by: int) { n += by\n render n } }\nspawn Counter().add(2)\n"
    texts = [bank, counter, bank, bank + "\nrender 1\n", counter.replace("2", "3"), bank]

    def digests(memos: list[Memo]) -> list[str]:
        remaining = iter(memos)
        monkeypatch.setattr(driver, "_memo", lambda library: next(remaining))
        with api.without_caches():
            programs = [api.compile(text, "p.aefl").program for text in texts]
        return [program.digest for program in programs if program is not None]

    without_room = Memo(entries_max=0)
    shared = digests([without_room] * 2 * len(texts))  # a program asks for it twice: to optimise and to emit
    assert shared == digests([Memo() for _ in range(2 * len(texts))])
    assert len(shared) == len(texts)
