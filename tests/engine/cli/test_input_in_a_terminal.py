"""A program that asks the person at a terminal: what it has said stands before its question, and nothing disturbs the
line on which the answer is typed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pty = pytest.importorskip("pty", reason="there are no pseudo terminals here")

PROGRAM = """\
render "Welcome to the cave."
let name = await input("name? ")
render f"hi {name ?? "?"}"
let age = await input("age? ")
render f"{age ?? "?"} is a fine age"
"""
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


class Terminal:
    """A program at a pseudo terminal."""

    def __init__(self, *command: object) -> None:
        self._master, slave = pty.openpty()
        arguments = [sys.executable, "-m", "engine.cli", *map(str, command)]
        environment = {**os.environ, "TERM": "xterm"}
        self.process = subprocess.Popen(arguments, stdin=slave, stdout=slave, stderr=slave, env=environment)
        os.close(slave)

    def read_until(self, end: str) -> str:
        """What the program writes, up to and with ``end``."""
        seen = b""
        while not seen.endswith(end.encode()):
            piece = os.read(self._master, 1)
            assert piece, f"the terminal is closed; seen: {seen!r}"
            seen += piece
        return seen.decode()

    def type(self, text: str) -> None:
        """Types a text."""
        os.write(self._master, text.encode())

    def close(self) -> int:
        """Waits for the end; gives the exit code."""
        code = self.process.wait()
        os.close(self._master)
        return code


def test_what_was_rendered_stands_before_a_question_and_the_typed_line_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "cave.aefl"
    path.write_text(PROGRAM, encoding="utf-8")
    terminal = Terminal("run", path)
    try:
        before = terminal.read_until("name? ")
        terminal.type("ada\n")
        between = terminal.read_until("age? ")
        terminal.type("36\n")
        terminal.read_until("is a fine age\r\n")
    finally:
        terminal.process.kill()
        terminal.close()
    assert "Welcome to the cave." in CONTROL.sub("", before)
    assert before.rindex("\x1b[?25h") > before.rfind("\x1b[?25l"), "the cursor is hidden where one types"
    assert before.endswith("name? ")
    assert between.startswith("ada\r\n"), "the progress of the run was written where one types"
    assert "hi ada" in CONTROL.sub("", between)
