"""Observing a replication: from the log of tasks to visits, dossiers and the work of teams (model, section 9).

Pure reading: nothing here changes what happened, and nobody is dropped. Whoever is still waiting when the run
ends is in the tables with what is known by then. Instants are in minutes, as in the log.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from sim import deadlines
from sim.columns import columns
from sim.engine.contract import Bools, Codes, Draws, Floats, Ids, Ints, Log, Outcome, Reason, Whole
from sim.plan.model import Model, Replication
from sim.results import passes
from sim.results.demand import Demand, demand


class VisitOutcome(IntEnum):
    """How a visit ended: served, not ended by the end of the run, or left unserved for a reason."""

    PATIENCE = Reason.PATIENCE
    BALKED = Reason.BALKED
    NO_SHOW = Reason.NO_SHOW
    TURNED_AWAY = Reason.TURNED_AWAY
    SERVED = passes.SERVED
    UNFINISHED = passes.UNFINISHED


class VisitKind(IntEnum):
    """What a citizen comes for."""

    FILING = passes.FILING  # any visit before the result is ready, unless it is one made again
    COLLECTING = passes.COLLECTING  # the result is ready
    AGAIN = passes.AGAIN  # made necessary by a loop, or by a visit that ended unserved; see `Visits.again`


class Status(IntEnum):
    """How a dossier stands at the end of the run (Circular 01/2018/TT-VPCP; model, section 2)."""

    EARLY = deadlines.EARLY
    ON_TIME = deadlines.ON_TIME
    LATE = deadlines.LATE
    OPEN = deadlines.OPEN
    OVERDUE = deadlines.OVERDUE
    WITHDRAWN = passes.WITHDRAWN


FINISHED = (Status.EARLY, Status.ON_TIME, Status.LATE)


class Visits(NamedTuple):
    """One row per stay of a citizen in a lobby, ordered by dossier and time; no-shows have a row too."""

    dossier: Ints
    entered: Floats
    left: Floats  # NaN: still there at the end of the run
    wait: Floats  # minutes, of who is early from the slot on; of those still waiting a lower bound
    service: Floats  # minutes of desk work; stay = wait + service
    outcome: Ints  # VisitOutcome
    waited: Bools  # False for those who left at once, or never came
    late: Bools  # past due on entering, with the result not ready by then or ready late
    again: Ints  # visits of the dossier so far, this one included, made necessary by a loop or a leaving
    priority: Codes  # Priority in which the citizen queues first
    kind: Codes  # VisitKind


class Dossiers(NamedTuple):
    """One row per dossier whose clock started."""

    dossier: Ints
    received: Floats
    due: Floats  # inf: no deadline
    ready: Floats  # NaN: not finished
    status: Ints  # Status
    late_days: Ints  # calendar days after the due date, of open ones so far; 0 unless late or overdue
    visits: Ints  # stays in a lobby by the end of the run


class Reopened(NamedTuple):
    """One row per further count of a legal clock, from a start after a stop; by dossier, then in order of time."""

    dossier: Ids
    received: Floats
    due: Floats  # inf: no deadline
    ready: Floats  # NaN: not finished
    status: Ints  # Status


class Unreceived(NamedTuple):
    """How many dossiers arrived and are in no other table, because their clock never started."""

    lost: int  # the citizen gave up for good
    waiting: int  # not yet accepted at the end of the run


class Presence(NamedTuple):
    """One row per stretch of the roster in which a team's headcount is the same."""

    team: Ints
    began: Floats
    ended: Floats  # the end of the run, if it does not change again
    staff: Ints


class Staffing(NamedTuple):
    """What each team did in the measuring window, in minutes: float[team]."""

    rostered: Floats  # people on the roster, added up, who are paid whether they are there or not
    present: Floats  # people on duty: less absences and outages, with the hours of an e-signature
    worked: Floats  # overtime included
    overtime: Floats  # of desk work that started in the window


class Observed(NamedTuple):
    """What one replication is measured by."""

    visits: Visits
    dossiers: Dossiers
    reopened: Reopened
    staffing: Staffing
    demand: Demand


def dossier_of_task(draws: Draws) -> Ints:
    """The dossier of each task: int[task]."""
    stage = np.repeat(np.arange(len(draws.task_start) - 1), np.diff(draws.task_start))
    return np.repeat(np.arange(len(draws.arrival)), np.diff(draws.stage_start))[stage]


def observe(model: Model, replication: Replication, log: Log) -> Observed:
    """Everything that measures are made of, each computed once."""
    stays = visits(model, replication, log)
    return Observed(
        stays,
        *stand(model, replication, log, stays, model.plan.end),
        staffing(model, replication, log),
        demand(model, replication, log),
    )


def visits(model: Model, replication: Replication, log: Log) -> Visits:
    """The stays of citizens; desk tasks that follow each other without a gap are one stay."""
    draws = replication.draws
    by_task = np.argsort(log.left_task, kind="stable")
    kinds = int, float, float, float, float, int, bool, bool, int, np.int8, np.int8, int
    stays = columns(*[(kind, len(draws.priority) + len(by_task)) for kind in kinds])
    rows = passes.visits(
        model.plan.end,
        draws.stage_start,
        draws.task_start,
        draws.activity,
        draws.activity_kind,
        replication.labels.activity_rework,
        draws.visit,
        draws.priority,
        replication.labels.slot,
        draws.stream,
        draws.stream_unit,
        log.entered,
        log.started,
        log.ended,
        log.due,
        log.ready,
        *(column[by_task] for column in (log.left_task, log.left_entered, log.left_time, log.left_reason)),
        tuple(stays),
    )
    return Visits._make(column[:rows] for column in stays[:-1])


def dossiers(model: Model, replication: Replication, log: Log) -> Dossiers:
    """The dossiers whose clock started, in order of arrival.

    A dossier whose clock stands still is judged as of the moment it paused: waiting for a supplement it does
    not become overdue, as in the official statistics.
    """
    return stand(model, replication, log, visits(model, replication, log), model.plan.end)[0]


def unreceived(model: Model, replication: Replication, log: Log) -> Unreceived:
    """The dossiers that arrived but whose clock never started."""
    draws = replication.draws
    lost = np.zeros(len(draws.arrival), np.bool_)
    lost[dossier_of_task(draws)[log.outcome == Outcome.LOST]] = True
    outside = np.isnan(log.received) & (draws.arrival < model.plan.end)
    return Unreceived(int((outside & lost).sum()), int((outside & ~lost).sum()))


def staffing(model: Model, replication: Replication, log: Log) -> Staffing:
    """Roster, presence, work and overtime of each team in the measuring window."""
    draws = replication.draws
    return Staffing(
        rostered(model),
        *passes.staffing(
            len(model.teams),
            *model.window,
            model.plan.end,
            draws.roster_time,
            draws.roster_team,
            draws.roster_staff,
            log.spell_team,
            log.spell_began,
            log.spell_ended,
            log.team,
            log.started,
            log.ended,
            log.interrupted,
            log.overtime,
        ),
    )


def rostered(model: Model) -> Floats:
    """Minutes of people on each team's roster in the measuring window: float[team]."""
    on_roster = planned(model)
    lasts = np.diff(np.clip([on_roster.began, on_roster.ended], *model.window), axis=0)[0]
    total: Floats = np.bincount(on_roster.team, lasts * on_roster.staff, len(model.teams)).astype(np.float64)
    return total


def planned(model: Model) -> Presence:
    """The rosters that are paid, absences and outages not subtracted, ordered by team and time."""
    team = np.repeat(np.arange(len(model.paid)), [len(roster.time) for roster in model.paid])
    time, staff = (np.concatenate([getattr(one, name) for one in model.paid]) for name in ("time", "staff"))
    return _stretches(team, time, staff, model.plan.end)


def presence(model: Model, replication: Replication) -> Presence:
    """Who is on duty, absences and outages subtracted, ordered by team and time."""
    draws = replication.draws
    order = np.lexsort((draws.roster_time, draws.roster_team))
    team, time, staff = draws.roster_team[order], draws.roster_time[order], draws.roster_staff[order]
    return _stretches(team, time, staff, model.plan.end)


def ran_late(model: Model, log: Log) -> Bools:
    """bool[task]: started in the measuring window and worked on past the roster."""
    first, before = model.window
    return (log.overtime > 0) & (log.started >= first) & (log.started < before)


def changes(key: Whole) -> Bools:
    """Where a sorted column begins another value: bool[row], the first row included."""
    begins = np.ones(len(key), np.bool_)
    begins[1:] = key[1:] != key[:-1]
    return begins


def _stretches(team: Ints, time: Floats, staff: Ints, end: float) -> Presence:
    """Changes of headcount, ordered by team and time, as the stretches between them."""
    until = np.append(time, end)[1:]
    until[:-1][changes(team)[1:]] = end
    return Presence(team, time, until, staff)


def stand(
    model: Model, replication: Replication, log: Log, stays: Visits, end: float
) -> tuple[Dossiers, Reopened]:
    """How the dossiers stand at an instant, given a log of what had happened by then."""
    draws = replication.draws
    found = columns(*[(int, len(draws.arrival))] * 4)
    reopened = np.zeros(len(log.reopened_dossier), np.int64)
    rows = passes.dossiers(
        end,
        draws.stage_start,
        draws.task_start,
        draws.activity,
        draws.activity_mark,
        draws.stream,
        draws.stream_unit,
        draws.underway,
        draws.paused,
        log.ended,
        log.outcome,
        log.received,
        log.due,
        log.ready,
        draws.activity_unit,
        log.reopened_dossier,
        log.reopened_activity,
        log.reopened_due,
        log.reopened_ready,
        stays.dossier,
        stays.outcome,
        tuple(found),
        reopened,
    )
    which, status, late_days, came = (column[:rows] for column in found)
    return (
        Dossiers(which, log.received[which], log.due[which], log.ready[which], status, late_days, came),
        Reopened(log.reopened_dossier, log.reopened_received, log.reopened_due, log.reopened_ready, reopened),
    )
