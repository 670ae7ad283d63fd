"""Grouping: the network, each kind of site, each place, and within a kind of site fields, citizens or teams.

Everything is measured for all groups at once. Visits, dossiers and teams are first added up by *cell*, the smallest
part that any group can tell from another; a group is some of the cells.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine.contract import Bools, Floats, Ints
from sim.plan.model import Channel, Model, Priority
from sim.results.observe import VisitKind

ALL = slice(None)


class Label(NamedTuple):
    """The name of a group; an empty part is not grouped by."""

    site: str = ""
    place: str = ""
    field: str = ""
    team: str = ""
    priority: str = ""
    channel: str = ""
    visit: str = ""


Parts = tuple[str, ...]  # of a label: those that the groups of a level have
OF_STREAMS: tuple[Parts, ...] = ((), ("site",), ("site", "place"), ("site", "field"))
OF_TEAMS: tuple[Parts, ...] = ((), ("site",), ("site", "place"), ("site", "team"), ("site", "place", "team"))
# What tells the cells of a desk apart, in the order in which they are numbered.
OF_DOSSIERS: dict[str, type[IntEnum]] = {"priority": Priority, "channel": Channel}
OF_VISITS = OF_DOSSIERS | {"visit": VisitKind}


class Level(NamedTuple):
    """Groups side by side, and to which of them each belongs (`len(labels)`: none)."""

    labels: tuple[Label, ...]
    group: Ints  # int[stream], or int[cell]

    @classmethod
    def of(cls, members: Iterable[Label], parts: Parts) -> Level:
        """The groups that share these parts of their label; a member without one of them is in none."""
        number: dict[Label, int] = {}
        shared = [{part: getattr(label, part) for part in parts} for label in members]
        group = [number.setdefault(Label(**own), len(number)) if all(own.values()) else -1 for own in shared]
        found = np.array(group, np.int64)
        return cls(tuple(number), np.where(found < 0, len(number), found))

    def of_cells(self, size: int, possible: Bools) -> Level:
        """The same of so many cells a member; those that are not possible are in none."""
        return Level(self.labels, np.where(possible, np.repeat(self.group, size), len(self.labels)))

    def split(self, part: str, kinds: type[IntEnum], kind: Ints, possible: Bools) -> Level:
        """Each group by another part, of which `kind` is that of each cell of a member: int[cell of a member]."""
        labels = [label._replace(**{part: one.name.lower()}) for label in self.labels for one in kinds]
        group = np.add.outer(self.group * len(kinds), kind).ravel()
        used = np.unique(group[possible])
        number = np.where(possible, np.searchsorted(used, group), len(used))
        return Level(tuple(labels[each] for each in used), number)


class Grouping(NamedTuple):
    """The groups of all levels, one after the other."""

    labels: tuple[Label, ...]
    first: Ints  # int[stream or team] the first of its cells
    of: Ints  # int[cell, level] the groups each belongs to; -1: none of this level
    twin: Ints  # int[group] the first group with the same cells

    @classmethod
    def of_levels(cls, first: Ints, levels: Iterable[Level]) -> Grouping:
        """Number the groups of the levels."""
        labels: tuple[Label, ...] = ()
        columns, members = [], dict[bytes, int]()
        twin = []
        for level in levels:
            columns.append(np.where(level.group < len(level.labels), level.group + len(labels), -1))
            labels += level.labels
            twin += [
                members.setdefault((columns[-1] == group).tobytes(), group)
                for group in range(len(labels) - len(level.labels), len(labels))
            ]
        of = np.ascontiguousarray(np.column_stack(columns), np.int64)
        return cls(labels, first, of, np.array(twin, np.int64))


class Groupings(NamedTuple):
    """All groups of a scenario, by what measures are over; they are the same in every replication."""

    visits: Grouping
    dossiers: Grouping
    bookings: Grouping
    teams: Grouping

    @classmethod
    def of_model(cls, model: Model) -> Groupings:
        """The groups of the levels by which measures are told."""
        places = [model.places[team.site] for team in model.teams]
        teams = [
            Label(at.site, at.place, team=team.team) for at, team in zip(places, model.teams, strict=True)
        ]
        return cls(
            _of_streams(model, OF_VISITS),
            _of_streams(model, OF_DOSSIERS),
            Grouping.of_levels(
                np.arange(len(model.streams)), [Level.of(_desks(model), parts) for parts in OF_STREAMS]
            ),
            Grouping.of_levels(np.arange(len(teams)), [Level.of(teams, parts) for parts in OF_TEAMS]),
        )


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
    return Level.of(_desks(model), ("site", "field"))


def site_level(model: Model) -> Level:
    """By stream: per kind of site."""
    return Level.of(_desks(model), ("site",))


def network_level(model: Model) -> Level:
    """By stream: all in one group."""
    return Level.of(_desks(model), ())


def _desks(model: Model) -> list[Label]:
    """Of each stream its kind of site, place and field."""
    places = [model.places[stream.site] for stream in model.streams]
    fields = [model.scenario.procedure[stream.procedure].field for stream in model.streams]
    return [Label(at.site, at.place, field) for at, field in zip(places, fields, strict=True)]


def _of_streams(model: Model, kinds: Mapping[str, type[IntEnum]]) -> Grouping:
    """Streams at the same desk share its cells, of which those of channels that it has not are never used."""
    desks = _desks(model)
    number = {desk: i for i, desk in enumerate(dict.fromkeys(desks))}
    at_desk = np.array([number[desk] for desk in desks], np.int64)
    has = np.zeros((len(number), len(Channel)), np.bool_)
    for desk, stream in zip(at_desk, model.streams, strict=True):
        has[desk, list(stream.ways)] = True
    shape = [len(kind) for kind in kinds.values()]
    size = math.prod(shape)
    codes = dict(zip(kinds, np.indices(shape).reshape(-1, size), strict=True))
    possible = has[:, codes["channel"]].ravel()
    levels = [Level.of(number, parts) for parts in OF_STREAMS]
    told = [level.of_cells(size, possible) for level in levels]
    told += [levels[1].split(part, kind, codes[part], possible) for part, kind in kinds.items()]
    return Grouping.of_levels(size * at_desk, told)
