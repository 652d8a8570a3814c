"""The editor: typing rules, whole-line edits, finding, highlighting, problems, marks, and how fast a key is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from engine.api import Analysis, Problem, TextEdit, TextRange
from studio.editor.page import EditorPage
from studio.editor.search import TOO_LONG, Query, TemplateError, find_all, replacer
from studio.editor.spans import Marked, Spans
from studio.model.document import Document, ExecutionMark
from studio.model.studio import StudioModel
from tests.engine.counting import calls_of

Show = Callable[[QWidget], QWidget]
MakePage = Callable[[str], EditorPage]


@pytest.fixture
def make_page(studio_model: StudioModel, shown: Show) -> Iterator[MakePage]:
    """Shows a page with a text; ``|`` is the cursor, and ``[`` … ``|`` between guillemets a selection."""
    pages: list[EditorPage] = []

    def make(text: str) -> EditorPage:
        place = text.index("|") if "|" in text else 0
        anchor = text.index("«") if "«" in text else None
        document = studio_model.documents.new(text.replace("|", "").replace("«", ""), "a.aefl")
        page = EditorPage(studio_model, document)
        shown(page)
        cursor = page.edit.textCursor()
        if anchor is not None:
            cursor.setPosition(anchor)
            place -= 1 if anchor < place else 0
        cursor.setPosition(place, cursor.MoveMode.MoveAnchor if anchor is None else cursor.MoveMode.KeepAnchor)
        page.edit.setTextCursor(cursor)
        page.edit.setFocus()
        pages.append(page)
        return page

    yield make
    for page in pages:
        page.close_page()


def state(page: EditorPage) -> str:
    """The text with the cursor as ``|``."""
    text, place = page.current_text(), page.edit.textCursor().position()
    return text[:place] + "|" + text[place:]


# --- typing --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "typed", "after"),
    [
        ("|", "(", "(|)"),
        ("|", "f(", "f(|)"),
        ("(|)", ")", "()|"),
        ("|abc", "(", "(|abc"),
        ('render "|"', '"', 'render ""|'),
        ("|", '"', '"|"'),
        ("don't // it|", "(", "don't // it(|"),
        ('"a|"', "{", '"a{|"'),
        ("a = f|", '"', 'a = f"|"'),
        ("«ab|", "[", "[ab|]"),
        ("actor A {\n    |\n}", "}", "actor A {\n}|\n}"),
        ("on a() {\n    if b {\n        |", "}", "on a() {\n    if b {\n    }|"),
    ],
)
def test_brackets_and_quotes_close_wrap_and_are_stepped_over(
    make_page: MakePage, before: str, typed: str, after: str
) -> None:
    page = make_page(before)
    QTest.keyClicks(page.edit, typed)
    assert state(page) == after


@pytest.mark.parametrize(
    ("before", "key", "after"),
    [
        ("    a|", Qt.Key.Key_Return, "    a\n    |"),
        ("on a() {|}", Qt.Key.Key_Return, "on a() {\n    |\n}"),
        ("on a() {|", Qt.Key.Key_Return, "on a() {\n    |"),
        ("    f(|x)", Qt.Key.Key_Return, "    f(\n        |x)"),
        ("// {|", Qt.Key.Key_Return, "// {\n|"),
        ("(|)", Qt.Key.Key_Backspace, "|"),
        ("        |a", Qt.Key.Key_Backspace, "    |a"),
        ("      |a", Qt.Key.Key_Backspace, "    |a"),
        ("ab|", Qt.Key.Key_Backspace, "a|"),
        ("a|", Qt.Key.Key_Tab, "a   |"),
        ("    a|", Qt.Key.Key_Backtab, "a|"),
        ("    ab|", Qt.Key.Key_Home, "    |ab"),
        ("    |ab", Qt.Key.Key_Home, "|    ab"),
    ],
)
def test_keys_know_about_indentation(make_page: MakePage, before: str, key: Qt.Key, after: str) -> None:
    page = make_page(before)
    QTest.keyClick(page.edit, key)
    assert state(page) == after


@pytest.mark.parametrize(
    ("before", "action", "after"),
    [
        ("a\n  b|", "toggle_comment", "a\n  // b|"),
        ("  // a|", "toggle_comment", "  a|"),
        ("«  a\n\n    b|", "toggle_comment", "  // a\n\n  //   b|"),
        ("a\nb|\nc", "move_line_up", "b|\na\nc"),
        ("a\nb|\nc", "move_line_down", "a\nc\nb|"),
        ("a|\nb", "move_line_up", "a|\nb"),
        ("a\nb|", "move_line_down", "a\nb|"),
        ("a|b\nc", "duplicate_line", "ab\na|b\nc"),
        ("😀|b", "duplicate_line", "😀b\n😀|b"),
        ("a\nb|\nc", "delete_line", "a\n|c"),
        ("a\nb|", "delete_line", "|a"),
        ("«a\nb|", "indent", "    a\n    b|"),
        ("    a\n  b|", "outdent", "    a\nb|"),
    ],
)
def test_whole_lines_are_edited_as_one_step_of_undo(make_page: MakePage, before: str, action: str, after: str) -> None:
    page = make_page(before)
    text = page.current_text()
    page.perform(action)
    assert page.current_text() == after.replace("|", "")
    if "😀" not in before:
        assert state(page) == after
    if page.current_text() != text:
        page.perform("undo")
    assert page.current_text() == text


def test_a_bracket_finds_its_partner_but_not_in_strings_and_comments(make_page: MakePage) -> None:
    page = make_page('f(|")", /* ) */ [1, 2]) // )\n')
    page.perform("go_to_bracket")
    assert page.edit.textCursor().position() == page.current_text().index("]") + 1


# --- the text ------------------------------------------------------------------------------------------


def test_no_character_of_a_text_is_changed_by_showing_it(make_page: MakePage) -> None:
    text = "a\u00a0b\tc\u2028d 😀\n\n  end"
    assert make_page(text).current_text() == text


def test_another_text_takes_its_place_as_one_step_and_the_cursor_stays(make_page: MakePage) -> None:
    page = make_page("one\ntw|o\n😀 three\n")
    page.document.set_text("one\ntwo\n😀 four\n")
    assert state(page) == "one\ntw|o\n😀 four\n"
    page.perform("undo")
    assert page.current_text() == "one\ntwo\n😀 three\n"


def test_undoing_to_what_is_saved_takes_the_mark_away(make_page: MakePage) -> None:
    page = make_page("a|")
    QTest.keyClicks(page.edit, "b")
    assert page.document.dirty
    page.perform("undo")
    assert not page.document.dirty


def test_the_document_knows_the_place_of_the_cursor_in_code_points(make_page: MakePage) -> None:
    page = make_page("a\nlet 😀 = 1")
    page.edit.go_to(2, 6)
    assert (page.document.cursor.line, page.document.cursor.column) == (2, 6)
    assert page.edit.textCursor().positionInBlock() == 6
    QTest.keyClick(page.edit, Qt.Key.Key_Right)
    assert page.document.cursor.column == 7


# --- colours -------------------------------------------------------------------------------------------


def colours(page: EditorPage, line: int) -> dict[str, str]:
    """What is coloured in a line, by text."""
    assert page.highlighter is not None
    page.highlighter.finish()
    block = page.edit.document().findBlockByNumber(line - 1)
    text = block.text().encode("utf-16-le")
    found = {}
    for piece in block.layout().formats():
        part = text[2 * piece.start : 2 * (piece.start + piece.length)].decode("utf-16-le")
        found[part] = piece.format.foreground().color().name()
    return found


def test_a_long_line_with_a_wide_character_is_coloured_and_underlined_by_its_length(make_page: MakePage) -> None:
    def text(count: int) -> str:
        return f'let s = "😀"; let xs = [{", ".join(["1"] * count)}]'

    def work(count: int) -> int:
        page = make_page(text(count))
        assert page.highlighter is not None
        page.highlighter.finish()
        block = page.edit.document().firstBlock()
        problems = tuple(
            Problem("a.aefl", TextRange(1, column, 1, column + 1), "E0101", "error", "wrong")
            for column in range(25, 25 + 3 * count, 3)
        )

        def colour_and_underline() -> None:
            assert page.highlighter is not None
            page.highlighter._colour(block)
            page.edit.set_problems(problems)

        return calls_of(colour_and_underline)

    small, large = work(250), work(1000)
    assert large < 6 * small
    page = make_page(text(3))
    assert {"let", '"😀"', "1"} < set(colours(page, 1))
    assert [page.edit.position_of(1, column) for column in (10, 11, 99)] == [9, 11, len(text(3)) + 1]


def test_code_has_the_colours_of_the_theme_after_wide_characters_too(
    make_page: MakePage, studio_model: StudioModel
) -> None:
    page = make_page('render "😀" // 😀 x\nactor A {')
    theme = studio_model.theme
    first = colours(page, 1)
    assert first["render"] == theme.color("syntax.keyword")
    assert first['"😀"'] == theme.color("syntax.string")
    assert first["// 😀 x"] == theme.color("syntax.comment")
    assert colours(page, 2)["A"] == theme.color("syntax.actor")
    studio_model.theme.choose("dark")
    assert colours(page, 2)["A"] == "#ffdd57"


def test_opening_a_comment_colours_the_lines_below_until_it_is_closed(
    make_page: MakePage, studio_model: StudioModel
) -> None:
    page = make_page("|a\nlet b = 1\n*/ let c = 1")
    assert "let" in colours(page, 2)
    QTest.keyClicks(page.edit, "/*")
    comment = studio_model.theme.color("syntax.comment")
    assert colours(page, 2) == {"let b = 1": comment}
    assert colours(page, 3)["*/"] == comment
    assert colours(page, 3)["let"] == studio_model.theme.color("syntax.keyword")


# --- problems and marks --------------------------------------------------------------------------------


def problem(line: int, start: int, end: int, text: str = "no", fix: str | None = None) -> Problem:
    where = TextRange(line, start, line, end)
    edit = TextEdit(f"write {fix}", where, fix) if fix is not None else None
    return Problem("a.aefl", where, "E0101", "error", text, "", edit)


def test_problems_stay_at_their_words_while_one_types_before_them(make_page: MakePage) -> None:
    page = make_page("|😀 amuont")
    page.document.set_analysis(Analysis((problem(1, 3, 9),), ()))
    assert page.edit.problem_at(4) is not None
    QTest.keyClicks(page.edit, "xyz")
    assert page.edit.problem_at(4) is None
    assert page.edit.problem_at(9) is not None
    assert page.edit.severity_of(page.edit.document().firstBlock()) == "error"


def test_f8_walks_through_the_problems_and_round_again(make_page: MakePage) -> None:
    page = make_page("a b\nc d\n")
    page.document.set_analysis(Analysis((problem(1, 3, 4), problem(2, 1, 2)), ()))
    places = []
    for _ in range(3):
        page.perform("next_problem")
        places.append((page.document.cursor.line, page.document.cursor.column))
    assert places == [(1, 3), (2, 1), (1, 3)]
    page.perform("previous_problem")
    assert page.document.cursor.line == 2


def test_a_fix_is_applied_and_can_be_undone(make_page: MakePage) -> None:
    page = make_page("😀 amu|ont")
    assert page.can_perform("apply_fix") == "There is no fix for a problem on this line."
    page.document.set_analysis(Analysis((problem(1, 3, 9, fix="amount"),), ()))
    assert page.can_perform("apply_fix") is None
    page.perform("apply_fix")
    assert page.current_text() == "😀 amount"
    page.perform("undo")
    assert page.current_text() == "😀 amuont"


def pixel(page: EditorPage, line: int) -> str:
    """The colour at the right end of a line."""
    _, top, height = next(item for item in page.edit.visible_lines() if item[0].blockNumber() == line - 1)
    image = page.edit.viewport().grab().toImage()
    return image.pixelColor(page.edit.viewport().width() - 5, round(top + height / 2)).name()


def test_the_turn_at_the_playhead_and_a_fault_are_marked_in_their_colours(
    make_page: MakePage, studio_model: StudioModel
) -> None:
    page, theme = make_page("a\nb\nc\nd"), studio_model.theme
    page.document.set_marks(ExecutionMark(2, 3, "turn"), {2: "⟵ n = 5"})
    assert pixel(page, 1) == theme.color("current_line")
    assert [pixel(page, line) for line in (2, 3)] == [theme.color("execution_line"), theme.color("handler_line")]
    assert pixel(page, 4) == theme.color("background")
    page.document.set_marks(ExecutionMark(3, 3, "fault"), {})
    assert pixel(page, 3) == theme.color("fault_line")
    page.document.set_marks(None, {})
    assert pixel(page, 3) == theme.color("background")


def test_a_mark_outside_the_view_is_scrolled_to_and_the_cursor_stays(make_page: MakePage) -> None:
    page = make_page("x\n" * 500)
    page.document.set_marks(ExecutionMark(400, 410, "turn"), {})
    assert 399 in [block.blockNumber() for block, _, _ in page.edit.visible_lines()]
    assert page.document.cursor.line == 1


def test_a_line_that_is_only_half_in_view_is_scrolled_to(make_page: MakePage) -> None:
    page = make_page("x" * 400 + "\n" + "y\n" * 100)
    page.edit.setFixedHeight(page.edit.fontMetrics().lineSpacing() * 20 + page.edit.fontMetrics().lineSpacing() // 2)
    height = page.edit.viewport().height()
    partly = [block.blockNumber() + 1 for block, top, tall in page.edit.visible_lines() if top + tall > height]
    assert partly, "a line is cut at the lower edge"
    page.edit.show_line(partly[0])
    whole = [b.blockNumber() + 1 for b, top, tall in page.edit.visible_lines() if top >= 0 and top + tall <= height]
    assert partly[0] in whole


def test_values_are_painted_behind_the_line_and_can_be_switched_off(
    make_page: MakePage, studio_model: StudioModel
) -> None:
    page = make_page("ab\n")
    page.document.set_marks(None, {1: "⟵ 12 → 7"})

    def ink() -> int:
        image = page.edit.viewport().grab().toImage()
        color = studio_model.theme.color("inline_value")
        return sum(image.pixelColor(x, y).name() == color for x in range(30, 200) for y in range(20))

    assert ink() > 0
    studio_model.settings.set("editor.inline_values", False)
    assert ink() == 0


def test_spans_shrink_and_move_with_the_text() -> None:
    spans = Spans([Marked(10, 15, 0), Marked(20, 22, 1)])
    spans.shift(0, 0, 5)
    assert [(s.start, s.end) for s in spans.items] == [(15, 20), (25, 27)]
    spans.shift(17, 3, 0)
    assert [(s.start, s.end) for s in spans.items] == [(15, 17), (22, 24)]
    assert [s.key for s in spans.between(16, 23)] == [0, 1]
    assert [s.key for s in spans.between(17, 22)] == []


# --- finding -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query("ab"), [(0, 2), (3, 5), (6, 8)]),
        (Query("ab", case=True), [(0, 2), (6, 8)]),
        (Query("ab", word=True), [(0, 2), (3, 5)]),
        (Query("a.", regex=True), [(0, 2), (3, 5), (6, 8)]),
        (Query("a."), []),
        (Query("x+", regex=True), [(9, 10)]),
        (Query("^|$", regex=True), [(0, 0), (10, 10)]),
        (Query(""), []),
    ],
)
def test_finding_knows_case_words_and_expressions(query: Query, found: list[tuple[int, int]]) -> None:
    assert find_all(query, "ab AB abcx").spans == found


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "([a]+)*[bc]"])
def test_an_expression_that_would_never_end_is_given_up_and_the_bar_says_so(make_page: MakePage, pattern: str) -> None:
    page = make_page("// " + "a" * 400 + "!\n")
    page.perform("find")
    page.find_bar._regex.setChecked(True)
    page.find_bar._field.setText(pattern)
    assert page.find_bar._count.text() == "takes too long"
    page.find_bar._field.setText("a{400}")
    assert page.find_bar._count.text() == "1 of 1"


def test_many_short_attempts_are_given_up_too() -> None:
    result = find_all(Query("(x+x+)+y|a", regex=True), ("x" * 26 + "za") * 19_000)
    assert result.problem == TOO_LONG or len(result.hits) == 19_000


def test_a_text_with_more_finds_than_are_kept_says_so(make_page: MakePage) -> None:
    page = make_page("a\n" * 20_001)
    page.perform("find")
    page.find_bar._field.setText("a")
    assert page.find_bar._count.text() == "1 of the first 20,000"


def test_line_starts_and_ends_are_found_walked_through_and_replaced(make_page: MakePage) -> None:
    page = make_page("😀a\nb\n\nc")
    page.perform("replace")
    bar = page.find_bar
    bar._regex.setChecked(True)
    for pattern in ("$", "^"):
        bar._field.setText(pattern)
        assert bar._count.text().endswith(" of 4"), pattern
        seen = []
        for _ in range(4):
            bar.next()
            seen.append(page.document.cursor.line)
        assert sorted(seen) == [1, 2, 3, 4], pattern
    bar._other.setText("> ")
    bar.replace_all()
    assert page.current_text() == "> 😀a\n> b\n> \n> c"
    page.perform("undo")
    page.edit.moveCursor(page.edit.textCursor().MoveOperation.Start)
    bar.replace_one()
    bar.replace_one()
    assert page.current_text() == "> 😀a\n> b\n\nc"


def test_a_replacement_may_use_the_groups_of_its_expression() -> None:
    def replaced(query: Query, text: str, template: str) -> str:
        return replacer(query, template)(find_all(query, text).hits[0])

    assert replaced(Query(r"(\w)=(\w)", regex=True), "a=b", r"\2=\1") == "b=a"
    assert replaced(Query(r"(?P<left>\w)=(\w)", regex=True), "a=b", r"\g<left>\g<2>\0\\\t\n") == "aba=b\\\t\n"
    assert replaced(Query("a=b"), "a=b", r"\2=\1") == r"\2=\1"
    for template in (r"\9", r"\q", r"\g<other>", "\\"):
        with pytest.raises(TemplateError):
            replacer(Query(r"(\w)=(\w)", regex=True), template)


def test_a_group_that_is_none_is_told_and_nothing_is_replaced(make_page: MakePage) -> None:
    page = make_page("a=b")
    page.perform("replace")
    bar = page.find_bar
    bar._regex.setChecked(True)
    bar._field.setText(r"(\w)=(\w)")
    bar._other.setText(r"\9")
    assert bar._count.text() == r"\9 is no group of the expression."
    bar.replace_all()
    bar.replace_one()
    assert page.current_text() == "a=b"


def test_the_find_bar_goes_round_and_counts(make_page: MakePage) -> None:
    page = make_page("|😀 n = n + n")
    page.perform("find")
    bar = page.find_bar
    QTest.keyClicks(bar._field, "n")
    assert (page.edit.textCursor().selectionStart(), bar._count.text()) == (3, "1 of 3")
    for place in (7, 11, 3):
        QTest.keyClick(bar._field, Qt.Key.Key_Return)
        assert page.edit.textCursor().selectionStart() == place
    page.perform("find_previous")
    assert bar._count.text() == "3 of 3"
    QTest.keyClick(bar._field, Qt.Key.Key_Escape)
    assert not bar.isVisible()


def test_replacing_all_is_one_step_of_undo(make_page: MakePage) -> None:
    page = make_page("|😀 n = n + n")
    page.perform("replace")
    bar = page.find_bar
    QTest.keyClicks(bar._field, "n")
    QTest.keyClicks(bar._other, "count")
    QTest.keyClick(bar._other, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert page.current_text() == "😀 count = count + count"
    assert bar._count.text() == "3 replaced"
    page.perform("undo")
    assert page.current_text() == "😀 n = n + n"


def test_an_expression_that_is_none_is_told_in_the_bar(make_page: MakePage) -> None:
    page = make_page("(a|")
    page.perform("find")
    page.find_bar._regex.setChecked(True)
    page.find_bar._field.setText("(")
    assert page.find_bar._count.text() == "not an expression"
    assert page.find_bar._field.property("state") == "wrong"


# --- manners -------------------------------------------------------------------------------------------


def test_ctrl_and_the_wheel_change_the_size_of_the_code(make_page: MakePage, studio_model: StudioModel) -> None:
    page = make_page("a")
    before = page.edit.fontMetrics().height()
    studio_model.settings.set("editor.font_size", 20.0)
    assert page.edit.fontMetrics().height() > before
    assert page.edit.document().defaultFont().pointSizeF() == 20


def test_all_lines_are_as_high_as_each_other_the_last_one_too(make_page: MakePage) -> None:
    page = make_page("a\n\nb\n")
    assert len({height for _, _, height in page.edit.visible_lines()}) == 1


def test_a_click_on_a_number_selects_its_line(make_page: MakePage) -> None:
    page = make_page("ab\ncd\n")
    gutter = page.edit._gutter
    _, top, height = list(page.edit.visible_lines())[1]
    QTest.mouseClick(gutter, Qt.MouseButton.LeftButton, pos=QPoint(20, round(top + height / 2)))
    assert page.edit.textCursor().selectedText() == "cd\u2029"


def test_a_text_that_is_read_only_says_so(studio_model: StudioModel, shown: Show) -> None:
    document = Document("1", None, "x", "note", read_only=True)
    page = EditorPage(studio_model, document)
    shown(page)
    assert page.can_perform("toggle_comment") == "This text is read-only."
    QTest.keyClicks(page.edit, "y")
    assert page.current_text() == "x"
    page.close_page()


LINE_KINDS = (
    "actor Account{n}(owner: string) {{",
    "    state balance: int = {n}",
    "    on deposit(amount: int) {{  // adds {n}",
    '        render {{f"balance {{balance + amount}} of " + owner}}',
    "    }}",
    "}}",
    "",
)


def test_a_file_of_20000_lines_is_coloured_in_slices_that_stop_nothing(make_page: MakePage, qapp: QApplication) -> None:
    text = "\n".join(LINE_KINDS[i % len(LINE_KINDS)].format(n=i) for i in range(20_000))
    page = make_page(text)
    highlighter = page.highlighter
    assert highlighter is not None
    slices = 0
    while not highlighter.done:
        highlighter._slice()
        slices += 1
    assert slices > 5
    cursor = QTextCursor(page.edit.document())
    cursor.movePosition(QTextCursor.MoveOperation.End)
    assert cursor.block().userState() == 0
