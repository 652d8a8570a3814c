"""An estimate of the stack that a call takes, the same on every machine: from what must survive the calls inside.

A value that is needed after a call has to be kept in the frame; everything else lives in registers. So a frame is a
fixed part, 8 bytes for each value that is alive across the worst call (counted by going through the function
backwards), and what arguments take that do not fit into registers. Values that are alive across other calls rarely get
the place of one of these, and in a function that was inlined into itself they are most: 16 bytes for each. Measured
against the engine's own frames, the estimate is 0.75 to 4 times as much; the stack is twice the limit.
"""

from __future__ import annotations

from engine.compiler.ir.nodes import (
    Block,
    Break,
    Call,
    CallIndirect,
    Choose,
    Do,
    Effect,
    Eval,
    Expr,
    Fault,
    Function,
    Get,
    If,
    Load,
    Loop,
    Op,
    Return,
    Set,
    Stmt,
    Store,
)

FRAME_BYTES = 96
"""Return address, saved registers, alignment, and what a register allocator keeps beside the values."""
VALUE_BYTES = 8
OTHER_VALUE_BYTES = 16
"""For each value that is alive across some call, but not across the worst one."""
REGISTER_ARGS = 4
STACK_ARG_BYTES = 24
"""For each argument that does not go into a register: passed on the stack, and kept by caller and callee."""


def frame_bytes(function: Function) -> int:
    """The estimate for one function."""
    finder = Alive()
    finder.body(function.body, 0)
    on_stack = max(0, max(finder.most_args, function.param_count) - REGISTER_ARGS)
    others = max(0, finder.alive.bit_count() - finder.most)
    return FRAME_BYTES + VALUE_BYTES * finder.most + OTHER_VALUE_BYTES * others + STACK_ARG_BYTES * on_stack


class Alive:
    """Goes backwards; sets of locals are bit masks. ``most`` is the number of values alive across the worst call,
    ``alive`` are the locals that are alive across any."""

    def __init__(self) -> None:
        self.most = 0
        self.alive = 0
        self.most_args = 0
        self.at_label: dict[str, int] = {}
        self.only_looks = False

    def body(self, body: tuple[Stmt, ...], after: int, held: int = 0) -> int:
        """The locals needed before the statements, if those in ``after`` are needed after them. ``held`` counts the
        values of expressions around that are computed already."""
        for node in reversed(body):
            after = self.statement(node, after, held)
        return after

    def statement(self, node: Stmt, after: int, held: int) -> int:
        """The locals needed before a statement."""
        match node:
            case Set(local, value):
                return self.expr(value, after & ~(1 << local), held)
            case Eval(value):
                return self.expr(value, after, held)
            case If(condition, then, otherwise):
                return self.expr(condition, self.body(then, after, held) | self.body(otherwise, after, held), held)
            case Block(label, body):
                self.at_label[label] = after
                return self.body(body, after, held)
            case Loop(label, body):
                return self.loop(label, body, after, held)
            case Break(label, None):
                return self.at_label[label]
            case Break(label, condition):
                assert condition is not None
                return self.expr(condition, after | self.at_label[label], held)
            case Return(value):
                return 0 if value is None else self.expr(value, 0, 0)
            case Store(_, address, value):
                return self.operands((address, value), after, held)
            case Effect(_, args):
                return self.operands(args, after, held)
            case Fault(_, _, a, b):
                return self.operands(tuple(operand for operand in (a, b) if operand), 0, 0)

    def loop(self, label: str, body: tuple[Stmt, ...], after: int, held: int) -> int:
        """The locals needed before a loop.

        What is needed at its start again is what was needed there first, so one look tells that, and a second one
        with it counts. While an outer loop only looks, the loops inside do too: otherwise each would double the work.
        """
        is_first_look, self.only_looks = not self.only_looks, True
        self.at_label[label] = 0
        before = self.body(body, after, held)
        if is_first_look:
            self.only_looks = False
            self.at_label[label] = before
            self.body(body, after, held)
        return before

    def operands(self, args: tuple[Expr, ...], after: int, held: int) -> int:
        """The locals needed before some operands, which are evaluated in order."""
        for number in range(len(args) - 1, -1, -1):
            after = self.expr(args[number], after, held + number)
        return after

    def expr(self, node: Expr, after: int, held: int) -> int:
        """The locals needed before an expression."""
        match node:
            case Get(_, local):
                return after | 1 << local
            case Op(_, _, args):
                return self.operands(args, after, held)
            case Load(_, _, address):
                return self.expr(address, after, held)
            case Call(_, _, args):
                self.across(after, held, len(args))
                return self.operands(args, after, held)
            case CallIndirect(_, _, index, args):
                self.across(after, held, len(args))
                return self.operands((*args, index), after, held)
            case Choose(_, condition, then, otherwise):
                either = self.expr(then, after, held) | self.expr(otherwise, after, held)
                return self.expr(condition, either, held)
            case Do(_, body, value):
                return self.body(body, self.expr(value, after, held), held)
        return after

    def across(self, after: int, held: int, args: int) -> None:
        """A call, behind which those in ``after`` are needed."""
        self.most = max(self.most, after.bit_count() + held)
        self.alive |= after
        self.most_args = max(self.most_args, args)
