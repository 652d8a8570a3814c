"""The command table as the rest of Studio uses it, and every command that there is."""

from __future__ import annotations

from studio.model.commands import MENUS, Command, CommandTable, always

__all__ = ["MENUS", "Command", "CommandTable", "always"]
