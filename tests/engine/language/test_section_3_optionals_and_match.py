"""LANGUAGE §3: ``T?`` with ``none``, ``??`` and ``?.``, and ``match``, which must be exhaustive."""

from __future__ import annotations

import pytest

from tests.engine.language.running import expect, problem, problems


def test_optionals_of_every_type() -> None:
    expect(
        """
        struct P { x: int }
        actor A { }
        let nothing: int? = none
        let i: int? = 4
        let f: float? = 1.5
        let b: bool? = false
        let s: string? = "s"
        let d: duration? = 5ms
        let y: bytes? = "b".bytes()
        let l: list<int>? = []
        let m: dict<string, int>? = {"a": 1}
        let t: (int, string)? = (1, "t")
        let p: P? = P(x: 3)
        let a: A? = A
        render [nothing, i]                 // => [none, 4]
        render (f, b, s, d, y)              // => (1.5, false, "s", 5ms, b"b")
        render (l, m, t, p, a)              // => ([], {"a": 1}, (1, "t"), P(x: 3), A#1)
        render [nothing == none, i == none, i == 4, i != 5, nothing == i]  // => [true, false, true, true, false]
        render [b ?? true, nothing ?? i ?? 9 == 4]  // => [false, true]
        render l?.len() ?? -1               // => 0
        render (p?.x, p?.x ?? 0)            // => (3, 3)
        render (t ?? (0, "")).1             // => t
        render m?.get("z")                  // => none
        let twice: int?? = 3
        render twice                        // => 3
        """
    )


def test_safe_access_goes_through_chains() -> None:
    expect(
        """
        struct User { name: string?, friend: User?, age: int }
        let ada = User(name: "ada", friend: none, age: 36)
        let bob = User(name: none, friend: ada, age: 41)
        render bob.friend?.name             // => ada
        render bob.friend?.friend?.name ?? "nobody"  // => nobody
        render bob.friend?.name?.len()      // => 3
        render (bob.name ?? "?", ada.friend?.age)  // => ("?", none)
        """
    )


def test_values_inside_optionals_are_values() -> None:
    expect(
        """
        struct P { xs: list<int>?, inner: P? }
        var p = P(xs: [1], inner: none)
        let before = p
        p.inner = p
        match p.xs {
            none => {}
            xs => {
                var own = xs
                own.push(2)
                p.xs = own
                own.push(3)
            }
        }
        render before                       // => P(xs: [1], inner: none)
        render p                            // => P(xs: [1, 2], inner: P(xs: [1], inner: none))
        """
    )


def test_match_on_everything() -> None:
    expect(
        """
        fn kind(x: int?) -> string {
            return match x { none => "none", 0 => "zero", n if n < 0 => "negative", n => f"{n}" }
        }
        render [kind(none), kind(0), kind(-3), kind(9)]  // => ["none", "zero", "negative", "9"]
        fn pair(t: (int, string)) -> string {
            match t {
                (0, _) => { return "zero" }
                (n, "x") => { return f"{n}x" }
                (n, s) => { return s + string(n) }
            }
        }
        render [pair((0, "q")), pair((3, "x")), pair((4, "z"))]  // => ["zero", "3x", "z4"]
        render match 2.5 { 2.5 => "y", _ => "n" }        // => y
        render match 5ms { 5000us => "y", _ => "n" }     // => y
        render match -1 { -1 => "minus", _ => "?" }      // => minus
        render match true { true => 1, false => 0 }      // => 1
        let both: (int?, bool) = (none, true)
        render match both { (none, true) => 0, (none, false) => 1, (n, _) => n }  // => 0
        let LIMIT = 10
        render match 10 { LIMIT => "limit", _ => "other" }  // => limit
        var c = 0
        match c { 0 => c = 5, _ => {} }
        render c                                         // => 5
        let made = match c {
            1 => "a"
            n => {
                let y = n * 2
                f"{y}"
            }
        }
        render made                                      // => 10
        """
    )


def test_if_is_a_value_too() -> None:
    expect(
        """
        let n = 7
        let size = if n < 5 { "small" } else if n < 10 { "medium" } else { "large" }
        render size                          // => medium
        render if n == 7 { none } else { n } // => none
        fn f(n: int) -> int { return if n > 0 { n } else { fail "no" } }
        render f(2)                          // => 2
        """
    )


@pytest.mark.parametrize(
    ("head", "arms", "missing"),
    [
        ("3", '1 => "a"', "other values"),
        ("true", "true => 1", "`false`"),
        ("found", "none => 0, 3 => 1", "other values"),
        ("found", "3 => 1, n => 2", "`none`"),
        ("(true, found)", "(true, _) => 1, (_, none) => 2", "`(false, it)`"),
        ('"x"', '"x" => 1', "other values"),
        ("3", "n if n > 2 => 1", "other values"),
    ],
)
def test_match_must_be_exhaustive(head: str, arms: str, missing: str) -> None:
    found = problem(f"let found: int? = 3\nlet x = match {head} {{ {arms} }}")
    assert found.startswith("2: E0212 this `match` says nothing about")
    assert missing in found


def test_an_arm_that_is_never_reached_is_a_warning() -> None:
    assert problem('let x = match 3 { _ => "a", 3 => "b" }').startswith("1: E0224")


def test_patterns_that_do_not_fit() -> None:
    assert "is never `none`" in problem("let x = match 3 { none => 1, _ => 2 }")
    assert "this is `string`, but the value is `int`" in problem('let x = match 3 { "a" => 1, _ => 2 }')
    assert "takes 3 values apart" in problem("let x = match (1, 2) { (a, b, c) => 1 }")
    text = "struct P { x: int }\nlet x = match 3 { P(x) => x }"
    assert "takes a `P` apart, but the value is `int`" in problem(text)


MAY_BE_NONE = [
    "n + 1", "-n", "n < 3", "[1, 2][n]", "int(n)", "n.to_text()", "takes(n)", "3 in n", "[i for i in 0..n]",
]  # fmt: skip


@pytest.mark.parametrize("use", MAY_BE_NONE)
def test_a_value_that_may_be_none_wants_an_answer_for_that(use: str) -> None:
    (found,) = problems(f"fn takes(x: int) -> int {{ return x }}\nlet n: int? = 3\nlet x = {use}")
    assert "`??`" in found
    assert "`match`" in found


@pytest.mark.parametrize("use", ["n.len()", "n[0]", "[c for c in n]", 'n + "a"'])
def test_a_test_with_none_of_what_may_change_is_not_kept_in_mind_and_the_diagnostic_says_so(use: str) -> None:
    found = problem(f'var n: string? = "s"\nif n != none {{ let x = {use} }}')
    assert "match n { none => …, it => … }" in found
    assert "a test with `none` is kept in mind for a `let` only" in found


def test_a_name_that_was_compared_with_none_is_there() -> None:
    expect(
        """
        fn size(s: string?) -> int {
            if s != none { return s.len() }
            return 0
        }
        fn early(s: string?, n: int?) -> string {
            if s == none or n == none { return "?" }
            return s.pad_left(n + 1)
        }
        fn last(n: int?) -> int {
            let own = n
            if not (own == none) { return own * 2 } else { return -1 }
        }
        fn other(n: int?) -> int {
            if n == none { return 0 } else if n > 5 { return n }
            return n + 100
        }
        render [size("abc"), size(none)]          // => [3, 0]
        render [early("x", 2), early(none, 2), early("x", none)]  // => ["  x", "?", "?"]
        render [last(4), last(none)]              // => [8, -1]
        render [other(none), other(6), other(1)]  // => [0, 6, 101]
        let n: int? = 3
        render n != none and n > 2                // => true
        render n == none or n < 2                 // => false
        render if n != none { n + 1 } else { 0 }  // => 4
        let xs: list<int?> = [1, none, 3]
        render [x * 2 for x in xs if x != none]   // => [2, 6]
        render match n { k if n != none => n + 10, _ => 0 }       // => 13
        for x in xs {
            if x == none { continue }
            render x + 1                          // => 2
        }
        // => 4
        let d: dict<string, int>? = {"a": 1}
        assert d != none
        render d["a"]                             // => 1
        assert d != none and n != none
        render (n ?? 9) + (d?.len() ?? 9)         // => 4
        render n == none                          // => false
        """
    )


def test_what_is_known_ends_with_the_block_and_with_another_name() -> None:
    text = "fn f(n: int?) -> int {{\n{}\n}}"
    assert "E0203" in problem(text.format("if n != none { }\nreturn n + 1"))
    assert "E0203" in problem(text.format("if n != none { let n: int? = none; return n + 1 }\nreturn 1"))
    assert "E0203" in problem(text.format("if n != none or 1 < 2 { return n + 1 }\nreturn 1"))
    assert "E0203" in problem(text.format("if n == none and 1 < 2 { return 0 }\nreturn n + 1"))
    assert "E0203" in problem(text.format("while n == none { }\nlet k = 1\nreturn n + k"))
    assert "E0203" in problem("var n: int? = 1\nif n != none { render n + 1 }")
    assert "E0203" in problem("actor A {\nstate n: int? = 1\non m() { if n != none { render n + 1 } }\n}")


def test_only_an_optional_can_be_none() -> None:
    assert "only a `T?` can be `none`" in problem("render 3 == none")
    assert "`??` needs a value that may be none" in problem("render 3 ?? 4")
    assert "`?.` needs a value that may be none" in problem('render "x"?.len()')
