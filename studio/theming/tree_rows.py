"""Rows of trees are taken away all at once.

``QTreeWidget.clear`` lets PySide delete the rows one by one, and the view works out its layout again after each, which
takes seconds for a few thousand rows.
"""

from __future__ import annotations

from PySide6.QtWidgets import QTreeWidget


def remove_rows(tree: QTreeWidget) -> None:
    """Empties a tree; current row and selection go too."""
    rows = tree.invisibleRootItem().takeChildren()
    tree.clear()
    rows.clear()
