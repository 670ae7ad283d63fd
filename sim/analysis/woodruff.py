"""Intervals for quantiles of observations that come in replications: how many lie below, the other way round.

Visits of one replication have met the same queue, so the replication is the unit. The share of all observations at or
below the quantile seen is a ratio over replications, with the error of one. Its interval around p, read off the
distribution seen, is the interval of the quantile: no density is needed, and it is as lopsided as the distribution.

If the upper share would pass 1, the interval would end beyond the data, and there is none. As its error is itself
uncertain with few replications, and small by luck just where an interval would then be shown, none is shown either
where even independent observations would be too few.

Sources: Woodruff (1952), JASA 47, 635-646; Francisco & Fuller (1991), Ann. Stat. 19, 454-469.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sim.analysis.moments import Floats, student
from sim.analysis.ratios import ratio_moments


class Shares(NamedTuple):
    """Between which shares of the observations the share p is found; NaN: too few replications or observations."""

    low: float
    high: float


def shares(below: ArrayLike, n: ArrayLike, p: float, level: float = 0.95) -> Shares:
    """The interval of the share p: float[replication] of so many, how many are at or below its quantile seen."""
    size = np.asarray(n, np.float64)
    at = ratio_moments(share_of(below, size), size)
    half = float(at.half_width(level))
    least = float(student((1 + level) / 2, at.seen - 1)) * np.sqrt(p * (1 - p) / max(size.sum(), 1))
    if not p + max(half, least) <= 1:
        return Shares(np.nan, np.nan)
    return Shares(max(p - half, 0.0), p + half)


def share_of(below: ArrayLike, n: ArrayLike) -> Floats:
    """The quotient; NaN where there are none."""
    part, whole = np.asarray(below, np.float64), np.asarray(n, np.float64)
    return np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0)
