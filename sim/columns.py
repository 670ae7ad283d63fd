"""Columns of numbers, in memory that is used again.

The system clears memory before it hands it out, which takes as long as a simulation spends on filling it.
So the memory of columns that nobody holds any more is kept for the next ones of their size: the replications of a
scenario follow each other in the same place.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Bytes = NDArray[np.uint8]
MOST_SPARE = 1 << 29  # bytes; beyond them, memory of other sizes is given back to the system
LINE = 64  # bytes, of the processor's cache


def columns(*kinds: tuple[DTypeLike, int]) -> list[NDArray[Any]]:
    """Columns of these types and lengths, not yet filled, in one block of memory.

    In one block, for the system hands out large ones in large pages.
    """
    sizes = [np.dtype(kind).itemsize * length for kind, length in kinds]
    ends = np.cumsum([-(-size // LINE) * LINE for size in sizes], dtype=np.int64).tolist()
    block = np.asarray(_Lent(_memory(ends[-1])))
    return [
        block[start : start + size].view(kind)
        for (kind, _), size, start in zip(kinds, sizes, [0, *ends], strict=False)
    ]


class _Lent:
    """What all columns of a block hold on to; when the last of them is gone, the memory is spare again."""

    def __init__(self, memory: Bytes) -> None:
        self.memory = memory
        self.__array_interface__ = memory.__array_interface__

    def __del__(self) -> None:
        _spare.setdefault(len(self.memory), []).append(self.memory)


# By size. NOTE: without a lock, for a block may be given back at any moment, even while another is asked for; each
# step below is one that threads do not tear apart.
_spare: dict[int, list[Bytes]] = {}


def _memory(size: int) -> Bytes:
    """At least so many bytes: sizes are rounded up, so that those that differ by chance are the same."""
    step = max(1 << max(size.bit_length() - 4, 0), LINE)
    size = -(-size // step) * step
    try:
        return _spare[size].pop()
    except (KeyError, IndexError):
        if sum(size * len(blocks) for size, blocks in list(_spare.items())) > MOST_SPARE:
            _spare.clear()
        return np.empty(size, np.uint8)
