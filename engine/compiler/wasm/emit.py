"""From IR to WebAssembly text: one pass over the module, no optimisation.

The layout of memory is decided here. Addresses 0..63 are those bytes, cells have the addresses that they say, static
data follows (equal objects once), and the cell ``static_end`` is told where free memory starts, a multiple of 16.

Code that may run for long looks whether somebody wants it to stop: at the head of loops it reads some of the first
``STOP_BYTES`` bytes of memory and traps if they are not zero: then they are all ones. Each loop of a function reads
from another place, or the engine would read one of them only once. A loop that reaches an object from an address
compares that with four of the bytes: no number is below zero, each but the last one is below all ones, and the engine
has one instruction for it. A loop that goes round a few times only does not look. Recursive functions look where they
ask how deep they are (``passes/depth.py``), at the first word, which is the largest number then.

A ``Fault`` becomes a call of the program's own ``fault.raise`` and a trap. The text is flat (``local.get 0`` rather
than folded expressions) with numbered locals and labels, because that is what assembles fastest; functions keep their
names for people who read a backtrace.
"""

from __future__ import annotations

import math
import re
import struct
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from engine.compiler.ir.memo import Memo
from engine.compiler.ir.nodes import (
    FAULT_KINDS,
    I32,
    I64,
    V128,
    Block,
    Break,
    Call,
    CallIndirect,
    CellInit,
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
from engine.compiler.ir.ops import is_comparison
from engine.compiler.ir.passes.copies import REST, is_version
from engine.compiler.ir.walk import FAULT_FUNCTION, SCHEDULER, walk

STATIC_END_CELL = "static_end"
FIRST_CELL = 64
STOP_BYTES = 64
PAGE = 65536
PAGES_MAX = 65536
FREE_PAGES = 16
"""Pages of free memory that a module starts with; the kernel grows from there."""
GAP = "\0"

_KIND_NUMBERS = {kind: number for number, kind in enumerate(FAULT_KINDS)}
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.<>:/|?-]")


def emit(module: Module, memo: Memo | None = None) -> str:
    """The module as WebAssembly text. The module must be valid, see ``validate``."""
    memo = memo or Memo()
    layout = _Layout(module)
    functions = "".join(memo.made(f, _Text, _Text).placed(layout) for f in module.functions)
    data = layout.data_segments()  # after the functions: they say which static data there is
    pages = min(PAGES_MAX, -(-layout.static_end // PAGE) + FREE_PAGES)
    table = [layout.index_of[name] for name in layout.table]
    elements = f"(elem (i32.const 0) func {' '.join(map(str, table))})\n" if table else ""
    return (
        f'(module\n(memory (export "memory") {pages} {PAGES_MAX})\n'
        f"(table {len(table)} funcref)\n{functions}{elements}{data}\n)\n"
    )


@dataclass
class _Layout:
    """Where things are: functions by number, the function table, static data by address."""

    module: Module
    index_of: dict[str, int] = field(init=False)
    table: list[str] = field(init=False)
    table_index: dict[str, int] = field(init=False)
    static_start: int = field(init=False)
    static: bytearray = field(init=False, default_factory=bytearray)
    static_addresses: dict[bytes, int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.index_of = {function.name: number for number, function in enumerate(self.module.functions)}
        self.table = list(self.module.table)
        self.table_index = {}
        for number, name in enumerate(self.table):
            self.table_index.setdefault(name, number)
        cells_end = max((cell.address + 8 for cell in self.module.cells), default=FIRST_CELL)
        self.static_start = -(-cells_end // 16) * 16

    @property
    def static_end(self) -> int:
        """The first free address."""
        return -(-(self.static_start + len(self.static)) // 16) * 16

    def number(self, name: str) -> int:
        """The number of a function."""
        return self.index_of[name]

    def static_address(self, data: bytes) -> int:
        """The address of an object of static data; equal objects have one address."""
        address = self.static_addresses.get(data)
        if address is None:
            self.static.extend(b"\0" * (-len(self.static) % 8))
            address = self.static_start + len(self.static)
            self.static.extend(data)
            self.static_addresses[data] = address
        return address

    def function_index(self, name: str) -> int:
        """The place of a function in the function table, given at its first use."""
        index = self.table_index.get(name)
        if index is None:
            index = self.table_index[name] = len(self.table)
            self.table.append(name)
        return index

    def data_segments(self) -> str:
        """Initial values of the cells, and the static data."""
        segments = [_segment(cell.address, _cell_bytes(cell, self.static_end)) for cell in self.module.cells]
        segments.append(_segment(self.static_start, bytes(self.static)))
        return "".join(segments)


def _cell_bytes(cell: CellInit, static_end: int) -> bytes:
    value = static_end if cell.name == STATIC_END_CELL else cell.value
    if cell.type == I32:
        return struct.pack("<Ixxxx", int(value) & 0xFFFFFFFF)
    return struct.pack("<Q", int(value) & (2**64 - 1)) if cell.type == I64 else struct.pack("<d", value)


def _segment(address: int, data: bytes) -> str:
    """A data segment, or nothing where memory is zero anyway."""
    if not data.strip(b"\0"):
        return ""
    return f'(data (i32.const {address}) "{"".join(map(_BYTE_TEXT.__getitem__, data))}")\n'


_BYTE_TEXT = [chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\{b:02x}" for b in range(256)]


def _float_text(value: float) -> str:
    if math.isnan(value):
        bits = struct.unpack("<Q", struct.pack("<d", value))[0]
        return f"{'-' if bits >> 63 else ''}nan:0x{bits & (2**52 - 1):x}"
    return repr(value)  # "inf", "-inf" and shortest digits are all WebAssembly text


def _const_text(node: Const) -> str:
    if node.type == V128:
        return "v128.const i64x2 {} {}".format(*struct.unpack("<QQ", int(node.value).to_bytes(16, "little")))
    return f"{node.type}.const {node.value if node.type[0] == 'i' else _float_text(float(node.value))}"


def _signature(params: tuple[ValueType, ...], result: ValueType | None) -> str:
    text = f"(param {' '.join(params)})" if params else ""
    return f"{text} (result {result})" if result else text


class _Text:
    """One function, its export with it. ``pieces`` are its instructions but for the numbers between them, which depend
    on the module: ``gaps`` say how to ask for each, in order."""

    def __init__(self, function: Function) -> None:
        self.name = function.name
        head = f'(export "{function.exported}") ' if function.exported else ""
        head += _signature(tuple(local.type for local in function.params), function.result)
        others = [local.type for local in function.locals[function.param_count :]]
        self.head = head + (f"(local {' '.join(others)})" if others else "") + "\n"
        body = _Body(Counter(node.local for node in walk(function.body) if type(node) is Get))
        body.loops = -1 if function.name == SCHEDULER else 0  # its own loop, the first one, looks by itself
        body.statements(function.body)
        if function.result and not (function.body and isinstance(function.body[-1], Return)):
            body.out("unreachable")
        self.pieces = "\n".join(body.lines).split(GAP)
        self.gaps = tuple(body.gaps)

    def placed(self, layout: _Layout) -> str:
        """The function in a module."""
        text = [f"(func ${_NOT_IN_NAMES.sub('_', self.name)}~{layout.index_of[self.name]} ", self.head]
        text.append(self.pieces[0])
        for (find, what), piece in zip(self.gaps, self.pieces[1:], strict=True):
            text += (str(find(layout, what)), piece)
        text.append(")\n")
        return "".join(text)


def _poll(byte: int, address: int | None = None) -> tuple[str, ...]:
    """Traps if somebody wants the code to stop; ``address`` is a local with that of an object."""
    if address is None:
        return ("i32.const 0", f"i32.load8_u offset={byte}", "if", "unreachable", "end")
    wanted = (f"local.get {address}", "i32.const 0", f"i32.load offset={byte} align=1", "i32.lt_u")
    return (*wanted, "if", "unreachable", "end")


def _address_used(body: tuple[Stmt, ...]) -> int | None:
    """The local from which code reaches objects most often, if the code leaves it alone."""
    used: Counter[int] = Counter()
    given = set()
    for node in walk(body):
        if type(node) is Set:
            given.add(node.local)
        elif isinstance(node, Load | Store):
            base = node.address
            while isinstance(base, Op) and base.name == "i32.add":
                base = base.args[0]
            if isinstance(base, Get):
                used[base.local] += 1
    return max((local for local in used if local not in given), key=lambda local: used[local], default=None)


class _Body:
    """The instructions of a function, with a ``GAP`` for each of the ``gaps``. ``depth`` is the number of labels around
    the place where we are, ``reads`` how often each local is read."""

    def __init__(self, reads: Counter[int]) -> None:
        self.reads = reads
        self.lines: list[str] = []
        self.out = self.lines.append
        self.gaps: list[tuple[Callable[[_Layout, Any], int], str | bytes]] = []
        self.depth = 0
        self.label_depth: dict[str, int] = {}
        self.loops = 0

    def gap(self, instruction: str, find: Callable[[_Layout, Any], int], what: str | bytes) -> None:
        """An instruction with a number that the layout knows."""
        self.gaps.append((find, what))
        self.out(f"{instruction} {GAP}")

    def statements(self, body: tuple[Stmt, ...]) -> None:
        for node in body:
            _STATEMENTS[type(node)](self, node)

    def expr(self, node: Expr) -> None:
        _EXPRESSIONS[type(node)](self, node)

    def const(self, node: Const) -> None:
        self.out(_const_text(node))

    def get(self, node: Get) -> None:
        """Reading a local just after setting it needs no detour, or no local at all."""
        if self.lines and self.lines[-1] == f"local.set {node.local}":
            self.lines.pop()
            if self.reads[node.local] > 1:
                self.out(f"local.tee {node.local}")
        else:
            self.out(f"local.get {node.local}")

    def op(self, node: Op) -> None:
        for arg in node.args:
            _EXPRESSIONS[type(arg)](self, arg)
        self.out(node.name)

    def load(self, node: Load) -> None:
        self.expr(node.address)
        self.out(f"{node.name} offset={node.offset}" if node.offset else node.name)

    def call(self, node: Call) -> None:
        for arg in node.args:
            _EXPRESSIONS[type(arg)](self, arg)
        self.gap("call", _Layout.number, node.function)

    def call_indirect(self, node: CallIndirect) -> None:
        for arg in node.args:
            self.expr(arg)
        self.expr(node.index)
        self.out(f"call_indirect {_signature(node.params, node.type)}")

    def choose(self, node: Choose) -> None:
        self.expr(node.condition)
        self.out(f"if (result {node.type})")
        self.depth += 1
        self.expr(node.then)
        self.out("else")
        self.expr(node.otherwise)
        self.depth -= 1
        self.out("end")

    def do(self, node: Do) -> None:
        self.statements(node.body)
        self.expr(node.value)

    def static_address(self, node: StaticAddress) -> None:
        self.gap("i32.const", _Layout.static_address, node.data)

    def function_index(self, node: FunctionIndex) -> None:
        self.gap("i32.const", _Layout.function_index, node.function)

    def set(self, node: Set) -> None:
        self.expr(node.value)
        self.out(f"local.set {node.local}")

    def store(self, node: Store) -> None:
        self.expr(node.address)
        self.expr(node.value)
        self.out(f"{node.name} offset={node.offset}" if node.offset else node.name)

    def eval(self, node: Eval) -> None:
        self.expr(node.value)
        if node.value.type is not None:
            self.out("drop")

    def effect(self, node: Effect) -> None:
        for arg in node.args:
            self.expr(arg)
        self.out(node.name)

    def if_(self, node: If) -> None:
        compared = _not_compared(node.condition)
        self.expr(node.condition if compared is None else compared)
        self.out("if")
        self.depth += 1
        then, otherwise = (node.then, node.otherwise) if compared is None else (node.otherwise, node.then)
        self.statements(then)
        if otherwise:
            self.out("else")
            self.statements(otherwise)
        self.depth -= 1
        self.out("end")

    def block(self, node: Block) -> None:
        self.labelled("block", node)

    def loop(self, node: Loop) -> None:
        self.labelled("loop", node)

    def labelled(self, keyword: str, node: Block | Loop) -> None:
        self.out(keyword)
        if keyword == "loop":
            self.loops += 1
            if self.loops and not is_version(node.label, REST):
                self.lines += _poll(4 + self.loops % (STOP_BYTES - 7), _address_used(node.body))
        self.label_depth[node.label] = self.depth
        self.depth += 1
        self.statements(node.body)
        self.depth -= 1
        self.out("end")

    def break_(self, node: Break) -> None:
        outwards = self.depth - self.label_depth[node.label] - 1
        if node.condition is None:
            self.out(f"br {outwards}")
        elif (compared := _not_compared(node.condition)) is not None:
            self.expr(compared)
            self.lines += ("if", "else", f"br {outwards + 1}", "end")
        else:
            self.expr(node.condition)
            self.out(f"br_if {outwards}")

    def return_(self, node: Return) -> None:
        if node.value is not None:
            self.expr(node.value)
        self.out("return")

    def fault(self, node: Fault) -> None:
        self.out(f"i32.const {_KIND_NUMBERS[node.kind]}")
        self.out(f"i32.const {node.site}")
        for operand in (node.a, node.b):
            if operand is None:
                self.out("i64.const 0")
                continue
            self.expr(operand)
            if operand.type != I64:
                self.out("i64.extend_i32_s" if operand.type == I32 else "i64.reinterpret_f64")
        self.gap("call", _Layout.number, FAULT_FUNCTION)
        self.out("unreachable")


def _not_compared(node: Expr) -> Expr | None:
    """The comparison of floats that a condition says does not hold: the engine jumps on a comparison at once, but not
    on its opposite, and of floats that is no comparison."""
    match node:
        case Op(_, "i32.eqz", (Op(_, name) as compared,)) if name.startswith("f64.") and is_comparison(name):
            return compared
    return None


_EXPRESSIONS: dict[type, Callable[..., None]] = {
    Const: _Body.const,
    Get: _Body.get,
    Op: _Body.op,
    Load: _Body.load,
    Call: _Body.call,
    CallIndirect: _Body.call_indirect,
    Choose: _Body.choose,
    Do: _Body.do,
    StaticAddress: _Body.static_address,
    FunctionIndex: _Body.function_index,
}

_STATEMENTS: dict[type, Callable[..., None]] = {
    Set: _Body.set,
    Store: _Body.store,
    Eval: _Body.eval,
    Effect: _Body.effect,
    If: _Body.if_,
    Block: _Body.block,
    Loop: _Body.loop,
    Break: _Body.break_,
    Return: _Body.return_,
    Fault: _Body.fault,
}
