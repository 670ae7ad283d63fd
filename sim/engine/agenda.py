"""The events still to come of the compiled engine, taken in the order of their keys.

A key is ``(time, code)``; the code holds precedence and id. Few events are due soon (people at work, citizens out of
patience) and many late (delays of days, citizens who come next week). So an event goes to one of three places: a
short sorted array, the *front*; behind it a binary heap, the *rest*, for what does not fit there; and, if it is due
beyond the current slice of time, unsorted into the *bucket* of its slice.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.compiler import njit
from sim.engine.contract import Ints

NONE = (1 << 32) - 1  # no slot, row or line
Records = Any  # a column of records; Numba knows its type, the checker of types does not
FRONT = 64
EVENT = np.dtype([("time", np.float64), ("code", np.int64)])
LATER = np.dtype([("time", np.float64), ("code", np.int64), ("next", np.int64)])
FRONT_SIZE, REST_SIZE, SLICE, FREE, USED = range(5)  # of `counts`


def make_counts() -> Ints:
    """Sizes of front and rest, the current slice, the first free row of `later` and the rows ever used."""
    return np.array([0, 0, 0, NONE, 0], np.int64)


@njit(inline="always")
def drop_next(front: Records, rest: Records, counts: Ints) -> None:
    """Take the next event off; the front is filled again from the rest."""
    counts[FRONT_SIZE] -= 1
    if counts[FRONT_SIZE] == 0 and counts[REST_SIZE] > 0:
        refill(front, rest, counts)


@njit
def refill(front: Records, rest: Records, counts: Ints) -> None:
    """Fill half of the empty front with the first events of the rest."""
    filled = min(FRONT // 2, counts[REST_SIZE])
    for place in range(filled - 1, -1, -1):
        front[place] = rest[0]
        _drop_root(rest, counts)
    counts[FRONT_SIZE] = filled


@njit(inline="always")
def add(
    front: Records,
    rest: Records,
    later: Records,
    bucket: Ints,
    counts: Ints,
    slice_ends: float,
    width: float,
    time: float,
    code: int,
) -> None:
    """Add an event; what would happen at infinity never does."""
    if time >= slice_ends:
        if time < math.inf:
            add_later(later, bucket, counts, width, time, code)
    elif counts[REST_SIZE] > 0 or counts[FRONT_SIZE] == FRONT:
        add_crowded(front, rest, counts, time, code)
    else:
        place = counts[FRONT_SIZE]
        counts[FRONT_SIZE] = place + 1
        while place > 0 and (
            front[place - 1]["time"] < time
            or (front[place - 1]["time"] == time and front[place - 1]["code"] < code)
        ):
            front[place]["time"], front[place]["code"] = front[place - 1]["time"], front[place - 1]["code"]
            place -= 1
        front[place]["time"], front[place]["code"] = time, code


@njit
def add_later(later: Records, bucket: Ints, counts: Ints, width: float, time: float, code: int) -> None:
    """Put an event into the bucket of a later slice."""
    row = counts[FREE]
    if row == NONE:
        row = counts[USED]
        counts[USED] += 1
    else:
        counts[FREE] = later[row]["next"]
    piece = min(int(time / width), len(bucket) - 1)
    later[row]["time"], later[row]["code"], later[row]["next"] = time, code, bucket[piece]
    bucket[piece] = row


@njit
def turn_slice(front: Records, rest: Records, later: Records, bucket: Ints, counts: Ints) -> None:
    """Go on to the next slice: sort in the events of its bucket."""
    counts[SLICE] += 1
    row = bucket[counts[SLICE]]
    bucket[counts[SLICE]] = NONE
    while row != NONE:
        add_crowded(front, rest, counts, later[row]["time"], later[row]["code"])
        following = later[row]["next"]
        later[row]["next"] = counts[FREE]
        counts[FREE] = row
        row = following


@njit
def add_crowded(front: Records, rest: Records, counts: Ints, time: float, code: int) -> None:
    """Add an event of the current slice where the front may be full, or the rest in use."""
    size = counts[FRONT_SIZE]
    if counts[REST_SIZE] > 0 and size > 0 and not _earlier(time, code, front[0]["time"], front[0]["code"]):
        _push(rest, counts, time, code)
        return
    if size == FRONT:
        _push(rest, counts, front[0]["time"], front[0]["code"])
        for place in range(size - 1):
            front[place] = front[place + 1]
        size -= 1
    place = size
    while place > 0 and _earlier(front[place - 1]["time"], front[place - 1]["code"], time, code):
        front[place] = front[place - 1]
        place -= 1
    front[place]["time"], front[place]["code"] = time, code
    counts[FRONT_SIZE] = size + 1


@njit
def _earlier(time_a: float, code_a: int, time_b: float, code_b: int) -> bool:
    return time_a < time_b or (time_a == time_b and code_a < code_b)


@njit
def _push(rest: Records, counts: Ints, time: float, code: int) -> None:
    place = counts[REST_SIZE]
    counts[REST_SIZE] += 1
    while place > 0:
        above = (place - 1) >> 1
        if not _earlier(time, code, rest[above]["time"], rest[above]["code"]):
            break
        rest[place] = rest[above]
        place = above
    rest[place]["time"], rest[place]["code"] = time, code


@njit
def _drop_root(rest: Records, counts: Ints) -> None:
    size = counts[REST_SIZE] - 1
    counts[REST_SIZE] = size
    time, code = rest[size]["time"], rest[size]["code"]
    place = 0
    while 2 * place + 1 < size:
        below = 2 * place + 1
        if below + 1 < size and _earlier(
            rest[below + 1]["time"], rest[below + 1]["code"], rest[below]["time"], rest[below]["code"]
        ):
            below += 1
        if not _earlier(rest[below]["time"], rest[below]["code"], time, code):
            break
        rest[place] = rest[below]
        place = below
    rest[place]["time"], rest[place]["code"] = time, code
