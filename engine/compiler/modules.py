"""The files of a program: the one that is started, and all that it imports, parsed.

The compiler reads no file. It asks a ``ModuleFinder`` for the text of a module by the name that an import wrote, and
whose import that was; what folders there are is the finder's business. Files are laid end to end in the order in which
they were met, and checked in the order ``modules``: what is imported comes before what imports it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from engine.base.diagnostics import Diagnostic
from engine.base.errors import ModuleError
from engine.base.source import SourceFile, Sources
from engine.compiler.check.report import Report
from engine.compiler.syntax import ast
from engine.compiler.syntax.parser import parse

LIBRARY_MODULES = frozenset({"json", "math", "random"})
"""Modules that are always there, imported or not; a file cannot take their place."""


@dataclass(frozen=True, slots=True)
class FoundModule:
    """The text of a module: ``file`` names it in messages, and is the same for every way to reach it; ``name`` is its
    dotted name from the program's source folder."""

    file: str
    text: str
    name: str


class ModuleFinder(Protocol):
    """Where modules come from."""

    def find(self, module: str, importer: str) -> FoundModule | None:
        """The module that the file ``importer`` means by a dotted name. Raises ModuleError where it is there and cannot
        be read."""

    def names(self, importer: str) -> Sequence[str]:
        """What the file could import, to say what was probably meant."""


class NoModules:
    """For a text that stands alone."""

    def find(self, module: str, importer: str) -> FoundModule | None:
        """Nothing."""
        return None

    def names(self, importer: str) -> Sequence[str]:
        """Nothing."""
        return ()


NO_MODULES: ModuleFinder = NoModules()
TICK_US = 1000
"""How long a tick is where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a program is compiled in: where its modules come from, how many microseconds a tick has, what of it runs."""

    modules: ModuleFinder = NO_MODULES
    tick_us: int = TICK_US
    test: str | None = None
    """The name of the test that takes the place of the top level."""
    checked: bool = False
    """Whether invariants are checked at the end of every tick. They always are in a test."""


@dataclass(eq=False, slots=True)
class SourceModule:
    """A file of the program. ``name`` is empty for the one that is started; ``imports`` are by the name that was
    written, without those that could not be loaded."""

    name: str
    source: SourceFile
    tree: ast.Module
    imports: dict[str, SourceModule] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoadedProgram:
    """All files of a program, what is imported before what imports it; the last one is the one that is started."""

    modules: tuple[SourceModule, ...]
    sources: Sources
    diagnostics: tuple[Diagnostic, ...]
    tick_us: int = TICK_US
    tests: tuple[ast.TestDecl, ...] = ()
    """Tests that take the place of the top level; several only to find what is wrong with them."""
    checked: bool = False

    @property
    def started(self) -> SourceModule:
        """The file whose top level runs."""
        return self.modules[-1]


def single(tree: ast.Module, source: SourceFile) -> LoadedProgram:
    """A program of one file that was parsed already."""
    return LoadedProgram((SourceModule("", source, tree),), Sources((source,)), ())


def load(source: SourceFile, around: Surroundings) -> LoadedProgram:
    """Parses a file and all that it imports, directly or not."""
    loader = _Loader(around.modules)
    loader.add("", source)
    files = tuple(module.source for module in loader.known.values())
    tests = tuple(test for test in tests_of(loader.done[-1].tree) if test.title.value == around.test)[:1]
    return LoadedProgram(
        tuple(loader.done), Sources(files), tuple(loader.diagnostics), around.tick_us, tests, around.checked
    )


def tests_of(module: ast.Module) -> tuple[ast.TestDecl, ...]:
    """The tests of a file."""
    return tuple(item for item in module.items if isinstance(item, ast.TestDecl))


class _Loader:
    """``known`` are all modules by file, in the order in which they were met; ``path`` are the imports that lead to the
    module that is being read."""

    def __init__(self, finder: ModuleFinder) -> None:
        self.finder = finder
        self._names: dict[str, tuple[str, ...]] = {}
        self.known: dict[str, SourceModule] = {}
        self.done: list[SourceModule] = []
        self.path: list[tuple[SourceModule, ast.Ident]] = []
        self.diagnostics: list[Diagnostic] = []

    def add(self, name: str, source: SourceFile) -> SourceModule:
        """Parses a file, and first of all what it imports."""
        tree, problems = parse(source)
        self.diagnostics += problems
        module = self.known[source.name] = SourceModule(name, source, tree)
        report = Report(source.name)
        for item in tree.items:
            if isinstance(item, ast.ImportDecl):
                self.path.append((module, item.module))
                imported = self._imported(module, item.module, report)
                self.path.pop()
                if imported is not None:
                    module.imports[item.module.text] = imported
        self.diagnostics += report.diagnostics
        self.done.append(module)
        return module

    def _names_near(self, importer: str) -> tuple[str, ...]:
        """What a file could import. Looked up once: a file may have thousands of imports that are not there."""
        if importer not in self._names:
            self._names[importer] = tuple(self.finder.names(importer))
        return self._names[importer]

    def _imported(self, module: SourceModule, wanted: ast.Ident, report: Report) -> SourceModule | None:
        name, importer = wanted.text, module.source.name
        try:
            found = self.finder.find(name, importer)
        except ModuleError as error:
            report.error("E0120", wanted.span, f"the module `{name}` cannot be read: {error}")
            return None
        if name in LIBRARY_MODULES:
            if found is not None:
                note = "give the file another name to import it"
                report.warning("E0124", wanted.span, f"`{name}` is the library's module, not {found.file}", note)
            return None
        if found is None:
            note, fix = report.meant(name, wanted.span, [*self._names_near(importer), *LIBRARY_MODULES])
            report.error("E0120", wanted.span, f"there is no module `{name}`", note or _looked_for(name), fix)
            return None
        known = self.known.get(found.file)
        if known is None:
            last = list(self.known.values())[-1]
            return self.add(found.name, SourceFile(found.file, found.text, last.source.end + 1))
        if known not in self.done:
            self._report_cycle(known, wanted, report)
            return None
        return known

    def _report_cycle(self, start: SourceModule, wanted: ast.Ident, report: Report) -> None:
        """The import at the end of the path leads back to a file on it."""
        first = next(i for i, (module, _) in enumerate(self.path) if module is start)
        circle = self.path[first:]
        if len(circle) == 1:
            report.error("E0122", wanted.span, "this file imports itself", "nothing of its own needs to be imported")
            return
        shown = [_shown(module) for module, _ in circle]
        ways = []
        for module, name in circle:
            place = module.source.position(name.span.start)
            ways.append(f"{module.source.name}:{place.line}:{place.column} imports `{name.text}`")
        report.error(
            "E0122",
            wanted.span,
            f"these files import each other: {' → '.join([*shown, shown[0]])}",
            f"{', '.join(ways)}; move what they share into a file of its own",
        )


def _shown(module: SourceModule) -> str:
    return f"`{module.name}`" if module.name else module.source.name


def _looked_for(name: str) -> str:
    return f"a module is a file: `{name.replace('.', '/')}.aefl` beside this one, or in the project's source folder"
