"""Random programs whose actors come, fail, start again and go: what the views of a run have to keep apart.

A program has a few actor types, which know each other. Every message carries a ``hop``; turns send on only while it
lasts, so that a run ends unless a timer belongs to an actor that always starts again. What happens in a turn depends
on the numbers that it is sent, so a fork with other numbers goes another way.
"""

from __future__ import annotations

from random import Random

POLICIES = (
    "",
    "",
    " restart never",
    " restart always",
    " restart on_fault",
    " restart on_fault(max: 2)",
    " restart on_fault(max: 3, within: 9ms)",
)
ENDS = ("stop", "render 1 / 0", "render done")
CROWDS = (0, 0, 0, 0, 60, 60, 330)
"""How many actors of one type come at once: enough of them and the views show types instead of actors."""


def random_program(random: Random) -> str:
    """The text of a program, of one file."""
    names = [f"{random.choice(('Worker', 'Store', 'Clerk', 'Gate'))}{letter}" for letter in "ABCD"]
    names = names[: random.randint(2, 4)]
    actors = [_actor(random, name, names) for name in names]
    return "\n".join([*actors, _crowd(random), _boss(random, names), _top(random, names)])


def _actor(random: Random, name: str, names: list[str]) -> str:
    other = random.choice(names)
    lines = [
        f"actor {name}(size: int = {random.randint(0, 9)}) {{",
        f"    state done: int = size{' / (size % 7)' if random.random() < 0.25 else ''}",
        '    state note: string = "new"',
        f"    state peer: {other}? = none",
        "    on work(n: int, hop: int) {",
        "        done += 1",
        '        note = f"{n} at {now()}"',
        *(f"        {line}" for line in _turn(random, name, names)),
        "    }",
        "    on ask(n: int) -> int {",
        f"        if n % {random.randint(3, 9)} == 0 {{ stop }}",
        f"        render {{{random.choice(('n * 2', '60 / (n % 4)', 'n + done'))}}}",
        "    }",
    ]
    if random.random() < 0.5:
        lines += [
            f"    every {random.randint(1, 6)}ms {{",
            "        done += 1",
            f"        if done % {random.randint(2, 6)} == 0 {{ {random.choice(ENDS)} }}",
            f"        if done > {random.randint(5, 12)} {{ stop }}",
            "    }",
        ]
    if random.random() < 0.5:
        lines += [
            "    on failed(child, fault) {",
            '        note = f"{fault.kind}"',
            f"        let next = spawn {random.choice(names)}(done){random.choice(POLICIES)}" if random.random() < 0.4
            else "        render fault.message",
            "    }",
        ]  # fmt: skip
    return "\n".join([*lines, "}"])


def _turn(random: Random, name: str, names: list[str]) -> list[str]:
    """What a turn does with its ``n`` while there is ``hop``."""
    lines: list[str] = []
    for _ in range(random.randint(1, 4)):
        other = random.choice(names)
        lines += random.choice(
            (
                [f"if n % {random.randint(2, 7)} == 0 {{ render 60 / (n % {random.randint(2, 5)}) }}"],
                [f"if n % {random.randint(4, 9)} == 1 {{ stop }}"],
                [f"if hop > 0 {{ {other}.work(n + {random.randint(1, 5)}, hop - 1) }}"],
                [f"if hop > 0 {{ after {random.randint(0, 4)}ms self.work(n / 2, hop - 1) }}"],
                [
                    "if hop > 0 {",
                    f"    let child = spawn {other}(n){random.choice(POLICIES)}",
                    f"    child.work(n + {random.randint(0, 3)}, hop - 1)",
                    "}",
                ],
                [f"if n % 3 == 2 {{ done += await {other}.ask(n) }}"],
                ['render f"{self} {n}"'],
                [f'if n % 5 == 3 {{ render "{name}\\n{{n}}" }}'],
                ["render distributed state {", f"    {other}.done", "}"] if random.random() < 0.3 else [],
                ["render timeline {", f'    node {name} -> Log at tick=7 payload "n"', "}"]
                if random.random() < 0.2
                else [],
            )
        )
    return lines


def _crowd(random: Random) -> str:
    return "\n".join(
        [
            "actor Member(number: int) {",
            "    state shown: int = number",
            "    on work(n: int, hop: int) { shown = shown + 60 / (n % 5) }",
            "}",
        ]
    )


def _boss(random: Random, names: list[str]) -> str:
    policy = random.choice(POLICIES)
    return "\n".join(
        [
            "actor Boss {",
            "    state seen: int = 0",
            "    on call(many: int) {",
            "        for i in 0..many {",
            f"            let member = spawn Member(i){policy}",
            "            if i % 7 == 0 { member.work(i, 1) }",
            "        }",
            "    }",
            "    on failed(child, fault) { seen += 1 }",
            "}",
        ]
    )


def _top(random: Random, names: list[str]) -> str:
    lines: list[str] = []
    for i in range(random.randint(2, 4)):
        name = random.choice(names)
        lines.append(f"let a{i} = spawn {name}({random.randint(0, 12)}){random.choice(POLICIES)}")
        for _ in range(random.randint(1, 3)):
            delay = random.choice(("", "", f"after {random.randint(1, 9)}ms "))
            lines.append(f"{delay}a{i}.work({random.randint(0, 20)}, {random.randint(1, 4)})")
    crowd = random.choice(CROWDS)
    if crowd:
        lines.append(f"{random.choice(('', 'after 4ms '))}Boss.call({crowd})")
    if random.random() < 0.3:
        lines.append(f"every {random.randint(2, 9)}ms {random.choice(names)}.work({random.randint(1, 9)}, 1)")
    if random.random() < 0.03:
        lines.append("render 1 / 0")
    return "\n".join(lines)
