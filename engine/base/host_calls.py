"""What the host calls of a compiled program: the exported functions, with the types of parameters and results."""

from __future__ import annotations

Signature = tuple[tuple[str, ...], tuple[str, ...]]

HOST_CALLS: dict[str, Signature] = {
    "boot": (("i64",), ()),
    "execution_hash": ((), ("i64",)),
    "digest": ((), ("i64",)),
    "inject": (("i64", "i32", "i32"), ("i32",)),
    "peek": ((), ("i32",)),
    "replace_next": (("i32",), ("i32",)),
    "drop_next": ((), ("i32",)),
    "poke": (("i64", "i32"), ("i32",)),
    "open_input": (("i32",), ()),
    "reply": (("i32", "i32"), ("i32",)),
    "run": (("i64", "i64"), ("i32",)),
    "recover": ((), ()),
}
