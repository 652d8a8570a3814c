"""Which names are known to be there, because they were compared with ``none``.

In ``if x != none { … }`` the name ``x`` of a ``T?`` is a ``T``, and so it is behind ``if x == none { return }``, on the
right of ``x != none and …``, and behind ``assert x != none``. That holds for names that never change only: a ``var`` or
a state field may have become ``none`` again.
"""

from __future__ import annotations

from engine.compiler.check import tree
from engine.compiler.check.body import Body
from engine.compiler.syntax import ast

Names = frozenset[str]

NOBODY: Names = frozenset()


def there(body: Body, condition: ast.Expr, holds: bool) -> Names:
    """The names that are not ``none`` where the condition holds, or where it does not."""
    key = (condition.span, holds)
    known = body.there.get(key)
    if known is None:
        known = body.there[key] = _there(body, condition, holds)
    return known


def as_declared(value: tree.Expr) -> tree.Expr:
    """The value of a name as it was declared: what asks for ``none`` may ask again where the answer is known."""
    if isinstance(value, tree.Unwrap) and isinstance(value.value, tree.LocalRead | tree.StateRead):
        return value.value
    return value


def _there(body: Body, condition: ast.Expr, holds: bool) -> Names:
    if isinstance(condition, ast.Unary) and condition.op == "not":
        return there(body, condition.operand, not holds)
    if not isinstance(condition, ast.Binary):
        return NOBODY
    if condition.op == ("!=" if holds else "=="):
        return _compared(condition.left, condition.right) | _compared(condition.right, condition.left)
    if condition.op == ("and" if holds else "or"):
        return there(body, condition.left, holds) | there(body, condition.right, holds)
    return NOBODY


def _compared(name: ast.Expr, other: ast.Expr) -> Names:
    if isinstance(name, ast.Name) and isinstance(other, ast.NoneLit):
        return frozenset((name.text,))
    return NOBODY
