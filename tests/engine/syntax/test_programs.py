"""Statements, declarations, and the forms of the language that are promised to the letter."""

from __future__ import annotations

import pytest

from engine.compiler.syntax import ast
from tests.engine.syntax.sketch import codes, read, sketch, statement

VALUES = """
let x: int = 10
let name: string = "AeroFlow"
let items: list<string> = ["a", "b"]
let config: dict<string, int> = {"port": 8080}
"""
FUNCTION = """
fn greet(name: string) -> string {
  render {"Hello, " + name} // Expressions inside render blocks
}
"""
ACTORS = """
actor Auth {
    on login(user: string) {
        render {"User: " + user + " authenticated"}
    }
}

agent Recommender {
    model "llama3"
    on predict(input: string) {
        render {model.run(input)} // Deterministic inference
    }
}
"""
TIMELINE = """
render timeline {
    node Auth -> Recommender at 10ms payload "login event"
    node Recommender -> UI at tick=125 payload {"items": [1,2,3]}
}
"""
STATE = """
render distributed state {
    server_1.counter
    server_2.counter
    load_balancer.status
}
"""
DATA = """
struct Order { id: int, side: Side, price: int, qty: int = 1 }
enum Side { Buy, Sell }
let o = Order(id: 1, side: Side.Buy, price: 100)
let label = match o.side { Buy => "B", Sell => "S" }
let evens = [n * 2 for n in 0..10 if n % 3 == 0]
let next = o with { qty: o.qty + 1 }
"""
COUNTER = """
actor Counter(start: int = 0) {            // parameters of spawn
    state count: int = start
    on add(n: int) -> int { count += n; render {count} }
    every 10ms { render {f"count {count}"} }
}
let server_1 = spawn Counter(5)
server_1.add(2)                             // send: one tick later, never blocks
after 20ms server_1.add(1)                  // a timer
let now = await server_1.add(0)             // ask: the handler resumes when the answer comes
Auth.login("ada")                           // an actor's name stands for its one default instance
"""
FLOWS = """
flow double(x: int) -> int { render {x * 2} }
flow price(sku: string) -> float effects Network, Read version "1.2.0" { return 1.0 }
let quote = double |> triple
let robust = retry(price, attempts: 3, delay: 10ms, backoff: exponential)
"""
TESTS = """
test "two deposits add up" {
    let a = spawn Account()
    a.deposit(5)
    a.deposit(7)
    run until idle
    assert a.balance == 12
}
invariant "money is conserved" { sum([a.balance for a in Account]) == 100 }
"""


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (VALUES, "LetStmt LetStmt LetStmt LetStmt"),
        (FUNCTION, "FnDecl"),
        (ACTORS, "ActorDecl ActorDecl"),
        (TIMELINE, "RenderTimelineStmt"),
        (STATE, "RenderStateStmt"),
        (DATA, "StructDecl EnumDecl LetStmt LetStmt LetStmt LetStmt"),
        (COUNTER, "ActorDecl LetStmt ExprStmt AfterStmt LetStmt ExprStmt"),
        (FLOWS, "FnDecl FnDecl LetStmt LetStmt"),
        (TESTS, "TestDecl InvariantDecl"),
    ],
)
def test_every_form_of_the_language_is_read_without_a_complaint(text: str, kinds: str) -> None:
    assert " ".join(type(item).__name__ for item in read(text).items) == kinds


def test_an_actor_keeps_its_parts_by_kind() -> None:
    actor = read(COUNTER).items[0]
    assert isinstance(actor, ast.ActorDecl)
    assert [p.name.text for p in actor.params] == ["start"]
    assert [s.name.text for s in actor.states] == ["count"]
    assert [h.name.text for h in actor.handlers] == ["add"]
    assert [sketch(t.interval) for t in actor.timers] == ["10ms"]


def test_an_agent_has_its_model() -> None:
    agent = read(ACTORS).items[1]
    assert isinstance(agent, ast.ActorDecl)
    assert agent.is_agent
    assert agent.model is not None
    assert agent.model.name.value == "llama3"


def test_a_model_has_settings() -> None:
    (agent,) = read('agent A { model "m" { temperature: 0.7, seed: 7 } }').items
    assert isinstance(agent, ast.ActorDecl)
    assert agent.model is not None
    assert [(name.text, sketch(v)) for name, v in agent.model.settings] == [("temperature", "0.7"), ("seed", "7")]


def test_a_timeline_entry_has_a_duration_or_a_tick() -> None:
    (item,) = read(TIMELINE).items
    assert isinstance(item, ast.RenderTimelineStmt)
    assert [sketch(e.at) for e in item.entries] == ["10ms", "125"]
    assert [sketch(e.payload) for e in item.entries] == ["'login event'", "(DictLit [['items' (ListLit [1 2 3])]])"]


def test_the_declared_effects_and_version_of_a_flow_are_kept() -> None:
    flow = read(FLOWS).items[1]
    assert isinstance(flow, ast.FnDecl)
    assert flow.is_flow
    assert [e.text for e in flow.effects or ()] == ["Network", "Read"]
    assert flow.version is not None
    assert flow.version.value == "1.2.0"


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("var x = 1", "(LetStmt x - 1 True)"),
        ("let (a, _) = t", "(LetStmt (TuplePattern [a _]) - t False)"),
        ("let f: fn(int) -> int? = g", "(LetStmt f (FnType [int] (OptionalType int)) g False)"),
        ("let d: dict<string, list<int>>= e", "(LetStmt d dict<string, list<int>> e False)"),
        ("let t: (int, string) = e", "(LetStmt t (TupleType [int string]) e False)"),
        ("a.b[1] +%= 2", "(AssignStmt (IndexAccess a.b 1) '+%=' 2)"),
        ("x <<= 1", "(AssignStmt x '<<=' 1)"),
        ("state = 1", "(AssignStmt state '=' 1)"),
        ("timeline(node, at)", "timeline(node, at)"),
        ("render x", "(RenderStmt x)"),
        ('render {{"a": 1}}', "(RenderStmt (DictLit [['a' 1]]))"),
        ("render {\n  x\n}", "(RenderStmt x)"),
        ("render timeline", "(RenderStmt timeline)"),
        ("if a { b() } else if c { d() } else { e() }", "(IfStmt a {b()} {(IfStmt c {d()} {e()})})"),
        ("if a { b() }\nelse { c() }", "(IfStmt a {b()} {c()})"),
        ("while not done { step() }", "(WhileStmt (not done) {step()})"),
        ("for i in 0..n { }", "(ForStmt i (RangeExpr 0 n) {})"),
        ("for k, v in d { }", "(ForStmt (TuplePattern [k v]) d {})"),
        ("{ a(); b() }", "{a(); b()}"),
        ('assert a == b, "why"', "(AssertStmt (== a b) 'why')"),
        ('fail "why"', "(FailStmt 'why')"),
        ("fail(x)", "(FailStmt x)"),
        ("stop", "(StopStmt)"),
        ("stop()", "stop()"),
        ("after delay * 2 server.add(1)", "(AfterStmt (* delay 2) server.add(1))"),
        ("every 1s { tick() }", "(EveryStmt 1s {tick()})"),
        ("every 100ms render {x}", "(EveryStmt 100ms {(RenderStmt x)})"),
        ("every 1s render distributed state { a.b }", "(EveryStmt 1s {(RenderStateStmt [a.b])})"),
        ("expect timeline { node A -> B at 1 ticks }", "(ExpectTimelineStmt [(TimelineEntry A B 1ticks -)])"),
        ("expect timeline { node A -> B payload 1 }", "(ExpectTimelineStmt [(TimelineEntry A B - 1)])"),
        ("import json", "(ImportDecl json - -)"),
        ("import geometry.shapes as g", "(ImportDecl geometry.shapes - g)"),
        (
            "from shapes import area, Shape as S",
            "(ImportDecl shapes [(ImportedName area -) (ImportedName Shape S)] -)",
        ),
        ("let x: shapes.Shape = y", "(LetStmt x shapes.Shape y False)"),
        ("spawn shapes.Counter(1)", "(SpawnExpr shapes.Counter [1] -)"),
        ("type Price = int", "(TypeAlias Price int)"),
        (
            "enum Shape { Circle(float), Box(w: int, h: int = 1), Dot }",
            "(EnumDecl Shape [] [(VariantDecl Circle [(PayloadDecl - float -)]) "
            "(VariantDecl Box [(PayloadDecl w int -) (PayloadDecl h int 1)]) (VariantDecl Dot [])])",
        ),
        ("struct S { type: string }", "(StructDecl S [] [(FieldDecl type string -)])"),
        ("struct P<A, B> {\n  a: A\n  b: B\n}", "(StructDecl P [A B] [(FieldDecl a A -) (FieldDecl b B -)])"),
        ("run until idle", "(RunStmt 'idle' -)"),
        ("run until 50ms", "(RunStmt 'until' 50ms)"),
        ("run for 3 ticks", "(RunStmt 'for' 3ticks)"),
        ("fn(x) => x", "(LambdaExpr [(Param x - - False)] - x)"),
    ],
)
def test_a_statement_is_read_as_written(text: str, meaning: str) -> None:
    assert statement(text) == meaning


def test_statements_end_at_line_breaks_and_semicolons() -> None:
    assert sketch(read("a(); b()\nc()\n\n;d()").items) == "[a() b() c() d()]"


def test_a_return_takes_its_value_from_its_own_line() -> None:
    (function,) = read("fn f() { return\n x }").items
    assert isinstance(function, ast.FnDecl)
    assert sketch(function.body) == "{(ReturnStmt -); x}"


LIBRARY = """
state turn_stamp: i32 = 1
let HEADER: i32 = 16
export fn boot(seed: int) { heap.reset(); actor.create(0) }
fn list.push<T>(var self: list<T>, x: T) {
    let place = raw.load<T>(raw.address<list<T>>(self) + 8)
    if raw.is_reference<T>() { raw.store<dict<int, list<T>>>(place, x) }
    while i < (n) and a < b { turn_stamp = turn_stamp + 1 }
}
fn none.encode() { actor.stop(); none.encode() }
"""


def test_the_library_may_write_cells_methods_and_type_arguments() -> None:
    stamp, header, boot, push, encode = read(LIBRARY, library=True).items
    assert isinstance(stamp, ast.StateDecl)
    assert isinstance(header, ast.LetStmt)
    assert isinstance(boot, ast.FnDecl)
    assert boot.exported
    assert isinstance(push, ast.FnDecl)
    assert push.name.text == "list.push"
    assert push.params[0].mutable
    assert isinstance(encode, ast.FnDecl)
    assert sketch(encode.body) == "{actor.stop(); none.encode()}"
    assert sketch(push.body.statements[1]) == (
        "(IfStmt (Call raw.is_reference [] [T]) {(Call raw.store [place x] [dict<int, list<T>>])} -)"
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("fn list.push(x: int) { }", "E0051"),
        ("fn f(var x: int) { }", "E0051"),
        ("state x: int = 0", "E0050"),
    ],
)
def test_a_program_may_not_write_what_the_library_may(text: str, code: str) -> None:
    assert codes(text) == [code]
