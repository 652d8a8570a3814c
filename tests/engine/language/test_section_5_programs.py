"""LANGUAGE §5: the top level, ``fn main()``, and programs of many files, which are not there yet."""

from __future__ import annotations

import pytest

from tests.engine.language.running import expect, problem, problems, run


def test_the_top_level_runs_once_at_tick_0_as_actor_0_and_then_main() -> None:
    result = expect(
        """
        render f"{self} {now()}"   // => main 0
        fn main() {
            render count           // => 2
            count += 1
            if count == 3 { return }
            render "never"
        }
        var count = 1
        count += 1
        """
    )
    assert {(output.tick, output.actor, output.n) for output in result.outputs} == {(0, 0, 0)}
    assert result.total == 1


def test_a_program_that_does_nothing_is_a_program() -> None:
    for text in ("", "\n\n", "// only a comment", ";"):
        assert (run(text).total, run(text).outputs) == (1, ())


def test_a_fault_of_the_top_level_takes_everything_back() -> None:
    result = run('actor A { on hi() { render "hi" } }\nA.hi()\nrender "lost"\nlet x = [1][1]')
    assert result.texts == []
    assert (result.fault.actor, result.fault.line, result.fault.function) == (0, 4, "main.start")
    assert result.total == 1


def test_main_is_special() -> None:
    assert "`main` takes nothing and gives nothing" in problem("fn main(n: int) { }")
    assert "`main` is called when the program starts" in problem("fn main() { }\nmain()")
    assert "`return` stands in a function or a handler" in problem("return")


def test_names_are_declared_once_and_before_they_are_used() -> None:
    assert "`x` is declared twice" in problem("let x = 1\nlet x = 2")
    assert "`f` is declared twice" in problem("fn f() { }\nfn f() { }")
    assert "`x` is declared further down" in problem("render x\nlet x = now()")
    assert "is a `let` and cannot be assigned" in problem("let x = 1\nx = 2")
    expect("let x = 1\nif true {\n let x = 2\n render x  // => 2\n}\nrender x  // => 1")


NOT_YET = {
    "let t: tensor = 1": "tensors",
    "flow double(x: int) -> int { render {x * 2} }\nlet q = double |> double\nrender q(1)": "flows and pipes",
}


@pytest.mark.parametrize("text", NOT_YET)
def test_what_is_not_there_yet_is_named(text: str) -> None:
    found = problems(text)
    assert found
    assert all("not available yet" in line for line in found), found
    assert NOT_YET[text] in found[0]
