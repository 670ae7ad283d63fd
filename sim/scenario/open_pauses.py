"""What must hold of the times for which the clocks of open dossiers have stood still."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta

from sim.deadlines import NO_DEADLINE, WORKING_HOURS, DeadlineCalendar, counted_from, longest_pause
from sim.scenario import notation
from sim.scenario.clock_checks import started_before
from sim.scenario.domain import Scenario
from sim.scenario.office import calendar_of
from sim.scenario.opendossiers import OpenDossier

HOLIDAYS = 60  # days after the first, within which a day counts


def pauses(
    scenario: Scenario, rows: Iterable[tuple[int, OpenDossier]], longest: timedelta
) -> Iterator[tuple[int, str]]:
    """What is wrong with the pauses of rows, with their lines; rows received before `longest` are wrong otherwise."""
    first = datetime.combine(scenario.horizon.first, time())
    rows = [(line, row) for line, row in rows if row.paused and row.procedure in scenario.procedure]
    dated = [row.received for _, row in rows if first - longest <= row.received < first]
    calendar = _deadlines(scenario, min(dated, default=first).date())
    for line, row in rows:
        unit = notation.deadline(scenario.procedure[row.procedure].deadline).unit
        told = [_amount(row, unit), _clock(scenario, row, unit)]
        if row.received in dated:
            told.append(_fits(row, unit, calendar, first))
        yield from ((line, words) for words in told if words)


def _deadlines(scenario: Scenario, since: date) -> DeadlineCalendar:
    """The days that deadlines count, from a date on; day 0 is the first day."""
    before = (scenario.horizon.first - since).days
    return counted_from(calendar_of(scenario.calendar).deadlines(since, before + HOLIDAYS), before)


def _amount(row: OpenDossier, unit: int) -> str:
    """Of hours minutes, else days, which are whole."""
    if row.paused < 0:
        return f"has stood still for {row.paused:g}; write 0 or more"
    if unit != WORKING_HOURS and row.paused % 1:
        return f"has stood still for {row.paused:g} days; write whole days, as a deadline in days counts them"
    return ""


def _clock(scenario: Scenario, row: OpenDossier, unit: int) -> str:
    """A clock that has not started has not stood still; one that has stopped may have."""
    started = started_before(scenario, scenario.procedure[row.procedure].journey)
    if unit == NO_DEADLINE or started.get(row.step, True):
        return ""
    told = f"has stood still for {row.paused:g}, but before step {row.step!r} its clock has not started"
    return f"{told}; leave `paused` empty"


def _fits(row: OpenDossier, unit: int, calendar: DeadlineCalendar, first: datetime) -> str:
    """No clock stands still for longer than the dossier has been there."""
    most = longest_pause(calendar, (row.received - first) / timedelta(minutes=1), unit)
    if row.paused <= most:
        return ""
    what = "minutes" if unit == WORKING_HOURS else "days"
    told = f"has stood still for {row.paused:g} {what}, but its deadline counts only {most:g}"
    return (
        f"{told} from its receiving, {row.received:%Y-%m-%d %H:%M}, to the first day; write at most {most:g}"
    )
