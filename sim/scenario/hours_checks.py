"""What must hold of dates, opening hours and everything that lies within them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from difflib import get_close_matches
from itertools import pairwise

from sim.officecalendar import countries, subdivisions, swapped_days
from sim.scenario import notation
from sim.scenario.domain import Calendar, Scenario
from sim.scenario.messages import shown
from sim.scenario.notation import DAY, WEEKDAYS
from sim.scenario.values import DayWeights, Staff

Found = Iterator[tuple[str, str]]
LONGEST_HORIZON = 10  # years
LONGEST_WARM_UP = 2  # years
FAR = timedelta(days=20 * 366)  # a date further from the horizon than this is a slip of the pen
FIRST_YEAR, LAST_YEAR = 1990, 2099  # the lunar holidays are known


def horizon(scenario: Scenario) -> Found:
    """The days simulated run forwards and are not too many; those measured are among them."""
    window = scenario.horizon
    if window.first > window.last:
        yield "horizon", f"ends on {window.last}, before it begins on {window.first}"
    elif (window.last - window.first).days >= LONGEST_HORIZON * 366:
        yield "horizon", f"is longer than {LONGEST_HORIZON} years"
    if window.first.year < FIRST_YEAR or window.last.year > LAST_YEAR:
        yield "horizon", f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}"
    first, last = window.measured
    if window.first <= window.last and not window.first <= first <= last <= window.last:
        yield "horizon.during", f"'{window.during}' is not within {window.first} to {window.last}"
    if notation.days(window.warm_up) > LONGEST_WARM_UP * 366:
        yield "horizon.warm_up", f"{window.warm_up!r} is longer than {LONGEST_WARM_UP} years"


def calendar(scenario: Scenario) -> Found:
    """Sessions follow one another, seasons are two, and no day is both open and closed."""
    given = scenario.calendar
    if unknown := [*_country(given)]:
        yield from unknown
        return
    for path, hours in _written_hours(given):
        for earlier, later in pairwise(hours):
            if notation.hours(earlier)[1] > notation.hours(later)[0]:
                yield path, f"session '{later}' begins before '{earlier}' ends; write sessions in order"
    for key in ("weekdays", "deadline_days"):
        for day, times in Counter(getattr(given, key)).items():
            if times > 1:
                yield f"calendar.{key}", f"{day} stands {times} times"
    if not any(opening_hours(scenario).values()):
        missing = "`weekdays`" if given.hours != [] else "sessions, such as '07:30-11:30', in `hours`"
        yield "calendar", f"the office never opens; name {missing}"
    if given.summer and given.winter and given.summer.starts == given.winter.starts:
        yield "calendar.winter.from", f"both seasons begin on {given.winter.starts}"
    for season in ("summer", "winter"):
        if (of_season := getattr(given, season)) and not _is_day(of_season.starts):
            yield f"calendar.{season}.from", f"there is no day {of_season.starts}"
    yield from _dates(scenario)


def periods(scenario: Scenario) -> Found:
    """Periods of teams and surges of demand run forwards."""
    spans = {
        f"team.{name}.period.{key}": period
        for name, team in scenario.team.items()
        for key, period in team.period.items()
    } | {f"demand.surge.{name}": surge for name, surge in scenario.demand.surge.items()}
    for path, span in spans.items():
        if span.first > span.last:
            yield path, f"ends on {span.last}, before it begins on {span.first}"


def rosters(scenario: Scenario) -> Found:
    """Nobody is on the roster at a time of the week at which the office is never open."""
    hours = opening_hours(scenario)
    for name, team in scenario.team.items():
        yield from _roster(f"team.{name}.staff", team.staff, hours)
        for key, period in team.period.items():
            if period.staff is not None:
                yield from _roster(f"team.{name}.period.{key}.staff", period.staff, hours)


def last_tickets(scenario: Scenario) -> Found:
    """The last ticket is given while the office is open."""
    opens, closes = _span([session for sessions in opening_hours(scenario).values() for session in sessions])
    for name, site in scenario.site.items():
        if site.last_ticket and not opens < notation.clock(site.last_ticket) <= closes:
            yield (
                f"site.{name}.last_ticket",
                f"{site.last_ticket} is outside opening hours {_text(opens, closes)}",
            )
        elif site.last_ticket:
            yield from _tickets_of_dates(scenario.calendar, name, site.last_ticket)


def _tickets_of_dates(calendar: Calendar, site: str, last_ticket: str) -> Found:
    for day, texts in calendar.date_hours.items():
        if notation.hours(texts[0])[0] >= notation.clock(last_ticket):
            words = f"opens only after the last ticket of '{site}', {last_ticket}: nobody would be served"
            yield f"calendar.date_hours.{day}", words


def rounds(scenario: Scenario) -> Found:
    """A round has at least one time on a day on which the office may work."""
    hours = opening_hours(scenario)
    for name, step in scenario.step.items():
        if step.round and not any(hours[at // DAY] for text in step.round for at in notation.weekly(text)):
            yield f"step.{name}.round", "has no time on a day on which the office is open"


def profiles(scenario: Scenario) -> Found:
    """Demand has somewhere to go: months, weekdays and times of day with a weight, in order."""
    hours = opening_hours(scenario)
    for name, profile in scenario.profile.items():
        path = f"profile.{name}"
        for key in ("time_of_day", "online_time_of_day"):
            clocks = [notation.clock(text) for text, _ in getattr(profile, key)]
            if clocks != sorted(set(clocks)) or clocks[-1] == DAY:
                yield f"{path}.{key}", "times must increase, from 00:00 to before 24:00"
        if not any(profile.month):
            yield f"{path}.month", "all weights are zero"
        if not any(profile.weekday[day] and _weighs(profile.time_of_day, hours[day]) for day in range(7)):
            yield path, "all weights within opening hours are zero; demand at the counter has no time to come"
        if not any(profile.online_weekday) or not any(weight for _, weight in profile.online_time_of_day):
            yield path, "all `online_…` weights are zero; demand online has no time to come"


def appointments(scenario: Scenario) -> Found:
    """A slot fits into a session."""
    slot = scenario.appointments.slot_minutes
    sessions = [session for sessions in opening_hours(scenario).values() for session in sessions]
    longest = max(end - start for start, end in sessions)
    if scenario.digital.appointment_share > 0 and slot > longest:
        yield (
            "appointments.slot_minutes",
            f"{slot} minutes are longer than the longest session, {longest} minutes",
        )


def opening_hours(scenario: Scenario) -> dict[int, list[tuple[int, int]]]:
    """Sessions of each weekday (0 is Monday) in any season: minutes after midnight; none if never open."""
    calendar = scenario.calendar
    seasons = [season.hours for season in (calendar.summer, calendar.winter) if season]
    usual = [notation.hours(text) for texts in [calendar.hours or [], *seasons] for text in texts]
    own = {
        notation.weekday(day): [notation.hours(text) for text in texts]
        for day, texts in calendar.weekday_hours.items()
    }
    weekdays = {notation.weekday(day) for day in calendar.weekdays}
    made_up = {day.weekday() for day in {*calendar.make_up_days, *_swapped(scenario)}}
    hours = {
        day: [*own.get(day, usual if day in weekdays else [])] + (usual if day in made_up else [])
        for day in range(7)
    }
    for text, texts in calendar.date_hours.items():
        hours[notation.day(text).weekday()] += [notation.hours(text) for text in texts]
    return hours


def _swapped(scenario: Scenario) -> frozenset[date]:
    """Days of the run that are worked in exchange for a day off."""
    calendar, window = scenario.calendar, scenario.horizon
    first = window.first - timedelta(days=notation.days(window.warm_up))
    return swapped_days(country_of(calendar), calendar.subdivision, first, window.last)


def country_of(calendar: Calendar) -> str | None:
    """The country whose public holidays are days off, if any."""
    return None if calendar.country == "none" else calendar.country


def _country(calendar: Calendar) -> Found:
    """The library of holidays knows the country, and the part of it."""
    country, part = country_of(calendar), calendar.subdivision
    if country is not None and country not in (known := countries()).values():
        yield "calendar.country", f"{shown(country)} is not known; {_nearest(country, known)}, or 'none'"
    elif part is not None and country is None:
        yield "calendar.subdivision", "is a part of a country; name the `country`"
    elif part is not None and country is not None and part not in (parts := subdivisions(country)).values():
        words = _nearest(part, parts) if parts else f"no part of {country} has holidays of its own"
        yield "calendar.subdivision", f"{shown(part)} is not known; {words}"


def _nearest(word: str, codes: Mapping[str, str]) -> str:
    """The codes that are written, or whose names are written, most like the word."""
    names = {name.casefold(): name for name in codes}
    near = [names[name] for name in get_close_matches(word.casefold(), names, n=3, cutoff=0.0)]
    told = {codes[name]: f" ({name})" if name != codes[name] else "" for name in reversed(near)}
    return "the nearest are " + ", ".join(f"'{code}'{told[code]}" for code in reversed(told))


def _written_hours(calendar: Calendar) -> Iterator[tuple[str, list[str]]]:
    yield "calendar.hours", calendar.hours or []
    for season in ("summer", "winter"):
        if of_season := getattr(calendar, season):
            yield f"calendar.{season}.hours", of_season.hours
    for key in ("weekday_hours", "date_hours"):
        for day, hours in getattr(calendar, key).items():
            yield f"calendar.{key}.{day}", hours


def _dates(scenario: Scenario) -> Found:
    given, window = scenario.calendar, scenario.horizon
    lists = {key: getattr(given, key) for key in ("days_off", "make_up_days", "closures")}
    lists["date_hours"] = [notation.day(text) for text in given.date_hours]
    for key, days in lists.items():
        for day, times in Counter(days).items():
            if times > 1:
                yield f"calendar.{key}", f"{day} stands {times} times"
            if min(abs(day - window.first), abs(day - window.last)) > FAR:
                yield f"calendar.{key}", f"{day} is more than 20 years away from the horizon"
    for day in sorted({*given.days_off, *given.closures} & {*given.make_up_days}):
        yield "calendar.make_up_days", f"{day} is also a day off or a closure; decide which"
    for day in sorted({*given.days_off, *given.closures} & {*lists["date_hours"]}):
        yield f"calendar.date_hours.{day}", "is also a day off or a closure; decide which"


def _roster(path: str, staff: Staff, hours: dict[int, list[tuple[int, int]]]) -> Found:
    if isinstance(staff, int):
        return
    if not staff:
        yield path, 'names no time; write a number, or times such as [["Mon 07:30", 2]]'
    for text, count in staff:
        times = notation.weekly(text)
        if count and not any(_is_open(at % DAY, hours[at // DAY]) for at in times):
            day = times[0] // DAY
            if hours[day]:
                yield path, f"'{text}' is outside opening hours {_text(*_span(hours[day]))}"
            else:
                yield path, f"'{text}' is outside opening hours: the office is closed on {WEEKDAYS[day]}"


def _is_open(minute: int, sessions: list[tuple[int, int]]) -> bool:
    """Between the first opening and the last closing; over lunch a roster may change."""
    return bool(sessions) and _span(sessions)[0] <= minute < _span(sessions)[1]


def _span(sessions: list[tuple[int, int]]) -> tuple[int, int]:
    return min(start for start, _ in sessions), max(end for _, end in sessions)


def _text(opens: int, closes: int) -> str:
    return f"{notation.written(opens)}–{notation.written(closes)}"


def _weighs(weights: DayWeights, sessions: list[tuple[int, int]]) -> bool:
    """Some weight falls within the sessions; before the first time the last weight holds, as at midnight."""
    starts = [0, *(notation.clock(text) for text, _ in weights), DAY]
    values = [weights[-1][1], *(weight for _, weight in weights)]
    return any(
        weight and max(start, opens) < min(end, closes)
        for (start, end), weight in zip(pairwise(starts), values, strict=True)
        for opens, closes in sessions
    )


def _is_day(month_day: str) -> bool:
    try:
        date(2000, int(month_day[:2]), int(month_day[3:]))
    except ValueError:
        return False
    return True
