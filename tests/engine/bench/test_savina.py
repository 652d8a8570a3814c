"""Every Savina program runs with small parameters and gives the answer that plain Python gives."""

from __future__ import annotations

import math
import re

import pytest

from engine import api
from engine.bench.harness import Result, same_answer
from engine.bench.savina import GO, SAVINA, Summary, answer, path_of, speedup, summaries, what
from engine.bench.suite import run_traced
from tests.engine.bench import models

SINE_SQUARED = math.sin(37.2) ** 2
SMALL: dict[str, tuple[dict[str, object], float]] = {
    "pingpong": ({"N": 50}, 50),
    "count": ({"N": 1000}, 1000),
    "fjthrput": ({"N": 20, "A": 5}, 100 * SINE_SQUARED),
    "fjcreate": ({"N": 40}, 40 * SINE_SQUARED),
    "threadring": ({"N": 4, "HOPS": 10}, 2),
    "chameneos": ({"CREATURES": 7, "MEETINGS": 100}, 200),
    "big": ({"W": 6, "N": 20}, models.pings(6, 20)),
    "concdict": ({"ENTRIES": 50, "WORKERS": 3, "MESSAGES": 40}, models.dictionary(50, 3, 40)),
    "concsll": ({"WORKERS": 3, "MESSAGES": 40, "VALUES": 20}, models.linked_list(3, 40, 20)),
    "bndbuffer": ({"BUFFER": 6, "PRODUCERS": 4, "CONSUMERS": 3, "ITEMS": 9, "COST": 2}, 36),
    "philosopher": ({"N": 5, "ROUNDS": 7}, 35),
    "barber": ({"HAIRCUTS": 30, "CHAIRS": 2}, 30),
    "cigsmok": ({"ROUNDS": 12, "SMOKERS": 5}, models.smoked(12, 5)),
    "logmap": ({"TERMS": 30, "SERIES": 4}, models.logistic(30, 4)),
    "banking": ({"ACCOUNTS": 20, "TRANSFERS": 300}, models.balances(20, 300)),
    "radixsort": ({"N": 50, "BITS": 12, "SEED": 5}, models.of_sorted(5, 50, 12)),
    "filterbank": ({"COLUMNS": 8, "SIMULATIONS": 40, "CHANNELS": 3}, models.filtered(8, 40, 3)),
    "sieve": ({"N": 100, "PRIMES": 5}, 1060),
    "uct": ({"NODES": 500}, 491),
    "facloc": ({"POINTS": 400}, 400),
    "trapezoid": ({"PIECES": 300, "WORKERS": 3}, models.integral(300)),
    "piprecision": ({"WORKERS": 3, "LIMBS": 10, "DIGIT_GROUPS": 20}, 3421170679),
    "recmatmul": ({"N": 16, "BLOCK": 16, "WORKERS": 3}, 16 * 120 * 120),
    "quicksort": ({"N": 200, "CUTOFF": 20, "SEED": 3}, models.of_sorted(3, 200, 60)),
    "apsp": ({"N": 12, "BLOCK": 4, "BLOCKS": 3}, models.shortest_paths(12)),
    "sor": ({"SIZE": 4, "ROUNDS": 10}, models.relaxed(4, 10)),
    "astar": ({"GRID": 5, "WORKERS": 3}, models.reached(5)),
    "nqueenk": ({"SIZE": 6, "DEPTH": 2, "WORKERS": 3}, 4),
    "fib": ({"N": 10}, 55),
    "bitonicsort": ({"N": 16, "SEED": 9}, models.of_sorted(9, 16, 60)),
}


def test_the_suite_has_its_thirty_programs() -> None:
    assert len(SAVINA) == 30
    assert set(SAVINA) == set(SMALL)
    assert {path.stem for path in path_of("fib").parent.glob("*.aefl")} == set(SAVINA)


@pytest.mark.parametrize("name", SAVINA)
def test_a_program_with_small_parameters_gives_the_answer_of_plain_python(name: str) -> None:
    source = path_of(name).read_text(encoding="utf-8")
    assert answer(source)
    assert what(source).startswith("Savina's")
    constants, expected = SMALL[name]
    for constant, value in constants.items():
        source, times = re.subn(rf"^let {constant} = .*$", f"let {constant} = {value}", source, flags=re.MULTILINE)
        assert times == 1, f"{name} has one constant {constant}"
    build = api.compile(source, f"{name}.aefl")
    assert build.program is not None, [problem.message for problem in build.problems]
    found, _ = run_traced(build.program)
    assert same_answer(found, str(expected))


def test_answers_agree_where_only_the_rounding_of_floats_differs() -> None:
    assert same_answer("1.0", "1.0000000000000002")
    assert same_answer("done", "done")
    assert not same_answer("1.0", "1.0001")
    assert not same_answer("1000000000001", "1000000000000")
    assert not same_answer("done", "1")


def test_the_suite_is_summed_up_by_the_geometric_mean_beside_each_rival() -> None:
    def result(name: str, alone: float, everywhere: float) -> Result:
        return Result(name, "", {}, {"AeroFlow": 1.0, GO: alone, "Go": everywhere}, ())

    half, eighth = result("half", 0.5, 1.0), result("eighth", 0.125, 0.25)
    assert speedup(half, GO) == 2
    assert speedup(half, "Erlang") is None
    alone, everywhere = summaries([half, eighth])
    assert math.isclose(alone.geometric_mean, 4)
    assert (alone.rival, alone.worst, alone.worst_name) == (GO, 2, "half")
    assert math.isclose(everywhere.geometric_mean, 2)
    assert summaries([]) == []


def test_the_mean_has_to_be_three_over_all_programs_beside_go_on_one_processor() -> None:
    assert not Summary(GO, len(SAVINA), 2.9, 1.0, "").is_met
    assert Summary(GO, len(SAVINA), 3.0, 1.0, "").is_met
    assert Summary(GO, 1, 2.9, 1.0, "").is_met
    assert Summary("Go", len(SAVINA), 2.9, 1.0, "").is_met
