"""Nothing that differs between two runs may reach the deterministic core."""

from __future__ import annotations

import ast

from tests.tidy.sources import RULES, Source, imports, sources

CORE = tuple(RULES["deterministic"]["folders"])
EXCEPTIONS: dict[str, str] = RULES["deterministic"]["exceptions"]


def _is_set(node: ast.expr) -> bool:
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("set", "frozenset")


def _set_iterations(source: Source) -> list[str]:
    """Loops straight over a set; a set that is only asked for membership is fine."""
    found = []
    for node in ast.walk(source.tree):
        iterables = []
        if isinstance(node, ast.For):
            iterables = [node.iter]
        elif isinstance(node, ast.ListComp | ast.GeneratorExp | ast.DictComp):
            iterables = [generator.iter for generator in node.generators]
        found += [f"{source.path}:{i.lineno} iterates a set; sort it, or keep a dict" for i in iterables if _is_set(i)]
    return found


def test_the_core_reads_no_clock_and_no_host_randomness() -> None:
    forbidden = RULES["deterministic"]["forbidden_modules"]
    found = [
        f"{s.path}:{line} imports {module}; take it as an argument from outside the core"
        for s in sources(*CORE)
        for line, module, _ in imports(s)
        if module.split(".")[0] in forbidden and f"{s.path} imports {module}" not in EXCEPTIONS
    ]
    assert not found, "\n".join(found)


def test_the_core_uses_no_addresses_and_no_seeded_hashes() -> None:
    forbidden = RULES["deterministic"]["forbidden_calls"]
    found = [
        f"{s.path}:{node.lineno} calls {node.func.id}(); key by a name or a number instead"
        for s in sources(*CORE)
        for node in ast.walk(s.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in forbidden
        if f"{s.path} calls {node.func.id}()" not in EXCEPTIONS
    ]
    assert not found, "\n".join(found)


def test_the_core_never_iterates_a_set() -> None:
    found = [violation for s in sources(*CORE) for violation in _set_iterations(s)]
    assert not found, "\n".join(found)
