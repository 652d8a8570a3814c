"""What happens to a run, in words; a turn has one form wherever it is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from engine.api import Problem
from studio.model import engine_port as port
from studio.model.figures import counted, grouped

_DROPPED = re.compile(r"^(dropped \S+ for )actor (\d+)")


def cut_text(cut: port.TurnCut) -> str:
    """``Stopped inside Spinner#1.spin(1), loop.aefl line 3; that turn did not happen``."""
    place = f", {file_name(cut.file)} line {cut.line}" if cut.line else ""
    return f"Stopped inside {turn_text(cut.name, cut.text)}{place}; that turn did not happen"


def turn_text(name: str, message: str) -> str:
    """``Account#2.withdraw(5)``, ``Account#2 · every 10ms``."""
    is_message = message.partition("(")[0].isidentifier()
    return f"{name}.{message}" if is_message else f"{name} · {message.removesuffix('()')}"


def running_text(turn: port.TurnRunning, seconds: int) -> str:
    """``Worker#3.work has been running for 4 s``."""
    since = f"has been running for {grouped(seconds)} s" if seconds else "is running"
    return f"{turn_text(turn.name, turn.text.partition('(')[0])} {since}"


def change_text(text: str, name: Callable[[int], str]) -> str:
    """A change of a fork as recordings have it, with the actor's name: ``dropped Account.withdraw for Account#3``."""
    return _DROPPED.sub(lambda found: found[1] + name(int(found[2])), text)


def errors_text(errors: Sequence[Problem]) -> str:
    """The first error of a program, and how many more it has."""
    first, more = errors[0], len(errors) - 1
    sentence = f"{first.file}:{first.range.line}: {first.message.removesuffix('.')}."
    return f"{sentence} There {'is' if more == 1 else 'are'} {counted(more, 'more error')}." if more else sentence


def file_name(file: str) -> str:
    """The last part of a path."""
    return file.replace("\\", "/").rsplit("/", 1)[-1]
