"""What a machine's memory can hold that comes out of a file: anything.

The host reads memory by the layouts of the metadata. In a run of our own, a value that does not fit them is a bug of
the engine and stops loudly. In a run out of a trace file, module and checkpoints are somebody else's: what does not fit
is the file's fault, and becomes a sentence at the boundary of the session.
"""

from __future__ import annotations

import struct

MISBEHAVIOUR = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)
"""What reading memory raises that holds something else than the metadata says."""


def misbehaviour(error: BaseException) -> str:
    """A sentence for the user about one of these."""
    return f"the memory of the program holds something that cannot be there ({type(error).__name__})"
