"""Lists of lists as arrays: one flat list, and where each part starts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np

from sim.engine.contract import Ints

T = TypeVar("T")


def starts(parts: Sequence[Sequence[object]]) -> Ints:
    """int[part + 1]: part i is at starts[i]:starts[i + 1] of the flat list."""
    return np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)


def flat(parts: Iterable[Iterable[T]]) -> list[T]:
    """All parts, one behind the other."""
    return [item for part in parts for item in part]
