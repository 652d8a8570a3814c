"""The hash of a whole run: over what was delivered and put out, and over the states at its end.

Two runs with one hash have delivered the same messages, put out the same texts and come to the same states. The kernel
keeps the first part while it runs (``engine/kernel/hash.aefl``); the second is computed where a run stands still.
"""

from __future__ import annotations

_BITS = 2**64 - 1
_FACTOR = 0x2545F4914F6CDD1D
_START = 0x27BB2EE687B0B0FD


def of_run(execution_hash: int, digest: int) -> int:
    """The hash of a run that has come to an execution hash, and to states with a digest: 64 bits, unsigned."""
    return _step(_step(_START, execution_hash), digest)


def _step(mixed: int, word: int) -> int:
    """One more word, as in the kernel."""
    product = (mixed ^ word) * _FACTOR & _BITS
    return product ^ product >> 32
