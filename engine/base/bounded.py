"""The bound of a message: what it quotes, such as a text of megabytes, is cut in its middle."""

from __future__ import annotations

from engine.base.counts import counted

MESSAGE_MAX = 1_000
"""The longest message, in characters."""
_END = 300
"""How much of the end of a longer one stays: the reason is often there."""


def bounded(message: str) -> str:
    """The message, or its beginning and its end with how much is left out between them."""
    if len(message) <= MESSAGE_MAX:
        return message
    left_out = counted(len(message) - MESSAGE_MAX, "character")
    return f"{message[: MESSAGE_MAX - _END]} [… {left_out} …] {message[-_END:]}"
