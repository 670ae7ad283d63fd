"""The office calendar: from seasons, weekdays and holidays to the sessions of :mod:`sim.officetime`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import holidays
import numpy as np

from sim.officetime import DAY, OfficeTime

Sessions = Sequence[tuple[int, int]]
"""Start and end of each session of a day, whole minutes after midnight."""


class Season(NamedTuple):
    """Opening hours from a (month, day) of every year until the next season starts."""

    starts: tuple[int, int]
    sessions: Sessions


def office_time(
    first: date,
    days: int,
    hours: Sequence[Season],
    *,
    weekdays: Collection[int],
    weekday_sessions: Mapping[int, Sessions] | None = None,
    country: str | None = "VN",
    days_off: Collection[date] = (),
    make_up_days: Collection[date] = (),
    closures: Collection[date] = (),
    day_minutes: float = 480.0,
) -> OfficeTime:
    """The office's sessions on the `days` days from `first` on.

    The office is open on `weekdays` (0 is Monday), with the hours of the season, and on those of
    `weekday_sessions`, with hours of their own. It is closed on the public holidays of `country` with their
    observed substitutes (the library ``holidays``; None: no holidays), on `days_off` and `closures`. Make-up
    days have the season's hours, whatever weekday or holiday they are. Dates outside the calendar do no harm.

    Raises `ValueError` for a make-up day that is also closed, sessions that overlap or run backwards, seasons
    that start together, an unknown country, and an office that never opens.
    """
    own_hours = weekday_sessions or {}
    _check_hours(hours, own_hours)
    closed = {*days_off, *closures}
    if both := sorted(closed.intersection(make_up_days)):
        raise ValueError(f"both make-up day and closed: {', '.join(map(str, both))}")
    dates = [first + timedelta(day) for day in range(days)]
    closed |= _public_holidays(country, dates)

    def sessions_on(today: date) -> Sessions:
        if today in make_up_days:
            return _season(hours, today).sessions
        if today in closed:
            return ()
        if today.weekday() in own_hours:
            return own_hours[today.weekday()]
        return _season(hours, today).sessions if today.weekday() in weekdays else ()

    return _arrays([sessions_on(today) for today in dates], day_minutes)


def _arrays(sessions_by_day: Sequence[Sessions], day_minutes: float) -> OfficeTime:
    first_session = np.cumsum([0, *map(len, sessions_by_day)], dtype=np.int64)
    if first_session[-1] == 0:
        raise ValueError(f"the office never opens in these {len(sessions_by_day)} days")
    bounds = np.array([session for sessions in sessions_by_day for session in sessions])
    midnight = np.repeat(DAY * np.arange(len(sessions_by_day)), np.diff(first_session))
    opens, closes = midnight + bounds[:, 0], midnight + bounds[:, 1]
    worked = np.concatenate([[0.0], np.cumsum(closes - opens)])
    idle = np.concatenate([[0.0], opens - worked[:-1], [np.inf]])
    return OfficeTime(opens, closes, worked, idle, first_session, float(day_minutes))


def _season(hours: Sequence[Season], today: date) -> Season:
    """The season started last; before the first start of a year it is the last one of the year before."""
    month_day = (today.month, today.day)
    return max(hours, key=lambda season: (season.starts <= month_day, season.starts))


def _public_holidays(country: str | None, dates: Sequence[date]) -> set[date]:
    if country is None:
        return set()
    years = {today.year for today in dates}
    try:
        return set(holidays.country_holidays(country, years=years, observed=True))
    except NotImplementedError:
        raise ValueError(f"no public holidays are known for country '{country}'") from None


def _check_hours(hours: Sequence[Season], own_hours: Mapping[int, Sessions]) -> None:
    if len({season.starts for season in hours}) < max(len(hours), 1):
        raise ValueError(f"there must be seasons, each with its own start: {list(hours)}")
    for season in hours:
        date(2000, *season.starts)
    for sessions in [*(season.sessions for season in hours), *own_hours.values()]:
        bounds = [bound for session in sessions for bound in session]
        forwards = all(start < end for start, end in sessions) and bounds == sorted(bounds)
        if not forwards or not all(bound == int(bound) and 0 <= bound <= DAY for bound in bounds):
            raise ValueError(f"not one session after another, in whole minutes of a day: {list(sessions)}")
