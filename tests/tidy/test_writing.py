"""Files are written by ``engine/files`` alone, which keeps links, owners and devices and never half a file."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.tidy.sources import RULES, Source, sources

EXCEPTIONS: dict[str, str] = RULES["writing"]["exceptions"]
_METHODS = {"write_text", "write_bytes", "NamedTemporaryFile", "mkstemp", "mktemp", "tofile"}
_OF_OS = {"open", "fdopen", "replace", "rename", "renames", "link", "symlink", "truncate", "mkfifo"}
_OF_SHUTIL = {"copy", "copy2", "copyfile", "copyfileobj", "move"}


def _writes(call: ast.Call) -> bool:
    """Whether a call opens a file to write, writes one, or puts one in place of another."""
    name = call.func
    if isinstance(name, ast.Name):
        return name.id == "open" and _is_for_writing(call, 1)
    if not isinstance(name, ast.Attribute):
        return False
    owner = name.value.id if isinstance(name.value, ast.Name) else ""
    if owner == "os":
        return name.attr in _OF_OS
    if owner == "shutil":
        return name.attr in _OF_SHUTIL
    if name.attr == "open":
        return _is_for_writing(call, 0)
    if name.attr == "write" and owner != "" and any(word.arg == "xml_declaration" for word in call.keywords):
        return True
    return name.attr in _METHODS and bool(call.args or call.keywords)


def _is_for_writing(call: ast.Call, place: int) -> bool:
    modes = [word.value for word in call.keywords if word.arg == "mode"] or call.args[place : place + 1]
    return any(isinstance(m, ast.Constant) and isinstance(m.value, str) and set(m.value) & set("wax+") for m in modes)


def _violations(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and _writes(node):
            what = ast.unparse(node.func)
            if f"{source.path} calls {what}" not in EXCEPTIONS:
                yield f"{source.path}:{node.lineno} calls {what}; use engine.files.whole (write_whole, whole_file)"


def test_only_the_one_writer_writes_files() -> None:
    found = [
        text for s in sources("engine", "studio") if not s.path.startswith("engine/files/") for text in _violations(s)
    ]
    assert not found, "\n".join(found)


def test_the_rule_sees_every_way_of_writing() -> None:
    ways = [
        "open(p, 'w')", "open(p, mode='ab')", "p.open('r+')", "p.write_text(t)", "p.write_bytes(b)", "os.open(p, 1)",
        "os.replace(a, b)", "tempfile.mkstemp(dir=d)", "shutil.copyfile(a, b)",
    ]  # fmt: skip
    for way in ways:
        assert list(_violations(Source("engine/x.py", ast.parse(way), way))), way
    for harmless in ("open(p)", "p.open('rb')", "files.open(path, line)", "text.replace(a, b)"):
        assert not list(_violations(Source("engine/x.py", ast.parse(harmless), harmless))), harmless
