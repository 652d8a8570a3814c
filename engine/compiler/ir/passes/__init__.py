"""Passes: from a correct module to a smaller and faster one that does the same.

Functions are optimised callees first, so that what is inlined has been folded already. The recursion limit comes last,
because it needs to know the frames that come out.

Most functions of a program are the library's, and the same as in the last program. A ``Memo`` keeps what optimising
them gave, for the next module.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from engine.compiler.ir.callgraph import groups
from engine.compiler.ir.nodes import Function, Module
from engine.compiler.ir.passes.branches import straighten
from engine.compiler.ir.passes.count import count_marks, mark_calls
from engine.compiler.ir.passes.dead import drop_unreached, drop_unused_locals
from engine.compiler.ir.passes.depth import limit_depth
from engine.compiler.ir.passes.dispatch import call_handlers_directly
from engine.compiler.ir.passes.fold import fold
from engine.compiler.ir.passes.hoist import hoist
from engine.compiler.ir.passes.inline import Template, goes_into, inline_calls, inline_self, is_worthwhile
from engine.compiler.ir.passes.sink import sink
from engine.compiler.ir.walk import FAULT_FUNCTION, Summary

__all__ = ["Memo", "optimise"]

HOIST_ROUNDS = 3
"""A list in the state: its address, then its length and items."""
MEMO_MAX = 4000
MEMO_DEPTH_MAX = 500
"""Functions that are nested deeper are not kept: to compare them would take the interpreter's own stack."""


class Memo:
    """Optimised functions by what they were made from: the function, and the bodies that could be inlined into it."""

    def __init__(self) -> None:
        self._made: dict[tuple[Function, tuple[int, ...]], Function] = {}
        self._summaries: dict[int, tuple[Function, Summary]] = {}
        self._templates: dict[int, Template] = {}

    def make_room(self) -> None:
        """Forgets everything when it has become much."""
        if len(self._made) > MEMO_MAX:
            self.__init__()  # type: ignore[misc]

    def summary(self, function: Function) -> Summary:
        """What an optimised function refers to."""
        known = self._summaries.get(id(function))  # an id belongs to the function that is kept beside it
        if known is None:
            known = self._summaries[id(function)] = (function, Summary(function))
        return known[1]

    def template(self, function: Function) -> Template:
        """An optimised function, ready to be inlined."""
        known = self._templates.get(id(function))
        if known is None:
            known = self._templates[id(function)] = Template(function, self.summary(function).size)
        return known

    def optimised(self, function: Function, found: Summary, templates: dict[str, Template]) -> Function:
        """The function, folded, and with the templates inlined that it calls. ``found`` is its summary."""
        known = {name: templates[name] for name in found.calls if name in templates}
        wanted = {name: template for name, template in known.items() if goes_into(template, function.name)}
        recursive = function.name in found.calls
        if found.depth > MEMO_DEPTH_MAX:
            return _optimise_function(function, recursive, wanted)
        key = (function, tuple(id(template.function) for template in wanted.values()))
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = _optimise_function(function, recursive, wanted)
        return made


def optimise(module: Module, files: Collection[str] = (), counting: bool = False, memo: Memo | None = None) -> Module:
    """The module, ready for emission. ``files`` are the names of the program's own texts, as in its functions.

    ``counting`` counts the calls of its functions in the cell ``calls``. The sites, and then the cells, may be more
    than before.
    """
    memo = memo or Memo()
    memo.make_room()
    if counting:
        module = mark_calls(module, files)
    module = call_handlers_directly(module)
    summaries = {id(function): Summary(function) for function in module.functions}
    module = drop_unreached(module, lambda function: summaries[id(function)], keep=FAULT_FUNCTION)
    found = {function.name: summaries[id(function)] for function in module.functions}
    module = replace(module, functions=_optimise_functions(module, found, memo))
    module = drop_unreached(module, memo.summary, keep=FAULT_FUNCTION)
    if counting:
        module = count_marks(module)
        return limit_depth(module, files)
    limited = limit_depth(module, files, memo.summary)
    return limited if limited is not module else drop_unreached(module, memo.summary)


def _optimise_functions(module: Module, found: dict[str, Summary], memo: Memo) -> tuple[Function, ...]:
    callees = {name: summary.calls for name, summary in found.items()}
    times: dict[str, int] = {}
    for called in callees.values():
        for name, count in called.items():
            times[name] = times.get(name, 0) + count
    roots = {function.name for function in module.functions if function.exported} | set(module.table)
    done = {function.name: function for function in module.functions}
    templates: dict[str, Template] = {}
    for group in groups(callees):
        for name in group:
            done[name] = memo.optimised(done[name], found[name], templates)
        name = group[0]
        if len(group) > 1 or name in callees[name] or name == FAULT_FUNCTION:
            continue
        function = done[name]
        summary = memo.summary(function)
        only_call = times.get(name, 0) == 1 and name not in roots
        if is_worthwhile(function, summary.size, only_call, summary.loops):
            templates[name] = memo.template(function)
    return tuple(done[function.name] for function in module.functions)


def _optimise_function(function: Function, recursive: bool, templates: dict[str, Template]) -> Function:
    if templates:
        function = inline_calls(function, templates)
    function = drop_unused_locals(fold(function))
    if recursive:
        unrolled = inline_self(function)
        if unrolled is not function:
            function = drop_unused_locals(fold(unrolled))
    unsafe: set[int] = set()
    for _ in range(HOIST_ROUNDS):
        moved = hoist(function, unsafe)
        if moved is function:
            break
        function = fold(moved)
    return straighten(sink(drop_unused_locals(function)))
