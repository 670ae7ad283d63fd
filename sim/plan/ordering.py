"""Instants in order, in linear time: numbers that are spread out need not be compared with all others."""

from __future__ import annotations

import numpy as np

from sim.columns import columns
from sim.compiler import register_jitable
from sim.engine.contract import Floats, Ints
from sim.kernelcache import cached

CELL = 64  # instants in a cell, on average
TOO_CLOSE = 1e-9  # minutes; so close together they are left to the insertion
ONE = np.uint64(1)  # numbers without a sign need no check, as an index, whether they count from the end


def in_order(moment: Floats, ticket: Ints, end: float) -> tuple[Floats, Ints]:
    """Those from 0 and before `end` by moment, with their tickets; of equal moments the first given comes first.

    The arrays given are used up. They are dealt out to cells of equal length, each cell to twice as many boxes as it
    has instants, and what is left is done by insertion. Whatever the density, both steps adapt to it; only if
    nearly all instants lie in a few places, apart by less than a millionth of the whole, is the time not linear.
    """
    spare = columns((float, len(moment)), (int, len(ticket)))
    kept = _sort(moment, ticket, end, *spare)
    return moment[:kept], ticket[:kept]


@cached
def _sort(moment: Floats, ticket: Ints, end: float, dealt_moment: Floats, dealt_ticket: Ints) -> int:
    """Sort, with two columns to spare; the number of those before `end`."""
    cells = max(len(moment) // CELL, 1)
    start = _dealt(moment, ticket, end, cells, dealt_moment, dealt_ticket)
    largest = 0
    for cell in range(cells):
        largest = max(largest, start[cell + 1] - start[cell])
    box = np.empty(2 * largest + 1, np.int64)
    for cell in range(np.uint64(cells)):
        first, last = np.uint64(start[cell]), np.uint64(start[cell + ONE])
        if last > first:
            _boxed(dealt_moment, dealt_ticket, first, last, box, moment, ticket)
            _insertion(moment, ticket, first, last)
    return start[cells]


@register_jitable
def _dealt(moment: Floats, ticket: Ints, end: float, cells: int, to_moment: Floats, to_ticket: Ints) -> Ints:
    """Deal out moments and tickets to cells; where each cell starts."""
    per_minute = cells / end
    start = np.zeros(cells + 1, np.int64)
    for t in moment:
        if t < end:
            start[np.uint64(min(int(t * per_minute), cells - 1)) + ONE] += 1
    for before in range(cells):
        start[before + 1] += start[before]
    place = start[:-1].copy()
    for i in range(np.uint64(len(moment))):
        t = moment[i]
        if t < end:
            cell = np.uint64(min(int(t * per_minute), cells - 1))
            at = np.uint64(place[cell])
            to_moment[at], to_ticket[at] = t, ticket[i]
            place[cell] += 1
    return start


@register_jitable
def _boxed(
    moment: Floats,
    ticket: Ints,
    first: np.uint64,
    last: np.uint64,
    box: Ints,
    to_moment: Floats,
    to_ticket: Ints,
) -> None:
    """One cell, dealt out to boxes between its least and its greatest moment."""
    low = high = moment[first]
    for i in range(first + ONE, last):
        low, high = min(low, moment[i]), max(high, moment[i])
    boxes = (last - first) * np.uint64(2)
    scale = float(boxes - ONE) / (high - low) if high - low > TOO_CLOSE else 0.0
    for i in range(boxes + ONE):
        box[i] = 0
    for i in range(first, last):
        box[np.uint64((moment[i] - low) * scale) + ONE] += 1
    for i in range(boxes):
        box[i + ONE] += box[i]
    for i in range(first, last):
        own = np.uint64((moment[i] - low) * scale)
        at = first + np.uint64(box[own])
        box[own] += 1
        to_moment[at], to_ticket[at] = moment[i], ticket[i]


@register_jitable
def _insertion(moment: Floats, ticket: Ints, first: np.uint64, last: np.uint64) -> None:
    for i in range(first + ONE, last):
        t, own = moment[i], ticket[i]
        at = np.uint64(i)
        while at > first and moment[at - ONE] > t:
            moment[at], ticket[at] = moment[at - ONE], ticket[at - ONE]
            at -= ONE
        moment[at], ticket[at] = t, own
