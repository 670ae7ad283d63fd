"""The agenda of the compiled engine gives events in the order of a plain heap."""

import heapq
import math

import numpy as np
import pytest
from numba import njit

from sim.engine.agenda import CODE, FRONT_SIZE, SLICE, TIME, add, drop_next, make_counts, turn_slice

ROOM = 60_000


@njit
def _add(front, rest, slots, bucket, counts, width, time, code):  # type: ignore[no-untyped-def]
    add(front, rest, slots, bucket, counts, width, time, code)


@njit
def _drop(front, rest, counts):  # type: ignore[no-untyped-def]
    drop_next(front, rest, counts)


class Agenda:
    """The arrays of an agenda, driven as the kernel drives them."""

    def __init__(self, width: float, end: float) -> None:
        self.front, self.rest, self.slots = np.empty((65, 2)), np.empty((ROOM, 2)), np.empty((ROOM, 3))
        self.bucket, self.counts = np.full(int(end / width) + 2, -1, np.int64), make_counts()
        self.width = width

    def add(self, time: float, code: int) -> None:
        _add(self.front, self.rest, self.slots, self.bucket, self.counts, self.width, time, float(code))

    def take(self) -> tuple[float, int]:
        while True:
            size = self.counts[FRONT_SIZE]
            time = self.front[size - 1, TIME] if size else math.inf
            if self.counts[SLICE] >= len(self.bucket) - 1 or (self.counts[SLICE] + 1) * self.width > time:
                break
            turn_slice(self.front, self.rest, self.slots, self.bucket, self.counts)
        code = int(self.front[size - 1, CODE])
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
