"""Characters that Qt's text document cannot hold, and what stands for each of them inside an editor.

Qt ends a paragraph at U+2029, U+FDD0 and U+FDD1, which a program may have in its strings. Inside the editor another
character takes their place: one that Unicode reserves for such uses, or a private one, and that the text does not have.
"""

from __future__ import annotations

from itertools import chain

PARAGRAPH_ENDS = "\u2029\ufdd0\ufdd1"
"""What Qt takes for the end of a paragraph besides line breaks."""
_CANDIDATES = tuple(map(chr, chain(range(0xFDD2, 0xFDF0), range(0xE000, 0xF900))))


class StandIns:
    """The stand-ins for one text. ``are_exact`` is false if the text leaves no character free to stand for another."""

    def __init__(self, text: str = "") -> None:
        used = set(text) & {*PARAGRAPH_ENDS, *_CANDIDATES} if not text.isascii() else set()
        free = [char for char in _CANDIDATES if char not in used][: len(PARAGRAPH_ENDS)]
        self.are_exact = len(free) == len(PARAGRAPH_ENDS) or used.isdisjoint(PARAGRAPH_ENDS)
        pairs = list(zip(PARAGRAPH_ENDS, free, strict=False))
        self._shown = {ord(char): stand_in for char, stand_in in pairs}
        self._meant = {ord(stand_in): char for char, stand_in in pairs}
        self._stand_ins = frozenset(free)

    def fit(self, text: str) -> bool:
        """Whether no character of this text is a stand-in already."""
        return text.isascii() or self._stand_ins.isdisjoint(text)

    def shown(self, text: str) -> str:
        """A text as the editor can hold it."""
        return text if text.isascii() else text.translate(self._shown)

    def meant(self, raw: str) -> str:
        """The text that the raw text of an editor stands for; Qt's paragraphs are its lines."""
        text = raw.replace("\u2029", "\n")
        return text if text.isascii() or self._stand_ins.isdisjoint(text) else text.translate(self._meant)
