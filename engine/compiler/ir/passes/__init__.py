"""Passes: from a correct module to a smaller and faster one that does the same.

Functions are optimised callees first, so that what is inlined has been folded already. The recursion limit comes last,
because it needs to know the frames that come out.

A ``Memo`` keeps what optimising a function gave, for the next module.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import partial
from itertools import chain

from engine.compiler.ir.callgraph import groups
from engine.compiler.ir.memo import Memo
from engine.compiler.ir.nodes import Function, Module
from engine.compiler.ir.passes.bounds import check_before_loops
from engine.compiler.ir.passes.branches import straighten
from engine.compiler.ir.passes.count import count_marks, mark_calls
from engine.compiler.ir.passes.dead import drop_unreached, drop_unused_locals
from engine.compiler.ir.passes.depth import limit_depth
from engine.compiler.ir.passes.dispatch import call_directly, searched_handlers
from engine.compiler.ir.passes.division import divide_less
from engine.compiler.ir.passes.early import give_early
from engine.compiler.ir.passes.effects import Effects, effects_of
from engine.compiler.ir.passes.fold import fold
from engine.compiler.ir.passes.gather import gather_faults
from engine.compiler.ir.passes.hoist import hoist
from engine.compiler.ir.passes.inline import Template, goes_into, inline_calls, is_formula, is_worthwhile
from engine.compiler.ir.passes.pairs import pair_rounds
from engine.compiler.ir.passes.recursion import inline_self
from engine.compiler.ir.passes.results import results_inside
from engine.compiler.ir.passes.scatter import scatter
from engine.compiler.ir.passes.sink import sink
from engine.compiler.ir.passes.unroll import unroll
from engine.compiler.ir.passes.unshare import unshare
from engine.compiler.ir.walk import FAULT_FUNCTION, has_loops

HOIST_ROUNDS = 3
"""A list in the state: its address, then its length and items."""


def optimise(module: Module, files: Collection[str] = (), counting: bool = False, memo: Memo | None = None) -> Module:
    """The module, ready for emission. ``files`` are the names of the program's own texts, as in its functions.

    ``counting`` counts the calls of its functions in the cell ``calls``. The sites, and then the cells, may be more
    than before.
    """
    memo = memo or Memo()
    memo.make_room()
    if counting:
        module = mark_calls(module, files)
    module = call_directly(module)
    module = replace(module, functions=tuple(memo.known(function) for function in module.functions))
    module = drop_unreached(module, memo.summary, keep=FAULT_FUNCTION)
    module = replace(module, functions=_optimise_functions(module, memo))
    module = drop_unreached(module, memo.summary, keep=FAULT_FUNCTION)
    module = replace(module, functions=tuple(memo.made(f, _finished, _finished) for f in module.functions))
    if counting:
        module = count_marks(module)
    limited = limit_depth(module, files, memo)
    return limited if counting or limited is not module else drop_unreached(module, memo.summary)


def _optimise_functions(module: Module, memo: Memo) -> tuple[Function, ...]:
    callees = {function.name: memo.summary(function).calls for function in module.functions}
    times: dict[str, int] = {}
    for called in callees.values():
        for name, count in called.items():
            times[name] = times.get(name, 0) + count
    roots = {function.name for function in module.functions if function.exported} | set(module.table)
    done = {function.name: function for function in module.functions}
    handlers = frozenset(searched_handlers(module))
    templates: dict[str, Template] = {}
    effects: dict[str, frozenset[int]] = {}
    for group in groups(callees):
        for name in group:
            done[name] = _optimised(done[name], callees[name], templates, effects, memo)
        name = group[0]
        if len(group) > 1 or name in callees[name] or name == FAULT_FUNCTION:
            continue
        function = done[name]
        summary = memo.summary(function)
        if (changed := _effects_of(function, effects, memo)) is not None:
            effects[name] = changed
        only_call = times.get(name, 0) == 1 and name not in roots
        if is_worthwhile(function, summary.size, only_call, summary.loops, name in handlers):
            templates[name] = memo.made(function, Template, partial(Template, nodes=summary.size))
        elif is_formula(function, summary.size, summary.loops):
            make = partial(Template, nodes=summary.size, for_constants=True)
            templates[name] = memo.made(function, (Template, "formula"), make)
    return tuple(done[function.name] for function in module.functions)


def _effects_of(function: Function, effects: Effects, memo: Memo) -> frozenset[int] | None:
    known = {name: effects[name] for name in memo.summary(function).calls if name in effects}
    return memo.made(function, (effects_of, *known.items()), partial(effects_of, known=known))


def _optimised(
    function: Function, calls: Iterable[str], templates: dict[str, Template], effects: Effects, memo: Memo
) -> Function:
    """The function, folded, and with the templates inlined that it calls."""
    known = {name: templates[name] for name in calls if name in templates}
    wanted = {
        name: template
        for name, template in known.items()
        if not template.for_constants and goes_into(template, function.name)
    }
    recursive = function.name in calls
    inner = [memo.summary(template.function).calls for template in wanted.values()]
    called = list(chain(calls, *inner))
    formulas = {name: templates[name] for name in called if name in templates and templates[name].for_constants}
    seen = {name: effects[name] for name in called if name in effects}
    sources = (*(id(template.function) for template in (*wanted.values(), *formulas.values())), *seen.items())
    make = partial(_optimise_function, recursive=recursive, templates=wanted, formulas=formulas, effects=seen)
    return memo.made(function, sources, make)


def _optimise_function(
    function: Function,
    recursive: bool,
    templates: dict[str, Template],
    formulas: dict[str, Template],
    effects: Effects,
) -> Function:
    if templates:
        function = inline_calls(function, templates)
    function = drop_unused_locals(fold(function))
    known = inline_calls(function, formulas) if formulas else function
    if known is not function:  # what is known of a part shows when what it was made from has gone
        function = drop_unused_locals(fold(drop_unused_locals(fold(known))))
    scattered = scatter(function)
    if scattered is not function:
        function = drop_unused_locals(fold(scattered))
    if recursive:
        unrolled = inline_self(function)
        if unrolled is not function:
            function = drop_unused_locals(fold(unrolled, results_inside(function)))
    if has_loops(function.body):
        function = _with_faster_loops(function, effects)
    return straighten(divide_less(sink(drop_unused_locals(function))))


def _with_faster_loops(function: Function, effects: Effects) -> Function:
    """The function with less to do in each round of its loops."""
    unsafe: set[int] = set()
    function = _hoisted(function, unsafe, effects)
    unshared = unshare(function, unsafe, effects)
    if unshared is not function:
        function = _hoisted(fold(unshared), unsafe, effects)
    split = check_before_loops(function)
    paired = pair_rounds(function if split is function else fold(split))
    return function if paired is function else fold(unroll(paired))


def _finished(function: Function) -> Function:
    """The function as it will be: what is made of it here would be in the way of other passes."""
    return give_early(gather_faults(function))


def _hoisted(function: Function, unsafe: set[int], effects: Effects) -> Function:
    for _ in range(HOIST_ROUNDS):
        moved = hoist(function, unsafe, effects)
        if moved is function:
            break
        function = fold(moved)
    return function
