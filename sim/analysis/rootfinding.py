"""Break-even: where a mean response crosses a target, with an interval for that place.

The same replications are used everywhere, so the mean response is a fixed function of x, and any bracketing method
finds its crossing (sample average approximation; Pasupathy & Kim 2011). Brent's is used: steps, as of a quantile,
do it no harm.

The interval inverts tests, as Fieller (1954) did: it holds every x at which Student's interval of the response
contains the target. So it has the level of that interval, needs no slope, is as lopsided as the response makes it,
and sees no difference between replications that cross and those that never do, which averaging a crossing of each
would.

Sources: Pasupathy & Kim (2011), ACM TOMACS 21(3), 19; Brent (1973), Algorithms for Minimization without Derivatives,
ch. 4; Fieller (1954), J. R. Stat. Soc. B 16, 175-185.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from numpy.typing import ArrayLike

from sim.analysis.moments import moments


class Crossing(NamedTuple):
    """Where the mean response meets the target, and the x that the replications do not rule out.

    `at` is NaN if the mean response does not cross within the range searched, the bounds if every x in it is ruled
    out. A bound on the edge of that range says that the interval may go on beyond.
    """

    at: float
    low: float
    high: float


def crossing(
    response: Callable[[float], ArrayLike],
    target: float,
    low: float,
    high: float,
    tolerance: float,
    level: float = 0.95,
) -> Crossing:
    """Where a monotone response crosses the target within [low, high], to ± `tolerance`.

    `response` gives float[replication] at x, always of the same replications with the same luck; it is asked once for
    each x. Whether it rises or falls is seen at the ends of the range. `ValueError` where fewer than two observe it.
    """

    @cache
    def estimate(x: float) -> tuple[float, float]:
        at = moments(response(x))
        if at.seen < 2:
            raise ValueError(f"needs at least two replications that observe the response at {x:g}")
        return float(at.mean) - target, float(at.half_width(level))

    low, high = float(low), float(high)
    rising = 1 if estimate(high)[0] >= estimate(low)[0] else -1

    def place(bound: int) -> float:
        """Where the mean (0), the upper (1) or the lower bound (-1) of what rises passes the target."""

        def excess(x: float) -> float:
            mean, half = estimate(x)
            return rising * mean + bound * half

        return _root(excess, low, high, tolerance)

    first, at, last = place(1), place(0), place(-1)
    if first == math.inf or last == -math.inf:
        return Crossing(math.nan, math.nan, math.nan)
    return Crossing(at if math.isfinite(at) else math.nan, max(first, low), min(last, high))


def _root(rising: Callable[[float], float], low: float, high: float, tolerance: float) -> float:
    """Where a function that rises passes 0; -inf or inf: before the range, or after it."""
    if rising(low) > 0:
        return -math.inf
    if rising(high) < 0:
        return math.inf
    from scipy.optimize import brentq  # takes long to import

    return float(brentq(rising, low, high, xtol=tolerance))
