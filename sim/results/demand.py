"""Demand, and how much of it got in: dossiers that came in the measuring window, received in it or still outside."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engine.contract import Bools, Draws, Ids, Kind, Log, Mark
from sim.officetime import day_of
from sim.plan.model import Bookings, Model, Replication


class Demand(NamedTuple):
    """Dossiers that arrive in the window before its last day of opening: bool[dossier].

    Those of which the citizen has to complete something first are neither, nor are those without a clock, and those
    under way when the run begins.
    """

    met: Bools  # received by the end of the window
    unmet: Bools  # not received: somebody had to serve them and had not by then, or the citizen has given up


def demand(model: Model, replication: Replication, log: Log) -> Demand:
    """What was asked for in one replication, as it stands at the end of the window."""
    draws, (first, before) = replication.draws, model.window
    in_time = (draws.arrival >= first) & (draws.arrival < _last_day(model))
    asked = in_time & (replication.labels.number >= 0)
    met = asked & (log.received < before)
    return Demand(
        met,
        asked & ~met & _any_task(draws, _starts_clock(draws)) & _any_task(draws, _waits(draws, log, before)),
    )


def without_slot(model: Model, bookings: Bookings) -> Ids:
    """The streams of those who found no appointment in the window and were not seen again: int[citizen]."""
    if model.scenario.appointments.without_slot == "counter":
        return bookings.stream[:0]
    first, before = model.window
    return bookings.stream[np.isinf(bookings.days) & (bookings.asked >= first) & (bookings.asked < before)]


def _last_day(model: Model) -> float:
    """When the last day of opening of the window begins."""
    first, before = model.window
    opens = model.plan.office.opens[model.plan.office.opens < before]
    return float(opens[day_of(opens) == day_of(opens[-1])][0]) if len(opens) else first


def _starts_clock(draws: Draws) -> Bools:
    return np.asarray(draws.activity_mark[draws.activity] == Mark.START)


def _waits(draws: Draws, log: Log, before: float) -> Bools:
    """bool[task]: somebody has to do it, it was there or its citizen came, and it was not begun before an instant."""
    tried: Bools = log.entered < before
    tried[log.left_task[log.left_entered < before]] = True
    done_by_people = draws.activity_kind[draws.activity] <= Kind.OFFICE
    return np.asarray(tried & done_by_people & ~(log.started < before))


def _any_task(draws: Draws, tasks: Bools) -> Bools:
    """bool[dossier]: it is so of any of its tasks."""
    ends = draws.task_start[draws.stage_start]
    return np.asarray(np.diff(np.append(0, np.cumsum(tasks))[ends]) > 0)
