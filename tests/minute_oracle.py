"""Office time by brute force: one boolean per minute, one step per minute. Imports nothing of `sim`.

Whole minutes only. `is_open[m]` says whether the office is open between the instants m and m + 1.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

import holidays
import numpy as np
from numpy.typing import NDArray

Minutes = NDArray[np.bool_]


def open_minutes(first: date, days: int, sessions_on: Callable[[date], list[tuple[int, int]]]) -> Minutes:
    """bool[minute], from the sessions of each date."""
    is_open = np.zeros(days * 1440, dtype=bool)
    for day in range(days):
        for start, end in sessions_on(first + timedelta(days=day)):
            for minute in range(start, end):
                is_open[day * 1440 + minute] = True
    return is_open


def tien_yen_sessions(today: date) -> list[tuple[int, int]]:
    """The assumed hours of 2019 (facts 6.1, 6.2), told date by date."""
    summer = date(today.year, 4, 1) <= today < date(today.year, 11, 1)
    hours = [(420, 690), (810, 1020)] if summer else [(450, 720), (780, 990)]
    if today in (date(2019, 1, 5), date(2019, 5, 4)):
        return hours
    swapped = today in (date(2018, 12, 31), date(2019, 4, 29))
    if swapped or today.weekday() >= 5 or today in holidays.country_holidays("VN", years=today.year):
        return []
    return hours


def saturday_morning_sessions(today: date) -> list[tuple[int, int]]:
    if today.weekday() == 5:
        return [(420, 690)]
    return [] if today.weekday() == 6 else [(420, 690), (810, 1020)]


def weekday_sessions(today: date) -> list[tuple[int, int]]:
    return [] if today.weekday() >= 5 else [(420, 690), (810, 1020)]


def shift_sessions(today: date) -> list[tuple[int, int]]:
    """Tuesdays and Fridays, but for two; two sessions touch, and one ends at midnight."""
    closed = today in (date(2019, 1, 4), date(2019, 1, 8))
    return (
        [(0, 480), (480, 720), (1200, 1440)] if today.strftime("%a") in ("Tue", "Fri") and not closed else []
    )


def shift_counting_sessions(today: date) -> list[tuple[int, int]]:
    """Monday to Friday, but for the day off; the closed Friday, and the days without shifts, count."""
    off = today == date(2019, 1, 8) or today.weekday() >= 5
    return [] if off else [(0, 480), (480, 720), (1200, 1440)]


def working_minutes(is_open: Minutes, start: int, end: int) -> int:
    return sum(bool(minute) for minute in is_open[start:end])


def add_working(is_open: Minutes, t: int, minutes: int) -> int:
    while minutes > 0:
        minutes -= int(is_open[t])
        t += 1
    return t


def next_opening(is_open: Minutes, t: int) -> int:
    while not is_open[t]:
        t += 1
    return t


def next_day_opening(is_open: Minutes, t: int) -> int:
    day = t // 1440
    while t // 1440 == day:
        t += 1
    return next_opening(is_open, t)


class Days(NamedTuple):
    """An office and the days that deadlines count: those on which `counting` has minutes."""

    is_open: Minutes
    counting: Minutes

    def count(self, day: int) -> bool:
        return bool(self.counting[day * 1440 : (day + 1) * 1440].any())

    def end(self, day: int) -> int:
        """The minute at which a day ends, by the office or, if that is closed, by deadlines; 0: neither."""
        for minutes in self:
            of_day = np.flatnonzero(minutes[day * 1440 : (day + 1) * 1440])
            if len(of_day):
                return day * 1440 + int(of_day[-1]) + 1
        return 0

    def next(self, day: int) -> int:
        """The first day after this one that counts."""
        day += 1
        while not self.count(day):
            day += 1
        return day

    def after(self, day: int, days: int) -> int:
        for _ in range(days):
            day = self.next(day)
        return day


def receiving_day(days: Days, t: int, cut_off: float) -> int:
    day = t // 1440
    return day if t < days.end(day) and t % 1440 < cut_off else days.next(day)


def due(days: Days, received: int, unit: str, amount: int, cut_off: float) -> float:
    day = receiving_day(days, received, cut_off)
    match unit:
        case "working hours":
            return add_working(days.counting, max(received, day * 1440), amount * 60)
        case "calendar days":
            return days.end(days.next(day + amount - 1))
        case "working days":
            return days.end(days.after(day, amount))
        case "same day":
            return days.end(day)
    return float("inf")


def due_after_pause(days: Days, due: int, paused: int, resumed: int, unit: str, cut_off: float) -> int:
    """A day at a time; the dossier is due on no day from the resumption on if it was late when the pause began."""
    if unit == "working hours":
        return add_working(days.counting, due, working_minutes(days.counting, paused, resumed))
    was = last = (due - 1) // 1440
    if unit == "calendar days":
        last = days.next(was + resumed // 1440 - paused // 1440 - 1)
    else:
        first, until = (receiving_day(days, t, cut_off) for t in (paused, resumed))
        last = days.after(was, sum(days.count(day) for day in range(first + 1, until + 1)))
    if paused // 1440 > was and last >= resumed // 1440:
        last = max([was, *(day for day in range(was, resumed // 1440) if days.count(day))])
    return due if last == was else days.end(last)


def add_days(days: Days, t: int, length: Fraction) -> int:
    """The first whole minute by which so many days have passed, each minute being its part of its own day."""
    part, today = Fraction(0), -1
    while length > 0:
        if t // 1440 != today:
            today = t // 1440
            part = Fraction(1, int(days.counting[today * 1440 : (today + 1) * 1440].sum()) or 1)
        length -= part * int(days.counting[t])
        t += 1
    return t
