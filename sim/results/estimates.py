"""What replications say together: figures with intervals, and paired differences to a baseline."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.analysis.intervals import Difference, paired_difference, rate_interval, ratio_interval
from sim.analysis.ratios import linearised
from sim.engine.contract import Bools, Floats, Ints
from sim.results.figure import Kind
from sim.results.groups import Label
from sim.results.measured import Measured, kinds, tallied
from sim.results.named import measure_of
from sim.results.pooled import Quantile, estimated, of_groups


class Estimates(NamedTuple):
    """The figures of a scenario, in the rows of its measures."""

    key: pd.DataFrame
    mean: Floats  # float[row]
    low: Floats
    high: Floats
    n: Ints  # int[row] observations in all replications
    linear: Floats  # float[row, replication] numbers whose mean is the figure and whose spread its error

    def in_rows(self, key: pd.DataFrame) -> tuple[Floats, Floats]:
        """Mean and linear in the rows of another scenario; NaN where this one has none."""
        at = pd.MultiIndex.from_frame(self.key).get_indexer(pd.MultiIndex.from_frame(key))
        known = at >= 0
        return np.where(known, self.mean[at], np.nan), np.where(known[:, np.newaxis], self.linear[at], np.nan)


def weights(measured: Measured) -> Floats:
    """What each value counts for when replications are put together: float[replication, row]; 0: unknown.

    A mean or a rate counts for its observations, an amount for one replication.
    """
    counted = np.isin(kinds(measured.key), [Kind.MEAN, Kind.RATE])
    return np.where(np.isnan(measured.value), 0, np.where(counted, measured.n, 1)).astype(np.float64)


def estimates(measured: Measured) -> Estimates:
    """The figures of all replications together, with 95 % intervals."""
    x, w, kind = measured.value.T, weights(measured).T, kinds(measured.key)
    mean, low, high = (np.array(part) for part in ratio_interval(x, w))
    rates, linear = kind == Kind.RATE, linearised(x, w)
    _, low[rates], high[rates] = rate_interval(x[rates], w[rates])
    for row, found in quantiles(measured).items():
        mean[row], low[row], high[row], linear[row] = found
    low = np.maximum(low, 0.0)  # no measure can be negative
    return Estimates(measured.key, mean, low, high, measured.n.sum(axis=0), linear)


def quantiles(measured: Measured) -> dict[int, Quantile]:
    """The quantiles of the pooled waits, by row."""
    waits, group = of_groups(measured.tallies()), tallied(measured.key)
    return {
        int(row): estimated(waits[group[row]], measure_of(measured.key["measure"].iloc[row]).p)
        for row in np.flatnonzero(group >= 0)
    }


def summary(found: Estimates) -> pd.DataFrame:
    """The key, mean, low, high, and the n observations behind it."""
    return found.key.assign(mean=found.mean, low=found.low, high=found.high, n=found.n)


def against(baseline: Estimates, found: Estimates) -> pd.DataFrame:
    """The summary, the `difference` to the baseline, paired by replication, and the probability it is `better`.

    A difference is empty for a row that the baseline has not, `better` where neither direction is.
    """
    mean, low, high, larger = difference(baseline, found)
    direction = np.array([measure_of(name).better for name in found.key["measure"]])
    better = np.select([direction == "higher", direction == "lower"], [larger, 1 - larger], np.nan)
    return summary(found).assign(difference=mean, difference_low=low, difference_high=high, better=better)


def difference(baseline: Estimates, found: Estimates) -> Difference:
    """How much larger each figure is than the baseline's, paired by replication: the same citizens meet both."""
    mean, linear = baseline.in_rows(found.key)
    return paired_difference(linear, found.linear)._replace(mean=found.mean - mean)


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
