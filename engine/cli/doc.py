"""``aeroflow doc``: what a program offers, from its declarations and the comments above them, as Markdown."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from engine import api
from engine.base.counts import counted
from engine.cli import streams
from engine.cli.escapes import on_one_line
from engine.cli.files import read_programs, with_plain_line_breaks
from engine.cli.outputs import Kind, description_of, manifest_of, why_not
from engine.cli.report import EXIT_PROBLEM, EXIT_USAGE, fail, give_lines, say
from engine.files.whole import write_whole

DECLARATIONS = ("actor", "agent", "struct", "enum", "function")
EXPORT = "export "
_WORDS = {"function": "fn", "variable": "let"}


def doc(
    paths: Annotated[list[Path], typer.Argument(help="Programs or folders.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A folder for one file each, laid out like the programs.")
    ] = None,
) -> None:
    """Describe what programs declare, with the comments above it, as Markdown."""
    files, failed = read_programs(paths)
    if not files and not failed:
        fail("there is no program here")
    broken = 0
    base = Path(os.path.commonpath([path.absolute().parent for path, _ in files])) if files else Path()
    if output is None:
        streams.use_utf8()
    read = [(path, "a program that is described") for path, _ in files]
    read += dict.fromkeys(file for path, _ in files for file in manifest_of(path))
    for path, exact in files:
        text = with_plain_line_breaks(exact)
        analysis = api.analyse_in_project(text, str(path))
        broken += not analysis.ok
        name = path.absolute().relative_to(base).as_posix()
        described = "\n".join(describe(name, text, analysis.outline))
        if output is None:
            give_lines(described)
        else:
            target = output / path.absolute().relative_to(base).with_suffix(".md")
            failed += not _is_written(target, described, description_of(name), read)
    if failed:
        raise typer.Exit(EXIT_USAGE)
    if broken:
        say(f"{counted(len(files), 'program')}: {broken} with mistakes; `aeroflow check` shows them")
        raise typer.Exit(EXIT_PROBLEM)


def _is_written(path: Path, text: str, kind: Kind, read: list[tuple[Path, str]]) -> bool:
    """Writes a description; says why where that fails. ``read`` are the files that are read, by what they are."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if reason := why_not(path, kind, read):
            say(f"aeroflow: {reason}")
            return False
        write_whole(path, f"{text}\n".encode("utf-8", "surrogateescape"))
    except OSError as error:
        say(f"aeroflow: {path} cannot be written: {error.strerror}")
        return False
    return True


def describe(name: str, text: str, outline: tuple[api.Symbol, ...]) -> Iterator[str]:
    """The lines of Markdown for one file. If it exports anything, the rest is its own business and left out."""
    lines = text.splitlines()
    yield f"# {on_one_line(name)}"
    yield from _paragraph(_comment_at_the_top(lines))
    symbols = [symbol for symbol in outline if symbol.kind in DECLARATIONS or _is_constant(lines, symbol)]
    exported = [symbol for symbol in symbols if _line(lines, symbol).startswith(EXPORT)]
    for symbol in exported or symbols:
        yield ""
        yield f"## {_kind(lines, symbol)} `{_signature(lines, symbol)}`"
        comment = _comment_above(lines, symbol)
        behind = _comment_behind(lines, symbol) if _is_constant(lines, symbol) else ""
        yield from _paragraph(comment or [behind] if comment or behind else [])
        yield from _parts(lines, symbol)


def _parts(lines: list[str], symbol: api.Symbol) -> Iterator[str]:
    """Fields, variants and states as a list; what an actor handles with headings of their own."""
    items = [child for child in symbol.children if child.kind in ("variable", "state")]
    if items:
        yield ""
    for child in items:
        comment = " ".join(_comment_above(lines, child)) or _comment_behind(lines, child)
        yield f"- `{_signature(lines, child)}`" + (f": {comment}" if comment else "")
    for child in symbol.children:
        if child.kind in ("handler", "timer", "function"):
            yield ""
            yield f"### `{_signature(lines, child)}`"
            yield from _paragraph(_comment_above(lines, child))


def _kind(lines: list[str], symbol: api.Symbol) -> str:
    if symbol.kind == "variable":
        return "Constant"
    return "Type" if _declaration(lines, symbol).startswith("type ") else symbol.kind.capitalize()


def _is_constant(lines: list[str], symbol: api.Symbol) -> bool:
    """Whether a name of the top level is one that other files use: by its capital, or exported."""
    line = _line(lines, symbol)
    is_let = symbol.kind == "variable" and line.removeprefix(EXPORT).startswith("let ")
    return is_let and (symbol.name[:1].isupper() or line.startswith(EXPORT))


def _declaration(lines: list[str], symbol: api.Symbol) -> str:
    return _line(lines, symbol).removeprefix(EXPORT)


def _line(lines: list[str], symbol: api.Symbol) -> str:
    return lines[symbol.range.line - 1].strip()


def _signature(lines: list[str], symbol: api.Symbol) -> str:
    """The declaration up to its body, on one line."""
    where = symbol.range
    text = " ".join(line.strip() for line in lines[where.line - 1 : where.end_line])
    if where.line == where.end_line:
        text = lines[where.line - 1][where.column - 1 : where.end_column - 1].strip()
    if symbol.kind not in ("variable", "state"):
        text = text.partition(" {")[0]
    text = text.replace("( ", "(").replace(" )", ")").removeprefix(EXPORT)
    word = _WORDS.get(symbol.kind, symbol.kind)
    return text.removeprefix(f"{word} ").removeprefix("type ")


def _comment_above(lines: list[str], symbol: api.Symbol) -> list[str]:
    """The lines of the comment that ends right above a declaration, where that is the first one of its line."""
    found: list[str] = []
    if lines[symbol.range.line - 1][: symbol.range.column - 1].strip() not in ("", "export", "state"):
        return found
    for line in reversed(lines[: symbol.range.line - 1]):
        if not line.strip().startswith("//"):
            break
        found.insert(0, _words(line))
    return found


def _comment_behind(lines: list[str], symbol: api.Symbol) -> str:
    """The comment behind a declaration on its line, where that is the last one there."""
    rest = lines[symbol.range.end_line - 1][symbol.range.end_column - 1 :].strip().removeprefix(",").strip()
    return _words(rest) if rest.startswith("//") else ""


def _words(line: str) -> str:
    """A comment without its slashes, however many there are."""
    return line.strip().lstrip("/").strip()


def _comment_at_the_top(lines: list[str]) -> list[str]:
    """The comment that a file begins with, where it stands for itself."""
    found: list[str] = []
    for line in lines:
        if not line.startswith("//"):
            return [] if line.strip() else found
        found.append(_words(line))
    return found


def _paragraph(comment: list[str]) -> Iterator[str]:
    if comment:
        yield ""
        yield from comment
