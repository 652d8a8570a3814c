"""From a function of the IR to the text of a Python function: one line for each node, in the order of evaluation.

    fn fib(n: i64) -> i64                      def fib(v0):
      if i64.lt_s(n, 2)                            t0 = v0 < 2
        return n                                   if t0:
      …                                                return v0

Every expression gets a name of its own, so nothing can be evaluated out of order. Blocks and loops are ``while True``;
a break to an outer label sets ``to`` to the label's number, which every construct on the way out passes on.

A text refers to its surroundings by name only (other functions, ``static``, ``index``, ``table``, ``memory``), so it
fits every module with the same function. Python nests loops 20 deep; a function with more raises ``SyntaxError``.
"""

from __future__ import annotations

import re

from engine.compiler.ir.nodes import (
    F64,
    FAULT_KINDS,
    I64,
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
from engine.reference.memory import STORES, accessor
from engine.reference.numbers import TEMPLATES

RAISE = "fault.raise"
"""The function of the library that a ``Fault`` calls."""
CHAIN_MAX = 20
"""A longer chain of else-ifs is translated as a block that its branches leave; Python indents up to 100 deep."""

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9]")


def python_name(function: str) -> str:
    """A function's name as a name in Python, unlike any other."""
    return "f_" + _NOT_IN_NAMES.sub(lambda found: f"_{ord(found[0]):x}_", function.replace("_", "__"))


def translate(function: Function) -> str:
    """The text of a Python function that does the same."""
    return _Translator(function).text()


class _Translator:
    def __init__(self, function: Function) -> None:
        self.function = function
        self.lines: list[str] = []
        self.indent = 1
        self.names = 0
        self.labels: dict[str, int] = {}
        self.around: list[Block | Loop] = []
        self.changes: list[int] = []
        """The locals that were set, in the order of the lines."""

    def text(self) -> str:
        function = self.function
        params = ", ".join(f"v{number}" for number in range(function.param_count))
        self.lines.append(f"def {python_name(function.name)}({params}):")
        self.out("to = 0")
        for number in range(function.param_count, len(function.locals)):
            self.out(f"v{number} = {'0.0' if function.locals[number].type == F64 else '0'}")
        self.statements(function.body)
        if function.result is not None:
            self.out("raise Trap('unreachable')")
        return "\n".join(self.lines) + "\n"

    def out(self, line: str) -> None:
        self.lines.append(" " * self.indent + line)

    def named(self, expression: str) -> str:
        """Evaluates here and now; gives the name of the result."""
        self.names += 1
        self.out(f"t{self.names} = {expression}")
        return f"t{self.names}"

    def inside(self, body: tuple[Stmt, ...], last: str = "") -> None:
        self.indent += 1
        self.statements(body)
        self.out(last or "pass")
        self.indent -= 1

    # --- expressions: each gives the name or the number that stands for its value -----------------

    def expr(self, node: Expr) -> str:
        match node:
            case Const(type=type_, value=value):
                return f"({value})" if type_ != F64 else self.named(f"float({str(value)!r})")
            case Get(local=local):
                return f"v{local}"
            case Op(name=name, args=args):
                return self.named(TEMPLATES[name].format(*self.values(args)))
            case Load(name=name, address=address, offset=offset):
                place = f"({self.expr(address)} & 0xffffffff) + {offset}"
                return self.named(f"{accessor(name)}(data, {place})[0]")
            case Call(function=function, args=args):
                return self.named(f"{python_name(function)}({', '.join(self.values(args))})")
            case CallIndirect(index=index, args=args):
                *values, place = self.values((*args, index))
                return self.named(f"table[{place} & 0xffffffff]({', '.join(values)})")
            case Choose(condition=condition, then=then, otherwise=otherwise):
                return self.choose(condition, then, otherwise)
            case Do(body=body, value=value):
                self.statements(body)
                return self.expr(value)
            case StaticAddress(data=data):
                return self.named(f"static[{data!r}]")
            case FunctionIndex(function=function):
                return self.named(f"index[{function!r}]")

    def values(self, nodes: tuple[Expr, ...]) -> list[str]:
        """The values in their order. A local that is set while a later one is evaluated is kept before that."""
        values: list[str] = []
        read: list[tuple[int, int, int, int]] = []
        for node in nodes:
            values.append(self.expr(node))
            if isinstance(node, Get | Do):
                read.append((len(values) - 1, len(self.lines), len(self.changes), self.indent))
        inserted = 0
        for position, line, change, indent in read:
            name = values[position]
            if name[0] == "v" and int(name[1:]) in self.changes[change:]:
                self.names += 1
                self.lines.insert(line + inserted, f"{' ' * indent}t{self.names} = {name}")
                inserted += 1
                values[position] = f"t{self.names}"
        return values

    def choose(self, condition: Expr, then: Expr, otherwise: Expr) -> str:
        chosen = self.expr(condition)
        self.names += 1
        name = f"t{self.names}"
        for head, branch in ((f"if {chosen}:", then), ("else:", otherwise)):
            self.out(head)
            self.indent += 1
            self.out(f"{name} = {self.expr(branch)}")
            self.indent -= 1
        return name

    # --- statements -------------------------------------------------------------------------------

    def statements(self, body: tuple[Stmt, ...]) -> None:
        for node in body:
            self.statement(node)

    def statement(self, node: Stmt) -> None:
        match node:
            case Set(local=local, value=value):
                self.out(f"v{local} = {self.expr(value)}")
                self.changes.append(local)
            case Store(name=name, address=address, value=value, offset=offset):
                place, stored = self.values((address, value))
                mask = STORES[name][1]
                kept = f"{stored} & {mask:#x}" if mask else stored
                self.out(f"{accessor(name)}(data, ({place} & 0xffffffff) + {offset}, {kept})")
            case Eval(value=value):
                self.expr(value)
            case Effect(name="unreachable"):
                self.out("raise Trap('unreachable')")
            case Effect(name=name, args=args):
                self.out(f"{name}({', '.join(self.values(args))})")
            case If():
                self.if_(node)
            case Block() | Loop():
                self.labelled(node)
            case Break(label=label, condition=None):
                self.leave(label)
            case Break(label=label, condition=condition):
                assert condition is not None
                self.out(f"if {self.expr(condition)}:")
                self.indent += 1
                self.leave(label)
                self.indent -= 1
            case Return(value=value):
                self.out(f"return {self.expr(value)}" if value is not None else "return")
            case Fault():
                self.fault(node)

    def if_(self, node: If) -> None:
        if _chain(node) > CHAIN_MAX:
            self.statement(_flat(node, f"chain {len(self.lines)}"))
            return
        self.out(f"if {self.expr(node.condition)}:")
        self.inside(node.then)
        if node.otherwise:
            self.out("else:")
            self.inside(node.otherwise)

    def labelled(self, node: Block | Loop) -> None:
        """Running off the end leaves both. What was left by a break to somewhere further out goes on to there."""
        self.labels[node.label] = len(self.labels) + 1
        self.out("while True:")
        self.around.append(node)
        self.inside(node.body, "break")
        self.around.pop()
        if self.around:
            outer = self.around[-1]
            self.out("if to:")
            self.out(f" if to != {self.labels[outer.label]}: break")
            self.out(" to = 0")
            self.out(" continue" if isinstance(outer, Loop) else " break")

    def leave(self, label: str) -> None:
        nearest = self.around[-1]
        if nearest.label != label:
            self.out(f"to = {self.labels[label]}")
            self.out("break")
        else:
            self.out("continue" if isinstance(nearest, Loop) else "break")

    def fault(self, node: Fault) -> None:
        operands = []
        for operand, value in zip((node.a, node.b), self.values((_operand(node.a), _operand(node.b))), strict=True):
            operands.append(f"bits_of_float({value})" if operand is not None and operand.type == F64 else value)
        self.out(f"{python_name(RAISE)}({FAULT_KINDS.index(node.kind)}, {node.site}, {', '.join(operands)})")
        self.out("raise Trap('unreachable')")


def _operand(node: Expr | None) -> Expr:
    return Const(I64, 0) if node is None else node


def _chain(node: If) -> int:
    """How long a chain of else-ifs is."""
    length = 1
    while len(node.otherwise) == 1 and isinstance(node.otherwise[0], If):
        node = node.otherwise[0]
        length += 1
    return length


def _flat(node: If, label: str) -> Block:
    """The same as a block that every branch leaves."""
    body: list[Stmt] = []
    while True:
        body.append(If(node.condition, (*node.then, Break(label))))
        if not (len(node.otherwise) == 1 and isinstance(node.otherwise[0], If)):
            return Block(label, (*body, *node.otherwise))
        node = node.otherwise[0]
