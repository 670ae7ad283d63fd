"""Many paired differences judged together: intervals that hold all at once, adjusted p-values, and verdicts.

With twenty comparisons at 95 % one is expected to look clear by chance. Bonferroni's intervals hold all together with
the level asked, whatever the dependence, so the same citizens may be behind all of them; verdicts follow from these
intervals, so that words, numbers and pictures agree. Holm's p-values reject whatever Bonferroni's do, and more,
but have no two-sided intervals of their own.

Sources: Law (2015), Simulation Modeling and Analysis, 10.3; Holm (1979), Scand. J. Stat. 6, 65-70; Schuirmann (1987),
J. Pharmacokin. Biopharm. 15, 657-680.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.analysis.moments import Floats, moments, probability_above


class Verdict(StrEnum):
    """What a simultaneous interval says of a difference, given how small a one makes no difference."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "no practical difference"
    UNDECIDED = "undecided"


class Differences(NamedTuple):
    """Mean paired differences and what may be said of them, each float[...]; NaN: fewer than two pairs."""

    mean: Floats
    low: Floats  # bounds that hold for all together
    high: Floats
    p_value: Floats  # two-sided, of no difference, by itself
    adjusted: Floats  # by Holm, for all together
    larger: Floats  # probability that the difference is above 0


def simultaneous(differences: ArrayLike, level: float = 0.95) -> Differences:
    """All differences b - a as one family: float[..., replication], for example [scenario, measure, replication]."""
    at = moments(differences)
    family = max(int((at.seen > 1).sum()), 1)
    half = at.half_width(1 - (1 - level) / family)
    larger = probability_above(at)
    p_value = 2 * np.minimum(larger, 1 - larger)
    return Differences(at.mean, at.mean - half, at.mean + half, p_value, holm(p_value), larger)


def bonferroni(p_values: ArrayLike) -> Floats:
    """p-values times the number of those known: float[...] → float[...]."""
    p = np.asarray(p_values, np.float64)
    return np.minimum(p * (~np.isnan(p)).sum(), 1)


def holm(p_values: ArrayLike) -> Floats:
    """Holm's step-down p-values: float[...] → float[...]; NaN stays, and does not count."""
    p = np.asarray(p_values, np.float64)
    flat = p.ravel()
    order = np.argsort(flat)[: (~np.isnan(flat)).sum()]  # NaN sort last
    adjusted = np.full(flat.shape, np.nan)
    adjusted[order] = np.minimum(np.maximum.accumulate(flat[order] * np.arange(len(order), 0, -1)), 1)
    return adjusted.reshape(p.shape)


def verdicts(
    low: ArrayLike, high: ArrayLike, threshold: ArrayLike, larger_is_better: ArrayLike
) -> NDArray[np.str_]:
    """A :class:`Verdict` for each interval, where a difference within ± `threshold` makes none; all of one shape.

    Better or worse: all of the interval lies beyond the threshold. No practical difference: all of it lies within
    (two one-sided tests, Schuirmann 1987). Undecided: anything else, unknown bounds too.
    """
    rising = np.asarray(larger_is_better, np.bool_)
    gain = np.where(rising, low, -np.asarray(high, np.float64))  # the worst that the interval allows
    best = np.where(rising, high, -np.asarray(low, np.float64))
    zone = np.asarray(threshold, np.float64)
    cases = [gain > zone, best < -zone, (gain >= -zone) & (best <= zone)]
    return np.select(cases, [Verdict.BETTER, Verdict.WORSE, Verdict.SAME], Verdict.UNDECIDED)


def variance_reduction(a: ArrayLike, b: ArrayLike) -> Floats:
    """By which factor pairing shrinks the variance of the mean difference: float[..., replication] → float[...].

    The variance with independent runs, var(a) + var(b), over that of the pairs, var(b - a) (Law, 11.2); so many
    times more replications independent runs would need. inf: all pairs differ by the same.
    """
    x, y = np.broadcast_arrays(np.asarray(a, np.float64), np.asarray(b, np.float64))
    difference = y - x
    seen = ~np.isnan(difference)
    independent = (
        moments(np.where(seen, x, np.nan)).error ** 2 + moments(np.where(seen, y, np.nan)).error ** 2
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        return independent / moments(difference).error ** 2
