"""Lays a document out in the one style, behind the scenes: the text is put in place if nobody changed it meanwhile."""

from __future__ import annotations

from engine import api
from studio.model.document import Document
from studio.model.studio import StudioModel
from studio.services.background import Background


class Formatting:
    """``Format Document`` (``FormatPort``). What it cannot do it says in a notice."""

    def __init__(self, model: StudioModel, background: Background) -> None:
        self._model = model
        self._background = background

    def format(self, document: Document) -> None:
        """Formats a document; as one step that can be undone, with the cursor where it was."""
        text, file, revision = document.text, document.file, document.revision

        def done(found: api.Formatted | str) -> None:
            if isinstance(found, str):
                self._model.notice.emit("error", found)
            elif document not in self._model.documents.items:
                return
            elif document.revision != revision:
                self._model.notice.emit("info", f"{document.name} was changed meanwhile; format it again.")
            else:
                self._take(document, found)

        self._background.submit(lambda: _formatted(text, file), done)

    def _take(self, document: Document, found: api.Formatted) -> None:
        if found.text is None:
            first = found.problems[0]
            place = f"line {first.range.line}: {first.message}"
            self._model.notice.emit("warning", f"{document.name} has a mistake and is not formatted. {place}")
        elif found.text == document.text:
            self._model.notice.emit("info", f"{document.name} is in the one style already.")
        else:
            document.reflow(found.text)
            self._model.notice.emit("info", f"{document.name} is formatted.")


def _formatted(text: str, file: str) -> api.Formatted | str:
    try:
        return api.format_text(text, file)
    except api.FormatError as error:
        return str(error)
