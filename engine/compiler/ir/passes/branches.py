"""Branches: ``and`` and ``or`` in a condition become jumps, without a truth value in between.

if (b if a else 0)         if a                br leave if i32.eqz(b if a else 0)      br leave if i32.eqz(a)
  …                  →       if b                                                 →    br leave if i32.eqz(b)
                               …
if (1 if a else b)         block no
  …                  →       block yes
                               br yes if a
                               br no if i32.eqz(b)
                             …
"""

from __future__ import annotations

from dataclasses import replace

from engine.compiler.ir.nodes import I32, Block, Break, Choose, Const, Do, Expr, Function, If, Loop, Op, Stmt
from engine.compiler.ir.passes.simplify import condition, negate
from engine.compiler.ir.walk import Node, Rewriter, nodes


def straighten(function: Function) -> Function:
    """The function with such conditions taken apart; the very same where there are none."""
    parts = nodes(function.body)
    if not any(type(node) is Choose and node.type == I32 for node in parts):
        return function
    straightener = _Straightener(parts)
    body = straightener.body(function.body)
    return function if body is function.body else replace(function, body=body)


class _Straightener(Rewriter):
    """Takes conditions apart, outermost first; what comes out is looked at again."""

    def __init__(self, parts: list[Node]) -> None:
        labels = {node.label for node in parts if isinstance(node, (Block, Loop))}
        self.names = (name for number in range(10**9) if (name := f"way{number}") not in labels)

    def statement(self, node: Stmt) -> list[Stmt]:
        match node:
            case Break(label, test) if test is not None and (found := _choice(test)) is not None:
                return self.again(self.break_(label, *found))
            case If(test, then, ()) if (found := _choice(test)) is not None:
                return self.again(self.if_(then, *found))
        return super().statement(node)

    def again(self, made: list[Stmt]) -> list[Stmt]:
        """The same for the statements that came out."""
        return [new for statement in made for new in self.statement(statement)]

    def break_(self, label: str, is_and: bool, left: Expr, right: Expr) -> list[Stmt]:
        """A jump if ``left and right``, or if ``left or right``."""
        if not is_and:
            return [_jump(label, left), *_jumps(label, right)]
        past = next(self.names)
        return [Block(past, (_jump(past, condition(negate(left))), *_jumps(label, right)))]

    def if_(self, then: tuple[Stmt, ...], is_and: bool, left: Expr, right: Expr) -> list[Stmt]:
        """Statements if ``left and right``, or if ``left or right``."""
        if is_and:
            return [If(left, (*_statements(right), If(_value(right), then)))]
        yes, no = next(self.names), next(self.names)
        test = (_jump(yes, left), *_statements(right), _jump(no, condition(negate(_value(right)))))
        return [Block(no, (Block(yes, test), *then))]


def _choice(test: Expr) -> tuple[bool, Expr, Expr] | None:
    """``and`` or ``or`` of two conditions: whether it is ``and``, and the two."""
    if isinstance(test, Op) and test.name == "i32.eqz":
        found = _choice(test.args[0])
        if found is None:
            return None
        is_and, left, right = found
        return not is_and, condition(negate(left)), _negated(right)
    if not isinstance(test, Choose) or test.type != I32:
        return None
    if isinstance(test.otherwise, Const) and test.otherwise.value == 0:
        return True, test.condition, test.then
    if isinstance(test.then, Const) and test.then.value == 1:
        return False, test.condition, test.otherwise
    return None


def _negated(node: Expr) -> Expr:
    """Not ``node``, with its statements before it."""
    if isinstance(node, Do):
        return Do(I32, node.body, _negated(node.value))
    return condition(negate(node))


def _statements(node: Expr) -> tuple[Stmt, ...]:
    return node.body if isinstance(node, Do) else ()


def _value(node: Expr) -> Expr:
    return node.value if isinstance(node, Do) else node


def _jump(label: str, test: Expr) -> Stmt:
    return Break(label, test)


def _jumps(label: str, test: Expr) -> tuple[Stmt, ...]:
    """What a condition does first, then a jump if it holds."""
    return (*_statements(test), _jump(label, _value(test)))
