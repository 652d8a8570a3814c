"""Modules in Python do what they do as machine code: every instruction, and whatever is made of them."""

from __future__ import annotations

import itertools
import math

import pytest
import wasmtime

from engine.compiler.ir.nodes import (
    F64,
    I32,
    I64,
    V128,
    Block,
    Break,
    Call,
    CallIndirect,
    Const,
    Do,
    Effect,
    Expr,
    Function,
    FunctionIndex,
    Get,
    If,
    Load,
    Local,
    Loop,
    Module,
    Return,
    Set,
    StaticAddress,
    Stmt,
    Store,
)
from engine.compiler.ir.ops import LOADS, OPS, STORES, evaluate
from engine.reference.instance import Instance
from engine.reference.numbers import Trap
from tests.engine.ir.building import FILE, fib_module, i32, i64, module, op, start
from tests.engine.ir.random_modules import random_module

_VALUES = {
    I32: (0, 1, -1, 2, 7, 31, 32, 33, -8, 128, 255, 40000, 2**31 - 1, -(2**31)),
    I64: (0, 1, -1, 3, 10, 63, 64, 65, -100, 200, 70000, 2**32, 2**53 + 1, 2**63 - 1, -(2**63)),
    F64: (
        *(0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 1e300, 5e-324),
        *(2.0**31, -(2.0**63), 2.0**63, 4503599627370496.5, math.inf, -math.inf, math.nan),
    ),
}  # fmt: skip
_VECTORS = (0, 2**128 - 1, 0x000102030405060708090A0B0C0D0E0F, 0x80007F01FF30393A2F7B225C0A0D2009, 1 << 127 | 1 << 62)
_ON_VECTORS = sorted(name for name, (types, result) in OPS.items() if V128 in (*types, result))
_NUMERIC = sorted(name for name in OPS if not name.startswith("memory.") and name not in _ON_VECTORS)


def _function(params: str, result: str | None, *body: Stmt, more: str = "") -> Function:
    locals_ = tuple(Local(name, name) for name in f"{params} {more}".split())
    return Function("run", len(params.split()), locals_, result, body, exported="run", file=FILE)


def _bits(value: object) -> object:
    """Floats by what can be seen of them: a NaN has no sign, a zero has."""
    return str(value) if isinstance(value, float) else value


def _outcome(of: Module, *arguments: int | float) -> object:
    """Twice the same: what ``run`` gives or that it traps, and memory where there is no static data."""
    native, python = start(of), Instance(of)
    try:
        fast: object = _bits(native.run(*arguments))  # type: ignore[arg-type]
    except wasmtime.Trap:
        fast = "trap"
    try:
        slow: object = python.call("run", *arguments)
        slow = _bits(int(slow) if isinstance(slow, bool) else slow)
    except Trap:
        slow = "trap"
    assert (slow, python.memory.bytes[128:256].hex()) == (fast, native.memory(128, 256).hex()), arguments
    return fast


@pytest.mark.parametrize("name", _NUMERIC)
def test_an_instruction_gives_the_same(name: str) -> None:
    types, result = OPS[name]
    native = start(of := module(_function(" ".join(types), result, Return(op(name, *map(Get, types, range(9)))))))
    python = Instance(of)
    for arguments in itertools.product(*(_VALUES[type_] for type_ in types)):
        try:
            fast: object = _bits(native.run(*arguments))  # type: ignore[arg-type]
        except wasmtime.Trap:
            fast = "trap"
        try:
            slow = python.call("run", *arguments)
            slow = _bits(int(slow) if isinstance(slow, bool) else slow)
        except Trap:
            slow = "trap"
        assert slow == fast, arguments


def _observed(vector: Expr) -> Expr:
    """Of each byte of a vector, whether it has the bits of the argument."""
    bits = op("i8x16.splat", Get(I32, 0))
    return op("i8x16.bitmask", op("i8x16.eq", op("v128.and", vector, bits), bits))


@pytest.mark.parametrize("name", _ON_VECTORS)
def test_an_instruction_on_vectors_gives_the_same(name: str) -> None:
    types, result = OPS[name]
    values = {V128: _VECTORS, I32: (0, 1, 34, 128, 255, 256 + 34, -1), I64: _VALUES[I64], F64: (0.0, 1.5, -1e300)}
    for arguments in itertools.product(*(values[type_] for type_ in types)):
        known = evaluate(name, arguments)
        made = op(name, *(Const(type_, value) for type_, value in zip(types, arguments, strict=True)))
        of = module(_function(I32, I32, Return(_observed(made) if result == V128 else made)))
        for bit in range(8):
            outcome = _outcome(of, 1 << bit)
            if known is not None:
                assert (
                    _outcome(module(_function(I32, I32, Return(_observed(Const(result, known))))), 1 << bit) == outcome
                )


def test_a_vector_is_loaded_the_same_way() -> None:
    write = [Store("i64.store", i32(200 + 8 * i), i64(0x0102030405060708 * (i + 1) ^ 0x80)) for i in range(3)]
    for address in range(200, 205):
        of = module(_function(I32, I32, *write, Return(_observed(Load(V128, "v128.load", i32(address), 1)))))
        assert [_outcome(of, 1 << bit) for bit in range(8)].count(0) < 5


def test_a_local_that_is_a_vector_begins_as_zeros() -> None:
    of = module(_function(I32, I32, Return(op("i8x16.bitmask", op("i8x16.eq", Get(V128, 1), Get(V128, 1)))), more=V128))
    assert _outcome(of, 0) == 0xFFFF


@pytest.mark.parametrize("name", sorted(set(LOADS) - {"v128.load"}))
def test_a_load_reads_the_same(name: str) -> None:
    store = Store("i64.store", i32(200), i64(-0x0102030405060708 ^ 0x80))
    for address in range(200, 204):
        _outcome(module(_function("", LOADS[name], store, Return(Load(LOADS[name], name, i32(address - 1), 1)))))


@pytest.mark.parametrize("name", sorted(STORES))
def test_a_store_writes_the_same(name: str) -> None:
    for value in _VALUES[STORES[name]]:
        number: Expr = Const(STORES[name], float(value) if STORES[name] == F64 else value)
        if str(value) == "-0.0":
            number = op("f64.neg", Const(F64, 0.0))
        stored = Store(name, i32(201), number, 2)
        assert _outcome(module(_function("", I32, stored, Return(i32(0))))) == 0, value


def test_memory_is_copied_filled_and_grown_the_same_way() -> None:
    write = Store("i64.store", i32(160), i64(0x1122334455667788))
    for source, target in ((160, 163), (163, 160), (160, 200)):
        copy = Effect("memory.copy", (i32(target), i32(source), i32(9)))
        _outcome(module(_function("", I32, write, copy, Return(i32(0)))))
    fill = Effect("memory.fill", (i32(150), i32(0x1FE), i32(20)))
    _outcome(module(_function("", I32, fill, Return(i32(0)))))
    grown = op("i32.sub", op("memory.grow", i32(3)), op("memory.size"))
    assert _outcome(module(_function("", I32, Return(grown)))) == -3
    assert _outcome(module(_function("", I32, Return(op("memory.grow", i32(70000)))))) == -1


@pytest.mark.parametrize("seed", range(60))
def test_a_random_module_does_the_same(seed: int) -> None:
    for argument in (0, -1, 7, 2**63 - 1):
        _outcome(random_module(seed), argument)


def test_a_local_is_read_before_it_is_set_in_a_later_operand() -> None:
    changed = Do(I64, (Set(0, i64(100)),), Get(I64, 0))
    assert _outcome(module(_function("i64", I64, Return(op("i64.sub", Get(I64, 0), changed)))), 7) == -93
    again = op("i64.add", op("i64.mul", Get(I64, 0), i64(10)), changed)
    assert _outcome(module(_function("i64", I64, Return(op("i64.sub", Get(I64, 0), again)))), 7) == -163


def test_breaks_leave_as_many_constructs_as_they_say() -> None:
    count = Set(1, op("i64.add", Get(I64, 1), i64(1)))
    far = Break("out", op("i64.gt_s", Get(I64, 1), Get(I64, 0)))
    again = Break("outer", op("i64.eqz", op("i64.rem_s", Get(I64, 1), i64(3))))
    inner = Loop("inner", (count, Block("here", (far, again, Break("here"))), Break("inner")))
    body = (Block("out", (Loop("outer", (inner,)), Set(1, i64(-1)))), Return(Get(I64, 1)))
    assert _outcome(module(_function("i64", I64, *body, more="i64")), 10) == 11


def test_a_long_chain_of_branches_is_no_deeper_than_a_short_one() -> None:
    chain: tuple[Stmt, ...] = (Set(1, i64(-1)),)
    for number in reversed(range(150)):
        chain = (If(op("i64.eq", Get(I64, 0), i64(number)), (Set(1, i64(number * number)),), chain),)
    long = module(_function("i64", I64, *chain, Return(Get(I64, 1)), more="i64"))
    assert [_outcome(long, n) for n in (0, 149, 150)] == [0, 149 * 149, -1]


def test_functions_are_called_by_name_and_through_the_table() -> None:
    double = Function("double", 1, (Local("n", I64),), I64, (Return(op("i64.mul", Get(I64, 0), i64(2))),), file=FILE)
    index: Expr = FunctionIndex("double")
    call = CallIndirect(I64, (I64,), index, (Call(I64, "double", (Get(I64, 0),)),))
    assert _outcome(module(_function("i64", I64, Return(call)), double), 5) == 20


def test_equal_static_data_has_one_address() -> None:
    data, other = StaticAddress(b"ABCDEFGH"), StaticAddress(b"IJKLMNOP")
    same = op("i32.eq", data, StaticAddress(b"ABCDEFGH"))
    of = module(_function("", I32, Return(op("i32.sub", same, op("i32.eq", data, other)))))
    assert Instance(of).call("run") == start(of).run() == 1
    of = module(_function("", I64, Return(Load(I64, "i64.load", other))))
    assert Instance(of).call("run") == start(of).run() == 0x504F4E4D4C4B4A49


def test_recursion_may_be_deep() -> None:
    down = Call(I64, "deep", (op("i64.sub", Get(I64, 0), i64(1)),))
    body = (If(op("i64.eqz", Get(I64, 0)), (Return(i64(0)),)), Return(op("i64.add", down, i64(1))))
    deep = Function("deep", 1, (Local("n", I64),), I64, body, file=FILE)
    of = module(_function("i64", I64, Return(Call(I64, "deep", (Get(I64, 0),)))), deep)
    assert Instance(of).call("run", 30_000) == 30_000
    assert Instance(fib_module()).call("run", 15) == 610
