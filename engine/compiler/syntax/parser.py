"""Text to syntax tree, whatever the text.

A recursive descent with one function per rule of the grammar, in layers: ``cursor`` (tokens, mistakes, recovery),
``parse_types``, ``parse_expressions``, ``parse_statements``, ``parse_declarations``.
"""

from __future__ import annotations

from dataclasses import replace

from engine.base.diagnostics import Diagnostic
from engine.base.source import SourceFile, Span
from engine.compiler.syntax import ast
from engine.compiler.syntax.lexer import tokenize
from engine.compiler.syntax.parse_declarations import DeclarationRules
from engine.compiler.syntax.tokens import Token

PROBLEMS_MAX = 500
"""How many mistakes of one file are told; more is not a program."""


def parse(source: SourceFile, library: bool = False) -> tuple[ast.Module, list[Diagnostic]]:
    """The tree of a file and what is wrong with it, in the order of the text. Raises nothing.

    ``library`` allows what only the library's own files may write: dotted function names, ``var self``, ``state`` at
    the top level and type arguments of calls.
    """
    return parse_tokens(source, *_tokens(source), library)


def parse_tokens(
    source: SourceFile, tokens: list[Token], diagnostics: list[Diagnostic], library: bool
) -> tuple[ast.Module, list[Diagnostic]]:
    """The same for tokens that are there already, with what is wrong with them."""
    rules = DeclarationRules(source, tokens, diagnostics, library)
    module = rules.module()
    found = [_in_file(d, source.name) for d in rules.problems()]
    found.sort(key=lambda d: (d.span.start, d.span.end))
    if len(found) > PROBLEMS_MAX:
        rest = len(found) - PROBLEMS_MAX
        last = found[PROBLEMS_MAX].span
        found[PROBLEMS_MAX:] = [Diagnostic("E0099", f"There are {rest} more mistakes from here on.", last, source.name)]
    return module, found


def _tokens(source: SourceFile) -> tuple[list[Token], list[Diagnostic]]:
    """The tokens of a file with their offsets in its program."""
    tokens, diagnostics = tokenize(source.text)
    start = source.start
    if start:
        for token in tokens:
            token.start += start
            token.end += start
        diagnostics = [_moved(d, start) for d in diagnostics]
    return tokens, diagnostics


def _moved(diagnostic: Diagnostic, by: int) -> Diagnostic:
    fix = diagnostic.fix
    moved = None if fix is None else replace(fix, span=_moved_span(fix.span, by))
    return replace(diagnostic, span=_moved_span(diagnostic.span, by), fix=moved)


def _moved_span(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)


def _in_file(diagnostic: Diagnostic, name: str) -> Diagnostic:
    d = diagnostic
    return Diagnostic(d.code, d.message, d.span, name, d.severity, d.note, d.fix)
