"""What the tests of the language share."""

from __future__ import annotations

import pytest

from engine import api


@pytest.fixture(autouse=True, scope="session")
def _compiler() -> None:
    """The first use of the compiler raises the recursion limit, which hypothesis must not see change."""
    api.analyse("", "empty.aefl")
