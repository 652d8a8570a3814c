"""The recursion limit: the same fault at the same call on every machine, long before a stack runs out.

A function that can reach recursion gets a hidden last parameter, ``room``: the bytes that are left for frames, by the
estimate of ``frames``. It lives in a register; a call passes it on less the caller's own frame, and a recursive
function begins with a look at it. What starts from outside (exports, the function table) starts with all of it.
Functions that reach no recursion are left as they are: their frames fit into what the limit leaves.

    fn fib(n)                         fn fib(n, room)
      …                                 if i32.lt_s(room, i32.load[0])
      fib(i64.sub(n, 1))                  if i32.load[0]
                                            unreachable()
                                          fault recursion_too_deep
                                        …
                                        fib(i64.sub(n, 1), i32.sub(room, 112))

The word that ``room`` is compared with is 0. Another thread that wants the code to stop makes it more than there ever
is room (``vm/stopping.py``), so one comparison asks for both.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from engine.compiler.ir.callgraph import groups
from engine.compiler.ir.memo import Memo
from engine.compiler.ir.nodes import (
    I32,
    I64,
    Call,
    Const,
    Effect,
    Eval,
    Expr,
    Fault,
    Function,
    Get,
    If,
    Load,
    Local,
    Module,
    Op,
    Return,
    Site,
    Stmt,
)
from engine.compiler.ir.passes.dead import Renumber
from engine.compiler.ir.passes.frames import frame_bytes
from engine.compiler.ir.walk import FAULT_FUNCTION, Rewriter

DEPTH_BYTES_MAX = 3 * 1024 * 1024
STOP_WORD = Load(I32, "i32.load", Const(I32, 0))
"""The first word of memory: 0, or a number above ``DEPTH_BYTES_MAX`` where somebody wants the code to stop."""
INNER = "~deep"
"""What follows the name of the function that a root's callers call instead of it."""


def limit_depth(module: Module, files: Collection[str], memo: Memo | None = None) -> Module:
    """The module with the limit in it. A recursive function of ``files``, the program's own texts, faults at the site
    that lowering gave it, since tables of all sites exist already. Functions of the library fault at site 0, which
    stands for the call in the program."""
    memo = memo or Memo()
    summaries = {function.name: memo.summary(function) for function in module.functions}
    callees = {name: found.calls for name, found in summaries.items()}
    order = groups(callees)
    recursive = {name for group in order for name in group if len(group) > 1 or name in callees[name]}
    if not recursive:
        return module
    guarded: set[str] = set()
    for group in order:
        if any(name in recursive or not guarded.isdisjoint(callees[name]) for name in group):
            guarded.update(group)
    called = {name for names in callees.values() for name in names}
    in_table = set(module.table).union(*(found.references - found.calls.keys() for found in summaries.values()))
    guarder = _Guarder(module, files, guarded, recursive, called, in_table, memo)
    functions = tuple(new for function in module.functions for new in guarder.function(function))
    return replace(module, functions=functions)


class _Guarder:
    def __init__(
        self,
        module: Module,
        files: Collection[str],
        guarded: set[str],
        recursive: set[str],
        called: set[str],
        in_table: set[str],
        memo: Memo,
    ) -> None:
        self.memo = memo
        self.files = files
        self.guarded = guarded
        self.recursive = recursive
        self.sites = {site: number for number, site in enumerate(module.sites)}
        exported = {function.name for function in module.functions if function.exported}
        self.roots = (exported | in_table | {FAULT_FUNCTION} | (guarded - called)) & guarded
        self.renamed = {name: name + INNER if name in self.roots else name for name in guarded if name in called}

    def function(self, function: Function) -> tuple[Function, ...]:
        """What stands in the place of a function: for a root that is also called, two."""
        name = function.name
        if name not in self.guarded:
            return (function,)
        calls = tuple((callee, self.renamed.get(callee)) for callee in self.memo.summary(function).calls)
        site = self.site(function) if name in self.recursive else None
        what = ("depth", calls, name in self.roots, self.renamed.get(name), site)
        return self.memo.made(function, what, lambda function: self.guard(function, site))

    def guard(self, function: Function, site: int | None) -> tuple[Function, ...]:
        """The same; ``site`` is what the fault of a recursive function names."""
        if function.name not in self.roots:
            return (self.inner(function, site),)
        if function.name not in self.renamed:
            room = Const(I32, DEPTH_BYTES_MAX - frame_bytes(function))
            return (replace(function, body=_PassRoom(self.renamed, room).body(function.body)),)
        return self.entry(function), self.inner(replace(function, exported=None), site)

    def entry(self, function: Function) -> Function:
        """A root that only begins with all the room."""
        args = tuple(Get(param.type, number) for number, param in enumerate(function.params))
        call = Call(function.result, self.renamed[function.name], (*args, Const(I32, DEPTH_BYTES_MAX)))
        body: Stmt = Return(call) if function.result is not None else Eval(call)
        return replace(function, locals=function.params, body=(body,), always_inline=False)

    def inner(self, function: Function, site: int | None) -> Function:
        """The function with the hidden parameter."""
        at = function.param_count
        moved = {number: number + 1 for number in range(at, len(function.locals))}
        body = Renumber(moved).body(function.body) if moved else function.body
        room = Get(I32, at)
        body = _PassRoom(self.renamed, Op(I32, "i32.sub", (room, Const(I32, frame_bytes(function))))).body(body)
        if site is not None:
            stop = If(STOP_WORD, (Effect("unreachable", ()),))
            fault = Fault("recursion_too_deep", site, Const(I64, DEPTH_BYTES_MAX))
            body = (If(Op(I32, "i32.lt_s", (room, STOP_WORD)), (stop, fault)), *body)
        locals_ = (*function.params, Local("room", I32), *function.locals[at:])
        return replace(function, name=self.renamed[function.name], param_count=at + 1, locals=locals_, body=body)

    def site(self, function: Function) -> int:
        """The place that a fault of the guard names: where the function is written."""
        place = Site(function.file, function.line, 1, function.name)
        return self.sites.get(place, 0) if function.file in self.files else 0


class _PassRoom(Rewriter):
    """Gives the calls of guarded functions their last argument."""

    def __init__(self, renamed: dict[str, str], room: Expr) -> None:
        self.renamed = renamed
        self.room = room

    def expr(self, node: Expr) -> Expr:
        new = super().expr(node)
        if isinstance(new, Call) and new.function in self.renamed:
            return Call(new.type, self.renamed[new.function], (*new.args, self.room))
        return new
