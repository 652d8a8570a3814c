"""Commands about the window: panels, themes, sizes; and help."""

from __future__ import annotations

from collections.abc import Sequence

from studio.model.commands import Command, always
from studio.model.studio import StudioModel

ABOUT = """\
AeroFlow Studio {version}

The IDE of AeroFlow, a language of deterministic actors whose runs can be rewound and forked.

AeroFlow is licensed under Apache-2.0. Studio uses Qt for Python (PySide6), which is licensed under LGPL-3.0 and can be
replaced: it is an ordinary package of this Python environment. The fonts Inter and JetBrains Mono are licensed under
the SIL Open Font License 1.1.

Nothing is sent anywhere. The log is {log}.
"""


def view_commands(model: StudioModel, panels: Sequence[tuple[str, str, str]]) -> list[Command]:
    """The commands of the View menu; ``panels`` are id, title and icon of each panel."""

    def panel(number: int, id: str, title: str, icon: str) -> Command:
        return Command(
            f"panel.{id}",
            title,
            f"Alt+{number}" if number <= 9 else "",
            always,
            lambda: model.shell.toggle_panel(id),
            "View",
            1,
            icon,
            f"Show or hide {title}",
            lambda: model.shell.panel_visible(id),
        )

    def zoom(factor: float) -> None:
        least, most = model.settings.limits("editor.font_size")
        size = model.settings.number("editor.font_size") + factor
        model.settings.set("editor.font_size", min(most, max(least, size)))

    def theme(choice: str, title: str) -> Command:
        return Command(
            f"view.theme.{choice}",
            title,
            "",
            always,
            lambda: model.settings.set("appearance.theme", choice),
            "View",
            3,
            "",
            "",
            lambda: model.theme.choice == choice,
        )

    def toggle_theme() -> None:
        model.settings.set("appearance.theme", "light" if model.theme.is_dark else "dark")

    def toggle_values() -> None:
        model.settings.set("editor.inline_values", not model.settings.flag("editor.inline_values"))

    def focus_editor() -> None:
        document = model.documents.active
        if document is not None and document.buffer is not None:
            document.buffer.perform("focus")

    return [
        Command(
            "view.palette",
            "Command Palette…",
            "Ctrl+Shift+P",
            always,
            lambda: model.shell.show_palette(">"),
            "View",
            0,
            "command",
        ),
        Command("view.editor", "Go to Editor", "Alt+0", always, focus_editor, "View", 0),
        *(panel(number, *entry) for number, entry in enumerate(panels, 1)),
        Command("view.reset_layout", "Reset Layout", "", always, lambda: model.shell.reset_layout(), "View", 2),
        Command("view.full_screen", "Full Screen", "F11", always, lambda: model.shell.toggle_full_screen(), "View", 2),
        Command("view.toggle_theme", "Switch Light and Dark", "Ctrl+Alt+T", always, toggle_theme, "View", 3, "theme"),
        theme("system", "Theme of the System"),
        *(theme(name, f"Theme {model.theme.title(name)}") for name in model.theme.names),
        Command("view.zoom_in", "Larger Code", "Ctrl+=", always, lambda: zoom(1), "View", 4, keys=("Ctrl++",)),
        Command("view.zoom_out", "Smaller Code", "Ctrl+-", always, lambda: zoom(-1), "View", 4),
        Command(
            "view.zoom_reset",
            "Normal Code Size",
            "Ctrl+0",
            always,
            lambda: model.settings.set("editor.font_size", 10.5),
            "View",
            4,
        ),
        Command(
            "view.inline_values",
            "Values Beside the Code",
            "",
            always,
            toggle_values,
            "View",
            4,
            checked=lambda: model.settings.flag("editor.inline_values"),
        ),
    ]


def help_commands(model: StudioModel, version: str, log: str) -> list[Command]:
    """The commands of the Help menu."""

    def about() -> None:
        model.shell.show_text("About Studio", ABOUT.format(version=version, log=log))

    def keys() -> None:
        model.shell.show_text("Keyboard", keyboard_page(model))

    return [
        Command("help.welcome", "Welcome", "", always, lambda: model.shell.show_welcome(), "Help", 0, "welcome"),
        Command("help.keyboard", "Keyboard Shortcuts", "F1", always, keys, "Help", 0, "command"),
        Command("help.about", "About Studio", "", always, about, "Help", 1, "info"),
    ]


def keyboard_page(model: StudioModel) -> str:
    """Every command with its keys, by menu, as text."""
    lines = ["Keyboard shortcuts", ""]
    menu = ""
    for command in sorted(model.commands, key=lambda c: c.menu):
        keys = ", ".join(key for key in (command.shortcut, *command.keys) if key)
        if not keys:
            continue
        if command.menu != menu:
            menu = command.menu
            lines += ["", menu or "Elsewhere", ""]
        lines.append(f"    {keys:<26}{command.title}")
    return "\n".join(lines) + "\n"
