"""Each rule of the style, on the smallest text that shows it."""

from __future__ import annotations

import pytest

from engine.base.errors import FormatError
from engine.base.source import SourceFile
from engine.compiler.format import layout, source
from engine.compiler.format.source import format_source


def formatted(text: str, library: bool = False) -> str:
    result, problems = format_source(SourceFile("a.aefl", text), library)
    assert problems == []
    assert result is not None
    assert format_source(SourceFile("a.aefl", result), library)[0] == result, "formatting again changes nothing"
    return result


def lines(*texts: str) -> str:
    return "".join(f"{text}\n" for text in texts)


# --- blanks -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("let   x:int=1+2*3", "let x: int = 1 + 2 * 3"),
        ("let x = - 1 - -y", "let x = -1 - -y"),
        ("let x = (a)-(-b)", "let x = (a) - (-b)"),
        ("let b = not(a<b)and(c>d)or e in[1 ,2]", "let b = not (a < b) and (c > d) or e in [1, 2]"),
        ("x+=a +%b", "x += a +% b"),
        ("let s = xs [ 1 .. n ] . len ( )", "let s = xs[1..n].len()"),
        ("let t = [ n*2 for n in 0 .. 10 if n%3==0 ]", "let t = [n * 2 for n in 0..10 if n % 3 == 0]"),
        ('let d = { "a" :1,"b":2 }', 'let d = {"a": 1, "b": 2}'),
        ("let d: dict < string , list<int> > = {  }", "let d: dict<string, list<int> > = {}"),
        ("let d: dict<string,list<int>>={}", "let d: dict<string, list<int>> = {}"),
        ("let d: list<int>=[]", "let d: list<int> = []"),
        ("let d = a>=b", "let d = a >= b"),
        ("x>>=1", "x >>= 1"),
        ("let o: int ? = none", "let o: int? = none"),
        ("fn f(a: int ??) {g( )}", "fn f(a: int??) { g() }"),
        ("let o = with_it with{qty:o.qty+1}", "let o = with_it with { qty: o.qty + 1 }"),
        ("let f = fn (x:int)=>x+1", "let f = fn(x: int) => x + 1"),
        ("fn f<T>( a : T,b:int=1 )->fn(T)->int{return a}", "fn f<T>(a: T, b: int = 1) -> fn(T) -> int { return a }"),
        ("render{ 1 }", "render {1}"),
        ('render { {"a":1} }', 'render {{"a": 1}}'),
        ("fn f(){ }", "fn f() {}"),
        ("struct P{x:int,y:int}", "struct P { x: int, y: int }"),
        ("let l = match a{A(x)=>x,_=>-1}", "let l = match a { A(x) => x, _ => -1 }"),
        ("let i = if(a){1}else{2}", "let i = if (a) { 1 } else { 2 }"),
        ("for(k , v)in d{f (k)}", "for (k, v) in d { f(k) }"),
        ("let a = await( x.y() )", "let a = await (x.y())"),
        ("after 20ms a . b( 1 )", "after 20ms a.b(1)"),
        ("let w = spawn W( ) restart on_fault ( max:3 )", "let w = spawn W() restart on_fault(max: 3)"),
        ("let q = a|>b ?? c", "let q = a |> b ?? c"),
        ("let n = 1 . 0", "let n = 1. 0"),
        ("let n = t . 0 . 1", "let n = t.0.1"),
        ("let n = 1 . 0 . 1", "let n = 1. 0. 1"),
        ("let n = xs[1 .. 0 . 1]", "let n = xs[1..0. 1]"),
        ("let n = 1.5 . 0", "let n = 1.5.0"),
        ("let n = t . /* a */ 0 . 1", "let n = t. /* a */ 0. 1"),
        ("let n = 1 . len ( )", "let n = 1.len()"),
        ('let f = f"{ a+b :>5} x"', 'let f = f"{ a+b :>5} x"'),
        ('let f = f"{a>b}"; let g: list<int> = a', 'let f = f"{a>b}"\nlet g: list<int> = a'),
        ("let h = 3   ticks", "let h = 3   ticks"),
        ('fail( "why" )', 'fail("why")'),
    ],
)
def test_blanks_stand_where_the_style_wants_them(written: str, meant: str) -> None:
    assert formatted(written) == meant + "\n"


def test_a_timeline_keeps_its_own_forms() -> None:
    text = 'render timeline{node A->B at tick = 5 payload (1,2)\nnode B -> C at 10ms payload {"items":[1,2]}}'
    assert formatted(text) == lines(
        "render timeline {",
        "    node A -> B at tick=5 payload (1, 2)",
        '    node B -> C at 10ms payload {"items": [1, 2]}',
        "}",
    )


def test_type_arguments_of_library_calls_stay_tight() -> None:
    assert formatted("let x = raw.load<T>(a)<raw.load<int>( b )", library=True) == lines(
        "let x = raw.load<T>(a) < raw.load<int>(b)"
    )


# --- lines ------------------------------------------------------------------------------------


def test_lines_are_indented_by_four_for_each_bracket_around() -> None:
    assert formatted("actor A{\nstate n:int=0\n  on go(){\nif n>0{\nn-=1\n}\n}\n}") == lines(
        "actor A {",
        "    state n: int = 0",
        "    on go() {",
        "        if n > 0 {",
        "            n -= 1",
        "        }",
        "    }",
        "}",
    )


def test_a_semicolon_becomes_a_line_break_and_opens_its_block() -> None:
    assert formatted("let a = 1; let b = 2;\nfn f() { g(); h() }") == lines(
        "let a = 1", "let b = 2", "fn f() {", "    g()", "    h()", "}"
    )


def test_a_last_semicolon_goes_and_leaves_the_block_on_its_line() -> None:
    assert formatted("fn f() { g(); }") == "fn f() { g() }\n"


def test_a_semicolon_stays_where_the_next_line_would_go_on_with_the_statement() -> None:
    assert formatted("fn f(a: int) { a; -a }") == lines("fn f(a: int) {", "    a;", "    -a", "}")


def test_braces_and_else_stand_on_the_line_before() -> None:
    assert formatted("fn f(a: int)\n{\nif a == 1\n{\ng()\n}\nelse\n{\nh()\n}\n}") == lines(
        "fn f(a: int) {", "    if a == 1 {", "        g()", "    } else {", "        h()", "    }", "}"
    )


def test_a_block_of_one_line_stays_so() -> None:
    assert formatted("on_it()\nfn f() { return 1 }") == lines("on_it()", "fn f() { return 1 }")


def test_a_block_with_a_line_break_inside_is_opened_at_both_ends() -> None:
    assert formatted("fn f() { g()\nh() }") == lines("fn f() {", "    g()", "    h()", "}")


def test_a_block_that_is_too_long_for_its_line_is_opened() -> None:
    condition = " + ".join(["something"] * 8)
    assert formatted(f"if {condition} > 0 {{ go() }} else {{ stay() }}") == lines(
        f"if {condition} > 0 {{", "    go()", "} else {", "    stay()", "}"
    )


def test_a_struct_that_is_too_long_for_its_line_has_a_line_for_each_field() -> None:
    fields = [f"a_rather_long_name_{n}: dict<string, int>" for n in range(3)]
    assert formatted(f"struct S {{ {', '.join(fields)} }}") == lines(
        "struct S {", f"    {fields[0]},", f"    {fields[1]},", f"    {fields[2]}", "}"
    )


def test_a_comment_at_the_end_does_not_make_a_line_too_long() -> None:
    text = "if a { b() } // " + "word " * 30 + "\n"
    assert formatted(text) == text.replace(" \n", "\n")


def test_a_list_over_several_lines_stays_as_its_author_broke_it() -> None:
    assert formatted("let xs = [1,2,\n3,\n      4\n]\nlet y = f(a,\n b)") == lines(
        "let xs = [1, 2,", "    3,", "    4", "]", "let y = f(a,", "    b)"
    )


def test_a_comma_stands_at_the_end_of_a_line() -> None:
    assert formatted("let xs = [\n1\n, 2\n]") == lines("let xs = [", "    1,", "    2", "]")


def test_a_line_that_goes_on_is_indented_once_more() -> None:
    assert formatted("let x = a\n+ b\n.c()\nlet y =\n5\nlet z = 1 +\n2") == lines(
        "let x = a", "    + b", "    .c()", "let y =", "    5", "let z = 1 +", "    2"
    )


def test_a_block_belongs_to_the_line_of_its_head() -> None:
    assert formatted("if a\nand b {\nc()\n}\nfn f(a: int,\nb: int) {\ng()\n}\nlet x =\nmatch y {\n_ => 1\n}") == lines(
        "if a", "    and b {", "    c()", "}",
        "fn f(a: int,", "    b: int) {", "    g()", "}",
        "let x =", "    match y {", "        _ => 1", "    }",
    )  # fmt: skip


def test_functions_in_calls_are_indented_from_the_line_they_start_on() -> None:
    assert formatted("let x = xs.map(fn(a) {\nlet b = a\nreturn b\n})") == lines(
        "let x = xs.map(fn(a) {", "    let b = a", "    return b", "})"
    )


def test_one_blank_line_in_a_row_is_kept_but_none_at_the_edges_of_a_block() -> None:
    assert formatted("\n\nlet a = 1\n\n\n\nfn f() {\n\n  g()\n\n\n  h()\n\n}\n\n\n") == lines(
        "let a = 1", "", "fn f() {", "    g()", "", "    h()", "}"
    )


def test_line_ends_are_newlines_and_the_mark_of_the_encoding_goes() -> None:
    assert formatted("\ufefflet a = 1\r\n\r\n// b \r\n/* c \r\n d */\r\n") == "let a = 1\n\n// b\n/* c\n d */\n"


def test_an_empty_text_stays_empty() -> None:
    assert formatted("") == ""
    assert formatted(" \n\n") == ""


# --- comments ---------------------------------------------------------------------------------


def test_comments_take_the_indentation_of_what_they_stand_above() -> None:
    assert formatted("fn f() { // first\n// second\ng() // third\n  // fourth\n}\n    // fifth") == lines(
        "fn f() { // first", "    // second", "    g() // third", "    // fourth", "}", "// fifth"
    )


def test_comments_between_the_lines_of_a_statement_go_with_it() -> None:
    assert formatted("let x = a\n// why\n.b()") == lines("let x = a", "    // why", "    .b()")


def test_the_inner_lines_of_a_comment_move_with_its_first() -> None:
    assert formatted("fn f() {\n/* one\n   two /* nested */\n */\ng()\n}") == lines(
        "fn f() {", "    /* one", "       two /* nested */", "     */", "    g()", "}"
    )


def test_comments_inside_a_line_stay_there() -> None:
    assert formatted("f(/*a*/x,/* b */ y /*c*/)/*d*/;g()") == lines("f(/*a*/ x, /* b */ y /*c*/) /*d*/", "g()")


def test_an_else_or_a_brace_behind_a_comment_stays_on_its_line() -> None:
    assert formatted("if a { // x\nb()\n} // y\nelse { // z\nc()\n}") == lines(
        "if a { // x", "    b()", "} // y", "else { // z", "    c()", "}"
    )


# --- what is refused ----------------------------------------------------------------------------


def test_a_text_with_a_mistake_gives_its_problems_and_no_text() -> None:
    result, problems = format_source(SourceFile("a.aefl", "let = 1\nlet  b = 2"))
    assert result is None
    assert [p.code for p in problems] == ["E0023"]


def test_a_result_that_means_something_else_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "blank", lambda *_: "")
    with pytest.raises(FormatError, match=r"a\.aefl was not formatted"):
        format_source(SourceFile("a.aefl", "let a = 1"))


@pytest.mark.parametrize("change", ["let b = 2\n", "let a = 1 // x\n", "let a = 1\nlet b = 2\n"])
def test_a_result_with_other_tokens_or_comments_is_refused(monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    monkeypatch.setattr(source, "lay_out", lambda *_: change)
    with pytest.raises(FormatError):
        format_source(SourceFile("a.aefl", "let a = 1 // c"))


def test_a_result_with_other_line_breaks_that_mean_something_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "lay_out", lambda *_: "a\n-b\n")
    with pytest.raises(FormatError):
        format_source(SourceFile("a.aefl", "a; -b"))
