"""Collects what a program declares, before any body is checked.

First all names, so that types can mention each other in any order; then fields, signatures and handlers; last the
top-level constants.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.base.source import Span
from engine.compiler.check import tree
from engine.compiler.check.arguments import closed_value
from engine.compiler.check.body import CLOSED, Body
from engine.compiler.check.constants import read_constant
from engine.compiler.check.data_types import declare, read_data_types
from engine.compiler.check.features import not_yet
from engine.compiler.check.inference import TypeParam
from engine.compiler.check.models import check_model_clause
from engine.compiler.check.settle import settle
from engine.compiler.check.supervision import failed_parameters, is_failed_handler
from engine.compiler.check.type_names import RESERVED_TYPES, read_type, read_type_params
from engine.compiler.check.types import ERROR, UNIT, Type
from engine.compiler.check.world import ActorInfo, HandlerInfo, Parameter, Signature, World
from engine.compiler.syntax import ast

RESERVED_FUNCTIONS = frozenset({"int", "float", "string"})


def collect(world: World, module: ast.Module) -> None:
    """Fills a program's world."""
    _collect_names(world, module)
    read_data_types(world, module)
    for item in module.items:
        if isinstance(item, ast.TypeAlias) and item.name.text in world.aliases:
            read_type(world, world.report, ast.NamedType(item.name.span, item.name))
    for item in module.items:
        if isinstance(item, ast.FnDecl) and not item.is_flow:
            _read_function(world, item)
    for actor in own_actors(world):
        assert actor.decl is not None
        _read_actor(world, actor, actor.decl)
    for item in module.items:
        if isinstance(item, ast.LetStmt) and not item.mutable:
            read_constant(world, item)
    _check_defaults(world)
    if world.module:
        _check_imported_top(world, module)


# --- names ------------------------------------------------------------------------------------


def _collect_names(world: World, module: ast.Module) -> None:
    declared = world.own
    titles: set[str] = set()
    world.actors["main"] = world.shared.actors.setdefault("main", ActorInfo(0, "main", None, module.span))
    for item in module.items:
        if isinstance(item, ast.LetStmt):
            _collect_pattern(world, item.pattern)
            continue
        if isinstance(item, ast.ImportDecl):
            continue
        if isinstance(item, ast.ErrorStmt):
            world.missing_types.add(item.declares)
            continue
        if isinstance(item, ast.TestDecl):
            if item.title.value in titles:
                world.report.error("E0103", item.title.span, f'there are two tests "{item.title.value}"')
            titles.add(item.title.value)
            continue
        if isinstance(item, ast.InvariantDecl):
            continue
        if isinstance(item, ast.StateDecl):
            world.report.error("E0307", item.span, "`state` stands in an actor", "write `var` at the top level")
            continue
        if isinstance(item, ast.FnDecl | ast.StructDecl | ast.EnumDecl | ast.TypeAlias | ast.ActorDecl):
            name = item.name
            if name.text in declared:
                world.report.error("E0103", name.span, f"`{name.text}` is declared twice")
                continue
            if name.text in world.imported:
                _report_imported(world, name.text, name.span)
                continue
            declared[name.text] = name.span
            _collect_declaration(world, item)
    for name_of_library, struct in world.library.world.structs.items():
        if name_of_library not in declared and name_of_library not in world.imported:
            world.structs[name_of_library] = struct
    world.enums.update(world.library.world.enums)  # of `json`; a program cannot take that name
    for name_text, span in world.top_names.items():
        if name_text in declared:
            later = max(span, declared[name_text])
            world.report.error("E0103", later, f"`{name_text}` is declared twice")
        elif name_text in world.imported:
            _report_imported(world, name_text, span)
    for name_text in (*declared, *world.top_names):
        if name_text not in world.imported:  # the library's modules give way to the program's own names
            world.modules.pop(name_text, None)


def _report_imported(world: World, name: str, span: Span) -> None:
    note = f"give what is imported another name: `{name} as …`"
    world.report.error("E0103", span, f"`{name}` is imported, and declared here too", note)


def _collect_pattern(world: World, pattern: ast.Pattern) -> None:
    if isinstance(pattern, ast.BindPattern):
        world.top_names.setdefault(pattern.name, pattern.span)
    elif isinstance(pattern, ast.TuplePattern):
        for item in pattern.items:
            _collect_pattern(world, item)


def _collect_declaration(
    world: World, item: ast.FnDecl | ast.StructDecl | ast.EnumDecl | ast.TypeAlias | ast.ActorDecl
) -> None:
    report, name = world.report, item.name.text
    if not isinstance(item, ast.FnDecl) and name in RESERVED_TYPES:
        report.error("E0107", item.name.span, f"`{name}` is a type of the language; choose another name")
        return
    if isinstance(item, ast.FnDecl):
        if item.is_flow:
            not_yet(report, "E0907", Span(item.span.start, item.name.span.end))
            world.missing_types.add(name)
        if name in RESERVED_FUNCTIONS:
            report.error("E0107", item.name.span, f"`{name}` is a conversion of the language; choose another name")
    elif isinstance(item, ast.TypeAlias):
        world.aliases[name] = item
    elif isinstance(item, ast.StructDecl | ast.EnumDecl):
        declare(world, item)
    elif name == "main":
        report.error("E0107", item.name.span, "`main` is the name of the top level's own actor; choose another name")
    else:
        actor = ActorInfo(len(world.shared.actors), world.full_name(name), item, item.name.span)
        world.actors[name] = world.shared.actors[actor.name] = actor


def own_actors(world: World) -> list[ActorInfo]:
    """The actors that a file declares."""
    return [actor for actor in world.here(world.actors) if actor.decl is not None]


# --- functions and actors ---------------------------------------------------------------------


def read_parameters(
    world: World, params: tuple[ast.Param, ...], of: str, type_params: Mapping[str, Type] | None = None
) -> tuple[Parameter, ...]:
    """The parameters of a function, handler or actor; each needs a type."""
    found: list[Parameter] = []
    for param in params:
        if param.type is None:
            example = f"write `{param.name.text}: int`, or what it is"
            world.report.error("E0219", param.span, f"the parameter `{param.name.text}` of {of} needs a type", example)
            t: Type = ERROR
        else:
            t = read_type(world, world.report, param.type, type_params or {})
        found.append(Parameter(param.name.text, t, param.default, param.name.span, param.mutable, world))
    return tuple(found)


def _read_function(world: World, decl: ast.FnDecl) -> None:
    name = decl.name.text
    names = read_type_params(world.report, decl.type_params)
    type_params: dict[str, Type] = {n: TypeParam(n) for n in names}
    params = read_parameters(world, decl.params, f"`{name}`", type_params)
    result = UNIT if decl.result is None else read_type(world, world.report, decl.result, type_params)
    if name == "main":
        world.has_main = True
        if decl.params or decl.result is not None or names:
            message = "`main` takes nothing and gives nothing"
            world.report.error("E0309", decl.name.span, message, "what it shows, it renders")
        return
    if name in world.functions:
        return
    ref = f"program.{world.module}.{name}" if world.module else name
    if world.library.signature(ref) is not None:  # it keeps its name, so that the library still finds it
        ref = f"program.{ref}"
    world.functions[name] = Signature(ref, names, params, result, False, decl.name.span)


def _read_actor(world: World, actor: ActorInfo, decl: ast.ActorDecl) -> None:
    actor.params = read_parameters(world, decl.params, f"`{actor.name}`")
    actor.locals = tuple(tree.Local(p.name, p.type, False, True) for p in actor.params)
    names = [p.name for p in actor.params]
    for param in actor.params:
        if names.count(param.name) > 1:
            world.report.error("E0103", param.span, f"the parameter `{param.name}` is declared twice")
    check_model_clause(world, decl)
    for handler in decl.handlers:
        name = handler.name
        if name.text in actor.handlers:
            world.report.error("E0103", name.span, f"`{actor.name}` has two handlers `{name.text}`")
            continue
        if name.text == "start":
            world.report.error("E0107", name.span, "`start` is the first turn of every actor; choose another name")
        if is_failed_handler(handler):
            params = failed_parameters(world, handler)
        else:
            params = read_parameters(world, handler.params, f"`{name.text}`")
        result = UNIT if handler.result is None else read_type(world, world.report, handler.result)
        local = tuple(tree.Local(p.name, p.type, False, True) for p in params)
        made = tree.Handler(-1, actor.name, name.text, "message", local, result, handler.span)
        actor.handlers[name.text] = HandlerInfo(made, params, handler)


# --- values known before the program runs -----------------------------------------------------


def _check_imported_top(world: World, module: ast.Module) -> None:
    """Only the started file has a top level that runs: an imported one holds declarations and fixed values."""
    for item in module.items:
        if isinstance(item, ast.LetStmt):
            name = item.pattern.name if isinstance(item.pattern, ast.BindPattern) else ""
            if not item.mutable and name in world.constants:
                world.own[name] = item.pattern.span
                continue
            what = "a `var`" if item.mutable else "this value"
            note = "a `let` of a fixed value can be imported; what changes or is computed belongs in an actor"
            world.report.error("E0123", item.span, f"{what} of an imported file would never be made", note)
        elif isinstance(item, ast.Stmt) and not isinstance(item, ast.ErrorStmt):
            note = "put it into `fn main()`, which runs where this file is the one that is started"
            world.report.error("E0123", item.span, "the top level of an imported file does not run", note)


def _check_defaults(world: World) -> None:
    """Default values are checked where they are used; this finds the mistakes in those that are not."""
    owners: list[tuple[Parameter, ...]] = [s.fields for s in world.here(world.structs)]
    owners += [v.fields for e in world.here(world.enums) for v in e.variants]
    owners += [f.params for f in world.here(world.functions)]
    for actor in own_actors(world):
        owners.append(actor.params)
        owners += [h.params for h in actor.handlers.values()]
    body = Body(world, CLOSED)
    made: list[tree.Stmt] = []
    for params in owners:
        for param in params:
            if param.default is not None:
                value = closed_value(body, param.default, param.type)
                made.append(tree.Evaluate(param.span, value))
    settle(body, made)
