"""The intermediate representation: typed, structured, close to WebAssembly and easy to read.

A function is a list of statements over numbered locals; expressions are trees. Control is structured
(blocks, loops, branches to a label outwards), memory is one array of bytes, and there is no undefined
behaviour: what can go wrong is an explicit ``Fault``. All executors run exactly this.

Value types: ``i32``, ``i64``, ``f64``. An AeroFlow ``int``, ``duration`` or actor reference is an i64, a ``float``
an f64, a ``bool`` an i32 (0 or 1), and anything else an i32 address. In memory a value takes a slot of 8 bytes.
Library functions also work with ``v128``, sixteen bytes side by side, which never leave a function's locals.
"""

from __future__ import annotations

from engine.base.value import value

ValueType = str
"""``i32``, ``i64``, ``f64`` or ``v128``."""

I32, I64, F64, V128 = "i32", "i64", "f64", "v128"

HEAD, STAMP_PART, STATE, FIELD, ITEM = "head", "stamp", "state", "field", "item"
"""Parts of objects that never overlap: the length and the address of a list's items; the stamp of an object; a slot of
the running actor's state block; a slot of a struct, tuple or box; a slot of a list, dict or set."""


# --- expressions ------------------------------------------------------------------------------


@value(frozen=True, slots=True)
class Const:
    """A number of a value type; for ``f64`` a float but never -0.0, for ``v128`` an unsigned int of 128 bits whose
    lowest byte is the first, otherwise a signed int."""

    type: ValueType
    value: int | float


@value(frozen=True, slots=True)
class Get:
    """The value of a local."""

    type: ValueType
    local: int


@value(frozen=True, slots=True)
class Op:
    """A WebAssembly numeric instruction by its name (``i64.add``, ``i32.eqz``, ``f64.convert_i64_s``)."""

    type: ValueType
    name: str
    args: tuple[Expr, ...]


@value(frozen=True, slots=True)
class Load:
    """A WebAssembly load by its name (``i64.load``, ``i32.load8_u``) from ``address + offset``. ``part`` is one of the
    parts of objects below, where it is known what the load reaches."""

    type: ValueType
    name: str
    address: Expr
    offset: int = 0
    part: str = ""


@value(frozen=True, slots=True)
class Call:
    """A call; ``type`` is None where the function gives nothing (then only inside ``Eval``)."""

    type: ValueType | None
    function: str
    args: tuple[Expr, ...]


@value(frozen=True, slots=True)
class CallIndirect:
    """A call through the function table; ``params`` are the value types of the signature."""

    type: ValueType | None
    params: tuple[ValueType, ...]
    index: Expr
    args: tuple[Expr, ...]


@value(frozen=True, slots=True)
class Choose:
    """``then`` or ``otherwise``; only the chosen one is evaluated."""

    type: ValueType
    condition: Expr
    then: Expr
    otherwise: Expr


@value(frozen=True, slots=True)
class Do:
    """Statements, then a value."""

    type: ValueType
    body: tuple[Stmt, ...]
    value: Expr


@value(frozen=True, slots=True)
class StaticAddress:
    """The address of static data (a string object made from ``data``), placed by emission; ``data`` is the object's
    whole content. Equal data share one address."""

    data: bytes
    type: ValueType = I32


@value(frozen=True, slots=True)
class FunctionIndex:
    """The place of a function in the function table, as an i32."""

    function: str
    type: ValueType = I32


Expr = Const | Get | Op | Load | Call | CallIndirect | Choose | Do | StaticAddress | FunctionIndex


# --- statements -------------------------------------------------------------------------------


@value(frozen=True, slots=True)
class Set:
    """Gives a local its value."""

    local: int
    value: Expr


@value(frozen=True, slots=True)
class Store:
    """A WebAssembly store by its name (``i64.store``, ``i32.store8``) to ``address + offset``; ``part`` as in loads."""

    name: str
    address: Expr
    value: Expr
    offset: int = 0
    part: str = ""


@value(frozen=True, slots=True)
class Eval:
    """An expression for its effect; a value is dropped."""

    value: Expr


@value(frozen=True, slots=True)
class Effect:
    """A WebAssembly instruction without result by its name (``memory.copy``, ``memory.fill``)."""

    name: str
    args: tuple[Expr, ...]


@value(frozen=True, slots=True)
class If:
    """A branch; the condition is an i32."""

    condition: Expr
    then: tuple[Stmt, ...]
    otherwise: tuple[Stmt, ...] = ()


@value(frozen=True, slots=True)
class Block:
    """Statements that ``Break(label)`` leaves. Labels are unique in a function."""

    label: str
    body: tuple[Stmt, ...]


@value(frozen=True, slots=True)
class Loop:
    """Statements that ``Break(label)`` starts again; running off the end leaves."""

    label: str
    body: tuple[Stmt, ...]


@value(frozen=True, slots=True)
class Break:
    """Leaves the block, or starts the loop again, with that label; only if ``condition`` holds, where there is one."""

    label: str
    condition: Expr | None = None


@value(frozen=True, slots=True)
class Return:
    """Leaves the function."""

    value: Expr | None = None


@value(frozen=True, slots=True)
class Fault:
    """Ends the turn: stores the fault's kind (``FAULT_KINDS``), its site (an index of the program's sites) and two
    operands for its message, and traps. Does not come back."""

    kind: str
    site: int
    a: Expr | None = None
    b: Expr | None = None


Stmt = Set | Store | Eval | Effect | If | Block | Loop | Break | Return | Fault


FAULT_KINDS: tuple[str, ...] = (
    "none",
    "overflow",  # a: which operation (its character code), unused b
    "division_by_zero",  # a: address of the division's text as a string object
    "index_out_of_range",  # a: index, b: length
    "missing_key",  # a: address of the key's text as a string object
    "assert_failed",  # a: address of the message's string object
    "fail",  # a: address of the message's string object
    "recursion_too_deep",  # a: the limit
    "heap_limit",  # a: bytes asked for
    "bad_conversion",  # a float that no int can hold; a: address of its text as a string object
    "bad_shift",  # a: the count
    "model_missing",  # a: address of the model's name as a string object
    "out_of_memory",
    "engine",  # a mistake of the engine itself; a: code
    "unanswered",  # an awaited answer that will not come; a: address of a sentence as a string object
    "expectation_failed",  # a: address of a sentence as a string object
)
"""Kinds of faults, by number. Sites say where; operands say with what."""


@value(frozen=True, slots=True)
class Local:
    """A local of a function; ``name`` is for people."""

    name: str
    type: ValueType


@value(frozen=True, slots=True)
class Function:
    """A function. The first ``param_count`` locals are its parameters; the others start as zero. ``always_inline`` asks
    for inlining at every call; ``exported`` names an export; ``file`` and ``line`` are where it was written."""

    name: str
    param_count: int
    locals: tuple[Local, ...]
    result: ValueType | None
    body: tuple[Stmt, ...]
    exported: str | None = None
    always_inline: bool = False
    file: str = ""
    line: int = 0

    @property
    def params(self) -> tuple[Local, ...]:
        """The parameters."""
        return self.locals[: self.param_count]


@value(frozen=True, slots=True)
class Site:
    """A place in the source where a fault can happen; ``function`` is the source function or ``Actor.handler``."""

    file: str
    line: int
    column: int
    function: str
    text: str = ""


@value(frozen=True, slots=True)
class CellInit:
    """A kernel cell: 8 bytes at ``address`` holding ``value`` at the start."""

    name: str
    address: int
    type: ValueType
    value: int | float


@value(frozen=True, slots=True)
class Module:
    """A linked program: functions in a fixed order, the function table's first entries (``table``: position is the
    index), sites, cells and the address where free memory starts is left to emission."""

    functions: tuple[Function, ...]
    table: tuple[str, ...]
    sites: tuple[Site, ...]
    cells: tuple[CellInit, ...]
