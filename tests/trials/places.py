"""Odd file systems and users: ``python -m tests.trials.places``.

A full disk, a read-only one, a folder of another user, a user who may not write, no home: saving there must end in a
sentence, leave what was there as it was, and leave nothing behind. Some of it takes root and Linux; what cannot be
tried here is said.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

PROGRAM = "actor A { state n: int = 0\non go() { n += 1\nrender n } }\nlet a = spawn A()\nfor i in 0..200 { a.go() }\n"
OLD = b"AEROFLOWTRACE, and an old one"
OLD_EXPORT = b'{"displayTimeUnit":"ms","traceEvents":[]}'
SOME_USER = 65534
"""The owner of the files of somebody else."""
POWERS = ("dac_override", "dac_read_search")
"""With these root may write anywhere."""

Case = Callable[[Path], list[str]]


def aeroflow(*words: object, without: Sequence[str] = (), **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, perhaps without some of root's capabilities."""
    dropped = ["setpriv", f"--bounding-set={','.join(f'-{name}' for name in without)}"] if without else []
    command = [*dropped, sys.executable, "-m", "engine.cli", *map(str, words)]
    here = os.environ | {"PYTHONPATH": os.getcwd(), "PYTHONDONTWRITEBYTECODE": "1"} | environment
    return subprocess.run(command, capture_output=True, text=True, check=False, env=here, timeout=300)


def wrong_with(done: subprocess.CompletedProcess[str], code: int) -> list[str]:
    """What was wrong with how a command ended."""
    said = done.stderr.strip().rpartition("\n")[2][:300]
    if "Traceback" in done.stderr:
        return [f"a traceback: {said}"]
    return [] if done.returncode == code else [f"exit code {done.returncode} instead of {code}: {said}"]


def left_behind(folder: Path, *expected: str) -> list[str]:
    """Files that nobody asked for."""
    extra = sorted(set(os.listdir(folder)) - set(expected))
    return [f"left behind: {', '.join(extra)}"] if extra else []


@contextmanager
def mounted(folder: Path, size: str) -> Iterator[Path]:
    """A small disk of its own."""
    place = folder / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], check=True, capture_output=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


def a_full_disk(folder: Path) -> list[str]:
    """Recording, exporting, formatting and documenting onto a disk without room keeps what was there."""
    program = folder / "p.aefl"
    program.write_text(PROGRAM)
    trace = folder / "good.aft"
    faults = wrong_with(aeroflow("run", program, "--record", trace), 0)
    with mounted(folder, "64k") as disk:
        (disk / "old.aft").write_bytes(OLD)
        (disk / "old.json").write_bytes(OLD_EXPORT)
        (disk / "u.aefl").write_text("render   1\n" + "// a long comment\n" * 1500)
        (disk / "filler").write_bytes(bytes(os.statvfs(disk).f_bavail * os.statvfs(disk).f_bsize))
        before = (disk / "u.aefl").read_bytes()
        for words in (
            ("run", program, "--record", disk / "old.aft"),
            ("run", program, "--record", disk / "new.aft"),
            ("fork", trace, "--at", "3", "-o", disk / "old.aft"),
            ("export", trace, "-o", disk / "old.json"),
            ("fmt", disk / "u.aefl"),
        ):
            faults += [f"{words[0]}: {wrong}" for wrong in wrong_with(aeroflow(*words), 2)]
        kept = {"old.aft": OLD, "old.json": OLD_EXPORT, "u.aefl": before}
        if any((disk / name).read_bytes() != content for name, content in kept.items()):
            faults.append("what was there has changed")
        faults += left_behind(disk, "old.aft", "old.json", "u.aefl", "filler")
    return faults


def a_read_only_disk(folder: Path) -> list[str]:
    """A program on a read-only disk runs, and what would be written there is refused."""
    with mounted(folder, "1m") as disk:
        (disk / "p.aefl").write_text(PROGRAM)
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        faults = wrong_with(aeroflow("run", disk / "p.aefl"), 0)
        faults += wrong_with(aeroflow("run", disk / "p.aefl", "--record", disk / "r.aft"), 2)
        faults += wrong_with(aeroflow("doc", disk / "p.aefl", "-o", disk / "docs"), 2)
        faults += wrong_with(aeroflow("new", disk / "shop"), 2)
        cache = {"XDG_CACHE_HOME": str(disk), "XDG_STATE_HOME": str(disk), "XDG_CONFIG_HOME": str(disk)}
        return faults + wrong_with(aeroflow("run", disk / "p.aefl", **cache), 0)


def a_user_who_may_not_write(folder: Path) -> list[str]:
    """Another user can run a program that is theirs to read, and can change nothing."""
    (folder / "p.aefl").write_text("render   1\n")
    (folder / "old.aft").write_bytes(OLD)
    for path in (folder / "p.aefl", folder / "old.aft", folder):
        os.chown(path, SOME_USER, SOME_USER)
        path.chmod(0o755 if path == folder else 0o644)
    faults = wrong_with(aeroflow("run", folder / "p.aefl", without=POWERS), 0)
    for words in (
        ("run", folder / "p.aefl", "--record", folder / "old.aft"),
        ("run", folder / "p.aefl", "--record", folder / "new.aft"),
        ("fmt", folder / "p.aefl"),
        ("doc", folder / "p.aefl", "-o", folder / "docs"),
        ("new", folder / "shop"),
    ):
        faults += [f"{words[0]}: {wrong}" for wrong in wrong_with(aeroflow(*words, without=POWERS), 2)]
    if (folder / "old.aft").read_bytes() != OLD or (folder / "p.aefl").read_text() != "render   1\n":
        faults.append("what was there has changed")
    return faults + left_behind(folder, "p.aefl", "old.aft")


def a_folder_that_vanishes(folder: Path) -> list[str]:
    """A recording whose folder is not there, or is a file, is refused before the program runs."""
    program = folder / "p.aefl"
    program.write_text(PROGRAM)
    (folder / "file").write_bytes(OLD)
    faults = []
    for target in (folder / "gone" / "r.aft", folder / "file" / "r.aft", folder, Path("/"), Path("/proc/r.aft")):
        done = aeroflow("run", program, "--record", target)
        faults += wrong_with(done, 2)
        if done.stdout:
            faults.append(f"the program ran although {target} cannot be recorded into")
    return faults + left_behind(folder, "p.aefl", "file")


def no_place_for_anything(folder: Path) -> list[str]:
    """Without a home, a cache or a folder for temporary files everything else works."""
    program = folder / "p.aefl"
    program.write_text(PROGRAM)
    nowhere = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "TMPDIR"), "/nonexistent")
    faults = wrong_with(aeroflow("run", program, "--record", folder / "r.aft", **nowhere), 0)
    return faults + wrong_with(aeroflow("verify", folder / "r.aft", **nowhere), 0)


CASES: list[tuple[Case, bool]] = [
    (a_full_disk, True), (a_read_only_disk, True), (a_user_who_may_not_write, True),
    (a_folder_that_vanishes, False), (no_place_for_anything, False),
]  # fmt: skip


def may_mount() -> bool:
    """Whether this process can make a disk of its own."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0 or not all(map(shutil.which, ("mount", "setpriv"))):
        return False
    with tempfile.TemporaryDirectory() as folder:
        try:
            with mounted(Path(folder), "64k"):
                return True
        except subprocess.CalledProcessError:
            return False


def main() -> int:
    """Tries all that can be tried here; gives 1 if something was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0, help="not used: the places are always the same")
    parser.parse_args()
    can_mount = may_mount()
    tried, faults = 0, 0
    for case, needs_root in CASES:
        if needs_root and not can_mount:
            print(f"{case.__name__}: not tried, it takes root on Linux")
            continue
        with tempfile.TemporaryDirectory() as folder:
            wrong = case(Path(folder))
        tried += 1
        faults += bool(wrong)
        for line in wrong:
            print(f"{case.__name__}: {line}")
    print(f"places: {tried} tried, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
