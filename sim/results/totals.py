"""What measures are made of: visits, dossiers and the work of teams, added up by group.

A pass compiled by ``numba`` adds up by cell, which are few; a second one by group (see :mod:`sim.results.groups`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.engine.contract import Bools, Floats, Ints, Reason, Whole
from sim.kernelcache import cached
from sim.officetime import HOUR
from sim.plan.model import Channel, Model, Priority, Replication
from sim.results import passes
from sim.results.demand import Demand, without_slot
from sim.results.groups import Grouping, cost_per_hour, within
from sim.results.observe import FINISHED, Dossiers, Reopened, Staffing, Status, VisitKind, Visits
from sim.scenario.domain import Survey

NO_SHOW, TURNED_AWAY, SERVED = int(Reason.NO_SHOW), int(Reason.TURNED_AWAY), passes.SERVED
WITHDRAWN = passes.WITHDRAWN
ROUNDING = 1e-9  # minutes by which a difference of instants may be off


class VisitTotals(NamedTuple):
    """The visits that began in the measuring window: float[group], unless said otherwise."""

    visits: Floats  # no-shows included
    came: Floats
    dossiers: Floats  # with a visit that came
    unserved: Floats
    sent_away: Floats  # at closing, after waiting
    in_lobby: Floats  # minutes of wait and service, of all that came
    waited: Floats
    wait: Floats  # minutes, from here on of those that waited
    stay: Floats  # minutes of wait and service
    satisfied: Floats
    very_satisfied: Floats
    within: dict[float, Floats]  # served, by the minutes of waiting at most
    travel_minutes: float
    waits: Floats  # float[...] minutes of those that waited, of each group in ascending order
    first: Ints  # int[group] where those of the group begin; groups of the same cells share them


class DossierTotals(NamedTuple):
    """The dossiers: float[group], unless said otherwise."""

    early: Floats  # received in the measuring window, by `Status`
    on_time: Floats
    late: Floats
    open: Floats
    overdue: Floats
    withdrawn: Floats
    late_days: Floats
    in_backlog: Floats  # open in the window, received in it or before, the withdrawn apart
    backlog: Floats  # minutes in which they were
    met: Floats  # of those that arrive in the window, see `Demand`
    unmet: Floats
    reopened: Floats  # of those received in the window and finished
    counts: Floats  # further ones of the legal clock, begun in the window
    counts_judged: Floats  # of these, finished or overdue
    counts_on_time: Floats  # early or on time
    window: float  # minutes


class TeamTotals(NamedTuple):
    """The teams in the measuring window: float[group]."""

    teams: Floats
    rostered: Floats  # minutes
    present: Floats
    worked: Floats
    overtime: Floats
    rostered_cost: Floats  # VND
    overtime_cost: Floats  # VND, at the usual rate


(VISITS, CAME, DOSSIERS, UNSERVED, SENT_AWAY, IN_LOBBY, WAITED, WAIT, STAY) = range(9)
(SATISFIED, VERY_SATISFIED, VISIT_COLUMNS) = range(9, 12)  # behind them a column for each longest wait
(LATE_DAYS, IN_BACKLOG, BACKLOG, DOSSIER_COLUMNS) = range(WITHDRAWN + 1, WITHDRAWN + 5)


def visit_totals(
    model: Model, replication: Replication, visits: Visits, groups: Grouping, minutes: Sequence[float]
) -> VisitTotals:
    """The visits added up, also those served within so many minutes; the waits of each group are sorted once."""
    labels = replication.labels
    citizen = visits.priority * len(Channel) + labels.channel[visits.dossier]
    cell = groups.first[labels.stream[visits.dossier]] + citizen * len(VisitKind) + visits.kind
    sums = _sum_visits(
        *model.window,
        len(groups.of),
        cell,
        visits.dossier,
        visits.entered,
        visits.wait,
        visits.service,
        visits.outcome,
        visits.waited,
        burden(model.scenario.survey, visits),
        labels.satisfied_within,
        labels.very_satisfied_within,
        np.array(minutes, np.float64) + ROUNDING,
    )
    columns, served = np.split(of_groups(sums, groups), [VISIT_COLUMNS])
    came = within(model.window, visits.entered) & (visits.outcome != NO_SHOW)
    columns[DOSSIERS] = _dossiers_seen(groups.of, len(groups.labels), cell[came], visits.dossier[came])
    # the groups of one level have no visit in common, so no visit is copied more often than there are levels
    own = groups.twin == np.arange(len(groups.twin))
    bounds = np.append(0, np.cumsum(columns[WAITED] * own)).astype(np.int64)
    into = np.where((groups.of >= 0) & own[groups.of], groups.of, -1)
    waits = _waits(*model.window, cell, into, bounds, visits.entered, visits.wait, visits.waited)
    for first, after in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        waits[first:after].sort()
    travel = model.scenario.citizens.travel_minutes
    within_minutes = dict(zip(minutes, served, strict=True))
    return VisitTotals._make((*columns, within_minutes, travel, waits, bounds[groups.twin]))


def dossier_totals(
    model: Model,
    replication: Replication,
    dossiers: Dossiers,
    reopened: Reopened,
    demand: Demand,
    groups: Grouping,
) -> DossierTotals:
    """The dossiers added up."""
    first, before = model.window
    labels, which = replication.labels, dossiers.dossier
    cell = groups.first[labels.stream] + labels.priority * len(Channel) + labels.channel
    sums = _sum_dossiers(
        first,
        before,
        len(groups.of),
        cell[which],
        dossiers.received,
        dossiers.ready,
        dossiers.status,
        dossiers.late_days,
    )
    also = [*demand, *_reopened(model, dossiers, reopened)]
    counted = [np.bincount(cell[rows], minlength=len(groups.of)) for rows in also]
    booked = Priority.BOOKED * len(Channel) + Channel.APPOINTMENT
    unseen = groups.first[without_slot(model, labels.bookings)] + booked
    counted[1] += np.bincount(unseen, minlength=len(groups.of))
    return DossierTotals._make((*of_groups(np.column_stack([sums, *counted]), groups), before - first))


def _reopened(model: Model, dossiers: Dossiers, reopened: Reopened) -> tuple[Whole, ...]:
    """Dossiers reopened of those finished; of further counts all, those judged, and those on time."""
    finished = within(model.window, dossiers.received) & np.isin(dossiers.status, FINISHED)
    begun = within(model.window, reopened.received)
    judged = begun & np.isin(reopened.status, (*FINISHED, Status.OVERDUE))
    on_time = begun & np.isin(reopened.status, (Status.EARLY, Status.ON_TIME))
    again = finished & np.isin(dossiers.dossier, reopened.dossier)
    return dossiers.dossier[again], *(reopened.dossier[rows] for rows in (begun, judged, on_time))


def team_totals(model: Model, staffing: Staffing, groups: Grouping) -> TeamTotals:
    """The teams added up."""
    return TeamTotals(*of_groups(np.column_stack(of_each(staffing, cost_per_hour(model))), groups))


def of_each(staffing: Staffing, cost: Floats) -> TeamTotals:
    """Each row as a group of its own; `cost` is VND an hour."""
    costs = staffing.rostered * cost / HOUR, staffing.overtime * cost / HOUR
    return TeamTotals(np.ones(len(cost)), *staffing, *costs)


def burden(survey: Survey | None, visits: Visits) -> Floats:
    """The wait, and the minutes of waiting that lateness and needless visits count as: float[visit]."""
    if survey is None:
        return visits.wait
    return visits.wait + survey.late_counts_as * visits.late + survey.again_counts_as * visits.again


def of_groups(sums: Floats, groups: Grouping) -> Floats:
    """float[cell, column] → float[column, group]."""
    return np.ascontiguousarray(_add_up(sums, groups.of, len(groups.labels)).T)


@cached
def _add_up(sums: Floats, of: Ints, size: int) -> Floats:
    """The sums of the groups: float[group, column]."""
    total = np.zeros((size, sums.shape[1]))
    for row in range(of.shape[0]):
        for level in range(of.shape[1]):
            if of[row, level] >= 0:
                for column in range(sums.shape[1]):
                    total[of[row, level], column] += sums[row, column]
    return total


@cached
def _sum_visits(
    first: float,
    before: float,
    cells: int,
    cell_of: Ints,
    whose: Ints,
    entered: Floats,
    wait: Floats,
    service: Floats,
    outcome: Ints,
    waited: Bools,
    burden: Floats,
    satisfied_within: Floats,
    very_satisfied_within: Floats,
    longest: Floats,
) -> Floats:
    sums, asked = np.zeros((cells, VISIT_COLUMNS + len(longest))), len(satisfied_within) > 0
    for row in range(len(whose)):
        if not first <= entered[row] < before:
            continue
        dossier, cell = whose[row], cell_of[row]
        sums[cell, VISITS] += 1
        sums[cell, UNSERVED] += outcome[row] < SERVED
        sums[cell, SENT_AWAY] += outcome[row] == TURNED_AWAY and waited[row]
        if outcome[row] != NO_SHOW:
            sums[cell, CAME] += 1
            sums[cell, IN_LOBBY] += wait[row] + service[row]
        if waited[row]:
            sums[cell, WAITED] += 1
            sums[cell, WAIT] += wait[row]
            sums[cell, STAY] += wait[row] + service[row]
            if outcome[row] == SERVED:
                for limit in range(len(longest)):
                    sums[cell, VISIT_COLUMNS + limit] += wait[row] <= longest[limit]
                satisfied = asked and burden[row] <= satisfied_within[dossier]
                sums[cell, SATISFIED] += satisfied
                sums[cell, VERY_SATISFIED] += satisfied and burden[row] <= very_satisfied_within[dossier]
    return sums


@cached
def _dossiers_seen(of: Ints, size: int, cell_of: Ints, whose: Ints) -> Floats:
    """How many dossiers have a visit in each group; the visits come by dossier."""
    dossiers, last = np.zeros(size), np.full(size, -1)
    for row in range(len(whose)):
        for group in of[cell_of[row]]:
            if group >= 0 and last[group] != whose[row]:
                last[group] = whose[row]
                dossiers[group] += 1
    return dossiers


@cached
def _waits(
    first: float,
    before: float,
    cell_of: Ints,
    into: Ints,
    bounds: Ints,
    entered: Floats,
    wait: Floats,
    waited: Bools,
) -> Floats:
    """The waits of each group, in its bounds; `into` has the groups of each cell."""
    waits, at = np.empty(bounds[-1]), bounds.copy()
    for row in range(len(wait)):
        if waited[row] and first <= entered[row] < before:
            for group in into[cell_of[row]]:
                if group >= 0:
                    waits[at[group]] = wait[row]
                    at[group] += 1
    return waits


@cached
def _sum_dossiers(
    first: float,
    before: float,
    cells: int,
    cell_of: Ints,
    received: Floats,
    ready: Floats,
    status: Ints,
    late_days: Ints,
) -> Floats:
    sums = np.zeros((cells, DOSSIER_COLUMNS))
    for row in range(len(received)):
        cell = cell_of[row]
        if first <= received[row] < before:
            sums[cell, status[row]] += 1
            sums[cell, LATE_DAYS] += late_days[row]
        until = ready[row] if ready[row] < before else before
        minutes = until - max(received[row], first)
        if minutes > 0 and status[row] != WITHDRAWN:
            sums[cell, IN_BACKLOG] += 1
            sums[cell, BACKLOG] += minutes
    return sums
