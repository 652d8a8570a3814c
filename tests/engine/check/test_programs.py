"""What a correct program becomes: types found out, forms said with simpler ones, names resolved."""

from __future__ import annotations

import pytest

from engine.compiler.check import tree
from engine.compiler.check.types import BOOL, FLOAT, INT, NEVER, STRING, ActorType
from tests.engine.check.world import accept, open_parts, small_library


def _main(text: str) -> tuple[tree.Stmt, ...]:
    return accept(text).actors[0].turns[0].body


def _types(text: str) -> dict[str, str]:
    return {field.name: str(field.type) for field in accept(text).actors[0].fields}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("1", "int"),
        ("1.5", "float"),
        ("-9223372036854775808", "int"),
        ("true and not false", "bool"),
        ('"a" + "b"', "string"),
        ('f"{1} and {[2]}"', "string"),
        ("5s + 10ms", "duration"),
        ("5s * 2", "duration"),
        ("2 * 5s", "duration"),
        ("5s / 2s", "int"),
        ("3 ticks", "duration"),
        ("5s > 3s", "bool"),
        ("[1, 2]", "list<int>"),
        ("[1, none]", "list<int?>"),
        ("[none, 1]", "list<int?>"),
        ('{"a": 1}', "dict<string, int>"),
        ('{"a": none, "b": 2}', "dict<string, int?>"),
        ("{1, 2}", "set<int>"),
        ('(1, "x")', "(int, string)"),
        ('(1, "x").1', "string"),
        ('[1][0]', "int"),
        ('"abc"[0]', "string"),
        ('"abc"[1..]', "string"),
        ('[1, 2][..1]', "list<int>"),
        ('"a".bytes()[0]', "int"),
        ('{"a": 1}["a"]', "int"),
        ("[n * 2 for n in 0..10 if n % 3 == 0]", "list<int>"),
        ('[k for k, v in {"a": 1}]', "list<string>"),
        ('[c for c in "abc"]', "list<string>"),
        ("[1].first()", "int?"),
        ("[1].first() ?? 2", "int"),
        ("[[1]].first()?.first()", "int?"),
        ('["a"].first()?.len()', "int?"),
        ("if true { 1 } else { 2 }", "int"),
        ("if true { none } else { 2 }", "int?"),
        ("if true { 1 } else if false { 2 } else { 3 }", "int"),
        ('match 5 { 1 => "a", 2 => "b", _ => "c" }', "string"),
        ("match [1].first() { none => 0, 5 => 1, n => n + 1 }", "int"),
        ('match (1, true) { (n, true) => n, (_, false) => 0 }', "int"),
        ("match 1.5 { 1.5 => 1, _ => 2 }", "int"),
        ("match -1 { -1 => 1, _ => 2 }", "int"),
        ("match 5 { n if n > 3 => n, _ => 0 }", "int"),
        ("match 5 { 1 => none, n => n }", "int?"),
        ("1 in [1, 2]", "bool"),
        ('"a" not in {"a": 1}', "bool"),
        ('"a" in "abc"', "bool"),
        ("int(2.5)", "int"),
        ("int(5s)", "int"),
        ("float(1)", "float"),
        ("string([1])", "string"),
        ("sum([1.5, 2.5])", "float"),
        ("max(1, 2)", "int"),
        ("[3, 1].sort()", "list<int>"),
        ("[(1, \"a\")].sort()", "list<(int, string)>"),
        ("1 == 1", "bool"),
        ("[1] == [2]", "bool"),
        ("[1] < [2]", "bool"),
        ("[1].first() == none", "bool"),
        ("[1].first() == 1", "bool"),
        ("6 & 3 | 1 << 2 ^ 8 >> 1", "int"),
        ("1 +% 2 -% 3 *% 4", "int"),
    ],
)  # fmt: skip
def test_the_type_of_a_value_is_found_out(value: str, found: str) -> None:
    assert _types(f"let x = {value}") == {"x": found}


def test_later_lines_decide_what_an_empty_container_holds() -> None:
    types = _types(
        """
        var xs = []
        xs.push("a")
        var d = {}
        d["a"] = [1]
        var best = none
        best = 5
        var grid = []
        grid.push([])
        grid[0].push(1.5)
        """
    )
    assert types == {"xs": "list<string>", "d": "dict<string, list<int>>", "best": "int?", "grid": "list<list<float>>"}


def test_no_unfinished_type_is_left_in_the_tree() -> None:
    program = accept(
        """
        var xs = []
        for i in 0..3 { xs.push([none, i]) }
        let found = xs.first()?.first() ?? none
        let all = [x for row in xs if row != [] for_each]
        """.replace(" for_each", "").replace("[x for row", "[row for row")
    )
    assert open_parts(program) == []


def test_a_top_level_name_is_a_field_of_main_and_a_nested_one_is_a_local() -> None:
    program = accept("let a = 1\nif a == 1 { let b = 2\n render b }\nlet (c, d) = (1, 2)")
    assert [field.name for field in program.actors[0].fields] == ["a", "c", "d"]
    assert [field.index for field in program.actors[0].fields] == [0, 1, 2]


def test_a_fixed_top_level_let_is_written_into_functions_and_actors() -> None:
    program = accept(
        """
        let LIMIT = 10
        let NAMES = ["a", "b"]
        let START = -LIMIT
        fn f() -> int { return LIMIT }
        actor A { on m() { render NAMES } }
        fn g() -> int { return START + 1 }
        """
    )
    (result,) = program.functions[tree.FunctionRef("f")].body
    assert isinstance(result, tree.Return)
    assert isinstance(result.value, tree.Const)
    assert result.value.value == 10
    (emit,) = program.actors[1].turns[1].body
    assert isinstance(emit, tree.Emit)
    assert isinstance(emit.value, tree.ListNew)


def test_missing_arguments_get_their_defaults_and_named_ones_their_place() -> None:
    (emit,) = _main("fn f(a: int, b: int = 2, c: int = 3) -> int { return a + b + c }\nrender f(1, c: 5)")
    assert isinstance(emit, tree.Emit)
    assert isinstance(emit.value, tree.Call)
    assert [arg.value for arg in emit.value.args if isinstance(arg, tree.Const)] == [1, 2, 5]


def test_named_arguments_are_evaluated_in_the_order_of_writing() -> None:
    (emit,) = _main("fn f(a: int, b: int) -> int { return a - b }\nrender f(b: now(), a: random_int(1, 2))")
    assert isinstance(emit, tree.Emit)
    assert isinstance(emit.value, tree.Call)
    first, second = emit.value.args
    assert isinstance(first, tree.BlockExpr)
    lets = [
        s.value.function.name for s in first.statements if isinstance(s, tree.Let) and isinstance(s.value, tree.Call)
    ]
    assert lets == ["now", "random_int"]
    assert isinstance(second, tree.LocalRead)


def test_a_compound_assignment_evaluates_its_place_once() -> None:
    body = _main('var names = ["a"]\nnames[now()] += "b"')
    assert isinstance(body[1], tree.Let)
    assign = body[2]
    assert isinstance(assign, tree.Assign)
    assert assign.op is None
    assert isinstance(assign.place, tree.ItemRead)
    assert isinstance(assign.place.index, tree.LocalRead)
    number = _main("var ns = [1]\nns[now()] += 2")[1]
    assert isinstance(number, tree.Assign)
    assert number.op == "+"


def test_equality_of_values_with_parts_is_derived_and_its_opposite_is_not() -> None:
    (emit,) = _main("render [1] != [2]")
    assert isinstance(emit, tree.Emit)
    assert isinstance(emit.value, tree.Unary)
    assert emit.value.op == "not"
    assert isinstance(emit.value.operand, tree.Derived)
    assert emit.value.operand.op == "equal"
    (emit,) = _main('render "a" < "b"')
    assert isinstance(emit, tree.Emit)
    assert isinstance(emit.value, tree.Binary)
    assert isinstance(emit.value.left, tree.Derived)
    assert emit.value.left.op == "compare"


def test_a_chain_of_strings_makes_one_text() -> None:
    (emit,) = _main('render "a" + string(1) + "b" + f"{2}"')
    assert isinstance(emit, tree.Emit)
    assert isinstance(emit.value, tree.TextNew)
    assert len(emit.value.parts) == 4


def test_an_assertion_keeps_both_sides_of_a_comparison() -> None:
    left, right, check = _main('assert now() == 3, "why"')
    assert isinstance(left, tree.Let)
    assert isinstance(right, tree.Let)
    assert isinstance(check, tree.Assert)
    assert check.text == "now() == 3"
    assert isinstance(check.left, tree.LocalRead)
    assert check.left.local is left.local
    (plain,) = _main("assert true")
    assert isinstance(plain, tree.Assert)
    assert plain.left is None


def test_with_copies_all_other_fields() -> None:
    body = _main("struct P { x: int, y: int, z: int = 3 }\nlet p = P(x: 1, y: 2)\nlet q = p with { y: 5 }")
    assert isinstance(body[1], tree.Assign)
    made = body[1].value
    assert isinstance(made, tree.BlockExpr)
    assert isinstance(made.value, tree.StructNew)
    kinds = [type(field).__name__ for field in made.value.fields]
    assert kinds == ["FieldRead", "Const", "FieldRead"]


def test_the_last_case_of_a_match_needs_no_condition() -> None:
    statement = _main(
        "var n = 1\nmatch n == 1 { true => n = 2, false => n = 3 }".replace("n = 2", "{ n = 2 }").replace(
            "n = 3", "{ n = 3 }"
        )
    )[-1]
    assert isinstance(statement, tree.If)
    assert isinstance(statement.otherwise[0], tree.Assign)


def test_a_function_may_leave_in_every_arm_of_a_match() -> None:
    program = accept('fn f(n: int) -> int { match n { 1 => { return 1 }, _ => { fail "no" } } }')
    assert tree.FunctionRef("f") in program.functions


def test_a_value_that_never_comes_back_takes_the_type_of_the_others() -> None:
    program = accept('fn f(n: int) -> int { return match n { 1 => 5, _ => { fail "no" } } }')
    (result,) = program.functions[tree.FunctionRef("f")].body
    assert isinstance(result, tree.Return)
    assert isinstance(result.value, tree.BlockExpr)
    choice = result.value.value
    assert isinstance(choice, tree.IfElse)
    assert choice.type == INT
    assert choice.otherwise.type == NEVER


# --- actors -----------------------------------------------------------------------------------

COUNTER = """
actor Counter(start: int = 0) {
    state count: int = start
    state seen = ["a"]
    on add(n: int) -> int { count += n; seen.push("x"); render {count} }
    on meet(other: Counter) { other.add(1); self.add(2) }
    every 10ms { render {f"count {count}"} }
}
"""


def test_an_actor_has_its_parameters_and_states_as_fields_and_its_turns_in_order() -> None:
    actor = accept(COUNTER).actors[1]
    assert [(f.name, str(f.type), f.index) for f in actor.fields] == [
        ("start", "int", 0), ("count", "int", 1), ("seen", "list<string>", 2),
    ]  # fmt: skip
    assert [(t.handler.name, t.handler.kind) for t in actor.turns] == [
        ("start", "start"), ("add", "message"), ("meet", "message"), ("every 10ms", "timer"),
    ]  # fmt: skip
    assert len(actor.turns[0].body) == 3
    assert not actor.has_default


def test_handlers_have_numbers_of_their_own_and_the_start_of_main_is_zero() -> None:
    program = accept(COUNTER + "actor Other { on add(n: int) { } }\nevery 5ms { render 1 }")
    ids = [turn.handler.id for actor in program.actors for turn in actor.turns]
    assert sorted(ids) == list(range(len(ids)))
    assert program.actors[0].turns[0].handler.id == 0
    assert [actor.id for actor in program.actors] == [0, 1, 2]


def test_the_name_of_an_actor_stands_for_its_default_instance() -> None:
    program = accept(COUNTER + "Counter.add(2)")
    (send,) = program.actors[0].turns[0].body
    assert isinstance(send, tree.Send)
    assert send.receiver == tree.DefaultActor(ActorType("Counter"), send.receiver.span, "Counter")
    assert send.handler == tree.HandlerRef("Counter", "add")
    assert program.actors[1].has_default
    assert [arg.value for arg in program.actors[1].default_args if isinstance(arg, tree.Const)] == [0]


def test_a_send_may_wait_and_may_go_to_an_actor_that_may_be_none() -> None:
    body = _main(
        COUNTER + "let c = spawn Counter(5)\nafter 20ms c.add(1)\nlet o: Counter? = c\no?.add(n: 2)\nafter 1s o?.add(3)"
    )
    delayed = body[1]
    assert isinstance(delayed, tree.Send)
    assert isinstance(delayed.delay, tree.Const)
    assert delayed.delay.value == 20_000
    asked = [s for s in body if isinstance(s, tree.If)]
    assert [isinstance(s.then[0], tree.Send) and s.then[0].delay is not None for s in asked] == [False, True]


def test_main_runs_behind_the_top_level_and_sees_its_names() -> None:
    body = _main("fn main() { render total }\nlet total = now()")
    assert [type(s).__name__ for s in body] == ["Assign", "Emit"]


def test_an_agent_asks_its_model() -> None:
    program = accept(
        'agent R { model "llama3" { temperature: 0.7, seed: 7 }\n on ask(q: string) { render {model.run(q)} } }'
    )
    actor = program.actors[1]
    assert (actor.is_agent, actor.model) == (True, "llama3")
    (emit,) = actor.turns[1].body
    assert isinstance(emit, tree.Emit)
    assert isinstance(emit.value, tree.ModelCall)
    assert emit.value.type == STRING


def test_a_timeline_has_its_times_in_ticks() -> None:
    (emit,) = _main(
        'render timeline {\n node A -> B at 10ms payload "x"\n node B -> UI at tick=125\n node A -> B at 1500us\n}'
    )
    assert isinstance(emit, tree.EmitTimeline)
    assert [(e.source, e.target, e.ticks, e.microseconds) for e in emit.entries] == [
        ("A", "B", 10, 10_000), ("B", "UI", 125, None), ("A", "B", 2, 1500),
    ]  # fmt: skip


def test_a_picture_names_fields_of_actors() -> None:
    body = _main(
        COUNTER
        + "let s = spawn Counter()\nrender distributed state { s.count Counter.seen }".replace(
            "s.count C", "s.count\n C"
        )
    )
    picture = body[1]
    assert isinstance(picture, tree.EmitState)
    assert [(f.label, f.actor, f.field.name) for f in picture.fields] == [
        ("s.count", "Counter", "count"), ("Counter.seen", "Counter", "seen"),
    ]  # fmt: skip


def test_a_function_of_the_program_may_have_the_name_of_a_library_function() -> None:
    program = accept(
        "fn max(a: float, b: float) -> float { return a }\nfn run() -> int { return 1 }\nrender max(1.0, 2.0)"
    )
    assert {ref.name for ref in program.functions} == {"program.max", "program.run"}
    assert program.functions[tree.FunctionRef("program.max")].result == FLOAT


def test_library_functions_are_found_with_the_types_they_are_called_with() -> None:
    library = small_library()
    function = library.instantiate(tree.FunctionRef("list.contains", (STRING,)), {})
    assert function.result == BOOL
    assert [str(p.type) for p in function.params] == ["list<string>", "string"]
    assert function.is_library
    assert library.instantiate(tree.FunctionRef("list.contains", (STRING,)), {}) is function
