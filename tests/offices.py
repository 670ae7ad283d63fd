"""Offices to test with, each with its minutes by the oracle."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import minute_oracle as oracle

from sim.officecalendar import Season, office_time

FIRST = date(2018, 12, 31)
DAYS = 400
SUMMER = Season((4, 1), [(420, 690), (810, 1020)])
WINTER = Season((11, 1), [(450, 720), (780, 990)])
NIGHT_SHIFT = [(0, 480), (480, 720), (1200, 1440)]

TIEN_YEN = office_time(
    FIRST,
    DAYS,
    [SUMMER, WINTER],
    weekdays=range(5),
    days_off=[date(2018, 12, 31), date(2019, 4, 29)],
    make_up_days=[date(2019, 1, 5), date(2019, 5, 4)],
)
ROUND_THE_CLOCK = office_time(FIRST, 90, [Season((1, 1), [(0, 1440)])], weekdays=range(7), country=None)
SATURDAY_MORNINGS = office_time(
    date(2019, 6, 2), 90, [SUMMER], weekdays=range(5), weekday_sessions={5: [(420, 690)]}, country=None
)
SHIFTS = office_time(
    FIRST,
    90,
    [Season((1, 1), NIGHT_SHIFT)],
    weekdays=[1, 4],
    country=None,
    closures=[date(2019, 1, 4)],
    days_off=[date(2019, 1, 8)],
)


OFFICES = [
    (TIEN_YEN, oracle.open_minutes(FIRST, DAYS, oracle.tien_yen_sessions)),
    (ROUND_THE_CLOCK, oracle.open_minutes(FIRST, 90, lambda _: [(0, 1440)])),
    (SATURDAY_MORNINGS, oracle.open_minutes(date(2019, 6, 2), 90, oracle.saturday_morning_sessions)),
    (SHIFTS, oracle.open_minutes(FIRST, 90, oracle.shift_sessions)),
]


def at(text: str) -> float:
    """Minutes of the Tiên Yên calendar."""
    start = datetime(FIRST.year, FIRST.month, FIRST.day)
    return (datetime.strptime(text, "%Y-%m-%d %H:%M") - start) / timedelta(minutes=1)
