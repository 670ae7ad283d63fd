"""Outages of the system: when they happen, and that what is filed online waits for their end."""

from __future__ import annotations

import numpy as np

from sim import keyed
from sim.engine.contract import Floats
from sim.officetime import working_days
from sim.plan.model import Model

DAY = 1440.0
MONTHS_A_YEAR, WORKING_DAYS_A_YEAR = 12, 252


def outages(model: Model, seed: int, replication: int) -> list[tuple[float, float]]:
    """Outages of the system: on a working day at most one, from an even moment of the day on; sorted."""
    lever = model.scenario.digital.outage
    if lever is None:
        return []
    days = np.flatnonzero(working_days(model.plan.office)[: round(model.plan.end / DAY)])
    key = keyed.stream(seed, replication, "outage")
    date = model.first_day.toordinal() + days
    chance = lever.per_month * MONTHS_A_YEAR / WORKING_DAYS_A_YEAR
    fails = keyed.uniform(key, date, "outage") < chance
    session = model.plan.office.first_session
    opens = model.plan.office.opens[session[days]]
    closes = model.plan.office.closes[session[days + 1] - 1]
    start = opens + keyed.uniform(key, date, "outage start") * (closes - opens)
    end = np.minimum(start + 60 * lever.hours.ppf(keyed.uniform(key, date, "outage hours")), closes)
    return list(zip(start[fails].tolist(), end[fails].tolist(), strict=True))


def after_outage(arrival: Floats, down: list[tuple[float, float]]) -> Floats:
    """Instants at which dossiers filed online get through."""
    if not down:
        return arrival
    start, end = np.array(down).T
    last = np.searchsorted(start, arrival, side="right") - 1
    return np.where(last >= 0, np.maximum(arrival, end[last]), arrival)
