"""From a team's staff, as written, to planned headcounts over the horizon."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from sim.engine.contract import Floats, Ints
from sim.officetime import OfficeTime
from sim.plan.model import Roster
from sim.scenario import notation
from sim.scenario.domain import Team
from sim.scenario.values import Staff

DAY = 1440
WEEK = 7 * DAY


def roster(team: Team, whole_day: bool, office: OfficeTime, first: date, days: int) -> Roster:
    """Planned headcount of a team on each day, zero outside opening hours.

    With `whole_day` (an e-signature) the team's greatest headcount is on duty all day.
    """
    changes: list[tuple[float, int]] = []
    absence = np.zeros(days)
    before, weekly = None, [(0, 0)]
    for day in range(days):
        today = first + timedelta(days=day)
        staff, absence[day] = _in_force(team, today)
        if staff is not before:
            before, weekly = staff, [(0, _greatest(staff))] if whole_day else _weekly(staff)
        sessions = range(office.first_session[day], office.first_session[day + 1])
        for session in sessions:
            opens, closes = float(office.opens[session]), float(office.closes[session])
            changes += _session(weekly, opens, closes, opens - day * DAY + today.weekday() * DAY)
    time, count = _tidy(changes)
    return Roster(time, count, absence)


def _in_force(team: Team, today: date) -> tuple[Staff, float]:
    staff, absence = team.staff, team.absence
    for period in team.period.values():
        if period.first <= today <= period.last:
            staff = staff if period.staff is None else period.staff
            absence = absence if period.absence is None else period.absence
    return staff, absence


def _greatest(staff: Staff) -> int:
    return staff if isinstance(staff, int) else max(count for _, count in staff)


def _weekly(staff: Staff) -> list[tuple[int, int]]:
    """(minute of the week, headcount from then on), sorted; of several at one minute the last written holds."""
    if isinstance(staff, int):
        return [(0, staff)]
    return sorted({minute: count for text, count in staff for minute in notation.weekly(text)}.items())


def _session(
    weekly: list[tuple[int, int]], opens: float, closes: float, week_minute: float
) -> list[tuple[float, int]]:
    """Changes of headcount in one session that opens at a minute of the week."""
    before = [count for minute, count in weekly if minute <= week_minute]
    changes = [(opens, before[-1] if before else weekly[-1][1])]
    for minute, count in weekly:
        at = opens + (minute - week_minute)
        if opens < at < closes:
            changes.append((at, count))
    return [*changes, (closes, 0)]


def _tidy(changes: list[tuple[float, int]]) -> tuple[Floats, Ints]:
    """Of changes at one instant only the last, and a change every midnight stays, for the day's absences."""
    last = dict(changes)  # sessions come in order of time: a later change at the same instant wins
    return np.array(list(last), np.float64), np.array(list(last.values()), np.int64)
