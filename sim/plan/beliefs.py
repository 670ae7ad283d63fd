"""Draws from what planners believe: the outer level of a two-level run.

A belief is drawn by its place in the scenario, so scenarios that hold the same belief draw the same number, and a
belief more or less moves no other.
"""

from __future__ import annotations

import numpy as np

from sim.keyed import stream, uniform
from sim.laws import Law
from sim.scenario import ScenarioFile


def believed(file: ScenarioFile, seed: int, draw: int) -> tuple[ScenarioFile, dict[str, float]]:
    """The scenario with a number drawn for each belief, and these by their places; whole ones before rounding."""
    own = stream(seed, draw, "beliefs")
    drawn: dict[str, float] = {}

    def choose(name: str, law: Law) -> float:
        drawn[name] = float(law.ppf(uniform(own, 0, name)))
        return drawn[name]

    return file.settle(choose), drawn


def seed_of(seed: int, draw: int) -> int:
    """The seed of a draw's replications: each has citizens of its own. Below 2**53, exact in JSON too."""
    return int(stream(seed, draw, "beliefs", "seed") >> np.uint64(11))
