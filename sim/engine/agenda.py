"""The events still to come of the compiled engine, taken in the order of their keys.

A key is ``(time, code)``, the code holding precedence and id. Few events are due soon (people at work, citizens
out of patience) and many late (delays of days, citizens who come next week). So an event goes to one of three
places: a short sorted array, the *front*; behind it a binary heap, the *rest*, for what does not fit there; and, if
it is due beyond the current slice of time, unsorted into the *bucket* of its slice.

Events are rows (time, code) of float64: a code is below 2**53 and so exact. The arrays are arguments, not fields of a
tuple, because reading a field of a tuple of arrays counts references and costs more than the work itself.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from sim.engine.contract import Floats, Ints

FRONT = 64
ID_BITS = 40
ID_MASK = (1 << ID_BITS) - 1
NONE = -1
FRONT_SIZE, REST_SIZE, SLICE, FREE, USED = range(5)  # of `counts`
TIME, CODE, NEXT = range(3)  # columns; slots of buckets are chained by the third


@njit
def make_counts() -> Ints:
    """Sizes of front and rest, the current slice, the first free slot and the slots ever used."""
    return np.array([0, 0, 0, NONE, 0], np.int64)


@njit
def longer(rows: Floats, size: int) -> Floats:
    """The rows with room for `size` of them."""
    grown = np.empty((size, rows.shape[1]))
    grown[: len(rows)] = rows
    return grown


@njit(inline="always")
def drop_next(front: Floats, rest: Floats, counts: Ints) -> None:
    """Take the next event off; the front is filled again from the rest."""
    counts[FRONT_SIZE] -= 1
    if counts[FRONT_SIZE] == 0 and counts[REST_SIZE] > 0:
        refill(front, rest, counts)


@njit
def refill(front: Floats, rest: Floats, counts: Ints) -> None:
    """Fill half of the empty front with the first events of the rest."""
    filled = min(FRONT // 2, counts[REST_SIZE])
    for place in range(filled - 1, -1, -1):
        front[place] = rest[0]
        _drop_root(rest, counts)
    counts[FRONT_SIZE] = filled


@njit(inline="always")
def add(
    front: Floats,
    rest: Floats,
    slots: Floats,
    bucket: Ints,
    counts: Ints,
    width: float,
    time: float,
    code: float,
) -> None:
    """Add an event; what would happen at infinity never does."""
    if time < math.inf:
        piece = min(int(time / width), len(bucket) - 1)
        if piece > counts[SLICE]:
            add_far(slots, bucket, counts, piece, time, code)
        elif counts[REST_SIZE] > 0 or counts[FRONT_SIZE] == FRONT:
            add_crowded(front, rest, counts, time, code)
        else:
            place = counts[FRONT_SIZE]
            while place > 0 and (
                front[place - 1, TIME] < time
                or (front[place - 1, TIME] == time and front[place - 1, CODE] < code)
            ):
                front[place, TIME] = front[place - 1, TIME]
                front[place, CODE] = front[place - 1, CODE]
                place -= 1
            front[place, TIME], front[place, CODE] = time, code
            counts[FRONT_SIZE] += 1


@njit
def add_far(slots: Floats, bucket: Ints, counts: Ints, piece: int, time: float, code: float) -> None:
    """Put an event into the bucket of a later slice."""
    slot = counts[FREE]
    if slot == NONE:
        slot = counts[USED]
        counts[USED] += 1
    else:
        counts[FREE] = int(slots[slot, NEXT])
    slots[slot, TIME], slots[slot, CODE], slots[slot, NEXT] = time, code, bucket[piece]
    bucket[piece] = slot


@njit
def turn_slice(front: Floats, rest: Floats, slots: Floats, bucket: Ints, counts: Ints) -> None:
    """Go on to the next slice: sort in the events of its bucket."""
    counts[SLICE] += 1
    slot = bucket[counts[SLICE]]
    bucket[counts[SLICE]] = NONE
    while slot != NONE:
        add_crowded(front, rest, counts, slots[slot, TIME], slots[slot, CODE])
        following = int(slots[slot, NEXT])
        slots[slot, NEXT] = counts[FREE]
        counts[FREE] = slot
        slot = following


@njit
def add_crowded(front: Floats, rest: Floats, counts: Ints, time: float, code: float) -> None:
    """Add an event of the current slice where the front may be full, or the rest in use."""
    size = counts[FRONT_SIZE]
    if counts[REST_SIZE] > 0 and size > 0 and not _earlier(time, code, front[0, TIME], front[0, CODE]):
        _push(rest, counts, time, code)
        return
    if size == FRONT:
        _push(rest, counts, front[0, TIME], front[0, CODE])
        for place in range(size - 1):
            front[place] = front[place + 1]
        size -= 1
    place = size
    while place > 0 and _earlier(front[place - 1, TIME], front[place - 1, CODE], time, code):
        front[place] = front[place - 1]
        place -= 1
    front[place, TIME], front[place, CODE] = time, code
    counts[FRONT_SIZE] = size + 1


@njit
def _earlier(time_a: float, code_a: float, time_b: float, code_b: float) -> bool:
    return time_a < time_b or (time_a == time_b and code_a < code_b)


@njit
def _push(rest: Floats, counts: Ints, time: float, code: float) -> None:
    place = counts[REST_SIZE]
    counts[REST_SIZE] += 1
    while place > 0:
        above = (place - 1) >> 1
        if not _earlier(time, code, rest[above, TIME], rest[above, CODE]):
            break
        rest[place, TIME], rest[place, CODE] = rest[above, TIME], rest[above, CODE]
        place = above
    rest[place, TIME], rest[place, CODE] = time, code


@njit
def _drop_root(rest: Floats, counts: Ints) -> None:
    size = counts[REST_SIZE] - 1
    counts[REST_SIZE] = size
    time, code = rest[size, TIME], rest[size, CODE]
    place = 0
    while 2 * place + 1 < size:
        below = 2 * place + 1
        if below + 1 < size and _earlier(
            rest[below + 1, TIME], rest[below + 1, CODE], rest[below, TIME], rest[below, CODE]
        ):
            below += 1
        if not _earlier(rest[below, TIME], rest[below, CODE], time, code):
            break
        rest[place, TIME], rest[place, CODE] = rest[below, TIME], rest[below, CODE]
        place = below
    rest[place, TIME], rest[place, CODE] = time, code
