"""A compiled program as a value that can be run, recorded and stored: the module's bytes and what is known of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from engine.base.recipe import Recipe
from engine.base.source import SourceFile, Sources
from engine.compiler.metadata import Metadata


@dataclass(frozen=True, slots=True)
class Program:
    """A module of WebAssembly with its metadata and the sources that it was made from; ``digest`` is the BLAKE3 of its
    bytes in hex. One that comes out of a trace file has no IR.

    ``foreign`` is a module that our compiler is not known to have made: it runs under limits, on an engine that can
    stop it."""

    wasm: bytes
    metadata: Metadata
    sources: Sources
    digest: str
    make_ir_text: Callable[[], str] = field(default=str, repr=False, compare=False)
    foreign: bool = False
    recipe: Recipe | None = field(default=None, repr=False, compare=False)

    @property
    def source(self) -> SourceFile:
        """The file that is started."""
        return self.sources.files[0]

    @property
    def ir_text(self) -> str:
        """The intermediate representation, for people; empty where it is not known."""
        return self.make_ir_text()
