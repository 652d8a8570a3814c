"""The library's dialect: machine types, cells, constants, generic bodies."""

from __future__ import annotations

import pytest

from engine.compiler.check import tree
from engine.compiler.check.library import Library
from engine.compiler.check.types import I32, INT, STRING, ListType, SetType, StructType
from tests.engine.check.world import open_parts, small_library


def _body(text: str, name: str = "f", *types: object) -> tuple[tree.Stmt, ...]:
    library = Library.parse({"kernel/a.aefl": text})
    function = library.instantiate(tree.FunctionRef(name, types), {})  # type: ignore[arg-type]
    assert open_parts(function) == []
    return function.body


def test_cells_come_in_the_order_of_files_with_the_kernel_first() -> None:
    library = Library.parse(
        {"stdlib/a.aefl": "state c: i32 = 0", "kernel/z.aefl": "state b: int = 0", "kernel/a.aefl": "state a: i32 = -1"}
    )
    assert list(library.cells) == ["a", "b", "c"]
    assert library.cells["a"] == tree.Cell("a", I32, -1)


def test_exports_are_listed() -> None:
    assert small_library().exports == (tree.FunctionRef("run"),)


def test_whole_numbers_take_the_machine_type_where_one_is_expected() -> None:
    body = _body("fn f(p: i32) -> i32 { let q = 2 * p\n for i in 0..p { raw.store32(p + 4, 0xffffffff) }\n return -1 }")
    let, loop, result = body
    assert isinstance(let, tree.Let)
    assert let.local.type == I32
    assert isinstance(loop, tree.ForRange)
    assert loop.item.type == I32
    store = loop.body[0]
    assert isinstance(store, tree.Evaluate)
    assert isinstance(store.value, tree.Intrinsic)
    assert isinstance(store.value.args[1], tree.Const)
    assert store.value.args[1].value == -1
    assert isinstance(result, tree.Return)
    assert isinstance(result.value, tree.Const)
    assert result.value.type == I32


def test_constants_are_folded_and_cells_are_places() -> None:
    body = _body("let SIZE: i32 = 1 << 4\nlet ALL: i32 = SIZE * 2 + 1\nstate n: i32 = 0\nfn f() { n = ALL\n n += 1 }")
    first, second = body
    assert isinstance(first, tree.Assign)
    assert isinstance(first.value, tree.Const)
    assert first.value.value == 33
    assert isinstance(second, tree.Assign)
    assert isinstance(second.place, tree.CellRead)
    assert second.op == "+"


def test_only_the_branch_that_fits_the_type_is_checked() -> None:
    text = """
    fn f<T>(x: T) -> i32 {
        if raw.is_reference<T>() { return raw.address(x) } else { return x + 1 }
    }
    fn g<T>(x: T) -> i32 {
        if not raw.is_reference<T>() { return 0 }
        return raw.address(x)
    }
    """
    (result,) = _body(text, "f", STRING)
    assert isinstance(result, tree.Return)
    (result,) = _body(text, "g", STRING)
    assert isinstance(result, tree.Return)
    assert isinstance(result.value, tree.Intrinsic)


def test_a_fault_never_comes_back() -> None:
    body = _body("fn fault.raise(k: i32, s: i32, a: int, b: int) { }\nfn f() -> i32 { fault.raise(1, 0, 2, 3) }")
    assert [s.value.op for s in body if isinstance(s, tree.Evaluate) and isinstance(s.value, tree.Intrinsic)] == [
        "trap"
    ]


def test_type_arguments_are_written_or_found_out() -> None:
    text = """
    fn list.new<T>(capacity: i32) -> list<T> { return raw.at<list<T>>(capacity) }
    fn list.push<T>(var self: list<T>, x: T) { raw.store(0, x) }
    fn f<T>(x: T) -> list<T> {
        var a = list.new<T>(4)
        let b: list<T> = list.new(4)
        a.push(x)
        list.push(a, x)
        return a
    }
    """
    body = _body(text, "f", ListType(INT))
    calls = [s.value for s in body if isinstance(s, tree.Let | tree.Evaluate) and isinstance(s.value, tree.Call)]
    assert [str(c.function) for c in calls] == [
        "list.new<list<int>>", "list.new<list<int>>", "list.push<list<int>>", "list.push<list<int>>",
    ]  # fmt: skip
    assert [c.changes_first for c in calls] == [False, False, True, True]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fn f() -> i32 { return 5.5 }", "must be `i32`"),
        ("fn f() -> i32 { raw.lod32(5) }", "did you mean `load32`?"),
        ("fn f(a: i32) { a.b.c() }", "no field `b`"),
        ("fn f() { heap.alloc(1) }", "there is no function `heap.alloc`"),
        ("fn f(a: i32, b: int) -> int { return a + b }", "`+` does not work on `i32` and `int`"),
        ("fn f() -> i32 { }", "does not return on every path"),
        ("fn f() -> i32 { return 4294967296 }", "does not fit into 32 bits"),
        ("fn f() { raw.load32() }", "takes 1 argument"),
    ],
)
def test_a_mistake_in_the_library_stops_the_compiler_loudly(text: str, said: str) -> None:
    with pytest.raises(AssertionError, match="the library has mistakes") as caught:
        _body(text)
    assert said in str(caught.value)


@pytest.mark.parametrize("text", ["fn f(", "fn f() {}\nfn f() {}", "let a = f()", "state a: i32 = b", "render 5"])
def test_a_library_file_with_a_mistake_outside_bodies_cannot_be_loaded(text: str) -> None:
    with pytest.raises(AssertionError, match="the library has mistakes"):
        Library.parse({"kernel/a.aefl": text})


def test_programs_see_functions_and_methods_but_no_machinery() -> None:
    library = small_library()
    assert library.public_functions() == ["sum", "max", "sqrt", "now", "random_int"]
    assert library.public_methods("set") == ["add", "len"]
    assert library.public("heap.alloc") is None
    assert library.public("list.at_address") is None
    assert library.public("run") is None


def test_structs_of_one_name_in_two_programs_are_kept_apart() -> None:
    library = small_library()
    ref = tree.FunctionRef("list.sort", (StructType("P"),))
    plain = {"P": tree.Struct("P", (), (("x", INT),))}
    unordered = {"P": tree.Struct("P", (), (("x", SetType(INT)),))}
    assert library.problems(ref, plain) == ""
    assert library.problems(ref, unordered) == "`P` has no order"
    assert library.instantiate(ref, plain).ref == ref
