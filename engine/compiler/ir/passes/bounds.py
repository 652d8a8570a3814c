"""Bounds: of the items that a loop reaches by what it counts, only the first and the last are compared with lengths.

    loop                                          if 0 <= first and first + (end - 1) < n and …
      t = i64.add(first, i)                         loop                          # i from where it is to end - 1
      if t >= n                                       x = load items + (first + i) * 8
        fault index_out_of_range             →        i = i + 1
      x = load items + t * 8                          br loop if i < end
      i = i + 1                                   else
      br loop if i < end                            loop …                        # as it was, for it may fault

An index has to be a linear form of what the loop counts, of what loops inside count, and of what is the same in all
rounds; the length has to be the same in all rounds. A form has its largest value where each counter is at one of its
ends. The test asks besides whether locals in the forms are of moderate size: then it cannot wrap around itself, and
folding can tell that computing an index does not overflow. (Computed modulo 2**64, an index whose form lies within a
list is right whatever wraps around on the way.)

An index that is reached in some rounds only is left alone, unless others that are reached in every round say
everything about it. Outer loops come first; what depends on a round of theirs is left to the loops inside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from engine.compiler.ir.nodes import (
    I32,
    I64,
    Block,
    Break,
    Choose,
    Const,
    Expr,
    Fault,
    Function,
    Get,
    If,
    Loop,
    Op,
    Set,
    Stmt,
)
from engine.compiler.ir.passes.copies import CHECKED, FREE, Copy, counted, is_version
from engine.compiler.ir.passes.linear import SYMBOL_MAX, Linear, Terms, constant, symbol
from engine.compiler.ir.passes.simplify import negate
from engine.compiler.ir.walk import LEAVES, Node, Rewriter, children, nodes, set_locals, size

SIZE_MAX = 400
"""Larger loops stay as they are."""
TESTS_MAX = 24
"""A loop for which more would have to be compared stays as it is."""


def check_before_loops(function: Function) -> Function:
    """The function with such loops in two versions; the very same where there are none."""
    body = _Splitter().body(function.body)
    return function if body is function.body else replace(function, body=body)


class _Splitter(Rewriter):
    """Goes through a function, outer loops first."""

    def statement(self, node: Stmt) -> list[Stmt]:
        if not isinstance(node, Loop) or is_version(node.label, CHECKED) or size(node.body) > SIZE_MAX:
            return super().statement(node)
        found = _Scan.of(node)
        if found is None:
            return super().statement(node)
        dropped, tests = found.removable()
        if not dropped or len(tests) > TESTS_MAX:
            return super().statement(node)
        fails, done = f"{node.label}~fails", f"{node.label}~passed"
        (free,) = Copy(FREE, dropped).statement(node)
        passed = (*(Break(fails, negate(test)) for test in tests), *super().statement(free), Break(done))
        return [Block(done, (Block(fails, passed), *Copy(CHECKED).statement(node)))]


@dataclass(frozen=True, slots=True)
class _Check:
    """An index that is compared with a length; ``certain`` is one that every round comes to."""

    statement: If
    index: Linear
    length: Expr
    certain: bool


@dataclass
class _Scan:
    """One walk through a loop, in the order of execution. ``forms`` are those of locals at the place where we are, and
    ``below`` the pairs of forms of which the first is known to be less."""

    changed: set[int]
    forms: dict[int, Linear] = field(default_factory=dict)
    below: set[tuple[Linear, Linear]] = field(default_factory=set)
    counters: list[tuple[Get, Linear, Linear]] = field(default_factory=list)
    checks: list[_Check] = field(default_factory=list)
    met: Counter[If] = field(default_factory=Counter)
    """How often each check was come to: equal ones may stand in several places."""

    @staticmethod
    def of(loop: Loop) -> _Scan | None:
        """What is found in a loop; None where it does not count."""
        scan = _Scan(set_locals(loop.body))
        count = counted(loop)
        if count is None or not scan.is_counter(loop, count[0], count[2]):
            return None
        counter, _, end = count
        last = scan.form(end)
        if last is None or counter.type != I64:
            return None
        scan.enter(counter, symbol(counter), last)
        scan.visit_all(loop.body, True)
        return scan

    def is_counter(self, loop: Loop, counter: Get, end: Expr) -> bool:
        """Whether only the last step of the loop sets the counter, and nothing the end of counting."""
        given = [node for node in nodes(loop.body[:-2]) if isinstance(node, Set | Break)]
        if any(node.local == counter.local for node in given if isinstance(node, Set)):
            return False
        if any(node.label == loop.label for node in given if isinstance(node, Break)):
            return False
        inside = set_locals(loop.body)
        return all(node.local not in inside for node in nodes((end,)) if isinstance(node, Get))

    def enter(self, counter: Get, first: Linear, end: Linear) -> None:
        """From here on a local counts."""
        self.counters.append((counter, first, end))
        self.forms[counter.local] = symbol(counter)

    # --- forms ---

    def form(self, node: Expr) -> Linear | None:
        """The linear form of an i64, if it has one. Computing it may wrap around, where the form itself does not."""
        match node:
            case Const(type_, value) if type_ == I64:
                return constant(int(value))
            case Get(type_, local) if type_ == I64:
                known = self.forms.get(local)
                return known if known is not None or local in self.changed else symbol(node)
            case Op(_, "i64.extend_i32_u", (Get(_, local) as inner,)) if local not in self.changed:
                return symbol(inner)
            case Op(_, "i64.add" | "i64.sub" | "i64.mul", (left, right)):
                a, b = self.form(left), self.form(right)
                if a is None or b is None:
                    return None
                if node.name != "i64.mul":
                    return a.plus(b, 1 if node.name == "i64.add" else -1)
                if a.terms and b.terms:
                    return None
                return constant(0).plus(a, b.const) if a.terms else constant(0).plus(b, a.const)
        return None

    # --- the walk ---

    def visit_all(self, body: Iterable[Node], certain: bool) -> None:
        """Nodes in order."""
        for node in body:
            self.visit(node, certain)

    def visit(self, node: Node, certain: bool) -> None:
        """One node and its parts."""
        if type(node) in LEAVES or isinstance(node, Fault):
            return
        match node:
            case Set(local, value):
                self.visit(value, certain)
                made = self.form(value) if value.type == I64 else None
                self.forget((local,))
                if made is not None:
                    self.forms[local] = made
            case If(Op(_, "i64.ge_u", (index, Op(_, "i64.extend_i32_u", (Get() as length,)))), (Fault(),), ()):
                self.visit(index, certain)
                self.met[node] += 1
                made = self.form(index)
                if made is not None and length.local not in self.changed:
                    self.checks.append(_Check(node, made, symbol(length).expr(), certain))
            case If(condition, then, otherwise):
                self.visit(condition, certain)
                self.branch(then)
                self.branch(otherwise)
            case Choose(_, condition, then_value, other_value):
                self.visit(condition, certain)
                self.branch((then_value,))
                self.branch((other_value,))
            case Break(_, Op(_, "i64.ge_s" | "i64.le_s", (left, right)) as test):
                self.visit(test, certain)
                a, b = self.form(left), self.form(right)
                if a is not None and b is not None:
                    self.below.add((a, b) if test.name == "i64.ge_s" else (b, a))
            case Block(_, body):
                before = self.below.copy()
                self.visit_all(body, certain)
                self.below = before
                self.forget(set_locals(body))
            case Loop():
                self.loop(node, certain)
            case _:
                self.visit_all(children(node), certain)

    def branch(self, body: tuple[Node, ...]) -> None:
        """What happens on some ways only."""
        forms, below = self.forms.copy(), self.below.copy()
        self.visit_all(body, False)
        self.forms, self.below = forms, below
        self.forget(set_locals(body))

    def loop(self, node: Loop, certain: bool) -> None:
        """A loop inside."""
        count = counted(node)
        bounds = None
        if count is not None and count[0].type == I64 and self.is_counter(node, count[0], count[2]):
            first, end = self.form(count[0]), self.form(count[2])
            if first is not None and end is not None and self.is_below(first, end):
                bounds = first, end
        inside = set_locals(node.body)
        self.forget(inside)
        before = self.below.copy()
        if count is not None and bounds is not None:
            self.enter(count[0], *bounds)
        self.visit_all(node.body, certain)
        self.below = before
        self.forget(inside)

    def is_below(self, first: Linear, end: Linear) -> bool:
        """Whether counting from ``first`` on begins below ``end``."""
        return (first, end) in self.below or (not first.terms and not end.terms and first.const < end.const)

    def forget(self, given: Iterable[int]) -> None:
        """Locals get values that nothing is known of."""
        for local in given:
            self.forms.pop(local, None)

    # --- the result ---

    def extreme(self, form: Linear, upwards: bool) -> Linear:
        """The largest value of a form, or the smallest, in terms of what is there before the loop."""
        for counter, first, end in reversed(self.counters):
            if factor := form.factor(counter):
                at_end = (factor > 0) == upwards
                if not at_end and first == symbol(counter):
                    continue
                form = form.replaced(counter, end.plus(constant(1), -1) if at_end else first)
        return form

    def removable(self) -> tuple[frozenset[If], list[Expr]]:
        """The checks that need not be in the loop, and what has to hold before it for that."""
        above: dict[tuple[Expr, Terms], Linear] = {}
        under: dict[Terms, Linear] = {}
        dropped: Counter[If] = Counter()
        for check in sorted(self.checks, key=lambda check: not check.certain):
            high, low = self.extreme(check.index, True), self.extreme(check.index, False)
            if not high.is_small or not low.is_small:
                continue
            high_key, low_key = (check.length, high.terms), low.terms
            most, least = above.get(high_key), under.get(low_key)
            if check.certain:
                above[high_key] = high if most is None or high.const > most.const else most
                under[low_key] = low if least is None or low.const < least.const else least
            elif most is None or least is None or most.const < high.const or least.const > low.const:
                continue
            dropped[check.statement] += 1
        counter, _, end = self.counters[0]
        tests: list[Expr] = [Op(I32, "i64.lt_s", (counter, end.expr()))]
        # what is not below zero, which is asked first, needs no other lower end
        tests += [Op(I32, "i64.ge_s", (form.expr(), Const(I64, 0))) for form in under.values() if form.terms]
        for local in self.symbols([*above.values(), *under.values(), symbol(counter), end]):
            tests.append(Op(I32, "i64.lt_s", (local, Const(I64, SYMBOL_MAX))))
            tests.append(Op(I32, "i64.ge_s", (local, Const(I64, -SYMBOL_MAX))))
        tests += [Op(I32, "i64.lt_s", (form.expr(), length)) for (length, _), form in above.items()]
        if any(not form.terms and form.const < 0 for form in under.values()):
            return frozenset(), []
        return frozenset(check for check, times in dropped.items() if times == self.met[check]), tests

    def symbols(self, forms: list[Linear]) -> list[Get]:
        """The 64-bit locals in forms, and in the bounds of all counters."""
        bounds = [form for _, first, end in self.counters for form in (first, end)]
        inner = {counter for counter, _, _ in self.counters[1:]}
        found = {local for form in (*forms, *bounds) for local, _ in form.terms}
        return sorted((local for local in found if local.type == I64 and local not in inner), key=lambda g: g.local)
