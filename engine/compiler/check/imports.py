"""What a file imports: names of other files that can be seen in it.

``from shapes import area, Shape as S`` makes entries ``area`` and ``S`` in the tables of the file's world; ``import
shapes`` makes one for everything in the module, as ``shapes.area``. They are the entries of the module's own world, so
an imported name means exactly what it means there. A module offers what it declares with ``export``; one that exports
nothing offers all it declares.
"""

from __future__ import annotations

from engine.base.source import Span
from engine.compiler.check.body import Body
from engine.compiler.check.world import World
from engine.compiler.modules import LIBRARY_MODULES, SourceModule
from engine.compiler.syntax import ast


def bring_in(world: World, module: SourceModule, worlds: dict[str, World]) -> None:
    """Fills a world with what its file imports; ``worlds`` are those of the files that were checked before, by file."""
    for item in module.tree.items:
        if not isinstance(item, ast.ImportDecl):
            continue
        name = item.module.text
        imported = module.imports.get(name)
        if imported is not None:
            _from_file(world, item, imported, worlds[imported.source.name])
        elif name in LIBRARY_MODULES:
            _from_library(world, item, name)
        else:  # it was reported that it is not there
            known_as = [n.known_as.text for n in item.names] if item.names else [(item.alias or item.module).text]
            world.missing_types.update(n.partition(".")[0] for n in known_as)


def _from_file(world: World, item: ast.ImportDecl, module: SourceModule, other: World) -> None:
    exported = {name.text for name in module.tree.exports}
    offered = tuple(name for name in other.own if name != "main" and (not exported or name in exported))
    if item.names is None:
        prefix = (item.alias or item.module).text
        if _is_new(world, prefix, (item.alias or item.module).span):
            world.modules[prefix] = offered
            world.module_files[prefix] = other
            for name in offered:
                _copy(world, f"{prefix}.{name}", other, name)
        return
    for wanted in item.names:
        name = wanted.name.text
        if name in offered:
            if _is_new(world, wanted.known_as.text, wanted.known_as.span):
                _copy(world, wanted.known_as.text, other, name)
            continue
        world.missing_types.add(wanted.known_as.text)
        if name in other.missing_types:  # a declaration that could not be read
            continue
        _not_offered(world, item.module.text, wanted.name, other, offered)


def _not_offered(world: World, module: str, name: ast.Ident, other: World, offered: tuple[str, ...]) -> None:
    """Says that a file does not have what is wanted of it, or keeps it to itself."""
    note, fix = world.report.meant(name.text, name.span, offered)
    hidden = name.text in other.own and name.text != "main"
    if hidden:
        note, fix = f"write `export` before its declaration in {other.source.name}", None
    elif name.text == "main":
        note, fix = "`main` is called when the program starts, and by nobody else", None
    verb = "export" if hidden else "have"
    world.report.error("E0121", name.span, f"`{module}` does not {verb} `{name.text}`", note, fix)


def _from_library(world: World, item: ast.ImportDecl, module: str) -> None:
    if item.names is None:
        if item.alias is not None and _is_new(world, item.alias.text, item.alias.span):
            world.library_modules[item.alias.text] = module
        return
    library = world.library
    for wanted in item.names:
        name, known_as = wanted.name.text, wanted.known_as
        function, constant = library.public(f"{module}.{name}"), library.module_constant(module, name)
        if function is None and constant is None:
            world.missing_types.add(known_as.text)
            note, fix = world.report.meant(name, wanted.name.span, library.module_members(module))
            world.report.error("E0121", wanted.name.span, f"`{module}` does not have `{name}`", note, fix)
        elif not _is_new(world, known_as.text, known_as.span):
            continue
        elif function is not None:
            world.functions[known_as.text] = function
        elif constant is not None:
            world.constants[known_as.text] = constant


def _is_new(world: World, name: str, span: Span) -> bool:
    if name in world.imported:
        world.report.error("E0103", span, f"`{name}` is imported twice", "give one of them another name with `as`")
        return False
    world.imported[name] = span
    return True


def _copy(world: World, known_as: str, other: World, name: str) -> None:
    """Lets the world see a declaration of another under a name."""
    for table, others in zip(world.tables(), other.tables(), strict=True):
        if name in others:
            table[known_as] = others[name]


# --- in bodies --------------------------------------------------------------------------------


def qualified(body: Body, node: ast.Expr) -> ast.Expr:
    """``shapes.area`` as one name, where ``shapes`` is a module and not something else that this body sees."""
    parts: list[str] = []
    inner = node
    while isinstance(inner, ast.FieldAccess) and not inner.safe:
        parts.insert(0, inner.name.text)
        inner = inner.base
    if not isinstance(inner, ast.Name) or not parts or body.find(inner.text) is not None:
        return node
    world, whole = body.world, node
    parts.insert(0, inner.text)
    # the longest name of a module counts; what follows the name in it are fields
    while len(parts) > 1:
        prefix = ".".join(parts[:-1])
        if prefix in world.modules:
            assert isinstance(node, ast.FieldAccess)
            found = ast.Name(node.span, f"{prefix}.{parts[-1]}") if _offers(world, prefix, node.name) else None
            return _rebuilt(whole, node, found or ast.ErrorExpr(node.span))
        parts.pop()
        assert isinstance(node, ast.FieldAccess)
        node = node.base
    return whole


def qualified_path(body: Body, path: tuple[ast.Ident, ...]) -> tuple[ast.Ident, ...]:
    """The names of a pattern, ``shapes.Side.Buy``, with the module as part of the first."""
    for end in range(len(path) - 1, 0, -1):
        module = ".".join(name.text for name in path[:end])
        if module in body.world.modules and _offers(body.world, module, path[end]):
            span = path[0].span.to(path[end].span)
            return (ast.Ident(span, f"{module}.{path[end].text}"), *path[end + 1 :])
    return path


def _offers(world: World, module: str, name: ast.Ident) -> bool:
    offered = world.modules[module]
    if name.text in offered:
        return True
    _not_offered(world, module, name, world.module_files[module], offered)
    return False


def _rebuilt(whole: ast.Expr, part: ast.Expr, name: ast.Expr) -> ast.Expr:
    """The chain of fields with a name in place of one of its parts."""
    if whole is part:
        return name
    assert isinstance(whole, ast.FieldAccess)
    return ast.FieldAccess(whole.span, _rebuilt(whole.base, part, name), whole.name)
