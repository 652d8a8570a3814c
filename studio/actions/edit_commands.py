"""Commands about the text: they ask the editor in front to do them by name.

Those that every field and list has, such as Copy, act where the keyboard is. Those that change lines need it in the
code: no key that is pressed in another panel changes the program.
"""

from __future__ import annotations

from studio.model.commands import Command
from studio.model.studio import StudioModel

NO_EDITOR = "No file is open."
NOT_IN_THE_CODE = "Click into the code first."
EVERYWHERE = frozenset({"undo", "redo", "cut", "copy", "paste", "select_all"})
"""What acts on whatever has the keyboard."""
IN_THE_CODE = frozenset(
    {"toggle_comment", "indent", "outdent", "move_line_up", "move_line_down", "duplicate_line", "delete_line"}
)
"""What acts on the line of the cursor, which is seen only in the code."""

_EDITS: tuple[tuple[str, str, str, int, str], ...] = (
    ("undo", "Undo", "Ctrl+Z", 0, "undo"),
    ("redo", "Redo", "Ctrl+Shift+Z", 0, "redo"),
    ("cut", "Cut", "Ctrl+X", 1, ""),
    ("copy", "Copy", "Ctrl+C", 1, ""),
    ("paste", "Paste", "Ctrl+V", 1, ""),
    ("select_all", "Select All", "Ctrl+A", 1, ""),
    ("find", "Find…", "Ctrl+F", 2, "search"),
    ("replace", "Replace…", "Ctrl+H", 2, "replace"),
    ("find_next", "Find Next", "F3", 2, ""),
    ("find_previous", "Find Previous", "Shift+F3", 2, ""),
    ("toggle_comment", "Toggle Comment", "Ctrl+/", 3, ""),
    ("indent", "Indent Lines", "Ctrl+]", 3, ""),
    ("outdent", "Outdent Lines", "Ctrl+[", 3, ""),
    ("move_line_up", "Move Line Up", "Alt+Up", 3, ""),
    ("move_line_down", "Move Line Down", "Alt+Down", 3, ""),
    ("duplicate_line", "Duplicate Line", "Shift+Alt+Down", 3, ""),
    ("delete_line", "Delete Line", "Ctrl+Shift+Backspace", 3, ""),
    ("switch_tab_key", "Tab Leaves the Editor or Indents", "Ctrl+M", 3, ""),
    ("go_to_bracket", "Go to Matching Bracket", "Ctrl+Shift+\\", 4, ""),
    ("next_problem", "Next Problem", "F8", 5, "problems"),
    ("previous_problem", "Previous Problem", "Shift+F8", 5, ""),
    ("apply_fix", "Apply Fix", "Ctrl+.", 5, "fix"),
)
"""Action of the editor, title, shortcut, group, icon."""


def edit_commands(model: StudioModel) -> list[Command]:
    """The commands of the Edit menu."""

    def make(action: str, title: str, shortcut: str, group: int, icon: str) -> Command:
        def enabled() -> str | None:
            target, document = model.shell.edit_target(), model.documents.active
            if target is not None and action in EVERYWHERE:
                reason = target.can_perform(action)
                return NO_EDITOR if reason is not None and document is None else reason
            if document is None or document.buffer is None:
                return NO_EDITOR
            if target is not None and action in IN_THE_CODE:
                return NOT_IN_THE_CODE
            return document.buffer.can_perform(action)

        def run() -> None:
            target = model.shell.edit_target()
            if target is not None and action in EVERYWHERE:
                target.perform(action)
                return
            document = model.documents.active
            if document is not None and document.buffer is not None:
                document.buffer.perform(action)

        return Command(f"edit.{action}", title, shortcut, enabled, run, "Edit", group, icon)

    def needs_editor() -> str | None:
        return None if model.documents.active is not None else NO_EDITOR

    def can_format() -> str | None:
        document = model.documents.active
        if document is None:
            return NO_EDITOR
        if not document.is_program:
            return "Only programs can be formatted."
        return None if document.is_editable else "This text is read-only."

    def format_document() -> None:
        if model.documents.active is not None:
            model.formatting.format(model.documents.active)

    found = [make(*edit) for edit in _EDITS]
    tip = "Lays the program out in the one style, as aeroflow fmt does"
    formats = Command("edit.format", "Format Document", "Shift+Alt+F", can_format, format_document, "Edit", 3, tip=tip)
    jumps = [
        Command(
            "edit.go_to_line", "Go to Line…", "Ctrl+G", needs_editor, lambda: model.shell.show_palette(":"), "Edit", 4
        ),
        Command(
            "edit.go_to_symbol",
            "Go to Symbol…",
            "Ctrl+Shift+O",
            needs_editor,
            lambda: model.shell.show_palette("@"),
            "Edit",
            4,
            "outline",
        ),
    ]
    return sorted([*found, formats, *jumps], key=lambda c: c.group)
