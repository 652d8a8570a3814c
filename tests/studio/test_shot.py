"""``aeroflow ide --shot`` writes its picture as every other file is written, and says why it cannot."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QApplication

from studio.app import _write_picture, main


def picture() -> QPixmap:
    pixmap = QPixmap(4, 3)
    pixmap.fill()
    return pixmap


def test_a_picture_takes_the_place_of_a_file_whole_and_follows_links(qapp: QApplication, tmp_path: Path) -> None:
    (tmp_path / "old.png").write_bytes(b"old")
    os.chmod(tmp_path / "old.png", 0o640)
    (tmp_path / "link.png").symlink_to("old.png")
    assert _write_picture(picture(), tmp_path / "link.png") == 0
    assert (tmp_path / "link.png").is_symlink()
    assert (tmp_path / "old.png").stat().st_mode & 0o777 == 0o640
    assert QImage(str(tmp_path / "old.png")).width() == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.png", "old.png"]


@pytest.mark.parametrize("name", ["missing/a.png", "folder", "file/a.png"])
def test_a_place_that_cannot_be_written_is_told_before_anything_runs(
    qapp: QApplication, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    assert main(["--shot", str(tmp_path / name)]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"{tmp_path / name} cannot be written: ")
    assert "Errno" not in said


def test_a_format_that_is_none_of_pictures_is_told(
    qapp: QApplication, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _write_picture(picture(), tmp_path / "a.aft") == 1
    assert ".aft is no format of pictures" in capsys.readouterr().err
    assert not (tmp_path / "a.aft").exists()


def test_a_picture_without_an_ending_is_a_png(qapp: QApplication, tmp_path: Path) -> None:
    assert _write_picture(picture(), tmp_path / "picture") == 0
    assert (tmp_path / "picture").read_bytes().startswith(b"\x89PNG")
