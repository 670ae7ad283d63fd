"""The office calendar that a scenario describes."""

from __future__ import annotations

from collections.abc import Sequence

from sim.officecalendar import OfficeCalendar, Season
from sim.scenario import notation
from sim.scenario.domain import Calendar


def calendar_of(calendar: Calendar) -> OfficeCalendar:
    """The office calendar, as numbers."""

    def sessions(texts: Sequence[str]) -> list[tuple[int, int]]:
        return [notation.hours(text) for text in texts]

    if calendar.hours is not None:
        seasons = [Season((1, 1), sessions(calendar.hours))]
    else:
        assert calendar.summer is not None
        assert calendar.winter is not None
        seasons = [
            Season((int(season.starts[:2]), int(season.starts[3:])), sessions(season.hours))
            for season in (calendar.summer, calendar.winter)
        ]
    return OfficeCalendar(
        seasons,
        weekdays={notation.weekday(text) for text in calendar.weekdays},
        weekday_sessions={notation.weekday(d): sessions(h) for d, h in calendar.weekday_hours.items()},
        date_sessions={notation.day(day): sessions(texts) for day, texts in calendar.date_hours.items()},
        deadline_days={notation.weekday(text) for text in calendar.deadline_days},
        country=None if calendar.country == "none" else calendar.country,
        subdivision=calendar.subdivision,
        days_off=calendar.days_off,
        make_up_days=calendar.make_up_days,
        closures=calendar.closures,
    )
