"""Models without a window: commands, settings, search, columns, sessions, marks of execution."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.api import Analysis, EventDetail, FaultInfo, FieldValue, Symbol, TextRange, Value
from studio.actions.table import fill_table
from studio.model.columns import Utf16Map, from_utf16, to_utf16
from studio.model.commands import Command, CommandTable, always
from studio.model.document import Document, ExecutionMark
from studio.model.documents import Documents
from studio.model.execution import mark_of, values_of
from studio.model.fuzzy import match, search
from studio.model.palette import palette_items
from studio.model.session_state import OpenFile, SessionState, dump_session, parse_session, with_recent
from studio.model.settings import Settings, with_changes
from studio.model.studio import StudioModel
from studio.model.workspace import FoundFiles, describe_example


def command(id: str, shortcut: str = "", enabled: str | None = None) -> Command:
    return Command(id, id.title(), shortcut, lambda: enabled, lambda: None)


def test_a_command_that_cannot_run_says_why_and_does_not_run() -> None:
    table, refused, ran = CommandTable(), [], []
    table.add([Command("a", "A", "", lambda: "Nothing is open.", lambda: ran.append("a"))])
    table.refused.connect(lambda c, reason: refused.append((c.id, reason)))
    assert not table.invoke("a")
    assert refused == [("a", "Nothing is open.")]
    assert ran == []


def test_two_commands_cannot_have_one_key() -> None:
    table = CommandTable()
    table.add([command("a", "F5")])
    with pytest.raises(AssertionError, match="both want F5"):
        table.add([command("b", "F5")])
    with pytest.raises(AssertionError, match="are called a"):
        table.add([command("a")])


def test_the_whole_table_of_commands_fits_together(studio_model: StudioModel) -> None:
    fill_table(studio_model, [("explorer", "Explorer", "explorer")], "1", "log")
    for entry in studio_model.commands:
        assert entry.title[0].isupper(), entry.id
        assert entry.menu, entry.id
        reason = entry.enabled()
        assert reason is None or reason.endswith("."), entry.id
        icon = studio_model.resources / "icons" / f"{entry.icon}.svg"
        assert not entry.icon or icon.is_file(), entry.id


def test_settings_keep_comments_and_what_they_do_not_know() -> None:
    before = "# mine\n[editor]\nfont_size = 12.5  # large\n[other]\nx = 1\n"
    settings = Settings(before)
    assert settings.number("editor.font_size") == 12.5
    told: list[str] = []
    settings.changed.connect(told.append)
    settings.set("editor.tab_width", 2)
    settings.set("editor.tab_width", 2)
    assert told == ["editor.tab_width"]
    text = with_changes(before, settings.changes)
    for part in ("# mine", "# large", "[other]", "tab_width = 2"):
        assert part in text
    assert Settings(text).whole("editor.tab_width") == 2


@pytest.mark.parametrize("text", ["[editor]\nfont_size = 'big'\n", "[editor]\nfont_size = 9000\n", "[editor\n"])
def test_a_setting_that_does_not_fit_is_told_and_its_default_is_used(text: str) -> None:
    settings = Settings(text)
    assert settings.number("editor.font_size") == 10.5
    assert len(settings.problems) == 1


def test_fuzzy_search_prefers_beginnings_of_words() -> None:
    titles = ["Stop recording", "Toggle Comment", "Reset Layout"]
    assert next(title for title, _ in search("tco", titles, str)) == "Toggle Comment"
    assert [title for title, _ in search("layout", titles, str)] == ["Reset Layout"]
    assert match("xyz", "Toggle Comment") is None


@given(st.text(max_size=12), st.text(max_size=30))
def test_what_fuzzy_search_found_are_places_of_the_text(query: str, text: str) -> None:
    hit = match(query, text)
    if hit is not None:
        assert all(0 <= place < max(len(text), 1) for place in hit.places) or not query.strip()
        assert list(hit.places) == sorted(set(hit.places))


def test_an_emoji_is_one_column_here_and_two_units_in_qt() -> None:
    line = "let 😀 = 1"
    assert to_utf16(line, len(line)) == 10
    assert len(line) == 9
    assert to_utf16(line, 5) == 6
    assert from_utf16(line, 6) == 5
    assert from_utf16(line, 5) == 5


@given(st.text(max_size=40))
def test_columns_and_units_are_each_others_inverse(text: str) -> None:
    whole = Utf16Map(text)
    for column in range(len(text) + 1):
        units = len(text[:column].encode("utf-16-le", "surrogatepass")) // 2
        assert to_utf16(text, column) == units
        assert from_utf16(text, units) == column
        assert whole.to_utf16(column) == units
        assert whole.from_utf16(units) == column


def test_a_session_comes_back_as_it_was_written() -> None:
    state = SessionState((OpenFile("/a.aefl", "id", 3, 4, 2), OpenFile("", "j")), 1, "Z2Vv", "bGF5", ("/a.aefl",))
    assert parse_session(dump_session(state)) == state


@pytest.mark.parametrize("text", ["", "null", "[]", '{"version": 99}', '{"version": 1, "files": 3}', "\0\0"])
def test_a_session_that_cannot_be_read_counts_as_none(text: str) -> None:
    assert parse_session(text) is None


def test_the_file_used_last_is_the_first_of_the_recent_ones() -> None:
    recent: tuple[str, ...] = ()
    for number in [*range(20), 5]:
        recent = with_recent(recent, f"/{number}")
    assert recent[0] == "/5"
    assert len(recent) == 12
    assert len(set(recent)) == 12


def test_a_document_asks_its_editor_for_the_text_only_when_somebody_wants_it() -> None:
    class Editor:
        asked = 0

        def current_text(self) -> str:
            self.asked += 1
            return "new"

        def replace_text(self, text: str) -> None: ...
        def mark_saved(self) -> None: ...
        def perform(self, action: str) -> None: ...
        def can_perform(self, action: str) -> str | None:
            return None

    document, editor = Document("1", None, "old"), Editor()
    document.attach(editor)
    for _ in range(100):
        document.note_edit(dirty=True)
    assert editor.asked == 0
    assert (document.text, document.text, editor.asked) == ("new", "new", 1)
    assert document.revision == 100


def test_closing_a_document_that_is_not_saved_asks_first() -> None:
    asked: list[Document] = []
    documents = Documents()
    documents.close_wanted.connect(asked.append)
    document = documents.new("let a = 1")
    document.mark_unsaved()
    documents.request_close(document)
    assert asked == [document]
    assert documents.items == (document,)
    document.mark_saved()
    documents.request_close(document)
    assert not documents.items
    assert documents.active is None


def test_closing_the_document_in_front_brings_its_neighbour_to_the_front() -> None:
    documents = Documents()
    first, second, third = (documents.new() for _ in range(3))
    documents.activate(second)
    documents.remove(second)
    assert documents.active is third
    documents.remove(third)
    assert documents.active is first
    assert [d.title for d in documents.items] == ["untitled-1.aefl"]


def test_a_new_document_takes_the_first_title_that_is_free() -> None:
    documents = Documents()
    assert [documents.new().title for _ in range(2)] == ["untitled-1.aefl", "untitled-2.aefl"]
    documents.remove(documents.items[0])
    assert documents.new().title == "untitled-1.aefl"


def test_an_example_is_described_by_its_readme() -> None:
    example = describe_example("chat_room", "# A room.\n\nIt `hears`\nall.\n\n```sh\nx\n```\n", (Path("a.aefl"),))
    assert (example.title, example.about, example.detail) == ("Chat room", "A room.", "It hears all.")


# --- the palette ---------------------------------------------------------------------------------------


def test_the_palette_finds_every_command_and_says_why_some_cannot_run(studio_model: StudioModel) -> None:
    fill_table(studio_model, [], "1", "log")
    rows = palette_items(studio_model, ">")
    assert len(rows) == len(list(studio_model.commands)) - 1
    undo = next(row for row in rows if row.title == "Edit: Undo")
    assert (undo.keys, undo.refusal) == ("Ctrl+Z", "No file is open.")


def test_the_palette_goes_to_a_line_of_a_file(studio_model: StudioModel) -> None:
    opened: list[tuple[Path, int | None, int]] = []

    class Port:
        def open(self, path: Path, line: int | None = None, column: int = 1) -> None:
            opened.append((path, line, column))

    studio_model.files = Port()  # type: ignore[assignment]
    rows = palette_items(studio_model, "bank:12:3", FoundFiles((Path("/w/bank.aefl"), Path("/w/raft.aefl"))))
    assert [row.title for row in rows] == ["bank.aefl"]
    rows[0].run()
    assert opened == [(Path("/w/bank.aefl"), 12, 3)]


def test_the_palette_finds_symbols_and_lines_of_the_file_in_front(studio_model: StudioModel) -> None:
    document = studio_model.documents.new("actor A {\n    state n: int = 0\n}\n")
    field = Symbol("n", "state", "int", TextRange(2, 5, 2, 21))
    document.set_analysis(Analysis((), (Symbol("A", "actor", "", TextRange(1, 1, 3, 2), (field,)),)))
    assert [(r.title, r.detail) for r in palette_items(studio_model, "@")] == [("A", "actor"), ("n", "A › state")]
    palette_items(studio_model, ":3")[0].run()
    assert document.cursor.line == 3
    assert palette_items(studio_model, ":")[0].detail == "now at 3:1"


# --- marks of execution --------------------------------------------------------------------------------

WHERE = TextRange(4, 5, 7, 6)
OUTLINE = (
    Symbol(
        "Account",
        "actor",
        "",
        TextRange(1, 1, 8, 2),
        (
            Symbol("balance", "state", "int", TextRange(2, 5, 2, 27)),
            Symbol("refused", "state", "int", TextRange(3, 5, 3, 27)),
            Symbol("withdraw", "handler", "(n: int)", WHERE),
        ),
    ),
    Symbol("total", "variable", "int", TextRange(10, 1, 10, 12)),
)


def detail(fault: FaultInfo | None = None, changes: tuple[FieldValue, ...] = (), line: int = 4) -> EventDetail:
    arguments = (("n", Value("5", "int")),)
    return EventDetail(9, 3, 2, 1, 0, "withdraw", arguments, 0, None, (), line, 7, fault, changes)


def test_the_turn_at_the_playhead_is_marked_with_its_arguments_and_what_it_changed() -> None:
    event = detail(changes=(FieldValue("balance", Value("7", "int"), "12"),))
    assert mark_of(event) == ExecutionMark(4, 7, "turn")
    assert values_of(event, OUTLINE, {"balance": "7", "refused": "0"}) == {4: "⟵ n = 5", 2: "⟵ 12 → 7", 3: "⟵ 0"}


def test_a_fault_is_marked_at_its_line_with_the_reason() -> None:
    fault = FaultInfo(9, 3, 2, 1, "division", "division by zero", "bank.aefl", 6, 9, "withdraw", "Account#2")
    assert mark_of(detail(fault)) == ExecutionMark(6, 6, "fault")
    assert values_of(detail(fault), OUTLINE, {})[6] == "✗ division by zero"


def test_an_event_without_a_place_marks_nothing() -> None:
    assert mark_of(detail(line=0)) is None


def test_commands_that_are_always_there_give_no_reason() -> None:
    assert always() is None
