"""Fit three assumed numbers of baseline.toml to what was reported, and print them: `python calibrate.py`.

Nothing else is fitted. Each number has a figure of its own to meet and hardly touches the others, so all three
are bisected in the same runs, on the same citizens in every run. What comes out is checked with other citizens.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import sim
from sim.results.result import Result

BASELINE = Path(__file__).parent / "baseline.toml"
ROUNDS = 8
SEED, REPLICATIONS = 2019, 4  # of the year, in every round
OTHER_SEED, CHECKS = 1, 6


class Knob(NamedTuple):
    """An assumed number, and the figure that it must bring about."""

    path: str
    value: Callable[[float], str | float]  # what to write into the file
    below: float  # a number with which the figure stays below the target
    above: float  # a number with which it comes out above
    measure: str
    site: str
    target: float


KNOBS = (
    # "above 90 %"; of comparable districts Quảng Nam's had 90.86 % in January 2025
    Knob(
        "step.tax.days",
        lambda mean: f"gamma(mean={mean:.2f}, sd={mean / 2:.2f})",
        below=14,
        above=2,
        measure="on_time.rate",
        site="centre",
        target=0.909,
    ),
    Knob(
        "team.commune-desk.absence",
        lambda absence: round(absence, 4),
        below=0.06,
        above=0,
        measure="on_time.rate",
        site="commune",
        target=0.9997,
    ),
    Knob(
        "survey.very_satisfied",
        lambda mean: f"exponential(mean={mean:.2f})",
        below=0.1,
        above=30,
        measure="very_satisfied.rate",
        site="centre",
        target=0.755,
    ),
)


def main() -> None:
    """Say what to write into baseline.toml, and the figures that it gives with citizens never seen before."""
    fitted = changes(KNOBS, fit(KNOBS))
    check = sim.run(sim.load(BASELINE).change(fitted), replications=CHECKS, seed=OTHER_SEED)
    for knob in KNOBS:
        found = f"{knob.site} {knob.measure}: {figure(check, knob):.4f}, wanted {knob.target:.4f}"
        sys.stdout.write(f"{knob.path} = {fitted[knob.path]!r}\n    {found}\n")


def fit(knobs: Sequence[Knob]) -> list[float]:
    """The numbers that bring each figure to its target: the middle of the last interval of the bisection."""
    baseline = sim.load(BASELINE)
    bounds = [(knob.below, knob.above) for knob in knobs]
    for _ in range(ROUNDS):
        tried = [sum(pair) / 2 for pair in bounds]
        result = sim.run(baseline.change(changes(knobs, tried)), replications=REPLICATIONS, seed=SEED)
        bounds = [
            (number, above) if figure(result, knob) < knob.target else (below, number)
            for knob, number, (below, above) in zip(knobs, tried, bounds, strict=True)
        ]
    return [sum(pair) / 2 for pair in bounds]


def changes(knobs: Sequence[Knob], numbers: Sequence[float]) -> dict[str, str | float]:
    """The values to write, by their path."""
    return {knob.path: knob.value(number) for knob, number in zip(knobs, numbers, strict=True)}


def figure(result: Result, knob: Knob) -> float:
    """The knob's figure at its kind of site, averaged over the replications."""
    table = result.summary(["site"])
    row = (table["measure"] == knob.measure) & (table["site"] == knob.site)
    return float(table.loc[row, "mean"].item())


if __name__ == "__main__":
    main()
