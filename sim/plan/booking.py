"""Appointments: who asks for one gets the next free slot, or finds none as far ahead as the book goes.

A place in a slot is free for those who ask after it was cancelled. Who cancels asks again at that moment.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any, NamedTuple

import numpy as np

from sim.compiler import register_jitable
from sim.engine.contract import Bools, Floats, Ints
from sim.kernelcache import cached
from sim.keyed import dossier, name_hash, of_dossier
from sim.officetime import working_days
from sim.plan.doing import Words
from sim.plan.model import Bookings, Model

DAY = 1440.0
NONE = -1
FOR_EVER = 10**6  # days: a book without an end
CANCEL, CANCEL_WHEN, PUNCTUALITY = name_hash("cancel"), name_hash("cancel when"), name_hash("punctuality")


class Book(NamedTuple):
    """The slots of a site, in order of time."""

    slot: Floats  # float[slot] when each begins
    day: Ints  # int[slot] how many days the office has opened by then, that day included
    opened: Ints  # int[day] the same of every day
    ahead: int  # how many such days ahead may be booked
    places: int  # in a slot


class Given(NamedTuple):
    """What became of those who asked."""

    slot: Floats  # float[citizen] when their slot begins; -inf: they have none
    comes: Floats  # float[citizen] when they come, or without a slot would; inf: never
    bookings: Bookings


def book_of(model: Model) -> Book:
    """The slots of every site: all that the calendar has, also after the end of the run."""
    office, rules = model.plan.office, model.scenario.appointments
    sessions = [(a, b) for a, b in zip(office.opens.tolist(), office.closes.tolist(), strict=True) if a >= 0]
    slot = np.concatenate([np.arange(opens, closes, float(rules.slot_minutes)) for opens, closes in sessions])
    opened = np.cumsum(working_days(office), dtype=np.int64)
    ahead = FOR_EVER if rules.book_ahead_days is None else rules.book_ahead_days
    return Book(slot, opened[(slot // DAY).astype(np.int64)], opened, ahead, rules.per_slot)


def book(model: Model, keys: Words, stream: Ints, number: Ints, moment: Floats) -> Given:
    """Slots for citizens of these streams and numbers, in the order of the moments at which they ask."""
    slots, rules = book_of(model), model.scenario.appointments
    key = np.asarray(dossier(keys[stream], number.astype(np.uint64)))
    cancels, when = of_dossier(key, CANCEL) < rules.cancel, of_dossier(key, CANCEL_WHEN)
    site = np.array([one.site for one in model.streams])[stream]
    last, first = np.full((2, len(stream)), NONE)
    askings: list[Any] = []
    for each in np.unique(site):
        mine = np.flatnonzero(site == each)
        mine = mine[np.argsort(moment[mine], kind="stable")]
        last[mine], first[mine], who, *asking = _give(*slots, moment[mine], cancels[mine], when[mine])
        askings.append((mine[who], *asking))
    who, asked, slot = (np.concatenate(part) for part in zip(*askings, strict=True))
    asks = asked < model.plan.end
    has = last != NONE
    punctual = rules.punctuality.ppf(of_dossier(key, PUNCTUALITY))
    elsewhere = (
        np.where(first == NONE, moment, slots.slot[first]) if rules.without_slot == "counter" else np.inf
    )
    return Given(
        np.where(has, slots.slot[last], -np.inf),
        np.where(has, np.maximum(slots.slot[last] + punctual, 0.0), elsewhere),
        Bookings(stream[who[asks]].astype(np.int32), asked[asks], _days(slots, asked[asks], slot[asks])),
    )


def _days(book: Book, asked: Floats, slot: Ints) -> Floats:
    """Days on which the office opens from the day of asking, not counted, to that of the slot; inf: no slot."""
    asked_on = book.opened[(asked // DAY).astype(np.int64)]
    return np.where(slot == NONE, np.inf, book.day[slot] - asked_on)


@cached
def _give(
    slot: Floats,
    day: Ints,
    opened: Ints,
    ahead: int,
    places: int,
    moment: Floats,
    cancels: Bools,
    when: Floats,
) -> tuple[Ints, Ints, Ints, Floats, Ints]:
    """The last and the first slot of each citizen, and every asking.

    Moments ascend; `when` in (0, 1) is when on the way from asking to the slot it is cancelled.
    """
    n = len(moment)
    last, first, taken = np.full(n, NONE), np.full(n, NONE), np.zeros(len(slot), np.int64)
    who, asked, found = np.empty(2 * n, np.int64), np.empty(2 * n), np.empty(2 * n, np.int64)
    cancellations = [(np.inf, NONE)]  # a heap
    asking, citizen = 0, 0
    full = 0  # the slots before it are full or past
    while citizen < n or cancellations[0][1] != NONE:
        again = citizen == n or cancellations[0][0] <= moment[citizen]
        if again:
            now, one = heappop(cancellations)
        else:
            now, one = moment[citizen], citizen
            citizen += 1
        full = _next_free(slot, taken, places, now, full)
        latest = opened[int(now // DAY)] + ahead
        given = full if full < len(slot) and day[full] <= latest else NONE
        who[asking], asked[asking], found[asking] = one, now, given
        asking += 1
        if given != NONE:
            taken[given] += 1
        if again:
            taken[last[one]] -= 1
            full = min(full, last[one])
        elif given != NONE:
            first[one] = given
            if cancels[one]:
                heappush(cancellations, (now + when[one] * (slot[given] - now), one))
        last[one] = given
    return last, first, who[:asking], asked[:asking], found[:asking]


@register_jitable
def _next_free(slot: Floats, taken: Ints, places: int, now: float, full: int) -> int:
    """The first slot not before `now`, and not before `full`, with a place left."""
    at = int(np.searchsorted(slot, now))
    at = full if at < full else at
    while at < len(slot) and taken[at] == places:
        at += 1
    return at
