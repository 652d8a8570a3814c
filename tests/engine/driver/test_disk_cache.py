"""The cache on disk never gives back anything but what was put in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.project.cache import DiskCache


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def _entry(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_what_is_put_in_comes_out_in_another_process_of_the_same_version(folder: Path) -> None:
    DiskCache("1", folder).put("a/key", b"content")
    assert DiskCache("1", folder).get("a/key") == b"content"
    assert DiskCache("2", folder).get("a/key") is None
    assert DiskCache("1", folder).get("other") is None


def test_putting_again_replaces(folder: Path) -> None:
    cache = DiskCache("1", folder)
    cache.put("key", b"old")
    cache.put("key", b"new")
    assert cache.get("key") == b"new"
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize("kind", ["torn", "flipped", "foreign", "empty"])
def test_a_damaged_entry_is_not_there(folder: Path, kind: str) -> None:
    cache = DiskCache("1", folder)
    cache.put("key", b"content of some length")
    path = _entry(folder)
    data = path.read_bytes()
    damaged = {
        "torn": data[:-3],
        "flipped": data[:-1] + bytes([data[-1] ^ 1]),
        "foreign": b"not one of ours",
        "empty": b"",
    }
    path.write_bytes(damaged[kind])
    assert cache.get("key") is None
    cache.put("key", b"again")
    assert cache.get("key") == b"again"


def test_where_nothing_can_be_written_nothing_is_kept_silently(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = DiskCache("1", tmp_path / "file")
    cache.put("key", b"content")
    assert cache.get("key") is None


def test_entries_that_were_not_used_for_longest_make_room(folder: Path) -> None:
    cache = DiskCache("1", folder, bytes_max=4000)
    for number in range(3):
        cache.put(f"key{number}", bytes(1000))
        os.utime(folder / f"1-key{number}", (number, number))
    assert cache.get("key0") is not None
    cache.put("key3", bytes(1000))
    assert cache.get("key1") is None
    assert cache.get("key3") is not None


def test_the_folder_is_looked_through_only_when_much_was_put_into_it(folder: Path) -> None:
    cache = DiskCache("1", folder, bytes_max=4000)
    for number in range(40):
        cache.put(f"key{number}", bytes(1000))
        assert sum(path.stat().st_size for path in folder.iterdir()) <= 4000
    patient = DiskCache("1", folder, bytes_max=400_000)
    patient.put("first", b"looks once")
    for path in folder.iterdir():
        path.unlink()
    (folder / "stranger").write_bytes(bytes(500_000))
    patient.put("second", bytes(1000))
    assert (folder / "stranger").exists()
    patient.put("third", bytes(12_000))
    assert not (folder / "stranger").exists()


def test_an_entry_that_another_key_signed_is_not_there(folder: Path, tmp_path: Path) -> None:
    theirs = DiskCache("1", folder, key_file=tmp_path / "their.key")
    theirs.put("key", b"code of somebody else")
    ours = DiskCache("1", folder, key_file=tmp_path / "our.key")
    assert theirs.get("key") == b"code of somebody else"
    assert ours.get("key") is None


def test_an_entry_under_the_name_of_another_is_not_there(folder: Path) -> None:
    cache = DiskCache("1", folder)
    cache.put("one", b"content of one")
    (folder / "1-one").rename(folder / "1-two")
    assert cache.get("two") is None


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_a_folder_or_a_key_of_another_user_is_not_used(folder: Path, tmp_path: Path) -> None:
    key_file = tmp_path / "cache.key"
    DiskCache("1", folder, key_file=key_file).put("key", b"content")
    os.chown(folder, 12345, 12345)
    assert DiskCache("1", folder, key_file=key_file).get("key") is None
    os.chown(folder, 0, 0)
    assert DiskCache("1", folder, key_file=key_file).get("key") == b"content"
    os.chown(key_file, 12345, 12345)
    assert DiskCache("1", folder, key_file=key_file).get("key") is None


def test_a_key_that_others_can_write_is_not_used(folder: Path, tmp_path: Path) -> None:
    key_file = tmp_path / "cache.key"
    DiskCache("1", folder, key_file=key_file).put("key", b"content")
    assert key_file.stat().st_mode & 0o777 == 0o600
    key_file.chmod(0o666)
    cache = DiskCache("1", folder, key_file=key_file)
    cache.put("key", b"other")
    assert cache.get("key") is None


def test_without_a_place_for_the_key_nothing_is_kept(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = DiskCache("1", folder, key_file=tmp_path / "file" / "cache.key")
    cache.put("key", b"content")
    assert cache.get("key") is None
    assert not folder.exists()
