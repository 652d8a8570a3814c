"""Checks a program: from the syntax trees of its files to one typed tree.

The order matters little to the program and much here: declarations first, then the first turn of each actor (it decides
the types of state fields), then the top level (it decides the types of top-level names), then all other bodies.
"""

from __future__ import annotations

from dataclasses import replace

from engine.base.diagnostics import Diagnostic
from engine.base.source import SourceFile

# these register the rules for expressions and statements
from engine.compiler.check import awaits, closures, literals, places, renders, structures, tree  # noqa: F401
from engine.compiler.check.actors import check_handlers, check_start, timer_turn
from engine.compiler.check.arguments import closed_value
from engine.compiler.check.body import TOP, Body
from engine.compiler.check.branches import check_statements
from engine.compiler.check.data_types import check_held, declare_library_types
from engine.compiler.check.declarations import collect, own_actors
from engine.compiler.check.expectations import check_top_expectations
from engine.compiler.check.functions import Generics, check_function
from engine.compiler.check.imports import bring_in
from engine.compiler.check.inference import resolve
from engine.compiler.check.library import Library
from engine.compiler.check.outside import finished_services
from engine.compiler.check.report import Report
from engine.compiler.check.scopes import Scope
from engine.compiler.check.settle import settle
from engine.compiler.check.tests import check_invariants, check_test
from engine.compiler.check.world import ActorInfo, Shared, Signature, World
from engine.compiler.modules import LoadedProgram, SourceModule, single
from engine.compiler.syntax import ast

Declaration = (
    ast.FnDecl
    | ast.StructDecl
    | ast.EnumDecl
    | ast.TypeAlias
    | ast.ActorDecl
    | ast.ImportDecl
    | ast.TestDecl
    | ast.InvariantDecl
    | ast.StateDecl
)


def check(module: ast.Module, source: SourceFile, library: Library) -> tuple[tree.Program, list[Diagnostic]]:
    """The typed program of one file that imports nothing; see ``check_program``."""
    return check_program(single(module, source), library)


def check_program(loaded: LoadedProgram, library: Library) -> tuple[tree.Program, list[Diagnostic]]:
    """The typed program and what is wrong with it, in the order of the texts.

    The program may be used only where no diagnostic is an error.
    """
    shared = Shared(declaring=_declaring(loaded), tick_us=loaded.tick_us)
    worlds = [
        World(Report(module.source.name), module.source, library, module=module.name, shared=shared)
        for module in loaded.modules
    ]
    started = loaded.started
    try:
        program = _check(loaded, worlds)
    except RecursionError:
        note = "give parts of it names with `let`"
        worlds[-1].report.error("E0226", started.tree.span, "this program is nested too deeply", note)
        program = tree.Program(started.source.name)
    found = [diagnostic for world in worlds for diagnostic in world.report.diagnostics]
    for world in worlds:
        world.forget()
    return program, sorted(found, key=lambda d: (d.span, d.code))


def _declaring(loaded: LoadedProgram) -> dict[str, int]:
    """How many files declare a type or an actor of each name."""
    counts: dict[str, int] = {}
    for module in loaded.modules:
        kinds = (item for item in module.tree.items if isinstance(item, ast.StructDecl | ast.EnumDecl | ast.ActorDecl))
        for name in {item.name.text: None for item in kinds}:
            counts[name] = counts.get(name, 0) + 1
    return counts


def _check(loaded: LoadedProgram, worlds: list[World]) -> tree.Program:
    started, top_world = loaded.started, worlds[-1]
    declare_library_types(top_world)
    main = top_world.shared.actors["main"] = ActorInfo(0, "main", None, started.tree.span)
    by_file: dict[str, World] = {}
    for module, world in zip(loaded.modules, worlds, strict=True):
        bring_in(world, module, by_file)
        collect(world, module.tree)
        by_file[module.source.name] = world
    start = top_world.new_handler("main", "start", "start", (), started.tree.span)
    declared = [row for module, world in zip(loaded.modules, worlds, strict=True) for row in _functions(world, module)]
    generics = Generics()
    for world in worlds:
        world.generics = generics
    for world, item, signature in declared:
        if signature.type_params:
            generics.declare(world, item, signature)
    generics.check_once()
    for world in worlds:
        for actor in own_actors(world):
            check_start(world, actor)
    if loaded.tests:
        top = [line for test in loaded.tests for line in check_test(top_world, test, main)]
    else:
        top = _check_top(top_world, started.tree, main)
    functions: dict[tree.FunctionRef, tree.Function] = {}
    for world, item, signature in declared:
        if not signature.type_params:
            function = check_function(world, item, signature)
            functions[function.ref] = function
    for world in worlds:
        for actor in own_actors(world):
            check_handlers(world, actor)
    main.turns.insert(0, tree.Turn(start, tuple(top)))
    functions.update(generics.functions)
    functions.update(top_world.shared.functions)
    invariants = [
        invariant
        for module, world in zip(loaded.modules, worlds, strict=True)
        for invariant in check_invariants(world, module.tree)
    ]
    own = [actor for world in worlds for actor in own_actors(world)]
    actors = [main, *own, *finished_services(top_world)]
    program = _program(top_world, started.source, functions, actors)
    if loaded.checked or loaded.tests:
        program = replace(program, invariants=tuple(invariants))
    check_held(top_world)
    awaits.check_places(program, top_world.report)
    return program


def _functions(world: World, module: SourceModule) -> list[tuple[World, ast.FnDecl, Signature]]:
    """The functions of a file with their signatures, in the order of the text."""
    found: list[tuple[World, ast.FnDecl, Signature]] = []
    for item in module.tree.items:
        if isinstance(item, ast.FnDecl) and item.name.text in world.functions and not item.is_flow:
            signature = world.functions[item.name.text]
            if signature.span == item.name.span:
                found.append((world, item, signature))
    return found


def _check_top(world: World, module: ast.Module, main: ActorInfo) -> list[tree.Stmt]:
    """The top level, ``fn main()`` behind it, and the timers of the top level."""
    body = Body(world, TOP, actor=main, name="top")
    body.scope = body.top_scope = main.scope = Scope()
    statements: list[tree.Stmt] = []
    elsewhere = Declaration | ast.EveryStmt | ast.ExpectTimelineStmt
    lines = tuple(i for i in module.items if not isinstance(i, elsewhere))
    check_statements(body, lines, statements)
    entry = next((i for i in module.items if isinstance(i, ast.FnDecl) and i.name.text == "main"), None)
    if entry is not None:
        body.name = "main"
        body.push()
        check_statements(body, entry.body.statements, statements)
        body.pop()
    settle(body, statements)
    for binding in main.fields:
        object.__setattr__(binding.field, "type", resolve(binding.field.type))
    for item in module.items:
        if isinstance(item, ast.EveryStmt):
            main.turns.append(timer_turn(world, main, item, main.scope))
    check_top_expectations(world, module, main, statements)
    return statements


def _program(
    world: World, source: SourceFile, functions: dict[tree.FunctionRef, tree.Function], actors: list[ActorInfo]
) -> tree.Program:
    made: list[tree.Actor] = []
    for actor in actors:
        default_args: tuple[tree.Expr, ...] = ()
        if actor.default_use is not None:
            body = Body(world, TOP, actor=world.actors["main"])
            default_args = tuple(
                closed_value(body, p.default, p.type, p.world) for p in actor.params if p.default is not None
            )
            settle(body, [tree.Evaluate(actor.span, arg) for arg in default_args])
        made.append(
            tree.Actor(
                id=actor.id,
                name=actor.name,
                is_agent=actor.is_agent,
                model=actor.model,
                params=actor.locals,
                fields=tuple(binding.field for binding in actor.fields),
                turns=tuple(actor.turns),
                span=actor.span,
                has_default=actor.default_use is not None,
                default_args=default_args,
            )
        )
    shared = world.shared
    asked, watched = tuple(shared.asked), tuple(shared.watched)
    return tree.Program(
        source.name, functions, dict(shared.declared), tuple(made), asked, shared.tick_us, watched=watched
    )
