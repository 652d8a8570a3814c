"""The boundary of the engine: what Studio, the command line and editors may say to it.

Frozen values go in and come out, in the words of an editor. Lines and columns count from 1, in code points.
A *moment* of a run is ``(branch, n)``: the state after ``n`` events of that branch; ``n = 0`` is before the
first. Event number ``i`` (from 0) leads from moment ``i`` to moment ``i + 1``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from engine import __version__
from engine.base.diagnostics import Diagnostic
from engine.base.errors import AeroFlowError as AeroFlowError
from engine.base.errors import ForkError as ForkError
from engine.base.errors import FormatError as FormatError
from engine.base.errors import Interrupted as Interrupted
from engine.base.errors import MachineError as MachineError
from engine.base.errors import ModuleError as ModuleError
from engine.base.errors import SeekError as SeekError
from engine.base.errors import TraceFileError as TraceFileError
from engine.base.events import ACTOR_DTYPE as ACTOR_DTYPE
from engine.base.events import EVENT_DTYPE as EVENT_DTYPE
from engine.base.events import FLAG_DEAD_LETTER as FLAG_DEAD_LETTER
from engine.base.events import FLAG_FAULT as FLAG_FAULT
from engine.base.events import FLAG_INJECTED as FLAG_INJECTED
from engine.base.events import FLAG_START as FLAG_START
from engine.base.events import FLAG_TIMER as FLAG_TIMER
from engine.base.events import OUTSIDE as OUTSIDE
from engine.base.events import Status as Status
from engine.base.foreign_text import JSON_BYTES_MAX as JSON_BYTES_MAX
from engine.base.foreign_text import TOML_BYTES_MAX as TOML_BYTES_MAX
from engine.base.foreign_text import check_toml as check_toml
from engine.base.foreign_text import read_json as read_json
from engine.base.foreign_text import read_toml as read_toml
from engine.base.outside import Answered as Answered
from engine.base.outside import Outside as Outside
from engine.base.outside import Refused as Refused
from engine.base.recipe import Recipe
from engine.base.source import SourceFile, Sources, Span
from engine.base.values import Value as Value
from engine.base.values import plain_name as plain_name
from engine.base.values import quote as quote
from engine.compiler.check.library import Library
from engine.compiler.driver import ALONE, Cache, at_full_speed, check_source, compile_program, load_library
from engine.compiler.format.source import format_source
from engine.compiler.modules import FoundModule as FoundModule
from engine.compiler.modules import ModuleFinder as ModuleFinder
from engine.compiler.modules import Surroundings as Surroundings
from engine.compiler.modules import tests_of
from engine.compiler.recorded_modules import RecordedModules, RememberedModules
from engine.compiler.syntax.outline import OutlineEntry, outline
from engine.compiler.syntax.parser import parse
from engine.files.reading import read_text as read_text
from engine.outside.permissions import Host as Host
from engine.outside.permissions import Permissions as Permissions
from engine.outside.real import RealOutside as RealOutside
from engine.outside.real import read_line as read_line
from engine.project.cache import DiskCache
from engine.project.library_files import compiler_identity, compiler_version, library_texts
from engine.project.manifest import SEED_MAX as SEED_MAX
from engine.project.manifest import SEED_MIN as SEED_MIN
from engine.project.project import Project as Project
from engine.project.project import ProjectError as ProjectError
from engine.project.project import entry_of as entry_of
from engine.project.project import project_of as project_of
from engine.timetravel.describe import summary as _summary
from engine.timetravel.origin import recompile_with
from engine.timetravel.rendered import Rendered as Rendered
from engine.timetravel.session import Session as Session
from engine.timetravel.verdict import TEST_EVENTS_MAX as TEST_EVENTS_MAX
from engine.timetravel.verdict import TEST_SECONDS_MAX as TEST_SECONDS_MAX
from engine.timetravel.verdict import Verdict as Verdict
from engine.timetravel.verdict import judge as judge
from engine.timetravel.verdict import seed_of_test as seed_of_test
from engine.timetravel.views import ActorState as ActorState
from engine.timetravel.views import ActorTypeSummary as ActorTypeSummary
from engine.timetravel.views import Branch as Branch
from engine.timetravel.views import Change as Change
from engine.timetravel.views import Difference as Difference
from engine.timetravel.views import DropMessage as DropMessage
from engine.timetravel.views import EditMessage as EditMessage
from engine.timetravel.views import EventDetail as EventDetail
from engine.timetravel.views import FaultInfo as FaultInfo
from engine.timetravel.views import FieldValue as FieldValue
from engine.timetravel.views import HandlerSummary as HandlerSummary
from engine.timetravel.views import Inject as Inject
from engine.timetravel.views import LaneMessage as LaneMessage
from engine.timetravel.views import Output as Output
from engine.timetravel.views import Parameter as Parameter
from engine.timetravel.views import Picture as Picture
from engine.timetravel.views import ProgramSummary as ProgramSummary
from engine.timetravel.views import Progress as Progress
from engine.timetravel.views import SetField as SetField
from engine.timetravel.views import Verification as Verification
from engine.timetravel.views import Wait as Wait
from engine.timetravel.views import WaitingFrame as WaitingFrame
from engine.timetravel.views import WaitingMessage as WaitingMessage
from engine.timetravel.waits import stuck as stuck
from engine.trace.search import Query as Query
from engine.vm.assemble import assemble
from engine.vm.native import keep_native_code_in, native_module
from engine.vm.program import Program as Program
from engine.vm.stopping import StopSignal as StopSignal

# --- checking and compiling -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TextRange:
    """From (line, column) up to, not including, (end_line, end_column)."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class TextEdit:
    """Replace a range by a text; ``title`` says what that does."""

    title: str
    range: TextRange
    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A diagnostic as an editor shows it. ``severity`` is ``error`` or ``warning``."""

    file: str
    range: TextRange
    code: str
    severity: str
    message: str
    note: str = ""
    fix: TextEdit | None = None


@dataclass(frozen=True, slots=True)
class Symbol:
    """An entry of the outline. ``kind``: actor agent function struct enum state handler timer variable test
    invariant."""

    name: str
    kind: str
    detail: str
    range: TextRange
    children: tuple[Symbol, ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is known of a text without running it; a broken text still has an outline."""

    problems: tuple[Problem, ...]
    outline: tuple[Symbol, ...]

    @property
    def ok(self) -> bool:
        """Whether it can run."""
        return not any(p.severity == "error" for p in self.problems)


@dataclass(frozen=True, slots=True)
class Build:
    """What compiling a text gave: a program that can run and what it consists of, unless a problem is an error."""

    problems: tuple[Problem, ...]
    program: Program | None
    summary: ProgramSummary | None


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text in the one style; None, and the problems, where it cannot be read."""

    text: str | None
    problems: tuple[Problem, ...]


def format_text(text: str, file: str) -> Formatted:
    """A program laid out in the one style, with the same meaning and every comment.

    Raises ``FormatError``, which is a mistake of the formatter, rather than give a text that means something else.
    """
    with at_full_speed():
        return _formatted(SourceFile(file, text))


def _formatted(source: SourceFile) -> Formatted:
    result, diagnostics = format_source(source)
    return Formatted(result, _problems(tuple(diagnostics), Sources((source,))))


def analyse(text: str, file: str, around: Surroundings = ALONE) -> Analysis:
    """What is wrong with a text and the files that it imports, and its outline; ``file`` is the name shown in
    problems."""
    with at_full_speed():
        return _analysis(SourceFile(file, text), around)


def _analysis(source: SourceFile, around: Surroundings) -> Analysis:
    checked = check_source(source, _library(), around)
    symbols = tuple(_symbol(entry, source) for entry in outline(checked.tree, source))
    return Analysis(_problems(checked.diagnostics, checked.sources), symbols)


def compile(text: str, file: str, around: Surroundings = ALONE) -> Build:
    """A program of a text and what it imports, ready for ``Session.start``, or what is wrong with it."""
    modules = RememberedModules(around.modules)
    result = compile_program(SourceFile(file, text), _library(), assemble, _cache(), replace(around, modules=modules))
    problems = _problems(result.diagnostics, result.sources)
    made = result.program
    if made is None:
        return Build(problems, None, None)
    recipe = Recipe(__version__, compiler_identity(), around.test, around.checked, tuple(modules.found))
    program = Program(made.wasm, made.metadata, made.sources, made.digest, lambda: made.ir_text, recipe=recipe)
    return Build(problems, program, _summary(made.metadata))


def _recompiled(sources: tuple[tuple[str, str], ...], tick_us: int, recipe: Recipe) -> Program | None:
    """The program that the sources of a trace file give, compiled as its recipe says; None where they have mistakes."""
    around = Surroundings(RecordedModules(sources, recipe.imports), tick_us, recipe.test, recipe.checked)
    file, text = sources[0]
    return compile(text, file, around).program


def analyse_in_project(text: str, file: str, unsaved: Mapping[str, str] | None = None) -> Analysis:
    """The same for a text that belongs into a folder: imports are looked up there, and the ``aeroflow.toml`` above it
    counts. ``unsaved`` are texts, by path, that are newer than what is on disk."""
    project = project_of(Path(file))
    found = analyse(text, file, project.around(file, text, unsaved))
    return Analysis((*_manifest_problems(project), *found.problems), found.outline)


def compile_in_project(
    text: str,
    file: str,
    unsaved: Mapping[str, str] | None = None,
    test: str | None = None,
    checked: bool = False,
) -> Build:
    """The same for a program, or for one of its tests; see ``analyse_in_project``. ``checked`` says that its invariants
    are checked at the end of every tick."""
    project = project_of(Path(file))
    build = compile(text, file, replace(project.around(file, text, unsaved), test=test, checked=checked))
    problems = (*_manifest_problems(project), *build.problems)
    if any(problem.severity == "error" for problem in problems):
        return Build(problems, None, None)
    return Build(problems, build.program, build.summary)


def tests_in(text: str, file: str) -> tuple[tuple[str, int], ...]:
    """The names of the tests in a text, and their lines."""
    source = SourceFile(file, text)
    module, _ = parse(source)
    return tuple((test.title.value, source.position(test.span.start).line) for test in tests_of(module))


def _manifest_problems(project: Project) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            file=str(project.path),
            range=TextRange(found.line, found.column, found.line, found.column + 1),
            code="E0130",
            severity="error" if found.is_error else "warning",
            message=found.message,
        )
        for found in project.manifest.problems
    )


# --- the compiler's surroundings --------------------------------------------------------------

_caches_on = True


@contextmanager
def without_caches() -> Iterator[None]:
    """Inside, everything is computed as if for the first time: the library is parsed, nothing is kept on disk."""
    global _caches_on
    _caches_on = False
    _parsed_library.cache_clear()
    native_module.cache_clear()
    keep_native_code_in(None)
    try:
        yield
    finally:
        _caches_on = True
        _parsed_library.cache_clear()
        keep_native_code_in(_cache())


recompile_with(compiler_identity(), _recompiled)


def _cache() -> Cache | None:
    return _disk_cache() if _caches_on else None


@lru_cache(maxsize=1)
def _disk_cache() -> DiskCache:
    return DiskCache(compiler_version())


keep_native_code_in(_cache())


recompile_with(compiler_identity(), _recompiled)


def _library() -> Library:
    return _parsed_library()


@lru_cache(maxsize=1)
def _parsed_library() -> Library:
    return load_library(library_texts(), _cache())


# --- the outside ------------------------------------------------------------------------------


def permissions_of(
    file: Path, folders: Sequence[Path] = (), hosts: Sequence[Host] = (), environment: bool = False
) -> Permissions:
    """What a program may ask the outside for: to read the files of the project that it belongs to, and what is added.

    A program that is in no project may read nothing of its own accord: its folder may be a home or a download folder.
    """
    project = project_of(file)
    own = () if project.path is None else (project.path.parent,)
    try:
        base = file.resolve().parent
    except FileNotFoundError:  # the current folder is gone, and nothing relative to it can be read
        base = file.parent
    return Permissions(base, (*own, *folders), hosts, environment)


# --- from spans to lines and columns ----------------------------------------------------------


def _range(span: Span, source: SourceFile | Sources) -> TextRange:
    start, end = source.position(span.start), source.position(span.end)
    return TextRange(start.line, start.column, end.line, end.column)


def _problems(diagnostics: tuple[Diagnostic, ...], sources: Sources) -> tuple[Problem, ...]:
    """Diagnostics as an editor shows them, by their place in the texts."""
    return tuple(
        Problem(
            file=sources.at(diagnostic.span.start).name,
            range=_range(diagnostic.span, sources),
            code=diagnostic.code,
            severity=diagnostic.severity.value,
            message=diagnostic.message,
            note=diagnostic.note,
            fix=None
            if diagnostic.fix is None
            else TextEdit(diagnostic.fix.title, _range(diagnostic.fix.span, sources), diagnostic.fix.text),
        )
        for diagnostic in sorted(diagnostics, key=lambda d: (d.span, d.code))
    )


def _symbol(entry: OutlineEntry, source: SourceFile) -> Symbol:
    children = tuple(_symbol(child, source) for child in entry.children)
    return Symbol(entry.name, entry.kind, entry.detail, _range(entry.span, source), children)
