"""A signal without Qt: models tell, views listen.

Callbacks run at once, in the order they were connected, on the thread that emits; models live on the GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, ParamSpec

P = ParamSpec("P")


class Signal(Generic[P]):
    """Something that happens to a model. ``connect`` gives a function that disconnects again."""

    def __init__(self) -> None:
        self._callbacks: list[Callable[P, object]] = []

    def connect(self, callback: Callable[P, object]) -> Callable[[], None]:
        """Calls ``callback`` at every ``emit`` from now on, until the returned function is called."""
        self._callbacks.append(callback)

        def disconnect() -> None:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

        return disconnect

    def emit(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Tells everybody who is connected."""
        for callback in tuple(self._callbacks):
            callback(*args, **kwargs)


def ending(*disconnects: Callable[[], None]) -> Callable[..., None]:
    """A function that ends connections, whatever it is called with; a widget hangs it on its ``destroyed``."""

    def end(*_: object) -> None:
        for disconnect in disconnects:
            disconnect()

    return end
