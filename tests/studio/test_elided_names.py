"""Names that are too long lose their middle: what tells actors apart stays, wherever they are shown."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem, QTableView

from studio.theming.elide import elide_cell, elided

LONG = "AnActorTypeWhoseNameHasNearlySixtyLettersAndMoreOfTheseYet"


@pytest.mark.parametrize("width", [90, 120, 200, 400])
@pytest.mark.parametrize("text", [f"{LONG}#1", f"{LONG}#1.ping(3)", f"{LONG}#1 · idle · 3 handled", f"{LONG}#1 · tick"])
def test_the_number_of_an_actor_stays(qapp: QApplication, text: str, width: int) -> None:
    metrics = QFontMetricsF(QFont())
    one, two = elided(text, metrics, width), elided(text.replace("#1", "#2"), metrics, width)
    assert one != two
    assert one.startswith("AnA")
    assert metrics.horizontalAdvance(one) <= width


def test_what_fits_stays_and_other_texts_lose_their_end(qapp: QApplication) -> None:
    metrics = QFontMetricsF(QFont())
    assert elided("Account#2.deposit(5)", metrics, 400) == "Account#2.deposit(5)"
    assert elided("a long text without any name in it", metrics, 90).endswith("…")


def test_a_cell_keeps_the_number_of_an_actor(qapp: QApplication) -> None:
    table = QTableView()
    option = QStyleOptionViewItem()
    option.initFrom(table)
    option.widget = table
    option.rect = QRect(0, 0, 140, 22)
    option.text = f"{LONG}#12"
    option.features = QStyleOptionViewItem.ViewItemFeature.HasDisplay
    elide_cell(option)
    assert option.text.endswith("#12")
    assert "…" in option.text
    table.deleteLater()
