"""Office time by brute force: one boolean per minute, one step per minute. Imports nothing of `sim`.

Whole minutes only. `is_open[m]` says whether the office is open between the instants m and m + 1.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

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


def shift_sessions(today: date) -> list[tuple[int, int]]:
    """Tuesdays and Fridays, but for two; two sessions touch, and one ends at midnight."""
    closed = today in (date(2019, 1, 4), date(2019, 1, 8))
    return (
        [(0, 480), (480, 720), (1200, 1440)] if today.strftime("%a") in ("Tue", "Fri") and not closed else []
    )


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


def day_closing(is_open: Minutes, day: int) -> int:
    while not is_open[day * 1440 : (day + 1) * 1440].any():
        day += 1
    end = (day + 1) * 1440
    while not is_open[end - 1]:
        end -= 1
    return end


def count_from(is_open: Minutes, received: int, cut_off: float) -> int:
    return (next_day_opening if received % 1440 >= cut_off else next_opening)(is_open, received)


def due(is_open: Minutes, received: int, unit: str, amount: int, cut_off: float) -> float:
    start = count_from(is_open, received, cut_off)
    match unit:
        case "working days":
            return add_working(is_open, start, amount * 480)
        case "working hours":
            return add_working(is_open, start, amount * 60)
        case "calendar days":
            return day_closing(is_open, start // 1440 + amount)
        case "same day":
            return day_closing(is_open, start // 1440)
    return float("inf")


def due_after_pause(is_open: Minutes, due: int, paused: int, resumed: int, unit: str) -> int:
    if unit == "calendar days":
        days = resumed // 1440 - paused // 1440
        return day_closing(is_open, (due - 1) // 1440 + days)
    return add_working(is_open, due, working_minutes(is_open, paused, resumed))
