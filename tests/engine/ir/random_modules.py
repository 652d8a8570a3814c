"""Random modules that end: what a pass could get wrong, without a programmer's sense of what matters."""

from __future__ import annotations

import random

from engine.compiler.ir.nodes import (
    I32,
    I64,
    V128,
    Block,
    Break,
    Call,
    Choose,
    Const,
    Do,
    Eval,
    Expr,
    Fault,
    Function,
    Get,
    If,
    Load,
    Local,
    Loop,
    Module,
    Return,
    Set,
    Stmt,
    Store,
)
from engine.compiler.ir.ops import HIGHEST, LOWEST
from tests.engine.ir.building import FILE, checked, i32, i64, module, op

_BINARY = ["add", "sub", "mul", "and", "or", "xor", "shl", "shr_s", "shr_u", "rotl"]
_COMPARE = ["eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s", "ge_u"]
_ON_VECTORS = ["i8x16.eq", "i8x16.lt_u", "i8x16.sub", "v128.and", "v128.or", "i64x2.add", "i64x2.lt_s", "f64x2.eq"]
_SCRATCH = 128
_PARAMS = (Local("n", I64), Local("k", I32), Local("fuel", I32))


def random_module(seed: int) -> Module:
    """Functions that call earlier ones and themselves (with less fuel); ``run(n)`` calls the last."""
    chance = random.Random(seed)
    functions: list[Function] = []
    for number in range(3):
        functions.append(_Maker(chance, f"f{number}", [f.name for f in functions]).function())
    call = Call(I64, functions[-1].name, (Get(I64, 0), op("i32.wrap_i64", Get(I64, 0)), i32(3)))
    run = Function("run", 1, (Local("n", I64),), I64, (Return(call),), exported="run", file=FILE)
    return module(*functions, run)


class _Maker:
    def __init__(self, chance: random.Random, name: str, callees: list[str]) -> None:
        self.chance = chance
        self.name = name
        self.callees = callees
        self.locals = list(_PARAMS)
        self.labels = 0
        self.around: list[str] = []
        self.calls_left = 3

    def function(self) -> Function:
        for number in range(4):
            self.locals.append(Local(f"v{number}", self.chance.choice((I32, I64))))
        self.locals.append(Local("vector", V128))
        out_of_fuel = If(op("i32.le_s", Get(I32, 2), i32(0)), (Return(Get(I64, 0)),))
        body = (out_of_fuel, *self.body(3), Return(self.expr(I64, 3)))
        return Function(self.name, len(_PARAMS), tuple(self.locals), I64, body, file=FILE, line=1)

    def new_local(self, type_: str) -> int:
        self.locals.append(Local("t", type_))
        return len(self.locals) - 1

    def label(self) -> str:
        self.labels += 1
        return f"{self.name}l.{self.labels}"

    def body(self, depth: int) -> tuple[Stmt, ...]:
        return tuple(s for _ in range(self.chance.randint(1, 4)) for s in self.statement(depth))

    def statement(self, depth: int) -> list[Stmt]:
        what = self.chance.choice(
            ["set", "set", "set", "store", "if", "if", "block", "loop", "fault", "eval", "return", "break"]
        )
        if depth == 0 or what == "set":
            local = self.chance.choice([i for i in range(len(self.locals)) if i != 2 and self.locals[i].name != "i"])
            return [Set(local, self.expr(self.locals[local].type, depth))]
        match what:
            case "store":
                return [Store("i64.store", i32(_SCRATCH + 8 * self.chance.randint(0, 7)), self.expr(I64, depth - 1))]
            case "if":
                otherwise = self.body(depth - 1) if self.chance.random() < 0.5 else ()
                return [If(self.expr(I32, depth - 1), self.body(depth - 1), otherwise)]
            case "block":
                return [self.block(depth)]
            case "loop":
                return self.loop(depth)
            case "fault" if self.chance.random() < 0.3:
                return [If(self.expr(I32, 1), (Fault("fail", 1, self.expr(I64, 1), self.expr(I32, 1)),))]
            case "return" if self.chance.random() < 0.3:
                return [If(self.expr(I32, 1), (Return(self.expr(I64, 1)),))]
            case "break" if self.around:
                return [Break(self.chance.choice(self.around), self.expr(I32, 1))]
        return [Eval(self.expr(I64, depth - 1))]

    def block(self, depth: int) -> Block:
        label = self.label()
        self.around.append(label)
        body = self.body(depth - 1)
        self.around.pop()
        return Block(label, body)

    def loop(self, depth: int) -> list[Stmt]:
        """Three times around; breaks inside leave it."""
        counter = self.new_local(I32)
        self.locals[counter] = Local("i", I32)
        inner, outer = self.label(), self.label()
        self.around.append(outer)
        body = self.body(depth - 1)
        self.around.pop()
        count = Set(counter, op("i32.add", Get(I32, counter), i32(1)))
        again = Break(inner, op("i32.lt_s", Get(I32, counter), i32(3)))
        return [Set(counter, i32(0)), Block(outer, (Loop(inner, (*body, count, again)),))]

    def vector(self, depth: int) -> Expr:
        what = self.chance.choice(["leaf", "splat", "op", "op", "choose", "do", "load"]) if depth > 0 else "leaf"
        inner = depth - 1
        match what:
            case "splat":
                return op("i8x16.splat", self.expr(I32, inner))
            case "op":
                return op(self.chance.choice(_ON_VECTORS), self.vector(inner), self.vector(inner))
            case "choose":
                return Choose(V128, self.expr(I32, inner), self.vector(inner), self.vector(inner))
            case "do":
                return Do(V128, self.body(1), self.vector(inner))
            case "load":
                return Load(V128, "v128.load", i32(_SCRATCH + 8 * self.chance.randint(0, 6)))
        return self.leaf(V128)

    def leaf(self, type_: str) -> Expr:
        if type_ == V128 and self.chance.random() < 0.35:
            return Const(V128, self.chance.choice((0, 2**128 - 1, self.chance.getrandbits(128))))
        if type_ != V128 and self.chance.random() < 0.35:
            limits = (LOWEST[type_], HIGHEST[type_], LOWEST[type_] + 1, HIGHEST[type_] - 1)
            return Const(type_, self.chance.choice((*limits, *range(-3, 40), 255, 1000)))
        return Get(type_, self.chance.choice([i for i, local in enumerate(self.locals) if local.type == type_]))

    def expr(self, type_: str, depth: int) -> Expr:
        if type_ == V128:
            return self.vector(depth)
        if depth <= 0:
            return self.leaf(type_)
        what = self.chance.choice(
            ["leaf", "op", "op", "op", "compare", "choose", "do", "load", "call", "checked", "narrow", "mask"]
        )
        inner = depth - 1
        match what:
            case "op":
                return op(f"{type_}.{self.chance.choice(_BINARY)}", self.expr(type_, inner), self.expr(type_, inner))
            case "compare" if type_ == I32:
                of = self.chance.choice((I32, I64))
                return op(f"{of}.{self.chance.choice(_COMPARE)}", self.expr(of, inner), self.expr(of, inner))
            case "mask" if type_ == I32:
                return op("i8x16.bitmask", self.vector(inner))
            case "narrow":
                return op("i32.wrap_i64" if type_ == I32 else "i64.extend_i32_s", self.expr(_other(type_), inner))
            case "choose":
                return Choose(type_, self.expr(I32, inner), self.expr(type_, inner), self.expr(type_, inner))
            case "do":
                return Do(type_, self.body(1), self.expr(type_, inner))
            case "load":
                return Load(type_, f"{type_}.load", i32(_SCRATCH + 8 * self.chance.randint(0, 7)))
            case "call" if type_ == I64 and self.calls_left:
                self.calls_left -= 1
                name = self.chance.choice([*self.callees, self.name])
                fuel = op("i32.sub", Get(I32, 2), i32(1))
                return Call(I64, name, (self.expr(I64, inner), self.expr(I32, inner), fuel))
            case "checked" if type_ == I64:
                first = self.new_local(I64)
                self.new_local(I64)
                self.new_local(I64)
                right = i64(self.chance.randint(-3, 3)) if self.chance.random() < 0.5 else self.expr(I64, inner)
                return checked(self.chance.choice(("add", "sub")), self.expr(I64, inner), right, first)
        return self.leaf(type_)


def _other(type_: str) -> str:
    return I64 if type_ == I32 else I32
