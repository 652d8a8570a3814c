"""What emission decides: where cells and static data are, what is exported, how constants are written."""

from __future__ import annotations

import math
import struct
from dataclasses import replace

import pytest
import wasmtime

from engine.compiler.ir.memo import Memo
from engine.compiler.ir.nodes import (
    F64,
    I32,
    I64,
    Break,
    Call,
    CallIndirect,
    CellInit,
    Choose,
    Const,
    Effect,
    Eval,
    Fault,
    FunctionIndex,
    Get,
    If,
    Load,
    Loop,
    Return,
    Set,
    StaticAddress,
    Store,
)
from engine.compiler.wasm.emit import STOP_BYTES, emit
from tests.engine.ir.building import CELLS, function, i32, i64, module, op, start

N = Get(I64, 0)
TEXT = struct.pack("<II", 5, 5) + b'a"\\\n\xff'


def _static(data: bytes, at: int) -> Store:
    return Store("i32.store", i32(at), StaticAddress(data))


def test_static_data_are_placed_once_after_the_cells_and_free_memory_starts_behind_them() -> None:
    body = (_static(TEXT, 1024), _static(TEXT, 1032), _static(b"x" * 24, 1040), Return(N))
    machine = start(module(function("run", "n:i64", body)))
    machine.run(0)
    first, second, third = (machine.cell(address) & 0xFFFFFFFF for address in (1024, 1032, 1040))
    assert first == second == 112
    assert third == 128
    assert machine.memory(first, first + len(TEXT)) == TEXT
    assert machine.cell(96) == 160


def test_cells_begin_with_their_values() -> None:
    cells = (*CELLS, CellInit("a", 104, I32, -2), CellInit("b", 112, I64, 2**63 - 1), CellInit("c", 120, F64, 0.1))
    machine = start(replace(module(function("run", "n:i64", (Return(N),))), cells=cells))
    assert machine.memory(104, 108) == b"\xfe\xff\xff\xff"
    assert machine.cell(112) == 2**63 - 1
    assert machine.memory(120, 128) == struct.pack("<d", 0.1)


@pytest.mark.parametrize("value", [0.1, 0.0, 1e300, 5e-324, math.inf, -math.inf, math.nan, 2.0**53])
def test_floats_keep_their_bits(value: float) -> None:
    machine = start(module(function("run", "n:i64", (Return(op("i64.reinterpret_f64", Const(F64, value))),))))
    assert struct.pack("<q", machine.run(0) or 0) == struct.pack("<d", value)


def test_functions_of_the_table_are_called_by_their_place() -> None:
    double = function("double", "n:i64", (Return(op("i64.mul", N, i64(2))),))
    call = CallIndirect(I64, (I64,), FunctionIndex("double"), (N,))
    machine = start(module(double, function("run", "n:i64", (Return(call),)), table=("run",)))
    assert machine.run(21) == 42


def test_a_fault_is_noted_and_traps() -> None:
    import wasmtime

    body = (If(op("i64.eqz", N), (Fault("bad_conversion", 1, Const(F64, 1.5), i32(-3)),)), Return(N))
    machine = start(module(function("run", "n:i64", body)))
    assert machine.run(4) == 4
    with pytest.raises(wasmtime.Trap):
        machine.run(0)
    assert (machine.cell(64), machine.cell(72)) == (9, 1)
    assert (machine.cell(80), machine.cell(88)) == (struct.unpack("<q", struct.pack("<d", 1.5))[0], -3)


def test_only_the_chosen_side_is_evaluated() -> None:
    note = function("note", "n:i64", (Store("i64.store", i32(1024), N), Return(N)))
    chosen = Choose(I64, op("i64.eqz", N), i64(7), Call(I64, "note", (N,)))
    machine = start(module(note, function("run", "n:i64", (Return(chosen),))))
    assert (machine.run(0), machine.cell(1024)) == (7, 0)
    assert (machine.run(3), machine.cell(1024)) == (3, 3)


def test_memory_is_copied_filled_and_grown() -> None:
    body = (
        Effect("memory.fill", (i32(1024), i32(7), i32(8))),
        Effect("memory.copy", (i32(1032), i32(1024), i32(4))),
        Eval(op("memory.grow", i32(1))),
        Return(op("i64.extend_i32_u", op("memory.size"))),
    )
    machine = start(module(function("run", "n:i64", body)))
    assert machine.run(0) == 18
    assert machine.memory(1024, 1040) == b"\x07" * 12 + b"\0" * 4


def test_a_local_read_once_just_after_it_is_set_takes_no_instruction() -> None:
    body = (Set(1, op("i64.add", N, i64(1))), Return(Get(I64, 1)))
    text = emit(module(function("run", "n:i64", body, "x:i64")))
    assert "local.set" not in text
    assert "local.tee" not in text


@pytest.mark.parametrize("reads", [True, False])
def test_a_loop_traps_where_somebody_wants_it_to_stop(reads: bool) -> None:
    stop = If(op("i64.gt_s", N, i64(3)), (Effect("memory.fill", (i32(0), i32(255), i32(STOP_BYTES))),))
    read = (Eval(Load(I64, "i64.load", Get(I32, 2), 8)),) if reads else ()
    step = (Set(1, op("i64.add", Get(I64, 1), i64(1))), Break("again", op("i64.lt_s", Get(I64, 1), N)))
    body = (Set(2, i32(1024)), stop, Loop("again", (*read, *step)), Return(Get(I64, 1)))
    run = function("run", "n:i64", (Return(Call(I64, "looks", (N,))),))
    made = module(run, function("looks", "n:i64", body, "i:i64 object:i32"))
    assert ("i32.lt_u" in emit(made)) == reads
    assert start(made).run(3) == 3
    with pytest.raises(wasmtime.Trap):
        start(made).run(4)


def test_names_with_type_arguments_become_names_of_functions() -> None:
    odd = function("list.push<(int, string?)>", "n:i64", (Return(N),))
    run = function("run", "n:i64", (Return(Call(I64, odd.name, (N,))),))
    assert start(module(odd, run)).run(5) == 5


def test_a_memo_changes_no_text_although_functions_have_other_numbers_and_data_other_places() -> None:
    data = Eval(StaticAddress(b"12345678"))
    twice = function("twice", "n:i64", (data, Return(op("i64.add", N, N))))
    run = function("run", "n:i64", (data, Eval(FunctionIndex("twice")), Return(Call(I64, "twice", (N,)))))
    first = function("first", "n:i64", (Eval(StaticAddress(b"before")), Eval(FunctionIndex("first")), Return(N)))
    memo = Memo()
    assert emit(module(twice, run), memo) == emit(module(twice, run))
    other = module(first, run, twice)
    assert emit(other, memo) == emit(other) != emit(module(twice, run))
