"""Office time: working time over the sessions of an office (model, section 2).

Instants are minutes since 00:00 of day 0, which is the calendar's first day unless the days are
:func:`counted_from` a later one. Within a session, every instant t is

    t = working minutes until t + closed minutes until t,

and the closed minutes change only between sessions: the way from an instant to working time, or back, is one
search and one sum. Session bounds are whole minutes, so it is exact there and back.

The arithmetic works alike on floats, on arrays of instants, and on floats inside a ``numba.njit`` function.
It does not check: an instant before the calendar's start has no meaning, and what would come after its end
is inf.
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.compiler import register_jitable

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Minutes = TypeVar("Minutes", float, Floats)

DAY = 1440.0
HOUR = 60.0
# NOTE: without it, a sum such as 480 + 0.1 - 0.1 would carry an end from a closing to the next opening.
ROUNDING = 1e-7


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
    """bool[day]: it has sessions on that day."""
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
