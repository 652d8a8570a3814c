"""Gathering: what a function says of one fault at several places stands once, at its end.

    if (overflow of a)                    block fault.0
      fault overflow(site 5, 43)            br fault.0 if (overflow of a)
    …                               →       …
    if (overflow of b)                      br fault.0 if (overflow of b)
      fault overflow(site 5, 43)            …
    …                                     fault overflow(site 5, 43)

Inlining and unrolling make many such places. Besides their length they cost something where nothing goes wrong: the
engine keeps a constant in one register for a comparison before the fault and for the operands in it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from engine.compiler.ir.nodes import Block, Break, Const, Fault, Function, If, Return, Stmt
from engine.compiler.ir.walk import Rewriter, walk


def gather_faults(function: Function) -> Function:
    """The function with equal faults together; the very same where there are none."""
    times = Counter(node for node in walk(function.body) if isinstance(node, Fault) and _is_same_everywhere(node))
    labels = {fault: f"fault.{number}" for number, (fault, count) in enumerate(times.items()) if count > 1}
    if not labels:
        return function
    body = _Jumps(labels).body(function.body)
    if function.result is None and not isinstance(body[-1], Return | Fault):
        body = (*body, Return())
    for fault, label in labels.items():
        body = (Block(label, body), fault)
    return replace(function, body=body)


def _is_same_everywhere(fault: Fault) -> bool:
    return all(operand is None or isinstance(operand, Const) for operand in (fault.a, fault.b))


class _Jumps(Rewriter):
    """Puts jumps to labels in the place of faults."""

    def __init__(self, labels: dict[Fault, str]) -> None:
        self.labels = labels

    def statement(self, node: Stmt) -> list[Stmt]:
        match node:
            case If(condition, (Fault() as fault,), ()) if fault in self.labels:
                return [Break(self.labels[fault], self.expr(condition))]
            case Fault() if node in self.labels:
                return [Break(self.labels[node])]
        return [self.parts(node)]
