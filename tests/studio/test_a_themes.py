"""Themes: the seeds are exact, everything that is read can be read, and switching reaches every widget."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from engine.project.resources import folder
from studio.model.color import contrast, from_oklch, mix, parse_hex, to_hex, to_oklab
from studio.model.studio import StudioModel
from studio.model.theme import (
    LANES,
    READABLE,
    SYNTAX,
    ThemeError,
    ThemeModel,
    load_themes,
    parse_theme,
    resolve_theme,
)
from studio.theming.appearance import Appearance
from studio.theming.icons import icons_of
from studio.theming.stylesheet import TEMPLATE, make_stylesheet

SEEDS = {
    "light": {"background": "#ffffff", "accent": "#1a73e8", "accent_strong": "#0d47a1"},
    "dark": {"background": "#0d1117", "accent": "#82cfff", "accent_strong": "#ffdd57"},
}
PROMISED = """
    background surface raised border text muted accent accent_strong error warning success selection line_number
    current_line playhead fault edge node node_text checkpoint
"""


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_seed_colours_are_those_of_the_design(themes: ThemeModel, name: str) -> None:
    themes.choose(name)
    assert {token: themes.color(token) for token in SEEDS[name]} == SEEDS[name]


@pytest.mark.parametrize("name", ["light", "dark"])
def test_every_text_has_the_contrast_of_wcag_aa_on_everything_it_is_read_on(themes: ThemeModel, name: str) -> None:
    themes.choose(name)
    for token, backgrounds, least in READABLE:
        for background in backgrounds:
            ratio = contrast(themes.color(token), themes.color(background))
            assert ratio >= least, f"{token} on {background}: {ratio:.2f}"
    assert themes.current.complaints() == []


@pytest.mark.parametrize("name", ["light", "dark"])
def test_every_token_that_views_rely_on_is_there(themes: ThemeModel, name: str) -> None:
    themes.choose(name)
    for token in (*PROMISED.split(), *LANES, *SYNTAX):
        assert re.fullmatch("#[0-9a-f]{6}", themes.color(token)), token


@pytest.mark.parametrize("name", ["light", "dark"])
def test_lanes_look_different_from_each_other(themes: ThemeModel, name: str) -> None:
    themes.choose(name)
    places = [to_oklab(themes.color(lane)) for lane in LANES]
    for i, one in enumerate(places):
        for other in places[:i]:
            assert sum((x - y) ** 2 for x, y in zip(one, other, strict=True)) ** 0.5 > 0.08


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#1a73e8", "#ffffff") == pytest.approx(4.51, abs=0.01)
    assert contrast("#ffdd57", "#0d1117") == pytest.approx(14.2, abs=0.1)


def test_colours_come_back_from_oklab_as_they_went_in() -> None:
    for color in ("#1a73e8", "#0d1117", "#ffdd57", "#ffffff", "#808080"):
        assert mix(color, "#000000", 0.0) == color
        assert to_hex(parse_hex(color)) == color


def test_a_colour_that_no_screen_has_is_shown_as_the_nearest_one_of_its_hue() -> None:
    assert re.fullmatch("#[0-9a-f]{6}", from_oklch(0.7, 0.4, 150))


def test_a_theme_of_the_users_own_changes_only_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "sea.toml").write_text('title = "Sea"\nbase = "dark"\n[seed]\nbackground = "#001020"\n')
    sources, wrong = load_themes(folder("themes"), tmp_path)
    assert not wrong
    model = ThemeModel(sources, "sea")
    assert model.name == "sea"
    assert model.is_dark
    assert model.color("background") == "#001020"
    assert model.color("accent") == "#82cfff"
    assert model.current.complaints() == []
    assert model.names == ("light", "dark", "sea")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("seed = 1", "tables"),
        ("[seed\n", "theme mine:"),
        ('base = "dark"\n[seed]\naccent = "blue"\n', "not a colour such as"),
        ('base = "pink"', "light or dark"),
        ('base = "dark"\n[tokens]\ntext = "nothing"\n', "no colour called nothing"),
        ('base = "dark"\n[tokens]\ntext = "muted"\nmuted = "text"\n', "goes round in a circle"),
        ('base = "dark"\n[tokens]\ntext = { mix = ["background"], amount = "x" }\n', "cannot be followed"),
        ('title = "alone"\n', "are missing"),
    ],
)
def test_a_theme_that_cannot_be_used_is_told_and_the_others_are_there(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "mine.toml").write_text(text)
    sources, wrong = load_themes(folder("themes"), tmp_path)
    assert set(sources) == {"light", "dark"}
    assert len(wrong) == 1
    assert sentence in wrong[0]


def test_a_theme_without_a_base_has_to_say_everything() -> None:
    with pytest.raises(ThemeError):
        resolve_theme(parse_theme("bare", '[seed]\nbackground = "#ffffff"\n'))


def test_the_system_is_followed_until_the_user_chooses(themes: ThemeModel) -> None:
    told: list[str] = []
    themes.choose("system")
    themes.changed.connect(lambda: told.append(themes.name))
    themes.set_system_dark(True)
    assert themes.name == "dark"
    themes.choose("light")
    themes.set_system_dark(False)
    themes.set_system_dark(True)
    assert themes.name == "light"
    assert told == ["dark", "light"]


def test_the_style_sheet_has_a_colour_for_every_place(themes: ThemeModel) -> None:
    sheet = make_stylesheet(themes.current, lambda name, color: f"/{name}-{color}.svg")
    assert "@" not in sheet
    kinds = "QMenu QToolTip QScrollBar QTabBar QDockWidget QTableView QLineEdit QPushButton QComboBox QCheckBox QSlider"
    for kind in [*kinds.split(), ":disabled", ":focus"]:
        assert kind in TEMPLATE


def test_a_switch_of_theme_reaches_widgets_that_are_shown(
    qapp: QApplication, qtbot: QtBot, studio_model: StudioModel
) -> None:
    appearance = Appearance(qapp, studio_model)
    button = QPushButton("Save")
    qtbot.addWidget(button)
    button.resize(120, 40)
    button.show()
    seen = {}
    for name in ("light", "dark"):
        studio_model.settings.set("appearance.theme", name)
        seen[name] = button.grab().toImage().pixelColor(8, 20).name()
        assert seen[name] == studio_model.theme.color("raised")
        assert qapp.palette().color(QPalette.ColorRole.Base) == QColor(SEEDS[name]["background"])
    assert seen["light"] != seen["dark"]
    appearance.close()


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_icons_are_drawn_in_the_colour_of_the_theme_at_the_size_of_the_screen(
    qapp: QApplication, studio_model: StudioModel, ratio: float
) -> None:
    for name in ("light", "dark"):
        studio_model.theme.choose(name)
        pixmap = icons_of(studio_model).pixmap("stop", 16, "error", ratio)
        assert pixmap.width() == round(16 * ratio)
        middle = round(8 * ratio)
        assert pixmap.toImage().pixelColor(middle, middle).name() == studio_model.theme.color("error")


def test_every_icon_takes_its_colour_from_the_theme_and_nothing_else() -> None:
    paths = sorted((folder("resources") / "icons").glob("*.svg"))
    assert len(paths) > 50
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert "currentColor" in text, path.name
        assert not re.search("#[0-9a-fA-F]{3}", text), path.name
