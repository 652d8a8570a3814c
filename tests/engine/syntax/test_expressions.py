"""What an expression is read as."""

from __future__ import annotations

import pytest

from engine.compiler.syntax import ast
from tests.engine.syntax.sketch import codes, node_of, value


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("a + b * c", "(+ a (* b c))"),
        ("a - b - c", "(- (- a b) c)"),
        ("(a + b) * c", "(* (+ a b) c)"),
        ("-a + b", "(+ (- a) b)"),
        ("- -a", "(- (- a))"),
        ("-a.b", "(- a.b)"),
        ("not a == b", "(not (== a b))"),
        ("not a and b", "(and (not a) b)"),
        ("a or b and c", "(or a (and b c))"),
        ("a == b and c != d", "(and (== a b) (!= c d))"),
        ("a ?? b + 1", "(?? a (+ b 1))"),
        ("a ?? b == c", "(== (?? a b) c)"),
        ("a | b ^ c & d << 1", "(| a (^ b (& c (<< d 1))))"),
        ("a +% b -% c *% d", "(-% (+% a b) (*% c d))"),
        ("x in xs", "(in x xs)"),
        ("x not in xs", "(not in x xs)"),
        ("a |> f |> g", "(|> (|> a f) g)"),
        ("await s.add(1) + 2", "(+ (AwaitExpr s.add(1)) 2)"),
        ("a\n    + b\n    .c", "(+ a b.c)"),
    ],
)
def test_operators_bind_as_tightly_as_documented(text: str, meaning: str) -> None:
    assert value(text) == meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("a.b.c(1, n: 2)[3]", "(IndexAccess a.b.c(1, n: 2) 3)"),
        ("a?.b", "a?.b"),
        ("t.0.1", "t.0.1"),
        ("m.type.from", "m.type.from"),
        ("f(type: 1)", "f(type: 1)"),
        ("xs[1..]", "(SliceAccess xs 1 -)"),
        ("xs[..n]", "(SliceAccess xs - n)"),
        ("xs[a..b + 1]", "(SliceAccess xs a (+ b 1))"),
        ("xs[..]", "(SliceAccess xs - -)"),
        ("o with { qty: o.qty + 1 }", "(WithExpr o [[qty (+ o.qty 1)]])"),
        ("spawn Counter(5)", "(SpawnExpr Counter [5] -)"),
        ("spawn W() restart always", "(SpawnExpr W [] always)"),
        (
            "spawn W() restart on_fault(max: 3, within: 1s)",
            "(SpawnExpr W [] on_fault(max: 3, within: 1s))",
        ),
        ("f(\n1,\n2,\n)", "f(1, 2)"),
    ],
)
def test_what_follows_a_value_belongs_to_it(text: str, meaning: str) -> None:
    assert value(text) == meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("[]", "(ListLit [])"),
        ("[1, 2,]", "(ListLit [1 2])"),
        ("{}", "(DictLit [])"),
        ('{"a": 1, "b": 2}', "(DictLit [['a' 1] ['b' 2]])"),
        ('{\n"a": 1\n"b": 2\n}', "(DictLit [['a' 1] ['b' 2]])"),
        ("{1, 2}", "(SetLit [1 2])"),
        ('(1, "x")', "(TupleLit [1 'x'])"),
        ("[n * 2 for n in 0..10 if n % 3 == 0]", "(Comprehension (* n 2) n (RangeExpr 0 10) (== (% n 3) 0))"),
        ("[k for k, v in d]", "(Comprehension k (TuplePattern [k v]) d -)"),
        ("[[x for x in xs], ys]", "(ListLit [(Comprehension x x xs -) ys])"),
        ("if a { 1 } else { 2 }", "(IfExpr a {1} {2})"),
        ("if a { 1 } else if b { 2 } else { 3 }", "(IfExpr a {1} {(IfExpr b {2} {3})})"),
        ("if a { if b { 1 } else { 2 } } else { 3 }", "(IfExpr a {(IfExpr b {1} {2})} {3})"),
        ("fn(x: int) -> int { x }", "(LambdaExpr [(Param x int - False)] int {x})"),
        ("fn(x) => x + 1", "(LambdaExpr [(Param x - - False)] - (+ x 1))"),
        ('f"a {x} b"', "(FString ['a ' (FStringPart x -) ' b'])"),
        ('f"{x + 1:>4}"', "(FString [(FStringPart (+ x 1) >4)])"),
        ('f"{f(a: {1: 2})}"', "(FString [(FStringPart f(a: (DictLit [[1 2]])) -)])"),
        ("250us", "250us"),
        ("3 ticks", "3ticks"),
        ("0xff", "255"),
        ("none", "(NoneLit)"),
    ],
)
def test_values_are_read_as_written(text: str, meaning: str) -> None:
    assert value(text) == meaning


def test_a_match_has_arms_of_values_blocks_and_single_statements() -> None:
    meaning = value(
        'match s { Buy => "B", Side.Sell if x == 1 => { stop }\n(a, -1) => render {a}\nCircle(r) => r\n_ => 0 }'
    )
    assert meaning == (
        "(MatchExpr s [(MatchArm Buy - 'B') (MatchArm (VariantPattern [Side Sell] -) (== x 1) {(StopStmt)}) "
        "(MatchArm (TuplePattern [a (LiteralPattern (- 1))]) - {(RenderStmt a)}) "
        "(MatchArm (VariantPattern [Circle] [(PatternArg - r)]) - r) (MatchArm _ - 0)])"
    )


def test_spans_cover_the_whole_text_of_a_node_also_its_parentheses() -> None:
    node = node_of("(a + b) * f(c)")
    assert (node.span.start, node.span.end) == (9, 23)
    assert isinstance(node, ast.Binary)
    assert (node.right.span.start, node.right.span.end) == (19, 23)


def test_expressions_in_f_strings_have_their_real_places() -> None:
    node = node_of('f"ab {name}"')
    assert isinstance(node, ast.FString)
    part = node.parts[1]
    assert isinstance(part, ast.FStringPart)
    assert (part.value.span.start, part.value.span.end) == (15, 19)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("let a = ", "E0021"),
        ("let a = 1 +", "E0021"),
        ("let a = b.", "E0024"),
        ("let a = ()", "E0021"),
        ("let a = [1 2]", "E0020"),
        ("let a = b < c < d", "E0027"),
        ("let a = 0..10", "E0028"),
        ("let a = f(x = 1)", "E0020"),
        ("let a = if b { 1 }", "E0020"),
        ('let a = {"x": 1, 2}', "E0020"),
        ("let a = spawn Counter", "E0020"),
        ("let a = let", "E0021"),
        ("let a = 1e999", "E0004"),
        ("if {1: 2} == d { }", "E0030"),
    ],
)
def test_a_mistake_in_an_expression_is_one_error(text: str, code: str) -> None:
    assert codes(text) == [code]
