"""The IR is readable, and mistakes in it are found by name."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest

from engine.compiler.ir.nodes import (
    F64,
    I32,
    I64,
    Block,
    Break,
    Call,
    Const,
    Do,
    Fault,
    Get,
    If,
    Loop,
    Return,
    Set,
    StaticAddress,
    Stmt,
)
from engine.compiler.ir.printer import print_function, print_module
from engine.compiler.ir.validate import InvalidModule, validate
from tests.engine.ir.building import fib_module, function, i32, i64, module, op

N = Get(I64, 0)


def test_a_function_prints_as_people_would_write_it() -> None:
    text = struct.pack("<II", 2, 2) + b"hi"
    body = (
        Block(
            "out", (Loop("again", (Break("out", op("i64.eqz", N)), Set(0, op("i64.sub", N, i64(1))), Break("again"))),)
        ),
        If(
            op("i64.gt_s", N, i64(3)),
            (Fault("fail", 1, StaticAddress(text)),),
            (Set(0, Do(I64, (Set(0, i64(4)),), N)),),
        ),
        Return(N),
    )
    f = function("count", "n:i64", body)
    assert print_function(f, module(f)) == (
        "fn count(n: i64) -> i64    # fib.aefl:3\n"
        "  block out\n"
        "    loop again\n"
        "      br out if i64.eqz(n)\n"
        "      n = i64.sub(n, 1)\n"
        "      br again\n"
        "  if i64.gt_s(n, 3)\n"
        "    fault fail(site 1, static('hi'))    # fib.aefl:1:1\n"
        "  else\n"
        "    n = do {\n"
        "        n = 4\n"
        "        => n\n"
        "      }\n"
        "  return n"
    )


def test_a_module_prints_its_cells_and_its_table() -> None:
    text = print_module(replace(fib_module(), table=("run",)))
    assert text.startswith("cell fault_kind: i32 at 64 = 0\n")
    assert "table 0 = run" in text
    assert "\nfn fib(n: i64) -> i64" in text


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ((Return(i32(1)),), "the result is i32, not i64"),
        ((Return(op("i64.add", N, i32(1))),), "operand 1 of i64.add is i32, not i64"),
        ((Set(0, i64(1)),), "can end without a result"),
        ((Return(Get(I64, 5)),), "there is no local 5"),
        ((Break("nowhere"), Return(N)), "nothing around has the label nowhere"),
        ((Block("b", (Break("b"),)), Block("b", (Break("b"),)), Return(N)), "the label b is not unique"),
        ((Return(Call(I64, "missing", (N,))),), "refers to missing, which is not there"),
        ((Return(Call(I64, "fault.raise", (N,))),), "fault.raise gets 1 operands, not 4"),
        ((Return(Const(I64, 2**63)),), "does not fit i64"),
        ((Return(Const(F64, 1.5)),), "the result is f64, not i64"),
        ((Fault("surprise", 1),), "there is no fault surprise"),
        ((Fault("fail", 99),), "there is no site 99"),
        ((Return(Get(I32, 0)),), "Get says i32 and is i64"),
    ],
)
def test_a_malformed_function_is_found_and_named(body: tuple[Stmt, ...], message: str) -> None:
    with pytest.raises(InvalidModule, match=message) as mistake:
        validate(module(function("f", "n:i64", body)))
    assert str(mistake.value).startswith("f: ")


def test_a_well_formed_module_is_silent() -> None:
    validate(fib_module())
