"""Whether a backlog still grows at the end of the measuring window: then the office cannot keep up.

A backlog remembers for weeks, so tests that take days as independent, the plain Mann-Kendall among them, see trends
everywhere (Hamed & Rao 1998). Replications are independent, and so are their slopes: Student's test over them holds
whatever a series does within. Slopes are taken through means of whole weeks, so that the week's rhythm is none. To
count, growth must show in the window as a whole and again in its last half: a start that was too empty fades, and a
season ends, while overload goes on.

Sources: Hamed & Rao (1998), J. Hydrology 204, 182-196; Law (2015), Simulation Modeling and Analysis, 9.5 (one figure
from each replication).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sim.analysis.moments import Floats, moments, student

RELEVANT = 0.1  # of the mean level: growth in half a window that is worth a word
FEWEST = 4  # cycles: two in each half


class Trend(NamedTuple):
    """How much a series grows by a straight line through it, in its own unit; NaN: cannot be told.

    The bounds are lower ones, one-sided.
    """

    growth: float  # over the window
    growth_low: float
    late: float  # over the last half of the window
    late_low: float
    level: float  # mean of the series
    grows: bool  # clearly and relevantly, to the end


def trend(series: ArrayLike, cycle: int = 7, level: float = 0.95) -> Trend:
    """Test float[replication, day] of one measuring window; NaN: unknown, passed over.

    Whole cycles of days are counted back from the end. Two replications and four cycles are the least that shows a
    trend; from fewer, nothing is said.
    """
    x = np.asarray(series, np.float64)
    cycles = x.shape[1] // cycle
    if cycles < FEWEST:
        return Trend(np.nan, np.nan, np.nan, np.nan, float(moments(x.ravel()).mean), False)
    weeks = moments(x[:, x.shape[1] - cycles * cycle :].reshape(len(x), cycles, cycle)).mean
    whole, late, mean = _growth(weeks), _growth(weeks[:, cycles // 2 :]), weeks.mean(axis=1)
    whole_low = _lower(whole, level)
    clear = whole_low > 0 and _lower(late - RELEVANT * mean, level) > 0
    growth, late_growth, mean_level = (float(moments(figure).mean) for figure in (whole, late, mean))
    return Trend(growth, whole_low, late_growth, _lower(late, level), mean_level, clear)


def _growth(weeks: Floats) -> Floats:
    """Slope of least squares times length: float[replication, week] → float[replication]."""
    count = weeks.shape[1]
    time = np.arange(count) - (count - 1) / 2
    return weeks @ time / (time @ time) * count


def _lower(values: Floats, level: float) -> float:
    """Student's one-sided lower bound of the mean."""
    at = moments(values)
    return float(at.mean - student(level, at.seen - 1) * at.error)
