"""Residual life: what is left of a value of a law, given that so much of it has passed.

With F the distribution function and s what has passed, a value that exceeds s is the quantile at
u' = F(s) + (1 - F(s)) u. Both tails are taken by survival functions, 1 - u' = (1 - F(s)) (1 - u), so that it stays
exact where u' would round to 1 (Klein & Moeschberger 2003, *Survival Analysis*, section 2.4).
"""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy import special

from sim import quantiles
from sim.laws import Law
from sim.quantiles import TABLE, quantile

LEAST = 1e-290  # of the probabilities at which scipy inverts the gamma law


def residual(law: Law, spent: float, u: float) -> float:
    """What is left, in the law's unit, of a value that exceeds `spent`, at u in (0, 1); it increases with u.

    Nothing spent leaves the whole value. 0 if no value exceeds it, see :func:`is_outlasted`.
    """
    if spent <= 0:
        return quantile(u, law.row, 0)
    if is_outlasted(law, spent):
        return 0.0
    return max(_GIVEN[law.row[0]](law, spent, u) - spent, 0.0)


def is_outlasted(law: Law, spent: float) -> bool:
    """No value of the law exceeds what has passed: it is a constant, or ends."""
    row = law.row
    ends = {
        quantiles.CONSTANT: row[1],
        quantiles.UNIFORM: row[2],
        quantiles.TRIANGULAR: row[3],
        quantiles.EMPIRICAL: row[-1],
    }
    return bool(spent >= ends.get(int(row[0]), math.inf))


def _constant(law: Law, _spent: float, _u: float) -> float:
    return law.mean


def _exponential(law: Law, spent: float, u: float) -> float:
    return spent - law.mean * math.log1p(-u)


def _weibull(law: Law, spent: float, u: float) -> float:
    """By the cumulative hazard, to which an exponential number is added."""
    _, scale, power, _ = law.row.tolist()
    return float(scale * ((spent / scale) ** (1 / power) - math.log1p(-u)) ** power)


def _lognormal(law: Law, spent: float, u: float) -> float:
    """By logarithms of normal probabilities, as even those have an end where the law has none."""
    _, mean, log_sd, half = law.row.tolist()
    log_survival = float(special.log_ndtr(-(math.log(spent / mean) + half) / log_sd))
    z = -special.ndtri_exp(log_survival + math.log1p(-u))
    return float(mean * quantiles.exp(log_sd * z - half))


def _gamma(law: Law, spent: float, u: float) -> float:
    """Where probabilities end, by the hazard, which no longer changes: the first term of its continued fraction."""
    shape, scale = (law.mean / law.sd) ** 2, law.sd / law.mean * law.sd
    x = spent / scale
    survival = float(special.gammaincc(shape, x)) * (1 - u)
    if survival < LEAST:
        return spent - scale * math.log1p(-u) * x / (x + 1 - shape)
    return float(scale * special.gammainccinv(shape, survival))


def _uniform(law: Law, spent: float, u: float) -> float:
    low = max(law.row[1], spent)
    return float(low + u * (law.row[2] - low))


def _triangular(law: Law, spent: float, u: float) -> float:
    low, mode, high = law.row[1:].tolist()
    width, rise, fall = high - low, mode - low, high - mode
    if spent < mode:
        below = max(spent - low, 0.0) ** 2 / (width * rise) if rise else 0.0
        above = 1 - below
    else:
        above = (high - spent) ** 2 / (width * fall)
        below = 1 - above
    if above * (1 - u) * width <= fall:
        return high - math.sqrt(above * (1 - u) * width * fall)
    return low + math.sqrt((below + above * u) * width * rise)


def _empirical(law: Law, spent: float, u: float) -> float:
    beyond = law.row[TABLE:][law.row[TABLE:] > spent]
    return float(beyond[math.ceil(u * len(beyond)) - 1])


_GIVEN: dict[int, Callable[[Law, float, float], float]] = {
    quantiles.CONSTANT: _constant,
    quantiles.EXPONENTIAL: _exponential,
    quantiles.LOGNORMAL: _lognormal,
    quantiles.GAMMA: _gamma,
    quantiles.WEIBULL: _weibull,
    quantiles.UNIFORM: _uniform,
    quantiles.TRIANGULAR: _triangular,
    quantiles.EMPIRICAL: _empirical,
}
