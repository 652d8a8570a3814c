"""Programs that ask for more than there is, with and without a limit on memory: ``python -m tests.trials.limits``.

Each runs as a command of its own. It must end by itself or be stopped by a signal, with an exit code of the README and
without a traceback; where it says so, another actor must have gone on after the fault. With ``--memory`` only the
programs run under that many MiB of address space, where the engine may not start at all, but has to say so.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

try:
    import resource
except ImportError:  # Windows has no limits of this kind
    resource = None  # type: ignore[assignment]

SECONDS_MAX = 240
STOP_SECONDS_MAX = 5.0
EXIT_CODES = {0, 1, 2, 3, 4, 129, 130, 143}
ADDRESS_SPACES_MIB = (None, 8192, 1024)
"""None for no limit; the engine reserves 4 GiB of addresses for each machine."""

AFTERWARDS = '\nactor Other { on go() { render "still here" } }\nafter 1000s Other.go()\n'


@dataclass(frozen=True, slots=True)
class Program:
    """A program that meets a limit. ``is_endless`` ones are stopped by SIGINT after a moment; of those that are
    ``survived``, the rest of the program must go on."""

    name: str
    text: str
    survived: bool = True
    is_endless: bool = False


def _actor(body: str) -> str:
    return "actor A { on go() {\n" + body + "\n} }\nA.go()\n"


PROGRAMS = [
    Program("recursion", "fn f(n: int) -> int { return f(n + 1) + 1 }\n" + _actor("render f(0)")),
    Program(
        "mutual recursion",
        "fn f(n: int) -> int { return g(n) + 1 }\nfn g(n: int) -> int { return f(n) + 1 }\n" + _actor("render f(0)"),
    ),
    Program("a string that doubles", _actor('var s = "ab"\nwhile true { s = s + s }')),
    Program("a list that doubles", _actor("var xs = [1, 2]\nwhile true { xs = xs + xs }")),
    Program("a list that grows", _actor("var xs = [1]\nwhile true { xs.push(xs.len()) }")),
    Program("a dict that grows", _actor("var d = {0: 0}\nvar n = 0\nwhile true { n += 1\nd[n] = n }")),
    Program("a set that grows", _actor("var d = {0}\nvar n = 0\nwhile true { n += 1\nd.add(n) }")),
    Program("garbage", _actor("var n = 0\nwhile true { let xs = [n, n + 1, n + 2]\nn += xs.len() }"), True, True),
    Program("repeat", _actor('render "ab".repeat(4611686018427387904).len()')),
    Program("repeat many", _actor('render "ab".repeat(4000000000).len()')),
    Program("a split", _actor('render "a,".repeat(200000000).split(",").len()')),
    Program("a comprehension", _actor("render [i for i in 0..9223372036854775807].len()")),
    Program("overflow", _actor("var n = 1\nwhile true { n = n * 3 }")),
    Program("division", _actor("var n = -9223372036854775807 - 1\nvar m = -1\nrender n / m")),
    Program("an endless loop", _actor("var n = 0\nwhile true { n = n +% 1 }"), True, True),
    Program(
        "state that grows in a turn",
        "actor A { state xs: list<int> = []\non go() { while true { xs.push(1) } } }\nA.go()\n",
    ),
    Program(
        "state that grows with every turn",
        "actor A { state xs: list<string> = []\n"
        'on go() { xs.push("a text that takes some room".repeat(1000))\nself.go() } }\nA.go()\n',
    ),
    Program("sends in one turn", "actor B { on x(n: int) { } }\nlet b = spawn B()\n" + _actor("while true { B.x(1) }")),
    Program("large sends", "actor B { on x(s: string) { } }\n" + _actor('while true { B.x("a".repeat(1000000)) }')),
    Program("spawns in one turn", "actor B { on x() { } }\n" + _actor("while true { spawn B() }")),
    Program("spawns without end", "actor A { on go() { let a = spawn A()\na.go() } }\nA.go()\n", True, True),
    Program(
        "spawns that double",
        "actor A { on go() { let a = spawn A()\na.go()\nlet b = spawn A()\nb.go() } }\nA.go()\n",
        True,
        True,
    ),
    Program("messages that double", "actor A { on go() { self.go()\nself.go() } }\nA.go()\n", True, True),
    Program("timers in one turn", _actor("while true { after 5ms self.go() }")),
    Program(
        "timers without end", "actor A { on go() { every 5ms self.t()\nself.go() }\non t() { } }\nA.go()\n", True, True
    ),
    Program("late timers", "actor A { on go() { after 9000000000000000000us self.go() } }\nA.go()\n", False, True),
    Program("outputs in one turn", _actor('while true { render "a line of output" }')),
    Program("outputs without end", "every 1ms { render now() }\n", True, True),
    Program("json that nests", _actor('render json.parse("[".repeat(1000000))')),
    Program(
        "a deep value",
        "enum L { Nil, Cons(h: int, t: L) }\n"
        "fn build(n: int) -> L { var l = L.Nil\nfor i in 0..n { l = L.Cons(i, l) }\nreturn l }\n"
        + _actor("let l = build(1000000)\nrender string(l).len()"),
    ),
    Program(
        "deep json",
        "enum L { Nil, Cons(h: int, t: L) }\n"
        "fn build(n: int) -> L { var l = L.Nil\nfor i in 0..n { l = L.Cons(i, l) }\nreturn l }\n"
        + _actor("let l = build(100000)\nrender json.write(l).len()"),
    ),
    Program("asks of oneself", "actor A { on q() -> int { render await self.q() } }\nrender await A.q()\n", False),
    Program(
        "restarts without end",
        'actor A { on go() { fail "again" } }\nlet a = spawn A() restart on_fault\na.go()\nevery 1ms { a.go() }\n',
        True,
        True,
    ),
]


def outcome(program: Program, folder: Path, memory_mib: int | None) -> str:
    """What was wrong with how a program ended; empty where nothing was."""
    path = folder / "program.aefl"
    path.write_text(program.text + (AFTERWARDS if program.survived and not program.is_endless else ""))

    def limit() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a trial that a shell started in the background ignores it
        if memory_mib is not None:
            resource.setrlimit(resource.RLIMIT_AS, (memory_mib * 2**20, memory_mib * 2**20))

    command = [sys.executable, "-m", "engine.cli", "run", str(path), "--record", str(folder / "run.aft")]
    with (folder / "out").open("w+b") as out, (folder / "err").open("w+b") as err:
        process = subprocess.Popen(command, stdout=out, stderr=err, preexec_fn=limit)
        wait = 3.0 if program.is_endless else SECONDS_MAX
        try:
            process.wait(wait)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            asked = time.monotonic()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                return "Ctrl-C did not end it within a minute"
            if not program.is_endless:
                return f"it ran for more than {SECONDS_MAX} seconds"
            if time.monotonic() - asked > STOP_SECONDS_MAX * 4:
                return f"Ctrl-C took {time.monotonic() - asked:.0f} seconds"
        err.seek(0)
        said = err.read().decode(errors="replace")
        out.seek(0)
        given = out.read(2**20).decode(errors="replace")
    last = said.strip().rpartition("\n")[2][:200]
    # or SIGINT came while the interpreter was leaving
    has_ended = last.startswith(("finished", "stopped at the limit"))
    if "Traceback" in said or (process.returncode not in EXIT_CODES and not has_ended):
        return f"exit code {process.returncode}: {last}"
    if process.returncode == 2 and memory_mib is None:
        return f"the engine gave up: {last}"
    if program.survived and not program.is_endless and process.returncode != 2 and "still here" not in given:
        return f"the other actor did not go on: {last}"
    return ""


def main() -> int:
    """Tries all programs; gives 1 if one ended badly."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--memory", type=int, help="only under so many MiB of address space")
    parser.add_argument("--only", default="", help="only programs with this in their name")
    parser.add_argument("--seed", type=int, default=0, help="not used: the programs are always the same")
    options = parser.parse_args()
    spaces = ADDRESS_SPACES_MIB if options.memory is None else (options.memory,)
    tried, faults = 0, 0
    for space in spaces:
        for program in PROGRAMS:
            if options.only not in program.name:
                continue
            with tempfile.TemporaryDirectory() as folder:
                wrong = outcome(program, Path(folder), space)
            tried += 1
            faults += bool(wrong)
            if wrong:
                print(f"{program.name} ({'no limit' if space is None else f'{space} MiB'}): {wrong}", flush=True)
    print(f"limits: {tried} tried, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
