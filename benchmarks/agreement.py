"""Do the engines compute the same? Held against theory where there is any, and against each other.

A benchmark that computes something wrong is no benchmark.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import sqrt
from typing import NamedTuple

import numpy as np
from scipy.stats import t

CHANCE = 1e-4  # of a false alarm, a comparison


class Mean(NamedTuple):
    """The mean of a quantity over runs, which are independent."""

    value: float
    error: float  # standard error
    freedom: int


def mean_of(values: list[float]) -> Mean:
    """The mean over at least two runs."""
    return Mean(float(np.mean(values)), float(np.std(values, ddof=1)) / sqrt(len(values)), len(values) - 1)


def disagreements(
    runs: Mapping[str, Sequence[Mapping[str, float]]], expected: Mapping[str, float]
) -> Iterator[str]:
    """What differs by more than chance allows; `runs` are the means of every run, by engine.

    The tolerance is Student's quantile with the smaller number of degrees of freedom. Engines with a single run
    are not compared: it has no standard error.
    """
    for name in {name for means in runs.values() for run in means for name in run}:
        found = {
            engine: mean_of([run[name] for run in means]) for engine, means in runs.items() if len(means) > 1
        }
        if name in expected:
            found["theory"] = Mean(expected[name], 0.0, 10**6)
        for (one, a), (other, b) in combinations(found.items(), 2):
            tolerance = float(t.ppf(1 - CHANCE / 2, min(a.freedom, b.freedom))) * sqrt(
                a.error**2 + b.error**2
            )
            if not abs(a.value - b.value) <= tolerance:
                yield f"{name}: {one} has {a.value:.4g}, {other} {b.value:.4g} (within {tolerance:.2g} expected)"
