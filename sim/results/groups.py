"""Grouping: the network, each kind of site, each place, and fields or teams within a kind of site.

Everything is measured for all groups at once. A group is some of the streams of dossiers, or some of the teams.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine.contract import Bools, Floats, Ints
from sim.plan.model import Model

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


class Grouping(NamedTuple):
    """The groups of all levels, one after the other."""

    labels: tuple[Label, ...]
    of: Ints  # int[stream or team, level] the groups each belongs to; -1: none of this level
    twin: Ints  # int[group] the first group with the same streams or teams

    @classmethod
    def of_levels(cls, levels: Iterable[Level]) -> Grouping:
        """Number the groups of the levels."""
        labels: tuple[Label, ...] = ()
        columns = []
        for level in levels:
            columns.append(np.where(level.group < len(level.labels), level.group + len(labels), -1))
            labels += level.labels
        of = np.ascontiguousarray(np.column_stack(columns), np.int64)
        members: dict[bytes, int] = {}
        twin = [members.setdefault(np.any(of == g, axis=1).tobytes(), g) for g in range(len(labels))]
        return cls(labels, of, np.array(twin, np.int64))


class Groupings(NamedTuple):
    """All groups of a scenario; they are the same in every replication."""

    cases: Grouping  # of streams
    teams: Grouping

    @classmethod
    def of_model(cls, model: Model) -> Groupings:
        """The groups of the levels by which measures are told."""
        return cls(Grouping.of_levels(case_levels(model)), Grouping.of_levels(_team_levels(model)))


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


def field_level(model: Model) -> Level:
    """By stream: per kind of site and field."""
    return _level(
        Label(model.places[stream.site].site, field=model.scenario.procedure[stream.procedure].field)
        for stream in model.streams
    )


def site_level(model: Model) -> Level:
    """By stream: per kind of site."""
    return _level(Label(model.places[stream.site].site) for stream in model.streams)


def case_levels(model: Model) -> list[Level]:
    """By stream: all, per kind of site, per place, per kind of site and field."""
    places = [model.places[stream.site] for stream in model.streams]
    return [
        _level(Label() for _ in places),
        site_level(model),
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
