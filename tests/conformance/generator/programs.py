"""Whole programs: several small worlds of actors side by side, which know nothing of each other.

A world has structs, functions, actors that send each other messages until their ``hop`` is used up, timers that stop,
and a driver that begins it. A fault in one world does not reach the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.conformance.generator.choices import Choices
from tests.conformance.generator.expressions import Expressions, Names, Signature, Variable
from tests.conformance.generator.files import ALONE, SHARED, WHOLE, WorldText
from tests.conformance.generator.statements import Place, Statements
from tests.conformance.generator.types import BOOL, INT, STRING, Type, list_of, optional_of, random_type

TESTED_ONCE_IN = 20
"""A program is a test if one of its worlds wants that."""

FAILED = "on failed(child, fault) { render (child, fault.kind, fault.message, fault.tick, now()) }"
"""What a parent shows of a child that failed for good."""


@dataclass
class Handler:
    """A message that an actor understands, besides its ``hop``."""

    name: str
    params: list[Variable]


@dataclass
class Actor:
    """An actor of a world."""

    type: Type
    params: list[Variable]
    states: list[Variable]
    handlers: list[Handler] = field(default_factory=list)
    ask: str = ""
    """A message that is answered, …"""
    answer: Type = INT
    """… with a value of this type."""


class World:
    """Makes one world. ``prefix`` is a part of all its names."""

    def __init__(self, c: Choices, prefix: str) -> None:
        self.c = c
        self.names = Names(prefix)
        self.declared: list[Type] = []
        self.types: list[Type] = []
        """The few types of this world: variables of one type meet more often, and less has to be compiled."""
        self.actors: list[Actor] = []
        self.lines: list[str] = []

    def world(self) -> WorldText:
        """What it is made of."""
        found = WorldText(f"w{self.names.prefix}")
        for _ in range(self.c.below(2)):
            self.struct()
        for _ in range(self.c.below(2)):
            self.enum()
        for _ in range(self.c.below(2)):
            self.generic()
        self.types = [INT, STRING, *self.declared]
        for _ in range(self.c.between(1, 3)):
            t = random_type(self.c, self.declared, self.c.one((1, 2)))
            self.types += [t, *t.parts]
        for _ in range(self.c.below(2)):
            self.function()
        found.base = [*self.lines, *self.names.extra]
        found.placed = self.c.one((ALONE, ALONE, ALONE, ALONE, SHARED, WHOLE))
        found.is_qualified, found.exports = self.c.often(5), self.c.often(3)
        found.is_tested = self.c.below(TESTED_ONCE_IN) == TESTED_ONCE_IN - 1
        self.lines.clear()
        self.names.extra.clear()
        for _ in range(self.c.one((1, 1, 2))):
            self.outline()
        for actor in self.actors:
            self.actor(actor)
        found.begin = self.driver()
        found.look = self.looks()
        found.expected = self.expected() if self.c.often(2) else []
        found.rest = [*self.lines, *self.names.extra]
        return found

    def struct(self) -> None:
        name = self.names.new("S")
        fields = [(f"f{i}", random_type(self.c, self.declared, 1)) for i in range(self.c.between(1, 3))]
        self.lines.append(f"struct {name} {{ {', '.join(f'{n}: {t.text}' for n, t in fields)} }}")
        self.declared.append(Type("struct", name=name, fields=tuple(fields)))

    def enum(self) -> None:
        """Variants that carry something, and some that do not."""
        name = self.names.new("E")
        variants: list[tuple[str, Type]] = []
        for i in range(self.c.between(2, 4)):
            carried = tuple(random_type(self.c, self.declared, 1) for _ in range(self.c.below(3)))
            variants.append((f"V{i}", Type("carried", carried)))
        self.lines.append(f"enum {name} {{ {', '.join(map(_variant, variants))} }}")
        self.declared.append(Type("enum", name=name, fields=tuple(variants)))

    def generic(self) -> None:
        """A generic struct or enum, with one or two types in its place; what it holds tells which."""
        name, c = self.names.new("G"), self.c
        is_struct = c.below(2) == 0
        body = "f0: T, f1: list<T>, f2: int" if is_struct else "V0(T), V1(one: (T, int), many: list<T>)"
        self.lines.append(f"{'struct' if is_struct else 'enum'} {name}<T> {{ {body} }}")
        for argument in {c.one((INT, STRING)): None, c.one((INT, list_of(INT), BOOL)): None}:
            many = list_of(argument)
            if is_struct:
                fields: tuple[tuple[str, Type], ...] = (("f0", argument), ("f1", many), ("f2", INT))
            else:
                pair = Type("tuple", (argument, INT))
                fields = (("V0", Type("carried", (argument,))), ("V1", Type("carried", (pair, many))))
            self.declared.append(Type("struct" if is_struct else "enum", name=name, fields=fields, argument=argument))

    def function(self) -> None:
        """A function that may call earlier ones, and itself with less fuel."""
        name = self.names.new("fn")
        params = [Variable(self.names.new("a"), self.c.one(self.types)) for _ in range(self.c.below(3))]
        result = self.c.one(self.types)
        is_recursive = self.c.often(3)
        body = Statements(self.c, self.names, self.types, params, Place(result=result))
        written = [f"{p.name}: {p.type.text}" for p in params]
        lines = body.body(1, self.c.between(0, 2))
        if is_recursive:
            written.insert(0, "fuel: int")
            again = ", ".join(["fuel - 1", *(body.values.expr(p.type, 1) for p in params)])
            lines = [f"if fuel > 0 {{ return {name}({again}) }}", *lines]
        lines.append(f"return {body.values.expr(result, 2)}")
        head = f"fn {name}({', '.join(written)}) -> {result.text} {{"
        self.lines += [head, *lines, "}"]
        self.names.functions.append(Signature(name, tuple(p.type for p in params), result, is_recursive))

    def variables(self, stem: str, count: int) -> list[Variable]:
        return [Variable(self.names.new(stem), self.c.one(self.types), True) for _ in range(count)]

    def outline(self) -> None:
        """An actor's parameters, state and messages, so that others can know them."""
        kind = Type("actor", name=self.names.new("A"))
        actor = Actor(kind, self.variables("p", self.c.below(2)), self.variables("s", self.c.between(1, 2)))
        for _ in range(self.c.one((1, 1, 2))):
            params = self.variables("m", self.c.below(2))
            if self.actors and self.c.often(3):
                params.append(Variable(self.names.new("m"), self.c.one(self.actors).type))
            actor.handlers.append(Handler(self.names.new("on"), params))
        actor.ask, actor.answer = self.names.new("ask"), self.c.one(self.types)
        self.actors.append(actor)

    def actor(self, actor: Actor) -> None:
        place = Place(renders=True, in_actor=True)
        begin = Statements(self.c, self.names, self.types, actor.params, place)
        others = [a.type for a in self.actors]
        peers = Variable(self.names.new("peer"), optional_of(self.c.one(others)), True)
        written = ", ".join(f"{p.name}: {p.type.text}" for p in actor.params)
        lines = [
            f"actor {actor.type.name}{f'({written})' if written else ''} {{",
            f"state {peers.name}: {peers.type.text} = none",
        ]
        lines += [f"state {s.name}: {s.type.text} = {begin.values.expr(s.type, 2)}" for s in actor.states]
        known = [*(Variable(p.name, p.type) for p in actor.params), *actor.states, peers]
        for handler in actor.handlers:
            params = ", ".join(["hop: int", *(f"{p.name}: {p.type.text}" for p in handler.params)])
            scope = [*known, *(Variable(p.name, p.type) for p in handler.params), Variable("self", actor.type)]
            body = Statements(self.c, self.names, self.types, scope, place)
            lines += [f"on {handler.name}({params}) {{", *self.does(body), *self.sends(body), "}"]
        body = Statements(self.c, self.names, self.types, known, Place())
        lines += [f"on {actor.ask}(hop: int) -> {actor.answer.text} {{", *body.body(1, self.c.between(0, 2))]
        lines += [f"render ({body.values.expr(actor.answer, 1)})", "}"]
        if self.c.often(1):
            lines += self.timer(known, place)
        if self.c.often(2):
            lines += self.held_timers(actor, known, place)
        if self.c.often(2):
            lines.append(FAILED)
        self.lines += [*lines, "}"]

    def does(self, body: Statements) -> list[str]:
        """What a handler does first; sometimes it asks somebody, and goes on with the answer."""
        if not self.c.often(3):
            return body.body(self.c.one((1, 2)), self.c.between(1, 3))
        lines = [line for _ in range(self.c.between(1, 2)) for line in body.statement(1)]
        target = self.c.one([v for v in reversed(body.variables) if v.type.kind == "actor"])
        asked = self.of(target.type)
        answer = Variable(self.names.new("answer"), asked.answer, True)
        lines.append(f"var {answer.name}: {answer.type.text} = await {target.name}.{asked.ask}(hop)")
        body.variables.append(answer)
        return [*lines, *body.body(1, self.c.between(1, 2))]

    def timer(self, known: list[Variable], place: Place) -> list[str]:
        left = self.names.new("left")
        body = Statements(self.c, self.names, self.types, known, place)
        return [
            f"state {left}: int = {self.c.between(1, 3)}",
            f"every {self.c.between(1, 4)}ms {{",
            f"{left} -= 1",
            f"if {left} <= 0 {{ stop }}",
            *body.body(1, self.c.between(1, 2)),
            "}",
        ]

    def held_timers(self, actor: Actor, known: list[Variable], place: Place) -> list[str]:
        """A message that repeats until it is cancelled, and one that is often cancelled before it leaves."""
        beat, once, left, tock = (self.names.new(stem) for stem in ("beat", "once", "left", "tock"))
        body = Statements(self.c, self.names, self.types, known, place)
        actor.handlers.append(Handler(tock, []))
        return [
            f"state {left}: int = {self.c.between(1, 3)}",
            f"state {beat}: Timer = every {self.c.between(1, 3)}ms self.{tock}(0)",
            f"state {once}: Timer? = none",
            f"on {tock}(hop: int) {{",
            f"{left} -= 1",
            f"if {left} <= 0 {{ render {beat}.cancel() }}",
            f"match {once} {{ none => {{}}, t => {{ if {body.values.condition()} {{ render t.cancel() }} }} }}",
            f"if {left} > 0 {{ {once} = after {self.c.between(0, 3)}ms self.{tock}({self.c.below(2)}) }}",
            *body.body(1, self.c.between(0, 1)),
            "}",
        ]

    def sends(self, body: Statements) -> list[str]:
        """Up to two messages to somebody known, and sometimes a new actor; only while there is ``hop`` left."""
        lines: list[str] = []
        for _ in range(self.c.one((1, 1, 0, 2))):
            target = self.c.one([v for v in reversed(body.variables) if v.type.kind == "actor"])
            if self.c.often(1):
                lines += self.spawn(body, "hop - 1")
            else:
                lines.append(self.send(target.name, self.of(target.type), body, "hop - 1"))
        shown = [f"render (self, sender == self, {self.c.one(['now()', 'random_int(0, 99)', 'hop'])})"]
        lines = ["if hop > 0 {", *lines, "}"] if lines else []
        return [*(shown if self.c.often(2) else []), *lines, *(["if hop == 1 { stop }"] if self.c.often(1) else [])]

    def send(self, target: str, actor: Actor, body: Statements, hop: str) -> str:
        handler = self.c.one(actor.handlers)
        arguments = [hop, *(self.argument(p, body) for p in handler.params)]
        delay = f"after {self.c.one(('1ms', '0ms', '3ms', '2 ticks'))} " if self.c.often(3) else ""
        return f"{delay}{target}.{handler.name}({', '.join(arguments)})"

    def argument(self, param: Variable, body: Statements) -> str:
        if param.type.kind != "actor":
            return body.values.expr(param.type, 1)
        known = body.values.of_type(param.type)
        return self.c.one(known).name if known else self.spawned(self.of(param.type), body)

    def of(self, t: Type) -> Actor:
        """The actor of a type."""
        return next(actor for actor in self.actors if actor.type == t)

    def spawned(self, actor: Actor, body: Statements) -> str:
        return f"spawn {actor.type.name}({', '.join(body.values.expr(p.type, 1) for p in actor.params)})"

    def policy(self) -> str:
        """What follows a fault; never a new life without end."""
        if not self.c.often(3):
            return ""
        return self.c.one((" restart never", " restart on_fault(max: 1)", " restart on_fault(max: 2, within: 3ms)"))

    def spawn(self, body: Statements, hop: str) -> list[str]:
        """A new actor that gets a message."""
        actor = self.c.one(self.actors)
        name = self.names.new("new")
        lines = [f"let {name} = {self.spawned(actor, body)}{self.policy()}"]
        lines.append(self.send(name, actor, body, hop))
        peers = [v for v in body.variables if v.mutable and v.type == optional_of(actor.type)]
        return [*lines, *(f"{v.name} = {name}" for v in peers[:1])]

    def driver(self) -> list[str]:
        """Begins the world, when ``go`` comes; gives the line that sends it."""
        body = Statements(self.c, self.names, self.types, [], Place(renders=True, in_actor=True))
        lines = body.body(1, self.c.between(1, 3)) if self.c.often(2) else []
        for actor in self.actors:
            name = self.names.new("the")
            lines.append(f"let {name} = {self.spawned(actor, body)}{self.policy()}")
            body.variables.append(Variable(name, actor.type))
        for _ in range(self.c.between(1, 2)):
            target = self.c.one([v for v in body.variables if v.type.kind == "actor"])
            lines.append(self.send(target.name, self.of(target.type), body, str(self.c.between(1, 4))))
        self.lines += [f"actor Go{self.names.prefix} {{", "on go() {", *lines, "}", FAILED, "}"]
        return [f"Go{self.names.prefix}.go()"]

    # --- what a test does, and what is expected -----------------------------------------------------

    def looks(self) -> list[str]:
        """Lines of a test: it looks into the actors, and does something itself."""
        lines: list[str] = []
        for actor in self.actors:
            state, item = self.c.one(actor.states), self.names.new("it")
            lines.append(f"render [({item}, {item}.{state.name}) for {item} in {actor.type.name}]")
        body = Statements(self.c, self.names, self.types, [], Place(renders=True, in_actor=True))
        lines += body.body(1, self.c.between(0, 2))
        if self.c.often(3):
            actor, item = self.c.one(self.actors), self.names.new("it")
            lines.append(f"for {item} in {actor.type.name} {{ render await {item}.{actor.ask}(1) }}")
        return lines

    def expected(self) -> list[str]:
        """Messages that may have been, or not."""
        go = f"Go{self.names.prefix}"
        values = Expressions(self.c, self.names, [], False, False)
        found = [f"node main -> {go}"] if self.c.often(7) else []
        for _ in range(self.c.between(1, 2)):
            source = self.c.one([go, *(actor.type.name for actor in self.actors)])
            actor = self.c.one(self.actors)
            handler = self.c.one(actor.handlers)
            entry = f"node {source} -> {actor.type.name}"
            if self.c.often(3):
                entry += f" at tick={self.c.between(1, 5)}"
            if self.c.often(4) and all(p.type.is_plain and p.type.kind != "actor" for p in handler.params):
                payload = [str(self.c.between(1, 4)), *(values.literal(p.type, 1) for p in handler.params)]
                entry += f" payload ({', '.join(payload)})"
            found.append(entry)
        return found


def _variant(variant: tuple[str, Type]) -> str:
    name, carried = variant
    return f"{name}({', '.join(part.text for part in carried.parts)})" if carried.parts else name


def random_world(c: Choices, prefix: str) -> WorldText:
    """A world of its own; none where that is simpler."""
    return World(c, prefix).world() if c.below(30) else WorldText(f"w{prefix}")
