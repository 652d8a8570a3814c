"""Text to syntax tree, whatever the text.

A recursive descent with one function per rule of the grammar, in layers: ``cursor`` (tokens, mistakes, recovery),
``parse_types``, ``parse_expressions``, ``parse_statements``, ``parse_declarations``.
"""

from __future__ import annotations

from engine.base.diagnostics import Diagnostic
from engine.base.source import SourceFile
from engine.compiler.syntax import ast
from engine.compiler.syntax.lexer import tokenize
from engine.compiler.syntax.parse_declarations import DeclarationRules

PROBLEMS_MAX = 500
"""How many mistakes of one file are told; more is not a program."""


def parse(source: SourceFile, library: bool = False) -> tuple[ast.Module, list[Diagnostic]]:
    """The tree of a file and what is wrong with it, in the order of the text. Raises nothing.

    ``library`` allows what only the library's own files may write: dotted function names, ``var self``, ``state`` at
    the top level and type arguments of calls.
    """
    tokens, diagnostics = tokenize(source.text)
    rules = DeclarationRules(source, tokens, diagnostics, library)
    module = rules.module()
    found = [_in_file(d, source.name) for d in rules.problems()]
    found.sort(key=lambda d: (d.span.start, d.span.end))
    if len(found) > PROBLEMS_MAX:
        rest = len(found) - PROBLEMS_MAX
        last = found[PROBLEMS_MAX].span
        found[PROBLEMS_MAX:] = [Diagnostic("E0099", f"There are {rest} more mistakes from here on.", last, source.name)]
    return module, found


def _in_file(diagnostic: Diagnostic, name: str) -> Diagnostic:
    d = diagnostic
    return Diagnostic(d.code, d.message, d.span, name, d.severity, d.note, d.fix)
