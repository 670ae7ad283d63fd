"""The office calendar: from seasons, weekdays and holidays to sessions, and to the days that deadlines count."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple, cast

import holidays
import numpy as np

from sim.deadlines import DeadlineCalendar, deadline_calendar
from sim.officetime import DAY, OfficeTime

Sessions = Sequence[tuple[int, int]]
"""Start and end of each session of a day, whole minutes after midnight."""


class Season(NamedTuple):
    """Opening hours from a (month, day) of every year until the next season starts."""

    starts: tuple[int, int]
    sessions: Sessions


@dataclass(frozen=True)
class OfficeCalendar:
    """When an office is open, and which days deadlines count.

    The office is open on `weekdays` (0 is Monday), with the hours of the season, and on those of
    `weekday_sessions`, with hours of their own. It is closed on the public holidays of `country` with their
    observed substitutes (the library ``holidays``; None: no holidays), on `days_off` and `closures`. Make-up
    days have the season's hours, whatever weekday or holiday they are. Dates outside the calendar do no harm.

    Deadlines count `deadline_days`, except holidays and `days_off`, and make-up days; closures are the office's own
    affair, and count.

    Raises `ValueError` for a make-up day that is also closed, sessions that overlap or run backwards, seasons
    that start together, an unknown country, an office that never opens, and deadlines that count no day.
    """

    hours: Sequence[Season]
    weekdays: Collection[int] = range(5)
    weekday_sessions: Mapping[int, Sessions] = field(default_factory=dict)
    deadline_days: Collection[int] = range(5)
    country: str | None = "VN"
    days_off: Collection[date] = ()
    make_up_days: Collection[date] = ()
    closures: Collection[date] = ()

    def __post_init__(self) -> None:
        _check_hours(self.hours, self.weekday_sessions)
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
        if today in self.make_up_days:
            return self._season(today)
        if today in self.closures or self._off(today):
            return ()
        opens = today.weekday() in self.weekdays or today.weekday() in self.weekday_sessions
        return self._ordinary(today) if opens else ()

    def _counts(self, today: date) -> bool:
        return today in self.make_up_days or (today.weekday() in self.deadline_days and not self._off(today))

    def _ordinary(self, today: date) -> Sessions:
        return self.weekday_sessions.get(today.weekday(), self._season(today))

    def _season(self, today: date) -> Sessions:
        """Hours of the season started last; before the first start of a year it is the last of the year before."""
        month_day = (today.month, today.day)
        return max(self.hours, key=lambda season: (season.starts <= month_day, season.starts)).sessions

    def _off(self, today: date) -> bool:
        return today in self.days_off or today in self._holidays

    @cached_property
    def _holidays(self) -> Container[date]:
        if self.country is None:
            return ()
        try:
            return cast(Container[date], holidays.country_holidays(self.country, observed=True))
        except NotImplementedError:
            raise ValueError(f"no public holidays are known for country '{self.country}'") from None


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
