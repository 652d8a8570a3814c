"""Programs do what their text says: statements, texts, actors, timers, pictures."""

from __future__ import annotations

from itertools import pairwise

import msgpack

from engine.compiler.ir import nodes as ir
from tests.engine.lower.running import lowered, run


def test_operands_are_evaluated_from_left_to_right() -> None:
    program = """
    var xs = [1, 2, 3]
    render xs.pop() - xs.pop() * xs.pop()
    """
    assert run(program).texts == ["1"]


def test_and_and_or_evaluate_the_right_side_only_when_needed() -> None:
    program = """
    var xs: list<int> = []
    if xs.len() > 0 and xs[0] == 1 { render "first" } else { render "none" }
    if xs.len() == 0 or xs[0] == 1 { render "empty" }
    """
    assert run(program).texts == ["none", "empty"]


def test_loops_break_and_continue() -> None:
    program = """
    var total = 0
    for i in 0..10 {
        if i % 2 == 0 { continue }
        if i > 7 { break }
        total += i
    }
    var n = 0
    while true {
        n += 1
        if n < 5 { continue }
        break
    }
    var letters = ""
    for c in "aüx😀" { letters = c + letters }
    for i in 5..5 { total = 0 }
    render f"{total} {n} {letters}"
    """
    assert run(program).texts == ["16 5 😀xüa"]


def test_texts_of_values() -> None:
    program = """
    struct Point { x: int, y: float }
    let nothing: int? = none
    let some: string? = "s"
    render f"{[1, 2]} {"x"} {["x"]} {(1, "x")} {Point(x: 1, y: 2.0)} {nothing} {some} {true} {1.5} {5ms}"
    render {{"a": [1.0]}}
    """
    assert run(program).texts == ['[1, 2] x ["x"] (1, "x") Point(x: 1, y: 2.0) none s true 1.5 5ms', '{"a": [1.0]}']


def test_values_with_parts_are_compared_by_their_parts() -> None:
    program = """
    struct Point { x: int, tags: list<string> }
    let a = Point(x: 1, tags: ["t"])
    var b = a
    let same = a == b
    b.tags.push("u")
    let some: int? = 3
    render f"{same} {a == b} {(1, "a") == (1, "a")} {[1] == [2]} {some == 3} {some == none}"
    render f"{{1: [2]} == {1: [2]}} {a in [b, a]} {a in [b]}"
    """
    assert run(program.replace("{{1: [2]} == {1: [2]}}", "{same}")).texts == [
        "true false true false true false",
        "true true false",
    ]


def test_structs_and_tuples_are_keys() -> None:
    program = """
    struct Point { x: int, y: int }
    var d: dict<Point, int> = {}
    for i in 0..50 { d[Point(x: i % 5, y: i % 2)] = i }
    var e: dict<(int, string), int> = {}
    e[(1, "a")] = 5
    render f"{d.len()} {d[Point(x: 4, y: 1)]} {e[(1, "a")]}"
    """
    assert run(program).texts == ["10 49 5"]


def test_messages_carry_every_kind_of_value() -> None:
    program = """
    struct Part { name: string, weights: list<float> }
    actor Receiver {
        on take(n: int, x: float, b: bool, s: string, xs: list<Part>) { render f"{n} {x} {b} {s} {xs}" }
        on more(d: dict<string, int>, t: (int, string), o: int?, p: Part?) { render f"{d} {t} {o} {p}" }
    }
    Receiver.take(-1, 0.5, true, "hé", [Part(name: "p", weights: [1.0])])
    Receiver.more({"k": 2}, (3, "t"), none, Part(name: "q", weights: []))
    Receiver.take(300, -1e21, false, "", [])
    Receiver.more({}, (70000, "u"), 7, none)
    """
    assert run(program).texts == [
        '-1 0.5 true hé [Part(name: "p", weights: [1.0])]',
        '{"k": 2} (3, "t") none Part(name: "q", weights: [])',
        "300 -1e+21 false  []",
        '{} (70000, "u") 7 none',
    ]


def test_a_spawned_actor_gets_its_parameters_and_keeps_its_state() -> None:
    program = """
    actor Counter(start: int = 10, name: string = "c") {
        state count: int = start * 2
        on add(n: int) {
            count += n
            render f"{name} {count} {self}"
        }
    }
    let a = spawn Counter(1, name: "a")
    let b = spawn Counter()
    a.add(5)
    b.add(5)
    after 10ms a.add(1)
    """
    result = run(program)
    assert result.texts == ["a 7 Counter#1", "c 25 Counter#2", "a 8 Counter#1"]
    assert [output.tick for output in result.outputs] == [1, 1, 11]


def test_default_instances_have_the_first_numbers() -> None:
    program = """
    actor A { on hi() { render f"{self}" } }
    actor B { on hi() { render f"{self}" } }
    let other = spawn A()
    B.hi()
    A.hi()
    other.hi()
    """
    assert run(program).texts == ["A#1", "B#2", "A#3"]


def test_timers_repeat_until_their_actor_stops() -> None:
    program = """
    actor Clock {
        state ticks: int = 0
        every 10ms {
            ticks += 1
            render f"{now()} {ticks}"
            if ticks == 3 { stop }
        }
    }
    let c = spawn Clock()
    """
    outputs = run(program).outputs
    assert [output.text.split()[1] for output in outputs] == ["1", "2", "3"]
    assert [b.tick - a.tick for a, b in pairwise(outputs)] == [10, 10]


def test_a_turn_that_faults_leaves_nothing_behind() -> None:
    program = """
    actor Worker {
        on work(n: int) {
            render f"begin {n}"
            if n == 2 { fail "two" }
            render f"end {n}"
        }
    }
    Worker.work(1)
    Worker.work(2)
    Worker.work(3)
    """
    result = run(program)
    assert result.texts == ["begin 1", "end 1"]
    assert [fault.text for fault in result.faults] == ["two"]


def test_a_timeline_is_an_output_of_its_own() -> None:
    program = """
    render timeline {
        node Auth -> Recommender at 10ms payload "login event"
        node Recommender -> UI at tick=125 payload {"items": [1, 2]}
    }
    """
    (output,) = run(program).outputs
    assert output.kind == 2
    assert msgpack.unpackb(output.data) == [
        ["Auth", "Recommender", 10, "login event"],
        ["Recommender", "UI", 125, '{"items": [1, 2]}'],
    ]


def test_a_picture_is_taken_at_the_end_of_the_tick() -> None:
    program = """
    actor Server(n: int) {
        state counter: int = n
        state names: list<string> = ["s"]
        on add(k: int) { counter += k }
    }
    let one = spawn Server(1)
    let two = spawn Server(2)
    one.add(10)
    every 1ms {
        if now() == 1 {
            render distributed state {
                one.counter
                two.names
            }
        }
    }
    """
    pictures = [output for output in run(program, ticks=50).outputs if output.kind == 1]
    assert [msgpack.unpackb(picture.data) for picture in pictures] == [{"one.counter": "11", "two.names": '["s"]'}]


def test_a_model_that_is_not_there_faults_with_its_name() -> None:
    program = """
    agent Oracle {
        model "llama3"
        on ask(q: string) { render {model.run(q)} }
    }
    Oracle.ask("?")
    """
    (fault,) = run(program).faults
    assert (fault.kind, fault.text) == ("model_missing", "llama3")


def test_only_what_is_reached_is_lowered() -> None:
    module, _ = lowered("fn unused() -> int { return 1 }\nfn used() -> int { return 2 }\nrender used()")
    names = [function.name for function in module.functions]
    assert "used" in names
    assert "unused" not in names
    assert len(names) == len(set(names))


def test_the_table_begins_with_the_handlers_by_number() -> None:
    module, metadata = lowered("actor A {\non hi(n: int) { render n }\nevery 5ms { render 1 }\n}\nA.hi(1)")
    assert len(metadata.handlers) + 4 * len(metadata.actors) <= len(module.table)
    assert module.table[:4] == ("main.start:start", "A.start:start", "A.on:hi", "A.timer:every 5ms")
    cells = {cell.name: cell.value for cell in module.cells}
    assert cells["handler_count"] == len(metadata.handlers)
    assert cells["actor_type_count"] == len(metadata.actors) == 2


def test_types_are_described_once_with_their_parts() -> None:
    program = """
    struct Node { value: int, children: list<Node> }
    actor A {
        state root: Node = Node(value: 1, children: [])
        on put(n: Node, all: list<Node>) { root = n }
    }
    A.put(Node(value: 2, children: []), [])
    """
    _, metadata = lowered(program)
    names = [info.name for info in metadata.types]
    assert len(names) == len(set(names))
    node = metadata.types[names.index("Node")]
    assert node.kind == "struct"
    assert node.names == ("value", "children")
    children = metadata.types[node.parts[1]]
    assert (children.kind, metadata.types[children.parts[0]]) == ("list", node)
    (actor,) = [actor for actor in metadata.actors if actor.name == "A"]
    assert [(field.name, field.offset) for field in actor.fields] == [("root", 8)]


def test_lowering_is_the_same_every_time() -> None:
    program = 'struct P { x: int }\nlet d = {"a": [P(x: 1)]}\nrender f"{d}"'
    first, second = lowered(program), lowered(program)
    assert first == second
    assert isinstance(first[0], ir.Module)
