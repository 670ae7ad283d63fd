"""Intervals for figures estimated from replications.

Replications are independent and alike; what happens within one is neither. So the unit of every interval is the
replication, except where that says nothing and the pooled observations must do (:func:`rate_interval`).

Sources: Law (2015), Simulation Modeling and Analysis, 5th ed., chapters 9 and 10; Wilson (1927), JASA 22, 209-212;
Brown, Cai & DasGupta (2001), Statistical Science 16, 101-133.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from sim.analysis.moments import Floats, moments, probability_above
from sim.analysis.ratios import ratio_moments

Value = float | Floats


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
    at = moments(values)
    half = at.half_width(level)
    return Interval(at.mean, at.mean - half, at.mean + half)


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


def ratio_interval(values: ArrayLike, weights: ArrayLike, level: float = 0.95) -> Interval:
    """Student's interval of a mean over all observations: float[..., replication] both → float[...].

    `values` are means of `weights` observations; see :mod:`sim.analysis.ratios`.
    """
    at = ratio_moments(values, weights)
    half = at.half_width(level)
    return Interval(at.mean, at.mean - half, at.mean + half)


def rate_interval(rates: ArrayLike, n: ArrayLike, level: float = 0.95) -> Interval:
    """The interval of a rate: rates and their denominators, each [..., replication] → float[...].

    That of the ratio, unless it is undefined (one replication), empty (all equal) or leaves [0, 1]: then Wilson's for
    the rate, on the denominators of all replications together.
    NOTE: Wilson's takes the pooled observations as independent. Citizens of one day are not, so it is then the
    least uncertainty there is.
    """
    student = ratio_interval(rates, n, level)
    pooled = np.asarray(n, np.float64).sum(axis=-1)
    score = wilson(student.mean * pooled, pooled, level)
    sound = (student.low >= 0) & (student.high <= 1) & (student.low < student.high)
    low, high = np.where(sound, np.array(student), np.array(score))[1:]
    return Interval(student.mean, low, high)


def paired_difference(a: ArrayLike, b: ArrayLike, level: float = 0.95) -> Difference:
    """B minus a over the last axis, replication by replication: the same citizens meet both (Law, 10.2.1).

    `larger` is the probability that b is larger in the long run; NaN with fewer than two pairs.
    """
    differences = np.asarray(b, np.float64) - np.asarray(a, np.float64)
    return Difference(*t_interval(differences, level), probability_above(moments(differences)))
