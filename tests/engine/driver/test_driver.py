"""From text to a module, and through the caches."""

from __future__ import annotations

import gc
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest

from engine.base.source import SourceFile
from engine.compiler.check.library import Library
from engine.compiler.check.world import World
from engine.compiler.driver import CompileResult, check_source, compile_program, load_library
from engine.compiler.lower.program import Lowering
from engine.compiler.modules import LoadedProgram
from engine.project.cache import DiskCache
from engine.project.library_files import compiler_version, library_texts
from engine.vm.assemble import assemble
from engine.vm.native import keep_native_code_in, native_module

FIB = """fn fib(n: int) -> int {
    if n < 2 { return n }
    return fib(n - 1) + fib(n - 2)
}
let answer = fib(10)
"""


class Memory:
    """A cache that forgets nothing."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        return self.kept.get(key)

    def put(self, key: str, content: bytes) -> None:
        self.kept[key] = content


@cache
def _library() -> Library:
    return load_library(library_texts())


def _compile(text: str, kept: Memory | None = None, name: str = "a.aefl", counting: bool = False) -> CompileResult:
    return compile_program(SourceFile(name, text), _library(), assemble, kept, counting=counting)


def test_a_program_becomes_a_module_with_metadata() -> None:
    result = _compile(FIB)
    assert result.diagnostics == ()
    assert result.program is not None
    assert result.program.wasm.startswith(b"\0asm")
    assert result.program.metadata.file == "a.aefl"
    assert len(result.program.digest) == 64
    assert "fn fib(n: i64, room: i32) -> i64" in result.program.ir_text


def test_a_wrong_program_has_diagnostics_and_no_module() -> None:
    result = _compile('let x: int = "no"\nlet y = unknown\n')
    assert result.program is None
    assert len(result.diagnostics) >= 2


def test_checking_gives_the_tree_of_a_broken_text_too() -> None:
    checked = check_source(SourceFile("a.aefl", "fn good() -> int { return 1 }\nfn bad( {\n"), _library())
    assert checked.diagnostics
    assert checked.tree.items


def test_compiling_twice_gives_the_same_bytes_with_and_without_what_was_learned_before() -> None:
    first = _compile(FIB)
    again = _compile(FIB)
    fresh = compile_program(SourceFile("a.aefl", FIB), load_library(library_texts()), assemble)
    assert first.program
    assert again.program
    assert fresh.program
    assert first.program.wasm == again.program.wasm == fresh.program.wasm


def test_a_kept_program_is_the_same_as_a_compiled_one() -> None:
    kept = Memory()
    first = _compile(FIB, kept)
    assert len(kept.kept) == 1
    again = _compile(FIB, kept)
    assert first.program
    assert again.program
    assert (again.program.wasm, again.program.metadata) == (first.program.wasm, first.program.metadata)
    assert again.program.ir_text == first.program.ir_text


def test_another_text_name_or_way_of_compiling_is_another_program() -> None:
    kept = Memory()
    _compile(FIB, kept)
    _compile(FIB + "\n", kept)
    _compile(FIB, kept, name="b.aefl")
    _compile(FIB, kept, counting=True)
    assert len(kept.kept) == 4


def test_counting_builds_say_where_their_counter_is() -> None:
    result = _compile(FIB, counting=True)
    assert result.program
    assert [cell.type for cell in result.program.metadata.cells if cell.name == "calls"] == ["i64"]


def test_the_place_of_too_deep_recursion_is_in_the_metadata() -> None:
    result = _compile(FIB)
    assert result.program
    assert ("a.aefl", 1, "fib") in [(site.file, site.line, site.function) for site in result.program.metadata.sites]


def test_a_library_from_the_cache_compiles_to_the_same_bytes() -> None:
    kept = Memory()
    parsed = load_library(library_texts(), kept)
    read = load_library(library_texts(), kept)
    source = SourceFile("a.aefl", FIB)
    one, two = compile_program(source, parsed, assemble), compile_program(source, read, assemble)
    assert one.program
    assert two.program
    assert one.program.wasm == two.program.wasm


def test_a_library_file_with_a_mistake_stops_loudly() -> None:
    with pytest.raises(AssertionError, match="broken"):
        load_library({**library_texts(), "kernel/broken.aefl": "fn broken( {"})


def test_compiling_leaves_the_collector_as_it_was() -> None:
    assert gc.isenabled()
    _compile(FIB)
    assert gc.isenabled()


def test_what_compiling_needed_is_gone_before_the_collector_looks() -> None:
    _compile(FIB)
    gc.collect()
    gc.disable()
    try:
        _compile(FIB + "fib(3)\n")
        check_source(SourceFile("b.aefl", FIB + "fib(4)\n"), _library())
        of_programs = [thing for thing in gc.get_objects() if isinstance(thing, Lowering | LoadedProgram | World)]
        left = [thing for thing in of_programs if not isinstance(thing, World) or not thing.is_library]
    finally:
        gc.enable()
    assert left == []


def test_every_kernel_file_comes_before_the_standard_library() -> None:
    folders = [name.split("/")[0] for name in library_texts()]
    assert folders == sorted(folders)
    assert set(folders) == {"kernel", "stdlib"}
    assert len(compiler_version()) == 32


def test_machine_code_is_kept_for_the_next_process(tmp_path: Path) -> None:
    program = _compile(FIB).program
    assert program
    kept = DiskCache("1", tmp_path)
    keep_native_code_in(kept)
    try:
        native_module.cache_clear()
        native_module(program.wasm)
        assert len(list(tmp_path.iterdir())) == 1
        native_module.cache_clear()
        assert {export.name for export in native_module(program.wasm).exports} >= {"memory", "run", "boot"}
    finally:
        keep_native_code_in(None)
        native_module.cache_clear()


def test_machine_code_that_does_not_fit_is_made_again() -> None:
    program = _compile(FIB).program
    assert program
    kept = Memory()
    keep_native_code_in(kept)
    try:
        native_module.cache_clear()
        native_module(program.wasm)
        (key,) = kept.kept
        kept.kept[key] = b"machine code of another version"
        native_module.cache_clear()
        assert native_module(program.wasm).exports
        assert kept.kept[key] != b"machine code of another version"
    finally:
        keep_native_code_in(None)
        native_module.cache_clear()


def test_programs_that_differ_only_in_the_sign_of_a_zero_are_two_programs() -> None:
    first, second = _compile("let x = 0.0\nrender 1.0 / x\n"), _compile("let x =-0.0\nrender 1.0 / x\n")
    assert first.program is not None
    assert second.program is not None
    assert first.program.wasm != second.program.wasm


def test_programs_that_threads_compile_at_once_are_the_same_as_alone() -> None:
    library = load_library(library_texts())

    def program(fields: int) -> SourceFile:
        declared = ", ".join(f"f{number}: {'int' if number % 2 else 'string'}" for number in range(fields))
        return SourceFile(
            "a.aefl", f"struct P {{ {declared} }}\nlet ps: list<P> = []\nrender ps.sort_by(fn(p) => p.f0)\n"
        )

    def compiled(fields: int) -> bytes:
        result = compile_program(program(fields), library, assemble)
        assert result.program, result.diagnostics
        return result.program.wasm

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(4) as threads:
            together = list(threads.map(compiled, range(1, 9)))
    finally:
        sys.setswitchinterval(before)
    fresh = load_library(library_texts())
    for fields, wasm in enumerate(together, 1):
        alone = compile_program(program(fields), fresh, assemble).program
        assert alone
        assert alone.wasm == wasm
