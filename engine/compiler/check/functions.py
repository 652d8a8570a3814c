"""Functions of the program, and the generic ones, which are checked twice.

First, once for all types: inside, a type parameter is an ``OpaqueType``, a value of which can do what all values can,
and what is wrong is reported where it is written. Then for each set of types that it is called with: the same text is
checked with those in place, which gives the function that is compiled. Only one thing can still go wrong then: all
types but dicts and sets have an order. That is reported where the function is called.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.base.source import Span
from engine.compiler.check import tree
from engine.compiler.check.actors import declare_parameters
from engine.compiler.check.body import FUNCTION, Body, describe
from engine.compiler.check.branches import check_statements
from engine.compiler.check.inference import substitute
from engine.compiler.check.report import Report
from engine.compiler.check.settle import settle
from engine.compiler.check.types import UNIT, OpaqueType, Type
from engine.compiler.check.world import Signature, World
from engine.compiler.syntax import ast

VERSIONS_MAX = 1000
"""How many functions may be made of generic ones: each that calls others with two types doubles them."""

SAME_FUNCTION_MAX = 12
"""More instances of one function that need each other mean that there is no end to them."""


def check_function(
    world: World,
    decl: ast.FnDecl,
    signature: Signature,
    type_args: tuple[Type, ...] = (),
    report: Report | None = None,
) -> tree.Function:
    """A function with its type arguments."""
    report = report or world.report
    env: Mapping[str, Type] = dict(zip(signature.type_params, type_args, strict=True))
    result = substitute(signature.result, env)
    body = Body(world, FUNCTION, result=result, name=decl.name.text, type_params=env, report=report)
    params = tuple(tree.Local(p.name, substitute(p.type, env), False, True) for p in signature.params)
    declare_parameters(body, params, tuple(p.span for p in signature.params))
    statements: list[tree.Stmt] = []
    ends = decl.is_misplaced or check_statements(body, decl.body.statements, statements)
    if result is not UNIT and not ends:
        report.error(
            "E0210",
            decl.name.span,
            f"`{decl.name.text}` gives {describe(result)}, but not on every path",
            "end every path with `return …` or `render …`",
        )
    settle(body, statements)
    ref = tree.FunctionRef(signature.name, type_args)
    return tree.Function(ref, params, result, tuple(statements), decl.span, world.source.name)


class Generics:
    """The generic functions of a program, and those made of them."""

    def __init__(self) -> None:
        self.functions: dict[tree.FunctionRef, tree.Function] = {}
        self._declared: dict[str, tuple[World, ast.FnDecl, Signature]] = {}
        self._unsound: set[str] = set()
        self._problems: dict[tree.FunctionRef, str] = {}
        self._making: list[tree.FunctionRef] = []
        self._are_checked = False
        self._has_many = False

    def declare(self, world: World, decl: ast.FnDecl, signature: Signature) -> None:
        """Makes a generic function of a file known."""
        self._declared[signature.name] = (world, decl, signature)

    def check_once(self) -> None:
        """Checks each once for all types. None is made before it is known which have mistakes."""
        for name, (world, decl, signature) in self._declared.items():
            errors = world.report.errors
            check_function(world, decl, signature, tuple(map(OpaqueType, signature.type_params)))
            if world.report.errors > errors:
                self._unsound.add(name)
        self._are_checked = True

    def is_generic(self, name: str) -> bool:
        """Whether a function is one of the program's generic ones."""
        return name in self._declared

    def problem(self, ref: tree.FunctionRef, span: Span) -> str:
        """Makes the function with these types, which is called at ``span``; says why it does not work with them.

        Empty where it does, while generic functions are checked for all types, and where the function has mistakes of
        its own, which are reported already.
        """
        if not self._are_checked or ref.name in self._unsound:
            return ""
        known = self._problems.get(ref)
        if known is not None:
            return known
        if [other.name for other in self._making].count(ref.name) >= SAME_FUNCTION_MAX:
            self._unsound.add(ref.name)
            self._report_endless(ref, span)
            return ""
        world, decl, signature = self._declared[ref.name]
        if len(self._problems) >= VERSIONS_MAX:
            self._report_many(world.report, span)
            return ""
        report = Report(world.source.name)
        self._problems[ref] = ""  # what it says of itself while it is made
        self._making.append(ref)
        function = check_function(world, decl, signature, ref.type_args, report)
        self._making.pop()
        errors = [d for d in report.diagnostics if d.is_error]
        if errors:
            # of a chain of such functions the last one says why
            reason = errors[0].message.partition(": ")[2] if errors[0].code == "E0222" else ""
            self._problems[ref] = reason or errors[0].message
        else:
            self.functions[ref] = function
        return self._problems[ref]

    def _report_many(self, report: Report, span: Span) -> None:
        if not self._has_many:
            self._has_many = True
            message = f"the program needs generic functions for more than {VERSIONS_MAX} sets of types"
            report.error("E0231", span, message, "let functions that call each other share the types that they work on")

    def _report_endless(self, ref: tree.FunctionRef, span: Span) -> None:
        name = ref.name.rpartition(".")[2]
        chain = [other for other in self._making if other.name == ref.name][:2]
        shown = ", then ".join(f"`{name}<{', '.join(map(str, other.type_args))}>`" for other in chain)
        message = f"`{name}` needs itself for ever larger types, so there is no end to it: {shown}, …"
        self._declared[ref.name][0].report.error("E0230", span, message, "call it with the types that it has itself")
