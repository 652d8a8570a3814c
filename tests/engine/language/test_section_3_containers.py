"""LANGUAGE §3: lists, dicts, sets, tuples, structs, and what is made of them."""

from __future__ import annotations

import pytest

from tests.engine.language.running import expect, problem, problems, run


def test_lists() -> None:
    expect(
        """
        var xs = [3, 1, 2]
        xs.push(5)
        xs.insert(0, 9)
        xs.insert(5, 8)
        render xs                                  // => [9, 3, 1, 2, 5, 8]
        render [xs.pop(), xs.remove_at(1)]         // => [8, 3]
        render [xs.sort(), xs, xs.reverse()]       // => [[1, 2, 5, 9], [9, 1, 2, 5], [5, 2, 1, 9]]
        render [xs.index_of(2), xs.index_of(7)]    // => [2, none]
        render [xs.first(), xs.last()]             // => [9, 5]
        render xs.len()                            // => 4
        xs[1] = 7
        xs[2] *= 10
        render xs                                  // => [9, 7, 20, 5]
        render [xs[1..3], xs[..1], xs[3..], xs[4..], xs[2..2]]  // => [[7, 20], [9], [5], [], []]
        render [7 in xs, 8 in xs, 8 not in xs]     // => [true, false, true]
        render xs + [1] + []                       // => [9, 7, 20, 5, 1]
        xs += [1]
        render xs                                  // => [9, 7, 20, 5, 1]
        render [xs == [9, 7, 20, 5, 1], [1, 2] < [1, 3], [] < [1], [2] > [1, 9]]  // => [true, true, true, true]
        let empty: list<int> = []
        render [empty.first(), empty.last()]       // => [none, none]
        render sum(empty)                          // => 0
        render [(2, "b"), (1, "z"), (2, "a")].sort()  // => [(1, "z"), (2, "a"), (2, "b")]
        render [["b"], ["a", "c"], []].sort()      // => [[], ["a", "c"], ["b"]]
        """
    )


def test_sorting_is_stable_and_leaves_the_list() -> None:
    expect(
        """
        var pairs: list<(int, int)> = []
        for i in 0..100 { pairs.push((i * 7 % 10, i)) }
        let sorted = pairs.sort()
        var fine = true
        for i in 1..100 { if sorted[i - 1] > sorted[i] { fine = false } }
        render [fine, pairs[1] == (7, 1)]  // => [true, true]
        """
    )


@pytest.mark.parametrize(
    "line",
    [
        "xs[2]", "xs[-1]", "xs[0..3]", "xs[-1..]", "xs[2..1]", "xs[3..]", "xs.remove_at(2)", "empty.pop()",
        "empty[0]",
    ],
)  # fmt: skip
def test_an_index_out_of_range_is_a_fault(line: str) -> None:
    fault = run(f"var xs = [1, 2]\nvar empty: list<int> = []\nlet x = {line}").fault
    assert (fault.kind, fault.line, fault.column) == ("index_out_of_range", 3, 9)


def test_faults_of_functions_of_lists() -> None:
    assert run("let e: list<int> = []\nlet m = min(e)").fault.message == "min of an empty list"
    assert run("var xs = [1]\nxs.insert(3, 1)").fault.kind == "index_out_of_range"
    assert run("var xs = [1]\n\nxs[1] += 1").fault.line == 3


def test_dicts_keep_the_order_of_insertion() -> None:
    expect(
        """
        var d = {"a": 1, "b": 2, "c": 3}
        d.remove("b")
        d["b"] = 9
        d["a"] = 7
        render d                                   // => {"a": 7, "c": 3, "b": 9}
        render [d.keys().len(), d.len()]           // => [3, 3]
        render d.keys()                            // => ["a", "c", "b"]
        render d.values()                          // => [7, 3, 9]
        render d.items()                           // => [("a", 7), ("c", 3), ("b", 9)]
        render [d.get("a"), d.get("x")]            // => [7, none]
        render ["a" in d, "x" not in d]            // => [true, true]
        render d == {"b": 9, "a": 7, "c": 3}       // => true
        for k, v in d { render f"{k}={v}" }
        // => a=7
        // => c=3
        // => b=9
        for k in d { d.remove(k) }
        render [d.remove("a"), none]               // => [none, none]
        render d                                   // => {}
        d["z"] = 1
        d["z"] += 4
        render d                                   // => {"z": 5}
        """
    )


def test_a_dict_after_much_coming_and_going() -> None:
    model: dict[int, int] = {}
    for i in range(2000):
        model[i * 37 % 1000] = i
    for i in range(1000):
        if i % 3 != 0:
            del model[i]
    for i in range(500):
        model[i] = i
    expect(
        f"""
        var d: dict<int, int> = {{}}
        for i in 0..2000 {{ d[i * 37 % 1000] = i }}
        for i in 0..1000 {{ if i % 3 != 0 {{ d.remove(i) }} }}
        for i in 0..500 {{ d[i] = i }}
        render d.keys()    // => {list(model)}
        render d.values()  // => {list(model.values())}
        render d.len()     // => {len(model)}
        """
    )


def test_a_missing_key_is_a_fault_with_the_key() -> None:
    for made, key in (('{"k": 1}', '"z"'), ("{1: 2}", "3"), ('{(1, "a"): 2}', '(1, "b")')):
        fault = run(f"let d = {made}\nlet x = d[{key}]").fault
        assert (fault.kind, fault.message, fault.line) == ("missing_key", f"there is no key {key}", 2)
    assert run('var d = {"a": 1}\n\nd["b"] += 1').fault.line == 3


def test_everything_with_an_equality_can_be_a_key() -> None:
    expect(
        """
        struct P { x: int, tags: list<string> }
        actor A { }
        var tuples = {(1, "x"): 1}
        tuples[(2, "y")] = 2
        render tuples[(1, "x")]                    // => 1
        var structs = {P(x: 1, tags: ["q"]): "one"}
        structs[P(x: 1, tags: ["q"])] = "two"
        render structs                             // => {P(x: 1, tags: ["q"]): "two"}
        var key = [1, 2]
        var lists = {key: "two"}
        key.push(3)
        lists[key] = "three"
        key.push(4)
        render lists                               // => {[1, 2]: "two", [1, 2, 3]: "three"}
        render [1, 2, 3] in lists                  // => true
        var optional: dict<int?, string> = {none: "n", 3: "t"}
        render [optional[none], optional[3]]       // => ["n", "t"]
        let of_dicts = {{1: 2}: 3}
        let of_sets = {{1, 2}: 4}
        render [of_dicts[{1: 2}], of_sets[{2, 1}]] // => [3, 4]
        render [{true: 1}[1 == 1], {5ms: 2}[5000us], {A: 3}[A]]  // => [1, 2, 3]
        render ({"é".bytes(): 1})["é".bytes()]     // => 1
        """
    )


def test_sets() -> None:
    expect(
        """
        var s = {3, 1, 2, 3}
        s.add(1)
        s.add(9)
        render s                                   // => {3, 1, 2, 9}
        s.remove(3)
        s.add(3)
        render s                                   // => {1, 2, 9, 3}
        render [s.len(), s.len()]                  // => [4, 4]
        render [9 in s, 10 in s, s == {3, 9, 2, 1}]  // => [true, false, true]
        render [x * 2 for x in s]                  // => [2, 4, 18, 6]
        for x in s {
            s.remove(x)
            s.add(x + 100)
        }
        render s                                   // => {101, 102, 109, 103}
        let pairs = {(1, "a"), (1, "a"), (1, "b")}
        render pairs                               // => {(1, "a"), (1, "b")}
        let empty: set<string> = {}
        render empty.len()                         // => 0
        """
    )


def test_tuples() -> None:
    expect(
        """
        let t = (1, ("x", [2.5]))
        render [t.0, 2]                            // => [1, 2]
        render t.1.1[0]                            // => 2.5
        let (a, (b, _)) = t
        render f"{a} {b}"                          // => 1 x
        var (p, q) = (1, 2)
        p += q
        render (p, q) == (3, 2)                    // => true
        render (1, "a") < (1, "b")                 // => true
        for (n, name) in [(1, "one"), (2, "two")] { render f"{n}{name}" }
        // => 1one
        // => 2two
        """
    )
    assert "never changes" in problem("var t = (1, 2)\nt.0 = 5")
    assert "has 2 items" in problem("render (1, 2).2")


def test_structs() -> None:
    expect(
        """
        struct Order { id: int, side: string, price: int = 10 * 10, tags: list<string> = ["new"] }
        let o = Order(id: 1, side: "B")
        let next = o with { price: o.price + 1, id: 2 }
        var changed = Order(side: "S", price: 5, id: 3)
        changed.tags.push("x")
        changed.price -= 10
        render o                                   // => Order(id: 1, side: "B", price: 100, tags: ["new"])
        render next                                // => Order(id: 2, side: "B", price: 101, tags: ["new"])
        render changed                             // => Order(id: 3, side: "S", price: -5, tags: ["new", "x"])
        render Order(4, "B").price                 // => 100
        render o == Order(id: 1, side: "B")        // => true
        struct Tree { value: int, kids: list<Tree> = [], parent: Tree? = none }
        let tree = Tree(value: 1, kids: [Tree(value: 2), Tree(value: 3)])
        render tree.kids[1].value                  // => 3
        """
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("P(x: 1)", "`P` needs the field `y`"),
        ("P(x: 1, y: 2, z: 3)", "`P` has no field `z`"),
        ("P(x: 1, x: 2, y: 3)", "the field `x` is given twice"),
        ('P(x: "a", y: 1)', "the field `x` must be `int`"),
        ("P(x: 1, y: 2).q", "`P` has no field `q`"),
        ("P(x: 1, y: 2) with { q: 1 }", "`P` has no field `q`"),
        ("3 with { x: 1 }", "`with` changes the fields of a struct"),
    ],
)
def test_mistakes_with_structs(line: str, message: str) -> None:
    assert message in problem(f"struct P {{ x: int, y: int }}\nlet p = {line}")


def test_a_struct_that_could_never_be_made_is_an_error() -> None:
    assert "no value of it could ever be made" in problem("struct P { inner: P }")
    assert problems("struct P { inner: P? }\nstruct Q { inner: list<Q> }") == []


def test_comprehensions() -> None:
    expect(
        """
        render [n * 2 for n in 0..10 if n % 3 == 0]   // => [0, 6, 12, 18]
        render [k + string(v) for k, v in {"x": 2, "y": 3} if v > 2]  // => ["y3"]
        render [a + b for (a, b) in [(1, 2), (3, 4)]]  // => [3, 7]
        render [[i * j for j in 0..i] for i in 0..4]   // => [[], [0], [0, 2], [0, 3, 6]]
        render [c for c in "añ"]                       // => ["a", "ñ"]
        var xs = [1, 2, 3]
        render [xs.pop() for _ in 0..2]                // => [3, 2]
        """
    )
    assert "A list has only one `for` in it" in problem("render [(a, b) for a in 0..2 for b in 0..2]")


def test_loops_and_their_ways_out() -> None:
    expect(
        """
        var seen: list<string> = []
        for i in 0..3 {
            for j in 0..3 {
                if j == 1 { continue }
                if i == 2 { break }
                var k = 0
                while true {
                    k += 1
                    if k > 2 { break }
                    if k == 1 { continue }
                    seen.push(f"{i}{j}{k}")
                }
            }
        }
        render seen                                // => ["002", "022", "102", "122"]
        var n = 0
        while n < 10 {
            n += 1
            if n == 2 { continue }
            if n == 4 { break }
        }
        render n                                   // => 4
        for i in 5..0 { render "never" }
        render [i for i in -2..2]                  // => [-2, -1, 0, 1]
        render [i for i in 9223372036854775805..9223372036854775807]  // => [9223372036854775805, 9223372036854775806]
        """
    )
    assert "`break` stands in a loop" in problem("break")
    assert "loop variable `i` cannot be assigned" in problem("for i in 0..3 { i = 5 }")


def test_what_a_container_holds_is_found_out_or_asked_for() -> None:
    expect(
        """
        var names = []
        names.push("a")
        var best = none
        best = 5
        var by_name = {}
        by_name["x"] = [1.5]
        render (names, best, by_name)              // => (["a"], 5, {"x": [1.5]})
        """
    )
    assert "nothing says what type an item of this empty list has" in problem("let xs = []")
    assert "`xs[1]` must be `int`" in problem('var xs = [1, 2]\nxs[1] = "a"')


def test_methods_that_take_a_function_know_what_it_gets() -> None:
    """The types of a function that is written out come from the receiver and from the other arguments."""
    expect(
        """
        let xs = [3, 1, 2]
        render xs.map(fn(x) => f"{x}")                    // => ["3", "1", "2"]
        render xs.reduce(f: fn(a, x) => a + x, start: 0)  // => 6
        render xs.sort_by(fn(x) => -x)                    // => [3, 2, 1]
        """
    )
    assert "must be `fn(int) -> ?`, but this is `int`" in problem("let ys = [1].map(5)")
    assert "`count` needs the argument `f`" in problem("let n = [1].count()")
