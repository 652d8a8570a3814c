"""The system's libraries that Qt opens at run time and that no Python package brings.

Qt says little when one is missing ("could not load the platform plugin xcb"), so each is tried by name, and what
is missing is told by the name of the package that has it.
"""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

FAMILIES = ("debian", "fedora", "arch", "suse")
INSTALL = {
    "debian": "sudo apt-get install",
    "fedora": "sudo dnf install",
    "arch": "sudo pacman -S",
    "suse": "sudo zypper install",
}
LIBRARIES: dict[str, tuple[str, str, str, str]] = {
    "libEGL.so.1": ("libegl1", "libglvnd-egl", "libglvnd", "libEGL1"),
    "libGL.so.1": ("libgl1", "libglvnd-glx", "libglvnd", "libGL1"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs", "dbus", "libdbus-1-3"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig", "fontconfig", "libfontconfig1"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2", "glib2", "libglib-2_0-0"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon", "libxkbcommon", "libxkbcommon0"),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11", "libxkbcommon-x11-0"),
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor", "libxcb-cursor0"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm", "xcb-util-wm", "libxcb-icccm4"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image", "xcb-util-image", "libxcb-image0"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms", "libxcb-keysyms1"),
    "libxcb-render-util.so.0": (
        "libxcb-render-util0", "xcb-util-renderutil", "xcb-util-renderutil", "libxcb-render-util0",
    ),
    "libxcb-shape.so.0": ("libxcb-shape0", "libxcb", "libxcb", "libxcb-shape0"),
    "libxcb-randr.so.0": ("libxcb-randr0", "libxcb", "libxcb", "libxcb-randr0"),
}  # fmt: skip
"""Library file: its package in each of ``FAMILIES``."""

GLIBC_MINIMUM = (2, 34)
"""What the wheels of Qt 6.10 and later are built against."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A library that cannot be opened, and the package that has it."""

    library: str
    package: str


def system_family(os_release: str) -> str:
    """The family of packages from the text of ``/etc/os-release``; ``debian`` where it is unknown."""
    words: list[str] = []
    for line in os_release.splitlines():
        key, _, value = line.partition("=")
        if key in ("ID", "ID_LIKE"):
            words.extend(value.strip().strip('"').split())
    known = {"ubuntu": "debian", "rhel": "fedora", "centos": "fedora", "opensuse": "suse", "sles": "suse"}
    for word in words:
        family = known.get(word, word)
        if family in FAMILIES:
            return family
    return "debian"


def can_open(library: str) -> bool:
    """Whether the dynamic linker finds a library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def current_family() -> str:
    """The family of this system."""
    try:
        return system_family(Path("/etc/os-release").read_text(encoding="utf-8"))
    except OSError:
        return "debian"


def missing_libraries() -> tuple[Missing, ...]:
    """What Qt needs and this system lacks; nothing on systems other than Linux, where the wheels bring everything."""
    if not sys.platform.startswith("linux"):
        return ()
    column = FAMILIES.index(current_family())
    return tuple(Missing(name, packages[column]) for name, packages in LIBRARIES.items() if not can_open(name))


def advice(missing: tuple[Missing, ...]) -> str:
    """The command that installs what is missing, for this system."""
    family = current_family()
    return f"{INSTALL[family]} " + " ".join(dict.fromkeys(item.package for item in missing))


def glibc_problem() -> str | None:
    """A sentence where the C library is too old for Qt's wheels."""
    if not sys.platform.startswith("linux") or platform.libc_ver()[0] != "glibc":
        return None
    text = (os.confstr("CS_GNU_LIBC_VERSION") or "").rpartition(" ")[2]
    version = tuple(int(part) for part in text.split(".")[:2] if part.isdigit())
    if len(version) == 2 and version < GLIBC_MINIMUM:
        return f"glibc {text} is older than 2.34, which Qt's wheels need (Debian 12, Ubuntu 22.04, RHEL 9 or later)"
    return None
