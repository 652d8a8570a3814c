"""JSON that anybody may have written: its nesting is looked at before it is read.

The library reads nested values by recursion on the machine's stack. The compiler raises Python's limit for recursion,
which counts for the whole process, so a text of a hundred thousand brackets would end the process.
"""

from __future__ import annotations

import json
import re
from typing import Any

DEPTH_MAX = 100
_MARKS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def loads(text: str) -> Any:
    """The value of a text. Raises ValueError where it is not JSON, or nested more than ``DEPTH_MAX`` deep."""
    depth = 0
    for mark in _MARKS.finditer(text):
        if mark[0] in "[{":
            depth += 1
            if depth > DEPTH_MAX:
                raise ValueError("the text is nested too deeply")
        elif mark[0] in "]}":
            depth -= 1
    return json.loads(text)
