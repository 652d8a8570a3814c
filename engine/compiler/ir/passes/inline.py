"""Inlining: the body of a small function in the place of its call.

An argument becomes a new local, or is written straight into the body where it is a constant or a local and the
parameter never changes. ``return`` becomes leaving a block around the body:

    x = max(a, 3)      block max.7                     fn max(p, q)
                         if i64.gt_s(a, 3)               if i64.gt_s(p, q)
                           r = a                           return p
                           br max.7                      return q
                         r = 3
                       x = r
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.compiler.ir.nodes import (
    F64,
    Block,
    Break,
    Call,
    Const,
    Do,
    Eval,
    Expr,
    Function,
    FunctionIndex,
    Get,
    Load,
    Local,
    Loop,
    Op,
    Return,
    Set,
    StaticAddress,
    Stmt,
    ValueType,
)
from engine.compiler.ir.ops import IMPURE
from engine.compiler.ir.passes.assigned import maybe_unset
from engine.compiler.ir.walk import LEAVES, SCHEDULER, Rewriter, children, set_locals, size, walk
from engine.compiler.ir.walk import nodes as nodes_of

SMALL = 40
"""Functions of at most so many nodes go into every caller. Every call looks at the host's wish to stop, so messages,
which pass through a dozen functions of the kernel, take a seventh less time than with a limit of 24."""
ONLY_CALL = 200
"""A function with one call in the whole program goes into its caller if it has at most so many nodes and no loop:
beside a loop a call costs nothing, and the caller stays small enough to be inlined itself."""
STRAIGHT = 100
"""Functions of at most so many nodes that only read and compute, and so add no branch, go into every caller."""
FORMULA = 320
"""Functions of floats of at most so many nodes and without a loop go where all arguments are constants: most of what
they do, and of what they ask, is then known. The sine of a constant is one."""
HANDLER = 240
"""Handlers of at most so many nodes and without a loop go into the scheduler's loop: a call saves and restores
registers, and how much is stored is what limits the rate of messages."""
HOT = frozenset(
    (
        "log.row",
        "mailbox.add",
        "mix.delivery",
        "queue.add",
        "turn.close",
        "turn.deliver",
        "turn.hand_over",
        "turn.hand_over_one",
        "turn.open",
        "turn.run",
    )
)
"""What every message passes through, whatever its size: these functions become one with the scheduler's loop, which
takes a third less time then. In their other callers they stay calls."""
PASSING = HOT | {SCHEDULER, "turn.hand_over_several"}
"""What they become part of. Handing over several messages is a loop, which would be in the scheduler's way."""
EVERYWHERE = frozenset(
    (
        "actor.free_state",
        "actor.make_state",
        "heap.give_known",
        "heap.take_known",
        "heap.take_small",
        "message.flat",
        "message.post",
    )
)
"""What goes into every handler: sending a message, and the memory of an actor's state, whose size is known there."""
CALLER_MAX = 6000
"""A function that has grown to so many nodes takes in no more, but for what is small and asks for ``always_inline``."""
ALWAYS_MAX = 300
"""A function that asks for ``always_inline`` goes into its callers unless what it took in itself has made it larger:
where each of a row of functions calls the one before twice, each would be twice as large as the one before."""


class Template:
    """A function, prepared for standing in the place of its calls."""

    def __init__(self, function: Function, nodes: int, for_constants: bool = False) -> None:
        self.function = function
        self.size = nodes
        self.for_constants = for_constants
        """Whether it stands only in the place of calls with nothing but constants."""
        self.changed_params = {local for local in set_locals(function.body) if local < function.param_count}
        self.unset = maybe_unset(function)
        returns = sum(1 for node in walk(function.body) if type(node) is Return)
        last = function.body[-1] if function.body else None
        self.plain = returns == 0 if function.result is None else returns == 1 and isinstance(last, Return)
        """Whether running off the end is the only way out."""


def is_worthwhile(function: Function, nodes: int, only_call: bool, loops: bool, handles: bool) -> bool:
    """Whether a function of that many nodes should be inlined where ``goes_into`` lets it."""
    if handles and nodes <= HANDLER and not loops:
        return True
    if (
        (function.always_inline and nodes <= ALWAYS_MAX)
        or nodes <= SMALL
        or function.name in HOT
        or function.name in EVERYWHERE
    ):
        return True
    if nodes <= STRAIGHT and _only_computes(function):
        return True
    return only_call and nodes <= ONLY_CALL and not loops


def is_formula(function: Function, nodes: int, loops: bool) -> bool:
    """Whether a function of that many nodes should be inlined where its arguments are constants."""
    return function.result == F64 and function.param_count > 0 and nodes <= FORMULA and not loops


def _only_computes(function: Function) -> bool:
    """Whether a function is nothing but computations of locals and of what it reads, one after another."""
    *before, last = function.body or (None,)
    return isinstance(last, Return) and all(
        type(node) in LEAVES or isinstance(node, Set | Do | Load) or (isinstance(node, Op) and node.name not in IMPURE)
        for node in nodes_of((*before, *children(last)))
    )


def goes_into(template: Template, caller: str) -> bool:
    """Whether a function may be inlined into a caller."""
    hot = template.size > SMALL and template.function.name in HOT
    return not hot or caller in PASSING


def inline_calls(function: Function, templates: Mapping[str, Template]) -> Function:
    """The function with the calls of the given ones replaced by their bodies."""
    inliner = _Inliner(function, templates)
    body = inliner.body(function.body)
    return function if body is function.body else replace(function, body=body, locals=tuple(inliner.locals))


class _Inliner(Rewriter):
    """Rewrites one function. New locals and labels are numbered on, so none meets another."""

    def __init__(self, function: Function, templates: Mapping[str, Template]) -> None:
        self.templates = templates
        self.locals = list(function.locals)
        self.size = size(function.body)
        self.labels_used = 0
        for node in walk(function.body):
            if isinstance(node, Block | Loop):
                number = node.label.rpartition(".")[2]
                self.labels_used = max(self.labels_used, int(number) if number.isdecimal() else 0)

    def template(self, name: str, args: tuple[Expr, ...]) -> Template | None:
        """The body for a call, unless the caller is too big already."""
        template = self.templates.get(name)
        if template and template.for_constants and not all(isinstance(arg, Const) for arg in args):
            return None
        if template and self.has_room_for(template):
            self.size += template.size
            return template
        return None

    def has_room_for(self, template: Template) -> bool:
        """Whether the caller may grow by a body."""
        is_tiny = template.function.always_inline and template.size <= SMALL
        return is_tiny or self.size + template.size <= CALLER_MAX

    def expr(self, node: Expr) -> Expr:
        new = super().expr(node)
        if isinstance(new, Call) and new.type is not None and (template := self.template(new.function, new.args)):
            body, result = self.instantiate(template, new.args)
            assert result is not None
            return Do(new.type, tuple(body), result) if body else result
        return new

    def statement(self, node: Stmt) -> list[Stmt]:
        if isinstance(node, Eval) and isinstance(node.value, Call) and node.value.type is None:
            args = self.exprs(node.value.args)
            if template := self.template(node.value.function, args):
                return self.instantiate(template, args)[0]
            return [node if args is node.value.args else Eval(Call(None, node.value.function, args))]
        return super().statement(node)

    def new_local(self, name: str, type_: ValueType) -> int:
        self.locals.append(Local(name, type_))
        return len(self.locals) - 1

    def instantiate(self, template: Template, args: tuple[Expr, ...]) -> tuple[list[Stmt], Expr | None]:
        """Statements that do what the call does, and its result."""
        function = template.function
        out: list[Stmt] = []
        values: list[Expr] = []
        for number, arg in enumerate(args):
            if number in template.changed_params or not _repeatable(arg, args[number + 1 :]):
                param = function.locals[number]
                out.append(Set(self.new_local(param.name, param.type), arg))
                arg = Get(param.type, len(self.locals) - 1)
            values.append(arg)
        for number in range(function.param_count, len(function.locals)):
            local = function.locals[number]
            values.append(Get(local.type, self.new_local(local.name, local.type)))
            if number in template.unset:
                out.append(Set(len(self.locals) - 1, Const(local.type, 0.0 if local.type == F64 else 0)))
        self.labels_used += 1
        instance = _Instance(values, self.labels_used, function.name)
        if template.plain:
            body, last = function.body, None
            if function.result is not None:
                body, last = function.body[:-1], function.body[-1]
            out.extend(instance.body(body))
            return out, instance.expr(last.value) if isinstance(last, Return) and last.value else None
        if function.result is not None:
            instance.result = self.new_local("result", function.result)
        out.append(Block(instance.end, instance.body(function.body)))
        return out, Get(function.result, instance.result) if function.result is not None else None


def _repeatable(arg: Expr, later: tuple[Expr, ...]) -> bool:
    """Whether an argument may be evaluated where it is used: a leaf that no later argument changes."""
    if isinstance(arg, Const | StaticAddress | FunctionIndex):
        return True
    return isinstance(arg, Get) and arg.local not in set_locals(later)


class _Instance(Rewriter):
    """A copy of a body, with its own locals and labels. ``values`` are what stands for the locals of the original."""

    def __init__(self, values: list[Expr], number: int, name: str) -> None:
        self.values = values
        self.number = number
        self.end = f"{name}.{number}"
        self.result = -1

    def label(self, label: str) -> str:
        return f"{label}.{self.number}"

    def expr(self, node: Expr) -> Expr:
        return self.values[node.local] if isinstance(node, Get) else super().expr(node)

    def statement(self, node: Stmt) -> list[Stmt]:
        match node:
            case Set(local, value):
                target = self.values[local]
                assert isinstance(target, Get), "a parameter that changes has a local"
                return [Set(target.local, self.expr(value))]
            case Block(label, body):
                return [Block(self.label(label), self.body(body))]
            case Loop(label, body):
                return [Loop(self.label(label), self.body(body))]
            case Break(label, condition):
                return [Break(self.label(label), None if condition is None else self.expr(condition))]
            case Return(None):
                return [Break(self.end)]
            case Return(value):
                assert value is not None
                return [Set(self.result, self.expr(value)), Break(self.end)]
        return super().statement(node)
