"""Mean and standard error of replications, of which some may have observed nothing.

Sources: Law (2015), Simulation Modeling and Analysis, 4.5; Box & Tiao (1973), Bayesian Inference in Statistical
Analysis, 2.4.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr, stdtrit

Floats = NDArray[np.float64]


class Moments(NamedTuple):
    """Of the values that are not NaN, over the last axis: float[...]; with fewer than two the error is NaN."""

    mean: Floats
    error: Floats  # standard error of the mean
    seen: Floats  # how many those are

    def half_width(self, level: float) -> Floats:
        """Half of Student's interval for the mean (Law 2015, 4.5)."""
        return student((1 + level) / 2, self.seen - 1) * self.error


def moments(values: ArrayLike) -> Moments:
    """float[..., replication]; counted from the smallest value, so that equal values have exactly no error."""
    x = np.asarray(values, np.float64)
    known = ~np.isnan(x)
    seen = known.sum(axis=-1).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        origin = np.where(known, x, np.inf).min(axis=-1, initial=np.inf)
        mean = origin + np.where(known, x - origin[..., np.newaxis], 0).sum(axis=-1) / seen
        squares = np.where(known, x - mean[..., np.newaxis], 0) ** 2
        error = np.sqrt(squares.sum(axis=-1) / (seen - 1) / seen)
    return Moments(mean, error, seen)


def probability_above(at: Moments, threshold: float = 0.0) -> Floats:
    """Probability that the mean is above the threshold: Student's t around the mean seen, by a flat prior.

    Values that are all equal leave no doubt: 0, 1, or 1/2 on the threshold itself.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        probability = stdtr(at.seen - 1, (at.mean - threshold) / at.error)
    certain = (at.error == 0) & (at.seen > 1)
    return np.where(certain, (1 + np.sign(at.mean - threshold)) / 2, probability)[()]


def student(probability: float, freedom: ArrayLike) -> Floats:
    """Student's quantile; NaN without a degree of freedom."""
    degrees = np.asarray(freedom, np.float64)
    return np.where(degrees > 0, stdtrit(np.maximum(degrees, 1), probability), np.nan)
