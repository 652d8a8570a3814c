"""Whether a module is well formed: types, labels, locals, calls.

What this finds is a mistake of the compiler, so it is an assertion and never a diagnostic. Tests run it on every module
that comes out of lowering or of a pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import copysign

from engine.compiler.ir import ops
from engine.compiler.ir.nodes import (
    F64,
    FAULT_KINDS,
    I32,
    I64,
    V128,
    Block,
    Break,
    Call,
    CallIndirect,
    Choose,
    Const,
    Do,
    Effect,
    Eval,
    Expr,
    Fault,
    Function,
    FunctionIndex,
    Get,
    If,
    Load,
    Loop,
    Module,
    Op,
    Return,
    Set,
    StaticAddress,
    Stmt,
    Store,
    ValueType,
)
from engine.compiler.ir.walk import FAULT_FUNCTION, Summary, walk


class InvalidModule(AssertionError):
    """The compiler made a module that is not well formed."""


def validate(module: Module) -> None:
    """Raises ``InvalidModule``, naming the function, if the module is not well formed."""
    by_name: dict[str, Function] = {}
    for function in module.functions:
        _require(function.name not in by_name, f"there are two functions {function.name}")
        by_name[function.name] = function
    for name in module.table:
        _require(name in by_name, f"the table has {name}, which is not there")
    exports = [function.exported for function in module.functions if function.exported]
    _require(len(exports) == len(set(exports)), "two functions have one export name")
    addresses = [cell.address for cell in module.cells]
    _require(len(addresses) == len(set(addresses)) and all(a % 8 == 0 for a in addresses), "cells overlap")
    for function in module.functions:
        try:
            _Checker(function, by_name, len(module.sites)).function_body()
        except InvalidModule as mistake:
            raise InvalidModule(f"{function.name}: {mistake}") from None


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise InvalidModule(message)


class _Checker:
    def __init__(self, function: Function, functions: dict[str, Function], sites: int) -> None:
        self.function = function
        self.functions = functions
        self.sites = sites
        self.labels: list[str] = []
        self.seen_labels: set[str] = set()
        self.stops = False
        """Whether an expression of the statement that is being checked never comes back."""

    def function_body(self) -> None:
        missing = Summary(self.function).references - self.functions.keys()
        _require(not missing, f"refers to {', '.join(sorted(missing))}, which is not there")
        _require(self.function.param_count <= len(self.function.locals), "has fewer locals than parameters")
        ends = self.body(self.function.body)
        _require(self.function.result is None or not ends, "can end without a result")

    def body(self, body: Sequence[Stmt]) -> bool:
        """Checks statements; whether their end can be reached."""
        ends = True
        for node in body:
            ends = self.statement(node) and ends
        return ends

    def expect(self, node: Expr, type_: ValueType, where: str) -> None:
        found = self.expr(node)
        _require(found == type_, f"{where} is {found}, not {type_}")

    def args(self, args: Sequence[Expr], params: Sequence[ValueType], where: str) -> None:
        _require(len(args) == len(params), f"{where} gets {len(args)} operands, not {len(params)}")
        for number, (arg, param) in enumerate(zip(args, params, strict=True)):
            self.expect(arg, param, f"operand {number} of {where}")

    def local(self, number: int) -> ValueType:
        _require(0 <= number < len(self.function.locals), f"there is no local {number}")
        return self.function.locals[number].type

    def expr(self, node: Expr) -> ValueType | None:
        found = self.expr_type(node)
        _require(found == node.type, f"{type(node).__name__} says {node.type} and is {found}")
        return found

    def expr_type(self, node: Expr) -> ValueType | None:
        match node:
            case Const(type_, value):
                if type_ == F64:
                    _require(
                        value != 0 or copysign(1.0, value) > 0, "-0.0 is written as f64.neg of 0.0, which equals it"
                    )
                    return F64
                _require(isinstance(value, int), f"constant {value!r} is no {type_}")
                if type_ == V128:
                    _require(0 <= value < 2**128, f"constant {value} does not fit {type_}")
                    return V128
                _require(ops.LOWEST[type_] <= value <= ops.HIGHEST[type_], f"constant {value} does not fit {type_}")
                return type_
            case Get(_, local):
                return self.local(local)
            case Op(_, name, args):
                _require(name in ops.OPS, f"there is no instruction {name}")
                params, result = ops.OPS[name]
                self.args(args, params, name)
                return result
            case Load(_, name, address, offset):
                _require(name in ops.LOADS and offset >= 0, f"there is no load {name} at {offset}")
                self.expect(address, I32, "an address")
                return ops.LOADS[name]
            case Call(_, name, args):
                callee = self.functions[name]
                self.args(args, [param.type for param in callee.params], name)
                return callee.result
            case CallIndirect(type_, params, index, args):
                self.args(args, params, "an indirect call")
                self.expect(index, I32, "a table index")
                return type_
            case Choose(type_, condition, then, otherwise):
                self.expect(condition, I32, "a condition")
                before = self.stops
                self.expect(then, type_, "a choice")
                then_stops, self.stops = self.stops, before
                self.expect(otherwise, type_, "a choice")
                self.stops = before or (then_stops and self.stops)
                return type_
            case Do(_, body, value):
                ends = self.body(body)
                self.stops = self.stops or not ends
                return self.expr(value)
            case StaticAddress() | FunctionIndex():
                return I32

    def statement(self, node: Stmt) -> bool:
        """Checks a statement; whether what follows it can be reached."""
        around, self.stops = self.stops, False
        ends = self.parts(node) and not self.stops
        self.stops = around
        return ends

    def parts(self, node: Stmt) -> bool:
        """Checks the parts of a statement; whether running through them comes to what follows."""
        match node:
            case Set(local, value):
                self.expect(value, self.local(local), f"the value of {self.function.locals[local].name}")
            case Store(name, address, value, offset):
                _require(name in ops.STORES and offset >= 0, f"there is no store {name} at {offset}")
                self.expect(address, I32, "an address")
                self.expect(value, ops.STORES[name], "a stored value")
            case Eval(value):
                self.expr(value)
            case Effect(name, args):
                _require(name in ops.EFFECTS, f"there is no instruction {name}")
                self.args(args, ops.EFFECTS[name], name)
                return name != "unreachable"
            case If(condition, then, otherwise):
                self.expect(condition, I32, "a condition")
                ends = self.body(then)
                return self.body(otherwise) or ends
            case Block(label, body) | Loop(label, body):
                return self.labelled(node, label, body)
            case Break(label, condition):
                _require(label in self.labels, f"nothing around has the label {label}")
                if condition is None:
                    return False
                self.expect(condition, I32, "a condition")
            case Return(value):
                self.result(value)
                return False
            case Fault():
                self.fault(node)
                return False
        return True

    def labelled(self, node: Block | Loop, label: str, body: Sequence[Stmt]) -> bool:
        _require(label not in self.seen_labels, f"the label {label} is not unique")
        self.seen_labels.add(label)
        self.labels.append(label)
        ends = self.body(body)
        self.labels.pop()
        return ends or (isinstance(node, Block) and _leaves(body, label))

    def result(self, value: Expr | None) -> None:
        if self.function.result is None:
            _require(value is None, "returns a value and has no result")
        else:
            _require(value is not None, "returns nothing and has a result")
            assert value is not None
            self.expect(value, self.function.result, "the result")

    def fault(self, node: Fault) -> None:
        _require(node.kind in FAULT_KINDS, f"there is no fault {node.kind}")
        _require(0 <= node.site < max(1, self.sites), f"there is no site {node.site}")
        raiser = [param.type for param in self.functions[FAULT_FUNCTION].params]
        _require(raiser == [I32, I32, I64, I64], f"{FAULT_FUNCTION} has the wrong parameters")
        for operand in (node.a, node.b):
            if operand is not None:
                _require(self.expr(operand) is not None, "an operand of a fault has no value")


def _leaves(body: Sequence[Stmt], label: str) -> bool:
    return any(isinstance(node, Break) and node.label == label for node in walk(body))
