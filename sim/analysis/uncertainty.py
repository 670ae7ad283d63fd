"""What comes from not knowing the inputs, and what from chance: a two-level run taken apart.

The outer level draws inputs from belief, the inner one makes replications with each draw. One-way random effects:
value = mean + effect of the inputs + chance, and analysis of variance tells the two apart (Ankenman & Nelson 2012).

NOTE: each outer draw needs replications of its own. With the same replications everywhere, their luck is common to
all draws: it hides in neither mean square as assumed, and the share of the inputs comes out too small.

Sources: Ankenman & Nelson (2012), Proc. Winter Simulation Conf., 241-250; Cheng & Holland (1997), J. Stat. Comput.
Simul. 57, 219-241; Searle, Casella & McCulloch (1992), Variance Components, 3.6; Williams (1962), Biometrika 49,
278-281; Sun, Apley & Staum (2011), Oper. Res. 59, 998-1007.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from sim.analysis.moments import Floats


class Bounded(NamedTuple):
    """An estimate with its confidence interval."""

    value: float
    low: float
    high: float


class Decomposition(NamedTuple):
    """The mean over belief and chance, and where its uncertainty comes from."""

    mean: Bounded  # the interval covers both levels
    inputs: Bounded  # variance of the expected value over belief
    chance: Bounded  # variance of one replication, the inputs known
    share: Bounded  # inputs / (inputs + chance): of the variance of one replication
    expected: Bounded  # where the expected value lies, the inputs drawn from belief: median and quantiles


class _MeanSquares(NamedTuple):
    between: float
    within: float
    outer: int  # degrees of freedom
    inner: int
    size: float  # replications of an outer draw; if they differ, the n₀ of Searle et al., 3.6


def decompose(values: ArrayLike, level: float = 0.95) -> Decomposition:
    """Split the variance of float[outer, inner]; NaN: not observed. Bounds are Student's, χ², F and Williams's.

    `ValueError` for fewer than two outer draws, or none with two replications observed.
    """
    x = np.asarray(values, np.float64)
    x = x[(~np.isnan(x)).any(axis=1)]
    squares = _mean_squares(x)
    means = np.nanmean(x, axis=1)
    inputs = max((squares.between - squares.within) / squares.size, 0.0)
    return Decomposition(
        _mean(means, level),
        _input_variance(squares, inputs, level),
        _chance_variance(squares, level),
        _share(squares, inputs, level),
        _expected(means, inputs, squares, level),
    )


def _mean_squares(x: Floats) -> _MeanSquares:
    counts = (~np.isnan(x)).sum(axis=1)
    outer, inner = len(x) - 1, int(counts.sum()) - len(x)
    if outer < 1 or inner < 1:
        raise ValueError("needs at least two draws of the inputs, and two replications of some draw")
    means = np.nanmean(x, axis=1)
    between = float(counts @ (means - np.average(means, weights=counts)) ** 2) / outer
    within = float(np.nansum((x - means[:, np.newaxis]) ** 2)) / inner
    size = float(counts.sum() - counts @ counts / counts.sum()) / outer
    return _MeanSquares(between, within, outer, inner, size)


def _mean(means: Floats, level: float) -> Bounded:
    """Draws of the inputs are what is independent and alike: Student's interval over their means."""
    half = special.stdtrit(len(means) - 1, (1 + level) / 2) * means.std(ddof=1) / np.sqrt(len(means))
    return Bounded(float(means.mean()), float(means.mean() - half), float(means.mean() + half))


def _tails(level: float) -> tuple[float, float]:
    return (1 + level) / 2, (1 - level) / 2


def _chi2(p: float, degrees: int) -> float:
    """The quantile of the χ² distribution."""
    return 2 * float(special.gammaincinv(degrees / 2, p))


def _chance_variance(squares: _MeanSquares, level: float) -> Bounded:
    low, high = (squares.inner * squares.within / _chi2(p, squares.inner) for p in _tails(level))
    return Bounded(squares.within, float(low), float(high))


def _share(squares: _MeanSquares, inputs: float, level: float) -> Bounded:
    """Exact for normal effects, by the ratio of mean squares (Searle et al., 3.6)."""
    if squares.within == 0:
        certain = float(squares.between > 0)
        return Bounded(certain, certain, certain)
    ratio = squares.between / squares.within
    quantiles = (special.fdtri(squares.outer, squares.inner, p) for p in _tails(level))
    low, high = (max((ratio / f - 1) / squares.size, 0.0) for f in quantiles)
    return Bounded(inputs / (inputs + squares.within), float(low / (1 + low)), float(high / (1 + high)))


def _input_variance(squares: _MeanSquares, inputs: float, level: float) -> Bounded:
    """Williams's interval: at least nearly the level, from the F ratio and the χ² of the mean square between."""

    def bound(p: float) -> float:
        f, chi2 = special.fdtri(squares.outer, squares.inner, p), _chi2(p, squares.outer)
        return max(
            squares.outer * float(squares.between - squares.within * f) / float(squares.size * chi2), 0.0
        )

    low, high = (bound(p) for p in _tails(level))
    return Bounded(inputs, low, high)


def _expected(means: Floats, inputs: float, squares: _MeanSquares, level: float) -> Bounded:
    """Quantiles of the draws' means, drawn together until only the variance of the inputs is left.

    The means spread by chance too, and would paint the inputs' part too wide (Sun, Apley & Staum 2011).
    """
    spread = inputs + squares.within / squares.size
    shrunk = means.mean() + (means - means.mean()) * (np.sqrt(inputs / spread) if spread else 0.0)
    high, low = np.quantile(shrunk, _tails(level))
    return Bounded(float(np.median(shrunk)), float(low), float(high))
