"""Checks a program: from its syntax tree to its typed tree.

The order matters little to the program and much here: declarations first, then the first turn of each actor (it decides
the types of state fields), then the top level (it decides the types of top-level names), then all other bodies.
"""

from __future__ import annotations

from engine.base.diagnostics import Diagnostic
from engine.base.source import SourceFile

# these register the rules for expressions and statements
from engine.compiler.check import awaits, closures, literals, places, renders, structures, tree  # noqa: F401
from engine.compiler.check.actors import check_handlers, check_start, timer_turn
from engine.compiler.check.arguments import closed_value
from engine.compiler.check.body import TOP, Body
from engine.compiler.check.branches import check_statements
from engine.compiler.check.declarations import collect
from engine.compiler.check.functions import Generics, check_function
from engine.compiler.check.inference import resolve
from engine.compiler.check.library import Library
from engine.compiler.check.report import Report
from engine.compiler.check.scopes import Scope
from engine.compiler.check.settle import settle
from engine.compiler.check.world import ActorInfo, Signature, World
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
    """The typed program and what is wrong with it, in the order of the text.

    The program may be used only where no diagnostic is an error.
    """
    report = Report(source.name)
    world = World(report, source.text, library)
    try:
        program = _check(world, module, source)
    except RecursionError:
        report.error("E0226", module.span, "this program is nested too deeply", "give parts of it names with `let`")
        program = tree.Program(source.name)
    return program, sorted(report.diagnostics, key=lambda d: (d.span, d.code))


def _check(world: World, module: ast.Module, source: SourceFile) -> tree.Program:
    collect(world, module)
    actors = [actor for actor in world.actors.values() if actor.decl is not None]
    main = world.actors["main"]
    start = world.new_handler("main", "start", "start", (), module.span)
    declared = _functions(world, module)
    world.generics = generics = Generics(world, source.name)
    for item, signature in declared:
        if signature.type_params:
            generics.declare(item, signature)
    generics.check_once()
    for actor in actors:
        check_start(world, actor)
    top = _check_top(world, module, main)
    functions: dict[tree.FunctionRef, tree.Function] = {}
    for item, signature in declared:
        if not signature.type_params:
            function = check_function(world, item, signature, source.name)
            functions[function.ref] = function
    for actor in actors:
        check_handlers(world, actor)
    main.turns.insert(0, tree.Turn(start, tuple(top)))
    functions.update(generics.functions)
    program = _program(world, source, functions, [main, *actors])
    awaits.check_places(program, world.report)
    return program


def _functions(world: World, module: ast.Module) -> list[tuple[ast.FnDecl, Signature]]:
    """The functions of the program with their signatures, in the order of the text."""
    found: list[tuple[ast.FnDecl, Signature]] = []
    for item in module.items:
        if isinstance(item, ast.FnDecl) and item.name.text in world.functions and not item.is_flow:
            signature = world.functions[item.name.text]
            if signature.span == item.name.span:
                found.append((item, signature))
    return found


def _check_top(world: World, module: ast.Module, main: ActorInfo) -> list[tree.Stmt]:
    """The top level, ``fn main()`` behind it, and the timers of the top level."""
    body = Body(world, TOP, actor=main, name="top")
    body.scope = body.top_scope = main.scope = Scope()
    statements: list[tree.Stmt] = []
    lines = tuple(i for i in module.items if not isinstance(i, Declaration | ast.EveryStmt))
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
    return statements


def _program(
    world: World, source: SourceFile, functions: dict[tree.FunctionRef, tree.Function], actors: list[ActorInfo]
) -> tree.Program:
    made: list[tree.Actor] = []
    for actor in actors:
        default_args: tuple[tree.Expr, ...] = ()
        if actor.default_use is not None:
            body = Body(world, TOP, actor=world.actors["main"])
            default_args = tuple(closed_value(body, p.default, p.type) for p in actor.params if p.default is not None)
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
    return tree.Program(source.name, functions, dict(world.declared), tuple(made), tuple(world.asked))
