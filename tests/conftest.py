"""Tests say what happens, never how fast: a busy machine fails none of them."""

import pytest
from hypothesis import HealthCheck, settings

pytest.register_assert_rewrite("tests.engine.language.running")

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
