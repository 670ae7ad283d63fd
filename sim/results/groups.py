"""Grouping: the network, each kind of site, each place, and fields or teams within a kind of site.

A measure is computed for all groups of one level at once, from rows that know the number of their group.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine.contract import Bools, Floats, Ints
from sim.plan.model import Model, Replication
from sim.results.observe import Dossiers, Staffing, Status, VisitOutcome, Visits
from sim.scenario.domain import Survey

ALL = slice(None)


class Label(NamedTuple):
    """The name of a group; an empty part is not grouped by."""

    site: str = ""
    place: str = ""
    field: str = ""
    team: str = ""


class Level(NamedTuple):
    """Groups side by side, and which of them a stream, or a team, belongs to (`len(labels)`: none)."""

    labels: tuple[Label, ...]
    group: Ints  # int[stream], or int[team]


class Groups(NamedTuple):
    """Rows of a table in groups."""

    size: int  # how many groups
    of: NDArray[np.integer]  # int[row] the group of each row; `size`: in none

    def number(self, rows: Bools | slice = ALL) -> Ints:
        """How many of the rows chosen each group has: int[group]."""
        return np.bincount(self.of[rows], minlength=self.size + 1)[: self.size].astype(np.int64)

    def total(self, values: Floats | Ints, rows: Bools | slice = ALL) -> Floats:
        """The sum of the values in the rows chosen: float[group]."""
        return np.bincount(self.of[rows], values[rows], self.size + 1)[: self.size].astype(np.float64)


class VisitGroups(NamedTuple):
    """The visits that began in the measuring window, in groups."""

    groups: Groups
    visits: Visits
    came: Bools  # bool[visit] all but the no-shows
    first_of_dossier: Bools  # bool[visit] came, and no visit of its dossier in the window came before
    burden: Floats  # float[visit] minutes, what the citizen judges
    satisfied_within: Floats  # float[visit] minutes of burden
    very_satisfied_within: Floats  # float[visit] never more than `satisfied_within`
    travel_minutes: float
    waits: Floats  # of the visits that waited, by group, then ascending
    first: Ints  # int[group + 1] the waits of group g: waits[first[g]:first[g + 1]]

    def wait_quantile(self, q: float) -> Floats:
        """A quantile of the waits of each group: float[group]."""
        n = np.diff(self.first)
        some = n > 0
        rank = q * (n[some] - 1)
        low = self.first[:-1][some] + np.floor(rank).astype(np.int64)
        high = self.first[:-1][some] + np.ceil(rank).astype(np.int64)
        value = np.full(self.groups.size, np.nan)
        value[some] = self.waits[low] + (rank % 1) * (self.waits[high] - self.waits[low])
        return value


class DossierGroups(NamedTuple):
    """The dossiers, in groups."""

    groups: Groups
    dossiers: Dossiers  # of the whole run
    window: tuple[float, float]
    standing: Ints  # int[group, status] how many of those received in the window stand how

    def number(self, *statuses: Status) -> Ints:
        """How many dossiers of the window each group has in these statuses: int[group]."""
        return self.standing[:, list(statuses)].sum(axis=1, dtype=np.int64)


class TeamGroups(NamedTuple):
    """The teams, in groups."""

    groups: Groups
    staffing: Staffing
    cost_per_hour: Floats  # float[team] VND


def visit_groups(model: Model, replication: Replication, visits: Visits) -> list[tuple[Level, VisitGroups]]:
    """The visits of the window at every level."""
    labels = replication.labels
    rows = np.flatnonzero(within(model.window, visits.entered))
    rows = rows[np.argsort(visits.wait[rows], kind="stable")]  # once; every level keeps this order
    measured = Visits._make(column[rows] for column in visits)
    stream = labels.stream[measured.dossier]
    came = measured.outcome != VisitOutcome.NO_SHOW
    satisfied_within = labels.satisfied_within[measured.dossier]
    very_satisfied_within = np.minimum(labels.very_satisfied_within[measured.dossier], satisfied_within)
    burden = _burden(model.scenario.survey, measured)

    def at(level: Level) -> VisitGroups:
        group = level.group[stream].astype(np.int16)  # numpy sorts it by radix, far faster than int64
        waiting = group[measured.waited]
        by_group = np.argsort(waiting, kind="stable")
        return VisitGroups(
            Groups(len(level.labels), group),
            measured,
            came,
            _first_of_each(measured.dossier, came),
            burden,
            satisfied_within,
            very_satisfied_within,
            model.scenario.citizens.travel_minutes,
            waits=measured.wait[measured.waited][by_group],
            first=np.searchsorted(waiting[by_group], np.arange(len(level.labels) + 1)),
        )

    return [(level, at(level)) for level in _case_levels(model)]


def dossier_groups(
    model: Model, replication: Replication, dossiers: Dossiers
) -> list[tuple[Level, DossierGroups]]:
    """The dossiers at every level."""
    measured = within(model.window, dossiers.received)
    stream = replication.labels.stream[dossiers.dossier]

    def at(level: Level) -> DossierGroups:
        groups, statuses = Groups(len(level.labels), level.group[stream]), len(Status)
        cell = groups.of[measured] * statuses + dossiers.status[measured]
        cells = np.bincount(cell, minlength=(groups.size + 1) * statuses).reshape(-1, statuses)
        return DossierGroups(groups, dossiers, model.window, cells[: groups.size])

    return [(level, at(level)) for level in _case_levels(model)]


def team_groups(model: Model, staffing: Staffing) -> list[tuple[Level, TeamGroups]]:
    """The teams at every level."""
    cost = cost_per_hour(model)
    return [
        (level, TeamGroups(Groups(len(level.labels), level.group), staffing, cost))
        for level in _team_levels(model)
    ]


def cost_per_hour(model: Model) -> Floats:
    """What an hour of each team costs, VND: float[team]."""
    return np.array([model.scenario.team[team.team].cost_per_hour for team in model.teams], np.float64)


def within(window: tuple[float, float], t: Floats) -> Bools:
    """The instant lies in the measuring window."""
    return (t >= window[0]) & (t < window[1])


def ratio(part: Floats | Ints, whole: Floats | Ints) -> Floats:
    """The quotient, NaN where the whole is nothing."""
    quotient = np.full(len(part), np.nan)
    return np.divide(part, whole, out=quotient, where=whole > 0)


def _burden(survey: Survey | None, visits: Visits) -> Floats:
    """The wait, and the minutes of waiting that lateness and needless visits count as: float[visit]."""
    if survey is None:
        return visits.wait
    return visits.wait + survey.late_counts_as * visits.late + survey.again_counts_as * visits.again


def field_level(model: Model) -> Level:
    """By stream: per kind of site and field."""
    return _level(
        Label(model.places[stream.site].site, field=model.scenario.procedure[stream.procedure].field)
        for stream in model.streams
    )


def _case_levels(model: Model) -> list[Level]:
    """By stream: all, per kind of site, per place, per kind of site and field."""
    places = [model.places[stream.site] for stream in model.streams]
    return [
        _level(Label() for _ in places),
        _level(Label(place.site) for place in places),
        _level(Label(place.site, place.place) if place.place else None for place in places),
        field_level(model),
    ]


def _team_levels(model: Model) -> list[Level]:
    """By team: all, per kind of site, per place, per kind of site and team, per place and team."""
    places = [(model.places[team.site], team.team) for team in model.teams]
    return [
        _level(Label() for _ in places),
        _level(Label(place.site) for place, _ in places),
        _level(Label(place.site, place.place) if place.place else None for place, _ in places),
        _level(Label(place.site, team=team) for place, team in places),
        _level(Label(place.site, place.place, team=team) if place.place else None for place, team in places),
    ]


def _level(labels: Iterable[Label | None]) -> Level:
    number: dict[Label, int] = {}
    group = np.array([-1 if x is None else number.setdefault(x, len(number)) for x in labels], np.int64)
    return Level(tuple(number), np.where(group < 0, len(number), group))


def _first_of_each(dossier: Ints, came: Bools) -> Bools:
    first = np.zeros(len(dossier), np.bool_)
    attended = np.flatnonzero(came)
    first[attended[np.unique(dossier[attended], return_index=True)[1]]] = True
    return first
