"""Tests say what happens, never how fast: a busy machine fails none of them."""

import signal

import pytest
from hypothesis import HealthCheck, settings

pytest.register_assert_rewrite("tests.engine.language.running")

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# a shell's background job ignores Ctrl-C, and the commands that tests start and interrupt would inherit that
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
