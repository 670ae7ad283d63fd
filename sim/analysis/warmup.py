"""Whether the warm-up is long enough: MSER-5, and a test that what it would still cut differs.

MSER-5 cuts off the beginning that makes the mean of the rest most certain: it does best among the rules compared by
Hoad, Robinson & Davies (2010). It also cuts a little from series that have no transient, so alone it would cry wolf:
a warm-up is called too short only if what MSER-5 would cut in addition also differs from the rest over replications.

Sources: White (1997), Simulation 69, 323-334; White, Cobb & Spratt (2000), Proc. Winter Simulation Conf., 755-760;
Hoad, Robinson & Davies (2010), JORS 61, 1389-1403.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sim.analysis.moments import Floats, moments

BATCH = 5  # observations; the 5 of MSER-5
LAST_BATCHES = 5  # never all that is left: few batches are alike by chance
FEWEST_BATCHES = 2 * LAST_BATCHES


class Truncation(NamedTuple):
    """How many observations at the beginning MSER-5 cuts off, half of them at most."""

    length: int
    settled: bool  # False: it would rather cut off more than half; the series is too short to tell


class WarmUpCheck(NamedTuple):
    """What MSER-5 and the replications say about a warm-up."""

    suggested: Truncation
    shift: float  # of the measured mean, by what should have been cut off as well
    too_short: bool


def mser5(series: ArrayLike) -> Truncation:
    """MSER-5 on float[replication, observation], averaged over replications; NaN: nothing observed.

    An observation that no replication has, such as a wait on a closed day, is passed over.
    """
    average = moments(np.asarray(series, np.float64).T).mean
    places = np.flatnonzero(~np.isnan(average))
    batches = average[places[: len(places) // BATCH * BATCH]].reshape(-1, BATCH).mean(axis=1)
    if len(batches) < FEWEST_BATCHES:
        return Truncation(0, False)
    figures, half = _mser(batches)[:-LAST_BATCHES], len(batches) // 2
    best = int(np.argmin(figures[: half + 1]))
    return Truncation(int(places[best * BATCH]), bool(figures[best] <= figures.min()))


def check_warm_up(series: ArrayLike, warm_up: int, level: float = 0.99) -> WarmUpCheck:
    """Judge a warm-up of so many observations on the whole series, itself included: float[replication, observation].

    Too short: MSER-5 would cut off more, and what lies between differs from what follows by Student's paired test
    over replications. Where MSER-5 cuts is chosen after the fact, so false alarms are more than 1 - `level`: at most
    one in thirty where this was tried. That a series is not settled is no alarm: one in five without transient
    is not.
    """
    x = np.asarray(series, np.float64)
    suggested = mser5(x)
    if suggested.length <= warm_up:
        return WarmUpCheck(suggested, 0.0, False)
    rest = moments(x[:, suggested.length :]).mean
    between = moments(_mean_of_a_transient(x[:, warm_up : suggested.length]) - rest)
    shift = moments(moments(x[:, warm_up:]).mean - rest).mean
    clear = bool(np.abs(between.mean) > between.half_width(level))
    return WarmUpCheck(suggested, float(shift), clear)


def _mean_of_a_transient(x: Floats) -> Floats:
    """Means with weights that fall to nothing at the end, as a transient does: a plain mean would dilute it."""
    weights = np.where(np.isnan(x), 0, np.arange(x.shape[1], 0, -1))
    with np.errstate(invalid="ignore"):
        return (np.nan_to_num(x) * weights).sum(axis=1) / weights.sum(axis=1)


def _mser(batches: Floats) -> Floats:
    """After cutting off 0, 1, … batches: the squared standard error of the mean of the rest."""
    left = np.arange(len(batches), 0, -1)
    centred = batches - batches.mean()  # sums of squares of far-off numbers lose digits
    sums = np.cumsum(centred[::-1])[::-1]
    squares = np.cumsum(centred[::-1] ** 2)[::-1]
    return (squares - sums**2 / left) / left**2
