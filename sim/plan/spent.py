"""Waits that have lasted for a while when the run begins: how long, and what is left of them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sim.deadlines import DeadlineCalendar, days_passed
from sim.engine.contract import Ids, Kind
from sim.keyed import name_hash, of_dossier
from sim.plan.arrivals import Arrivals
from sim.plan.doing import Occurrence
from sim.plan.filling import Dossiers, Tasks
from sim.plan.model import Model, StepPlan
from sim.residual import is_outlasted, residual

OF_A_VISIT = (Kind.DESK, Kind.MILESTONE)


def time_spent(calendar: DeadlineCalendar, step: StepPlan, since: float) -> float:
    """How long a step of which somebody else disposes has lasted on the first morning, in the unit of its law.

    0 for work, which is still to be done in full, and for rounds, which do not remember.
    """
    if step.kind == Kind.CITIZEN:
        return -since / step.per_unit
    if step.kind == Kind.AGENCY:
        return float(days_passed(calendar, 0.0) - days_passed(calendar, since))
    return 0.0


def began_when_received(behind: Iterable[StepPlan]) -> bool:
    """Nothing but the citizen's visit lies behind a dossier, so its step began when it was received."""
    return all(step.kind in OF_A_VISIT for step in behind)


def shorten(model: Model, dossiers: Arrivals, underway: Ids, own: Dossiers, tasks: Tasks, step: Ids) -> None:
    """Leave of each wait what is left of it; `step` is that of activities."""
    spent, steps = model.underway.spent, list(model.steps.values())
    dossier_of = np.empty(len(underway), np.int64)
    dossier_of[-1 - dossiers.number[underway]] = underway
    for which, number, time in zip(dossier_of[spent.dossier], spent.step, spent.time.tolist(), strict=True):
        stage, found = own.stage_start[which], steps[number]
        first, last = tasks.task_start[stage], tasks.task_start[stage + 1]
        task = first + int(np.flatnonzero(step[tasks.activity[first:last]] == number)[0])
        u = float(of_dossier(dossiers.key[which], name_hash(Occurrence(found.name, 1).purpose("work"))))
        assert found.law is not None
        tasks.work[task] = residual(found.law, time, u) * found.per_unit


def outlasted(model: Model) -> dict[str, list[str]]:
    """The rows of the table that have been in a step for longer than its law allows, by step: file, line and id."""
    underway, table, steps = model.underway, model.scenario.horizon.open_dossiers, tuple(model.steps.values())
    found: dict[str, list[str]] = {}
    for dossier, number, time, line in zip(*(column.tolist() for column in underway.spent), strict=True):
        step, own = steps[number], underway.id[dossier]
        if table is not None and step.law is not None and is_outlasted(step.law, time):
            found.setdefault(step.name, []).append(f"{table.file}:{line}{f' ({own})' if own else ''}")
    return found
