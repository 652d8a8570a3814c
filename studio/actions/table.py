"""Every command that there is, in one table."""

from __future__ import annotations

from collections.abc import Sequence

from studio.actions.edit_commands import edit_commands
from studio.actions.file_commands import file_commands
from studio.actions.run_commands import run_commands
from studio.actions.view_commands import help_commands, view_commands
from studio.model.studio import StudioModel


def fill_table(model: StudioModel, panels: Sequence[tuple[str, str, str]], version: str, log: str) -> None:
    """Enters all commands; ``panels`` are id, title and icon of each panel."""
    table = model.commands
    table.add(file_commands(model))
    table.add(edit_commands(model))
    table.add(run_commands(model))
    table.add(view_commands(model, panels))
    table.add(help_commands(model, version, log))
