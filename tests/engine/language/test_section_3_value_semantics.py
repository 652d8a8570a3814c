"""LANGUAGE §1 and §3: assigning, passing, storing and sending a value behaves as a copy."""

from __future__ import annotations

import random

import pytest

from tests.engine.language.running import expect, run


def test_what_a_loop_goes_over_is_what_was_there_at_its_start() -> None:
    expect(
        """
        var xs = [1, 2, 3]
        for x in xs {
            xs.push(x)
            xs[0] += 10
        }
        render xs                         // => [31, 2, 3, 1, 2, 3]
        var rows = {"x": [[1, 2], [3]]}
        for row in rows["x"] {
            rows["x"].push(row)
            rows["x"][0].push(row.len())
            var own = row
            own.push(100)
        }
        render rows                       // => {"x": [[1, 2, 2, 1], [3], [1, 2], [3]]}
        var d = {"a": 1, "b": 2}
        for k, v in d {
            d.remove(k)
            d[k + "x"] = v + d.len()
        }
        render d                          // => {"ax": 2, "bx": 3}
        var grid = [[1], [2]]
        for row in grid { grid = [row + [9]] }
        render grid                       // => [[2, 9]]
        var word = "ab"
        for c in word { word += c + word }
        render word                       // => abaabbabaab
        """
    )


def test_a_value_can_be_put_into_itself() -> None:
    expect(
        """
        struct Node { v: int, kids: list<Node> }
        var n = Node(v: 1, kids: [])
        n.kids.push(n)
        n.kids[0].kids.push(n)
        n.v = 2
        render n
        // => Node(v: 2, kids: [Node(v: 1, kids: [Node(v: 1, kids: [Node(v: 1, kids: [])])])])
        var xs = [[1]]
        xs.push(xs[0])
        xs[0].push(2)
        xs.push(xs[0])
        xs[0].push(3)
        render xs                         // => [[1, 2, 3], [1], [1, 2]]
        """
    )


def test_operands_and_arguments_are_values_of_their_moment() -> None:
    expect(
        """
        var x = 1
        render x + (if true { x = 5; x } else { 0 }) * x     // => 26
        var f = 1.0
        render f + (if true { f = 5.0; f } else { 0.0 })     // => 6.0
        var xs = [1]
        fn both(a: list<int>, b: list<int>) -> string { return f"{a} {b}" }
        render both(xs, if true { xs.push(2); xs } else { [] })     // => [1] [1, 2]
        render (xs, if true { xs.push(3); xs } else { xs }, xs)     // => ([1, 2], [1, 2, 3], [1, 2, 3])
        render f"{xs} {if true { xs.push(4); xs } else { xs }}"     // => [1, 2, 3] [1, 2, 3, 4]
        render xs == (if true { xs.push(5); xs } else { xs })       // => false
        render [xs.pop(), xs.len(), xs.pop(), xs.len()]             // => [5, 4, 4, 3]
        var i = 0
        var to = [0, 0, 0]
        to[if true { i += 1; i } else { 0 }] += if true { i += 1; i } else { 0 }
        render to                                                   // => [0, 2, 0]
        """
    )


def test_parameters_and_results_are_copies() -> None:
    expect(
        """
        struct P { xs: list<int>, t: (int, list<int>) }
        fn changed(p: P) -> P {
            var own = p
            own.xs.push(9)
            var (n, ys) = own.t
            ys.push(n)
            own.t = (n + 1, ys)
            ys.push(-1)
            return own
        }
        fn same(p: P) -> P { return p }
        var p = P(xs: [1], t: (2, [3]))
        let q = changed(p)
        var r = same(p)
        r.xs[0] = 7
        p.xs.push(4)
        render p  // => P(xs: [1, 4], t: (2, [3]))
        render q  // => P(xs: [1, 9], t: (3, [3, 2]))
        render r  // => P(xs: [7], t: (2, [3]))
        """
    )


def test_state_messages_and_locals_share_nothing() -> None:
    expect(
        """
        struct It { n: int, tags: list<string> }
        actor Keeper {
            state items: dict<string, list<It>> = {}
            state best: It? = none
            on put(k: string, it: It) {
                if k not in items { items[k] = [] }
                items[k].push(it)
                let before = items
                items[k][0].n += 1
                items[k][0].tags.push("t")
                best = items[k][0]
                items[k][0].n += 100
                let mine = best
                Other.take(items, before)
                items[k][0].n = -1
                render f"{before} {mine} {items}"
            }
            on swap() {
                var a = items["a"]
                items["a"] = items["b"]
                items["b"] = a
                a.push(It(n: 0, tags: []))
                items["c"] = items["a"]
                items["c"][0].n = 55
                render items
                items = {}
                render a.len()
            }
        }
        actor Other { on take(now: dict<string, list<It>>, then: dict<string, list<It>>) { render f"{now} {then}" } }
        Keeper.put("a", It(n: 1, tags: []))
        Keeper.put("b", It(n: 3, tags: ["q"]))
        Keeper.swap()
        // => {"a": [It(n: 1, tags: [])]} It(n: 2, tags: ["t"]) {"a": [It(n: -1, tags: ["t"])]}
        // => {"a": [It(n: -1, tags: ["t"])], "b": [It(n: 3, tags: ["q"])]} It(n: 4, tags: ["q", "t"]) """
        + """{"a": [It(n: -1, tags: ["t"])], "b": [It(n: -1, tags: ["q", "t"])]}
        // => {"a": [It(n: -1, tags: ["q", "t"])], "b": [It(n: -1, tags: ["t"])], "c": [It(n: 55, tags: ["q", "t"])]}
        // => 2
        // => {"a": [It(n: 102, tags: ["t"])]} {"a": [It(n: 1, tags: [])]}
        // => {"a": [It(n: -1, tags: ["t"])], "b": [It(n: 104, tags: ["q", "t"])]} """
        + """{"a": [It(n: -1, tags: ["t"])], "b": [It(n: 3, tags: ["q"])]}
        """
    )


def test_a_state_that_is_replaced_in_a_loop_needs_memory_for_one() -> None:
    """All the old values together would pass the limit of an actor's state."""
    expect(
        """
        struct Link { v: int, next: Link? }
        fn step(g: list<list<int>>) -> list<list<int>> {
            var h = g
            for row in 0..h.len() { h[row][0] += 1 }
            return h
        }
        var grid = [[i * j for i in 0..100] for j in 0..100]
        var chain: Link? = none
        for i in 0..1500 {
            grid = step(grid)
            chain = Link(v: i, next: chain)
        }
        render grid[99][..3]          // => [1500, 99, 198]
        render chain?.next?.v         // => 1498
        """
    )


def test_a_state_made_of_its_own_parts() -> None:
    """What is replaced is freed early where nobody holds it; many rounds use its memory again."""
    expect(
        """
        struct P { name: string, inner: P? }
        fn both(a: list<list<int>>, b: list<list<int>>) -> list<list<int>> { return a + b }
        var xs = [[1], [2]]
        var d = {"a": ["x"], "b": ["y", "z"]}
        var p = P(name: "p", inner: none)
        var shown = ""
        for i in 0..60 {
            xs = [xs[0]] + xs
            xs[0] = xs[1]
            xs[1] = xs[1][..1] + [i]
            xs = both(xs[..2], if true { xs = [[i], [i + 1]]; xs } else { xs })
            xs = if i % 2 == 0 { xs[1..] } else { xs[..3] }
            d["a"] = d["b"]
            d["b"] = [d["a"][1], d["a"][0]]
            p.inner = P(name: p.name + "i", inner: none)
            p = p.inner ?? p
            p = p with { name: p.name[..1] + string(i), inner: p }
            p.name = f"{p.name}{p.inner?.name ?? ""}"[..3]
            shown = f"{xs} {if true { xs = xs + [[7]]; xs } else { xs }} {xs.len()}"
            xs = xs[..3]
        }
        render shown  // => [[1, 58], [1, 59], [59]] [[1, 58], [1, 59], [59], [7]] 4
        render xs     // => [[1, 58], [1, 59], [59]]
        render d      // => {"a": ["z", "y"], "b": ["y", "z"]}
        render p      // => P(name: "p59", inner: P(name: "p58i", inner: none))
        """
    )


# --- strings, at random -----------------------------------------------------------------------


class _Strings:
    """Random steps on variables that hold strings, in AeroFlow and in Python."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.text = dict.fromkeys("abc", "")
        self.all: list[str] = []
        self.named: dict[str, str] = {"k": "", "m": ""}

    def value(self) -> tuple[str, str]:
        """An expression and what it is."""
        name, key = self.random.choice("abc"), self.random.choice("km")
        made = [
            (name, self.text[name]),
            ('"é"', "é"),
            (f"{name}[..{name}.len() / 2]", self.text[name][: len(self.text[name]) // 2]),
            (f'd["{key}"]', self.named[key]),
            (f"same({name})", self.text[name]),
            ('(xs.last() ?? "")', self.all[-1] if self.all else ""),
        ]
        return self.random.choice(made)

    def step(self) -> str:
        """One more step."""
        name, key = self.random.choice("abc"), self.random.choice("km")
        source, value = self.value()
        match self.random.randrange(8):
            case 0:
                self.text[name] = value
                return f"{name} = {source}"
            case 1 | 2:
                self.text[name] += value + "x"
                return f'{name} += {source} + "x"'
            case 3:
                old = self.text[name]
                self.text[name] = old + value + "-" + old
                return f'{name} = f"{{{name}}}{{{source}}}-{{{name}}}"'
            case 4:
                self.all.append(value)
                return f"xs.push({source})"
            case 5:
                self.named[key] += value + "y"
                return f'd["{key}"] += {source} + "y"'
            case 6:
                for _ in range(3):
                    self.text[name] += "z"
                    self.all.append(self.text[name])
                return f'for i in 0..3 {{\n{name} += "z"\nxs.push({name})\n}}'
        if self.all:
            self.all[0] += value
            return f"xs[0] += {source}"
        self.named[key] = value
        return f'd["{key}"] = {source}'

    def program(self, steps: int) -> tuple[str, list[str]]:
        """So many steps in turns of a few, and what is left at the end; long strings begin anew."""
        turns, lines = [], []
        for number in range(steps):
            lines.append(self.step())
            for name, text in self.text.items():
                if len(text) > 300:
                    self.text[name] = ""
                    lines.append(f'{name} = ""')
            if number % 5 == 4:
                self.all = self.all[-3:]
                lines.append("if xs.len() > 3 { xs = xs[xs.len() - 3..] }")
                turns.append("\n".join(lines))
                lines = []
        handlers = "\n".join(f"on turn{i}() {{\n{body}\n}}" for i, body in enumerate(turns))
        sends = "\n".join(f"Keeper.turn{i}()" for i in range(len(turns)))
        variables = 'a = ""\nKIND b = ""\nKIND c = ""\nKIND xs: list<string> = []\nKIND d = {"k": "", "m": ""}'
        fields, locals_ = (f"{kind} {variables}".replace("KIND", kind) for kind in ("state", "var"))
        shown = 'render f"{a} {b} {c} {xs} {d}"'
        text = f"""fn same(s: string) -> string {{ return s }}
fn all_in_one() -> string {{\n{locals_}\n{chr(10).join(turns)}\nreturn f"{{a}} {{b}} {{c}} {{xs}} {{d}}"\n}}
actor Keeper {{\n{fields}\n{handlers}\non show() {{ {shown} }}\n}}
render all_in_one()
{sends}
Keeper.show()"""
        quoted = ", ".join(f'"{item}"' for item in self.all)
        pairs = ", ".join(f'"{key}": "{item}"' for key, item in self.named.items())
        final = " ".join(self.text.values()) + f" [{quoted}] {{{pairs}}}"
        return text, [final, final]


@pytest.mark.parametrize("seed", range(6))
def test_strings_of_locals_and_of_the_state_are_values(seed: int) -> None:
    text, wanted = _Strings(seed).program(100)
    assert run(text).texts == wanted
