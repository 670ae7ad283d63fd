"""Rates and means over replications: sum over sum, with the error of a ratio.

A replication has the value y/x of so many observations x, and x differs. The mean of such values weighs a replication
of few visits like one of many; the ratio of the sums r = Σy / Σx does not. To first order it moves with a
replication by its influence (y - r·x) / x̄, so these are what its error, and that of a difference, is made of. With
the same weight everywhere all of it is the mean and Student's interval.

Sources: Cochran (1977), Sampling Techniques, 3rd ed., 6.3 and 6.5; Deville (1999), Survey Methodology 25, 193-203.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.analysis.moments import Floats, Moments


def ratio_moments(values: ArrayLike, weights: ArrayLike) -> Moments:
    """The ratio and its standard error: values and weights, both float[..., replication] → float[...].

    A replication of no weight observed nothing: it is left out, whatever its value.
    """
    above, x, origin = _above_the_least(values, weights)
    seen, total = (x > 0).sum(axis=-1).astype(np.float64), x.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = (above * x).sum(axis=-1) / total
        residuals = (above - ratio[..., np.newaxis]) * x
        error = np.sqrt((residuals**2).sum(axis=-1) * seen / (seen - 1)) / total
    return Moments(origin + ratio, error, seen)


def running_ratio(values: ArrayLike, weights: ArrayLike) -> Moments:
    """The same after each replication: float[..., replication] → float[..., replication]."""
    above, x, origin = _above_the_least(values, weights)
    y = above * x
    seen, total = np.cumsum(x > 0, axis=-1).astype(np.float64), np.cumsum(x, axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.cumsum(y, axis=-1) / total
        squares = np.cumsum(y**2, axis=-1) - 2 * ratio * np.cumsum(y * x, axis=-1)
        squares = np.maximum(squares + ratio**2 * np.cumsum(x**2, axis=-1), 0)
        error = np.where(seen > 1, np.sqrt(squares * seen / (seen - 1)) / total, np.nan)
    return Moments(origin[..., np.newaxis] + ratio, error, seen)


def linearised(values: ArrayLike, weights: ArrayLike) -> Floats:
    """One number a replication, the ratio plus its influence: float[..., replication], of the same shape.

    Their mean is the ratio, their spread its error. A replication of no weight stands at the ratio; of a single one
    with any weight the others are NaN.
    """
    above, x, origin = _above_the_least(values, weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = x.mean(axis=-1, keepdims=True)
        ratio = (above * x).mean(axis=-1, keepdims=True) / mean
        influence = (above - ratio) * x / mean
    enough = (x > 0).sum(axis=-1, keepdims=True) > 1
    found = origin[..., np.newaxis] + ratio + influence
    return np.where(enough | (x > 0), found, np.nan)


def sequential(values: ArrayLike, weights: ArrayLike, first: int) -> Floats:
    """Numbers to add up one after the other: float[..., replication], of the same shape.

    After `first` replications or more, so many of them add up to so many times the ratio. The first ones are
    :func:`linearised` together, each later one around the ratio before it.
    """
    x = np.asarray(weights, np.float64)
    before = running_ratio(values, x).mean[..., first - 1 : -1]
    share = x[..., first:] / (np.cumsum(x, axis=-1)[..., first:] / np.arange(first + 1, x.shape[-1] + 1))
    known = np.where(x[..., first:] > 0, np.asarray(values, np.float64)[..., first:], before)
    opening = linearised(np.asarray(values)[..., :first], x[..., :first])
    return np.concatenate([opening, before + (known - before) * share], axis=-1)


def _above_the_least(values: ArrayLike, weights: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Values above the least of them, 0 where there is no weight; the weights; that least value.

    Counted from there, equal values have exactly no error.
    """
    value, x = np.broadcast_arrays(np.asarray(values, np.float64), np.asarray(weights, np.float64))
    known = x > 0
    origin = np.where(known, value, np.inf).min(axis=-1, initial=np.inf)
    with np.errstate(invalid="ignore"):
        return np.where(known, value - origin[..., np.newaxis], 0.0), np.where(known, x, 0.0), origin
