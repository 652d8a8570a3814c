"""What the passes are for: less code, fewer checks, and recursion that ends the same everywhere."""

from __future__ import annotations

from dataclasses import replace

import pytest
import wasmtime

from engine.compiler.ir.nodes import (
    F64,
    FAULT_KINDS,
    I32,
    I64,
    Block,
    Break,
    Call,
    CallIndirect,
    CellInit,
    Choose,
    Const,
    Eval,
    Fault,
    Function,
    FunctionIndex,
    Get,
    If,
    Load,
    Module,
    Op,
    Return,
    Set,
    Stmt,
    Store,
)
from engine.compiler.ir.passes import optimise
from engine.compiler.ir.passes.depth import DEPTH_BYTES_MAX
from engine.compiler.ir.passes.fold import fold
from engine.compiler.ir.printer import print_function
from engine.compiler.ir.walk import walk
from tests.engine.ir.building import FILE, RAISE, checked, fib_module, function, i32, i64, module, op, start

N = Get(I64, 0)


def _find(m: Module, name: str) -> Function:
    return next(f for f in m.functions if f.name == name)


def _folded(body: tuple[Stmt, ...], params: str = "n:i64", more: str = "") -> list[str]:
    lines = print_function(fold(function("f", params, body, more))).splitlines()
    return [line.strip() for line in lines if line.startswith("  ") and "var " not in line]


def _deep(m: Module, argument: int) -> tuple[str, int]:
    """The fault that a run ends with, and its operand."""
    machine = start(m)
    with pytest.raises(wasmtime.Trap):
        machine.run(argument)
    return FAULT_KINDS[machine.cell(64)], machine.cell(80)


def test_fib_counts_every_logical_call_however_much_is_inlined() -> None:
    machine = start(optimise(fib_module(), (FILE,), counting=True))
    assert machine.run(24) == 46368
    assert machine.cell(104) == 2 * 75025 - 1


def test_self_inlining_leaves_a_small_part_of_the_calls() -> None:
    fib = _find(optimise(fib_module(), (FILE,)), "fib")
    calls = [node for node in walk(fib.body) if isinstance(node, Call)]
    assert len(calls) == 32
    assert all(call.function == "fib" for call in calls)


def test_what_a_recursive_function_begins_with_is_asked_before_its_calls() -> None:
    fib = _find(optimise(fib_module(), (FILE,)), "fib")
    calls = [node for node in walk(fib.body) if isinstance(node, Call)]
    asked = [node for node in walk(fib.body) if isinstance(node, Op) and node.name == "i64.lt_s" and node.args[0] == N]
    assert len(asked) > len(calls)


def test_a_subtraction_behind_a_lower_bound_needs_no_overflow_check() -> None:
    body = (If(op("i64.lt_s", N, i64(2)), (Return(N),)), Return(checked("sub", N, i64(2), 1)))
    folded = _folded(body, more="a:i64 b:i64 r:i64")
    assert not any("fault" in line for line in folded)


def test_a_subtraction_that_may_overflow_keeps_its_check() -> None:
    folded = _folded((Return(checked("sub", N, i64(2), 1)),), more="a:i64 b:i64 r:i64")
    assert any("fault overflow" in line for line in folded)


def test_a_divisor_that_is_known_needs_no_check() -> None:
    guard = If(op("i64.le_s", N, i64(0)), (Return(i64(0)),))
    check = If(op("i64.eqz", N), (Fault("division_by_zero", 1),))
    folded = _folded((guard, check, Return(op("i64.div_s", i64(100), N))))
    assert folded[-1] == "return i64.div_s(100, n)"
    assert not any("fault" in line for line in folded)


def test_constants_branches_and_dead_code_are_decided() -> None:
    decided = If(op("i64.gt_s", op("i64.mul", i64(6), i64(7)), i64(41)), (Return(i64(1)),), (Return(N),))
    assert _folded((decided, Return(i64(2)))) == ["return 1"]


def test_a_long_function_of_floats_goes_where_it_is_called_with_constants_and_becomes_one() -> None:
    x, total = Get(F64, 0), Get(F64, 1)
    steps = tuple(Set(1, op("f64.add", op("f64.mul", total, x), Const(F64, 1.0))) for _ in range(25))
    far = If(op("f64.gt", x, Const(F64, 9.0)), (Return(Call(F64, "far", (x,))),))
    formula = function("formula", "x:f64", (far, *steps, Return(total)), more="total:f64", result=F64)
    other = function("far", "x:f64", (Store("f64.store", i32(128), x), Return(op("f64.neg", x))), result=F64)
    known = Call(F64, "formula", (Const(F64, 1.0),))
    asked = Call(F64, "formula", (op("f64.convert_i64_s", N),))
    run = function("run", "n:i64", (Return(op("i64.reinterpret_f64", op("f64.sub", asked, known))),))
    text = print_function(_find(optimise(module(other, formula, run), (FILE,)), "run"))
    assert "f64.sub(formula(f64.convert_i64_s(n)), 25.0)" in text


def test_a_block_that_is_left_at_its_end_only_becomes_its_body() -> None:
    body = (Block("b", (Set(1, op("i64.add", N, i64(0))), Break("b"))), Return(Get(I64, 1)))
    assert _folded(body, more="x:i64") == ["x = n", "return n"]


def test_what_is_known_in_one_branch_is_not_known_after_it() -> None:
    body = (
        If(op("i64.lt_s", N, i64(0)), (Set(1, i64(5)),), (Set(1, i64(7)),)),
        Return(Choose(I64, op("i64.gt_s", Get(I64, 1), i64(6)), i64(1), Get(I64, 1))),
    )
    assert _folded(body, more="x:i64")[-1] == "return (1 if i64.gt_s(x, 6) else x)"


def test_headers_of_objects_are_read_with_an_offset() -> None:
    load = Load(I64, "i64.load", op("i32.add", Get(I32, 0), i32(8)), 4)
    assert _folded((Return(load),), params="p:i32") == ["return i64.load[p + 12]"]


def test_functions_that_nothing_reaches_are_dropped_and_table_functions_stay() -> None:
    taken = function("taken", "n:i64", (Return(N),))
    alone = function("alone", "n:i64", (Return(N),))
    run = function("run", "n:i64", (Eval(FunctionIndex("taken")), Store("i32.store", i32(128), FunctionIndex("taken"))))
    run = replace(run, body=(*run.body, Return(N)))
    kept = [f.name for f in optimise(module(taken, alone, run, table=("run",)), (FILE,)).functions]
    assert kept == ["taken", "run"]


def _counting_down(more: Stmt | None = None) -> Module:
    """``f(n)``: 1 + f(n - 1) down to 0, which needs its frame after the call."""
    again = checked("add", Call(I64, "f", (checked("sub", N, i64(1), 1),)), i64(1), 4)
    body = (If(op("i64.eqz", N), (Return(i64(0)),)), *([more] if more else []), Return(again))
    f = function("f", "n:i64", body, "a:i64 b:i64 c:i64 d:i64 e:i64 g:i64")
    return module(f, function("run", "n:i64", (Return(Call(I64, "f", (N,))),)))


def test_endless_recursion_is_a_fault_and_ordinary_recursion_is_not() -> None:
    m = optimise(_counting_down(), (FILE,))
    assert start(m).run(20_000) == 20_000
    assert _deep(m, -1) == ("recursion_too_deep", DEPTH_BYTES_MAX)


def test_the_fault_names_the_line_of_the_recursive_function() -> None:
    m = optimise(_counting_down(), (FILE,))
    machine = start(m)
    with pytest.raises(wasmtime.Trap):
        machine.run(10**9)
    site = m.sites[machine.cell(72)]
    assert (site.file, site.line, site.function) == (FILE, 3, "f")


def test_recursion_through_two_functions_is_limited_too() -> None:
    even = function("even", "n:i64", (Return(op("i64.add", Call(I64, "odd", (N,)), i64(1))),))
    odd = function("odd", "n:i64", (Return(op("i64.add", Call(I64, "even", (op("i64.add", N, i64(1)),)), i64(1))),))
    run = function("run", "n:i64", (Return(Call(I64, "even", (N,))),))
    assert _deep(optimise(module(even, odd, run), (FILE,)), 0)[0] == "recursion_too_deep"


def test_a_recursive_export_keeps_its_signature() -> None:
    body = (
        If(op("i64.eqz", N), (Return(i64(0)),)),
        Return(op("i64.add", Call(I64, "run", (op("i64.sub", N, i64(1)),)), N)),
    )
    m = optimise(module(function("run", "n:i64", body)), (FILE,))
    assert _find(m, "run").param_count == 1
    assert start(m).run(1000) == 500_500
    assert _deep(m, -1)[0] == "recursion_too_deep"


def test_functions_without_recursion_count_no_frames() -> None:
    helper = function("helper", "n:i64", (Store("i64.store", i32(128), N), Return(N)) * 20)
    run = function("run", "n:i64", (Return(Call(I64, "helper", (N,))),))
    m = optimise(module(helper, run), (FILE,))
    assert all(local.name != "room" for f in m.functions for local in f.locals)


@pytest.mark.parametrize(("values", "args"), [(0, 0), (5, 0), (40, 0), (0, 5), (0, 14), (12, 12)])
def test_the_limit_comes_before_the_end_of_the_stack_whatever_is_in_a_frame(values: int, args: int) -> None:
    """Values that are alive across the call, and arguments that do not fit into registers."""
    params = " ".join(["n:i64", *(f"p{number}:i64" for number in range(args))])
    first = args + 1
    kept = [Set(first + number, Load(I64, "i64.load", i32(256 + 8 * number))) for number in range(values)]
    passed = [op("i64.add", Get(I64, 1 + number), N) for number in range(args)]
    total = first + values
    used = [Set(total, Call(I64, "f", (op("i64.add", N, i64(1)), *passed)))]
    for number in range(values):
        used.append(Set(total, op("i64.mul", Get(I64, total), Get(I64, first + number))))
    more = " ".join(f"v{number}:i64" for number in range(values + 1))
    f = function("f", params, (*kept, *used, Return(Get(I64, total))), more)
    run = function("run", "n:i64", (Return(Call(I64, "f", (N, *(i64(number) for number in range(args))))),))
    assert _deep(optimise(module(f, run), (FILE,)), 0)[0] == "recursion_too_deep"


def test_a_fault_inside_an_operand_ends_the_function() -> None:
    stop = function("stop", "n:i64", (Fault("fail", 1, N),))
    run = function("run", "n:i64", (Return(op("i64.add", Call(I64, "stop", (N,)), i64(1))),))
    assert _deep(optimise(module(stop, run), (FILE,)), 7) == ("fail", 7)


def test_the_function_that_notes_faults_stays_while_something_can_fault() -> None:
    m = optimise(_counting_down(), (FILE,))
    assert RAISE.name in [f.name for f in m.functions]


def test_handlers_are_found_by_comparing_their_numbers() -> None:
    def handler(number: int) -> Function:
        return function(f"handler{number}", "mail:i32", (Store("i64.store", i32(72), i64(number)),), result=None)

    call = Eval(CallIndirect(None, (I32,), Get(I32, 0), (Get(I32, 0),)))
    runner = function("turn.run", "index:i32", (call,), result=None)
    run = Eval(Call(None, "turn.run", (op("i32.wrap_i64", N),)))
    entry = function("run", "index:i64", (run, Return(i64(0))))
    handlers = tuple(map(handler, range(5)))
    cells = (CellInit("handler_count", 64, I32, 5), CellInit("last", 72, I64, -1))
    made = replace(module(*handlers, runner, entry, table=tuple(h.name for h in handlers)), cells=cells)
    direct = optimise(made)
    assert not any(isinstance(node, CallIndirect) for f in direct.functions for node in walk(f.body))
    machine = start(direct)
    for number in range(5):
        machine.run(number)
        assert machine.cell(72) == number


def test_what_releases_the_state_of_a_type_is_found_by_comparing_too() -> None:
    def release(number: int) -> Function:
        return function(f"release{number}", "state:i32", (Store("i64.store", i32(72), i64(number)),), result=None)

    def made(types: int) -> Module:
        releases = tuple(map(release, range(types)))
        index = op("i32.add", op("i32.mul", Get(I32, 0), i32(4)), i32(1))
        call = Eval(CallIndirect(None, (I32,), index, (Get(I32, 1),)))
        runner = function("actor.release", "kind:i32 state:i32", (call,), result=None)
        run = Eval(Call(None, "actor.release", (op("i32.wrap_i64", N), i32(0))))
        entry = function("run", "kind:i64", (run, Return(i64(0))))
        handler = function("handler", "mail:i32", (), result=None)
        table = ("handler", *(name for one in releases for name in (one.name, *["handler"] * 3)))
        cells = (CellInit("handler_count", 64, I32, 1), CellInit("actor_type_count", 80, I32, types))
        whole = module(handler, *releases, runner, entry, table=table)
        return replace(whole, cells=(*cells, CellInit("last", 72, I64, -1)))

    for types, is_direct in ((3, True), (25, False)):
        released = optimise(made(types))
        calls = [node for f in released.functions for node in walk(f.body) if isinstance(node, CallIndirect)]
        assert (calls == []) == is_direct
        machine = start(released)
        for number in range(types):
            machine.run(number)
            assert machine.cell(72) == number


def test_small_handlers_become_part_of_what_runs_them() -> None:
    def handler(name: str, stores: int) -> Function:
        body = tuple(Store("i64.store", i32(72), i64(number)) for number in range(stores))
        return function(name, "mail:i32", body, result=None)

    call = Eval(CallIndirect(None, (I32,), Get(I32, 0), (Get(I32, 0),)))
    runner = function("turn.run", "index:i32", (call,), result=None)
    entry = function("run", "index:i64", (Eval(Call(None, "turn.run", (op("i32.wrap_i64", N),))), Return(i64(0))))
    handlers = (handler("small", 20), handler("large", 100))
    cells = (CellInit("handler_count", 64, I32, 2), CellInit("last", 72, I64, -1))
    made = replace(module(*handlers, runner, entry, table=("small", "large")), cells=cells)
    run = _find(optimise(made), "run")
    assert [node.function for node in walk(run.body) if isinstance(node, Call)] == ["large"]
