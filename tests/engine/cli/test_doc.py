"""``aeroflow doc`` tells what a program declares."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from engine.cli.main import app

SHOP = """// A shop.
// It sells.

// What somebody wants.
enum Wish { Buy(qty: int), Nothing }

// Keeps count.
actor Till(start: int = 0) {
    // In cents.
    state sum: int = start
    // Takes money.
    on pay(cents: int) -> int { sum += cents; render {sum} }
    every 10ms { render {sum} }
}

test "a till starts empty" { assert true }

fn hidden(
    x: int
) -> int { return x }
"""

DESCRIBED = """# shop.aefl

A shop.
It sells.

## Enum `Wish`

What somebody wants.

- `Buy(qty: int)`
- `Nothing`

## Actor `Till(start: int = 0)`

Keeps count.

- `sum: int = start`: In cents.

### `on pay(cents: int) -> int`

Takes money.

### `every 10ms`

## Function `hidden(x: int) -> int`
"""


def _doc(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["doc", *arguments])
    return result.exit_code, result.stdout


def test_declarations_come_with_the_comments_above_them(tmp_path: Path) -> None:
    (tmp_path / "shop.aefl").write_text(SHOP, encoding="utf-8")
    assert _doc(str(tmp_path / "shop.aefl")) == (0, DESCRIBED)


def test_what_a_file_does_not_export_is_its_own_business(tmp_path: Path) -> None:
    path = tmp_path / "shop.aefl"
    path.write_text(SHOP.replace("enum Wish", "export enum Wish"), encoding="utf-8")
    code, described = _doc(str(path))
    assert code == 0
    assert "## Enum `Wish`\n\nWhat somebody wants." in described
    assert "Till" not in described
    assert "hidden" not in described


def test_a_folder_gives_a_file_for_each_program(tmp_path: Path) -> None:
    (tmp_path / "shop.aefl").write_text(SHOP, encoding="utf-8")
    assert _doc(str(tmp_path), "-o", str(tmp_path / "out")) == (0, "")
    assert (tmp_path / "out" / "shop.md").read_text(encoding="utf-8") == DESCRIBED


def test_a_program_with_mistakes_is_described_and_told_of(tmp_path: Path) -> None:
    (tmp_path / "shop.aefl").write_text(SHOP + "let x: int = true\n", encoding="utf-8")
    code, described = _doc(str(tmp_path / "shop.aefl"))
    assert code == 1
    assert "## Enum `Wish`" in described


def test_constants_types_and_comments_in_every_place_are_described(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    text = """\
/// A point.
struct P {
    x: int // to the right
    // Upwards.
    y: int
}
let LIMIT = 5 // most of them
let lower = 6
type Names = list<string>
"""
    (tmp_path / "parts" / "shop.aefl").write_text(text, encoding="utf-8")
    (tmp_path / "main.aefl").write_text("// Begins.\n\nrender 1\n", encoding="utf-8")
    code, described = _doc(str(tmp_path))
    assert code == 0
    assert "# main.aefl\n\nBegins.\n" in described
    fields = "- `x: int`: to the right\n- `y: int`: Upwards.\n"
    assert f"# parts/shop.aefl\n\n## Struct `P`\n\nA point.\n\n{fields}" in described
    assert "## Constant `LIMIT = 5`\n\nmost of them\n" in described
    assert "lower" not in described
    assert "## Type `Names = list<string>`\n" in described
