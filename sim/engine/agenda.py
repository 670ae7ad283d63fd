"""The events still to come of the compiled engine, taken in the order of their keys.

A key is ``(time, code)``; the code holds precedence and id. Time is cut into slices so short that hardly any holds
two events: an event goes unsorted to those of its slice, and a bit says that the slice has any (a calendar queue,
Brown 1988). So many slices are a *lap*: events of later laps wait unsorted for theirs to begin. The events of the
current slice, and what is added before its end, are in a short sorted array, the *front*; behind it a binary heap,
the *rest*, holds what does not fit there. So little is compared: which of two comes first no processor can foresee.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiler import lowest_bit, njit
from sim.engine.contract import Ints

NONE = np.uint32((1 << 32) - 1)  # no slot, row or line
# NOTE: an index without a sign needs no check whether it counts from the end; it stays so among its kind only.
ONE = np.uint64(1)
Records = Any  # a column of records; Numba knows its type, the checker of types does not
Indices = NDArray[np.uint32]
Words = NDArray[np.uint64]
FRONT, ROWS = 64, 4096
EVENT = np.dtype([("time", np.float64), ("code", np.int64)])
LATER = np.dtype([("time", np.float64), ("code", np.int64), ("next", np.uint32)], align=True)
# Of `counts`: sizes of front and rest; events in later slices, the first free row for them, and the rows ever used;
# the first slice of the lap. While the kernel holds the size of the front, that here is out of date.
FRONT_SIZE, REST_SIZE, LATE, FREE, USED, BASE = range(6)
LAP, LAP_BITS = (
    np.uint64(4096),
    np.uint64(12),
)  # slices: what is needed to find the next fits into the nearest memory
WORD_BITS, IN_WORD = np.uint64(6), np.uint64(63)


class Agenda(NamedTuple):
    """Where the events are."""

    front: Records  # latest first
    rest: Records
    later: Records  # rows of the events of later slices, chained
    first: Indices  # uint32[slice of the lap, then lap] the first row of each, if it has any
    occupied: Words  # uint64[... / 64] whether it has
    inhabited: Words  # uint64[... / 4096] whether any of 64 has
    counts: Ints
    width: float  # of a slice: a power of two, so that no event falls between two
    per_minute: float  # slices
    end: float  # of the run


def make_agenda(end: float, width: float) -> Agenda:
    """An empty one."""
    counts = np.zeros(6, np.int64)
    counts[FREE] = NONE
    regions = 2 + int(end / width) // LAP // 4096
    first, occupied, inhabited = (
        np.empty(4096 * regions, np.uint32),
        np.zeros(64 * regions, np.uint64),
        np.zeros(regions, np.uint64),
    )
    events = np.empty(FRONT + 1, EVENT), np.empty(ROWS, EVENT), np.empty(ROWS, LATER)
    return Agenda(*events, first, occupied, inhabited, counts, width, 1.0 / width, end)


@njit(inline="always")
def add(agenda: Agenda, size: int, slice_ends: float, time: float, code: int) -> tuple[int, float]:
    """Add an event, unless it comes after the end of the run; the size of the front, and the end of its slice."""
    front, later, first, occupied, counts, width = (
        agenda.front,
        agenda.later,
        agenda.first,
        agenda.occupied,
        agenda.counts,
        agenda.width,
    )
    if time >= slice_ends:
        if time < agenda.end:
            if size == 0 and counts[LATE] == 0:
                front[0]["time"], front[0]["code"] = time, code
                size, slice_ends = ONE, (np.int64(time * agenda.per_minute) + 1) * width
            else:
                row = np.uint32(counts[FREE])
                if row == NONE:
                    row = np.uint32(counts[USED])
                    counts[USED] += 1
                else:
                    counts[FREE] = later[row]["next"]
                counts[LATE] += 1
                piece = np.uint64(np.int64(time * agenda.per_minute))
                ahead = piece - np.uint64(counts[BASE])
                at = ahead if ahead < LAP else LAP + (piece >> LAP_BITS)
                word, bit = at >> WORD_BITS, at & IN_WORD
                later[row]["time"], later[row]["code"] = time, code
                vacant = np.uint32((occupied[word] >> bit) & ONE) - np.uint32(
                    1
                )  # NONE if nothing is there, else 0:
                later[row]["next"] = first[at] | vacant  # without a branch, as nobody foresees which
                first[at] = row
                occupied[word] |= ONE << bit
                agenda.inhabited[word >> WORD_BITS] |= ONE << (word & IN_WORD)
    elif counts[REST_SIZE] > 0 or size == FRONT:
        counts[FRONT_SIZE] = size
        add_crowded(front, agenda.rest, counts, time, code)
        size = np.uint64(counts[FRONT_SIZE])
    else:
        place = size
        size += ONE
        while place > 0 and (
            front[place - ONE]["time"] < time
            or (front[place - ONE]["time"] == time and front[place - ONE]["code"] < code)
        ):
            front[place]["time"], front[place]["code"] = (
                front[place - ONE]["time"],
                front[place - ONE]["code"],
            )
            place -= ONE
        front[place]["time"], front[place]["code"] = time, code
    return size, slice_ends


@njit(inline="always")
def drop_next(agenda: Agenda, size: int) -> int:
    """Take the next event off; an empty front is filled again from the rest. Returns the size of the front."""
    size -= ONE
    if size == 0 and agenda.counts[REST_SIZE] > 0:
        refill(agenda.front, agenda.rest, agenda.counts)
        size = np.uint64(agenda.counts[FRONT_SIZE])
    return size


@njit(inline="always")
def turn(agenda: Agenda) -> tuple[int, float]:
    """With an empty front, go on to the next slice that has any events; the size of the front and the slice's end."""
    front, later, occupied, inhabited = agenda.front, agenda.later, agenda.occupied, agenda.inhabited
    counts = agenda.counts
    while True:
        region = np.uint64(0)
        while inhabited[region] == 0:
            region += ONE
        place = lowest_bit(inhabited[region])
        word = (region << WORD_BITS) | place
        bit = lowest_bit(occupied[word])
        at = (word << WORD_BITS) | bit
        occupied[word] ^= ONE << bit
        inhabited[region] ^= np.uint64(occupied[word] == 0) << place
        row = agenda.first[at]
        if at < LAP:
            break
        _deal(agenda, row, (at - LAP) << LAP_BITS)
    following = later[row]["next"]
    counts[LATE] -= 1
    front[0]["time"], front[0]["code"] = later[row]["time"], later[row]["code"]
    later[row]["next"], counts[FREE] = counts[FREE], row
    size = ONE
    if following != NONE:
        counts[FRONT_SIZE] = 1
        _sort_in(front, agenda.rest, later, counts, following)
        size = np.uint64(counts[FRONT_SIZE])
    return size, (counts[BASE] + np.int64(at) + 1) * agenda.width


@njit
def _deal(agenda: Agenda, row: int, base: int) -> None:
    """A lap begins: its events are dealt to its slices."""
    later, first, occupied = agenda.later, agenda.first, agenda.occupied
    agenda.counts[BASE] = base
    while row != NONE:
        following = later[row]["next"]
        piece = np.uint64(np.int64(later[row]["time"] * agenda.per_minute)) - base
        word, bit = piece >> WORD_BITS, ONE << (piece & IN_WORD)
        later[row]["next"] = first[piece] if occupied[word] & bit != 0 else NONE
        first[piece] = row
        occupied[word] |= bit
        agenda.inhabited[0] |= ONE << word
        row = following


@njit
def _sort_in(front: Records, rest: Records, later: Records, counts: Ints, row: int) -> None:
    """The further events of a slice."""
    while row != NONE:
        add_crowded(front, rest, counts, later[row]["time"], later[row]["code"])
        following = later[row]["next"]
        later[row]["next"], counts[FREE] = counts[FREE], row
        counts[LATE] -= 1
        row = following


@njit
def refill(front: Records, rest: Records, counts: Ints) -> None:
    """Fill half of the empty front with the first events of the rest."""
    filled = min(FRONT // 2, counts[REST_SIZE])
    for place in range(filled - 1, -1, -1):
        front[place] = rest[0]
        _drop_root(rest, counts)
    counts[FRONT_SIZE] = filled


@njit
def add_crowded(front: Records, rest: Records, counts: Ints, time: float, code: int) -> None:
    """Add an event of the current slice where the front may be full, or the rest in use."""
    size = counts[FRONT_SIZE]
    full = size == FRONT or (size > 0 and counts[REST_SIZE] > 0)
    if full and not _earlier(time, code, front[0]["time"], front[0]["code"]):
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
