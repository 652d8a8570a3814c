"""Generics: functions, structs and enums that work for every type, with errors where they are written."""

from __future__ import annotations

import pytest

from engine import api
from tests.engine.language.running import expect, problem, problems, run

RESULT = """
struct Pair<A, B> { left: A, right: B }
enum Result<T, E> { Ok(value: T), Err(error: E) }
enum Maybe<T> { Just(T), Nothing }
"""


def test_a_generic_function_works_for_every_type() -> None:
    expect(
        """
        fn first<T>(xs: list<T>) -> T? { return if xs.len() > 0 { xs[0] } else { none } }
        render first([1, 2])                      // => 1
        render first(["a"])                       // => a
        render first<string>([])                  // => none
        let none_yet: float? = first([])
        render none_yet                           // => none
        fn swapped<A, B>(p: (A, B)) -> (B, A) { return (p.1, p.0) }
        render swapped((1, "x"))                  // => ("x", 1)
        render swapped(swapped((1, "x")))         // => (1, "x")
        fn count<T>(xs: list<T>, x: T) -> int {
            var n = 0
            for y in xs { if x == y { n += 1 } }
            return n
        }
        render count([[1], [2], [1]], [1])        // => 2
        fn shown<T>(x: T) -> string { return f"<{x}>" }
        render shown("a") + shown(1.5) + shown({"k": [1]})       // => <a><1.5><{"k": [1]}>
        """
    )


def test_values_of_every_type_have_an_order_but_dicts_and_sets() -> None:
    text = """
        fn largest<T>(xs: list<T>) -> T {
            var best = xs[0]
            for x in xs { if x > best { best = x } }
            return best
        }
        struct P { x: int, y: int }
        enum E { A, B(n: int) }
        """
    expect(
        text
        + """
        render largest([3, 9, 2])                 // => 9
        render largest(["b", "a"])                // => b
        render largest([(1, "x"), (1, "y")])      // => (1, "y")
        render largest([P(1, 2), P(1, 3)])        // => P(x: 1, y: 3)
        render largest([E.B(1), E.A, E.B(0)])     // => E.B(n: 1)
        render largest([none, 3])                 // => 3
        render largest([true, false])             // => true
        """
    )
    found = problem(text + "render largest([{1: 2}])")
    assert "E0222 `largest` does not work on `list<dict<int, int>>`: `>` does not work on `dict<int, int>`" in found


def test_what_a_generic_function_needs_is_asked_through_others() -> None:
    text = "fn less<T>(a: T, b: T) -> bool { return a < b }\nfn same<T>(a: T, b: T) -> bool { return less(a, b) }\n"
    assert "`same` does not work on `set<int>`" in problem(text + "render same({1}, {2})")
    assert problems(text + "render same([1], [2])") == []


def test_generic_structs_and_enums() -> None:
    expect(
        RESULT
        + """
        let p = Pair(left: 1, right: "x")
        render p                                  // => Pair(left: 1, right: "x")
        render p.left + 1                         // => 2
        let q: Pair<int?, list<string>> = Pair(1, [])
        render q                                  // => Pair(left: 1, right: [])
        render q with { left: none }              // => Pair(left: none, right: [])
        render Pair<float, bool>(1.0, true)       // => Pair(left: 1.0, right: true)
        fn parse(s: string) -> Result<int, string> {
            return match s.to_int() { none => Result.Err("no number: " + s), n => Result.Ok(n) }
        }
        fn or_else<T, E>(r: Result<T, E>, other: T) -> T { return match r { Ok(v) => v, Err => other } }
        render parse("12")                        // => Result.Ok(value: 12)
        render parse("x")                         // => Result.Err(error: "no number: x")
        render or_else(parse("x"), 7)             // => 7
        render [Maybe.Just(1), Maybe.Nothing]     // => [Maybe.Just(1), Maybe.Nothing]
        render Maybe.Just<int?>(none)             // => Maybe.Just(none)
        render match p { Pair(n, "x") => n, _ => 0 }             // => 1
        """
    )


def test_generic_types_may_contain_themselves() -> None:
    expect(
        """
        struct Node<T> { value: T, next: Node<T>? }
        enum Tree<K> { Leaf, Fork(left: Tree<K>, key: K, right: Tree<K>) }
        fn length<T>(n: Node<T>?) -> int { return match n { none => 0, node => 1 + length(node.next) } }
        render length(Node(1, Node(2, none)))     // => 2
        fn insert<K>(t: Tree<K>, k: K) -> Tree<K> {
            return match t {
                Leaf => Tree.Fork(Tree.Leaf, k, Tree.Leaf)
                Fork(l, x, r) if k < x => Tree.Fork(insert(l, k), x, r)
                Fork(l, x, r) => Tree.Fork(l, x, insert(r, k))
            }
        }
        fn keys<K>(t: Tree<K>) -> list<K> { return match t { Leaf => [], Fork(l, k, r) => keys(l) + [k] + keys(r) } }
        var t: Tree<string> = Tree.Leaf
        for w in ["d", "a", "c"] { t = insert(t, w) }
        render keys(t)                            // => ["a", "c", "d"]
        render keys(insert(insert(Tree.Leaf, 5), 3))             // => [3, 5]
        """
    )


def test_defaults_of_generic_things_follow_their_types() -> None:
    expect(
        """
        struct Stack<T> { items: list<T> = [], limit: int = 3 }
        fn pushed<T>(s: Stack<T>, x: T) -> Stack<T> {
            var own = s
            if own.items.len() < own.limit { own.items.push(x) }
            return own
        }
        var s: Stack<string> = Stack()
        s = pushed(s, "a")
        render s                                  // => Stack(items: ["a"], limit: 3)
        render pushed(Stack(limit: 0), 5)         // => Stack(items: [], limit: 0)
        fn filled<T>(x: T, n: int = 2, more: list<T> = []) -> list<T> { return [x for i in 0..n] + more }
        render filled("q")                        // => ["q", "q"]
        render filled(1, more: [2])               // => [1, 1, 2]
        """
    )


def test_an_optional_of_an_optional_is_that_optional() -> None:
    expect(
        """
        fn first<T>(xs: list<T>) -> T? { for x in xs { return x }; return none }
        let some: int? = 3
        render first([some, none])                // => 3
        render first([none, some])                // => none
        fn same<T>(x: T?) -> T? { match x { none => { return none }, v => { return v } } }
        render same(same(some))                   // => 3
        """
    )


def test_generic_values_go_through_messages_and_stay_in_states() -> None:
    text = (
        RESULT
        + """
        actor Store {
            state last: Result<int, string> = Result.Ok(0)
            state by: dict<Pair<int, int>, Maybe<string>> = {}
            on put(p: Pair<int, int>, r: Result<int, string>) {
                last = r
                by[p] = Maybe.Just(f"{r}")
            }
        }
        Store.put(Pair(1, 2), Result.Err("bad"))
    """
    )
    session = run(text).session
    fields = {field.name: field.value for field in session.actor(0, session.total(), 1).fields}
    assert (fields["last"].text, fields["last"].type) == ('Result.Err(error: "bad")', "Result<int, string>")
    assert fields["by"].type == "dict<Pair<int, int>, Maybe<string>>"
    assert fields["by"].text.startswith('{Pair(left: 1, right: 2): Maybe.Just("Result.Err')
    assert session.message_text(0, 2) == 'put(Pair(left: 1, right: 2), Result.Err(error: "bad"))'
    branch = session.fork(0, 2, api.SetField(1, "by", "{Pair(3, 4): Maybe.Nothing}"))
    changed = {field.name: field.value.text for field in session.actor(branch.id, 2, 1).fields}
    assert changed["by"] == "{Pair(left: 3, right: 4): Maybe.Nothing}"


ONLY_WHAT_ALL_CAN = [
    ("return x + 1", "`+` does not work on `T` and `int`"),
    ("return x.name", "`T` has no field `name`"),
    ("return x.len()", "`T` has no methods"),
    ("return -x", "`-` needs a number, but this is `T`"),
    ("for y in x { }\nreturn 1", "`for` cannot go over `T`"),
    ("return x[0]", "`T` has no items"),
    ("return int(x)", "`T` cannot become `int`"),
    ("return x", "the result of `f` must be `int`, but this is `T`"),
    ("let y = sum([x])\nreturn 1", "`sum` does not work on `list<T>`: `+` does not work on `T` and `T`"),
    ("let y: T = 5\nreturn 1", "`y` must be `T`, but this is `int`"),
    ("return if x == none { 1 } else { 2 }", "cannot be compared"),
]


@pytest.mark.parametrize(("body", "said"), ONLY_WHAT_ALL_CAN, ids=[body for body, _ in ONLY_WHAT_ALL_CAN])
def test_a_mistake_in_a_generic_function_is_reported_in_it_once(body: str, said: str) -> None:
    """Whether it is called with a type that could do it, with another, or not at all."""
    text = f"fn f<T>(x: T) -> int {{\n{body} }}\n"
    for calls in ("", "render f(1)\n", 'render f(1)\nrender f("a")\nrender f([1])\n'):
        found = problems(text + calls)
        assert len(found) == 1, found
        assert said in found[0]
        assert not found[0].startswith("3:")


def test_different_type_parameters_are_different_types() -> None:
    assert "`A` and `B` cannot be compared" in problem("fn f<A, B>(a: A, b: B) -> bool { return a == b }")
    assert "must be `A`, but this is `B`" in problem("fn f<A, B>(a: A, b: B) -> A { return b }")


def test_types_that_nothing_decides_are_asked_for() -> None:
    found = problem("fn made<T>() -> list<T> { return [] }\nlet xs = made()")
    assert found == "2: E0209 nothing says what type `T` of `made` has (write the type, as in `made<int>(…)`)"
    found = problem(RESULT + "let r = Result.Ok(1)")
    assert "nothing says what type `E` of this `Result` has" in found
    assert "`let x: Result<T, E> = …`" in found
    assert problems("fn made<T>() -> list<T> { return [] }\nlet xs: list<int> = made()\nlet ys = made<int>()") == []


def test_arguments_that_do_not_agree_are_refused() -> None:
    assert "`b` must be `int`" in problem('fn f<T>(a: T, b: T) -> T { return a }\nrender f(1, "x")')
    assert "`Pair` takes 2 type arguments: `Pair<A, B>`" in problem(RESULT + "let p: Pair<int> = Pair(1, 2)")
    assert "`f` takes 1 type argument: `f<T>`" in problem("fn f<T>(a: T) -> T { return a }\nrender f<int, int>(1)")
    assert "`f` takes no type arguments" in problem("fn f(a: int) -> int { return a }\nrender f<int>(1)")
    assert "E0201" in problem(RESULT + 'let p: Pair<int, int> = Pair(1, "x")')
    assert "E0201" in problem(RESULT + "fn f(p: Pair<int, int>) {}\nlet q = Pair(1, 1.5)\nf(q)")


def test_a_function_cannot_need_itself_for_ever_larger_types() -> None:
    found = problem("fn k<T>(x: T, n: int) -> int {\nreturn if n == 0 { 0 } else { k([x], n - 1) } }\nrender k(1, 3)")
    assert found.startswith("2: E0230 `k` needs itself for ever larger types")
    assert "`k<int>`, then `k<list<int>>`" in found
    assert problems("fn swap<A, B>(a: A, b: B, n: int) -> int { return if n == 0 { 0 } else { swap(b, a, n - 1) } }"
                    '\nrender swap(1, "x", 5)') == []  # fmt: skip


def test_a_fault_in_a_generic_function_has_its_place() -> None:
    fault = run("fn at<T>(xs: list<T>, i: int) -> T {\n    return xs[i]\n}\nrender at([1], 5)").fault
    assert (fault.kind, fault.line) == ("index_out_of_range", 2)


def test_generics_and_function_values_work_together() -> None:
    expect(
        RESULT
        + """
        enum Shape { Circle(r: float), Point }
        struct Box<T> { value: T, show: fn(T) -> string }
        fn mapped<T, E, U>(r: Result<T, E>, f: fn(T) -> U) -> Result<U, E> {
            return match r { Ok(v) => Result.Ok(f(v)), Err(e) => Result.Err(e) }
        }
        fn adder<T>(x: T) -> fn(T) -> (T, T) { return fn(y) => (x, y) }
        let ok: Result<int, string> = Result.Ok(2)
        render mapped(ok, fn(x) => f"<{x}>")      // => Result.Ok(value: "<2>")
        render [1.0, 2.0].map(Shape.Circle)       // => [Shape.Circle(r: 1.0), Shape.Circle(r: 2.0)]
        render adder("a")("b")                    // => ("a", "b")
        render adder(1)(2)                        // => (1, 2)
        let b = Box(5, fn(n) => f"{n}!")
        render b.show(b.value)                    // => 5!
        fn next(x: int?) -> int {
            if x == none { return 0 }
            let g = fn() => x + 1
            return g()
        }
        render [next(3), next(none)]              // => [4, 0]
        fn inside(x: int?) -> int {
            let g = fn() -> int {
                if x != none { return x + 1 }
                return -1
            }
            return g()
        }
        render [inside(3), inside(none)]          // => [4, -1]
        """
    )
    text = "fn same<T>(a: T, b: T) -> bool { return a == b }\nlet f = fn(x: int) => x\nrender same(f, f)"
    assert "`same` does not work on `fn(int) -> int`" in problem(text)


def test_what_a_function_value_captured_of_a_var_may_be_none() -> None:
    text = "var v: int? = 1\nif v != none {\nlet g = fn() => v + 1\nrender g() }"
    assert "3: E0203" in problem(text)


def test_an_alias_makes_values_of_the_type_that_it_stands_for() -> None:
    expect(
        RESULT
        + """
        type Parsed = Result<int, string>
        type Point = Pair<int, int?>
        render Parsed.Ok(3)                       // => Result.Ok(value: 3)
        render Point(1, 2).right ?? 0             // => 2
        render match Parsed.Err("x") { Parsed.Ok(n) => n, Parsed.Err(e) => e.len() }  // => 1
        render match Point(1, none) { Point(n, none) => n, Point => 0 }  // => 1
        """
    )
    assert "E0201" in problem(RESULT + "type Parsed = Result<int, string>\nlet r = Parsed.Ok(1.5)")
