"""Waits counted in bins: what a replication keeps of them, so that those of many replications can be put together.

A log-linear histogram with bins that are the same everywhere, so that counts add up exactly: 0.05 minutes wide up to
10 minutes, then wider by the steps of banknotes, 0.1 from 10, 0.2 from 20, 0.5 from 50, 1 from 100 minutes and so
on, which is at most 1 % of the wait. Where a bin begins is a bin of its own: many wait exactly 0 minutes, and where
services last whole minutes, waits do.
"""

from __future__ import annotations

import zlib
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine.contract import Floats, Ints
from sim.kernelcache import cached

_STEPS = np.r_[100:200, 200:500:2, 500:1000:5]  # of a decade, which begins at 100
EDGES = np.concatenate([np.arange(200) / 20, *(_STEPS * ten / 10 for ten in 10.0 ** np.arange(7))])  # minutes
EXACT = 1e-7  # minutes: times are sums, and rounded


class Tally(NamedTuple):
    """How many waits of each group lie in each bin of one replication; empty bins are left out.

    Bin 2i is exactly `EDGES[i]`, bin 2i + 1 what lies between that edge and the next.
    """

    size: NDArray[np.uint32]  # [group] bins that are not empty
    bin: NDArray[np.uint16]  # [...] of all groups, one after the other, ascending in each
    number: NDArray[np.uint32]  # [...] waits

    def packed(self) -> bytes:
        """In a fifth of the room: bins as distances, then both by zlib."""
        parts = (
            np.array([len(self.size), len(self.bin)], "<u4"),
            self.size,
            np.diff(self.bin, prepend=np.uint16(0)),
        )
        return zlib.compress(b"".join(_bytes(part) for part in (*parts, self.number)), 1)

    @classmethod
    def unpacked(cls, packed: bytes) -> Tally:
        """What :meth:`packed` packed; zlib.error for what is damaged."""
        whole = zlib.decompress(packed)
        groups, bins = np.frombuffer(whole, "<u4", 2).tolist()
        size = np.frombuffer(whole, "<u4", groups, 8)
        distance = np.frombuffer(whole, "<u2", bins, 8 + 4 * groups)
        number = np.frombuffer(whole, "<u4", bins, 8 + 4 * groups + 2 * bins)
        return cls(size, np.cumsum(distance, dtype=np.uint16), number)

    def only(self, groups: Ints) -> Tally:
        """Some of the groups, in the order given."""
        end = np.cumsum(self.size, dtype=np.int64)
        spans = [slice(end[group] - self.size[group], end[group]) for group in groups]
        bins, counts = ([part[span] for span in spans] for part in (self.bin, self.number))
        return Tally(self.size[groups], np.concatenate(bins), np.concatenate(counts))


def tally(waits: Floats, first: Ints, number: Ints) -> Tally:
    """Count waits, those of each group in ascending order, `number` from `first` on."""
    bins, counts = np.empty(int(number.sum()), np.uint16), np.empty(int(number.sum()), np.uint32)
    size = np.zeros(len(first), np.uint32)
    filled = _count(waits, first, number, EDGES, size, bins, counts)
    return Tally(size, bins[:filled].copy(), counts[:filled].copy())


@cached
def _count(
    waits: Floats,
    first: Ints,
    number: Ints,
    edges: Floats,
    size: NDArray[np.uint32],
    bins: NDArray[np.uint16],
    counts: NDArray[np.uint32],
) -> int:
    """Fill in sizes, bins and counts; returns how many bins are not empty."""
    filled, last = 0, len(edges) - 1
    for group in range(len(first)):
        edge, previous = 0, -1
        for row in range(first[group], first[group] + number[group]):
            while edge < last and edges[edge + 1] <= waits[row] + EXACT:
                edge += 1
            own = 2 * edge + (waits[row] > edges[edge] + EXACT and edge < last)
            if own != previous:
                bins[filled], counts[filled], previous = own, 0, own
                size[group] += 1
                filled += 1
            counts[filled - 1] += 1
    return filled


def _bytes(part: NDArray[np.integer]) -> bytes:
    return part.astype(part.dtype.newbyteorder("<")).tobytes()
