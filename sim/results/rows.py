"""What is kept of some replications beside their measures: visits, dossiers, days, hours and, if asked for, tasks."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.engine.contract import Codes, Floats, Ids, Ints, Log
from sim.plan.model import Model, Replication
from sim.results import official
from sim.results.attribution import Cause, attribution
from sim.results.course import Course, open_by_day, staffing_by_hour
from sim.results.daily import Daily, daily
from sim.results.groups import field_level, within
from sim.results.observe import (
    Dossiers,
    Observed,
    Staffing,
    Visits,
    dossier_of_task,
)
from sim.results.scores import Scores, satisfaction, scores
from sim.results.windowend import at_window_end
from sim.scenario import ScenarioError

# Their rows show how days and dossiers go, and bear intervals; a year's take some ten megabytes a replication.
KEPT_REPLICATIONS = 10
Kept = int | str  # of how many replications rows are kept: a number, or "all"


def kept(rows: Kept, replications: int) -> int:
    """How many of so many replications have rows; ScenarioError for neither a number from 1 on nor "all"."""
    if rows == "all":
        return replications
    if not re.fullmatch(r"\d{1,9}", str(rows), re.ASCII) or not int(rows):
        raise ScenarioError(f"rows: '{rows}' is no number of replications; write 1 or more, or all")
    return min(int(rows), replications)


class Case(NamedTuple):
    """What is known of dossiers from the start; see `Labels`."""

    stream: Ids
    number: Ids
    channel: Codes
    priority: Codes


class Tasks(NamedTuple):
    """The log, one row per task of the whole run, warm-up included; instants in minutes."""

    dossier: Ints
    step: Ids  # index into tuple(Model.steps)
    team: Ids  # -1: none
    entered: Floats
    started: Floats
    ended: Floats
    overtime: Floats
    interrupted: Ids
    outcome: Codes


class Hours(NamedTuple):
    """Teams hour by hour, in minutes; those in which somebody was on the roster, present or at work."""

    team: Ints
    hour: Ints  # of the measuring window
    rostered: Floats
    present: Floats
    worked: Floats
    overtime: Floats


class Rows(NamedTuple):
    """One replication in the measuring window, as arrays; :mod:`sim.results.frames` makes tables of them."""

    case: Case  # of every dossier of the replication
    visits: Visits
    dossiers: Dossiers
    minutes: Floats  # float[row of dossiers, cause] where the time went; NaN: not finished, or not known
    open_by_day: Course  # by kind of site and field
    daily: Daily
    staffing: Hours
    forms: pd.DataFrame
    points: pd.DataFrame
    scores: Scores
    tasks: Tasks | None


def rows(model: Model, replication: Replication, log: Log, observed: Observed, *, keep_log: bool) -> Rows:
    """The rows of one replication; those of its log only if asked for."""
    labels, (visits, dossiers, *_) = replication.labels, observed
    spent = attribution(model, replication, log)
    minutes = np.full((len(labels.stream), len(Cause)), np.nan)
    minutes[spent.dossier] = spent.minutes
    begun, underway = within(model.window, visits.entered), labels.number[dossiers.dossier] < 0
    minutes[labels.number < 0] = np.nan  # part of their way lies before the run
    listed = within(model.window, dossiers.received) | underway
    then, stood = at_window_end(model, replication, log, observed)
    period = official.handled_in_window(model, replication, then, stood)
    return Rows(
        Case(labels.stream, labels.number, labels.channel, labels.priority),
        Visits._make(column[begun] for column in visits),
        Dossiers._make(column[listed] for column in dossiers),
        minutes[dossiers.dossier[listed]],
        open_by_day(model, replication, dossiers, field_level(model), model.window),
        daily(model, replication, observed),
        _hours(staffing_by_hour(model, replication, log)),
        official.forms(model, period),
        official.points(model, period),
        scores(period.dossiers, period.contacts, satisfaction(model, replication, visits)),
        _tasks(replication, log) if keep_log else None,
    )


def _hours(hourly: Staffing) -> Hours:
    team, hour = np.nonzero(np.any([column > 0 for column in hourly], axis=0))
    return Hours(team, hour, *(column[team, hour] for column in hourly))


def _tasks(replication: Replication, log: Log) -> Tasks:
    return Tasks(
        dossier_of_task(replication.draws),
        replication.labels.step,
        log.team,
        log.entered,
        log.started,
        log.ended,
        log.overtime,
        log.interrupted,
        log.outcome,
    )
