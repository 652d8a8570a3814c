"""The library is read before the first test: that raises the recursion limit, which hypothesis must not see change."""

from __future__ import annotations

import pytest

from tests.engine.kernel import running


@pytest.fixture(autouse=True, scope="session")
def _library() -> None:
    running.library()
