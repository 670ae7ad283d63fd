"""Grouping: the network, each kind of site, each place, and within a kind of site fields, citizens or teams.

Everything is measured for all groups at once. Visits, dossiers and teams are first added up by *cell*, the smallest
part that any group can tell from another; a group is some of the cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
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
OF_DOSSIERS: tuple[Parts, ...] = (
    (),
    ("site",),
    ("site", "place"),
    ("site", "field"),
    ("site", "priority"),
    ("site", "channel"),
)
OF_VISITS: tuple[Parts, ...] = (*OF_DOSSIERS, ("site", "visit"))
OF_TEAMS: tuple[Parts, ...] = ((), ("site",), ("site", "place"), ("site", "team"), ("site", "place", "team"))


class Level(NamedTuple):
    """Groups side by side, and to which of them each belongs (`len(labels)`: none)."""

    labels: tuple[Label, ...]
    group: Ints  # int[stream], or int[cell]

    @classmethod
    def of(cls, members: Iterable[Label | None], parts: Parts) -> Level:
        """The groups that share these parts of their label; a member without one of them, or a label, is in none."""
        number: dict[Label, int] = {}
        shared = [label and {part: getattr(label, part) for part in parts} for label in members]
        group = [
            -1 if own is None or not all(own.values()) else number.setdefault(Label(**own), len(number))
            for own in shared
        ]
        found = np.array(group, np.int64)
        return cls(tuple(number), np.where(found < 0, len(number), found))


class Grouping(NamedTuple):
    """The groups of all levels, one after the other."""

    labels: tuple[Label, ...]
    first: Ints  # int[stream or team] the first of its cells
    of: Ints  # int[cell, level] the groups each belongs to; -1: none of this level
    twin: Ints  # int[group] the first group with the same cells

    @classmethod
    def of_cells(cls, first: Ints, cells: Sequence[Label | None], levels: Iterable[Parts]) -> Grouping:
        """Number the groups of the levels; a cell without a label never has anything in it."""
        labels: tuple[Label, ...] = ()
        columns = []
        for level in (Level.of(cells, parts) for parts in levels):
            columns.append(np.where(level.group < len(level.labels), level.group + len(labels), -1))
            labels += level.labels
        of = np.ascontiguousarray(np.column_stack(columns), np.int64)
        members: dict[bytes, int] = {}
        twin = [members.setdefault(np.any(of == g, axis=1).tobytes(), g) for g in range(len(labels))]
        return cls(labels, first, of, np.array(twin, np.int64))


class Groupings(NamedTuple):
    """All groups of a scenario, by what measures are over; they are the same in every replication."""

    visits: Grouping
    dossiers: Grouping
    teams: Grouping

    @classmethod
    def of_model(cls, model: Model) -> Groupings:
        """The groups of the levels by which measures are told."""
        places = [model.places[team.site] for team in model.teams]
        teams = [
            Label(at.site, at.place, team=team.team) for at, team in zip(places, model.teams, strict=True)
        ]
        return cls(
            _of_streams(model, OF_VISITS, [kind.name.lower() for kind in VisitKind]),
            _of_streams(model, OF_DOSSIERS, [""]),
            Grouping.of_cells(np.arange(len(teams)), teams, OF_TEAMS),
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


def _of_streams(model: Model, levels: Iterable[Parts], kinds: Sequence[str]) -> Grouping:
    """A desk's cells are by channel, priority and kind of visit; streams at the same desk share them."""
    desks = _desks(model)
    open_to = {desk: set[Channel]() for desk in desks}
    for desk, stream in zip(desks, model.streams, strict=True):
        open_to[desk] |= set(stream.ways)
    cells = [
        desk._replace(channel=channel.name.lower(), priority=priority.name.lower(), visit=kind)
        if channel in channels
        else None
        for desk, channels in open_to.items()
        for channel, priority, kind in product(Channel, Priority, kinds)
    ]
    size, number = len(Channel) * len(Priority) * len(kinds), {desk: i for i, desk in enumerate(open_to)}
    return Grouping.of_cells(np.array([size * number[desk] for desk in desks], np.int64), cells, levels)
