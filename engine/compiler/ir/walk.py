"""Going through functions: every node, the functions that one refers to, and rewriting with sharing.

``Rewriter`` gives back the very node it was given wherever nothing changed, so passes can compare by ``is`` and an
untouched function costs no memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from engine.compiler.ir.nodes import (
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
    Op,
    Return,
    Set,
    StaticAddress,
    Stmt,
    Store,
)
from engine.compiler.ir.ops import IMPURE

FAULT_FUNCTION = "fault.raise"
"""The library function that a ``Fault`` calls: (kind: i32, site: i32, a: i64, b: i64) -> ()."""

SCHEDULER = "run"
"""The kernel's export whose loop hands messages to actors; it looks after every turn whether it should pause."""

Node = Expr | Stmt

LEAVES = frozenset((Const, Get, StaticAddress, FunctionIndex))
_SILENT = LEAVES | {Load, Choose}


def children(node: Node) -> tuple[Node, ...]:
    """The parts of a node, in the order of their evaluation."""
    return _CHILDREN[type(node)](node)


_CHILDREN: dict[type, Callable[[Any], tuple[Node, ...]]] = {
    Const: lambda node: (),
    Get: lambda node: (),
    StaticAddress: lambda node: (),
    FunctionIndex: lambda node: (),
    Op: lambda node: node.args,
    Call: lambda node: node.args,
    Load: lambda node: (node.address,),
    CallIndirect: lambda node: (*node.args, node.index),
    Choose: lambda node: (node.condition, node.then, node.otherwise),
    Do: lambda node: (*node.body, node.value),
    Set: lambda node: (node.value,),
    Store: lambda node: (node.address, node.value),
    Eval: lambda node: (node.value,),
    Effect: lambda node: node.args,
    If: lambda node: (node.condition, *node.then, *node.otherwise),
    Block: lambda node: node.body,
    Loop: lambda node: node.body,
    Break: lambda node: () if node.condition is None else (node.condition,),
    Return: lambda node: () if node.value is None else (node.value,),
    Fault: lambda node: tuple(operand for operand in (node.a, node.b) if operand is not None),
}


def walk(body: Iterable[Node]) -> Iterator[Node]:
    """Every node, in no promised order."""
    return iter(nodes(body))


def nodes(body: Iterable[Node]) -> list[Node]:
    """Every node, each before its parts."""
    found = list(body)
    for node in found:  # grows while we go through it
        kind = type(node)
        if kind not in LEAVES:
            found += _CHILDREN[kind](node)
    return found


def is_pure(node: Expr) -> bool:
    """Whether the expression can be left out: it changes nothing and cannot trap (addresses are always valid)."""
    if type(node) in LEAVES:
        return True
    for part in nodes((node,)):
        if isinstance(part, Op):
            if part.name in IMPURE:
                return False
        elif type(part) not in _SILENT:
            return False
    return True


def set_locals(body: Iterable[Node]) -> set[int]:
    """The locals that the code may give a value."""
    return {node.local for node in walk(body) if type(node) is Set}


def has_loops(body: Iterable[Stmt]) -> bool:
    """Whether there is a loop."""
    return any(type(node) is Loop for node in nodes(body))


def size(body: Iterable[Node]) -> int:
    """The number of nodes: a measure of the code that comes out."""
    return len(nodes(body))


class Summary:
    """What a function refers to: how often it ``calls`` which function directly, and ``references``, all functions that
    it needs (called, put into the table, or noting its faults). ``size`` is the number of its nodes, ``depth`` how deep
    they are nested, ``loops`` whether there is one."""

    __slots__ = ("calls", "depth", "loops", "references", "size")

    def __init__(self, function: Function) -> None:
        found: list[Node] = []
        level: list[Node] = list(function.body)
        self.depth = 0
        while level:
            found += level
            self.depth += 1
            level = [part for node in level if type(node) not in LEAVES for part in _CHILDREN[type(node)](node)]
        self.size = len(found)
        kinds = set(map(type, found))
        self.loops = Loop in kinds
        self.calls: dict[str, int] = {}
        self.references: set[str] = {FAULT_FUNCTION} if Fault in kinds else set()
        for node in found if Call in kinds or FunctionIndex in kinds else ():
            if isinstance(node, Call):
                self.calls[node.function] = self.calls.get(node.function, 0) + 1
            elif isinstance(node, FunctionIndex):
                self.references.add(node.function)
        self.references.update(self.calls)


class Rewriter:
    """Rebuilds a function bottom up; a pass overrides the methods of the nodes that it changes.

    ``expr`` gives one expression for one; ``statement`` gives a list for one. The defaults rewrite the parts.
    """

    def body(self, body: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
        """A list of statements."""
        out: list[Stmt] = []
        changed = False
        for node in body:
            new = self.statement(node)
            if not changed:
                changed = len(new) != 1 or new[0] is not node
            out += new
        return tuple(out) if changed else body

    def exprs(self, args: tuple[Expr, ...]) -> tuple[Expr, ...]:
        """Operands in order."""
        out = [self.expr(arg) for arg in args]
        for old, new in zip(args, out, strict=True):
            if old is not new:
                return tuple(out)
        return args

    def expr(self, node: Expr) -> Expr:
        """One expression."""
        kind = type(node)
        return node if kind in LEAVES else _EXPR[kind](self, node)

    def statement(self, node: Stmt) -> list[Stmt]:
        """What stands in the place of a statement."""
        return [self.parts(node)]

    def parts(self, node: Stmt) -> Stmt:
        """The statement with its parts rewritten."""
        new: Stmt = _STMT[type(node)](self, node)
        return new


def _op(rw: Rewriter, node: Op) -> Op:
    args = rw.exprs(node.args)
    return node if args is node.args else Op(node.type, node.name, args)


def _load(rw: Rewriter, node: Load) -> Load:
    address = rw.expr(node.address)
    return node if address is node.address else Load(node.type, node.name, address, node.offset, node.part)


def _call(rw: Rewriter, node: Call) -> Call:
    args = rw.exprs(node.args)
    return node if args is node.args else Call(node.type, node.function, args)


def _call_indirect(rw: Rewriter, node: CallIndirect) -> CallIndirect:
    args, index = rw.exprs(node.args), rw.expr(node.index)
    return node if args is node.args and index is node.index else CallIndirect(node.type, node.params, index, args)


def _choose(rw: Rewriter, node: Choose) -> Choose:
    parts = (node.condition, node.then, node.otherwise)
    new = rw.exprs(parts)
    return node if new is parts else Choose(node.type, *new)


def _do(rw: Rewriter, node: Do) -> Do:
    body, value = rw.body(node.body), rw.expr(node.value)
    return node if body is node.body and value is node.value else Do(node.type, body, value)


def _set(rw: Rewriter, node: Set) -> Set:
    value = rw.expr(node.value)
    return node if value is node.value else Set(node.local, value)


def _store(rw: Rewriter, node: Store) -> Store:
    address, value = rw.expr(node.address), rw.expr(node.value)
    same = address is node.address and value is node.value
    return node if same else Store(node.name, address, value, node.offset, node.part)


def _eval(rw: Rewriter, node: Eval) -> Eval:
    value = rw.expr(node.value)
    return node if value is node.value else Eval(value)


def _effect(rw: Rewriter, node: Effect) -> Effect:
    args = rw.exprs(node.args)
    return node if args is node.args else Effect(node.name, args)


def _if(rw: Rewriter, node: If) -> If:
    condition, then, otherwise = rw.expr(node.condition), rw.body(node.then), rw.body(node.otherwise)
    same = condition is node.condition and then is node.then and otherwise is node.otherwise
    return node if same else If(condition, then, otherwise)


def _block(rw: Rewriter, node: Block) -> Block:
    body = rw.body(node.body)
    return node if body is node.body else Block(node.label, body)


def _loop(rw: Rewriter, node: Loop) -> Loop:
    body = rw.body(node.body)
    return node if body is node.body else Loop(node.label, body)


def _break(rw: Rewriter, node: Break) -> Break:
    if node.condition is None:
        return node
    condition = rw.expr(node.condition)
    return node if condition is node.condition else Break(node.label, condition)


def _return(rw: Rewriter, node: Return) -> Return:
    if node.value is None:
        return node
    value = rw.expr(node.value)
    return node if value is node.value else Return(value)


def _fault(rw: Rewriter, node: Fault) -> Fault:
    a = None if node.a is None else rw.expr(node.a)
    b = None if node.b is None else rw.expr(node.b)
    return node if a is node.a and b is node.b else Fault(node.kind, node.site, a, b)


_EXPR: dict[type, Any] = {
    Op: _op,
    Load: _load,
    Call: _call,
    CallIndirect: _call_indirect,
    Choose: _choose,
    Do: _do,
}
_STMT: dict[type, Any] = {
    Set: _set,
    Store: _store,
    Eval: _eval,
    Effect: _effect,
    If: _if,
    Block: _block,
    Loop: _loop,
    Break: _break,
    Return: _return,
    Fault: _fault,
}
