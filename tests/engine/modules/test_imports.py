"""Imports, beyond what the corpus shows: messages, places in other files, traces, caches."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import api
from engine.compiler.modules import LIBRARY_MODULES
from tests.engine.modules.memory import MemoryModules, around, build, session, texts_of

SHAPES = """
    struct Shape { w: int }
    fn area(s: Shape) -> int { return s.w * s.w }
"""


def words(main: str, **texts: str) -> list[str]:
    """The problems of a program: ``main.aefl:1:6 E0120 message (note)``."""
    return [
        f"{p.file}:{p.range.line}:{p.range.column} {p.code} {p.message}" + (f" ({p.note})" if p.note else "")
        for p in build(main, **texts).problems
    ]


def test_a_missing_module_is_told_with_a_near_name_and_a_fix() -> None:
    (problem,) = build("from shapse import area\nrender area(1)\n", shapes=SHAPES).problems
    assert problem.note == "did you mean `shapes`?"
    assert problem.fix is not None
    assert problem.fix.text == "shapes"


def test_a_missing_module_with_no_near_name_says_where_it_was_looked_for() -> None:
    (line,) = words("import geometry.colours\n")
    assert "`geometry/colours.aefl` beside this one, or in the project's source folder" in line


def test_a_module_that_cannot_be_read_says_why() -> None:
    assert words("import torn\n", torn="unreadable") == [
        "main.aefl:1:8 E0120 the module `torn` cannot be read: it is not UTF-8 text (byte 3)"
    ]


def test_a_circle_of_imports_is_shown_whole_with_places() -> None:
    (line,) = words("import a\n", a="from b import g\nfn f() {}", b="\nimport c\nfn g() {}", c="import a")
    assert line == (
        "c.aefl:1:8 E0122 these files import each other: `a` → `b` → `c` → `a` "
        "(a.aefl:1:6 imports `b`, b.aefl:2:8 imports `c`, c.aefl:1:8 imports `a`; "
        "move what they share into a file of its own)"
    )


def test_what_is_not_exported_says_how_to_export_it() -> None:
    (line,) = words("from bank import hidden\n", bank="export fn open() {}\nfn hidden() {}")
    assert line.endswith("`bank` does not export `hidden` (write `export` before its declaration in bank.aefl)")


def test_a_missing_name_is_told_with_a_near_one() -> None:
    assert words("import shapes\nrender shapes.arae(1)\n", shapes=SHAPES) == [
        "main.aefl:2:15 E0121 `shapes` does not have `arae` (did you mean `area`?)"
    ]


def test_the_fix_of_a_mistake_in_another_file_is_a_place_in_that_file() -> None:
    (problem,) = build("import a\n", a="\nfn f() -> float { return 1 }\n").problems
    assert problem.file == "a.aefl"
    assert problem.fix is not None
    assert (problem.fix.range.line, problem.fix.range.column, problem.fix.text) == (2, 26, "1.0")


def test_a_file_that_several_import_is_read_and_told_of_once() -> None:
    modules = {"a": "import c\nfn f() {}", "b": "import c\nfn g() {}", "c": "fn h() -> int { return true }"}
    assert len(words("import a\nimport b\nimport c\n", **modules)) == 1


def test_a_module_is_asked_for_only_where_it_is_imported() -> None:
    finder = MemoryModules({"shapes": "fn area() {}"}, [])
    api.compile("import shapes\nlet math = 1\nrender math\n", "main.aefl", api.Surroundings(finder))
    assert finder.asked == ["shapes"]


@pytest.mark.parametrize("name", sorted(LIBRARY_MODULES))
def test_library_modules_can_be_imported(name: str) -> None:
    assert words(f"import {name}\n") == []


def test_turns_faults_and_actor_types_know_their_file() -> None:
    made = session(
        "from worker import Worker\nlet w = spawn Worker()\nw.go(0)\nactor Own { on m() {} }\nOwn.m()\n",
        worker="actor Worker {\n    on go(n: int) {\n        render 1 / n\n    }\n}\n",
    )
    summary = made.summary
    assert [(t.name, t.file, t.line) for t in summary.actor_types] == [
        ("main", "main.aefl", 1),
        ("Worker", "worker.aefl", 1),
        ("Own", "main.aefl", 4),
    ]
    assert {(h.actor, h.file) for h in summary.handlers} == {
        ("main", "main.aefl"),
        ("Worker", "worker.aefl"),
        ("Own", "main.aefl"),
    }
    (fault,) = [output.fault for output in made.outputs(0) if output.fault is not None]
    assert (fault.file, fault.line, fault.column) == ("worker.aefl", 3, 16)
    detail = made.event(0, fault.n)
    assert (detail.file, detail.line, detail.end_line) == ("worker.aefl", 2, 4)


def test_endless_recursion_is_placed_in_the_file_of_its_function() -> None:
    made = session("import deep\nrender deep.down(1)\n", deep="\nfn down(n: int) -> int { return down(n + 1) + 1 }\n")
    (fault,) = [output.fault for output in made.outputs(0) if output.fault is not None]
    assert (fault.file, fault.line, fault.kind) == ("deep.aefl", 2, "recursion_too_deep")


def test_a_trace_keeps_all_files(tmp_path: Path) -> None:
    made = session("import shapes\nrender shapes.area(shapes.Shape(w: 3))\n", shapes=SHAPES)
    path = tmp_path / "run.aft"
    made.save(path)
    again = api.Session.load(path)
    assert [(f.name, f.text) for f in again.sources] == [(f.name, f.text) for f in made.sources]
    assert [f.name for f in again.sources] == ["main.aefl", "shapes.aefl"]
    assert texts_of(again) == ["9"]
    assert again.verify().ok


def test_a_change_of_an_imported_file_is_another_program() -> None:
    main = "from a import n\nrender n()\n"
    assert texts_of(session(main, a="fn n() -> int { return 1 }")) == ["1"]
    assert texts_of(session(main, a="fn n() -> int { return 2 }")) == ["2"]
    assert texts_of(session(main, a="fn n() -> int { return 1 }")) == ["1"]


def test_actors_with_a_module_in_their_name_take_messages_from_outside() -> None:
    made = session(
        "import a\nimport b\na.W.add(1)\nb.W.add(2)\n",
        a="actor W { state n: int = 0\n on add(k: int) { n += k\n render n } }",
        b="actor W { state n: int = 10\n on add(k: int) { n += k\n render n } }",
    )
    assert [t.name for t in made.summary.actor_types] == ["main", "a.W", "b.W"]
    for written in ("b.W#2.add(5)", "b.W.add(5)"):
        branch = made.fork(0, made.total(), api.Inject(written))
        made.advance(branch=branch.id)
        assert made.outputs(branch.id)[-1].text == "17"


def test_structs_of_one_name_in_two_files_are_different_types() -> None:
    (line,) = words(
        "import a\nimport b\nrender a.take(b.Box())\n",
        a="struct Box { n: int = 1 }\nfn take(x: Box) -> int { return x.n }",
        b="struct Box { n: int = 2 }",
    )
    assert "must be `a.Box`, but this is `b.Box`" in line


def test_lists_of_imported_structs_can_be_compared_sorted_and_sent() -> None:
    made = session(
        """
        import a
        struct Box { s: string = "x" }
        let xs = [a.Box(n: 3), a.Box(n: 1)]
        render xs.sort()
        render xs == [a.Box(n: 3), a.Box(n: 1)]
        render [Box(s: "b"), Box(s: "a")].sort()
        a.Keeper.keep(xs)
        """,
        a="""
        struct Box { n: int }
        actor Keeper {
            state all: list<Box> = []
            on keep(xs: list<Box>) {
                all = xs
                render all
            }
        }
        """,
    )
    assert texts_of(made) == [
        "[Box(n: 1), Box(n: 3)]",
        "true",
        '[Box(s: "a"), Box(s: "b")]',
        "[Box(n: 3), Box(n: 1)]",
    ]


def test_the_analysis_of_a_file_tells_what_is_wrong_in_the_files_it_imports() -> None:
    analysis = api.analyse("import a\nfn mine() {}\n", "main.aefl", around(a="fn f( {"))
    assert [p.file for p in analysis.problems] == ["a.aefl"]
    assert [s.name for s in analysis.outline] == ["mine"]
