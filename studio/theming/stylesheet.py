"""A theme as a style sheet: one rule or more for every kind of widget that Studio uses.

``@token@`` is a colour of the theme, ``@icon:name:token@`` an icon in that colour. Widgets say what they are by
properties: ``role`` (``title``, ``muted``, ``code`` …) and ``kind`` (``primary``, ``flat`` …). A text is plain in every
label and tooltip, for it may come from a program or a file; a label whose text Studio itself wrote says ``format``.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from studio.model.theme import Theme

TEMPLATE = """
* { outline: none; }
QWidget { color: @text@; }
QMainWindow, QDialog { background: @surface@; }
QMainWindow::separator { background: @border@; width: 1px; height: 1px; margin: 0; }
QMainWindow::separator:hover { background: @accent@; }
QToolTip {
    background: @raised@; color: @text@; border: 1px solid @border_strong@; padding: 4px 7px;
    qproperty-textFormat: PlainText;
}

QMenuBar { background: @chrome@; padding: 1px 4px; border: none; }
QMenuBar::item { background: transparent; padding: 4px 9px; border-radius: 4px; }
QMenuBar::item:selected { background: @hover@; }
QMenuBar::item:pressed { background: @pressed@; }
QMenu { background: @raised@; border: 1px solid @border@; padding: 5px; }
QMenu::item { padding: 5px 26px 5px 10px; border-radius: 4px; }
QMenu::item:selected { background: @selection@; }
QMenu::item:disabled { color: @disabled@; background: transparent; }
QMenu::icon { padding-left: 8px; }
QMenu::indicator { width: 14px; height: 14px; margin-left: 6px; }
QMenu::indicator:checked { image: url(@icon:check:text@); }
QMenu::separator { height: 1px; background: @border@; margin: 5px 4px; }
QMenu::right-arrow { image: url(@icon:chevron-right:muted@); width: 12px; height: 12px; }

QToolBar { background: @chrome@; border: none; border-bottom: 1px solid @border@; spacing: 2px; padding: 4px 8px; }
QToolBar::separator { background: @border@; width: 1px; margin: 5px 6px; }
QToolButton { background: transparent; border: 1px solid transparent; border-radius: 5px; padding: 4px; }
QToolButton:hover { background: @hover@; }
QToolButton:pressed, QToolButton:checked { background: @pressed@; }
QToolButton:focus { border-color: @focus@; }
QToolButton:disabled { color: @disabled@; background: transparent; }
QToolButton::menu-indicator { image: none; width: 0; }
QToolBar QToolButton { padding: 5px 7px; }
QToolButton[kind="primary"] { background: @accent@; color: @on_accent@; font-weight: 600; padding: 5px 12px 5px 8px; }
QToolButton[kind="primary"]:hover { background: @accent_hover@; }
QToolButton[kind="primary"]:pressed { background: @accent_hover@; }
QToolButton[kind="primary"]:focus { border-color: @text@; }
QToolButton[kind="primary"]:disabled { background: @pressed@; color: @disabled@; }
QToolButton[kind="search"] {
    background: @background@; border: 1px solid @border@; color: @muted@; padding: 4px 10px; text-align: left;
}
QToolButton[kind="search"]:hover, QToolButton[kind="search"]:focus { border-color: @focus@; }
QToolBar[past="true"] { border-bottom: 1px solid @warning@; }
QToolBar QToolButton[past="true"] { background: @past@; color: @text@; border-color: @warning@; }
QToolBar QToolButton[kind="where"] { text-align: left; border-color: @border@; }
QToolBar QLabel { color: @muted@; padding: 0 8px; }

QStatusBar { background: @chrome@; border-top: 1px solid @border@; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: @muted@; padding: 2px 6px; }
QStatusBar QToolButton { color: @muted@; padding: 2px 7px; border-radius: 0; }
QStatusBar QToolButton:hover { color: @text@; background: @hover@; }
QSizeGrip { image: none; width: 8px; height: 8px; }

QTabWidget::pane { border: none; background: @background@; }
QTabWidget::tab-bar { left: 0; }
QTabBar { background: @chrome@; border: none; qproperty-drawBase: 0; }
QTabBar::tab {
    background: @chrome@; color: @muted@; border: none; border-right: 1px solid @border@;
    border-top: 2px solid transparent; border-bottom: 1px solid @border@; padding: 6px 12px 6px 12px;
}
QTabBar::tab:hover { color: @text@; background: @hover@; }
QTabBar::tab:selected {
    color: @text@; background: @background@; border-top-color: @accent@; border-bottom-color: @background@;
}
QTabBar::tab:disabled { color: @disabled@; }
QTabBar::tab:focus { color: @link@; }
QTabBar QToolButton { background: @chrome@; border: none; border-radius: 0; }
QTabBar::scroller { width: 44px; }
QToolButton#ScrollLeftButton::left-arrow { image: url(@icon:back:muted@); width: 14px; height: 14px; }
QToolButton#ScrollRightButton::right-arrow { image: url(@icon:forward:muted@); width: 14px; height: 14px; }
QTabBar::tear { width: 0; border: none; }
QTabBar QToolButton[kind="tab-close"] { background: transparent; border-radius: 4px; padding: 2px; margin-left: 4px; }
QTabBar QToolButton[kind="tab-close"]:hover { background: @pressed@; }
QTabBar::close-button { image: url(@icon:close:muted@); width: 14px; height: 14px; subcontrol-position: right; }
QTabBar::close-button:hover { image: url(@icon:close:text@); background: @pressed@; border-radius: 3px; }
QMainWindow > QTabBar::tab {
    background: @surface@; border: none; border-bottom: 2px solid transparent; padding: 6px 11px 5px 11px;
}
QMainWindow > QTabBar { background: @surface@; }
QMainWindow > QTabBar::tab:selected { background: @surface@; color: @text@; border-bottom-color: @accent@; }
QMainWindow > QTabBar::tab:hover { background: @hover@; }

QDockWidget { color: @text@; }
QDockWidget > QWidget { background: @surface@; }
QWidget[role="dock-title"] { background: @surface@; }
QWidget[role="dock-title"] QLabel { color: @muted@; font-weight: 600; }
QWidget[role="dock-title"] QToolButton { padding: 2px; }

QAbstractScrollArea { background: @background@; border: none; }
QAbstractItemView {
    background: @surface@; alternate-background-color: @surface@; color: @text@; border: none;
    selection-background-color: @selection@; selection-color: @text@; show-decoration-selected: 1;
}
QAbstractItemView::item { padding: 3px 4px; border: none; }
QAbstractItemView::item:hover { background: @hover@; }
QAbstractItemView::item:selected { background: @selection@; color: @text@; }
QAbstractItemView::item:selected:!active { background: @pressed@; }
QTableView { gridline-color: @border@; }
QHeaderView { background: @surface@; border: none; }
QHeaderView::section {
    background: @surface@; color: @muted@; border: none; border-bottom: 1px solid @border@; padding: 4px 8px;
    font-weight: 600;
}
QHeaderView::section:hover { color: @text@; }
QTableCornerButton::section { background: @surface@; border: none; }
QTreeView::branch { background: transparent; }
QTreeView::branch:selected { background: @selection@; }
QTreeView::branch:hover:!selected { background: @hover@; }
QTreeView::branch:has-children:closed { image: url(@icon:chevron-right:muted@); }
QTreeView::branch:has-children:open { image: url(@icon:chevron-down:muted@); }

QLineEdit, QAbstractSpinBox, QComboBox {
    background: @background@; color: @text@; border: 1px solid @border_strong@; border-radius: 5px; padding: 4px 7px;
    selection-background-color: @selection@; selection-color: @text@; min-height: 16px;
}
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus { border-color: @focus@; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: @disabled@; border-color: @border@; }
QLineEdit[state="wrong"] { border-color: @error@; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; background: transparent; width: 16px; }
QAbstractSpinBox::up-arrow { image: url(@icon:chevron-up:muted@); width: 10px; height: 10px; }
QAbstractSpinBox::down-arrow { image: url(@icon:chevron-down:muted@); width: 10px; height: 10px; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url(@icon:chevron-down:muted@); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: @raised@; border: 1px solid @border@; padding: 4px; }

QPlainTextEdit, QTextEdit, QTextBrowser {
    background: @background@; color: @text@; border: none;
    selection-background-color: @selection@;
}
QPlainTextEdit[role="input"] { border: 1px solid @border_strong@; border-radius: 5px; padding: 3px; }
QPlainTextEdit[role="input"]:focus { border-color: @focus@; }

QPushButton {
    background: @raised@; color: @text@; border: 1px solid @border_strong@; border-radius: 5px; padding: 5px 13px;
}
QPushButton:hover { background: @hover@; }
QPushButton:pressed, QPushButton:checked { background: @pressed@; }
QPushButton:focus { border-color: @focus@; }
QPushButton:disabled { color: @disabled@; border-color: @border@; background: @surface@; }
QPushButton:default, QPushButton[kind="primary"] {
    background: @accent@; color: @on_accent@; border-color: @accent@; font-weight: 600;
}
QPushButton:default:hover, QPushButton[kind="primary"]:hover {
    background: @accent_hover@; border-color: @accent_hover@;
}
QPushButton[kind="primary"]:focus { border-color: @text@; }
QPushButton[kind="primary"]:disabled { background: @pressed@; color: @disabled@; border-color: @pressed@; }
QPushButton[kind="link"] {
    background: transparent; border: 1px solid transparent; color: @link@; padding: 3px 4px; text-align: left;
}
QPushButton[kind="link"]:hover { text-decoration: underline; }
QPushButton[kind="link"]:focus { border-color: @focus@; }
QPushButton[kind="card"] {
    background: @surface@; border: 1px solid @border@; border-radius: 8px; padding: 12px 14px; text-align: left;
}
QPushButton[kind="card"]:hover { background: @hover@; border-color: @accent@; }
QPushButton[kind="card"]:focus { border-color: @focus@; }

QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }

QCheckBox, QRadioButton { spacing: 7px; background: transparent; }
QCheckBox::indicator, QRadioButton::indicator {
    width: 14px; height: 14px; border: 1px solid @border_strong@; background: @background@;
}
QCheckBox::indicator { border-radius: 3px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:checked { background: @accent@; border-color: @accent@; image: url(@icon:check:on_accent@); }
QRadioButton::indicator:checked { background: @on_accent@; border: 4px solid @accent@; width: 8px; height: 8px; }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border-color: @focus@; }
QCheckBox:disabled, QRadioButton:disabled { color: @disabled@; }
QGroupBox { border: 1px solid @border@; border-radius: 6px; margin-top: 9px; padding: 9px; }
QGroupBox::title { subcontrol-origin: margin; left: 9px; color: @muted@; }
QSlider::groove:horizontal { height: 4px; background: @border@; border-radius: 2px; }
QSlider::handle:horizontal { width: 14px; margin: -5px 0; border-radius: 7px; background: @accent@; }
QProgressBar { background: @border@; border: none; border-radius: 3px; min-height: 6px; max-height: 6px; }
QProgressBar::chunk { background: @accent@; border-radius: 3px; }
QSplitter::handle { background: @border@; margin: 0; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QSplitter::handle:hover { background: @accent@; }

QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 11px; }
QScrollBar:horizontal { height: 11px; }
QScrollBar::handle { background: @scroll_handle@; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 26px; }
QScrollBar::handle:horizontal { min-width: 26px; }
QScrollBar::handle:hover { background: @border_strong@; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; }

QLabel { background: transparent; qproperty-textFormat: PlainText; }
QLabel[format="rich"] { qproperty-textFormat: RichText; }
QLabel:disabled { color: @disabled@; }
*[role="muted"] { color: @muted@; }
*[role="error"] { color: @error@; }
*[role="warning"] { color: @warning@; }
*[role="success"] { color: @success@; }
*[role="title"] { font-weight: 600; }
*[role="page"] { background: @background@; }
*[role="card"] { background: @raised@; border: 1px solid @border@; border-radius: 8px; }
*[role="popup"] { background: @raised@; border: 1px solid @border_strong@; border-radius: 8px; }
*[role="popup"] QAbstractItemView { background: @raised@; }
*[role="bar"] { background: @surface@; border-bottom: 1px solid @border@; }
*[role="notice"] { background: @raised@; border-bottom: 1px solid @border@; }
*[role="notice"][level="info"] { border-left: 4px solid @accent@; }
*[role="notice"][level="warning"] { border-left: 4px solid @warning@; }
*[role="notice"][level="error"] { border-left: 4px solid @error@; }
"""

_PLACE = re.compile(r"@(?:icon:([a-z0-9-]+):([a-z_0-9.]+)|([a-z_0-9.]+))@")


def make_stylesheet(theme: Theme, icon_path: Callable[[str, str], str]) -> str:
    """The style sheet of a theme; ``icon_path`` gives the file of an icon in a colour (a token)."""

    def fill(found: re.Match[str]) -> str:
        icon, color, token = found.groups()
        return icon_path(icon, color) if icon else theme.color(token)

    return _PLACE.sub(fill, TEMPLATE)
