"""Intervals for figures estimated from replications.

Replications are independent and alike; what happens within one is neither. So the unit of every interval is the
replication, except where that says nothing and the pooled observations must do (:func:`rate_interval`).

Sources: Law (2015), Simulation Modeling and Analysis, 5th ed., chapters 9 and 10; Wilson (1927), JASA 22, 209-212;
Brown, Cai & DasGupta (2001), Statistical Science 16, 101-133; Hahn & Meeker (1991), Statistical Intervals, 5.2;
Box & Tiao (1973), Bayesian Inference in Statistical Analysis, 2.4.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtr, stdtrit

Floats = NDArray[np.float64]
Value = float | Floats

MOST_REPLICATIONS = 10_000_000


class Interval(NamedTuple):
    """An estimate and the bounds of its confidence interval, each a number or of the same shape; NaN: unknown."""

    mean: Value
    low: Value
    high: Value


class Difference(NamedTuple):
    """How much larger b is than a, with the bounds of the interval, and the probability that it is larger."""

    mean: Value
    low: Value
    high: Value
    larger: Value


def t_interval(values: ArrayLike, level: float = 0.95) -> Interval:
    """Student's interval for the mean over the last axis: float[..., replication] → float[...] (Law, 4.5).

    Replications with NaN (nothing observed) are left out; with fewer than two left the bounds are NaN.
    """
    mean, error, count = _mean_and_error(values)
    with np.errstate(invalid="ignore"):
        half = stdtrit(count - 1, (1 + level) / 2) * error
    return Interval(mean, mean - half, mean + half)


def wilson(successes: ArrayLike, n: ArrayLike, level: float = 0.95) -> Interval:
    """Wilson's score interval of a proportion; `mean` is the proportion itself, all NaN if n is 0.

    It holds what it promises for rates near 0 and 1, where Wald's does not (Brown, Cai & DasGupta 2001).
    """
    trials = np.asarray(n, np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.asarray(successes, np.float64) / trials
        z = ndtri((1 + level) / 2)
        centre = (rate + z**2 / (2 * trials)) / (1 + z**2 / trials)
        half = z / (1 + z**2 / trials) * np.sqrt(rate * (1 - rate) / trials + (z / (2 * trials)) ** 2)
    # at a rate of 0 or 1 the bound is that rate; rounding must not carry it past
    return Interval(
        rate, np.minimum(rate, np.maximum(centre - half, 0)), np.maximum(rate, np.minimum(centre + half, 1))
    )


def rate_interval(rates: ArrayLike, n: ArrayLike, level: float = 0.95) -> Interval:
    """The interval of a rate: rates and their denominators, each [..., replication] → float[...].

    Student's over the replications, unless it is undefined (one replication), empty (all equal) or leaves
    [0, 1]: then Wilson's for the mean rate, on the denominators of all replications together.
    NOTE: Wilson's takes the pooled observations as independent. Citizens of one day are not, so it is then the
    least uncertainty there is.
    """
    student = t_interval(rates, level)
    pooled = np.where(np.isnan(rates), 0, n).sum(axis=-1)
    score = wilson(student.mean * pooled, pooled, level)
    sound = (student.low >= 0) & (student.high <= 1) & (student.low < student.high)
    low, high = np.where(sound, np.array(student), np.array(score))[1:]
    return Interval(student.mean, low, high)


def quantile_interval(values: ArrayLike, q: float, level: float = 0.95) -> Interval:
    """A quantile of independent values with bounds that hold for every distribution (Hahn & Meeker 1991).

    The bounds are the order statistics whose ranks enclose a binomial(n, q) number with probability `level`; a
    bound beyond the smallest or largest value is NaN.
    """
    from scipy.stats import binom  # takes long to import, and nothing else here needs it

    x = np.sort(np.asarray(values, np.float64))
    if len(x) == 0:
        return Interval(math.nan, math.nan, math.nan)
    padded = np.concatenate([[np.nan], x, [np.nan]])  # by rank, from 1
    low = int(binom.ppf((1 - level) / 2, len(x), q))
    high = int(binom.ppf((1 + level) / 2, len(x), q)) + 1
    return Interval(np.quantile(x, q), padded[low], padded[high])


def paired_difference(a: ArrayLike, b: ArrayLike, level: float = 0.95) -> Difference:
    """B minus a over the last axis, replication by replication: the same citizens meet both (Law, 10.2.1).

    `larger` is the probability that b is larger in the long run: under a flat prior the mean difference is
    distributed as Student's t around the one observed (Box & Tiao 1973). Differences that are all equal leave no
    doubt: 0, 1, or 1/2 if they are none. NaN with fewer than two pairs.
    """
    differences = np.asarray(b, np.float64) - np.asarray(a, np.float64)
    interval = t_interval(differences, level)
    mean, error, count = _mean_and_error(differences)
    with np.errstate(invalid="ignore", divide="ignore"):
        larger = stdtr(count - 1, mean / error)
    certain = (error == 0) & (count > 1)
    return Difference(*interval, np.where(certain, (1 + np.sign(mean)) / 2, larger)[()])


def replications_needed(values: ArrayLike, half_width: float, level: float = 0.95) -> int:
    """How many replications, those made included, bring the interval's half-width down to `half_width`.

    The smallest i with t(i - 1) * sqrt(s² / i) ≤ half_width, where s² is the variance so far (Law, 9.4.1).
    `ValueError` for fewer than two values, or a half-width that is not positive or needs over ten million.
    """
    x = np.asarray(values, np.float64)
    if len(x) < 2:
        raise ValueError(f"needs at least two replications to tell how many more, not {len(x)}")
    spread = float(np.std(x, ddof=1))
    least = ndtri((1 + level) / 2) * spread
    if not half_width > 0 or least / half_width > math.sqrt(MOST_REPLICATIONS):
        raise ValueError(
            f"a half-width of {half_width} is out of reach with a standard deviation of {spread:g}"
        )
    count = max(len(x), math.ceil((least / half_width) ** 2))
    while stdtrit(count - 1, (1 + level) / 2) * spread > half_width * math.sqrt(count):
        count += 1
    return count


def _mean_and_error(values: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Mean, standard error and number of the values that are not NaN, over the last axis."""
    x = np.asarray(values, np.float64)
    known = ~np.isnan(x)
    count = known.sum(axis=-1).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        # counted from the smallest, so that equal values have exactly no error
        origin = np.where(known, x, np.inf).min(axis=-1, initial=np.inf)
        mean = origin + np.where(known, x - origin[..., np.newaxis], 0).sum(axis=-1) / count
        squares = np.where(known, x - mean[..., np.newaxis], 0) ** 2
        error = np.sqrt(squares.sum(axis=-1) / (count - 1) / count)
    return mean, error, count
