"""``aeroflow ide``, ``install ide``, ``uninstall ide`` and ``doctor``."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.outputs import PICTURE, check_output
from engine.cli.report import EXIT_PROBLEM, EXIT_USAGE, fail, give, give_json, say
from engine.install import desktop, environment, health, packages, qt_libraries
from engine.install.manifest import Manifest
from engine.project.file_places import parse_place
from engine.project.resources import resource_bytes


def ide(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE[:LINE]]...", help="Programs (.aefl) and recorded runs (.aft)."),
    ] = None,
    light: Annotated[bool, typer.Option("--light", help="Use the light theme this time.")] = False,
    dark: Annotated[bool, typer.Option("--dark", help="Use the dark theme this time.")] = False,
    shot: Annotated[Path | None, typer.Option(help="Run the file, write a picture of the window, and quit.")] = None,
    profile: Annotated[
        str, typer.Option(metavar="NAME", help="Open a Studio beside others, with tabs and a layout of its own.")
    ] = "",
) -> None:
    """Open AeroFlow Studio, or files in the Studio that is open."""
    if light and dark:
        fail("choose one of --light and --dark")
    places = [parse_place(file) for file in files or ()]
    for place in places:
        if not place.path.exists():
            fail(f"there is no file {place.path}")
    if shot is not None:
        check_output(shot, PICTURE, [(place.path, "a file that is opened") for place in places])
    if importlib.util.find_spec("PySide6") is None:
        fail("Studio is not installed here; `aeroflow install ide` installs it")
    from studio.app import profile_problem, run_app

    if problem := profile_problem(profile):
        fail(problem)
    theme = "light" if light else "dark" if dark else None
    raise typer.Exit(run_app(places, theme, shot, profile))


def install(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    no_desktop: Annotated[bool, typer.Option("--no-desktop", help="No launcher, icon and file types.")] = False,
    remove: Annotated[bool, typer.Option("--uninstall", help="Take everything away again.")] = False,
) -> None:
    """Install Studio: its packages, a launcher, an icon and the file types."""
    if remove:
        uninstall(dry_run)
        return
    here = environment.detect()
    requirements = environment.ide_requirements()
    command, may_run = environment.install_command(here, requirements)
    absent = missing_requirements(requirements)
    say(f"{here.title} at {here.prefix}")
    if sentence := qt_libraries.glibc_problem():
        fail(sentence)
    manifest = Manifest.load()
    if absent and dry_run:
        give(f"would run: {environment.shown(command)}")
    elif absent and not may_run:
        say("This environment is not changed from inside. Run this, then `aeroflow install ide` again:")
        give(environment.shown(command))
        raise typer.Exit(EXIT_USAGE)
    elif absent:
        install_packages(command, manifest)
    else:
        say("the packages are there already")
    if not no_desktop:
        install_desktop(manifest, dry_run)
    if missing := qt_libraries.missing_libraries():
        say("Qt needs libraries of the system that are missing: " + ", ".join(m.library for m in missing))
        give(qt_libraries.advice(missing))
    if not dry_run:
        manifest.save()
        say("Studio is installed; `aeroflow ide` opens it")


def missing_requirements(requirements: tuple[str, ...]) -> tuple[str, ...]:
    """The requirements of which no distribution is installed."""
    from packaging.requirements import Requirement

    absent = []
    for text in requirements:
        requirement = Requirement(text)
        version = health.version_of(requirement.name)
        if version is None or not requirement.specifier.contains(version, prereleases=True):
            absent.append(text)
    return tuple(absent)


def install_packages(command: list[str], manifest: Manifest) -> None:
    """Runs the installer with a progress bar and enters what is new."""
    before = packages.installed_names()
    try:
        with progress_bar() as listener:
            packages.run_installer(command, listener)
    except packages.InstallError as error:
        say(str(error))
        fail("the packages could not be installed; nothing else was changed", EXIT_PROBLEM)
    manifest.packages.extend(sorted(packages.installed_names() - before))


def install_desktop(manifest: Manifest, dry_run: bool) -> None:
    """Writes launcher, icon and file types, or says which it would write."""
    icon = resource_bytes("aeroflow.svg")
    if dry_run:
        for path in desktop.planned_files(icon):
            give(f"would write: {path}")
        return
    try:
        for sentence in desktop.install(manifest, icon):
            say(sentence)
    except OSError as error:
        manifest.save()
        fail(f"the launcher could not be written: {error}", EXIT_PROBLEM)


@contextlib.contextmanager
def progress_bar() -> Iterator[packages.Listener]:
    """A bar on stderr; plain lines where that is no terminal."""
    if not sys.stderr.isatty():
        seen: set[str] = set()

        def line(step: str, done: int, total: int) -> None:
            if step not in seen:
                seen.add(step)
                say(step)

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def moved(step: str, done: int, total: int) -> None:
            bar.update(task, description=step, completed=done, total=total or None)

        yield moved


def uninstall(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
) -> None:
    """Take Studio away again: its launcher, icon, file types, and the packages that were installed for it."""
    manifest = Manifest.load()
    if not manifest.files and not manifest.packages and not manifest.registry:
        say("nothing was installed by `aeroflow install ide`")
        return
    remove_packages = [sys.executable, "-m", "pip", "uninstall", "-y", *manifest.packages]
    if dry_run:
        for path in manifest.files:
            give(f"would remove: {path}")
        if manifest.packages:
            give(f"would run: {environment.shown(remove_packages)}")
        return
    removed, kept = desktop.uninstall(manifest)
    for path in removed:
        say(f"removed {path}")
    for path in kept:
        say(f"kept {path}: it was changed since")
    if manifest.packages:
        try:
            with progress_bar() as listener:
                packages.run_installer(remove_packages, listener)
        except packages.InstallError as error:
            manifest.save()
            say(str(error))
            fail("the packages could not be removed", EXIT_PROBLEM)
        manifest.packages = []
    manifest.save()
    say("Studio is removed; the engine stays")


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the checks as one JSON document.")] = False,
) -> None:
    """Look for what could keep AeroFlow from working; exit 1 if something is broken."""
    found = health.checks()
    if as_json:
        give_json([{"name": c.name, "state": c.state, "detail": c.detail} for c in found])
    else:
        width = max(len(check.name) for check in found)
        mark = {"ok": "ok     ", "warning": "look   ", "broken": "BROKEN "}
        for check in found:
            give(f"{mark[check.state]} {check.name:<{width}}  {check.detail}")
    if any(check.state == "broken" for check in found):
        raise typer.Exit(EXIT_PROBLEM)
