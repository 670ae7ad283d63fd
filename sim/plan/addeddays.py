"""Days on which the office opens beyond those on which its volumes were counted, and the demand that they bring."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np

from sim.engine.contract import Bools
from sim.officetime import working_days
from sim.plan.hours import DAY
from sim.plan.model import Model
from sim.scenario.domain import Scenario
from sim.scenario.office import calendar_of


class AddedDemand(NamedTuple):
    """Added days in the measuring window, and what comes on them, as a share of what comes on all other days."""

    days: int
    share: float


def added_days(scenario: Scenario, first: date, days: int) -> Bools:
    """Whether the office opens on a day, but did not by the calendar under which volumes were counted: bool[day]."""
    counted = scenario.demand.calendar
    if counted is None:
        return np.zeros(days, bool)
    calendars = (calendar_of(calendar).office_time(first, days) for calendar in (scenario.calendar, counted))
    now, before = map(working_days, calendars)
    return now & ~before


def added_demand(model: Model) -> AddedDemand:
    """What added days bring at the counter, by the profile of ordinary visits."""
    usual = model.intensities[0]
    by_day = np.diff(np.append(usual.mass[usual.day[:-1]], usual.mass[-1]))
    added = added_days(model.scenario, model.first_day, len(by_day))
    window = np.zeros(len(by_day), bool)
    window[slice(*(round(t / DAY) for t in model.window))] = True
    on_top, others = by_day[added & window].sum(), by_day[~added & window].sum()
    return AddedDemand(int((added & window).sum()), float(on_top / others) if others else 0.0)
