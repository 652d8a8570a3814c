"""The places in the source that faults point at, numbered; 0 is nowhere."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.base.source import Sources, Span
from engine.compiler.ir.nodes import Site


@dataclass
class SiteTable:
    """Sites of one program, each place once."""

    sources: Sources
    rows: list[Site] = field(default_factory=list)
    is_closed: bool = False
    _numbers: dict[tuple[Span, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rows.append(Site(self.sources.files[0].name, 0, 0, ""))

    def number(self, span: Span, function: str) -> int:
        """The number of a place in a function."""
        key = (span, function)
        number = self._numbers.get(key)
        if number is None:
            assert not self.is_closed, "a site behind the end of the tables of sites"
            number = self._numbers[key] = len(self.rows)
            source = self.sources.at(span.start)
            place = source.position(span.start)
            text = source.cut(span).split("\n")[0]
            self.rows.append(Site(source.name, place.line, place.column, function, text))
        return number

    def of_function(self, file: str, line: int, function: str) -> None:
        """Adds the site of a whole function, which is known by what it is."""
        self.rows.append(Site(file, line, 1, function))

    def lines(self) -> tuple[int, ...]:
        """The line of each site. After that no site may come."""
        self.is_closed = True
        return tuple(site.line for site in self.rows)

    def line(self, span: Span) -> int:
        """The line that a span begins in."""
        return self.sources.position(span.start).line

    def end_line(self, span: Span) -> int:
        """The line that a span ends in."""
        return self.sources.position(max(span.start, span.end - 1)).line

    def file(self, span: Span) -> str:
        """The name of the file that a span is in."""
        return self.sources.at(span.start).name
