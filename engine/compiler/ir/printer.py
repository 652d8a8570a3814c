"""The IR as text for people: one function after another, statements indented, locals by name.

    fn double(n: i64) -> i64          # counter.aefl:3
      return i64.add(n, n)

A local that shares its name with another carries its number (``n.2``). Constants are bare numbers where an instruction
says their type already; floats always show a point or an exponent.
"""

from __future__ import annotations

from engine.compiler.ir.nodes import (
    F64,
    I32,
    I64,
    V128,
    Block,
    Break,
    Call,
    CallIndirect,
    Choose,
    Const,
    Do,
    Effect,
    Eval,
    Expr,
    Fault,
    Function,
    FunctionIndex,
    Get,
    If,
    Load,
    Loop,
    Module,
    Op,
    Return,
    Set,
    StaticAddress,
    Stmt,
    Store,
)

_PER_LINE = 10


def print_module(module: Module) -> str:
    """All of it: cells, function table, functions in their order."""
    parts = []
    if module.cells:
        parts.append("\n".join(f"cell {c.name}: {c.type} at {c.address} = {c.value}" for c in module.cells))
    if module.table:
        parts.append("\n".join(f"table {number} = {name}" for number, name in enumerate(module.table)))
    parts.extend(print_function(function, module) for function in module.functions)
    return "\n\n".join(parts) + "\n"


def print_function(function: Function, module: Module | None = None) -> str:
    """One function; with its module, faults show their source lines."""
    names = _local_names(function)
    params = ", ".join(f"{names[i]}: {local.type}" for i, local in enumerate(function.params))
    marks = "".join(
        [
            f" export {function.exported!r}" if function.exported else "",
            " always_inline" if function.always_inline else "",
        ]
    )
    place = f"    # {function.file}" + (f":{function.line}" if function.line else "") if function.file else ""
    arrow = f" -> {function.result}" if function.result else ""
    lines = [f"fn {function.name}({params}){arrow}{marks}{place}"]
    lines += _declarations(function, names)
    _Printer(names, module, lines).block(function.body, 1)
    return "\n".join(lines)


def _local_names(function: Function) -> list[str]:
    """A name for each local: its own for the first that has it, and with its number for others."""
    taken: set[str] = set()
    names = []
    for number, local in enumerate(function.locals):
        name = local.name if local.name and local.name not in taken else f"{local.name or 't'}.{number}"
        taken.add(name)
        names.append(name)
    return names


def _declarations(function: Function, names: list[str]) -> list[str]:
    """The other locals by type, a few to a line."""
    lines = []
    for type_ in (I32, I64, F64, V128):
        numbers = range(function.param_count, len(function.locals))
        of_type = [names[number] for number in numbers if function.locals[number].type == type_]
        for start in range(0, len(of_type), _PER_LINE):
            lines.append(f"  var {', '.join(of_type[start : start + _PER_LINE])}: {type_}")
    return lines


class _Printer:
    def __init__(self, names: list[str], module: Module | None, lines: list[str]) -> None:
        self.names = names
        self.module = module
        self.lines = lines

    def block(self, body: tuple[Stmt, ...], indent: int) -> None:
        for node in body:
            self.statement(node, indent)

    def line(self, indent: int, text: str) -> None:
        self.lines.append("  " * indent + text)

    def statement(self, node: Stmt, indent: int) -> None:
        text = self.expr
        match node:
            case Set(local, value):
                self.line(indent, f"{self.names[local]} = {text(value, indent)}")
            case Store(name, address, value, offset):
                self.line(indent, f"{name}[{text(address, indent)}{_offset(offset)}] = {text(value, indent)}")
            case Eval(value):
                self.line(indent, text(value, indent))
            case Effect(name, args):
                self.line(indent, f"{name}({self.args(args, indent)})")
            case If(condition, then, otherwise):
                self.line(indent, f"if {text(condition, indent)}")
                self.block(then, indent + 1)
                if otherwise:
                    self.line(indent, "else")
                    self.block(otherwise, indent + 1)
            case Block(label, body) | Loop(label, body):
                self.line(indent, f"{'block' if isinstance(node, Block) else 'loop'} {label}")
                self.block(body, indent + 1)
            case Break(label, condition):
                self.line(indent, f"br {label}" + (f" if {text(condition, indent)}" if condition else ""))
            case Return(value):
                self.line(indent, f"return {text(value, indent)}" if value else "return")
            case Fault():
                self.line(indent, self.fault(node, indent))

    def fault(self, node: Fault, indent: int) -> str:
        operands = "".join(f", {self.expr(operand, indent)}" for operand in (node.a, node.b) if operand)
        place = ""
        if self.module and node.site < len(self.module.sites):
            site = self.module.sites[node.site]
            place = f"    # {site.file}:{site.line}:{site.column}"
        return f"fault {node.kind}(site {node.site}{operands}){place}"

    def args(self, args: tuple[Expr, ...], indent: int) -> str:
        return ", ".join(self.expr(arg, indent) for arg in args)

    def expr(self, node: Expr, indent: int) -> str:
        match node:
            case Const(_, value):
                return repr(value)
            case Get(_, local):
                return self.names[local]
            case Op(_, name, args):
                return f"{name}({self.args(args, indent)})"
            case Load(_, name, address, offset):
                return f"{name}[{self.expr(address, indent)}{_offset(offset)}]"
            case Call(_, function, args):
                return f"{function}({self.args(args, indent)})"
            case CallIndirect(_, _, index, args):
                return f"table[{self.expr(index, indent)}]({self.args(args, indent)})"
            case Choose(_, condition, then, otherwise):
                return (
                    f"({self.expr(then, indent)} if {self.expr(condition, indent)} else {self.expr(otherwise, indent)})"
                )
            case Do(_, body, value):
                return self.do(body, value, indent)
            case StaticAddress(data):
                return f"static({_static_text(data)})"
            case FunctionIndex(function):
                return f"&{function}"

    def do(self, body: tuple[Stmt, ...], value: Expr, indent: int) -> str:
        """Statements inside an expression, on lines of their own, two levels in."""
        inner = _Printer(self.names, self.module, [])
        inner.block(body, indent + 2)
        inner.line(indent + 2, f"=> {inner.expr(value, indent + 2)}")
        return "do {\n" + "\n".join(inner.lines) + "\n" + "  " * (indent + 1) + "}"


def _offset(offset: int) -> str:
    return f" + {offset}" if offset else ""


def _static_text(data: bytes) -> str:
    """The text of a string object, or its bytes."""
    try:
        return repr(data[8 : 8 + int.from_bytes(data[:4], "little")].decode())
    except UnicodeDecodeError:
        return repr(data)
