"""What nobody needs goes: functions that nothing reaches, and locals that nobody reads.

Roots are the exports, the function table, and ``fault.raise`` as soon as a reached function can fault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from engine.compiler.ir.nodes import Do, Eval, Expr, Function, Get, Module, Set, Stmt
from engine.compiler.ir.walk import Rewriter, Summary, is_pure, nodes


def drop_unreached(module: Module, summary: Callable[[Function], Summary] = Summary, keep: str = "") -> Module:
    """The module without the functions that no root reaches; the others keep their order. ``keep`` names one more
    root."""
    by_name = {function.name: function for function in module.functions}
    reached: set[str] = set()
    waiting = [f.name for f in module.functions if f.exported or f.name == keep] + list(module.table)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(summary(by_name[name]).references)
    kept = tuple(function for function in module.functions if function.name in reached)
    return module if len(kept) == len(module.functions) else replace(module, functions=kept)


def drop_unused_locals(function: Function) -> Function:
    """The function without locals that are never read, nor the work that gives them values; the others move up."""
    body = function.body
    reads, changes = _reads_that_matter(body)
    used = {local for local, count in reads.items() if count} | set(range(function.param_count))
    if len(used) == len(function.locals) and not changes:
        return function
    numbers = {old: new for new, old in enumerate(sorted(used))}
    smaller = _DropSets(reads, numbers).body(body)
    if smaller is body and len(used) == len(function.locals):
        return function
    return replace(function, locals=tuple(function.locals[number] for number in numbers), body=smaller)


def _reads_that_matter(body: tuple[Stmt, ...]) -> tuple[Counter[int], bool]:
    """How often each local is read, but for reads that only give values to locals that are never read; and whether
    there is anything for ``_DropSets``."""
    reads: Counter[int] = Counter()
    values: dict[int, list[Expr]] = {}
    returned: list[int] = []
    for node in nodes(body):
        if isinstance(node, Get):
            reads[node.local] += 1
        elif isinstance(node, Set):
            values.setdefault(node.local, []).append(node.value)
        elif isinstance(node, Do) and isinstance(node.value, Get):
            returned.append(node.value.local)
    unread = [local for local in values if not reads[local]]
    has_unread = bool(unread)
    while unread:
        for value in values.get(unread.pop(), ()):
            if not is_pure(value):
                continue
            for node in nodes((value,)):
                if isinstance(node, Get):
                    reads[node.local] -= 1
                    if reads[node.local] == 0:
                        unread.append(node.local)
    return reads, has_unread or any(reads[local] == 1 for local in returned)


class Renumber(Rewriter):
    """Gives locals other numbers; those that the map does not have keep theirs."""

    def __init__(self, numbers: dict[int, int]) -> None:
        self.numbers = numbers

    def expr(self, node: Expr) -> Expr:
        """The expression with the other numbers."""
        if isinstance(node, Get):
            new = self.numbers.get(node.local, node.local)
            return node if new == node.local else Get(node.type, new)
        return super().expr(node)

    def statement(self, node: Stmt) -> list[Stmt]:
        """The statement with the other numbers."""
        new = self.parts(node)
        if isinstance(new, Set):
            number = self.numbers.get(new.local, new.local)
            return [new if number == new.local else Set(number, new.value)]
        return [new]


class _DropSets(Renumber):
    """Drops the setting of locals that are never read; calls among what was computed for them stay. ``do { x = v => x
    }`` with no other use of ``x`` becomes ``v``."""

    def __init__(self, reads: Counter[int], numbers: dict[int, int]) -> None:
        super().__init__(numbers)
        self.reads = reads

    def expr(self, node: Expr) -> Expr:
        """One expression."""
        if isinstance(node, Do) and isinstance(node.value, Get) and self.reads[node.value.local] == 1 and node.body:
            last = node.body[-1]
            if isinstance(last, Set) and last.local == node.value.local:
                body, value = self.body(node.body[:-1]), self.expr(last.value)
                return Do(node.type, body, value) if body else value
        return super().expr(node)

    def statement(self, node: Stmt) -> list[Stmt]:
        """What is left of a statement."""
        if isinstance(node, Set) and not self.reads[node.local]:
            value = self.expr(node.value)
            before = list(value.body) if isinstance(value, Do) else []
            rest = value.value if isinstance(value, Do) else value
            return before if is_pure(rest) else [*before, Eval(rest)]
        return super().statement(node)
