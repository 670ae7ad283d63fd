"""The agenda of the compiled engine gives events in the order of a plain heap."""

import heapq
import math

import numpy as np
import pytest
from numba import njit

from sim.compiler import lowest_bit
from sim.engine.agenda import FRONT_SIZE, LATE, REST_SIZE, add, drop_next, make_agenda, turn


@njit(_nrt=False)
def _add(agenda, size, slice_ends, time, code):  # type: ignore[no-untyped-def]
    return add(agenda, size, slice_ends, time, code)


@njit(_nrt=False)
def _turn(agenda):  # type: ignore[no-untyped-def]
    return turn(agenda)


@njit(_nrt=False)
def _drop(agenda, size):  # type: ignore[no-untyped-def]
    return drop_next(agenda, size)


class Driven:
    """An agenda driven as the kernel drives it."""

    def __init__(self, width: float, end: float) -> None:
        empty = make_agenda(end, width)
        more = {name: np.empty(60_000, getattr(empty, name).dtype) for name in ("rest", "later")}
        self.agenda, self.size, self.slice_ends = empty._replace(**more), np.uint64(0), width

    def add(self, time: float, code: int) -> None:
        size, self.slice_ends = _add(self.agenda, self.size, self.slice_ends, time, code)
        self.size = np.uint64(size)

    def take(self) -> tuple[float, int]:
        first = self.agenda.front[int(self.size) - 1]
        event = float(first["time"]), int(first["code"])
        self.size = np.uint64(_drop(self.agenda, self.size))
        if self.size == 0 and self.agenda.counts[LATE]:
            size, self.slice_ends = _turn(self.agenda)
            self.size = np.uint64(size)
        return event


@pytest.mark.parametrize("width", [8192.0, 512.0, 1.0, 0.03125])
@pytest.mark.parametrize("held", [1, 10, 60, 200, 2000])
def test_order_is_that_of_a_heap(held: int, width: float) -> None:
    """Whole minutes, so that ties abound; few and many events, near and far ones, some past the end."""
    random, end = np.random.default_rng(held), 5000.0
    agenda, heap, code, now = Driven(width, end), [], 0, 0.0
    for _ in range(5 * held + 2000):
        births = 2 if len(heap) < held else int(random.integers(0, 2))
        for _ in range(births):
            far = random.choice([0.0, 5.0, 500.0])
            event = (now + math.floor(random.exponential(far)) if far else now, code)
            agenda.add(*event)
            if event[0] < end:
                heapq.heappush(heap, event)
            code += 1
        if heap:
            expected = heapq.heappop(heap)
            assert agenda.take() == expected
            now = expected[0]


@pytest.mark.parametrize("time", [1000.0, math.inf])
def test_what_comes_after_the_end_is_not_kept(time: float) -> None:
    agenda = Driven(64.0, 1000.0)
    agenda.add(3.0, 3)
    agenda.add(time, 1)
    agenda.add(900.0, 2)
    assert [agenda.take(), agenda.take()] == [(3.0, 3), (900.0, 2)]
    assert agenda.size == 0
    assert not agenda.agenda.counts[[FRONT_SIZE, REST_SIZE, LATE]].any()


def test_the_lowest_bit_is_found() -> None:
    bits = [(1 << power) | (1 << 63) for power in range(64)]
    compiled = njit(lambda one: lowest_bit(one))
    for found in (lowest_bit, compiled):
        assert [int(found(np.uint64(one))) for one in bits] == list(range(64))


@pytest.mark.parametrize("order", [1, -1])
def test_a_crowd_in_one_instant_comes_by_code(order: int) -> None:
    """More events than the front holds, each later than all before it, or earlier."""
    agenda = Driven(1.0, 1000.0)
    agenda.add(3.0, 0)
    for code in [*range(1, 300)][::order]:
        agenda.add(5.0, code)
        agenda.add(3.0, code)
    assert [agenda.take()[1] for _ in range(300)] == [*range(300)]
    assert [agenda.take()[1] for _ in range(299)] == [*range(1, 300)]
