"""The course of a run: dossiers open day by day, people present and at work hour by hour."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engine.contract import Floats, Ints, Log, Whole
from sim.officetime import DAY, HOUR
from sim.plan.model import Model, Replication
from sim.results.groups import Groups, Level
from sim.results.observe import Dossiers, Staffing, Status, planned, presence, ran_late

# NOTE: minutes are sums that cancel; what is left below a millionth of a minute is rounding.
DECIMALS = 6


class Course(NamedTuple):
    """How many there are through time, in bins of equal width: float[group, bin]."""

    minutes: Floats  # of each one within the bin, added up
    at_end: Floats  # how many when the bin ends


def course(
    window: tuple[float, float], width: float, groups: Groups, began: Floats, ended: Floats, number: Ints
) -> Course:
    """The course of rows that stand for `number` each, from `began` until `ended`, over bins of `width` minutes.

    The minutes of a bin are the sum, over all that had begun by its end, of what was left of the bin when they
    began; less the same for all that had ended.
    """
    first, before = window
    bins = round((before - first) / width)
    shape = groups.size + 1, bins + 1
    steps, parts = np.zeros(shape), np.zeros(shape)
    for t, change in ((began, number), (ended, -number)):
        elapsed = (np.clip(t, first, before) - first) / width
        cell = groups.of * shape[1] + elapsed.astype(np.int64)
        left = 1 - elapsed % 1
        steps += np.bincount(cell, change, steps.size).reshape(shape)
        parts += np.bincount(cell, change * left, steps.size).reshape(shape)
    at_end = steps.cumsum(axis=1)
    minutes = np.round(width * (parts + at_end - steps), DECIMALS)
    return Course(minutes[:-1, :-1], at_end[:-1, :-1])


def open_by_day(
    model: Model, replication: Replication, dossiers: Dossiers, level: Level, window: tuple[float, float]
) -> Course:
    """Dossiers received and not ready, the withdrawn apart, by day of a window, as in `backlog.mean`."""
    counted = dossiers.status != Status.WITHDRAWN
    group = level.group[replication.labels.stream[dossiers.dossier[counted]]]
    ready = np.fmin(dossiers.ready[counted], np.inf)  # NaN: open for ever
    ones = np.ones(len(group), np.int64)
    return course(window, DAY, Groups(len(level.labels), group), dossiers.received[counted], ready, ones)


def staffing_by_hour(model: Model, replication: Replication, log: Log) -> Staffing:
    """Roster, presence, work and overtime of each team by hour of the window, float[team, hour].

    They add up to `staffing`. Overtime is taken to be the last minutes of the work it belongs to.
    """

    def minutes(team: Whole, began: Floats, ended: Floats, people: Ints | None = None) -> Floats:
        number = np.ones(len(team), np.int64) if people is None else people
        return course(model.window, HOUR, Groups(len(model.teams), team), began, ended, number).minutes

    late, spells = ran_late(model, log), log.spells(model.plan.end)
    ended = np.fmin(log.ended[late], model.plan.end)
    return Staffing(
        rostered=minutes(*planned(model)),
        present=minutes(*presence(model, replication)),
        worked=minutes(spells.team, spells.began, spells.ended),
        overtime=minutes(log.team[late], ended - log.overtime[late], ended),
    )
