"""The agenda of the compiled engine gives events in the order of a plain heap."""

import heapq
import math

import numpy as np
import pytest
from numba import njit

from sim.engine.agenda import (
    EVENT,
    FRONT,
    FRONT_SIZE,
    LATER,
    NONE,
    SLICE,
    add,
    drop_next,
    make_counts,
    turn_slice,
)

ROOM = 60_000


@njit(_nrt=False)
def _add(front, rest, later, bucket, counts, slice_ends, width, time, code):  # type: ignore[no-untyped-def]
    add(front, rest, later, bucket, counts, slice_ends, width, time, code)


@njit(_nrt=False)
def _drop(front, rest, counts):  # type: ignore[no-untyped-def]
    drop_next(front, rest, counts)


class Agenda:
    """The columns of an agenda, driven as the kernel drives them."""

    def __init__(self, width: float, end: float) -> None:
        self.front, self.rest = np.empty(FRONT + 1, EVENT), np.empty(ROOM, EVENT)
        self.later = np.empty(ROOM, LATER)
        self.bucket, self.counts = np.full(int(end / width) + 2, NONE), make_counts()
        self.width = width

    @property
    def slice_ends(self) -> float:
        last = len(self.bucket) - 1
        return (self.counts[SLICE] + 1) * self.width if self.counts[SLICE] < last else math.inf

    def add(self, time: float, code: int) -> None:
        places = self.front, self.rest, self.later, self.bucket, self.counts
        _add(*places, self.slice_ends, self.width, time, code)

    def take(self) -> tuple[float, int]:
        while True:
            size = self.counts[FRONT_SIZE]
            time = self.front[size - 1]["time"] if size else math.inf
            if self.slice_ends > time or self.slice_ends == math.inf:
                break
            turn_slice(self.front, self.rest, self.later, self.bucket, self.counts)
        code = int(self.front[size - 1]["code"])
        _drop(self.front, self.rest, self.counts)
        return float(time), code


@pytest.mark.parametrize("width", [8192.0, 512.0, 1.0])
@pytest.mark.parametrize("held", [1, 10, 60, 200, 2000])
def test_order_is_that_of_a_heap(held: int, width: float) -> None:
    """Whole minutes, so that ties abound; few and many events, near and far ones, also past the end."""
    random, end = np.random.default_rng(held), 5000.0
    agenda, heap, code, now = Agenda(width, end), [], 0, 0.0
    for _ in range(5 * held + 2000):
        births = 2 if len(heap) < held else int(random.integers(0, 2))
        for _ in range(births):
            far = random.choice([0.0, 5.0, 500.0])
            event = (now + math.floor(random.exponential(far)) if far else now, code)
            agenda.add(*event)
            heapq.heappush(heap, event)
            code += 1
        if heap:
            expected = heapq.heappop(heap)
            assert agenda.take() == expected
            now = expected[0]


def test_what_never_happens_is_not_kept() -> None:
    agenda = Agenda(64.0, 1000.0)
    agenda.add(math.inf, 1)
    agenda.add(5.0, 2)
    assert agenda.take() == (5.0, 2)
    assert agenda.counts.tolist()[:2] == [0, 0]
