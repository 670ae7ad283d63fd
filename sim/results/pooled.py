"""Waits of many replications put together: their quantiles, with intervals, and what each replication moves them.

Sources: Hyndman & Fan (1996), Am. Stat. 50, 361-365, definition 7; Francisco & Fuller (1991), Ann. Stat. 19, 454-469.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from sim.analysis.ratios import linearised
from sim.analysis.woodruff import share_of, shares
from sim.engine.contract import Floats, Ints
from sim.results.tally import EDGES, EXACT, Tally


@dataclass(frozen=True)
class Waits:
    """The waits of one group, by replication."""

    n: Ints  # int[replication]
    replication: Ints  # int[...] of each of the next two, ascending
    bin: Ints  # see `Tally`
    number: Ints

    def of(self, first: int, after: int) -> Waits:
        """Those of the replications from the first on, before the other."""
        start, end = np.searchsorted(self.replication, [first, after])
        rest = self.replication[start:end] - first, self.bin[start:end], self.number[start:end]
        return Waits(self.n[first:after], *rest)

    @cached_property
    def pool(self) -> tuple[Ints, Ints, Ints]:
        """The bins of all replications, how many waits are in each, and in all up to each."""
        numbers = np.bincount(self.bin, self.number).astype(np.int64)
        bins = np.flatnonzero(numbers)
        return bins, numbers[bins], np.cumsum(numbers[bins])

    def quantile(self, p: float) -> float:
        """The wait that this share of all visits stays within; NaN without a visit."""
        rank = p * (int(self.n.sum()) - 1)
        if rank < 0:
            return np.nan
        low, high = self._ranked(math.floor(rank)), self._ranked(math.ceil(rank))
        return low + (rank % 1) * (high - low)

    def _ranked(self, rank: int) -> float:
        """The wait of a rank, counted from 0; those of a bin lie evenly in it."""
        bins, counts, upto = self.pool
        at = int(np.searchsorted(upto, rank, side="right"))
        share = (rank - upto[at] + counts[at] + 0.5) / counts[at]
        edge, between = divmod(int(bins[at]), 2)
        return float(EDGES[edge] + between * share * _width(edge))

    def below(self, wait: float) -> Floats:
        """How many waited at most so long: float[replication]; those of a bin lie evenly in it."""
        edge = int(np.searchsorted(EDGES, wait + EXACT, side="right")) - 1
        part = max(wait - EDGES[edge], 0.0) / _width(edge)
        share = np.where(self.bin <= 2 * edge, 1.0, np.where(self.bin == 2 * edge + 1, part, 0.0))
        return np.bincount(self.replication, share * self.number, len(self.n)).astype(np.float64)


class Quantile(NamedTuple):
    """A quantile of all visits; the interval is NaN where replications or visits are too few for one."""

    value: float
    low: float
    high: float
    linear: Floats  # float[replication] numbers whose mean is the quantile and whose spread its error


def estimated(waits: Waits, p: float, level: float = 0.95) -> Quantile:
    """The quantile p of all replications together.

    A replication moves it by (p - the share at or below) over the density of waits there: how many visits a minute
    wait so long in the middle half of the interval. Its ends lie far out where few visits are. Where many wait
    exactly so long, nothing moves.
    """
    value = waits.quantile(p)
    below = waits.below(value)
    bounds = shares(below, waits.n, p, level)
    if np.isnan(bounds.low):
        return Quantile(value, np.nan, np.nan, np.full(len(waits.n), np.nan))
    low, high = (waits.quantile(bound) for bound in bounds)
    share = linearised(share_of(below, waits.n), waits.n)
    moved = (share.mean() - share) * _minutes_a_share(waits, (p + bounds.low) / 2, (p + bounds.high) / 2)
    return Quantile(value, low, high, value + moved)


def of_groups(tallies: Sequence[Tally]) -> list[Waits]:
    """The waits of each group, from the tallies of replications 0, 1, … in this order."""
    groups = len(tallies[0].size) if tallies else 0
    ends = [np.append(0, np.cumsum(one.size, dtype=np.int64)) for one in tallies]
    return [_of_group(tallies, [(end[group], end[group + 1]) for end in ends]) for group in range(groups)]


def _minutes_a_share(waits: Waits, low: float, high: float) -> float:
    """One over the density of waits between two shares of the visits."""
    return (waits.quantile(high) - waits.quantile(low)) / (high - low) if high > low else 0.0


def _width(edge: int) -> float:
    """Of the bin behind an edge; the last one has none behind it, and nothing lies there."""
    return float(EDGES[edge + 1] - EDGES[edge]) if edge + 1 < len(EDGES) else 1.0


def _of_group(tallies: Sequence[Tally], spans: Sequence[tuple[int, int]]) -> Waits:
    own = [slice(*span) for span in spans]
    counts = [one.number[part] for one, part in zip(tallies, own, strict=True)]
    bins = [one.bin[part] for one, part in zip(tallies, own, strict=True)]
    return Waits(
        np.array([count.sum() for count in counts], np.int64),
        np.repeat(np.arange(len(tallies)), [len(part) for part in bins]),
        np.concatenate(bins).astype(np.int64),
        np.concatenate(counts).astype(np.int64),
    )
