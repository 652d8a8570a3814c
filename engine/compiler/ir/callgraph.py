"""Who calls whom: the groups of functions that call each other in circles, callees first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def groups(callees: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """The strongly connected components, each after all that it calls (Tarjan, without recursion).

    Names that are called but are no key count as functions that call nothing and are left out. The order follows the
    order of ``callees`` and nothing else.
    """
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    on_stack: set[str] = set()
    stack: list[str] = []
    found: list[list[str]] = []
    for root in callees:
        if root in number:
            continue
        number[root] = low[root] = len(number)
        stack.append(root)
        on_stack.add(root)
        way = [(root, iter(callees[root]))]
        while way:
            name, rest = way[-1]
            for callee in rest:
                if callee not in callees:
                    continue
                if callee not in number:
                    number[callee] = low[callee] = len(number)
                    stack.append(callee)
                    on_stack.add(callee)
                    way.append((callee, iter(callees[callee])))
                    break
                if callee in on_stack:
                    low[name] = min(low[name], number[callee])
            else:
                way.pop()
                if way:
                    low[way[-1][0]] = min(low[way[-1][0]], low[name])
                if low[name] == number[name]:
                    start = stack.index(name)
                    found.append(stack[start:])
                    on_stack.difference_update(stack[start:])
                    del stack[start:]
    return found


def recursive(callees: Mapping[str, Iterable[str]]) -> set[str]:
    """The functions that may call themselves, directly or through others."""
    return {name for group in groups(callees) for name in group if len(group) > 1 or name in callees[name]}
