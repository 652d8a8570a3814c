"""The program ``aeroflow-studio``, and the picture that ``aeroflow ide --shot`` takes of it.

What has to happen before the first window is here: no start on a Qt that is known to break the interpreter, a log and a
file for crashes, and hooks that turn whatever nobody caught into a line of the log and a notice.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from engine.files.places import NO_CURRENT_FOLDER, place_of
from engine.files.whole import write_whole
from engine.project.file_places import FilePlace, parse_place
from studio.model.places import Places, find_places, is_profile_name

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap
    from PySide6.QtWidgets import QApplication

    from studio.application import Studio
    from studio.services.locks import FileLock

DESKTOP_NAME = "org.aeroflow.Studio"
SHOT_SIZE = (1440, 900)
SHOT_SECONDS = 60.0
SETTLE_SECONDS = 0.4

NO_ANSWER = (
    "Studio is running already and does not answer. End it, or start another one beside it: aeroflow ide --profile NAME"
)

log = logging.getLogger("aeroflow.studio")


def unusable_qt(qt: str, python: tuple[int, int]) -> str | None:
    """Why this pair cannot work, as a sentence; None if it can."""
    if qt.startswith("6.12.0") and python < (3, 12):
        return (
            f"PySide6 {qt} damages Python {python[0]}.{python[1]} and would crash Studio after a short while. "
            'Install a version that works: pip install "PySide6-Essentials>=6.11.2,<6.12"'
        )
    return None


def profile_problem(name: str) -> str | None:
    """Why a profile cannot have this name, as a sentence; None if it can."""
    if not name or is_profile_name(name):
        return None
    return "the name of a profile has letters, digits, _ and -, such as --profile review"


def main(argv: list[str] | None = None) -> int:
    """Entry point of the GUI script: files, ``--light``, ``--dark``, ``--profile NAME``, ``--shot PICTURE``."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    theme = "light" if "--light" in arguments else "dark" if "--dark" in arguments else None
    values: dict[str, str] = {}
    for option, wish in (("--shot", "the name of a picture"), ("--profile", "a name of letters and digits")):
        if option in arguments:
            at = arguments.index(option)
            if at + 1 >= len(arguments) or (option == "--profile" and not is_profile_name(arguments[at + 1])):
                print(f"{option} wants {wish}", file=sys.stderr)
                return 2
            values[option] = arguments[at + 1]
            del arguments[at : at + 2]
    shot = Path(values["--shot"]) if "--shot" in values else None
    files = [parse_place(argument) for argument in arguments if not argument.startswith("--")]
    return run_app(files, theme, shot, values.get("--profile", ""))


def run_app(files: Sequence[FilePlace], theme: str | None, shot: Path | None, profile: str = "") -> int:
    """Opens Studio on files, with a theme or the one that is set; with ``shot`` it takes a picture and ends.

    If Studio runs already, with the same ``profile``, it opens the files there.
    """
    with contextlib.suppress(PackageNotFoundError):
        reason = unusable_qt(version("PySide6-Essentials"), sys.version_info[:2])
        if reason is not None:
            print(reason, file=sys.stderr)
            return 1
    from studio.services.instance import NoAnswerError, claim_or_hand_over

    try:
        files = [replace(file, path=file.path.absolute()) for file in files]
    except FileNotFoundError:
        print(f"{files[0].path} cannot be opened: {NO_CURRENT_FOLDER}", file=sys.stderr)
        return 1
    places = find_places(profile=profile)
    lock: FileLock | None = None
    if shot is None:
        try:
            lock = claim_or_hand_over(places, files)
        except NoAnswerError:
            print(NO_ANSWER, file=sys.stderr)
            return 1
        except OSError:
            lock = None  # Studio says in its window that it can keep nothing
        else:
            if lock is None:
                return 0
    if shot is not None or not _has_display():
        if shot is None:
            print("there is no display to open a window on; --shot takes a picture without one", file=sys.stderr)
            return 1
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = make_application()
    if shot is not None:
        return _take_shot(app, files[0].path if files else None, theme, shot)
    start_log(places)
    from studio.application import Studio

    studio = Studio(app, places, theme, lock)
    with hooks(studio):
        studio.open(files)
        studio.window.show()
        try:
            return app.exec()
        finally:
            studio.close()


def _has_display() -> bool:
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def make_application() -> QApplication:
    """The application object, named as the launcher is."""
    from PySide6.QtWidgets import QApplication

    QApplication.setOrganizationName("aeroflow")
    QApplication.setApplicationName("AeroFlow Studio")
    QApplication.setDesktopFileName(DESKTOP_NAME)
    existing = QApplication.instance()
    return existing if isinstance(existing, QApplication) else QApplication(["aeroflow-studio"])


# --- pictures ------------------------------------------------------------------------------------------


def _take_shot(app: QApplication, target: Path | None, theme: str | None, shot: Path) -> int:
    """Runs a file to its end and writes a picture of the window. It keeps nothing and reads no settings of the user."""
    import tempfile

    try:
        place_of(shot)
    except OSError as error:
        print(f"{shot} cannot be written: {error.strerror or error}", file=sys.stderr)
        return 1
    from studio.application import Studio

    with tempfile.TemporaryDirectory(prefix="aeroflow-shot-") as name:
        studio = Studio(app, Places(Path(name) / "config", Path(name) / "state"), theme or "light")
        try:
            studio.window.resize(*SHOT_SIZE)
            studio.window.show()
            if target is not None:
                studio.files.open(target)
            _settle(app, studio, run=target is not None)
            picture = studio.window.grab()
        finally:
            studio.close()
            app.processEvents()
    return _write_picture(picture, shot)


def _write_picture(picture: QPixmap, path: Path) -> int:
    """Writes a picture in the format that its name asks for; gives the exit status."""
    from PySide6.QtCore import QBuffer

    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    if not picture.save(buffer, (path.suffix[1:] or "png").upper()):
        print(f"{path} cannot be written: {path.suffix} is no format of pictures; try .png", file=sys.stderr)
        return 1
    try:
        write_whole(path, bytes(buffer.data().data()))
    except OSError as error:
        print(f"{path} cannot be written: {error.strerror or error}", file=sys.stderr)
        return 1
    return 0


def _settle(app: QApplication, studio: Studio, run: bool) -> None:
    """Lets Studio work until the file is open, has run to its end, and nothing moves any more."""
    from PySide6.QtCore import QEventLoop

    started, until, quiet_since = False, time.monotonic() + SHOT_SECONDS, time.monotonic()
    while time.monotonic() < until:
        app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        document = studio.model.documents.active
        if run and not started and document is not None and not studio.background.busy:
            if document.path is not None:
                studio.model.run.start(document.text, document.file, unsaved=studio.model.documents.texts())
            started = True
            quiet_since = time.monotonic()
        if studio.busy or (run and not started and not _failed_to_open(studio)):
            quiet_since = time.monotonic()
        elif time.monotonic() - quiet_since > SETTLE_SECONDS:
            break


def _failed_to_open(studio: Studio) -> bool:
    return not studio.background.busy and studio.model.documents.active is None and studio.model.run.state == "none"


# --- what goes wrong -------------------------------------------------------------------------------------


def start_log(places: Places) -> None:
    """A log in the state folder that starts anew when it is large, and a file for the interpreter's last words."""
    from logging.handlers import RotatingFileHandler

    try:
        places.state.mkdir(parents=True, exist_ok=True)
        last_words = places.crash.open("a", encoding="utf-8")
        handler = RotatingFileHandler(places.log, maxBytes=512_000, backupCount=1, encoding="utf-8")
    except OSError:
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger("aeroflow")
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    faulthandler.enable(last_words)


@contextlib.contextmanager
def hooks(studio: Studio) -> Iterator[None]:
    """What nobody caught goes into the log and is told in the window; Studio goes on."""
    before = sys.excepthook, threading.excepthook

    def caught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            studio.window.close()
            return
        log.error("not caught", exc_info=(kind, error, trace))
        text = f"Something went wrong in Studio itself ({kind.__name__}: {error}). Your text is safe; "
        studio.model.notice.emit("error", text + f"the report is in {studio.places.log}.")

    def caught_in_thread(args: threading.ExceptHookArgs) -> None:
        thread = args.thread.name if args.thread is not None else "a thread"
        log.error("not caught in %s", thread, exc_info=args.exc_value)

    sys.excepthook, threading.excepthook = caught, caught_in_thread
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook = before
