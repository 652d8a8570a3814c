"""Random programs over nested values, with what they must come to.

Each step assigns, reads out, stores or changes values along paths. The same is done in Python on deep copies, which
is what value semantics means. A step is a few lines of AeroFlow; names are variables that hold a ``Node``, a ``Leaf``,
a list or a dict of nodes, or a ``Maker``: a function that captures what it needs to make a node.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

Value = Any
Made = tuple[str, Value]
"""An expression, and its value in Python."""

DECLARATIONS = """
struct Leaf { n: int, tags: list<string> }
enum Kind { Empty, One(leaf: Leaf), Many(list<Leaf>, int), Nest(inner: Kind) }
struct Tagged<T> { tag: string, value: T }
struct Node { leaf: Leaf, kids: list<Leaf>, maybe: Leaf?, pair: (list<int>, string), kind: Kind, tagged: Tagged<Leaf> }
fn touched(k: Kind) -> Kind {
    return match k {
        One(leaf) => {
            var own = leaf
            own.tags.push("one")
            Kind.One(own)
        }
        Many(leaves, n) => {
            var own = leaves
            own[0].n += n
            Kind.Many(own, n + 1)
        }
        Nest(inner) => Kind.Nest(touched(inner))
        Empty => Kind.Empty
    }
}
fn retagged<T>(t: Tagged<T>, tag: string) -> Tagged<T> { return t with { tag: tag } }
fn same(x: Node) -> Node { return x }
fn altered(x: Node) -> Node {
    var y = x
    y.leaf.n = 5
    y.kids.push(y.leaf)
    y.leaf.tags.push("altered")
    return y
}
"""

TYPES = {
    "Leaf": "Leaf", "Node": "Node", "List": "list<Node>", "Dict": "dict<string, Node>", "Maker": "fn() -> Node"
}  # fmt: skip
FIRST = {
    "Leaf": 'Leaf(n: 0, tags: ["a"])',
    "Node": 'Node(leaf: Leaf(n: 0, tags: ["a"]), kids: [Leaf(n: 1, tags: ["a"])], maybe: none, pair: ([0], "p"), '
    'kind: Kind.Empty, tagged: Tagged("t", Leaf(n: 0, tags: ["a"])))',
    "List": "[]",
    "Dict": "{}",
}
FIRST["Maker"] = f"fn() => {FIRST['Node']}"
SIZE_MAX = 15000


def _leaf(n: int) -> Value:
    return {"n": n, "tags": ["a"]}


def _node(n: int) -> Value:
    tagged = {"tag": "t", "value": _leaf(n)}
    return {"leaf": _leaf(n), "kids": [_leaf(n + 1)], "maybe": None, "pair": ([n], "p"), "kind": [], "tagged": tagged}


def _kind_shown(kind: Value) -> str:
    match kind:
        case []:
            return "Kind.Empty"
        case ["One", leaf]:
            return f"Kind.One(leaf: {shown('Leaf', leaf)})"
        case ["Many", leaves, n]:
            return f"Kind.Many([{', '.join(shown('Leaf', leaf) for leaf in leaves)}], {n})"
        case [_, inner]:
            return f"Kind.Nest(inner: {_kind_shown(inner)})"
    raise AssertionError(kind)


def _touch(kind: Value) -> None:
    match kind:
        case ["One", leaf]:
            leaf["tags"].append("one")
        case ["Many", leaves, n]:
            leaves[0]["n"] += n
            kind[2] += 1
        case ["Nest", inner]:
            _touch(inner)


def shown(kind: str, value: Value) -> str:
    """The text that AeroFlow gives a value."""
    if kind == "Leaf":
        tags = ", ".join(f'"{tag}"' for tag in value["tags"])
        return f"Leaf(n: {value['n']}, tags: [{tags}])"
    if kind == "List":
        return "[" + ", ".join(shown("Node", item) for item in value) + "]"
    if kind == "Dict":
        return "{" + ", ".join(f'"{key}": {shown("Node", item)}' for key, item in value.items()) + "}"
    leaf, maybe = shown("Leaf", value["leaf"]), value["maybe"]
    kids = ", ".join(shown("Leaf", kid) for kid in value["kids"])
    numbers, word = value["pair"]
    optional = "none" if maybe is None else shown("Leaf", maybe)
    tag, inner = value["tagged"]["tag"], shown("Leaf", value["tagged"]["value"])
    rest = f'kind: {_kind_shown(value["kind"])}, tagged: Tagged(tag: "{tag}", value: {inner})'
    return f'Node(leaf: {leaf}, kids: [{kids}], maybe: {optional}, pair: ({numbers}, "{word}"), {rest})'


@dataclass
class RandomProgram:
    """Steps, and the variables that they leave behind: ``values[name]`` is the kind and the value."""

    random: random.Random
    steps: list[str] = field(default_factory=list)
    values: dict[str, tuple[str, Value]] = field(default_factory=dict)

    @staticmethod
    def make(seed: int, steps: int) -> RandomProgram:
        """The program of a seed."""
        program = RandomProgram(random.Random(seed))
        for _ in range(steps):
            if sum(len(str(value)) for _, value in program.values.values()) > SIZE_MAX:
                break
            program.step()
        return program

    @property
    def expected(self) -> list[str]:
        """The texts of all variables at the end; of a function, that of what it makes."""
        return [shown("Node" if kind == "Maker" else kind, value) for kind, value in self.values.values()]

    @property
    def renders(self) -> str:
        """Statements that show all variables."""
        called = {name: "()" if kind == "Maker" else "" for name, (kind, _) in self.values.items()}
        return "\n".join(f'render f"{{{name}{call}}}"' for name, call in called.items())

    def any_of(self, kind: str, *, filled: bool = False) -> str | None:
        """A variable of a kind."""
        names = [name for name, (k, value) in self.values.items() if k == kind and (value or not filled)]
        return self.random.choice(names) if names else None

    def make_value(self, kind: str) -> Made:
        """An expression of a kind: a literal, a variable, a part of one, or a call."""
        makers: list[Callable[[], Made]] = [lambda: self.literal(kind)]
        name = self.any_of(kind)
        if name is not None:
            makers += [lambda: (name, deepcopy(self.values[name][1]))] * 2
        if kind == "Node":
            makers += self.node_makers()
        elif kind == "Leaf" and (node := self.any_of("Node")) is not None:
            makers.append(lambda: (f"{node}.leaf", deepcopy(self.values[node][1]["leaf"])))
            makers.append(lambda: (f"{node}.kids[0]", deepcopy(self.values[node][1]["kids"][0])))
        elif kind == "List" and name is not None:
            makers.append(lambda: (f"{name} + {name}", deepcopy(self.values[name][1]) + deepcopy(self.values[name][1])))
            makers.append(lambda: (f"[x for x in {name}]", deepcopy(self.values[name][1])))
        return self.random.choice(makers)()

    def node_makers(self) -> list[Callable[[], Made]]:
        makers: list[Callable[[], Made]] = []
        if (name := self.any_of("Node")) is not None:
            makers += [lambda: (f"same({name})", deepcopy(self.values[name][1])), lambda: self.altered(name)]
            makers.append(lambda: self.with_leaf(name))
        if (maker := self.any_of("Maker")) is not None:
            makers += [lambda: (f"{maker}()", deepcopy(self.values[maker][1]))] * 5
        if (items := self.any_of("List", filled=True)) is not None:
            i = self.random.randrange(len(self.values[items][1]))
            makers.append(lambda: (f"{items}[{i}]", deepcopy(self.values[items][1][i])))
        if (table := self.any_of("Dict", filled=True)) is not None:
            key = self.random.choice(list(self.values[table][1]))
            makers.append(lambda: (f'{table}["{key}"]', deepcopy(self.values[table][1][key])))
        return makers

    def literal(self, kind: str) -> Made:
        n = self.random.randrange(9)
        if kind == "Leaf":
            return f'Leaf(n: {n}, tags: ["a"])', _leaf(n)
        if kind == "Node":
            source = f'Node(leaf: Leaf(n: {n}, tags: ["a"]), kids: [Leaf(n: {n + 1}, tags: ["a"])], maybe: none, '
            tagged = f'Tagged("t", Leaf(n: {n}, tags: ["a"]))'
            return source + f'pair: ([{n}], "p"), kind: Kind.Empty, tagged: {tagged})', _node(n)
        if kind == "Maker":
            source, value = self.make_value("Node")
            return f"fn() => {source}", value
        items = [self.make_value("Node") for _ in range(n % 3)]
        if kind == "List":
            return "[" + ", ".join(source for source, _ in items) + "]", [value for _, value in items]
        keyed = list(zip("abc", items, strict=False))
        source = ", ".join(f'"{key}": {source}' for key, (source, _) in keyed)
        return "{" + source + "}", {key: value for key, (_, value) in keyed}

    def altered(self, name: str) -> Made:
        value = deepcopy(self.values[name][1])
        value["leaf"]["n"] = 5
        value["kids"].append(deepcopy(value["leaf"]))
        value["leaf"]["tags"].append("altered")
        return f"altered({name})", value

    def with_leaf(self, name: str) -> Made:
        source, leaf = self.make_value("Leaf")
        return f"{name} with {{ leaf: {source} }}", {**deepcopy(self.values[name][1]), "leaf": leaf}

    # --- steps --------------------------------------------------------------------------------

    def step(self) -> None:
        """One more step; nothing where the one that was drawn does not apply."""
        self.random.choice(
            [self.declare] * 3 + [self.change_node] * 6 + [self.capture] * 2
            + [self.assign, self.loop_over_list, self.loop_over_dict, self.put, self.push, self.pop]
        )()  # fmt: skip

    def declare(self) -> None:
        kind = self.random.choice(list(TYPES))
        source, value = self.make_value(kind)
        name = f"v{len(self.steps)}"
        self.steps.append(f"var {name}: {TYPES[kind]} = {source}")
        self.values[name] = (kind, value)

    def capture(self) -> None:
        if (node := self.any_of("Node")) is not None:
            name = f"v{len(self.steps)}"
            value = deepcopy(self.values[node][1])
            self.values[name] = ("Maker", value)
            self.steps.append(f"var {name}: {TYPES['Maker']} = fn() => {node}")

    def assign(self) -> None:
        if self.values:
            name = self.random.choice(list(self.values))
            kind = self.values[name][0]
            source, value = self.make_value(kind)
            self.steps.append(f"{name} = {source}")
            self.values[name] = (kind, value)

    def push(self) -> None:
        if (name := self.any_of("List")) is not None:
            source, value = self.make_value("Node")
            self.steps.append(f"{name}.push({source})")
            self.values[name][1].append(value)

    def pop(self) -> None:
        if (name := self.any_of("List", filled=True)) is not None:
            popped = f"v{len(self.steps)}"
            self.steps.append(f"var {popped}: Node = {name}.pop()")
            self.values[popped] = ("Node", self.values[name][1].pop())

    def put(self) -> None:
        if (name := self.any_of("Dict")) is not None:
            source, value = self.make_value("Node")
            key = self.random.choice("abc")
            self.steps.append(f'{name}["{key}"] = {source}')
            self.values[name][1][key] = value

    def loop_over_list(self) -> None:
        if (name := self.any_of("List")) is not None:
            self.steps.append(f"for x in {name} {{\n{name}.push(x)\n{name}[0].leaf.n += 1\n}}")
            items = self.values[name][1]
            for item in deepcopy(items):
                items.append(item)
                items[0]["leaf"]["n"] += 1

    def loop_over_dict(self) -> None:
        if (name := self.any_of("Dict")) is not None:
            change = f'{name}[key].leaf = x.leaf\n{name}[key].leaf.tags.push("z")'
            self.steps.append(f"for key, x in {name} {{\n{change}\n}}")
            for value in self.values[name][1].values():
                value["leaf"]["tags"].append("z")

    def change_node(self) -> None:
        places = [(name, value) for name, (kind, value) in self.values.items() if kind == "Node"]
        for name, (kind, value) in self.values.items():
            if kind == "List":
                places += [(f"{name}[{i}]", item) for i, item in enumerate(value)]
            elif kind == "Dict":
                places += [(f'{name}["{key}"]', item) for key, item in value.items()]
        if places:
            place, value = self.random.choice(places)
            self.steps.append(self.changed(place, value))

    def changed(self, place: str, value: Value) -> str:
        """A change of a node at a place, done to ``value`` too."""
        number = len(self.steps)
        source, leaf = self.make_value("Leaf")
        match self.random.randrange(14):
            case 0:
                value["leaf"]["n"] += 1
                return f"{place}.leaf.n += 1"
            case 1:
                value["leaf"]["tags"].append(f"t{number}")
                return f'{place}.leaf.tags.push("t{number}")'
            case 2:
                value["kids"].append(leaf)
                return f"{place}.kids.push({source})"
            case 3:
                value["leaf"] = leaf
                return f"{place}.leaf = {source}"
            case 4:
                value["kids"][0]["tags"].append("k")
                return f'{place}.kids[0].tags.push("k")'
            case 5:
                value["maybe"] = leaf
                return f"{place}.maybe = {source}"
            case 6:
                value["kind"] = ["One", leaf]
                return f"{place}.kind = Kind.One({source})"
            case 7:
                value["kind"] = ["Many", deepcopy(value["kids"]), number]
                return f"{place}.kind = Kind.Many({place}.kids, {number})"
            case 8:
                value["kind"] = ["Nest", deepcopy(value["kind"])]
                return f"{place}.kind = Kind.Nest({place}.kind)"
            case 9:
                _touch(value["kind"])
                return f"{place}.kind = touched({place}.kind)"
            case 10:
                return self.taken_from_kind(place, value)
            case 11:
                value["tagged"]["value"]["n"] += 1
                return f"{place}.tagged.value.n += 1"
            case 12:
                value["tagged"] = {"tag": f"t{number}", "value": leaf}
                return f'{place}.tagged = retagged(Tagged("", {source}), "t{number}")'
        value["pair"] = ([*value["pair"][0], 7], "q")
        lines = [f"var p{number} = {place}.pair.0", f"p{number}.push(7)", f'{place}.pair = (p{number}, "q")']
        return "\n".join([*lines, f"p{number}.push(8)"])

    def taken_from_kind(self, place: str, value: Value) -> str:
        """What a pattern takes out is stored elsewhere, and changed there."""
        match value["kind"]:
            case ["One", leaf]:
                value["leaf"] = deepcopy(leaf)
                value["leaf"]["n"] += 1
            case ["Many", leaves, _]:
                value["kids"] = deepcopy(leaves)
                value["kids"][0]["n"] += 1
        one = f"{place}.leaf = leaf\n{place}.leaf.n += 1"
        many = f"{place}.kids = leaves\n{place}.kids[0].n += 1"
        return f"match {place}.kind {{ One(leaf) => {{\n{one}\n}}, Many(leaves, _) => {{\n{many}\n}}, _ => {{}} }}"
