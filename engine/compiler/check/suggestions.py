"""What a name that does not exist could have meant: only what can stand in its place."""

from __future__ import annotations

from engine.base.diagnostics import Fix
from engine.base.source import Span
from engine.compiler.check.body import CLOSED, Body
from engine.compiler.check.world import World


def value_names(body: Body, span: Span) -> list[str]:
    """What a name could have meant where a value stands; before a point, also an enum."""
    world = body.world
    actors = [a.name for a in world.actors.values() if a.name != "main" and all(p.default for p in a.params)]
    enums = world.enums if body.source.text[span.end : span.end + 1] == "." else ()
    names = [*body.scope.all_names(), *world.constants, *world.functions, *actors, *enums]
    return [*names, *world.library.public_functions()]


def callable_names(body: Body) -> list[str]:
    """What a name could have meant that is called."""
    world = body.world
    names = [*body.scope.all_names(), *world.constants, *world.functions, *world.structs]
    return [*names, *world.library.public_functions()]


def meant_variant(world: World, name: str, span: Span) -> tuple[str, Fix | None]:
    """A note for a variant of an enum that is written without its enum."""
    owners = [f"{enum}.{name}" for enum in world.enums if world.enums[enum].variant(name) is not None]
    if not owners:
        return "", None
    fix = Fix(f"write `{owners[0]}`", span, owners[0]) if len(owners) == 1 else None
    return f"did you mean {' or '.join(f'`{owner}`' for owner in owners[:3])}?", fix


def peeking_around(body: Body) -> str | None:
    """Whether a function stands in a test or an invariant, which read the states of actors."""
    around = body.outer
    while around is not None and not around.peeks:
        around = around.outer
    return None if around is None else "invariant" if around.kind == CLOSED else "test"
