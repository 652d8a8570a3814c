"""Commands about files and tabs."""

from __future__ import annotations

from collections.abc import Callable

from studio.model.commands import Command, always
from studio.model.studio import StudioModel

NO_DOCUMENT = "No file is open."
Reason = Callable[[], str | None]


def file_commands(model: StudioModel) -> list[Command]:
    """The commands of the File menu."""
    return [*_opening(model), *_saving(model), *_tabs(model)]


def _opening(model: StudioModel) -> list[Command]:
    def quick_open() -> None:
        model.shell.show_palette("")

    return [
        Command("file.new", "New Program", "Ctrl+N", always, model.documents.new, "File", 0, "new"),
        Command("file.open", "Open File…", "Ctrl+O", always, lambda: model.shell.ask_open(), "File", 0, "folder"),
        Command(
            "file.open_folder", "Open Folder…", "Ctrl+Alt+O", always, lambda: model.shell.ask_open_folder(), "File"
        ),
        Command(
            "file.quick_open",
            "Search Everything…",
            "Ctrl+P",
            always,
            quick_open,
            "File",
            0,
            "search",
            "Files, commands, symbols, and of the run its actors, messages, events, output and values",
        ),
    ]


def _saving(model: StudioModel) -> list[Command]:
    documents = model.documents

    def save() -> None:
        document = documents.active
        if document is not None and document.path is None:
            model.shell.ask_save(document)
        elif document is not None:
            model.files.save(document)

    def can_save() -> str | None:
        document = documents.active
        if document is None:
            return NO_DOCUMENT
        return None if document.dirty or document.path is None else "There is nothing to save."

    def save_as() -> None:
        if documents.active is not None:
            model.shell.ask_save(documents.active)

    def save_all() -> None:
        for document in documents.items:
            if document.dirty and document.path is not None:
                model.files.save(document)

    def can_save_all() -> str | None:
        return None if any(d.dirty and d.path is not None for d in documents.items) else "There is nothing to save."

    def can_save_recording() -> str | None:
        return None if model.run.is_open else "Run a program first."

    def reload() -> None:
        if documents.active is not None:
            model.files.reload(documents.active)

    def can_reload() -> str | None:
        document = documents.active
        return None if document is not None and document.path is not None else "This text has no file."

    def save_recording() -> None:
        model.shell.ask_save_recording()

    return [
        Command("file.save", "Save", "Ctrl+S", can_save, save, "File", 1, "save"),
        Command("file.save_as", "Save As…", "Ctrl+Shift+S", _needs_document(model), save_as, "File", 1),
        Command("file.save_all", "Save All", "Ctrl+Alt+S", can_save_all, save_all, "File", 1),
        Command("file.save_recording", "Save Recording…", "", can_save_recording, save_recording, "File", 1, "trace"),
        Command("file.reload", "Reload from Disk", "", can_reload, reload, "File", 1),
    ]


def _tabs(model: StudioModel) -> list[Command]:
    documents = model.documents

    def close() -> None:
        if documents.active is not None:
            documents.request_close(documents.active)

    def needs_two() -> str | None:
        return None if len(documents.items) > 1 else "Only one file is open."

    def quit_studio() -> None:
        model.shell.close_window()

    return [
        Command("file.close", "Close Tab", "Ctrl+W", _needs_document(model), close, "File", 2),
        Command("file.next_tab", "Next Tab", "Ctrl+Tab", needs_two, lambda: documents.cycle(1), "File", 2),
        Command("file.last_tab", "Previous Tab", "Ctrl+Shift+Tab", needs_two, lambda: documents.cycle(-1), "File", 2),
        Command("file.quit", "Quit", "Ctrl+Q", always, quit_studio, "File", 3),
    ]


def _needs_document(model: StudioModel) -> Reason:
    return lambda: None if model.documents.active is not None else NO_DOCUMENT
