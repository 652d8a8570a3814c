"""The kernel and the standard library, as far as the checker is concerned.

Library files are parsed once. A function is checked when it is asked for, once for each set of type arguments: a
generic function is a template. All files share one namespace; functions without a dot are for programs, and so are the
methods of built-in types that have no machine types in their signatures.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

from engine.base.diagnostics import Diagnostic, format_diagnostic
from engine.base.source import SourceFile
from engine.compiler.check import tree
from engine.compiler.check.actors import declare_parameters
from engine.compiler.check.body import FUNCTION, Body
from engine.compiler.check.branches import check_statements
from engine.compiler.check.data_types import declare, read_enum, read_struct
from engine.compiler.check.declarations import read_parameters
from engine.compiler.check.declared import Declared, held_types
from engine.compiler.check.inference import TypeParam, parts
from engine.compiler.check.report import Report
from engine.compiler.check.settle import settle
from engine.compiler.check.type_names import GENERIC, SCALARS, read_type
from engine.compiler.check.types import BOOL, BYTES, FLOAT, I32, INT, STRING, UNIT, EnumType, StructType, Type
from engine.compiler.check.world import MODULES, Signature, World
from engine.compiler.syntax import ast
from engine.compiler.syntax.parser import parse

_INTERNAL = """
new at at_address set next entry_address char_at_offset own adopt release release_later encode decode write_text
write_quoted write_any equal compare hash slice concat ticks arm self sender stop state create
"""

INTERNAL_METHODS = frozenset(_INTERNAL.split())
"""What forms of the language stand for, or lowering calls; programs do not see these by name."""

_Checked = tuple[tree.Function, tuple[Diagnostic, ...], tuple[tree.FunctionRef, ...]]


class Library:
    """Functions, cells and constants of all library files."""

    def __init__(self, sources: Mapping[str, SourceFile], modules: Mapping[str, ast.Module]) -> None:
        self.sources = dict(sources)
        self.modules = dict(modules)
        self.functions: dict[str, ast.FnDecl] = {}
        self.files: dict[str, str] = {}
        self._world = World(Report("library"), SourceFile("library", ""), self, is_library=True)
        self._signatures: dict[str, Signature | None] = {}
        self._checked: dict[tuple[object, ...], _Checked] = {}
        self._problems: dict[tuple[object, ...], str] = {}
        for file in sorted(modules, key=lambda name: ("kernel" not in name, name)):
            self._collect(file, modules[file])
        self.cells: dict[str, tree.Cell] = self._world.cells
        self.exports = tuple(tree.FunctionRef(name) for name, decl in self.functions.items() if decl.exported)
        _stop_on_mistakes(self._world.report.diagnostics, self.sources)

    @staticmethod
    def parse(texts: Mapping[str, str]) -> Library:
        """A library of these files, by name; those with "kernel" in their name are the kernel's.

        Raises AssertionError where a file has a mistake: the library is ours.
        """
        sources = {name: SourceFile(name, text) for name, text in texts.items()}
        modules: dict[str, ast.Module] = {}
        for name in sorted(sources):
            module, diagnostics = parse(sources[name], library=True)
            _stop_on_mistakes(diagnostics, sources)
            modules[name] = module
        return Library(sources, modules)

    @property
    def world(self) -> World:
        """The declarations that library bodies see."""
        return self._world

    # --- declarations -------------------------------------------------------------------------

    def _collect(self, file: str, module: ast.Module) -> None:
        report = self._world.report
        report.file = file
        for item in module.items:
            if isinstance(item, ast.FnDecl):
                name = item.name.text
                if name in self.functions:
                    report.error("E0103", item.name.span, f"`{name}` is declared twice")
                self.functions[name] = item
                self.files[name] = file
            elif isinstance(item, ast.StateDecl):
                self._add_cell(item)
            elif isinstance(item, ast.StructDecl):
                declare(self._world, item)
                read_struct(self._world, self._world.structs[item.name.text], item)
            elif isinstance(item, ast.EnumDecl):
                declare(self._world, item)
                read_enum(self._world, self._world.enums[item.name.text], item)
            elif isinstance(item, ast.LetStmt) and isinstance(item.pattern, ast.BindPattern):
                self._add_constant(item, item.pattern.name)
            else:
                report.error("E0103", item.span, "a library file has functions, types, cells and constants only")

    def _add_cell(self, item: ast.StateDecl) -> None:
        world, report = self._world, self._world.report
        t = INT if item.type is None else read_type(world, report, item.type)
        value = fold(self._world, item.value)
        if not isinstance(value, int | float):
            report.error("E0214", item.span, f"the cell `{item.name.text}` needs a number")
            return
        if item.name.text in world.cells:
            report.error("E0103", item.name.span, f"`{item.name.text}` is declared twice")
        world.cells[item.name.text] = tree.Cell(item.name.text, t, int(value))

    def _add_constant(self, item: ast.LetStmt, name: str) -> None:
        world, report = self._world, self._world.report
        value = fold(world, item.value)
        if value is None:
            report.error("E0214", item.span, f"the constant `{name}` is not a fixed value")
            return
        kinds: dict[type, Type] = {bool: BOOL, int: INT, float: FLOAT, str: STRING, bytes: BYTES}
        t = kinds[type(value)] if item.type is None else read_type(world, report, item.type)
        if name in world.constants:
            report.error("E0103", item.span, f"`{name}` is declared twice")
        if t is I32 and isinstance(value, int) and value >= 2**31:
            value -= 2**32
        world.constants[name] = tree.Const(t, item.span, value)

    def signature(self, name: str) -> Signature | None:
        """How a library function is called, by its full name."""
        if name not in self._signatures:
            decl = self.functions.get(name)
            self._signatures[name] = None if decl is None else self._read_signature(name, decl)
        return self._signatures[name]

    def _read_signature(self, name: str, decl: ast.FnDecl) -> Signature:
        world = self._world
        world.report.file = self.files[name]
        names = tuple(p.text for p in decl.type_params)
        type_params: dict[str, Type] = {n: TypeParam(n) for n in names}
        params = read_parameters(world, decl.params, f"`{name}`", type_params)
        result = UNIT if decl.result is None else read_type(world, world.report, decl.result, type_params)
        _stop_on_mistakes(world.report.diagnostics, self.sources)
        return Signature(name, names, params, result, True, decl.name.span)

    # --- what programs see --------------------------------------------------------------------

    def public(self, name: str) -> Signature | None:
        """A function or method that programs may use."""
        decl = self.functions.get(name)
        if decl is None or decl.exported:
            return None
        type_name, dot, method = name.partition(".")
        in_module = type_name in MODULES and dot != ""
        if dot and not in_module:
            known = type_name in SCALARS or type_name in GENERIC or type_name in self._world.structs
            if not known or method in INTERNAL_METHODS:
                return None
        elif not dot and "kernel" in self.files[name]:
            return None
        signature = self.signature(name)
        assert signature is not None
        if dot and not in_module and (not signature.params or signature.params[0].name != "self"):
            return None
        machine = any(_has_i32(p.type) for p in signature.params) or _has_i32(signature.result)
        return None if machine else signature

    def module_constant(self, module: str, name: str) -> tree.Expr | None:
        """The constant of a module that programs may use."""
        return self._world.constants.get(f"{module}_{name}".upper()) if name.islower() else None

    def module_members(self, module: str) -> list[str]:
        """The functions and constants of a module."""
        prefix = f"{module.upper()}_"
        constants = [name.removeprefix(prefix).lower() for name in self._world.constants if name.startswith(prefix)]
        return sorted([*self.public_methods(module), *constants])

    def public_functions(self) -> list[str]:
        """The functions without a dot that programs may use."""
        return [name for name in self.functions if "." not in name and self.public(name) is not None]

    def public_methods(self, type_name: str) -> list[str]:
        """The methods that programs may use on values of a type."""
        prefix = f"{type_name}."
        names = (name for name in self.functions if name.startswith(prefix))
        return [name.removeprefix(prefix) for name in names if self.public(name) is not None]

    # --- bodies -------------------------------------------------------------------------------

    def instantiate(self, ref: tree.FunctionRef, declared: Declared) -> tree.Function:
        """A function with its type arguments filled in, checked once and kept.

        ``declared`` are the program's structs and enums, which type arguments may name. Raises AssertionError where the
        body does not check.
        """
        function, diagnostics, _ = self._check(ref, declared)
        _stop_on_mistakes(diagnostics, self.sources)
        return function

    def problems(self, ref: tree.FunctionRef, declared: Declared) -> str:
        """Why a generic function, or one that it calls, does not work with these type arguments; else empty."""
        key = _key(ref, declared)
        if key not in self._problems:
            self._problems[key] = ""
            _, diagnostics, calls = self._check(ref, declared)
            found = diagnostics[0].message if diagnostics else ""
            for call in calls:
                found = found or self.problems(call, declared)
            self._problems[key] = found
        return self._problems[key]

    def _check(self, ref: tree.FunctionRef, declared: Declared) -> _Checked:
        key = _key(ref, declared)
        found = self._checked.get(key)
        if found is None:
            found = self._checked[key] = self._check_body(ref, declared)
        return found

    def _check_body(self, ref: tree.FunctionRef, declared: Declared) -> _Checked:
        decl = self.functions[ref.name]
        signature = self.signature(ref.name)
        assert signature is not None
        file = self.files[ref.name]
        report = Report(file)
        env = dict(zip(signature.type_params, ref.type_args, strict=True))
        world = self._world
        world.shared.declared = dict(declared)
        result = UNIT if decl.result is None else read_type(world, report, decl.result, env)
        body = Body(
            world, FUNCTION, result=result, name=ref.name, type_params=env, report=report, source=self.sources[file]
        )
        params = tuple(
            tree.Local(p.name.text, read_type(world, report, p.type, env), p.mutable, True)
            for p in decl.params
            if p.type is not None
        )
        declare_parameters(body, params, tuple(p.span for p in decl.params))
        statements: list[tree.Stmt] = []
        ends = check_statements(body, decl.body.statements, statements)
        if result is not UNIT and not ends:
            report.error("E0210", decl.name.span, f"`{ref}` does not return on every path")
        settle(body, statements)
        function = tree.Function(
            ref, params, result, tuple(statements), decl.span, file, True, signature.changes_first, decl.exported
        )
        calls = tuple(dict.fromkeys(call.function for call in body.generic_calls))
        return function, tuple(report.diagnostics), calls


def _key(ref: tree.FunctionRef, declared: Declared) -> tuple[object, ...]:
    """Two programs may have different structs of one name, so what those hold that matter is part of the key."""
    if not ref.type_args:
        return (ref,)
    names: dict[str, None] = {}
    for t in ref.type_args:
        _declared_names(t, declared, names)
    return (ref, *(declared[name] for name in names)) if names else (ref,)


def _declared_names(t: Type, declared: Declared, names: dict[str, None]) -> None:
    if isinstance(t, StructType | EnumType) and t.name in declared and t.name not in names:
        names[t.name] = None
        for held in held_types(declared, t):
            _declared_names(held, declared, names)
    for part in parts(t):
        _declared_names(part, declared, names)


def _has_i32(t: Type) -> bool:
    return t is I32 or any(_has_i32(part) for part in parts(t))


def _stop_on_mistakes(
    diagnostics: list[Diagnostic] | tuple[Diagnostic, ...], sources: Mapping[str, SourceFile]
) -> None:
    errors = [d for d in diagnostics if d.is_error]
    assert not errors, "the library has mistakes:\n" + "\n".join(
        format_diagnostic(d, sources.get(d.file, SourceFile(d.file, ""))) for d in errors
    )


def fold(world: World, node: ast.Expr) -> int | float | str | bool | bytes | None:
    """The value of a constant of the library: literals, arithmetic on ints, and floats by their bits; None where it is
    something else."""
    if isinstance(node, ast.IntLit | ast.FloatLit | ast.BoolLit | ast.StringLit | ast.BytesLit):
        return node.value
    if isinstance(node, ast.Name):
        known = world.constants.get(node.text)
        return known.value if isinstance(known, tree.Const) else None
    if isinstance(node, ast.Unary) and node.op == "-":
        value = fold(world, node.operand)
        return -value if isinstance(value, int | float) else None
    if isinstance(node, ast.Call) and isinstance(node.callee, ast.FieldAccess) and len(node.args) == 1:
        bits = fold(world, node.args[0].value)
        if node.callee.name.text == "from_bits" and isinstance(bits, int):
            return float(struct.unpack("<d", struct.pack("<q", bits))[0])
    if isinstance(node, ast.Binary):
        left, right = fold(world, node.left), fold(world, node.right)
        if isinstance(left, int) and isinstance(right, int):
            return _fold_ints(node.op, left, right)
    return None


def _fold_ints(op: str, left: int, right: int) -> int | None:
    if op in ("/", "%") and right == 0:
        return None
    table = {
        "+": lambda: left + right,
        "-": lambda: left - right,
        "*": lambda: left * right,
        "/": lambda: left // right,
        "%": lambda: left % right,
        "<<": lambda: left << right,
        ">>": lambda: left >> right,
        "&": lambda: left & right,
        "|": lambda: left | right,
        "^": lambda: left ^ right,
    }
    return table[op]() if op in table else None
