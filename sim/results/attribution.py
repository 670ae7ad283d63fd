"""Where a dossier's time goes, from its arrival to its result, adding up to the whole (model, section 9).

The journey is cut where its stages end. Each piece is attributed by the stage's critical task, the one that
ended last: its share of a stage with parallel tasks is the whole, as the others did not make the dossier later
(critical path; Kelley & Walker 1959).
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from sim.engine.contract import Bools, Draws, Floats, Ids, Ints, Kind, Log, Plan
from sim.officetime import OfficeTime, working_elapsed
from sim.plan.model import Model, Replication
from sim.results.observe import changes


class Cause(IntEnum):
    """What a minute of a dossier's way went into; the columns of :class:`Attribution`."""

    WORK = 0  # being worked on
    PERSON = 1  # waiting for a person who is on duty
    OUTSIDE = 2  # the office was closed
    SIGNING = 3  # a round or a signing hour: in office hours, but nobody on the roster does this work
    CITIZEN = 4
    AGENCY = 5
    REWORK = 6  # everything that a loop inserted


class Attribution(NamedTuple):
    """One row per finished dossier, in order of arrival."""

    dossier: Ints
    minutes: Floats  # float[dossier, cause]; a row adds up to ready - arrival


class _Pieces(NamedTuple):
    """The way of the finished dossiers, one piece per stage."""

    task: Ints  # the critical task
    dossier: Ints
    began: Floats
    ended: Floats
    rework: Bools


def attribution(model: Model, replication: Replication, log: Log) -> Attribution:
    """Minutes by cause of every finished dossier, from its arrival to its result."""
    draws = replication.draws
    pieces = _pieces(draws, replication.labels.rework, log)
    minutes = np.zeros((len(pieces.task), len(Cause)))
    whole = pieces.ended - pieces.began
    kind = draws.kind[pieces.task]
    for cause, rows in (
        (Cause.REWORK, pieces.rework),
        (Cause.CITIZEN, ~pieces.rework & (kind == Kind.CITIZEN)),
        (Cause.AGENCY, ~pieces.rework & (kind == Kind.AGENCY)),
        (Cause.SIGNING, ~pieces.rework & (kind == Kind.ROUND)),
    ):
        minutes[rows, cause] = whole[rows]
    worked_on = np.flatnonzero(~pieces.rework & ((kind == Kind.DESK) | (kind == Kind.OFFICE)))
    minutes[worked_on] = _of_work(model, draws, log, pieces, worked_on)
    finished = np.flatnonzero(~np.isnan(log.ready))
    total = np.zeros((len(draws.arrival), len(Cause)))
    for cause in Cause:
        total[:, cause] = np.bincount(pieces.dossier, minutes[:, cause], len(draws.arrival))
    return Attribution(finished, total[finished])


def _pieces(draws: Draws, rework: Bools, log: Log) -> _Pieces:
    """NOTE: tasks that ended after the result, beside the clock's first stop or behind it, are no part of the way."""
    stages = len(draws.task_start) - 1
    stage_of = np.repeat(np.arange(stages), np.diff(draws.task_start))
    dossier_of = np.repeat(np.arange(len(draws.arrival)), np.diff(draws.stage_start))
    task = np.flatnonzero(log.ended <= log.ready[dossier_of[stage_of]])
    # the critical task of a stage, the last to end, comes first; of simultaneous ends, the smaller task
    begins = changes(stage_of[task])
    parallel = np.flatnonzero(~(begins & np.append(begins[1:], True)))
    among = task[parallel]
    task[parallel] = among[np.lexsort((-log.ended[among], stage_of[among]))]
    task = task[begins]
    stage = stage_of[task]
    dossier = dossier_of[stage]
    began = np.where(changes(dossier), draws.arrival[dossier], np.roll(log.ended[task], 1))
    any_rework = np.bincount(stage_of[rework], minlength=stages)[stage] > 0
    return _Pieces(task, dossier, began, log.ended[task], any_rework)


def _of_work(model: Model, draws: Draws, log: Log, pieces: _Pieces, rows: Ints) -> Floats:
    """Minutes by cause of pieces whose critical task was done by people: float[row, cause].

    The time in which nobody worked on it is closed time, plus office hours without anybody on the roster, plus
    the rest.
    """
    task = pieces.task[rows]
    row, since, until = _gaps(log, task)
    open_since, open_until = (working_elapsed(model.plan.office, t) for t in (since, until))
    unstaffed, queue = Unstaffed(model.plan, draws), draws.queue[task[row]]

    def per_row(minutes: Floats) -> Floats:
        return np.bincount(row, minutes, len(task)).astype(np.float64)

    idle, in_hours = per_row(until - since), per_row(open_until - open_since)
    nobody = per_row(unstaffed(queue, until, open_until) - unstaffed(queue, since, open_since))
    minutes = np.zeros((len(task), len(Cause)))
    minutes[:, Cause.WORK] = log.ended[task] - log.entered[task] - idle
    minutes[:, Cause.OUTSIDE] = idle - in_hours
    minutes[:, Cause.SIGNING] = nobody
    minutes[:, Cause.PERSON] = in_hours - nobody
    minutes[:, Cause.CITIZEN] = log.entered[task] - pieces.began[rows]
    return minutes


def _gaps(log: Log, task: Ints) -> tuple[Ints, Floats, Floats]:
    """When nobody worked on tasks: row of the task, from, until. Before the first spell, and between spells."""
    row_of = np.full(len(log.entered), -1)
    row_of[task] = np.arange(len(task))
    several = (np.bincount(log.spell_task, minlength=len(row_of)) > 1) & (row_of >= 0)
    spells = np.flatnonzero(several[log.spell_task])
    spells = spells[np.argsort(log.spell_task[spells], kind="stable")]
    follows = np.flatnonzero(~changes(log.spell_task[spells]))
    row = np.concatenate([np.arange(len(task)), row_of[log.spell_task[spells[follows]]]])
    since = np.concatenate([log.entered[task], log.spell_ended[spells[follows - 1]]])
    until = np.concatenate([log.started[task], log.spell_began[spells[follows]]])
    some = np.flatnonzero(until > since)
    return row[some], since[some], until[some]


class Unstaffed:
    """Minutes of office time in which no team that serves a queue had anybody on the roster, up to an instant.

    Queues served by the same teams share one step function.
    """

    def __init__(self, plan: Plan, draws: Draws) -> None:
        bounds = zip(plan.server_start[:-1], plan.server_start[1:], strict=True)
        servers = [tuple(sorted(set(plan.server_team[first:last].tolist()))) for first, last in bounds]
        distinct = {teams: number for number, teams in enumerate(dict.fromkeys(servers))}
        self._crew_of = np.array([distinct[teams] for teams in servers], np.int16)  # int[queue]
        self._crews = [_Crew.of(plan.office, draws, np.array(teams, np.int64)) for teams in distinct]

    def __call__(self, queue: Ids, t: Floats, elapsed: Floats) -> Floats:
        """Minutes until `t`, when so much office time had elapsed, for the queue of each: float[row]."""
        minutes = np.zeros(len(t))
        crew = self._crew_of[queue]
        order = np.argsort(crew, kind="stable")
        bounds = np.searchsorted(crew[order], np.arange(len(self._crews) + 1))
        for number, one_crew in enumerate(self._crews):
            rows = order[bounds[number] : bounds[number + 1]]
            minutes[rows] = one_crew.until(t[rows], elapsed[rows])
        return minutes


class _Crew(NamedTuple):
    """The teams that serve a queue, taken together: `absent[i]` from `time[i]` on."""

    time: Floats
    elapsed: Floats  # office time at each of these instants
    absent: Bools
    minutes: Floats  # of absence in office time, before each

    @classmethod
    def of(cls, office: OfficeTime, draws: Draws, teams: Ints) -> _Crew:
        rows = np.flatnonzero(np.isin(draws.roster_team, teams))
        team, staff = draws.roster_team[rows], draws.roster_staff[rows]
        change = np.zeros(len(rows), np.int64)
        for one_team in teams:
            own = team == one_team
            change[own] = np.diff(staff[own], prepend=0)
        time = np.append(0.0, draws.roster_time[rows])
        absent = np.append(0, np.cumsum(change)) == 0
        elapsed = np.asarray(working_elapsed(office, time))
        minutes = np.append(0.0, np.cumsum(np.diff(elapsed) * absent[:-1]))
        return cls(time, elapsed, absent, minutes)

    def until(self, t: Floats, elapsed: Floats) -> Floats:
        at = np.searchsorted(self.time, t, side="right") - 1
        return self.minutes[at] + (elapsed - self.elapsed[at]) * self.absent[at]
