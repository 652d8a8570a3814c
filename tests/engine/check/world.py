"""A small library and the way from a program's text to what the checker says about it."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache

from engine.base.diagnostics import Diagnostic
from engine.base.source import SourceFile
from engine.compiler.check import tree
from engine.compiler.check.checker import check
from engine.compiler.check.inference import is_open
from engine.compiler.check.library import Library
from engine.compiler.check.types import Type
from engine.compiler.syntax.parser import parse

KERNEL = """
state total: int = 0
state fault_site: i32 = 0
let LIMIT: i32 = 16 * 2
let BIG = 1.5

fn heap.alloc(size: i32) -> i32 { total = total + 1; return size + LIMIT }
fn fault.raise(kind: i32, site: i32, a: int, b: int) { fault_site = site }
fn random.draw() -> int { return 4 }
export fn run(until: int) -> i32 { return heap.alloc(8) }
"""

LISTS = """
fn list.new<T>(capacity: i32) -> list<T> { return raw.at<list<T>>(heap.alloc(capacity)) }
fn list.len<T>(self: list<T>) -> int { return raw.extend(raw.load32(raw.address(self) + 8)) }
fn list.at<T>(xs: list<T>, i: int) -> T {
    if i < 0 { fault.raise(1, 0, i, 0) }
    return raw.load<T>(list.at_address<T>(xs, i))
}
fn list.at_address<T>(xs: list<T>, i: int) -> i32 { return raw.load32(raw.address(xs) + 16) + raw.wrap(i) * 8 }
fn list.push<T>(var self: list<T>, x: T) {
    if raw.is_reference<T>() { raw.store32(raw.address(self), raw.address(x)) } else { raw.store(0, x) }
}
fn list.pop<T>(var self: list<T>) -> T {
    if list.len(self) == 0 { fault.raise(2, 0, 0, 0) }
    return self[0]
}
fn list.sort<T>(self: list<T>) -> list<T> {
    var out = list.new<T>(raw.wrap(self.len()))
    for x in self { if raw.compare<T>(x, x) <= 0 { out.push(x) } }
    return out
}
fn list.first<T>(self: list<T>) -> T? {
    if self.len() == 0 { return none }
    return self[0]
}
fn list.join(self: list<string>, between: string = ", ") -> string {
    var text = ""
    for part in self { text += part + between }
    return text
}
fn list.contains<T>(xs: list<T>, x: T) -> bool {
    for y in xs { if x == y { return true } }
    return false
}
fn list.index_of<T>(self: list<T>, x: T) -> int? {
    var i = 0
    for y in self { if x == y { return i }; i += 1 }
    return none
}
fn list.slice<T>(xs: list<T>, a: int, b: int) -> list<T> { return xs }
fn sum<T>(xs: list<T>) -> T {
    var total = raw.default<T>()
    for x in xs { total = total + x }
    return total
}
fn max<T>(a: T, b: T) -> T { return if raw.compare<T>(a, b) < 0 { b } else { a } }
"""

OTHERS = """
fn dict.len<K, V>(self: dict<K, V>) -> int { return 0 }
fn dict.has<K, V>(d: dict<K, V>, k: K) -> bool { return false }
fn dict.get<K, V>(self: dict<K, V>, k: K) -> V? { return none }
fn dict.keys<K, V>(self: dict<K, V>) -> list<K> { return [k for k in self] }
fn dict.remove<K, V>(var self: dict<K, V>, k: K) -> V? { return none }
fn set.has<T>(s: set<T>, x: T) -> bool { return false }
fn set.add<T>(var self: set<T>, x: T) {}
fn set.len<T>(self: set<T>) -> int { return 0 }
fn string.len(self: string) -> int { return raw.extend(raw.load32(raw.address(self) + 4)) }
fn string.contains(s: string, part: string) -> bool { return s == part }
fn string.slice(s: string, a: int, b: int) -> string { return s }
fn string.upper(self: string) -> string { return self }
fn string.split(self: string, at: string = " ") -> list<string> { return [self, at] }
fn string.to_int(self: string) -> int? { return none }
fn string.bytes(self: string) -> bytes { return raw.at<bytes>(raw.address(self)) }
fn bytes.len(self: bytes) -> int { return 0 }
fn bytes.slice(b: bytes, start: int, end: int) -> bytes { return b }
fn sqrt(x: float) -> float { return raw.sqrt(x) }
fn now() -> int { return total }
fn random_int(a: int, b: int) -> int { return random.draw() + a + b }
"""


@cache
def small_library() -> Library:
    """A library with just enough in it."""
    return Library.parse({"kernel/heap.aefl": KERNEL, "stdlib/list.aefl": LISTS, "stdlib/other.aefl": OTHERS})


def look(text: str) -> tuple[tree.Program, list[Diagnostic]]:
    """Parses and checks a program; mistakes of the parser are a mistake of the test."""
    source = SourceFile("test.aefl", text)
    module, problems = parse(source)
    assert not problems, problems
    return check(module, source, small_library())


def accept(text: str) -> tree.Program:
    """The typed program, which must have no mistakes."""
    program, diagnostics = look(text)
    assert not diagnostics, [(d.code, d.message, text[d.span.start : d.span.end]) for d in diagnostics]
    return program


def open_parts(node: object) -> list[str]:
    """What in a typed tree is not a finished type: variables and errors of inference that were left behind."""
    found: list[str] = []
    seen: set[int] = set()

    def walk(value: object) -> None:
        if isinstance(value, Type):
            if is_open(value) or "<error>" in str(value):
                found.append(str(value))
            return
        if id(value) in seen:
            return
        seen.add(id(value))
        if isinstance(value, tuple | list):
            for item in value:
                walk(item)
        elif isinstance(value, dict):
            for key, item in value.items():
                walk(key)
                walk(item)
        elif is_dataclass(value):
            for slot in fields(value):
                walk(getattr(value, slot.name))

    walk(node)
    return found
