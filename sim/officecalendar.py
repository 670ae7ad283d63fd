"""The office calendar: from seasons, weekdays and holidays to sessions, and to the days that deadlines count."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import NamedTuple

import holidays
import numpy as np
from holidays.registry import COUNTRIES

from sim.deadlines import DeadlineCalendar, deadline_calendar
from sim.officetime import DAY, OfficeTime

Sessions = Sequence[tuple[int, int]]
"""Start and end of each session of a day, whole minutes after midnight."""


class Season(NamedTuple):
    """Opening hours from a (month, day) of every year until the next season starts."""

    starts: tuple[int, int]
    sessions: Sessions


def public_holidays(country: str | None, subdivision: str | None = None) -> holidays.HolidayBase:
    """The public holidays of a country, and of a part of it, with their substitutes (the library ``holidays``).

    Its `weekend_workdays` are the days worked in exchange for a day off. Raises `ValueError` for what the library
    does not know; None has no holidays.
    """
    if country is None:
        return holidays.HolidayBase()
    try:
        return holidays.country_holidays(country, subdiv=subdivision, observed=True)
    except NotImplementedError as unknown:
        raise ValueError(f"no public holidays are known: {unknown}") from None


@lru_cache  # a file is checked by many rules
def swapped_days(country: str | None, subdivision: str | None, first: date, last: date) -> frozenset[date]:
    """The days from `first` to `last` that are worked in exchange for a day off."""
    known = public_holidays(country, subdivision)
    return frozenset(day for day in _dates(first, (last - first).days + 1) if _is_swapped(known, day))


def countries() -> dict[str, str]:
    """Codes of the countries with known holidays, by code and by English name."""
    known = COUNTRIES.values()
    return {code: code for _, code, *_ in known} | {name: code for name, code, *_ in known}


def subdivisions(country: str) -> dict[str, str]:
    """Codes of the parts of a country that have holidays of their own, by code and by name."""
    known = public_holidays(country)
    return {code: code for code in known.subdivisions} | known.subdivisions_aliases


@dataclass(frozen=True)
class OfficeCalendar:
    """When an office is open, and which days deadlines count.

    The office is open on `weekdays` (0 is Monday), with the hours of the season, and on those of
    `weekday_sessions`, with hours of their own. It is closed on :func:`public_holidays`, on `days_off` and
    `closures`. Make-up days, and days swapped for a holiday, have the season's hours, whatever weekday or holiday
    they are. `date_sessions` come before all else. Dates outside the calendar do no harm.

    Deadlines count `deadline_days`, except holidays and `days_off`, and make-up and swapped days; closures are the
    office's own affair, and count.

    Raises `ValueError` for a make-up day that is also closed, sessions that overlap or run backwards, seasons
    that start together, an unknown country, an office that never opens, and deadlines that count no day.
    """

    hours: Sequence[Season]
    weekdays: Collection[int] = range(5)
    weekday_sessions: Mapping[int, Sessions] = field(default_factory=dict)
    date_sessions: Mapping[date, Sessions] = field(default_factory=dict)
    deadline_days: Collection[int] = range(5)
    country: str | None = "VN"
    subdivision: str | None = None
    days_off: Collection[date] = ()
    make_up_days: Collection[date] = ()
    closures: Collection[date] = ()

    def __post_init__(self) -> None:
        _check_hours(self.hours, [*self.weekday_sessions.values(), *self.date_sessions.values()])
        closed = {*self.days_off, *self.closures}
        if both := sorted(closed.intersection(self.make_up_days)):
            raise ValueError(f"both make-up day and closed: {', '.join(map(str, both))}")

    def office_time(self, first: date, days: int) -> OfficeTime:
        """The office's sessions on the `days` days from `first` on."""
        return _arrays([self._opening(today) for today in _dates(first, days)])

    def deadlines(self, first: date, days: int) -> DeadlineCalendar:
        """The calendar of deadlines over the same days as :meth:`office_time`.

        A counting day has the hours of the office or, if that is closed, those that it would ordinarily have.
        """
        counting = [
            (self._opening(today) or self._ordinary(today)) if self._counts(today) else ()
            for today in _dates(first, days)
        ]
        return deadline_calendar(self.office_time(first, days), _arrays(counting))

    def _opening(self, today: date) -> Sessions:
        if today in self.date_sessions:
            return self.date_sessions[today]
        if today in self.closures or (self._off(today) and not self._made_up(today)):
            return ()
        weekday = today.weekday()
        opens = weekday in self.weekdays or weekday in self.weekday_sessions or self._made_up(today)
        return self._ordinary(today) if opens else ()

    def _counts(self, today: date) -> bool:
        return self._made_up(today) or (today.weekday() in self.deadline_days and not self._off(today))

    def _ordinary(self, today: date) -> Sessions:
        season = self._season(today)
        return season if self._made_up(today) else self.weekday_sessions.get(today.weekday(), season)

    def _season(self, today: date) -> Sessions:
        """Hours of the season started last; before the first start of a year it is the last of the year before."""
        month_day = (today.month, today.day)
        return max(self.hours, key=lambda season: (season.starts <= month_day, season.starts)).sessions

    def _off(self, today: date) -> bool:
        return today in self.days_off or today in self._holidays

    def _made_up(self, today: date) -> bool:
        swapped = _is_swapped(self._holidays, today) and today not in self.days_off
        return swapped or today in self.make_up_days

    @cached_property
    def _holidays(self) -> holidays.HolidayBase:
        return public_holidays(self.country, self.subdivision)


def _is_swapped(known: holidays.HolidayBase, day: date) -> bool:
    known.get(day)  # the library looks a year up when it is first asked for one of its days
    return day in known.weekend_workdays


def _dates(first: date, days: int) -> Iterator[date]:
    return (first + timedelta(day) for day in range(days))


def _arrays(sessions_by_day: Sequence[Sessions]) -> OfficeTime:
    first_session = np.cumsum([0, *map(len, sessions_by_day)], dtype=np.int64)
    if first_session[-1] == 0:
        raise ValueError(f"there is no session in these {len(sessions_by_day)} days")
    bounds = np.array([session for sessions in sessions_by_day for session in sessions])
    midnight = np.repeat(DAY * np.arange(len(sessions_by_day)), np.diff(first_session))
    opens, closes = midnight + bounds[:, 0], midnight + bounds[:, 1]
    worked = np.concatenate([[0.0], np.cumsum(closes - opens)])
    idle = np.concatenate([[0.0], opens - worked[:-1], [np.inf]])
    return OfficeTime(opens, closes, worked, idle, first_session)


def _check_hours(hours: Sequence[Season], own_hours: Sequence[Sessions]) -> None:
    if len({season.starts for season in hours}) < max(len(hours), 1):
        raise ValueError(f"there must be seasons, each with its own start: {list(hours)}")
    for season in hours:
        date(2000, *season.starts)
    for sessions in [*(season.sessions for season in hours), *own_hours]:
        bounds = [bound for session in sessions for bound in session]
        forwards = all(start < end for start, end in sessions) and bounds == sorted(bounds)
        if not forwards or not all(bound == int(bound) and 0 <= bound <= DAY for bound in bounds):
            raise ValueError(f"not one session after another, in whole minutes of a day: {list(sessions)}")
