"""Passes over a log, compiled by ``numba``: stays of citizens, how dossiers stand, what teams did.

Plain loops over columns, one dossier after the other, without the GIL. :mod:`sim.results.observe` says what the
columns mean; codes that are no one else's stand here.
"""

from __future__ import annotations

import math

import numpy as np

from sim.deadlines import LATE, OVERDUE, classify, due_day, is_past
from sim.engine import rules
from sim.engine.contract import Bools, Codes, Floats, Ids, Ints, Kind, Mark, Outcome, Reason
from sim.kernelcache import cached
from sim.officetime import day_of

SERVED, UNFINISHED = 4, 5  # how a visit ends beside the reasons for leaving
FILING, COLLECTING, AGAIN = 0, 1, 2  # what a visit is for
WITHDRAWN = 5  # how a dossier stands beside the statuses of deadlines
DESK, NO_MARK, PAUSE = int(Kind.DESK), int(Mark.NONE), int(Mark.PAUSE)
LOST, NO_SHOW = int(Outcome.LOST), int(Reason.NO_SHOW)


Stays = tuple[Ints, Floats, Floats, Floats, Floats, Ints, Bools, Bools, Ints, Codes, Codes, Ints]


@cached
def visits(
    end: float,
    stage_start: Ids,
    task_start: Ids,
    activity: Ids,
    kind: Codes,
    rework: Bools,
    visit: Ids,
    of_visit: Codes,
    slot: Floats,
    stream: Ids,
    unit: Codes,
    entered: Floats,
    started: Floats,
    ended: Floats,
    due: Floats,
    ready: Floats,
    left_task: Ints,
    left_entered: Floats,
    left_time: Floats,
    left_reason: Ints,
    stays: Stays,
) -> int:
    """Fill in the columns of `Visits`; returns how many there are.

    Kind and rework are those of activities, unit that of streams, `of_visit` is the priority of the rows that `visit`
    names; leavings come by task, then in order of time. Who is early for an appointment waits from its slot on.
    `stays` has room for all comings: tasks at the counter and leavings; and another column that tells their tasks.

    The comings for each task of a dossier are put in order of entry, then those without a gap are joined; both in
    the rows that the visits will have.
    """
    whose, since, until, wait, service, outcome, waited, late, again, priority, purpose, task_of = stays
    rows = leaving = 0
    for dossier in range(len(due)):
        after = rows
        booked = slot[dossier] if len(slot) else -math.inf
        for task in range(task_start[stage_start[dossier]], task_start[stage_start[dossier + 1]]):
            first = leaving
            while leaving < len(left_task) and left_task[leaving] == task:
                leaving += 1
            stayed = kind[activity[task]] == DESK and not math.isnan(entered[task])
            if math.isnan(started[task]) and leaving > first and left_entered[leaving - 1] == entered[task]:
                stayed = False  # the log keeps the last coming, though the citizen is gone
            for coming in range(first - stayed, leaving):
                itself = coming < first
                t = entered[task] if itself else left_entered[coming]
                at = after
                while at > rows and since[at - 1] > t:
                    task_of[at], since[at], until[at] = task_of[at - 1], since[at - 1], until[at - 1]
                    wait[at], service[at] = wait[at - 1], service[at - 1]
                    outcome[at], waited[at] = outcome[at - 1], waited[at - 1]
                    at -= 1
                after += 1
                task_of[at], since[at] = task, t
                if itself:
                    served_from = end if math.isnan(started[task]) else started[task]
                    served_until = end if math.isnan(ended[task]) else ended[task]
                    until[at], wait[at], service[at] = (
                        ended[task],
                        max(served_from - max(t, booked), 0.0),
                        served_until - served_from,
                    )
                    outcome[at] = UNFINISHED if math.isnan(ended[task]) else SERVED
                    waited[at] = True
                else:
                    until[at], service[at] = left_time[coming], 0.0
                    wait[at] = max(left_time[coming] - max(t, booked), 0.0)
                    outcome[at], waited[at] = left_reason[coming], left_time[coming] > t
        needless = 0
        row = rows - 1
        for at in range(rows, after):
            if row >= rows and since[at] == until[row] and outcome[row] == SERVED:
                until[row], outcome[row] = until[at], outcome[at]
                wait[row] += wait[at]
                service[row] += service[at]
                waited[row] |= waited[at]
                continue
            unserved = row >= rows and outcome[row] < SERVED and outcome[row] != NO_SHOW
            is_again = rework[activity[task_of[at]]] or unserved
            needless += is_again
            row += 1
            whose[row], since[row], until[row], outcome[row] = dossier, since[at], until[at], outcome[at]
            wait[row], service[row], waited[row] = wait[at], service[at], waited[at]
            judged = ready[dossier] if ready[dossier] < since[at] else since[at]
            late[row] = is_past(due[dossier], judged, unit[stream[dossier]])
            again[row] = needless
            priority[row] = of_visit[visit[task_of[at]]]
            purpose[row] = AGAIN if is_again else COLLECTING if ready[dossier] <= since[at] else FILING
        rows = row + 1
    return rows


@cached
def dossiers(
    end: float,
    stage_start: Ids,
    task_start: Ids,
    activity: Ids,
    mark: Codes,
    stream: Ids,
    unit: Codes,
    underway: Ids,
    paused: Floats,
    ended: Floats,
    outcome: Codes,
    received: Floats,
    due: Floats,
    ready: Floats,
    own_unit: Codes,
    reopened: Ids,
    reopened_activity: Ids,
    reopened_due: Floats,
    reopened_ready: Floats,
    visitor: Ints,
    visit_outcome: Ints,
    columns: tuple[Ints, Ints, Ints, Ints],
    reopened_status: Ints,
) -> int:
    """Fill in dossier, status, late days and visits of those received; returns how many there are.

    Mark and own unit are those of activities, unit that of streams. `columns` have room for all dossiers. Fills in
    the status of further counts, too.
    """
    most = len(received)
    row_of, status, late_days, stays = columns
    rows = visit = known = further = 0
    for dossier in range(most):
        came = 0
        while visit < len(visitor) and visitor[visit] == dossier:
            came += visit_outcome[visit] != NO_SHOW
            visit += 1
        now = end
        if known < len(underway) and underway[known] == dossier:
            now = end if math.isnan(paused[known]) else paused[known]
            known += 1
        if math.isnan(received[dossier]):
            continue
        count, last_ready = further, ready[dossier]
        while further < len(reopened) and reopened[further] == dossier:
            last_ready = reopened_ready[further]
            further += 1
        lost, turned = False, -math.inf
        if math.isnan(last_ready):  # until when has its clock run: to the end, or to a pause not yet over
            for task in range(task_start[stage_start[dossier]], task_start[stage_start[dossier + 1]]):
                lost = lost or outcome[task] == LOST
                turns = mark[activity[task]]
                if turns != NO_MARK and ended[task] >= turned:
                    turned = ended[task]
                    now = turned if turns == PAUSE else end
        for row in range(count, further):
            own, of_stream = own_unit[reopened_activity[row]], unit[stream[dossier]]
            counts_in, _ = rules.limit_of(True, own, 0.0, of_stream, 0.0)
            stands = classify(reopened_due[row], reopened_ready[row], now, counts_in)
            reopened_status[row] = WITHDRAWN if lost and math.isnan(reopened_ready[row]) else stands
        row_of[rows], stays[rows], late_days[rows] = dossier, came, 0
        is_open = math.isnan(ready[dossier])
        stands = classify(due[dossier], ready[dossier], now, unit[stream[dossier]])
        status[rows] = WITHDRAWN if is_open and lost else stands
        if status[rows] == LATE or status[rows] == OVERDUE:
            late_days[rows] = int(day_of(now if is_open else ready[dossier]) - due_day(due[dossier]))
        rows += 1
    return rows


@cached
def staffing(
    teams: int,
    first: float,
    before: float,
    end: float,
    roster_time: Floats,
    roster_team: Ints,
    roster_staff: Ints,
    spell_team: Ids,
    spell_began: Floats,
    spell_ended: Floats,
    team_of: Ids,
    started: Floats,
    ended: Floats,
    interrupted: Ids,
    overtime: Floats,
) -> tuple[Floats, Floats, Floats]:
    """The columns of `Staffing`."""
    present, worked, late = np.zeros(teams), np.zeros(teams), np.zeros(teams)
    since, staff = np.zeros(teams), np.zeros(teams, np.int64)
    for change in range(len(roster_time)):
        team, t = roster_team[change], roster_time[change]
        present[team] += max(min(t, before) - max(since[team], first), 0.0) * staff[team]
        since[team], staff[team] = t, roster_staff[change]
    for team in range(teams):
        present[team] += max(min(end, before) - max(since[team], first), 0.0) * staff[team]
    for spell in range(len(spell_team)):
        minutes = min(spell_ended[spell], before) - max(spell_began[spell], first)
        worked[spell_team[spell]] += max(minutes, 0.0)
    for task in range(len(overtime)):
        team = team_of[task]
        if team >= 0 and interrupted[task] == 0:
            until = end if math.isnan(ended[task]) else ended[task]
            worked[team] += max(min(until, before) - max(started[task], first), 0.0)
        if overtime[task] > 0 and first <= started[task] < before:
            late[team] += overtime[task]
    return present, worked, late
