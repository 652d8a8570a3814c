"""What the tests of the language share: assertions in ``running`` show what differs."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.engine.language.running")
