"""The horizon, closings and rounds of a scenario."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from sim.engine.contract import Floats, Ints
from sim.officetime import OfficeTime
from sim.plan.ragged import flat, starts
from sim.scenario import notation
from sim.scenario.domain import Scenario

DAY = 1440.0


def days_of(scenario: Scenario) -> tuple[date, int]:
    """Day 0, when the warm-up begins, and the number of days to the end of the window."""
    first = scenario.horizon.first - timedelta(days=notation.days(scenario.horizon.warm_up))
    return first, (scenario.horizon.last - first).days + 1


def clock_of(text: str | None) -> float:
    """Minutes after midnight; inf for a time that is not given, or "none"."""
    return math.inf if text in (None, "none") else float(notation.clock(str(text)))


class Closings(NamedTuple):
    """The fields of the plan that tell when sites close."""

    closing_time: Floats
    closing_site: Ints


class Rounds(NamedTuple):
    """The fields of the plan that tell when rounds go."""

    round_start: Ints
    round_time: Floats


def closings(office: OfficeTime, days: int, sites: int) -> Closings:
    """The end of each day's last session, unless the next session begins at that instant."""
    last = office.first_session[1 : days + 1] - 1
    last = last[np.diff(office.first_session[: days + 1]) > 0]
    after = np.append(office.opens[1:], math.inf)[last]
    times = office.closes[last][office.closes[last] < after]
    return Closings(np.repeat(times, sites), np.tile(np.arange(sites, dtype=np.int64), len(times)))


def rounds(scenario: Scenario, first: date, days: int, office: OfficeTime) -> Rounds:
    """The instants of each round: its times of the week on working days."""
    working = np.flatnonzero(np.diff(office.first_session[: days + 1]))
    rounds = []
    for step in scenario.step.values():
        if step.round is not None:
            weekly = {minute for text in step.round for minute in notation.weekly(text)}
            rounds.append(
                [
                    day * DAY + minute % DAY
                    for day in working.tolist()
                    for minute in sorted(weekly)
                    if minute // 1440 == (first.weekday() + day) % 7
                ]
            )
    return Rounds(starts(rounds), np.array(flat(rounds), np.float64))
