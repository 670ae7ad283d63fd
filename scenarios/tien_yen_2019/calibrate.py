"""Fit three assumed numbers of baseline.toml to what was reported, and print them: `python calibrate.py`.

Nothing else is fitted. Each number has a figure of its own to meet. Two hardly touch each other and are bisected in
the same runs, on the same citizens in every run. The third, the acceptance of the survey, changes no run; with the
other two in place it is read off the visits. What comes out is checked with other citizens.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

import sim
from sim.engine import compiled
from sim.engine.contract import Floats
from sim.plan.compile import compile_scenario
from sim.plan.draws import draw
from sim.plan.model import Model
from sim.results.groups import within
from sim.results.observe import VisitOutcome, visits
from sim.results.result import Result
from sim.results.totals import burden

BASELINE = Path(__file__).parent / "baseline.toml"
ROUNDS = 8
SEED, REPLICATIONS = 2019, 4  # of the year, in every round
OTHER_SEED, CHECKS = 1, 6


class Goal(NamedTuple):
    """A figure of a kind of site, or of all together (""), and what it must come to."""

    measure: str
    site: str
    target: float


class Knob(NamedTuple):
    """An assumed number, and the figure that it must bring about."""

    path: str
    value: Callable[[float], str | float]  # what to write into the file
    below: float  # a number with which the figure stays below the target
    above: float  # a number with which it comes out above
    goal: Goal


KNOBS = (
    # "above 90 %"; of comparable districts Quảng Nam's had 90.86 % in January 2025
    Knob(
        "step.tax.days",
        lambda mean: f"gamma(mean={mean:.2f}, sd={mean / 2:.2f})",
        below=14,
        above=2,
        goal=Goal("on_time.rate", "centre", 0.909),
    ),
    Knob(
        "team.commune-desk.absence",
        lambda absence: round(absence, 4),
        below=0.06,
        above=0,
        goal=Goal("on_time.rate", "commune", 0.9997),
    ),
)
ACCEPTANCE = "survey.very_satisfied"
# The report speaks of one daily survey, at the centre and at the commune desks.
VERY_SATISFIED = Goal("very_satisfied.rate", "", 0.755)


def main() -> None:
    """Say what to write into baseline.toml, and the figures that it gives with citizens never seen before."""
    fitted = changes(KNOBS, fit(KNOBS))
    fitted[ACCEPTANCE] = f"exponential(mean={acceptance(fitted):.1f})"
    check = sim.run(sim.load(BASELINE).change(fitted), replications=CHECKS, seed=OTHER_SEED)
    goals = {knob.path: knob.goal for knob in KNOBS} | {ACCEPTANCE: VERY_SATISFIED}
    for path, goal in goals.items():
        found = f"{goal.site or 'all'} {goal.measure}: {figure(check, goal):.4f}, wanted {goal.target:.4f}"
        sys.stdout.write(f"{path} = {fitted[path]!r}\n    {found}\n")


def fit(knobs: Sequence[Knob]) -> list[float]:
    """The numbers that bring each figure to its target: the middle of the last interval of the bisection."""
    baseline = sim.load(BASELINE)
    bounds = [(knob.below, knob.above) for knob in knobs]
    for _ in range(ROUNDS):
        tried = [sum(pair) / 2 for pair in bounds]
        result = sim.run(baseline.change(changes(knobs, tried)), replications=REPLICATIONS, seed=SEED)
        bounds = [
            (number, above) if figure(result, knob.goal) < knob.goal.target else (below, number)
            for knob, number, (below, above) in zip(knobs, tried, bounds, strict=True)
        ]
    return [sum(pair) / 2 for pair in bounds]


def acceptance(fitted: dict[str, str | float]) -> float:
    """The mean of the exponential law, in minutes of burden, that makes the share very satisfied that it should."""
    # NOTE: the law is scaled by its mean, so what a mean of one accepts tells which mean each visit needs.
    unit = sim.load(BASELINE).change(fitted | {ACCEPTANCE: "exponential(mean=1)"})
    model = compile_scenario(unit.scenario)
    needed = np.concatenate([means_needed(model, replication) for replication in range(REPLICATIONS)])
    return float(np.quantile(needed, VERY_SATISFIED.target))


def means_needed(model: Model, replication: int) -> Floats:
    """The least mean with which each citizen would be very satisfied: float[visit]; inf: left unserved."""
    drawn = draw(model, SEED, replication)
    seen = visits(model, drawn, compiled.simulate(model.plan, drawn.draws))
    rows = seen.waited & within(model.window, seen.entered)
    labels, served = drawn.labels, seen.outcome == VisitOutcome.SERVED
    accepts = np.minimum(labels.very_satisfied_within, labels.satisfied_within)[seen.dossier]
    return np.where(served, burden(model.scenario.survey, seen) / accepts, np.inf)[rows]


def changes(knobs: Sequence[Knob], numbers: Sequence[float]) -> dict[str, str | float]:
    """The values to write, by their path."""
    return {knob.path: knob.value(number) for knob, number in zip(knobs, numbers, strict=True)}


def figure(result: Result, goal: Goal) -> float:
    """The goal's figure at its kind of site, over the replications."""
    table = result.summary(["site"] if goal.site else [])
    row = (table["measure"] == goal.measure) & (table["site"] == goal.site)
    return float(table.loc[row, "mean"].item())


if __name__ == "__main__":
    main()
