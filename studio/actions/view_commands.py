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
    return [*_places(model), *_panels(model, panels), *_layout(model), *_themes(model), *_sizes(model)]


def _places(model: StudioModel) -> list[Command]:
    def show_palette() -> None:
        model.shell.show_palette(">")

    def focus_editor() -> None:
        document = model.documents.active
        if document is not None and document.buffer is not None:
            document.buffer.perform("focus")

    return [
        Command("view.palette", "Command Palette…", "Ctrl+Shift+P", always, show_palette, "View", 0, "command"),
        Command("view.editor", "Go to Editor", "Alt+0", always, focus_editor, "View", 0),
    ]


def _panels(model: StudioModel, panels: Sequence[tuple[str, str, str]]) -> list[Command]:
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
            f"Shows {title} and gives it the keyboard; hides it if it has the keyboard",
            lambda: model.shell.panel_visible(id),
        )

    return [panel(number, *entry) for number, entry in enumerate(panels, 1)]


def _layout(model: StudioModel) -> list[Command]:
    def reset() -> None:
        model.shell.reset_layout()

    def full_screen() -> None:
        model.shell.toggle_full_screen()

    return [
        Command("view.reset_layout", "Reset Layout", "", always, reset, "View", 2),
        Command("view.full_screen", "Full Screen", "F11", always, full_screen, "View", 2),
    ]


def _themes(model: StudioModel) -> list[Command]:
    def theme(choice: str, title: str) -> Command:
        def choose() -> None:
            _choose(model, choice)

        def chosen() -> bool:
            return model.theme.choice == choice

        return Command(f"view.theme.{choice}", title, "", always, choose, "View", 3, checked=chosen)

    def toggle() -> None:
        _choose(model, "light" if model.theme.is_dark else "dark")

    return [
        Command("view.toggle_theme", "Switch Light and Dark", "Ctrl+Alt+T", always, toggle, "View", 3, "theme"),
        theme("system", "Theme of the System"),
        *(theme(name, f"Theme {model.theme.title(name)}") for name in model.theme.names),
    ]


def _choose(model: StudioModel, choice: str) -> None:
    """Shows a theme and remembers it, also where another one was asked for on the command line."""
    model.settings.set("appearance.theme", choice)
    model.theme.choose(choice)


def _sizes(model: StudioModel) -> list[Command]:
    settings = model.settings

    def zoom(points: float) -> None:
        least, most = settings.limits("editor.font_size")
        settings.set("editor.font_size", min(most, max(least, settings.number("editor.font_size") + points)))

    def normal() -> None:
        settings.set("editor.font_size", settings.default("editor.font_size"))

    def toggle_values() -> None:
        settings.set("editor.inline_values", not settings.flag("editor.inline_values"))

    def values_shown() -> bool:
        return settings.flag("editor.inline_values")

    return [
        Command("view.zoom_in", "Larger Code", "Ctrl+=", always, lambda: zoom(1), "View", 4, keys=("Ctrl++",)),
        Command("view.zoom_out", "Smaller Code", "Ctrl+-", always, lambda: zoom(-1), "View", 4),
        Command("view.zoom_reset", "Normal Code Size", "Ctrl+0", always, normal, "View", 4),
        Command(
            "view.inline_values", "Values Beside the Code", "", always, toggle_values, "View", 4, checked=values_shown
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
        Command(
            "help.reference", "Language Reference", "Shift+F1", always, lambda: model.shell.show_reference(), "Help", 0,
            "reference", "Every rule of the language, with examples",
        ),
        Command("help.keyboard", "Keyboard Shortcuts", "F1", always, keys, "Help", 0, "command"),
        Command("help.about", "About Studio", "", always, about, "Help", 1, "info"),
    ]  # fmt: skip


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
