"""(Model, seed, replication) → everything random of one run, drawn before it starts."""

from __future__ import annotations

import numpy as np

from sim.engine.contract import Draws
from sim.plan.absences import rosters
from sim.plan.arrivals import arrivals
from sim.plan.filling import fill, wait_from_the_slot
from sim.plan.model import Labels, Model, Replication
from sim.plan.recipe import recipe_of
from sim.plan.spent import shorten
from sim.plan.underway import with_underway


def draw(model: Model, seed: int, replication: int) -> Replication:
    """All randomness of one replication (model, section 4)."""
    recipe = recipe_of(model)
    terms, activities = recipe.terms, recipe.activities
    with np.errstate(over="ignore"):  # keys wrap around, of which numpy warns when nothing is compiled
        new, bookings = arrivals(model, seed, replication)
        dossiers, underway, clock = with_underway(model, seed, replication, new)
        own, tasks = fill(dossiers, recipe)
        shorten(model, dossiers, underway, own, tasks, activities.step)
        if len(dossiers.slot):
            wait_from_the_slot(dossiers, own, tasks)
        time, team, staff = rosters(model, seed, replication)
    return Replication(
        Draws(
            arrival=dossiers.arrival,
            stage_start=own.stage_start,
            stream=dossiers.stream,
            stream_site=terms.site,
            stream_unit=terms.unit,
            stream_amount=terms.amount,
            stream_cut_off=terms.cut_off,
            underway=underway,
            **clock._asdict(),
            task_start=tasks.task_start,
            activity=tasks.activity,
            activity_kind=activities.kind,
            activity_queue=activities.queue,
            activity_round=activities.round,
            activity_mark=activities.mark,
            activity_unit=activities.unit,
            activity_amount=activities.amount,
            work=tasks.work,
            visit=tasks.visit,
            attempts=recipe.doing.attempts,
            priority=tasks.priority,
            moment=tasks.moment,
            patience=tasks.patience,
            returns=tasks.returns,
            no_show=tasks.no_show,
            roster_time=time,
            roster_team=team,
            roster_staff=staff,
        ),
        Labels(
            stream=dossiers.stream,
            number=dossiers.number,
            channel=dossiers.channel,
            priority=own.priority,
            slot=dossiers.slot,
            bookings=bookings,
            satisfied_within=own.satisfied_within,
            very_satisfied_within=own.very_satisfied_within,
            activity=tasks.activity,
            activity_step=activities.step,
            activity_rework=activities.rework,
        ),
    )
