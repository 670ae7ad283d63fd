"""One number a replication, of a quantile one a batch: where a procedure asks for numbers independent and alike.

The quantile of few visits lies in the wrong place, and no number of replications mends their mean. So replications
are put together, in their order, in batches of 10 / (1 - p) visits or more: ten are expected beyond the quantile.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from sim.analysis.ratios import linearised
from sim.engine.contract import Floats, Ints
from sim.results.estimates import weights
from sim.results.measured import Measured, tallied
from sim.results.named import measure_of
from sim.results.pooled import Waits, of_groups

BEYOND = 10  # visits expected beyond a quantile


class Series(NamedTuple):
    """Measures of replications, to be put together in batches."""

    value: Floats  # float[row, replication]
    weight: Floats  # what each counts for; 0: not observed
    n: Ints
    p: Floats  # float[row] NaN: no quantile
    waits: tuple[Waits | None, ...]  # of a quantile

    @classmethod
    def of(cls, measured: Measured) -> Series:
        """All rows."""
        groups, waits = tallied(measured.key), of_groups(measured.tallies())
        p = np.array([measure_of(name).p for name in measured.key["measure"]], np.float64)
        own = tuple(waits[group] if group >= 0 else None for group in groups)
        return cls(measured.value.T, weights(measured).T, measured.n.T, p, own)

    @property
    def least(self) -> Floats:
        """How many observations each row needs in a batch: float[row]."""
        return np.where(np.isnan(self.p), 0, BEYOND / (1 - self.p))

    def between(self, first: int, after: int) -> tuple[Floats, Floats]:
        """The figures of these replications together and what they count for: float[row]."""
        part = slice(first, after)
        weight = self.weight[:, part].sum(axis=1)
        total = np.where(self.weight[:, part] > 0, self.value[:, part] * self.weight[:, part], 0).sum(axis=1)
        value = np.divide(total, weight, out=np.full(len(weight), np.nan), where=weight > 0)
        for row, waits in enumerate(self.waits):
            if waits is not None:
                value[row], weight[row] = waits.of(first, after).quantile(self.p[row]), 1
        return value, weight

    def row(self, row: int) -> Series:
        """One row alone."""
        return Series._make(part[row : row + 1] for part in self)


def next_end(series: Iterable[Series], first: int) -> int | None:
    """After which replication the batch that begins with this one is full in all series; None: not yet."""
    several = list(series)
    n, least = (np.concatenate([getattr(one, part) for one in several]) for part in ("n", "least"))
    full = (np.cumsum(n[:, first:], axis=1) >= least[:, np.newaxis]).all(axis=0)
    return first + int(full.argmax()) + 1 if full.any() else None


def batches(series: Iterable[Series]) -> list[int]:
    """After which replications the batches end, that are full in all series."""
    several, ends = list(series), [0]
    while (end := next_end(several, ends[-1])) is not None:
        ends.append(end)
    return ends[1:]


def numbers(series: Series, ends: list[int]) -> Floats:
    """One number a batch, of mean and spread as the figure's: float[row, batch]."""
    if not ends:
        return np.full((len(series.p), 0), np.nan)
    parts = [series.between(*span) for span in zip([0, *ends[:-1]], ends, strict=True)]
    value, weight = (np.stack(part, axis=1) for part in zip(*parts, strict=True))
    return np.where(np.isnan(series.p)[:, np.newaxis], linearised(value, weight), value)
