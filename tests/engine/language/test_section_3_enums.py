"""Enums: variants, what they carry, patterns, and that they are values like all others."""

from __future__ import annotations

import pytest

from engine import api
from tests.engine.language.running import expect, fixed, problem, problems, program_of, run

SHAPES = """
enum Side { Buy, Sell }
enum Shape { Circle(radius: float), Rect(w: float, h: float = 1.0), Named(string, int), Point }
enum Tree { Leaf, Node(left: Tree, value: int, right: Tree) }
"""


def test_an_enum_has_one_of_its_variants() -> None:
    expect(
        """
        enum Side { Buy, Sell }
        let s = Side.Buy
        render s                                  // => Side.Buy
        render [s, Side.Sell]                     // => [Side.Buy, Side.Sell]
        render s == Side.Buy                      // => true
        render s != Side.Buy                      // => false
        render f"{(1, Side.Sell)}"                // => (1, Side.Sell)
        render match s { Buy => "B", Sell => "S" }           // => B
        render match s { Side.Sell => "S", Side.Buy => "B" } // => B
        fn other(s: Side) -> Side { return if s == Side.Buy { Side.Sell } else { Side.Buy } }
        render other(other(s))                    // => Side.Buy
        """
    )


def test_a_variant_carries_values_with_names_or_without() -> None:
    expect(
        SHAPES
        + """
        render Shape.Circle(radius: 1.0)          // => Shape.Circle(radius: 1.0)
        render Shape.Circle(2.5)                  // => Shape.Circle(radius: 2.5)
        render Shape.Rect(h: 2.0, w: 3.0)         // => Shape.Rect(w: 3.0, h: 2.0)
        render Shape.Rect(3.0)                    // => Shape.Rect(w: 3.0, h: 1.0)
        render Shape.Named("a b", 3)              // => Shape.Named("a b", 3)
        render [Shape.Point, Shape.Point]         // => [Shape.Point, Shape.Point]
        """
    )


def test_patterns_look_into_what_is_carried() -> None:
    expect(
        SHAPES
        + """
        struct Placed { at: (int, int), shape: Shape? }
        fn size(s: Shape) -> string {
            return match s {
                Circle(0.0) => "dot"
                Circle(r) if r > 10.0 => "large"
                Shape.Circle => "round"
                Rect(h: 1.0) => "flat"
                Rect(w, h) => f"{w}x{h}"
                Named("", _) => "nameless"
                Named(name, n) => f"{name}{n}"
                Point => "point"
            }
        }
        let all = [Shape.Circle(0.0), Shape.Circle(11.0), Shape.Circle(1.0), Shape.Rect(2.0), Shape.Rect(2.0, 3.0)]
        render [size(s) for s in all]             // => ["dot", "large", "round", "flat", "2.0x3.0"]
        let others = [Shape.Named("", 1), Shape.Named("q", 2), Shape.Point]
        render [size(s) for s in others]          // => ["nameless", "q2", "point"]
        fn where(p: Placed) -> string {
            return match p {
                Placed((0, 0), _) => "origin"
                Placed(shape: Circle(r)) => f"circle {r}"
                Placed(shape: none) => "empty"
                Placed((x, _), other) => f"{x} {other}"
            }
        }
        render where(Placed((0, 0), none))                    // => origin
        render where(Placed((1, 0), Shape.Circle(2.0)))       // => circle 2.0
        render where(Placed((1, 0), none))                    // => empty
        render where(Placed((7, 0), Shape.Point))             // => 7 Shape.Point
        """
    )


def test_an_enum_may_contain_itself() -> None:
    expect(
        SHAPES
        + """
        fn insert(t: Tree, v: int) -> Tree {
            return match t {
                Leaf => Tree.Node(Tree.Leaf, v, Tree.Leaf)
                Node(l, x, r) if v < x => Tree.Node(insert(l, v), x, r)
                Node(l, x, r) => Tree.Node(l, x, insert(r, v))
            }
        }
        fn items(t: Tree) -> list<int> {
            return match t { Leaf => [], Node(l, x, r) => items(l) + [x] + items(r) }
        }
        var t = Tree.Leaf
        for n in [5, 2, 8, 1] { t = insert(t, n) }
        render items(t)                           // => [1, 2, 5, 8]
        render match t { Node(Node(Leaf, n, _), _, _) => n, Node(Node(l, _, _), _, _) => items(l)[0], _ => 0 }  // => 1
        """
    )


def test_structs_and_enums_may_contain_each_other() -> None:
    expect(
        """
        struct Folder { name: string, entries: list<Entry>, parent: Owner? }
        enum Entry { File(size: int), Sub(folder: Folder), Link(to: Entry?) }
        struct Owner { entry: Entry }
        fn total(f: Folder) -> int { return sum([size(e) for e in f.entries]) }
        fn size(e: Entry) -> int {
            return match e { File(n) => n, Sub(f) => total(f), Link(none) => 0, Link(to) => size(to) }
        }
        let deep = Folder("deep", [Entry.File(3), Entry.Link(Entry.File(40))], Owner(Entry.File(1)))
        render total(Folder("top", [Entry.Sub(deep), Entry.Link(none), Entry.File(100)], none))  // => 143
        """
    )


def test_enums_are_ordered_by_variant_and_then_by_what_they_carry() -> None:
    expect(
        SHAPES
        + """
        render Side.Buy < Side.Sell               // => true
        render Side.Sell <= Side.Buy              // => false
        render Shape.Circle(9.0) < Shape.Rect(0.0)               // => true
        render Shape.Rect(1.0, 2.0) < Shape.Rect(1.0, 3.0)       // => true
        render Shape.Point > Shape.Named("z", 9)                 // => true
        render [Side.Sell, Side.Buy].sort()       // => [Side.Buy, Side.Sell]
        let shapes = [Shape.Point, Shape.Rect(2.0), Shape.Circle(2.0), Shape.Rect(1.0, 5.0), Shape.Circle(1.0)]
        for s in shapes.sort() { render s }
        // => Shape.Circle(radius: 1.0)
        // => Shape.Circle(radius: 2.0)
        // => Shape.Rect(w: 1.0, h: 5.0)
        // => Shape.Rect(w: 2.0, h: 1.0)
        // => Shape.Point
        render max([Side.Buy, Side.Sell, Side.Buy])              // => Side.Sell
        """
    )


def test_enums_are_keys_and_items_of_sets() -> None:
    expect(
        SHAPES
        + """
        var count: dict<Side, int> = {Side.Buy: 1}
        count[Side.Sell] = 2
        count[Side.Buy] += 1
        render count                              // => {Side.Buy: 2, Side.Sell: 2}
        var seen: set<Shape> = {Shape.Point, Shape.Circle(1.0), Shape.Point}
        render seen.len()                         // => 2
        render Shape.Circle(1.0) in seen          // => true
        render Shape.Circle(2.0) in seen          // => false
        var trees: dict<Tree, string> = {Tree.Leaf: "leaf"}
        trees[Tree.Node(Tree.Leaf, 1, Tree.Leaf)] = "one"
        render trees[Tree.Node(Tree.Leaf, 1, Tree.Leaf)]         // => one
        render trees[Tree.Leaf]                   // => leaf
        """
    )


def test_a_nan_inside_is_not_equal_to_itself() -> None:
    expect(
        SHAPES
        + """
        let zero = 0.0
        let s = Shape.Circle(zero / zero)
        render s == s                             // => false
        """
    )


def test_what_is_taken_out_of_an_enum_is_a_copy() -> None:
    expect(
        """
        enum Box { Full(items: list<int>), Empty }
        let b = Box.Full([1])
        match b { Full(items) => {
            var own = items
            own.push(2)
            render own                            // => [1, 2]
        }, Empty => {} }
        render b                                  // => Box.Full(items: [1])
        var xs = [1]
        let c = Box.Full(xs)
        xs.push(2)
        render c                                  // => Box.Full(items: [1])
        """
    )


def test_an_enum_may_be_none() -> None:
    expect(
        SHAPES
        + """
        fn show(s: Side?) -> string { return match s { none => "-", Buy => "B", Sell => "S" } }
        render [show(none), show(Side.Buy), show(Side.Sell)]     // => ["-", "B", "S"]
        let s: Shape? = Shape.Point
        render s                                  // => Shape.Point
        render s == none                          // => false
        render s ?? Shape.Circle(1.0)             // => Shape.Point
        """
    )


def test_enums_are_default_values_and_constants() -> None:
    expect(
        SHAPES
        + """
        let FIRST = Side.Buy
        let START = Shape.Circle(1.0)
        struct Order { id: int, side: Side = Side.Sell, shape: Shape = Shape.Point }
        fn f(side: Side = FIRST) -> string { return f"{side} {START}" }
        actor Shop(side: Side = Side.Buy) { on show() { render side } }
        render Order(1)                           // => Order(id: 1, side: Side.Sell, shape: Shape.Point)
        render f()                                // => Side.Buy Shape.Circle(radius: 1.0)
        fn g(s: Side) -> int { return match s { FIRST => 1, _ => 2 } }
        render [g(Side.Buy), g(Side.Sell)]        // => [1, 2]
        Shop.show()                               // => Side.Buy
        """
    )


BOOK = (
    SHAPES
    + """
actor Book {
    state last: Side? = none
    state side: Side = Side.Buy
    state shapes: list<Shape> = []
    state tree: Tree = Tree.Leaf
    state table: dict<Side, Shape> = {}
    on order(side_: Side, shape: Shape, why: Side?) {
        last = side_
        side = side_
        shapes.push(shape)
        table[side_] = shape
        tree = Tree.Node(tree, shapes.len(), Tree.Leaf)
        render f"{last} {side} {shapes} {why} {tree} {table}"
    }
    on fresh() {
        last = none
        shapes = []
        tree = Tree.Leaf
        table = {}
    }
}
"""
)


def test_enums_go_through_messages_and_stay_in_states() -> None:
    result = run(
        BOOK + 'Book.order(Side.Sell, Shape.Named("x", 1), none)\nBook.order(Side.Buy, Shape.Point, Side.Sell)'
    )
    first = 'Shape.Named("x", 1)'
    tree = "Tree.Node(left: Tree.Leaf, value: 1, right: Tree.Leaf)"
    assert result.texts == [
        f"Side.Sell Side.Sell [{first}] none {tree} {{Side.Sell: {first}}}",
        f"Side.Buy Side.Buy [{first}, Shape.Point] Side.Sell Tree.Node(left: {tree}, value: 2, right: Tree.Leaf) "
        f"{{Side.Sell: {first}, Side.Buy: Shape.Point}}",
    ]
    state = {field.name: field.value.text for field in result.session.actor(0, result.total, 1).fields}
    assert state["last"] == "Side.Buy"
    assert state["side"] == "Side.Buy"
    assert state["shapes"] == f"[{first}, Shape.Point]"
    assert state["table"] == f"{{Side.Sell: {first}, Side.Buy: Shape.Point}}"
    assert result.session.message_text(0, 2) == f"order(Side.Sell, {first}, none)"


def test_the_inspector_looks_into_a_variant() -> None:
    result = run(BOOK + "Book.order(Side.Sell, Shape.Rect(2.0, 3.0), none)")
    fields = {field.name: field.value for field in result.session.actor(0, result.total, 1).fields}
    ((_, shape),) = fields["shapes"].parts
    assert (shape.text, shape.type) == ("Shape.Rect(w: 2.0, h: 3.0)", "Shape")
    assert [(name, part.text) for name, part in shape.parts] == [("w", "2.0"), ("h", "3.0")]
    assert fields["side"].type == "Side"
    assert fields["side"].parts == ()


@pytest.mark.parametrize(
    ("field", "written", "shown"),
    [
        ("side", "Side.Sell", "Side.Sell"),
        ("last", "none", "none"),
        ("last", "Side.Sell", "Side.Sell"),
        ("shapes", '[Shape.Named("é", 2), Shape.Point]', '[Shape.Named("é", 2), Shape.Point]'),
        ("tree", "Tree.Node(Tree.Leaf, 3, Tree.Leaf)", "Tree.Node(left: Tree.Leaf, value: 3, right: Tree.Leaf)"),
        ("table", "{Side.Buy: Shape.Circle(radius: 1.5)}", "{Side.Buy: Shape.Circle(radius: 1.5)}"),
    ],
)
def test_a_person_can_write_an_enum_into_the_past(field: str, written: str, shown: str) -> None:
    session = run(BOOK + "Book.order(Side.Buy, Shape.Point, none)").session
    branch = session.fork(0, 2, api.SetField(1, field, written))
    state = {f.name: f.value.text for f in session.actor(branch.id, 2, 1).fields}
    assert state[field] == shown


@pytest.mark.parametrize(
    ("field", "written", "said"),
    [
        ("side", "Side.Byu", "Side has no variant Byu; it has Buy, Sell"),
        ("side", "5", "such as Side.Buy or Side.Sell"),
        ("shapes", "[Shape.Circle]", "the field radius of Shape.Circle is missing"),
        ("shapes", "[Shape.Circle(1.0, 2.0)]", "Shape.Circle has 1 field, not 2"),
        ("shapes", "[Shape.Circle(r: 1.0)]", "Shape.Circle has no field r"),
    ],
)
def test_what_is_no_value_of_the_enum_is_refused(field: str, written: str, said: str) -> None:
    session = run(BOOK + "Book.order(Side.Buy, Shape.Point, none)").session
    with pytest.raises(api.ForkError, match=said.replace("(", r"\(")):
        session.fork(0, 2, api.SetField(1, field, written))


def test_a_run_with_enums_replays_to_the_same_bits() -> None:
    sends = "\n".join(f"Book.order(Side.Sell, Shape.Rect({n}.0, 2.0), none)" for n in range(20))
    first, second = run(BOOK + sends), run(BOOK + sends)
    assert first.execution_hash == second.execution_hash
    assert run(BOOK + sends.replace("Sell", "Buy")).execution_hash != first.execution_hash
    assert first.session.verify().ok


@pytest.mark.parametrize(
    ("arms", "missing"),
    [
        ("Buy => 1", "`Sell`"),
        ("Buy => 1, Sell if 1 < 2 => 2", "`Sell`"),
    ],
)
def test_a_match_on_an_enum_must_be_exhaustive(arms: str, missing: str) -> None:
    found = problem(f"enum Side {{ Buy, Sell }}\nfn f(s: Side) -> int {{ return match s {{ {arms} }} }}")
    assert found.startswith("2: E0212 this `match` says nothing about " + missing)


def test_the_fix_of_a_match_adds_the_arms_that_are_missing() -> None:
    text = "enum E { A, B(n: int), C }\nfn f(e: E) -> int {\n    return match e {\n        A => 1\n    }\n}\n"
    assert problems(fixed(text)) == []
    assert 'B(_) => { fail "not written yet" }' in fixed(text)


def test_an_arm_that_others_take_everything_from_is_a_warning() -> None:
    head = "enum E { A(b: bool), B }\nfn f(e: E) -> int { return match e { "
    assert problem(head + "A(true) => 1, A(false) => 2, A(_) => 3, B => 4 } }").startswith("2: E0224")
    assert problem(head + "A(_) => 3, B => 4, _ => 5 } }").startswith("2: E0224")
    assert problems(head + "A(true) => 1, A(_) => 3, B => 4 } }") == []


def test_many_variants_are_checked_quickly() -> None:
    """The cost of the check grows with what is written, not with the number of all combinations."""
    variants = ", ".join(f"V{i}" for i in range(60))
    arms = "\n".join(f"(V{i}, V{i}, V{i}, V{i}) => {i}" for i in range(60))
    text = (
        f"enum E {{ {variants} }}\nfn f(a: E, b: E, c: E, d: E) -> int {{ return match (a, b, c, d) {{\n{arms}\n}} }}"
    )
    assert "nothing about `(V0, V0, V0, V1)`" in problem(text)
    program_of(text.replace("}\n}", "}\n}").replace("\n} }", "\n_ => 0\n} }"))
