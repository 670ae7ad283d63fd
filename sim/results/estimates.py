"""What replications say together: means with intervals, and paired differences to a baseline."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from sim.analysis.intervals import Interval, paired_difference, rate_interval, t_interval
from sim.engine.contract import Bools
from sim.results.groups import Label
from sim.results.measured import Measured
from sim.results.measures import MEASURES


def intervals(measured: Measured) -> Interval:
    """The mean over replications and its 95 % interval, of each row."""
    x, rates = measured.value.T, [MEASURES[name].rate for name in measured.key["measure"]]
    mean, low, high = (np.array(part) for part in t_interval(x))
    _, low[rates], high[rates] = rate_interval(x[rates], measured.n.T[rates])
    return Interval(mean, np.maximum(low, 0.0), high)  # no measure can be negative


def summary(measured: Measured) -> pd.DataFrame:
    """The key, mean, low, high, and the n observations behind it."""
    mean, low, high = intervals(measured)
    return measured.key.assign(mean=mean, low=low, high=high, n=measured.n.sum(axis=0))


def against(baseline: Measured, measured: Measured) -> pd.DataFrame:
    """The summary, the `difference` to the baseline, paired by replication, and the probability it is `better`.

    A difference is empty for a row that the baseline has not, `better` where neither direction is.
    """
    mean, low, high, larger = paired_difference(baseline.values_of(measured.key).T, measured.value.T)
    direction = np.array([MEASURES[name].better for name in measured.key["measure"]])
    better = np.select([direction == "higher", direction == "lower"], [larger, 1 - larger], np.nan)
    return summary(measured).assign(difference=mean, difference_low=low, difference_high=high, better=better)


def whole(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of the network, and of whole kinds of site."""
    return table[grouped_by(table, []) | grouped_by(table, ["site"])]


def grouped_by(table: pd.DataFrame, group: Iterable[str]) -> Bools:
    """The rows grouped by exactly these parts of a :class:`Label`: bool[row]."""
    wanted = set(group)
    if unknown := wanted - set(Label._fields):
        raise ValueError(f"cannot group by {sorted(unknown)}; the choices are {list(Label._fields)}")
    named = table[list(Label._fields)].to_numpy() != ""
    return (named == [part in wanted for part in Label._fields]).all(axis=1)
