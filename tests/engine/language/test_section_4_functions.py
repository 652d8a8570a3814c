"""LANGUAGE §4: functions, ``render`` in its places, purity."""

from __future__ import annotations

import pytest

from tests.engine.language.running import expect, problem, problems, run


def test_render_and_return_are_the_result_and_leave() -> None:
    expect(
        """
        fn early(x: int) -> string {
            for i in 0..10 { if i == x { render f"at {i}" } }
            if x > 100 { return "large" }
            render {"none"}
        }
        render [early(4), early(50), early(500)]  // => ["at 4", "none", "large"]
        fn nothing(x: int) {
            if x == 0 { return }
            var y = 10 / x
            y += 1
        }
        nothing(0)
        nothing(1)
        render {early(1)}                         // => at 1
        """
    )


def test_arguments_by_position_by_name_and_by_default() -> None:
    expect(
        """
        let BASE = 2
        fn f(a: int, b: int = BASE * 2, c: list<int> = [1]) -> string { return f"{a} {b} {c}" }
        render f(1)                 // => 1 4 [1]
        render f(1, c: [], b: 9)    // => 1 9 []
        render f(b: 1, a: 2)        // => 2 1 [1]
        var xs = [1, 2, 3]
        render f(c: xs, b: xs.pop(), a: xs.pop())  // => 2 3 [1, 2, 3]
        """
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("f()", "needs the argument `a`"),
        ("f(1, 2, 3)", "takes 2 arguments, not 3"),
        ("f(1, c: 2)", "has no argument `c`"),
        ("f(1, a: 2)", "`a` is given twice"),
        ('f("x")', "`a` must be `int`, but this is `string`"),
        ("g(1)", "there is no function `g`"),
    ],
)
def test_mistakes_in_calls(call: str, message: str) -> None:
    assert message in problem(f"fn f(a: int, b: int = 1) -> int {{ return a + b }}\nlet x = {call}")


def test_functions_call_each_other_in_any_order() -> None:
    expect(
        """
        render even(1001)       // => false
        fn even(n: int) -> bool { return if n == 0 { true } else { odd(n - 1) } }
        fn odd(n: int) -> bool { if n == 0 { return false } else { return even(n - 1) } }
        fn factorial(n: int) -> int { return if n < 2 { 1 } else { n * factorial(n - 1) } }
        render factorial(20)    // => 2432902008176640000
        fn deep(n: int) -> int { return if n == 0 { 0 } else { 1 + deep(n - 1) } }
        render deep(10000)      // => 10000
        """
    )


def test_recursion_without_end_is_the_same_fault_every_time() -> None:
    text = """
actor Caller {
    state calls: int = 0
    on go(n: int) {
        calls = n
        render down(n)
    }
}
fn down(n: int) -> int { return down(n + 1) + 1 }
fn text(n: int) -> string { return f"{n}" + text(n + 1) }
Caller.go(3)
let other = spawn Caller()
after 2ms other.go(5)
render 1
let x = text(0)
"""
    first, second = run(text), run(text)
    assert [(fault.kind, fault.actor, fault.line) for fault in first.faults] == [("recursion_too_deep", 0, 10)]
    assert first.execution_hash == second.execution_hash
    alone = run(text.replace("let x = text(0)\n", ""))
    assert [(fault.kind, fault.actor, fault.tick) for fault in alone.faults] == [
        ("recursion_too_deep", 1, 1),
        ("recursion_too_deep", 2, 3),
    ]
    assert alone.texts == ["1"]


def test_deep_values_fault_or_work_but_never_harm_the_engine() -> None:
    """A list of links is copied, compared, sent and shown by recursion, which has its limit too."""
    text = """
struct Link { v: int, next: Link? }
fn made(n: int) -> Link? {
    var chain: Link? = none
    for i in 0..n { chain = Link(v: i, next: chain) }
    return chain
}
actor Keeper {
    state chain: Link? = none
    on keep(n: int) { chain = made(n) }
    on show() {
        render f"{chain}".len() > 1000
        Other.take(chain)
        render distributed state { self.chain }
    }
    on drop() { chain = none }
}
actor Other { on take(chain: Link?) { render chain == chain } }
"""
    fine = run(text + "Keeper.keep(5000)\nKeeper.show()\nafter 3ms Keeper.drop()")
    assert fine.faults == []
    assert [output.text for output in fine.outputs if output.kind == "text"] == ["true", "true"]
    for n in range(fine.total + 1):
        for actor in fine.session.picture(0, n).actors["id"]:
            fine.session.actor(0, n, int(actor))
    takes = [n for n in range(fine.total) if fine.session.event(0, n).type == "Other.take"]
    assert ["…" in fine.session.message_text(0, n) for n in takes] == [True]
    deep = run(text + "\n\nlet x = made(1000000) == made(1000000)")
    assert (deep.fault.kind, deep.fault.line) == ("recursion_too_deep", text.count("\n") + 3)
    assert run(text + "Keeper.keep(100000)").fault.kind == "recursion_too_deep"


def test_a_function_gives_its_result_on_every_path() -> None:
    assert "but not on every path" in problem("fn f(n: int) -> int { if n > 0 { return 1 } }")
    assert problems('fn f(n: int) -> int { if n > 0 { return 1 } else { fail "no" } }') == []
    assert "the result of `f` must be `int`" in problem('fn f() -> int { return "a" }')
    assert "has no result" in problem("fn f() { return 1 }")


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("A.hi()", "use the actor `A`"),
        ("a.hi()", "send a message"),
        ("let b = spawn A()", "spawn an actor"),
        ("stop", "stop an actor"),
        ("render distributed state { a.n }", "render the state of actors"),
        ("render timeline { node A -> B at 1ms }", "render a timeline"),
        ("let s = sender", "exists in actors only"),
    ],
)
def test_functions_have_no_effects(body: str, what: str) -> None:
    text = f"actor A {{ state n: int = 0\non hi() {{ }} }}\nfn f(a: A) {{ {body} }}"
    assert what in problem(text)


def test_functions_do_not_see_variables_of_the_top_level() -> None:
    text = "var count = 1\nlet started = now()\nlet FIXED = 5\nfn f() -> int { return FIXED + %s }"
    assert problems(text % "1") == []
    assert "`count` belongs to the top level" in problem(text % "count")
    assert "`started` belongs to the top level" in problem(text % "started")
