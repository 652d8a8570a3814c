"""What the tests of the corpus share."""

from __future__ import annotations

import pytest

from tests.conformance.observation import compiled_text


@pytest.fixture(autouse=True, scope="session")
def _compiler() -> None:
    """The first use of the compiler raises the recursion limit, which hypothesis must not see change."""
    compiled_text("", "empty.aefl")
