"""What a file declares, as a list of entries with children, for an editor's outline.

It is made from the syntax tree alone, so a file that does not compile has one too.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.base.source import SourceFile, Span
from engine.compiler.syntax import ast

DETAIL_MAX = 80


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """A declaration: ``kind`` is one of ``actor agent function struct enum state handler timer variable test invariant
    expectation``; ``detail``, on one line, is the parameters and result of what has them, the type of what is written
    with one, and who sends to whom in an expectation; ``span`` is the whole declaration."""

    name: str
    kind: str
    detail: str
    span: Span
    children: tuple[OutlineEntry, ...] = ()


def outline(module: ast.Module, source: SourceFile) -> tuple[OutlineEntry, ...]:
    """The declarations of a file in the order of the text."""
    found = [entry for item in module.items for entry in _entries(item, source)]
    return tuple(sorted(found, key=lambda entry: entry.span.start))


def _entries(item: ast.Decl | ast.Stmt, source: SourceFile) -> list[OutlineEntry]:
    match item:
        case ast.FnDecl():
            detail = _detail(source, item.name.span.end, item.body.span.start)
            return [OutlineEntry(item.name.text, "function", detail, item.span)]
        case ast.ActorDecl():
            return [_actor(item, source)]
        case ast.StructDecl():
            fields = tuple(OutlineEntry(f.name.text, "variable", _of_node(source, f.type), f.span) for f in item.fields)
            return [OutlineEntry(item.name.text, "struct", "", item.span, fields)]
        case ast.EnumDecl():
            variants = tuple(
                OutlineEntry(v.name.text, "variable", _detail(source, v.name.span.end, v.span.end), v.span)
                for v in item.variants
            )
            return [OutlineEntry(item.name.text, "enum", "", item.span, variants)]
        case ast.TypeAlias():
            return [
                OutlineEntry(item.name.text, "struct", _detail(source, item.name.span.end, item.span.end), item.span)
            ]
        case ast.StateDecl():
            return [_state(item, source)]
        case ast.TestDecl() | ast.InvariantDecl():
            kind = "test" if isinstance(item, ast.TestDecl) else "invariant"
            return [OutlineEntry(item.title.value, kind, "", item.span)]
        case ast.ExpectTimelineStmt():
            messages = ", ".join(f"{entry.source.text} -> {entry.target.text}" for entry in item.entries)
            return [OutlineEntry("expect timeline", "expectation", _cut(messages), item.span)]
        case ast.LetStmt():
            return _variables(item, source)
        case ast.EveryStmt():
            return [_timer(item, source)]
        case _:
            return []


def _actor(item: ast.ActorDecl, source: SourceFile) -> OutlineEntry:
    children = [_state(s, source) for s in item.states]
    for handler in item.handlers:
        detail = _detail(source, handler.name.span.end, handler.body.span.start)
        children.append(OutlineEntry(handler.name.text, "handler", detail, handler.span))
    children += [_timer(t, source) for t in item.timers]
    children.sort(key=lambda entry: entry.span.start)
    kind = "agent" if item.is_agent else "actor"
    inside = _detail(source, item.params[0].span.start, item.params[-1].span.end) if item.params else ""
    detail = f"({inside})"
    return OutlineEntry(item.name.text, kind, detail, item.span, tuple(children))


def _state(item: ast.StateDecl, source: SourceFile) -> OutlineEntry:
    return OutlineEntry(item.name.text, "state", _of_node(source, item.type), item.span)


def _timer(item: ast.EveryStmt, source: SourceFile) -> OutlineEntry:
    return OutlineEntry(
        f"every {_detail(source, item.interval.span.start, item.interval.span.end)}", "timer", "", item.span
    )


def _variables(item: ast.LetStmt, source: SourceFile) -> list[OutlineEntry]:
    """The names that a ``let`` binds; with a type where one was written."""
    names: list[tuple[str, Span]] = []
    waiting: list[ast.Pattern] = [item.pattern]
    while waiting:
        match waiting.pop(0):
            case ast.BindPattern(span, name):
                names.append((name, span))
            case ast.TuplePattern(_, items):
                waiting[:0] = items
            case ast.VariantPattern(items=args) if args is not None:
                waiting[:0] = (arg.pattern for arg in args)
    if len(names) == 1:
        return [OutlineEntry(names[0][0], "variable", _of_node(source, item.type), item.span)]
    return [OutlineEntry(name, "variable", "", span) for name, span in names]


def _of_node(source: SourceFile, node: ast.Node | None) -> str:
    return "" if node is None else _detail(source, node.span.start, node.span.end)


def _detail(source: SourceFile, start: int, end: int) -> str:
    """A piece of the text on one line, cut off where it gets long."""
    return _cut(" ".join(source.cut(Span(start, end)).split()))


def _cut(text: str) -> str:
    return text if len(text) <= DETAIL_MAX else text[: DETAIL_MAX - 1] + "…"
