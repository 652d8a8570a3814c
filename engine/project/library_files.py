"""The texts of the kernel and the standard library, as they were installed, and the version of the compiler that
reads them."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

_FOLDERS = ("kernel", "stdlib")
_SUFFIX = ".aefl"


def library_texts() -> dict[str, str]:
    """Every library file by its name (``kernel/heap.aefl``): the kernel's first, each folder in order of names."""
    return {
        f"{folder}/{entry.name}": entry.read_text(encoding="utf-8")
        for folder in _FOLDERS
        for entry in _sorted(files("engine") / folder)
        if entry.name.endswith(_SUFFIX)
    }


@cache
def compiler_identity() -> str:
    """A digest of the compiler and of the library that it compiles into programs: equal ones give equal modules."""
    digest = hashlib.blake2b(compiler_version().encode(), digest_size=16)
    for name, text in library_texts().items():
        digest.update(f"{len(name)} {len(text)} {name}{text}".encode())
    return digest.hexdigest()


@cache
def compiler_version() -> str:
    """A digest of the compiler's own source and of the values that it makes: what was made with another version must
    not be used again."""
    digest = hashlib.blake2b(digest_size=16)
    waiting: list[Traversable] = [files("engine") / folder for folder in ("compiler", "base")]
    while waiting:
        for entry in _sorted(waiting.pop()):
            if entry.is_dir():
                waiting.append(entry)
            elif entry.name.endswith(".py"):
                digest.update(entry.name.encode() + b"\0" + entry.read_bytes() + b"\0")
    return digest.hexdigest()


def _sorted(folder: Traversable) -> list[Traversable]:
    """The entries of a folder in order of names; none where it is not there."""
    return sorted(folder.iterdir(), key=lambda entry: entry.name) if folder.is_dir() else []
