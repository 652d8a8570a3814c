"""Launcher, icon and file types for the desktop, for this user only, each entered in the manifest.

Linux: a ``.desktop`` file, a MIME package and icons after the freedesktop.org specifications. macOS: a small
application bundle in ``~/Applications``. Windows: a Start menu shortcut and entries under "Open with". No file
type's default program is ever changed.
"""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
import sys
from pathlib import Path

from engine.install.manifest import Manifest

APP_ID = "org.aeroflow.Studio"
"""Name of the desktop file; Studio tells the window system the same, or it would show a generic icon."""

DESKTOP_FILE = """\
[Desktop Entry]
Type=Application
Name=AeroFlow Studio
GenericName=Development environment
Comment=Write, run, rewind and fork deterministic actor programs
Exec={command} %F
TryExec={program}
Icon={app_id}
Terminal=false
Categories=Development;IDE;
MimeType=text/x-aeroflow;application/x-aeroflow-trace;
StartupNotify=true
StartupWMClass={app_id}
"""

MIME_FILE = """\
<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="text/x-aeroflow">
    <comment>AeroFlow program</comment>
    <sub-class-of type="text/plain"/>
    <icon name="{app_id}"/>
    <glob pattern="*.aefl"/>
  </mime-type>
  <mime-type type="application/x-aeroflow-trace">
    <comment>AeroFlow recorded run</comment>
    <icon name="{app_id}"/>
    <magic><match type="string" offset="0" value="AEROFLOWTRACE1"/></magic>
    <glob pattern="*.aft"/>
  </mime-type>
</mime-info>
"""


def studio_program() -> Path:
    """The GUI script beside this Python."""
    name = "aeroflow-studio.exe" if sys.platform == "win32" else "aeroflow-studio"
    return Path(sys.executable).parent / name


def data_home() -> Path:
    """Where a Linux user's desktop looks for data."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


def planned_files(icon: bytes) -> dict[Path, bytes]:
    """The files that installing writes on this system, with their contents."""
    program = studio_program()
    if sys.platform.startswith("linux"):
        home = data_home()
        quoted = f'"{program}"' if " " in str(program) else str(program)
        desktop = DESKTOP_FILE.format(command=quoted, program=program, app_id=APP_ID)
        return {
            home / "applications" / f"{APP_ID}.desktop": desktop.encode(),
            home / "mime" / "packages" / f"{APP_ID}.xml": MIME_FILE.format(app_id=APP_ID).encode(),
            home / "icons" / "hicolor" / "scalable" / "apps" / f"{APP_ID}.svg": icon,
        }
    if sys.platform == "darwin":
        bundle = Path.home() / "Applications" / "AeroFlow Studio.app" / "Contents"
        info = {
            "CFBundleName": "AeroFlow Studio",
            "CFBundleIdentifier": APP_ID,
            "CFBundleExecutable": "aeroflow-studio",
            "CFBundlePackageType": "APPL",
            "CFBundleDocumentTypes": [
                {
                    "CFBundleTypeName": "AeroFlow program",
                    "CFBundleTypeExtensions": ["aefl"],
                    "LSHandlerRank": "Alternate",
                },
                {
                    "CFBundleTypeName": "AeroFlow recorded run",
                    "CFBundleTypeExtensions": ["aft"],
                    "LSHandlerRank": "Alternate",
                },
            ],
        }
        script = f'#!/bin/sh\nexec "{program}" "$@"\n'
        return {
            bundle / "Info.plist": plistlib.dumps(info),
            bundle / "MacOS" / "aeroflow-studio": script.encode(),
            bundle / "Resources" / f"{APP_ID}.svg": icon,
        }
    return {}


def install(manifest: Manifest, icon: bytes) -> list[str]:
    """Writes everything and tells the desktop; gives what was done, a sentence each."""
    done = []
    for path, content in planned_files(icon).items():
        manifest.write_file(path, content)
        if path.parent.name == "MacOS":
            path.chmod(0o755)
        done.append(f"wrote {path}")
    if sys.platform == "win32":
        done.extend(_install_windows(manifest))
    refresh()
    return done


def refresh() -> None:
    """Lets the desktop notice; where its tools are missing it notices by itself, later."""
    if not sys.platform.startswith("linux"):
        return
    home = data_home()
    for tool, folder in (
        ("update-desktop-database", home / "applications"),
        ("update-mime-database", home / "mime"),
        ("gtk-update-icon-cache", home / "icons" / "hicolor"),
    ):
        if shutil.which(tool) and folder.is_dir():
            subprocess.run([tool, str(folder)], check=False, capture_output=True, timeout=60)


def _install_windows(manifest: Manifest) -> list[str]:
    """A Start menu shortcut through the shell's own object, and "Open with" entries."""
    if sys.platform != "win32":
        return []
    import winreg

    program = studio_program()
    shortcut = Path(os.environ["APPDATA"]) / "Microsoft" / "Windows" / "Start Menu" / "Programs" / "AeroFlow Studio.lnk"
    script = (
        "$s = (New-Object -ComObject WScript.Shell).CreateShortcut($args[0]); "
        "$s.TargetPath = $args[1]; $s.Description = 'AeroFlow Studio'; $s.Save()"
    )
    subprocess.run(
        ["powershell", "-NoProfile", "-Command", f"& {{ {script} }}", str(shortcut), str(program)],
        check=True,
        timeout=60,
    )
    manifest.write_file(shortcut, shortcut.read_bytes())
    for extension, name in ((".aefl", "AeroFlow.Program"), (".aft", "AeroFlow.Trace")):
        command = rf"Software\Classes\{name}\shell\open\command"
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, command) as key:
            winreg.SetValueEx(key, "", 0, winreg.REG_SZ, f'"{program}" "%1"')
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, rf"Software\Classes\{extension}\OpenWithProgids") as key:
            winreg.SetValueEx(key, name, 0, winreg.REG_SZ, "")
        for part in (
            command,
            rf"Software\Classes\{name}\shell\open",
            rf"Software\Classes\{name}\shell",
            rf"Software\Classes\{name}",
        ):
            manifest.registry.append(part)
    return [f"wrote {shortcut}", "entered .aefl and .aft under Open with"]


def uninstall(manifest: Manifest) -> tuple[list[str], list[str]]:
    """Removes everything in the manifest: (removed, kept because changed)."""
    removed, kept = manifest.remove_files()
    if sys.platform == "win32":
        import winreg

        for part in manifest.registry:
            try:
                winreg.DeleteKey(winreg.HKEY_CURRENT_USER, part)
            except OSError:
                continue
            removed.append(part)
    manifest.registry = []
    refresh()
    return removed, kept
