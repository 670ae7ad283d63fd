"""Lists of lists as arrays: one flat list, and where each part starts; and columns in one block of memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sim.engine.contract import Ints

T = TypeVar("T")


def starts(parts: Sequence[Sequence[object]]) -> Ints:
    """int[part + 1]: part i is at starts[i]:starts[i + 1] of the flat list."""
    return np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)


def flat(parts: Iterable[Iterable[T]]) -> list[T]:
    """All parts, one behind the other."""
    return [item for part in parts for item in part]


def columns(*kinds: tuple[DTypeLike, int]) -> list[NDArray[Any]]:
    """Columns of these types and lengths, not yet filled, in one block of memory.

    In one block, for the system hands out large ones in large pages: many small pages cost more than filling them.
    """
    sizes = [-(-np.dtype(kind).itemsize * length // 64) * 64 for kind, length in kinds]
    ends = np.cumsum(sizes, dtype=np.int64).tolist()
    block = np.empty(sum(sizes), np.uint8)
    return [
        block[end - size : end].view(kind)[:length]
        for (kind, length), size, end in zip(kinds, sizes, ends, strict=True)
    ]
