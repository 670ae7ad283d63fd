"""Offices to test with, each with its minutes by the oracle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import NamedTuple

import minute_oracle as oracle
import numpy as np
from hypothesis import strategies as st

from sim.deadlines import DeadlineCalendar
from sim.officecalendar import OfficeCalendar, Season
from sim.officetime import OfficeTime

FIRST = date(2018, 12, 31)
DAYS = 400
SUMMER = Season((4, 1), [(420, 690), (810, 1020)])
WINTER = Season((11, 1), [(450, 720), (780, 990)])
NIGHT_SHIFT = [(0, 480), (480, 720), (1200, 1440)]

TIEN_YEN_CALENDAR = OfficeCalendar(
    [SUMMER, WINTER],
    days_off=[date(2018, 12, 31), date(2019, 4, 29)],
    make_up_days=[date(2019, 1, 5), date(2019, 5, 4)],
)
EVERY_DAY = OfficeCalendar(
    [Season((1, 1), [(0, 1440)])], weekdays=range(7), deadline_days=range(7), country=None
)
SATURDAY_MORNINGS = OfficeCalendar([SUMMER], weekday_sessions={5: [(420, 690)]}, country=None)
SHIFTS = OfficeCalendar(
    [Season((1, 1), NIGHT_SHIFT)],
    weekdays=[1, 4],
    country=None,
    closures=[date(2019, 1, 4)],
    days_off=[date(2019, 1, 8)],
)
TIEN_YEN = TIEN_YEN_CALENDAR.office_time(FIRST, DAYS)
TIEN_YEN_DEADLINES = TIEN_YEN_CALENDAR.deadlines(FIRST, DAYS)
ROUND_THE_CLOCK = EVERY_DAY.office_time(FIRST, 90)

Hours = Callable[[date], list[tuple[int, int]]]


class Office(NamedTuple):
    """One office, by the program and by the oracle."""

    time: OfficeTime
    deadlines: DeadlineCalendar
    days: oracle.Days


def _office(calendar: OfficeCalendar, first: date, days: int, opens: Hours, counts: Hours) -> Office:
    minutes = (oracle.open_minutes(first, days, hours) for hours in (opens, counts))
    return Office(calendar.office_time(first, days), calendar.deadlines(first, days), oracle.Days(*minutes))


OFFICES = [
    _office(TIEN_YEN_CALENDAR, FIRST, DAYS, oracle.tien_yen_sessions, oracle.tien_yen_sessions),
    _office(EVERY_DAY, FIRST, 90, lambda _: [(0, 1440)], lambda _: [(0, 1440)]),
    _office(
        SATURDAY_MORNINGS,
        date(2019, 6, 2),
        90,
        oracle.saturday_morning_sessions,
        oracle.weekday_sessions,
    ),
    _office(SHIFTS, FIRST, 90, oracle.shift_sessions, oracle.shift_counting_sessions),
]


@st.composite
def situations(draw: st.DrawFn, instants: int) -> tuple[Office | int, ...]:
    """An office, and sorted whole instants, often a bound of a session or 15:00, ±1."""
    office = draw(st.sampled_from(OFFICES))
    latest = len(office.days.is_open) - 60 * 1440
    bounds = np.concatenate([office.time.opens, office.time.closes, np.arange(0, latest, 1440) + 900.0])
    near = st.tuples(st.sampled_from(bounds[bounds < latest]), st.integers(-1, 1)).map(
        lambda pair: int(sum(pair))
    )
    chosen = draw(
        st.lists(near.filter(lambda t: t >= 0) | st.integers(0, latest), min_size=instants, max_size=instants)
    )
    return office, *sorted(chosen)


def at(text: str) -> float:
    """Minutes of the Tiên Yên calendar."""
    start = datetime(FIRST.year, FIRST.month, FIRST.day)
    return (datetime.strptime(text, "%Y-%m-%d %H:%M") - start) / timedelta(minutes=1)
