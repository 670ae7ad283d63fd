"""Deadlines: the days they count, when they end, and whether a result is early, on time or late (model, section 2).

A period in days does not count its first day and ends with the end of its last (Civil Code 2015, Articles 147 and
148). Days count whether or not the office opens on them, and it may open on days that do not count.

Rules take single numbers, in Python or inside a ``numba.njit`` function. Instants are minutes, days are counted
from 0, and what lies beyond the calendar's end is inf.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim import officetime
from sim.compiler import register_jitable
from sim.officetime import (
    DAY,
    HOUR,
    ROUNDING,
    Floats,
    Minutes,
    OfficeTime,
    add_working,
    day_of,
    instant_at,
    working_days,
    working_elapsed,
    working_minutes,
)

WORKING_DAYS, WORKING_HOURS, CALENDAR_DAYS, SAME_DAY, NO_DEADLINE = range(5)
EARLY, ON_TIME, LATE, OPEN, OVERDUE = range(5)


class DeadlineCalendar(NamedTuple):
    """The days that deadlines count, and the ends of days."""

    hours: OfficeTime
    """The sessions of the days that count."""
    minutes: Floats
    """float[counting day + 1], minutes of `hours` before each; the last is their total."""
    counting_ends: Floats
    """float[counting day + 1], when each ends; the last is inf."""
    ends: Floats
    """float[day + 1], when each day ends that counts or on which the office opens; the last is inf."""


def deadline_calendar(office: OfficeTime, hours: OfficeTime) -> DeadlineCalendar:
    """The calendar of deadlines beside an office, from the sessions of the days that count.

    On a day that is in both the two have the same sessions.
    """
    counting = working_days(hours)
    before = np.append(hours.first_session[:-1][counting], len(hours.opens))
    counting_ends = _closings(hours)
    ends = np.union1d(_closings(office), counting_ends)
    return DeadlineCalendar(
        hours, hours.worked[before], np.append(counting_ends, np.inf), np.append(ends, np.inf)
    )


def counted_from(calendar: DeadlineCalendar, day: int) -> DeadlineCalendar:
    """The same calendar with another day as day 0; the days before it stay, at negative instants."""
    return calendar._replace(
        hours=officetime.counted_from(calendar.hours, day),
        counting_ends=calendar.counting_ends - DAY * day,
        ends=calendar.ends - DAY * day,
    )


@register_jitable
def due_day(due: Minutes) -> Minutes:
    """The day of a due instant, or of any end of a day: midnight is the end of the day before."""
    day: Minutes = np.ceil((due - ROUNDING) / DAY) - 1
    return day


@register_jitable
def receiving_day(calendar: DeadlineCalendar, t: float, cut_off: float) -> float:
    """The date as of which something counts as received: that of `t`, if before the cut-off and the day's end.

    Else it is the next day that counts. `cut_off` is in minutes after midnight; inf: none.
    """
    today = day_of(t)
    if t - DAY * today < cut_off and due_day(_after(calendar.ends, t)) == today:
        return today
    return due_day(_after(calendar.counting_ends, DAY * (today + 1)))


@register_jitable
def number_of(calendar: DeadlineCalendar, day: float) -> int:
    """The number of a day among those that count; of one that does not count, that of the last before it."""
    return int(np.searchsorted(calendar.counting_ends, DAY * (day + 1), side="right"))


@register_jitable
def moved(calendar: DeadlineCalendar, due: float, days: int) -> float:
    """The end of the day so many counting days after the due date; the due instant as it is, if none."""
    if days <= 0:
        return due
    at = number_of(calendar, due_day(due)) + days - 1
    return calendar.counting_ends[min(at, len(calendar.counting_ends) - 1)]


@register_jitable
def due(calendar: DeadlineCalendar, received: float, unit: int, amount: float, cut_off: float) -> float:
    """The due instant of a dossier; inf if there is no deadline.

    Days are counted from :func:`receiving_day`, which is not counted itself, to the end of the last; calendar days
    end on a day that counts. Hours are minutes of counting days, from the receiving on.
    """
    if unit == NO_DEADLINE:
        return math.inf
    day = receiving_day(calendar, received, cut_off)
    if day == math.inf:
        return math.inf
    if unit == WORKING_HOURS:
        return add_working(calendar.hours, max(received, DAY * day), amount * HOUR)
    if unit == CALENDAR_DAYS:
        return _after(calendar.counting_ends, DAY * (day + amount))
    return moved(calendar, _after(calendar.ends, DAY * day), int(amount))


@register_jitable
def due_after_pause(
    calendar: DeadlineCalendar, due: float, paused: float, resumed: float, unit: int, cut_off: float
) -> float:
    """The due instant, moved by the days, or by the minutes of a deadline in hours, for which the clock stood still.

    Who was late when the pause began is late when it ends.
    """
    if unit == WORKING_HOURS:
        return add_working(calendar.hours, due, working_minutes(calendar.hours, paused, resumed))
    if unit == CALENDAR_DAYS:
        last = due_day(due) + day_of(resumed) - day_of(paused)
        days = number_of(calendar, due_day(_after(calendar.counting_ends, DAY * last)))
        days -= number_of(calendar, due_day(due))
    else:
        days = days_paused(calendar, paused, resumed, cut_off)
    if is_past(due, paused, unit):
        yesterday = number_of(calendar, day_of(resumed) - 1)
        days = min(days, yesterday - number_of(calendar, due_day(due)))
    return moved(calendar, due, days)


@register_jitable
def days_paused(calendar: DeadlineCalendar, paused: float, resumed: float, cut_off: float) -> int:
    """Counting days for which a clock stood still: from the date of the pause to that of the resumption."""
    until = number_of(calendar, receiving_day(calendar, resumed, cut_off))
    return until - number_of(calendar, receiving_day(calendar, paused, cut_off))


@register_jitable
def later(calendar: DeadlineCalendar, due: float, paused: float, unit: int) -> float:
    """The due instant, moved by the days, or minutes of a deadline in hours, for which the clock has stood still."""
    if unit == NO_DEADLINE or paused <= 0:
        return due
    if unit == WORKING_HOURS:
        return add_working(calendar.hours, due, paused)
    if unit == CALENDAR_DAYS:
        return _after(calendar.counting_ends, DAY * (due_day(due) + paused))
    return moved(calendar, due, int(paused))


def longest_pause(calendar: DeadlineCalendar, received: float, unit: int) -> float:
    """Days, or minutes of a deadline in hours, for which a clock may have stood still by instant 0."""
    if unit == WORKING_HOURS:
        return float(working_minutes(calendar.hours, received, 0.0))
    if unit == CALENDAR_DAYS:
        return float(-day_of(received))
    return float(days_paused(calendar, received, 0.0, math.inf))


@register_jitable
def days_passed(calendar: DeadlineCalendar, t: float) -> float:
    """Counting days from the calendar's start until `t`, parts of days by their own minutes."""
    minutes = calendar.minutes
    passed = working_elapsed(calendar.hours, t)
    today = np.searchsorted(minutes, passed, side="right") - 1
    if today + 1 >= len(minutes):
        return float(today)
    return float(today + (passed - minutes[today]) / (minutes[today + 1] - minutes[today]))


@register_jitable
def add_days(calendar: DeadlineCalendar, t: float, days: float) -> float:
    """The instant by which so many counting days have passed since `t`, parts of days by their own minutes.

    Two days and a half from noon on Monday end at the end of Wednesday, however long the three days are.
    """
    minutes = calendar.minutes
    position = days_passed(calendar, t) + days
    last = int(position)
    if last + 1 >= len(minutes):
        return math.inf
    part = (position - last) * (minutes[last + 1] - minutes[last])
    return max(t, instant_at(calendar.hours, minutes[last] + part))


@register_jitable
def is_past(due: float, t: float, unit: int) -> bool:
    """At instant `t` a dossier not ready is late: after the due date or, of a deadline in hours, the due minute."""
    if unit == WORKING_HOURS:
        return t > due + ROUNDING
    return day_of(t) > due_day(due)


@register_jitable
def classify(due: float, ready: float, now: float, unit: int) -> int:
    """EARLY, ON_TIME or LATE by the date, or minute, of `ready`; if that is NaN, OPEN or OVERDUE at `now`.

    Early is a date before the due date. A same-day service is never early; a dossier without a deadline is on time
    or open.
    """
    if math.isnan(ready):
        return OVERDUE if is_past(due, now, unit) else OPEN
    if is_past(due, ready, unit):
        return LATE
    early = unit != SAME_DAY and due < math.inf and day_of(ready) < due_day(due)
    return EARLY if early else ON_TIME


@register_jitable
def _after(ends: Floats, t: float) -> float:
    """The first end of a day after an instant."""
    at = int(np.searchsorted(ends, t, side="right"))
    return ends[min(at, len(ends) - 1)]


def _closings(office: OfficeTime) -> Floats:
    """When each day with sessions ends."""
    return office.closes[office.first_session[1:][working_days(office)] - 1]
