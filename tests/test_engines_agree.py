"""The two engines give the same log, bit for bit: in worlds made by Hypothesis and in the scenarios that ship."""

from __future__ import annotations

import dataclasses
import itertools
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from builder import Dossier, Step, Team, World, desk, office, story
from hypothesis import given, settings
from shipped import SCENARIOS
from strategies import DESK_ROLES, OFFICE_ROLES, worlds

import sim
from sim.engine import compiled, reference
from sim.engine.contract import Draws, Kind, Log, Plan
from sim.plan.compile import compile_scenario
from sim.plan.draws import draw

ROOT = Path(__file__).parents[1]
THEORY = sorted((ROOT / "sim" / "selftest").glob("*.toml"))
FULL = ROOT / "tests" / "scenarios" / "valid" / "full.toml"


def assert_agree(plan: Plan, draws: Draws) -> None:
    """Equal logs; else the first row that differs, with its neighbours, of the first column that does."""
    expected, found = reference.simulate(plan, draws), compiled.simulate(plan, draws)
    for name, a, b in zip(Log._fields, expected, found, strict=True):
        assert a.dtype == b.dtype, name
        if not np.array_equal(a, b, equal_nan=True):
            rows = min(len(a), len(b))
            same = (a[:rows] == b[:rows]) | (np.isnan(a[:rows]) & np.isnan(b[:rows]))
            row = int(np.append(np.flatnonzero(~same), rows)[0])
            near = slice(max(row - 2, 0), row + 3)
            pytest.fail(
                f"{name}[{row}]: reference {a[near]} of {len(a)} rows, compiled {b[near]} of {len(b)} rows"
            )


def siblings(world: World) -> Iterator[World]:
    """The world under eight settings of the rules: making one takes longer than running it in both engines."""
    roles = frozenset(OFFICE_ROLES + DESK_ROLES)
    for balk_above, by_due in itertools.product(
        (math.inf, 0.0, 1.0, 3.0), (world.by_due, roles - world.by_due)
    ):
        yield dataclasses.replace(world, balk_above=balk_above, by_due=by_due, restart=balk_above > 0)


@settings(max_examples=300)
@given(worlds())
def test_worlds(world: World) -> None:
    for sibling in siblings(world):
        assert_agree(*sibling.build())


def test_a_crowd_outgrows_the_room() -> None:
    """Thousands wait at once, lose patience and come again: slots, leavings and events to come all need more room."""
    step = Step(Kind.DESK, "in", 3.0, patience=(30.0, 600.0), moments=(0.3, 0.6), returns=1)
    dossiers = [Dossier(480 + number % 7, [step]) for number in range(6_000)]
    dossiers.sort(key=lambda dossier: dossier.arrival)
    assert_agree(*World([Team([["in"]], staff=5)], dossiers, days=4).build())


def test_interrupted_work_that_the_end_cuts_off() -> None:
    day_and_night = Team([["in", "check"]], staff=[(0.0, 1)])
    dossiers = [Dossier(480, [office("check", 2000)]), Dossier(600, [desk("in", 10)])]
    world = World([day_and_night], dossiers, days=1)
    assert_agree(*world.build())
    assert story(world).spells == ["0 by 0 8:00-10:00", "1 by 0 10:00-10:10", "0 by 0 10:10-Tue 0:00"]


@pytest.mark.slow
@settings(max_examples=2_000)
@given(worlds(30))
def test_many_worlds(world: World) -> None:
    for sibling in siblings(world):
        assert_agree(*sibling.build())


@pytest.mark.parametrize(
    "variable",
    ["NUMBA_DISABLE_JIT", pytest.param("NUMBA_BOUNDSCHECK", marks=pytest.mark.slow)],
)
def test_worlds_in_other_ways_to_run_the_kernel(variable: str, tmp_path: Path) -> None:
    """As plain Python, and compiled anew with every index checked."""
    script = "import test_engines_agree as tests; tests.in_another_process()"
    settings = {variable: "1", "XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": str(Path(__file__).parent)}
    subprocess.run([sys.executable, "-c", script], env=os.environ | settings, check=True, cwd=ROOT)


def in_another_process() -> None:
    """Some worlds, and a scenario with everything."""
    some_worlds()
    test_theory_and_a_scenario_with_everything(FULL)


@settings(max_examples=30, derandomize=True, deadline=None, database=None)
@given(worlds())
def some_worlds(world: World) -> None:
    for sibling in siblings(world):
        assert_agree(*sibling.build())


@pytest.mark.parametrize("file", [FULL, *THEORY], ids=lambda file: file.stem)
def test_theory_and_a_scenario_with_everything(file: Path) -> None:
    model = compile_scenario(sim.load(file).scenario)
    assert_agree(model.plan, draw(model, 5, 0).draws)


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_tien_yen(file: Path) -> None:
    """February and March, with Tết, and the weeks of warm-up before them."""
    scenario = sim.load(file).change({"horizon.from": "2019-02-01", "horizon.to": "2019-03-15"})
    model = compile_scenario(scenario.change({"horizon.warm_up": "2 weeks"}).scenario)
    assert_agree(model.plan, draw(model, 7, 1).draws)


def test_the_engine_of_a_run_changes_no_number() -> None:
    one, other = (
        sim.run(FULL, replications=2, workers=1, engine=engine) for engine in ("reference", "compiled")
    )
    assert one.measures.equals(other.measures)
