"""Habits of the code that a reader counts on."""

from __future__ import annotations

import ast
import tomllib

from tests.tidy.sources import ROOT, imports, sources

FUNCTION_LINES_MAX = 110
MODULE_LINES_MAX = 900
VAGUE_NAMES = {"utils", "util", "common", "helpers", "helper", "manager", "misc", "base_class"}


def test_every_module_opens_with_its_idea() -> None:
    bare = [s.path for s in sources("engine", "studio") if not ast.get_docstring(s.tree)]
    assert not bare, f"say in a docstring what these are for: {bare}"


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = [
        s.path for s in sources("engine", "studio") if s.path.rsplit("/", 1)[-1].removesuffix(".py") in VAGUE_NAMES
    ]
    assert not vague, f"name these after what they hold: {vague}"


def test_no_function_and_no_module_outgrows_its_reader() -> None:
    found = [
        f"{s.path} has {s.text.count(chr(10))} lines"
        for s in sources("engine", "studio")
        if s.text.count("\n") > MODULE_LINES_MAX
    ]
    for source in sources("engine", "studio"):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno > FUNCTION_LINES_MAX:
                found.append(f"{source.path}:{node.lineno} {node.name} is too long; which two ideas are in it?")
    assert not found, "\n".join(found)


def test_no_test_sleeps() -> None:
    found = [
        f"{s.path}:{node.lineno}"
        for s in sources("tests")
        for node in ast.walk(s.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("sleep", "qSleep")
    ]
    assert not found, f"wait for what should happen instead: {found}"


def test_no_bare_except_hides_a_mistake() -> None:
    found = [
        f"{s.path}:{node.lineno}"
        for s in sources("engine", "studio")
        for node in ast.walk(s.tree)
        if isinstance(node, ast.ExceptHandler) and node.type is None
    ]
    assert not found, found


def test_every_dependency_is_used() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = [*project["dependencies"], *project["optional-dependencies"]["ide"]]
    names = [text.split(">")[0].split("=")[0].strip() for text in texts]
    modules = {module.split(".")[0].lower() for s in sources("engine", "studio") for _, module, _ in imports(s)}
    unused = [name for name in names if name.removesuffix("-Essentials").lower() not in modules]
    assert unused == []
