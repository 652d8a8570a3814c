"""The command ``aeroflow``: one place where its subcommands are listed.

Each subcommand is a function in a module of its own kind; modules are imported when the command starts,
heavy libraries only inside the functions that need them.
"""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from engine.cli import bench, check, doc, fmt, ide, new, run, streams, tests, traces
from engine.cli.last_resort import last_resort
from engine.cli.report import EXIT_INTERRUPTED, give, say


class Commands(TyperGroup):
    """All subcommands. Ctrl-C in any of them is a sentence; Typer alone would end the command without one."""

    def invoke(self, ctx: Any) -> object:
        """Runs the subcommand that the line names."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            say("aeroflow: interrupted")
            raise typer.Exit(EXIT_INTERRUPTED) from None


app = typer.Typer(
    name="aeroflow",
    cls=Commands,
    help="Deterministic actors: check, run, record, rewind and fork programs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.command("run")(run.run)
app.command("check")(check.check)
app.command("new")(new.new)
app.command("test")(tests.run_tests)
app.command("ir")(check.ir)
app.command("fmt")(fmt.fmt)
app.command("doc")(doc.doc)
app.command("state")(traces.state)
app.command("events")(traces.events)
app.command("fork")(traces.fork)
app.command("diff")(traces.diff)
app.command("verify")(traces.verify)
app.command("export")(traces.export)
app.command("bench")(bench.bench)
app.command("ide")(ide.ide)
app.command("doctor")(ide.doctor)

install_app = typer.Typer(help="Install parts of AeroFlow that are not there yet.", no_args_is_help=True)
install_app.command("ide")(ide.install)
app.add_typer(install_app, name="install")

uninstall_app = typer.Typer(help="Remove parts of AeroFlow again.", no_args_is_help=True)
uninstall_app.command("ide")(ide.uninstall)
app.add_typer(uninstall_app, name="uninstall")


@app.callback(invoke_without_command=True)
def root(
    version: bool = typer.Option(False, "--version", help="Print the version and exit."),
) -> None:
    """Deterministic actors: check, run, record, rewind and fork programs."""
    if version:
        from engine import __version__

        give(f"aeroflow {__version__}")
        raise typer.Exit


def main() -> None:
    """The command, to its end: every failure becomes a sentence and an exit code."""
    streams.prepare()
    with last_resort(), streams.flushed():
        app()
