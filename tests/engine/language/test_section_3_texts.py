"""LANGUAGE §3: strings and bytes, and the text of every value."""

from __future__ import annotations

import pytest

from tests.engine.language.running import expect, problem, run


def test_strings_are_indexed_by_code_point() -> None:
    expect(
        """
        let s = "héllo🌀wörld👩‍👧"
        render s.len()                 // => 14
        render [s[0], s[1], s[5], s[6]]  // => ["h", "é", "🌀", "w"]
        render s[1..6]                 // => éllo🌀
        render s[..2] + s[11..12]      // => hé👩
        render s[14..].len()           // => 0
        render s[3..3] == ""           // => true
        render s[..6].reverse()        // => 🌀olléh
        render s.find("wö")            // => 6
        render s.find("x")             // => none
        render [c for c in "aé🌀"]     // => ["a", "é", "🌀"]
        """
    )


@pytest.mark.parametrize(
    ("value", "index"),
    [
        ('"abc"[3]', 3), ('"abc"[-1]', -1), ('"abc"[1..4]', 4), ('"🌀"[1]', 1), ('""[0]', 0),
        ('"abc"[-1..2]', -1), ('"ab".bytes()[2]', 2), ('"ab".bytes()[1..3]', 3),
    ],
)  # fmt: skip
def test_an_index_outside_is_a_fault(value: str, index: int) -> None:
    fault = run(f"let a = 1\nlet b = {value}").fault
    assert (fault.kind, fault.line, fault.column) == ("index_out_of_range", 2, 9)
    assert fault.message.startswith(f"index {index} is out of range")


@pytest.mark.parametrize("value", ['"abc"[2..1]', '"ab".bytes()[2..1]', "[1, 2, 3][2..1]"])
def test_a_slice_that_ends_before_it_begins_is_a_fault_that_says_so(value: str) -> None:
    fault = run(f"let a = 1\nlet b = {value}").fault
    assert fault.message == "the slice ends before it begins: 2..1"


def test_methods_of_strings() -> None:
    expect(
        r"""
        render "a,b,,c".split(",")             // => ["a", "b", "", "c"]
        render ["".split(","), "ab".split("")] // => [[""], ["a", "b"]]
        render "l1\nl2\r\n\nl4\n".lines()      // => ["l1", "l2", "", "l4"]
        render ["".lines(), "\n".lines()]      // => [[], [""]]
        render " \t x y \n".trim()             // => x y
        render ["abcé".upper(), "ÀBC".lower()] // => ["ABCÉ", "àbc"]
        render "abcabc".replace("b", "XX")     // => aXXcaXXc
        render "aaa".replace("aa", "b")        // => ba
        render "abc".replace("", "-")          // => -a-b-c-
        render ["abc".starts_with("ab"), "abc".ends_with("bc"), "abc".ends_with("")]  // => [true, true, true]
        render ["ab" in "abc", "" in "abc", "d" in "abc", "d" not in "abc"]  // => [true, true, false, true]
        render ["7".pad_left(3), "7".pad_left(3, "0"), "7".pad_right(3, "ab"), "long".pad_left(2)]
        // => ["  7", "007", "7ab", "long"]
        render ["ab".repeat(2), "x".repeat(0), "x".repeat(-5)]  // => ["abab", "", ""]
        render "a🌀".chars()                   // => ["a", "🌀"]
        render ["b" > "a", "é" > "z", "🌀" > "\u{FFFF}", "a" < "ab", "B" < "a"]  // => [true, true, true, true, true]
        """
    )


def test_numbers_are_read_from_strings() -> None:
    expect(
        """
        render ["12".to_int(), "-9223372036854775808".to_int(), "+5".to_int()]  // => [12, -9223372036854775808, 5]
        render ["".to_int(), "1.5".to_int(), " 1".to_int(), "9223372036854775808".to_int(), "0x1".to_int()]
        // => [none, none, none, none, none]
        render ["1.5".to_float(), "1e5".to_float(), "-3".to_float(), ".5".to_float()]  // => [1.5, 100000.0, -3.0, 0.5]
        render ["x".to_float(), "".to_float(), "1e".to_float()]  // => [none, none, none]
        render ("12".to_int() ?? 0) + 1  // => 13
        """
    )


def test_bytes() -> None:
    expect(
        """
        let b = "hé".bytes()
        render b                       // => b"h\\xc3\\xa9"
        render [b.len(), b[0], b[2]]   // => [3, 104, 169]
        render b[..1] + b[1..] == b    // => true
        render b.to_string()           // => hé
        render b[..2].to_string()      // => none
        render [x for x in b]          // => [104, 195, 169]
        render [104 in b, 0 in b]      // => [true, false]
        """
    )


def test_the_text_of_every_kind_of_value() -> None:
    expect(
        r"""
        struct Order { id: int, qty: int = 2, note: string? = none }
        struct Nothing { }
        actor Keeper { }
        let some: string? = "s"
        let number: int? = none
        render "as it is"                          // => as it is
        render ["quoted \"in\" others\n", "tab\t\\"]  // => ["quoted \"in\" others\n", "tab\t\\"]
        render ["\u{7}\u{7f}é🌀"]                  // => ["\u{7}\u{7f}é🌀"]
        render (1, "x", 1.0)                       // => (1, "x", 1.0)
        render Order(id: 1)                        // => Order(id: 1, qty: 2, note: none)
        render [Order(id: 1, note: "n")]           // => [Order(id: 1, qty: 2, note: "n")]
        render Nothing()                           // => Nothing()
        render some                                // => s
        render [some]                              // => ["s"]
        render (number, true, 5ms, "é".bytes())    // => (none, true, 5ms, b"\xc3\xa9")
        render ({1: [2.0], 3: []})                 // => {1: [2.0], 3: []}
        render ({"a", "b"})                        // => {"a", "b"}
        render [Keeper, spawn Keeper()]            // => [Keeper#1, Keeper#2]
        render self                                // => main
        let empty: (list<int>, dict<int, int>, set<int>) = ([], {}, {})
        render empty                               // => ([], {}, {})
        """
    )


def test_the_text_is_the_same_everywhere() -> None:
    expect(
        """
        struct P { x: float, names: list<string> }
        let p = P(x: 1e21, names: ["a"])
        render p                       // => P(x: 1e+21, names: ["a"])
        render f"{p}"                  // => P(x: 1e+21, names: ["a"])
        render string(p)               // => P(x: 1e+21, names: ["a"])
        render [p].join(";")           // => P(x: 1e+21, names: ["a"])
        render ["a", "b"].join("-")    // => a-b
        render string("plain")         // => plain
        """
    )
    fault = run('struct P { x: float }\nassert P(x: 1.0) == P(x: 2.0), "differ"').fault
    assert fault.message == ("assertion failed: differ (P(x: 1.0) == P(x: 2.0): left is P(x: 1.0), right is P(x: 2.0))")


def test_strings_and_others_are_not_added() -> None:
    assert 'f"{a}{b}"' in problem('render "n: " + 1')


def test_long_strings() -> None:
    expect(
        """
        var s = "xé"
        while s.len() < 1000000 { s = s + s }
        render s.len()                       // => 1048576
        render s[1048575]                    // => é
        render s.reverse()[0]                // => é
        render s.replace("xé", "y").len()    // => 524288
        render s.split("é").len()            // => 524289
        render s.bytes().len()               // => 1572864
        render s.find("éé")                  // => none
        actor Keeper {
            state kept: string = ""
            on put(text: string) {
                kept = text
                render kept.upper()[..4]     // => XÉXÉ
            }
        }
        Keeper.put(s)
        """
    )


def test_a_string_that_grows_in_a_loop_costs_what_it_is_long() -> None:
    """One byte at a time: copies of all that went before would take gigabytes."""
    expect(
        """
        fn built(n: int) -> string {
            var text = ""
            for i in 0..n { text += f"{i % 10}" }
            return text
        }
        render built(200000).len()    // => 200000
        var lines = ""
        for i in 0..50000 { lines += f"line {i}\\n" }
        render lines.lines()[49999]   // => line 49999
        struct Log { text: string }
        actor Logger {
            state logs: dict<string, Log> = {"a": Log(text: "")}
            on write(n: int) {
                for i in 0..n { logs["a"].text += "é" }
                render logs["a"].text.len()  // => 50000
            }
        }
        Logger.write(50000)
        """
    )


def test_a_string_that_grows_is_nobody_elses() -> None:
    expect(
        """
        fn local() -> string {
            var a = "1"
            var b = a
            a += "2"
            b += "3"
            let kept = a
            a += "4"
            var all: list<string> = []
            var part = ""
            for c in "xy z" {
                if c == " " {
                    all.push(part)
                    part = ""
                } else {
                    part += c
                    part += "."
                }
            }
            all.push(part)
            part += "!"
            let twice = if a == "124" { a += a; a } else { "" }
            return f"{a} {b} {kept} {all} {part} {twice}"
        }
        render local()  // => 124124 13 12 ["x.y.", "z."] z.! 124124
        actor Keeper {
            state text: string = "a"
            state other: string = ""
            on grow() {
                let before = text
                text += "b"
                other = text
                text += text
                other += "!"
                render f"{before} {text} {other}"
            }
        }
        Keeper.grow()   // => a abab ab!
        Keeper.grow()   // => abab ababbababb ababb!
        """
    )
