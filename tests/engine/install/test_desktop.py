"""Launcher, icon and file types come and go without a trace, and nothing else is touched."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from engine.install import desktop
from engine.install.manifest import Manifest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the freedesktop.org layout")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    return tmp_path / "share"


def test_the_launcher_names_the_program_the_icon_and_both_file_types(home: Path) -> None:
    desktop.install(Manifest(), b"<svg/>")
    text = (home / "applications" / "org.aeroflow.Studio.desktop").read_text(encoding="utf-8")
    assert f"Exec={desktop.studio_program()} %F" in text
    assert "Icon=org.aeroflow.Studio" in text
    assert "text/x-aeroflow;application/x-aeroflow-trace;" in text


def test_the_file_types_are_well_formed_and_know_both_endings(home: Path) -> None:
    desktop.install(Manifest(), b"<svg/>")
    tree = ElementTree.parse(home / "mime" / "packages" / "org.aeroflow.Studio.xml")
    assert {e.get("pattern") for e in tree.iter() if e.tag.endswith("glob")} == {"*.aefl", "*.aft"}


def test_installing_twice_and_uninstalling_once_leaves_nothing(home: Path) -> None:
    manifest = Manifest()
    desktop.install(manifest, b"<svg/>")
    desktop.install(manifest, b"<svg/>")
    removed, kept = desktop.uninstall(manifest)
    assert len(removed) == 3
    assert kept == []
    assert not [path for path in home.rglob("*AeroFlow*") if path.is_file()]
    assert not [path for path in home.rglob("org.aeroflow*") if path.is_file()]


def test_a_file_that_somebody_changed_is_kept(home: Path) -> None:
    manifest = Manifest()
    desktop.install(manifest, b"<svg/>")
    changed = home / "applications" / "org.aeroflow.Studio.desktop"
    changed.write_text("mine now", encoding="utf-8")
    _, kept = desktop.uninstall(manifest)
    assert kept == [str(changed)]
    assert changed.read_text(encoding="utf-8") == "mine now"


def test_the_manifest_survives_on_disk_and_a_broken_one_counts_as_empty(tmp_path: Path) -> None:
    path = tmp_path / "state" / "install.json"
    manifest = Manifest({"/a": "0"}, ["shiboken6"], [])
    manifest.save(path)
    assert Manifest.load(path) == manifest
    path.write_text("{broken", encoding="utf-8")
    assert Manifest.load(path) == Manifest()
