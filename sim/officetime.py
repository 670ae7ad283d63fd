"""Office time: working time and deadlines over the sessions of an office (model, section 2).

Instants are minutes since 00:00 of day 0, which is the calendar's first day unless the days are
:func:`counted_from` a later one. Within a session, every instant t is

    t = working minutes until t + closed minutes until t,

and the closed minutes change only between sessions: the way from an instant to working time, or back, is one
search and one sum. Session bounds are whole minutes, so it is exact there and back.

The arithmetic works alike on floats, on arrays of instants, and on floats inside a ``numba.njit`` function.
It does not check: an instant before the calendar's start has no meaning, and what would come after its end
is inf. Where a rule takes a `unit`, that is one number; :func:`each_due` and :func:`each_due_after_pause`
take a column of units, and do check.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.compiler import register_jitable

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Minutes = TypeVar("Minutes", float, Floats)

DAY = 1440.0
HOUR = 60.0
# NOTE: without it, a sum such as 480 + 0.1 - 0.1 would carry a due moment from a closing to the next opening.
ROUNDING = 1e-7

WORKING_DAYS, WORKING_HOURS, CALENDAR_DAYS, SAME_DAY, NO_DEADLINE = range(5)
EARLY, ON_TIME, LATE, OPEN, OVERDUE = range(5)


class OfficeTime(NamedTuple):
    """The sessions of an office, in order; one may begin when the one before ends."""

    opens: Floats
    """float64[session], minutes."""
    closes: Floats
    """float64[session], minutes."""
    worked: Floats
    """float64[session + 1], working minutes before each session; the last is the calendar's total."""
    idle: Floats
    """float64[session + 2], entry k + 1: closed minutes before session k, from day 0 on. Entry 0 is the calendar's
    start, with no work before it. The last entry is inf: the session after the last never comes."""
    first_session: Ints
    """int64[day + 1]; the sessions of day d are first_session[d]:first_session[d + 1]. Those before the first of
    day 0 are sessions of days before it, at negative instants."""
    day_minutes: float
    """Working minutes of one working day of a deadline."""


def counted_from(office: OfficeTime, day: int) -> OfficeTime:
    """The same office with another day as day 0; the days before it stay, at negative instants."""
    past = DAY * day
    return office._replace(
        opens=office.opens - past,
        closes=office.closes - past,
        idle=office.idle - past,
        first_session=office.first_session[day:],
    )


def working_days(office: OfficeTime) -> NDArray[np.bool_]:
    """bool[day]: the office opens on that day."""
    return np.diff(office.first_session) > 0


@register_jitable
def working_elapsed(office: OfficeTime, t: Minutes) -> Minutes:
    """Working minutes from the calendar's start until `t`."""
    opened = np.searchsorted(office.opens, t)
    elapsed: Minutes = np.minimum(office.worked[opened], t - office.idle[opened])
    return elapsed


@register_jitable
def instant_at(office: OfficeTime, worked: Minutes) -> Minutes:
    """The earliest instant with `worked` working minutes before it: a closing, not the opening after it."""
    instant: Minutes = worked + office.idle[np.searchsorted(office.worked, worked - ROUNDING)]
    return instant


@register_jitable
def working_minutes(office: OfficeTime, start: Minutes, end: Minutes) -> Minutes:
    """Working minutes between two instants."""
    return working_elapsed(office, end) - working_elapsed(office, start)


@register_jitable
def add_working(office: OfficeTime, t: Minutes, minutes: Minutes) -> Minutes:
    """The earliest instant, not before `t`, by which `minutes` >= 0 working minutes have passed since `t`."""
    end: Minutes = np.maximum(t, instant_at(office, working_elapsed(office, t) + minutes))
    return end


@register_jitable
def day_of(t: Minutes) -> Minutes:
    """The day of an instant, 0 for the first; a whole number, but a float, as it may be inf."""
    day: Minutes = np.floor(t / DAY)
    return day


@register_jitable
def next_opening(office: OfficeTime, t: Minutes) -> Minutes:
    """`t` if the office is open then, else the next opening. At a closing it is shut."""
    over = np.searchsorted(office.closes, t, side="right")
    opening: Minutes = np.maximum(t, office.worked[over] + office.idle[over + 1])
    return opening


@register_jitable
def next_day_opening(office: OfficeTime, t: Minutes) -> Minutes:
    """The first opening on a later day than that of `t`."""
    return next_opening(office, DAY * (day_of(t) + 1))


@register_jitable
def day_closing(office: OfficeTime, day: Minutes) -> Minutes:
    """The end of the last session of `day` or, if that is a day off, of the next working day."""
    opening = next_opening(office, DAY * day)
    midnight = DAY * (day_of(opening) + 1)
    last = np.searchsorted(office.closes, midnight, side="right") - 1
    closing: Minutes = np.maximum(opening, office.closes[last])
    return closing


@register_jitable
def count_from(office: OfficeTime, received: Minutes, cut_off: Minutes) -> Minutes:
    """When the clock starts for a dossier: at once if the office is open, else at the next opening.

    From the cut-off on (minutes after midnight, inf: none) it is the opening of the next working day.
    """
    earliest: Minutes = np.maximum(received, DAY * (day_of(received - cut_off) + 1))
    return next_opening(office, earliest)


@register_jitable
def due(office: OfficeTime, received: Minutes, unit: int, amount: Minutes, cut_off: Minutes) -> Minutes:
    """The due moment of a dossier; inf if there is no deadline, or beyond the calendar's end.

    Every unit counts from :func:`count_from`. N working days from an opening end at the N-th day's closing.
    Calendar days and the same day end with the last session of the day, or of the next working day.
    """
    if unit == NO_DEADLINE:
        return received + np.inf
    start = count_from(office, received, cut_off)
    if unit == WORKING_DAYS:
        return add_working(office, start, amount * office.day_minutes)
    if unit == WORKING_HOURS:
        return add_working(office, start, amount * HOUR)
    if unit == CALENDAR_DAYS:
        return day_closing(office, day_of(start + DAY * amount))
    return day_closing(office, day_of(start))


@register_jitable
def due_after_pause(
    office: OfficeTime, due: Minutes, paused: Minutes, resumed: Minutes, unit: int
) -> Minutes:
    """The due moment, moved by the time the clock stood still, even if it was past when the pause began.

    Calendar days move by whole days, and on to a working day; all other units by working time.
    """
    if unit == CALENDAR_DAYS:
        return day_closing(office, due_day(due) + day_of(resumed) - day_of(paused))
    return add_working(office, due, working_minutes(office, paused, resumed))


@register_jitable
def due_day(due: Minutes) -> Minutes:
    """The day of a due moment, as :func:`day_of`, but midnight is the end of the day before."""
    day: Minutes = np.ceil((due - ROUNDING) / DAY) - 1
    return day


@register_jitable
def classify(due: Minutes, ready: Minutes, now: Minutes, unit: int | Ints) -> Ints:
    """EARLY, ON_TIME or LATE by the date of `ready`; if that is NaN, OPEN or OVERDUE at `now`.

    A same-day service is never early; a dossier without a deadline is on time or open. int64, in the shape
    of the columns.
    """
    midnight = DAY * (due_day(due) + 1)
    late = ready >= midnight
    early = (ready < midnight - DAY) & (due < np.inf) & (unit != SAME_DAY)
    waiting = np.isnan(ready) * (OPEN - ON_TIME + (now >= midnight))
    status: Ints = ON_TIME + late - early + waiting
    return status


def each_due(
    office: OfficeTime, received: ArrayLike, unit: ArrayLike, amount: ArrayLike, cut_off: ArrayLike
) -> Floats:
    """:func:`due` of every dossier, float64[dossier]; `ValueError` for an instant outside the calendar."""
    _check_within(office, received)
    return _each(due, office, unit, received=received, amount=amount, cut_off=cut_off)


def each_due_after_pause(
    office: OfficeTime, due: ArrayLike, paused: ArrayLike, resumed: ArrayLike, unit: ArrayLike
) -> Floats:
    """:func:`due_after_pause` of every dossier, float64[dossier]; errors as in :func:`each_due`."""
    _check_within(office, paused)
    _check_within(office, resumed)
    return _each(due_after_pause, office, unit, due=due, paused=paused, resumed=resumed)


def _each(rule: Callable[..., Floats], office: OfficeTime, unit: ArrayLike, **columns: ArrayLike) -> Floats:
    units, *broadcast = np.broadcast_arrays(unit, *columns.values())
    result = np.empty(units.shape)
    for one_unit in np.unique(units):
        rows = units == one_unit
        cells = (column[rows] for column in broadcast)
        result[rows] = rule(office, unit=one_unit, **dict(zip(columns, cells, strict=True)))
    if np.any(np.isinf(result) & (units != NO_DEADLINE)):
        raise ValueError(f"a due moment lies beyond the calendar's {len(working_days(office))} days")
    return result


def _check_within(office: OfficeTime, instants: ArrayLike) -> None:
    minutes = np.asarray(instants)
    end = DAY * len(working_days(office))
    outside = minutes[~((minutes >= 0) & (minutes <= end))]
    if outside.size:
        raise ValueError(f"minute {outside[0]} lies outside the calendar, which runs from 0 to {end:.0f}")
