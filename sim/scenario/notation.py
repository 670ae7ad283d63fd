"""Small notations of scenario files: clock times, opening hours, weekly times, durations, deadlines.

Every function takes the text a planner wrote and returns numbers, or raises ``ValueError`` with the form
that would be right. Clock times are minutes after midnight; weekly times are minutes after Monday 00:00.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from sim.deadlines import (
    CALENDAR_DAYS,
    NO_DEADLINE,
    SAME_DAY,
    WORKING_DAYS,
    WORKING_HOURS,
)

DAY = 1440
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)
_WEEKLY = re.compile(
    r"(?:(?P<first>[A-Z][a-z]{2})(?:-(?P<last>[A-Z][a-z]{2}))?\s+)?(?P<clock>\d{1,2}:\d{2})", re.ASCII
)
_DURATION = re.compile(r"(\d+)\s*(day|week)s?", re.ASCII)
_DEADLINE = re.compile(r"(\d+(?:\.\d+)?)\s+(working day|working hour|calendar day)s?", re.ASCII)
_UNITS = {
    "working day": WORKING_DAYS,
    "working hour": WORKING_HOURS,
    "calendar day": CALENDAR_DAYS,
}


_DAYS = "'2019-07', '2019-07-15' or '2019-07-01..2019-08-15'"


class Deadline(NamedTuple):
    """A legal time limit: a unit of :mod:`sim.deadlines` and an amount of it."""

    unit: int
    amount: float
    text: str


@lru_cache  # a roster asks for the same few every day
def clock(text: str) -> int:
    """Minutes after midnight of ``"07:30"``; ``"24:00"`` is the end of the day."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text}' is not a clock time such as '07:30'")
    minutes = int(match[1]) * 60 + int(match[2])
    if int(match[2]) > 59 or minutes > DAY:
        raise ValueError(f"'{text}' is not a clock time between 00:00 and 24:00")
    return minutes


def hours(text: str) -> tuple[int, int]:
    """Start and end, minutes after midnight, of a session ``"07:00-11:30"``."""
    start, dash, end = text.partition("-")
    if not dash:
        raise ValueError(f"'{text}' is not a session such as '07:00-11:30'")
    session = clock(start.strip()), clock(end.strip())
    if session[0] == session[1]:
        raise ValueError(
            f"session '{text}' is empty; a day without sessions is no weekday, a whole one 00:00-24:00"
        )
    if session[0] > session[1]:
        raise ValueError(f"session '{text}' ends before it starts; {_in_two(*session)}")
    return session


def _in_two(start: int, end: int) -> str:
    """How a session over midnight is written."""
    if end == 0:
        return "midnight is the end of a day as 24:00"
    return f"one over midnight is two: '00:00-{written(end)}' and '{written(start)}-24:00'"


def written(clock: int) -> str:
    """Minutes after midnight as a clock time."""
    return f"{clock // 60:02}:{clock % 60:02}"


def day(text: str) -> date:
    """The date ``2019-02-01``, where it stands as a key."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"'{text}' is not a date such as 2019-02-01") from None


def weekday(text: str) -> int:
    """0 for ``Mon`` … 6 for ``Sun``."""
    if text not in WEEKDAYS:
        raise ValueError(f"'{text}' is not a weekday; write one of {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(text)


def weekly(text: str) -> list[int]:
    """Minutes after Monday 00:00 of ``"Mon 07:30"``, ``"Mon-Fri 07:30"`` or, on every day, ``"07:30"``."""
    match = _WEEKLY.fullmatch(text.strip())
    if match is None:
        raise ValueError(
            f"'{text}' is not a time of the week such as '07:30', 'Mon 07:30' or 'Mon-Fri 07:30'"
        )
    first = weekday(match["first"]) if match["first"] else 0
    last = weekday(match["last"]) if match["last"] else (first if match["first"] else 6)
    if last < first:
        raise ValueError(f"'{text}': the range of weekdays runs backwards")
    return [day * DAY + clock(match["clock"]) for day in range(first, last + 1)]


def days(text: str) -> int:
    """Number of days of ``"4 weeks"`` or ``"10 days"``."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"'{text}' is not a duration such as '4 weeks' or '10 days'")
    return int(match[1]) * (7 if match[2] == "week" else 1)


def deadline(text: str) -> Deadline:
    """A deadline such as ``"10 working days"``, ``"4 working hours"``, ``"same day"`` or ``"none"``."""
    if text == "same day":
        return Deadline(SAME_DAY, 0.0, text)
    if text == "none":
        return Deadline(NO_DEADLINE, 0.0, text)
    match = _DEADLINE.fullmatch(text.strip())
    if match is None:
        raise ValueError(
            f"'{text}' is not a deadline such as '10 working days', '8 working hours', "
            "'15 calendar days', 'same day' or 'none'"
        )
    unit, amount = _UNITS[match[2]], float(match[1])
    if unit != WORKING_HOURS and not amount.is_integer():
        raise ValueError(f"'{text}': days are whole; write a part of a day in working hours")
    if not 0 < amount <= 730:
        raise ValueError(f"'{text}' is not above 0 and at most 730")
    return Deadline(unit, amount, text)


def days_of(text: str) -> tuple[date, date]:
    """First and last of the days that ``"2019-07"``, ``"2019-07-15"`` or ``"2019-07-01..2019-08-15"`` names."""
    first, dots, last = text.partition("..")
    start, end = _month_or_day(first, text)[0], _month_or_day(last if dots else first, text)[1]
    if start > end:
        raise ValueError(f"'{text}' ends before it begins")
    return start, end


def _month_or_day(part: str, text: str) -> tuple[date, date]:
    """Its first and last day."""
    found = re.fullmatch(r"\s*(\d{4})-(\d{2})(?:-(\d{2}))?\s*", part, re.ASCII)
    try:
        if found is None:
            raise ValueError
        year, month = int(found[1]), int(found[2])
        day = int(found[3]) if found[3] else None
        return date(year, month, day or 1), date(year, month, day or monthrange(year, month)[1])
    except ValueError:
        raise ValueError(f"'{text}' names no days; write {_DAYS}") from None
