"""Observing a replication: from the log of tasks to visits, dossiers and the work of teams (model, section 9).

Pure reading: nothing here changes what happened, and nobody is dropped. Whoever is still waiting when the run
ends is in the tables with what is known by then. Instants are in minutes, as in the log.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from sim import officetime
from sim.engine.contract import Bools, Draws, Floats, Ints, Kind, Log, Mark, Outcome, Reason
from sim.officetime import classify, day_of, due_day
from sim.plan.model import Model, Replication


class VisitOutcome(IntEnum):
    """How a visit ended: served, not ended by the end of the run, or left unserved for a reason."""

    PATIENCE = Reason.PATIENCE
    BALKED = Reason.BALKED
    NO_SHOW = Reason.NO_SHOW
    TURNED_AWAY = Reason.TURNED_AWAY
    SERVED = 4
    UNFINISHED = 5


class Status(IntEnum):
    """How a dossier stands at the end of the run, by date (Circular 01/2018/TT-VPCP; model, section 2)."""

    EARLY = officetime.EARLY
    ON_TIME = officetime.ON_TIME
    LATE = officetime.LATE
    OPEN = officetime.OPEN
    OVERDUE = officetime.OVERDUE
    WITHDRAWN = 5


class Visits(NamedTuple):
    """One row per stay of a citizen in a lobby, ordered by dossier and time; no-shows have a row too."""

    dossier: Ints
    entered: Floats
    left: Floats  # NaN: still there at the end of the run
    wait: Floats  # minutes; of those still waiting a lower bound
    service: Floats  # minutes of desk work; stay = wait + service
    outcome: Ints  # VisitOutcome
    waited: Bools  # False for those who left at once, or never came
    late: Bools  # past its due date, by the date of entering, with the result not ready by then or ready late
    again: Ints  # visits of the dossier so far, this one included, made necessary by a loop or a leaving


class Dossiers(NamedTuple):
    """One row per dossier whose clock started."""

    dossier: Ints
    received: Floats
    due: Floats  # inf: no deadline
    ready: Floats  # NaN: not finished
    status: Ints  # Status
    late_days: Ints  # calendar days after the due date, of open ones so far; 0 unless late or overdue
    visits: Ints  # stays in a lobby by the end of the run


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

    present: Floats  # people on the roster, added up
    worked: Floats  # overtime included
    overtime: Floats  # of desk work that started in the window


def dossier_of_task(draws: Draws) -> Ints:
    """The dossier of each task: int[task]."""
    stage = np.repeat(np.arange(len(draws.task_start) - 1), np.diff(draws.task_start))
    return np.repeat(np.arange(len(draws.arrival)), np.diff(draws.stage_start))[stage]


def visits(model: Model, replication: Replication, log: Log) -> Visits:
    """The stays of citizens; desk tasks that follow each other without a gap are one stay."""
    draws = replication.draws
    stays = _desk_stays(model.plan.end, draws, log)
    dossier = dossier_of_task(draws)[stays.task]
    order = np.lexsort((stays.task, stays.entered, dossier))
    stays, dossier = _Stays._make(column[order] for column in stays), dossier[order]
    begins = changes(dossier)
    begins[1:] |= (stays.entered[1:] != stays.left[:-1]) | (stays.outcome[:-1] != VisitOutcome.SERVED)
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(dossier))[: len(first)] - 1
    whose, entered, outcome = dossier[first], stays.entered[first], stays.outcome[last]
    return Visits(
        dossier=whose,
        entered=entered,
        left=stays.left[last],
        wait=np.add.reduceat(stays.wait, first),
        service=np.add.reduceat(stays.service, first),
        outcome=outcome,
        waited=np.logical_or.reduceat(stays.waited, first),
        late=day_of(np.fmin(log.ready[whose], entered)) > due_day(log.due[whose]),
        again=_again(whose, outcome, replication.labels.rework[stays.task[first]]),
    )


def dossiers(model: Model, replication: Replication, log: Log) -> Dossiers:
    """The dossiers whose clock started, in order of arrival.

    A dossier whose clock stands still is judged as of the moment it paused: waiting for a supplement it does
    not become overdue, as in the official statistics.
    """
    draws = replication.draws
    task_dossier = dossier_of_task(draws)
    rows = np.flatnonzero(~np.isnan(log.received))
    count = len(draws.arrival)
    due, ready = log.due[rows], log.ready[rows]
    now = _clock_stands_at(model.plan.end, draws, log, task_dossier)[rows]
    status = classify(due, ready, now, draws.deadline_unit[rows])
    lost = np.bincount(task_dossier[log.outcome == Outcome.LOST], minlength=count)[rows] > 0
    status[np.isnan(ready) & lost] = Status.WITHDRAWN
    late = (status == Status.LATE) | (status == Status.OVERDUE)
    late_days = np.zeros(len(rows), np.int64)
    late_days[late] = day_of(np.fmin(ready, now)[late]) - due_day(due[late])
    stays = visits(model, replication, log)
    came = stays.dossier[stays.outcome != VisitOutcome.NO_SHOW]
    return Dossiers(
        rows, log.received[rows], due, ready, status, late_days, np.bincount(came, minlength=count)[rows]
    )


def unreceived(model: Model, replication: Replication, log: Log) -> Unreceived:
    """The dossiers that arrived but whose clock never started."""
    draws = replication.draws
    lost = np.zeros(len(draws.arrival), np.bool_)
    lost[dossier_of_task(draws)[log.outcome == Outcome.LOST]] = True
    outside = np.isnan(log.received) & (draws.arrival < model.plan.end)
    return Unreceived(int((outside & lost).sum()), int((outside & ~lost).sum()))


def staffing(model: Model, replication: Replication, log: Log) -> Staffing:
    """Presence, work and overtime of each team in the measuring window."""
    teams = len(model.teams)
    first, before = model.window

    def within(start: Floats, end: Floats) -> Floats:
        return np.maximum(np.minimum(end, before) - np.maximum(start, first), 0.0)

    def per_team(team: Ints, minutes: Floats) -> Floats:
        return np.bincount(team, minutes, teams).astype(np.float64)

    on_duty, late = presence(model, replication), ran_late(model, log)
    return Staffing(
        present=per_team(on_duty.team, within(on_duty.began, on_duty.ended) * on_duty.staff),
        worked=per_team(log.spell_team, within(log.spell_began, log.spell_ended)),
        overtime=per_team(log.team[late], log.overtime[late]),
    )


def presence(model: Model, replication: Replication) -> Presence:
    """Who is on duty, absences and outages subtracted, ordered by team and time."""
    draws = replication.draws
    order = np.lexsort((draws.roster_time, draws.roster_team))
    team, time = draws.roster_team[order], draws.roster_time[order]
    until = np.append(time, model.plan.end)[1:]
    until[:-1][changes(team)[1:]] = model.plan.end
    return Presence(team, time, until, draws.roster_staff[order])


def ran_late(model: Model, log: Log) -> Bools:
    """bool[task]: started in the measuring window and worked on past the roster."""
    first, before = model.window
    return (log.overtime > 0) & (log.started >= first) & (log.started < before)


def changes(key: Ints) -> Bools:
    """Where a sorted column begins another value: bool[row], the first row included."""
    begins = np.ones(len(key), np.bool_)
    begins[1:] = key[1:] != key[:-1]
    return begins


class _Stays(NamedTuple):
    """One row per desk task and coming of the citizen."""

    task: Ints
    entered: Floats
    left: Floats
    wait: Floats
    service: Floats
    outcome: Ints
    waited: Bools


def _desk_stays(end: float, draws: Draws, log: Log) -> _Stays:
    last_left = np.full(len(draws.kind), np.nan)
    last_left[log.left_task] = log.left_entered
    entered = (draws.kind == Kind.DESK) & ~np.isnan(log.entered)
    task = np.flatnonzero(entered & (~np.isnan(log.started) | (log.entered != last_left)))
    started = np.where(np.isnan(log.started[task]), end, log.started[task])
    ended = np.where(np.isnan(log.ended[task]), end, log.ended[task])
    stayed = _Stays(
        task,
        log.entered[task],
        log.ended[task],
        started - log.entered[task],
        ended - started,
        np.where(np.isnan(log.ended[task]), VisitOutcome.UNFINISHED, VisitOutcome.SERVED),
        np.ones(len(task), np.bool_),
    )
    wait = log.left_time - log.left_entered
    left = _Stays(
        log.left_task, log.left_entered, log.left_time, wait, np.zeros(len(wait)), log.left_reason, wait > 0
    )
    return _Stays(*(np.concatenate(pair) for pair in zip(stayed, left, strict=True)))


def _again(dossier: Ints, outcome: Ints, rework: Bools) -> Ints:
    """How many visits of the dossier, up to each, began with rework or followed one that ended unserved."""
    first = np.flatnonzero(changes(dossier))
    unserved = (outcome < VisitOutcome.SERVED) & (outcome != VisitOutcome.NO_SHOW)
    needless = rework.astype(np.int64)
    needless[1:] |= unserved[:-1] & (dossier[1:] == dossier[:-1])
    so_far = np.cumsum(needless)
    before = (so_far - needless)[first]
    again: Ints = so_far - np.repeat(before, np.diff(np.append(first, len(dossier))))
    return again


def _clock_stands_at(end: float, draws: Draws, log: Log, task_dossier: Ints) -> Floats:
    """Until when each dossier's clock has run: to the end of the run, or to a pause not yet over."""
    now = np.full(len(draws.arrival), end)
    turned = np.flatnonzero((draws.mark != Mark.NONE) & ~np.isnan(log.ended))
    turned = turned[np.argsort(log.ended[turned], kind="stable")]
    mark = draws.mark[turned]
    last = np.full(len(draws.arrival), -1)
    last[task_dossier[turned]] = np.arange(len(turned))
    turned_at_all = np.flatnonzero(last >= 0)
    paused = turned_at_all[mark[last[turned_at_all]] == Mark.PAUSE]
    now[paused] = log.ended[turned[last[paused]]]
    return now
