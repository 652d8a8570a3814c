"""The doctor names what is wrong, and the package that mends it."""

from __future__ import annotations

import pytest

from engine.install import health, qt_libraries


def test_the_core_of_this_environment_is_well() -> None:
    broken = [check for check in health.checks() if check.state == "broken"]
    assert broken == []


def test_qt_6_12_is_refused_on_pythons_that_it_crashes() -> None:
    assert health.bad_qt("6.12.0", (3, 11)) is not None
    assert health.bad_qt("6.12.0", (3, 12)) is None
    assert health.bad_qt("6.11.3", (3, 11)) is None


@pytest.mark.parametrize(
    ("os_release", "family"),
    [
        ('ID=debian\nVERSION_ID="12"', "debian"),
        ("ID=ubuntu\nID_LIKE=debian", "debian"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"', "fedora"),
        ("ID=arch", "arch"),
        ('ID="opensuse-leap"\nID_LIKE="suse opensuse"', "suse"),
        ("ID=unheard-of", "debian"),
    ],
)
def test_the_family_of_a_system_is_read_from_its_own_words(os_release: str, family: str) -> None:
    assert qt_libraries.system_family(os_release) == family


def test_a_missing_library_is_told_by_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qt_libraries.sys, "platform", "linux")
    monkeypatch.setattr(qt_libraries, "can_open", lambda library: library != "libxcb-cursor.so.0")
    monkeypatch.setattr(qt_libraries, "current_family", lambda: "debian")
    missing = qt_libraries.missing_libraries()
    assert [item.package for item in missing] == ["libxcb-cursor0"]
    assert qt_libraries.advice(missing) == "sudo apt-get install libxcb-cursor0"
