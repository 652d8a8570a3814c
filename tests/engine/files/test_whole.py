"""A file is replaced whole or not at all, by one of the same kind, owner and permissions, or it is left alone."""

from __future__ import annotations

import errno
import os
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from engine.files import places, whole
from engine.files.whole import write_whole

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links, devices and owners as POSIX has them")


def test_a_new_file_has_the_permissions_that_the_user_wants_of_new_files(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "a", b"text")
    finally:
        os.umask(before)
    assert (tmp_path / "a").read_bytes() == b"text"
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


def test_a_device_stays_a_device(tmp_path: Path) -> None:
    sink = tmp_path / "sink"
    try:
        os.mknod(sink, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        sink.write_bytes(b"")
    except OSError:
        pytest.skip("only the administrator can make a device")
    write_whole(sink, b"text")
    assert stat.S_ISCHR(sink.stat().st_mode)
    assert list(tmp_path.iterdir()) == [sink]


def test_a_pipe_is_written_into_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe, got = tmp_path / "pipe", list[bytes]()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, b"text")
    reader.join()
    assert got == [b"text"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1"])
def test_the_stream_of_the_process_is_written_into_where_it_is_named(tmp_path: Path, name: str) -> None:
    code = f"from pathlib import Path; from engine.files.whole import write_whole; write_whole(Path({name!r}), b'b')"
    piped = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=True)
    assert piped.stdout == b"b"
    out = tmp_path / "out"
    with out.open("wb") as stream:
        stream.write(b"a")
        stream.flush()
        subprocess.run([sys.executable, "-c", code], stdout=stream, check=True)
        stream.write(b"c")
    assert out.read_bytes() == b"abc"


def test_a_link_stays_a_link_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    link, far, target = tmp_path / "link", tmp_path / "far", tmp_path / "store" / "file"
    far.symlink_to("link")
    link.symlink_to("store/file")
    for text in (b"new", b"newer"):
        write_whole(far, text)
        assert far.is_symlink()
        assert link.is_symlink()
        assert target.read_bytes() == text
    assert len(list(target.parent.iterdir())) == 1


@pytest.mark.parametrize("kind", ["folder", "socket", "loop", "missing", "under a file", "nul", "long"])
def test_where_no_file_can_be_written_is_said_and_nothing_is_left(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x"
    match kind:
        case "folder":
            path.mkdir()
        case "socket":
            with socket.socket(socket.AF_UNIX) as made:
                made.bind(str(path))
        case "loop":
            path.symlink_to("x")
        case "missing":
            path = tmp_path / "none" / "x"
        case "under a file":
            path.write_text("")
            path = path / "x"
        case "nul":
            path = tmp_path / "a\0b"
        case "long":
            path = tmp_path / ("a" * 300)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(OSError) as failure:  # noqa: PT011 - which errno it is depends on the kind
        write_whole(path, b"text")
    assert failure.value.strerror
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("path", [Path(), Path("/"), Path("..")])
def test_a_folder_by_any_name_is_refused(path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="it is a folder"):
        write_whole(path, b"text")


def test_a_read_only_file_is_refused_even_to_those_who_could(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(0o444)
    with pytest.raises(PermissionError, match="it is read-only"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755, 0o666])
def test_permissions_stay(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(mode)
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_the_owner_stays(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    try:
        os.chown(path, 12345, 12346)
    except PermissionError:
        pytest.skip("only the administrator can give files away")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 12346)


def test_a_file_that_cannot_be_given_to_its_owner_is_overwritten_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"a longer old text")
    number = path.stat().st_ino
    monkeypatch.setattr(whole, "_give_to_owner", lambda new, old: False)
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_ino == number
    assert list(tmp_path.iterdir()) == [path]


def test_all_names_of_a_file_show_the_new_text(tmp_path: Path) -> None:
    path, other = tmp_path / "a", tmp_path / "b"
    path.write_bytes(b"old")
    other.hardlink_to(path)
    write_whole(path, b"the new text")
    assert other.read_bytes() == b"the new text"
    assert other.samefile(path)


@pytest.mark.parametrize("links", [1, 2])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: int
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    if links == 2:
        (tmp_path / "b").hardlink_to(path)
    before = sorted(tmp_path.iterdir())

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync" if links == 1 else "posix_fallocate", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"a longer new text")
    assert path.read_bytes() == b"old"
    assert sorted(tmp_path.iterdir()) == before


def test_an_overwrite_that_breaks_off_says_where_the_new_text_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    (tmp_path / "b").hardlink_to(path)

    def broken(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(whole.shutil, "copyfileobj", broken)
    with pytest.raises(OSError, match="what was to be saved is whole in") as failure:
        write_whole(path, b"new")
    assert Path(str(failure.value.strerror).rsplit(" ", 1)[1]).read_bytes() == b"new"


def test_a_temporary_name_cannot_be_foreseen_nor_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    victim, path = tmp_path / "victim", tmp_path / "a"
    victim.write_bytes(b"precious")
    names = iter(["planted", "planted", "free"])
    monkeypatch.setattr(places.secrets, "token_hex", lambda _: next(names))
    (tmp_path / ".a.planted.tmp").symlink_to(victim)
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert victim.read_bytes() == b"precious"
    assert next(names, None) is None


def test_a_block_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def half() -> None:
        with whole.whole_file(path) as file:
            file.write(b"half of it")
            raise KeyError

    with pytest.raises(KeyError):
        half()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
