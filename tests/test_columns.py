"""Columns share one block of memory, are their own while held, and their memory is used again."""

from __future__ import annotations

import numpy as np
import pytest

from sim import columns as module
from sim.columns import columns

ODD = np.dtype(
    [("a", np.uint32), ("b", np.uint32), ("c", np.uint32)]
)  # 12 bytes fit into no cache line evenly


def test_types_lengths_and_no_overlap() -> None:
    kinds = [(float, 5), (np.int64, 0), (ODD, 7), (np.bool_, 3), (np.int64, 9)]
    made = columns(*kinds)
    assert [(c.dtype, len(c)) for c in made] == [(np.dtype(kind), length) for kind, length in kinds]
    for number, column in enumerate(made):
        column.view(np.uint8)[:] = number
    for number, column in enumerate(made):
        assert (column.view(np.uint8) == number).all()
        assert column.ctypes.data % module.LINE == made[0].ctypes.data % module.LINE


def test_memory_is_used_again_when_the_last_column_has_gone() -> None:
    first, second = columns((float, 1000), (float, 1000))
    where, part = first.ctypes.data, second[10:20]
    del first, second
    held = columns((float, 1000), (float, 1000))
    assert held[0].ctypes.data != where, "a part of it is still held"
    part[:] = 1.0
    held[1][:] = 2.0
    assert (part == 1.0).all()
    del part
    again = columns((float, 1000), (float, 1000))
    assert again[0].ctypes.data == where


def test_lengths_that_differ_by_chance_share_memory() -> None:
    (column,) = columns((float, 100_000))
    where = column.ctypes.data
    del column
    (other,) = columns((float, 100_100))
    assert other.ctypes.data == where


def test_what_is_spare_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SPARE", 100_000)
    module._spare.clear()
    for length in (1_000, 10_000, 20_000):
        columns((float, length))
    assert sum(size * len(blocks) for size, blocks in module._spare.items()) >= 100_000
    columns((float, 40_000))  # a size that is not there
    assert list(module._spare) == [len(block) for blocks in module._spare.values() for block in blocks]
    assert len(module._spare) == 1
