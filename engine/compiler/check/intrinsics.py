"""The operations of the machine that library files may use, as ``raw.name(…)`` or ``raw.name<T>(…)``.

Each has the types of its parameters and of its result; ``T`` stands for the type argument. Addresses and raw numbers
are
``i32`` (wrapping, signed), as are bools in memory. Lowering turns most into one instruction; those in ``DERIVED``
follow the type argument.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Signature:
    """Parameter types and result type by name; ``T`` is the type argument, ``unit`` no result."""

    params: tuple[str, ...]
    result: str


def _table(rows: str) -> dict[str, Signature]:
    table = {}
    for row in rows.strip().splitlines():
        head, result = row.split("->")
        name, params = head.strip().rstrip(")").split("(")
        table[name.strip()] = Signature(tuple(p.strip() for p in params.split(",") if p.strip()), result.strip())
    return table


INTRINSICS: dict[str, Signature] = _table(
    """
    load8(i32) -> i32
    load16(i32) -> i32
    load32(i32) -> i32
    load64(i32) -> int
    load_float(i32) -> float
    load128(i32) -> v128
    store8(i32, i32) -> unit
    store16(i32, i32) -> unit
    store32(i32, i32) -> unit
    store64(i32, int) -> unit
    store_float(i32, float) -> unit
    copy(i32, i32, i32) -> unit
    fill(i32, i32, i32) -> unit
    memory_pages() -> i32
    memory_grow(i32) -> i32
    wrap(int) -> i32
    extend(i32) -> int
    extend_unsigned(i32) -> int
    less_unsigned(i32, i32) -> bool
    less_unsigned64(int, int) -> bool
    divide_unsigned64(int, int) -> int
    remainder_unsigned64(int, int) -> int
    shift_right_unsigned(i32, i32) -> i32
    shift_right_unsigned64(int, int) -> int
    shift_left64(int, int) -> int
    rotate_left64(int, int) -> int
    count_leading_zeros(i32) -> i32
    count_trailing_zeros(i32) -> i32
    count_leading_zeros64(int) -> int
    count_trailing_zeros64(int) -> int
    population64(int) -> int
    splat8(i32) -> v128
    equal8(v128, v128) -> v128
    less_unsigned8(v128, v128) -> v128
    subtract8(v128, v128) -> v128
    and128(v128, v128) -> v128
    or128(v128, v128) -> v128
    mask8(v128) -> i32
    bits(float) -> int
    bits_of_number(float) -> int
    from_bits(int) -> float
    truncate(float) -> int
    sqrt(float) -> float
    floor(float) -> float
    ceil(float) -> float
    round_even(float) -> float
    trunc_float(float) -> float
    abs_float(float) -> float
    as_bool(i32) -> bool
    as_i32(bool) -> i32
    duration(int) -> duration
    microseconds(duration) -> int
    call_1(i32, i32) -> unit
    call_2(i32, i32, i32) -> unit
    trap() -> unit
    address(T) -> i32
    at(i32) -> T
    actor(int) -> T
    actor_number(T) -> int
    load(i32) -> T
    store(i32, T) -> unit
    default() -> T
    equal(T, T) -> bool
    compare(T, T) -> int
    hash(T) -> int
    write_text(T) -> unit
    write_quoted(T) -> unit
    encode(T) -> unit
    decode() -> T
    to_json(T) -> json
    from_json(json) -> T
    keep(T, i32) -> T
    share(T) -> unit
    release(T) -> unit
    release_later(T) -> unit
    is_reference() -> bool
    is_word() -> bool
    is_int() -> bool
    is_float() -> bool
    is_string() -> bool
    """
)
"""``at`` and ``address`` turn an address into a value kept there and back; ``load`` and ``store`` read and write a
slot; ``default`` is a value of all zero bits; ``call_1(index, a)`` and ``call_2(index, a, b)`` call through the
function table, with i32 addresses and numbers and no result; ``keep(value, region)`` gives a value that may be stored
in an object of that region; ``release`` frees a heap value and its parts, ``release_later`` at the end of the turn;
what ends in 8 works on the sixteen bytes of vectors side by side, ``mask8`` gives their highest bits as a number;
``is_reference`` and the like are answered when a function is compiled."""
