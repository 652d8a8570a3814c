"""Faults in plain words: from the kind, the place and the operands that the kernel wrote down to a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from engine.compiler.ir.nodes import Site
from engine.compiler.metadata import Metadata
from engine.vm.plain import bits_to_float, float_text

_OVERFLOW_WORDS = {"+": "the sum", "-": "the difference", "*": "the product", "/": "the quotient"}
_NOWHERE = Site("", 0, 0, "")


@dataclass(frozen=True, slots=True)
class FaultRecord:
    """What the kernel wrote down of a fault. ``text`` is the string operand, empty where the kind has none."""

    kind: int
    site: int
    a: int
    b: int
    text: str


def fault_kind(metadata: Metadata, fault: FaultRecord) -> str:
    """The name of the kind."""
    known = 0 <= fault.kind < len(metadata.fault_kinds)
    return metadata.fault_kinds[fault.kind] if known else "engine"


def fault_site(metadata: Metadata, fault: FaultRecord) -> Site:
    """Where it happened; a site without a line where that is not known."""
    return metadata.sites[fault.site] if 0 <= fault.site < len(metadata.sites) else _NOWHERE


def fault_message(metadata: Metadata, fault: FaultRecord) -> str:
    """Why the turn failed, as a sentence without a full stop."""
    a, b, text = fault.a, fault.b, fault.text
    match fault_kind(metadata, fault):
        case "overflow":
            return f"{_OVERFLOW_WORDS.get(chr(a & 0x7F), 'the result')} is larger than an int can hold (64 bits)"
        case "division_by_zero":
            expression = fault_site(metadata, fault).text
            return f"{expression}: division by zero" if expression else "division by zero"
        case "index_out_of_range":
            return f"index {a} is out of range: {_there_are(b)}"
        case "missing_key":
            return f"there is no key {text}" if text else "there is no such key"
        case "assert_failed":
            return f"assertion failed: {text}" if text else "assertion failed"
        case "fail":
            return text or "failed"
        case "recursion_too_deep":
            return "the calls are nested too deeply; does the recursion end?"
        case "heap_limit":
            return f"the actor's state is too large: {a:,} more bytes pass the limit of 64 MiB for one actor"
        case "bad_conversion":
            return f"{float_text(bits_to_float(a))} is not a number that an int can hold"
        case "bad_shift":
            return f"shifting by {a} bits: it can be 0 to 63"
        case "unwrap_none":
            return "a value was expected here, and there is none"
        case "model_missing":
            name = text or "of this agent"
            return (
                f"the model {name} is not installed; this version cannot run models yet. To go on, replace "
                "model.run(…) by a value of your own, or send the answer from another actor"
            )
        case "out_of_memory":
            return "the memory is used up: one turn may make 1 GiB of values, all actors together may hold 2 GiB"
        case _:
            return f"the engine made a mistake (code {a}); please report it with the program"


def _there_are(count: int) -> str:
    if count == 0:
        return "there are no items"
    return "there is 1 item" if count == 1 else f"there are {count} items"
