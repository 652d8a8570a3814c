"""Markdown in the theme's colours: headings, links, tables and code, which is highlighted where it is ours."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)

from studio.model.columns import Utf16Map
from studio.model.studio import StudioModel
from studio.theming.fonts import code_font, ui_font
from studio.theming.rich_text import blocks, code_pieces, select, set_code_font
from studio.theming.syntax import syntax_formats

SIZES = {1: 1.75, 2: 1.3, 3: 1.1}
"""How much larger headings are than the text."""
SPACE_ABOVE = {1: 4.0, 2: 22.0, 3: 14.0}
LINE_PERCENT = 138.0
OURS = ("aefl", "ae")
CODE_PADDING = 9.0
EDGE = 28.0
WIDTH_MAX = 860.0
_PROPORTIONAL = 1
"""Qt's ``QTextBlockFormat.LineHeightTypes.ProportionalHeight``, which the property wants as a number."""


def show_markdown(document: QTextDocument, text: str, model: StudioModel) -> None:
    """Replaces what a document shows."""
    document.setDefaultFont(ui_font(model.settings, 1.05))
    document.setMarkdown(text)
    font = code_font(model.settings)
    font.setPointSizeF(ui_font(model.settings).pointSizeF())
    together = QTextCursor(document)  # else the document lays itself out after each of a thousand changes
    together.beginEditBlock()
    _style(document, font, model)
    together.endEditBlock()


def _style(document: QTextDocument, font: QFont, model: StudioModel) -> None:
    """Gives code, headings, links and tables their looks."""
    inline = code_pieces(document)
    set_code_font(document, font)
    shade = QTextCharFormat()
    shade.setBackground(QColor(model.theme.color("raised")))
    for start, length in inline:
        if not is_code(document.findBlock(start)):
            select(document, start, length).mergeCharFormat(shade)
    for block in blocks(document):
        _style_block(block, model)
    _highlight(document, model)
    _style_links(document, model)
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _style_table(frame, model)


def fit_width(document: QTextDocument, width: float) -> None:
    """Leaves room beside the text, and no line longer than one can read."""
    frame = document.rootFrame()
    format: QTextFrameFormat = frame.frameFormat()
    format.setLeftMargin(EDGE)
    format.setRightMargin(max(EDGE, width - EDGE - WIDTH_MAX))
    format.setTopMargin(EDGE * 0.7)
    format.setBottomMargin(EDGE)
    frame.setFrameFormat(format)


def code_areas(document: QTextDocument) -> list[QRectF]:
    """Where blocks of code are, with room around them, in the document's coordinates; as wide as the text, or as the
    longest line."""
    layout = document.documentLayout()
    width = layout.documentSize().width() - EDGE - document.rootFrame().frameFormat().rightMargin()
    width = min(width, WIDTH_MAX)
    areas: list[QRectF] = []
    before = QTextBlock()
    for block in blocks(document):
        if is_code(block):
            rect = layout.blockBoundingRect(block)
            if not is_code(before):
                areas.append(QRectF(EDGE, rect.top() - CODE_PADDING, width, 0))
            areas[-1].setBottom(rect.bottom() + CODE_PADDING)
            longest = rect.left() + block.layout().maximumWidth() + CODE_PADDING
            areas[-1].setRight(max(areas[-1].right(), longest))
        before = block
    return areas


def is_code(block: QTextBlock) -> bool:
    """Whether a line is one of a block of code."""
    return block.isValid() and block.blockFormat().hasProperty(QTextFormat.Property.BlockCodeFence)


def _style_block(block: QTextBlock, model: StudioModel) -> None:
    format = block.blockFormat()
    level = format.headingLevel()
    if level:
        format.setTopMargin(SPACE_ABOVE.get(level, 10.0))
        format.setBottomMargin(7.0)
        whole = QTextCharFormat()
        whole.setFontPointSize(ui_font(model.settings).pointSizeF() * SIZES.get(level, 1.0))
        whole.setFontWeight(QFont.Weight.DemiBold)
        select(block.document(), block.position(), block.length() - 1).mergeCharFormat(whole)
    elif is_code(block):
        format.setLeftMargin(CODE_PADDING + 3)
        format.setTopMargin(0 if is_code(block.previous()) else CODE_PADDING + 9)
        format.setBottomMargin(0 if is_code(block.next()) else CODE_PADDING + 12)
        format.setLineHeight(126.0, _PROPORTIONAL)
    else:
        format.setLineHeight(LINE_PERCENT, _PROPORTIONAL)
        in_list = block.textList() is not None
        format.setTopMargin(0)
        format.setBottomMargin(3.0 if in_list else 9.0)
    if QTextCursor(block.next()).currentTable() is not None:
        format.setBottomMargin(0)  # Qt would give it to the first row
    QTextCursor(block).setBlockFormat(format)


def _highlight(document: QTextDocument, model: StudioModel) -> None:
    """Colours programs as the editor does."""
    formats = syntax_formats(model.theme)
    state = 0
    for block in blocks(document):
        if not is_code(block):
            state = 0
            continue
        language = str(block.blockFormat().property(QTextFormat.Property.BlockCodeLanguage) or "").split(" ")[0]
        if language not in OURS:
            continue
        text = block.text()
        tokens, state = model.language.highlight_line(text, state)
        units = Utf16Map(text)
        for start, length, kind in tokens:
            if kind in formats:
                first = units.to_utf16(start)
                piece = select(document, block.position() + first, units.to_utf16(start + length) - first)
                piece.mergeCharFormat(formats[kind])


def _style_links(document: QTextDocument, model: StudioModel) -> None:
    look = QTextCharFormat()
    look.setForeground(QColor(model.theme.color("link")))
    places = []
    for block in blocks(document):
        iterator = block.begin()
        while not iterator.atEnd():
            piece = iterator.fragment()
            if piece.charFormat().isAnchor():
                places.append((piece.position(), piece.length()))
            iterator += 1
    for start, length in places:
        select(document, start, length).mergeCharFormat(look)


def _style_table(table: QTextTable, model: StudioModel) -> None:
    format = table.format()
    format.setBorder(1)
    format.setBorderCollapse(True)
    format.setBorderBrush(QBrush(QColor(model.theme.color("border"))))
    format.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    format.setCellPadding(6)
    format.setTopMargin(20)
    format.setBottomMargin(14)
    format.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    table.setFormat(format)
    tight = QTextBlockFormat()
    tight.setBottomMargin(0)
    heading = QTextCharFormat()
    heading.setFontWeight(QFont.Weight.DemiBold)
    for row in range(table.rows()):
        for column in range(table.columns()):
            cell = table.cellAt(row, column)
            cursor = cell.firstCursorPosition()
            cursor.setPosition(cell.lastCursorPosition().position(), QTextCursor.MoveMode.KeepAnchor)
            cursor.mergeBlockFormat(tight)
            if row == 0:
                cursor.mergeCharFormat(heading)
