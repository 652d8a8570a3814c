"""``aeroflow new``: a project that runs, with a test that passes."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.report import fail, say
from engine.files.whole import write_whole

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")

_MANIFEST = """\
name = "{name}"
version = "0.1.0"
entry = "main.aefl"

[run]
tick = "1ms"
seed = 0
"""

_MAIN = """\
from counter import Counter

let counter = spawn Counter()
counter.add(2)
after 20ms counter.add(40)
"""

_COUNTER = """\
// An actor that counts, and shows every new count.
actor Counter(start: int = 0) {
    state count: int = start

    on add(n: int) {
        count += n
        render f"the count is {count}"
    }
}
"""

_TEST = """\
from counter import Counter

test "what is added is counted" {
    let counter = spawn Counter(10)
    counter.add(2)
    counter.add(5)
    run until idle
    assert counter.count == 17
}
"""

_FILES = {
    "aeroflow.toml": _MANIFEST,
    "main.aefl": _MAIN,
    "counter.aefl": _COUNTER,
    "tests/counter_test.aefl": _TEST,
    ".gitignore": "*.aft\n",
}


def new(
    folder: Annotated[Path, typer.Argument(help="The folder to make; its last part is the project's name.")],
) -> None:
    """Make a project that runs, with a test that passes."""
    name = folder.name
    if not _NAME.fullmatch(name):
        fail(f"`{name}` cannot name a project: use letters, digits, `-` and `_`, and a letter first")
    taken = next((path for part in _FILES if os.path.lexists(path := folder / part)), None)
    if taken is not None:
        fail(f"{taken} is there already; nothing was changed")
    try:
        for part, text in _FILES.items():
            path = folder / part
            path.parent.mkdir(parents=True, exist_ok=True)
            filled = text.replace("{name}", name, 1) if part == "aeroflow.toml" else text
            write_whole(path, filled.encode("utf-8"))
    except OSError as error:
        fail(f"{folder} cannot be written: {error.strerror}")
    say(f"made {folder} with {', '.join(_FILES)}")
    say(f"run it with `aeroflow run {folder}`, test it with `aeroflow test {folder}`")
