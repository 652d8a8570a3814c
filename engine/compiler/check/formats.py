"""Formats in f-strings: what stands behind the colon of ``{x:>8.2f}``.

    [[fill]align][sign][#][0][width][separator][.precision][kind]

as in Python's mini-language, of which the parts are kept that a value here can use. A format is read when the program
is compiled, and what is wrong is reported at the place inside the format. What comes out is the call of a function of
``stdlib/format.aefl``, with the parts of the format as constants.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.base.diagnostics import Fix
from engine.base.source import Span
from engine.compiler.check import tree
from engine.compiler.check.body import Body, describe
from engine.compiler.check.inference import TypeVar, head
from engine.compiler.check.types import BOOL, ERROR, FLOAT, INT, STRING, OptionalType, Type

ALIGNMENTS = {"<": 0, ">": 1, "^": 2, "=": 3}
BASES = {"d": 10, "x": 16, "X": 16, "b": 2, "o": 8}
PREFIXES = {"x": "0x", "X": "0X", "b": "0b", "o": "0o"}
FLOAT_KINDS = {"": 0, "f": 1, "e": 2, "E": 2, "%": 3}
PRECISION = 6
"""How many digits behind the point there are where a kind is written and no precision."""
LARGEST = 1000
"""The largest width and precision."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a format as written, empty where it is left out, and its place."""

    text: str
    span: Span

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class Format:
    """The parts of a format; ``rest`` is what could not be read."""

    fill: Part
    align: Part
    sign: Part
    prefix: Part
    zero: Part
    width: Part
    separator: Part
    precision: Part
    kind: Part
    rest: Part


def read_format(text: str, start: int) -> Format:
    """The parts of a format that begins at an offset of the source."""
    at = 0

    def take(length: int) -> Part:
        nonlocal at
        at += length
        return Part(text[at - length : at], Span(start + at - length, start + at))

    def one_of(chars: str) -> Part:
        return take(int(text[at : at + 1] in chars and at < len(text)))

    def digits() -> Part:
        end = at
        while text[end : end + 1].isdecimal() and text[end].isascii():
            end += 1
        return take(end - at)

    fill = take(int(len(text) > 1 and text[1] in ALIGNMENTS))
    align, sign, prefix, zero = one_of("<>^="), one_of("+- "), one_of("#"), one_of("0")
    width, separator = digits(), one_of(",_")
    precision = take(0)
    if text[at : at + 1] == ".":
        point = take(1)
        number = digits()
        precision = Part("." + number.text, point.span.to(number.span))
    kind = take(int(text[at : at + 1].isalpha() or text[at : at + 1] == "%"))
    return Format(fill, align, sign, prefix, zero, width, separator, precision, kind, take(len(text) - at))


class _Wrong(Exception):
    """A part of a format that does not fit; already reported."""


@dataclass(frozen=True, slots=True)
class _Reporter:
    body: Body
    type: Type

    def wrong(self, span: Span, message: str, note: str = "", fix: Fix | None = None) -> _Wrong:
        self.body.report.error("E0232", span, message, note, fix)
        return _Wrong()

    def number(self, part: Part, digits: str, what: str, missing: int) -> int:
        """A width or precision."""
        if not digits:
            return missing
        if len(digits) > len(str(LARGEST)) or int(digits) > LARGEST:
            raise self.wrong(part.span, f"{what} is at most {LARGEST}")
        return int(digits)

    def refuse(self, parts: tuple[Part, ...], whose: str) -> None:
        """Reports the first of some parts that is there: it is for other values."""
        for part in parts:
            if part:
                raise self.wrong(part.span, f"`{part.text}` is for {whose}, and this is {describe(self.type)}")


def formatted(body: Body, value: tree.Expr, text: str, span: Span) -> tree.Expr:
    """The string that a value becomes in a format; ``span`` is the place of the format."""
    t = head(value.type)
    if t is ERROR:
        return value
    if isinstance(t, TypeVar):
        body.report.error("E0209", value.span, "the type of this is not known yet here", "write its type")
        return body.nothing(value.span)
    report = _Reporter(body, t)
    form = read_format(text, span.start)
    try:
        if form.rest:
            order = "a format is `[[fill]align][sign][#][0][width][,][.precision][kind]`"
            raise report.wrong(form.rest.span, f"`{form.rest.text}` cannot stand here in a format", order)
        if form.precision.text == ".":
            raise report.wrong(form.precision.span, "behind the point of a format stands a number, as in `.2f`")
        if t is INT and form.kind.text not in ("f", "e", "E", "%"):
            return _int(report, value, form)
        if t is FLOAT or t is INT:
            return _float(report, value, form)
        return _text(report, value, form)
    except _Wrong:
        return body.nothing(value.span)


def _int(report: _Reporter, value: tree.Expr, form: Format) -> tree.Expr:
    kind = form.kind.text or "d"
    if kind not in BASES:
        known = "an int has `d`, `x`, `X`, `b` and `o`, and as a float `f`, `e` and `%`"
        raise report.wrong(form.kind.span, f"there is no format `{kind}` of an int", known)
    if form.precision:
        fix = Fix("write `f` behind it", form.precision.span, f"{form.precision.text}f") if not form.kind else None
        raise report.wrong(
            form.precision.span, "an int has no digits behind the point", "`.2f` shows it as a float", fix
        )
    if form.separator.text == "," and kind != "d":
        fix = Fix("write `_`", form.separator.span, "_")
        raise report.wrong(form.separator.span, "`,` is for decimal numbers", "`_` groups these digits by four", fix)
    if form.prefix and kind == "d":
        raise report.wrong(form.prefix.span, "`#` is for `x`, `X`, `b` and `o`: it shows how the number is written")
    prefix = PREFIXES[kind] if form.prefix else ""
    return _call(
        "format.int", value, BASES[kind], kind == "X", _plus(form), prefix, form.separator.text, *_place(report, form)
    )


def _float(report: _Reporter, value: tree.Expr, form: Format) -> tree.Expr:
    kind = form.kind.text
    if kind not in FLOAT_KINDS:
        known = "a float has `f`, `e`, `E` and `%`"
        raise report.wrong(form.kind.span, f"there is no format `{kind}` of a float", known)
    if form.precision and not kind:
        fix = Fix("write `f` behind it", form.precision.span, f"{form.precision.text}f")
        raise report.wrong(
            form.precision.span, "a precision needs a kind", "`.2f` shows two digits behind the point", fix
        )
    report.refuse((form.prefix,), "ints")
    missing = PRECISION if kind else -1
    precision = report.number(form.precision, form.precision.text[1:], "a precision", missing)
    if value.type is not FLOAT:
        value = tree.Convert(FLOAT, value.span, value)
    rest = (_plus(form), form.separator.text, *_place(report, form))
    return _call("format.float", value, FLOAT_KINDS[kind], precision, kind == "E", *rest)


def _text(report: _Reporter, value: tree.Expr, form: Format) -> tree.Expr:
    """Whatever is no number is formatted as its text."""
    if form.kind and form.kind.text != "s":
        if isinstance(report.type, OptionalType):
            note = report.body.around_none(value.span)
            raise report.wrong(form.kind.span, f"the format `{form.kind.text}` is for a number that is there", note)
        message = f"the format `{form.kind.text}` does not fit {describe(report.type)}"
        raise report.wrong(form.kind.span, message, "it is for numbers; without it the text is shown")
    inside = form.align if form.align.text == "=" else Part("", form.align.span)
    report.refuse((inside, form.sign, form.prefix, form.zero, form.separator), "numbers")
    if report.type is not STRING:
        report.refuse((form.precision,), "floats and strings")
    most = report.number(form.precision, form.precision.text[1:], "a precision", -1)
    shown = value
    if report.type is not STRING:
        shown = tree.Derived(STRING, value.span, "text", report.type, (value,))
    return _call("format.text", shown, *_place(report, form, align="<"), most)


def _plus(form: Format) -> str:
    return form.sign.text.replace("-", "")


def _place(report: _Reporter, form: Format, align: str = ">") -> tuple[str, int, int]:
    """Fill, alignment and width."""
    fill = form.fill.text or ("0" if form.zero else " ")
    if form.align:
        align = form.align.text
    elif form.zero:
        align = "="
    return fill, ALIGNMENTS[align], report.number(form.width, form.width.text, "a width", 0)


def _call(name: str, value: tree.Expr, *parts: str | int | bool) -> tree.Expr:
    types = {str: STRING, bool: BOOL, int: INT}
    constants = tuple(tree.Const(types[type(part)], value.span, part) for part in parts)
    return tree.Call(STRING, value.span, tree.FunctionRef(name), (value, *constants))
