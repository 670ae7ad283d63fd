"""Dossiers that are under way when the run begins: what is known of them, and how they go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from math import nan
from typing import Any

import numpy as np

from sim.deadlines import DeadlineCalendar, due
from sim.engine.contract import Floats, Ids, Mark
from sim.engine.rules import next_visit
from sim.keyed import dossier, name_hash, of_dossier
from sim.plan.arrivals import Arrivals, stream_keys
from sim.plan.doing import Words
from sim.plan.model import Clock, Model, Place, StepPlan, Stream, Underway
from sim.plan.onward import onward
from sim.plan.recipe import NOT_DESK, recipe_of
from sim.scenario.domain import Scenario

RESULT = name_hash("result")
MINUTE = timedelta(minutes=1)


def days_before(scenario: Scenario, first: date) -> int:
    """Days of office calendar that the open dossiers need before day 0."""
    table = scenario.horizon.open_dossiers
    received = [row.received.date() for row in table.rows] if table is not None else []
    return (first - min(received, default=first)).days


def underway(
    scenario: Scenario,
    first: date,
    calendar: DeadlineCalendar,
    places: Sequence[Place],
    streams: Sequence[Stream],
    steps: dict[str, StepPlan],
) -> Underway:
    """The open dossiers of the scenario's table in the order in which they were received.

    Those of a stream are numbered -1, -2, … in the order of the table, so that rows added below change no luck.
    A dossier with nothing left to do is left out.
    """
    table = scenario.horizon.open_dossiers
    at_place = {(s.procedure, places[s.site].place or places[s.site].site): i for i, s in enumerate(streams)}
    on = cache(lambda code, step: onward(scenario, scenario.procedure[code], step))
    taken: Counter[int] = Counter()
    known = []
    for row in table.rows if table is not None else ():
        stream, ahead = at_place[row.procedure, row.site], on(row.procedure, row.step)
        taken[stream] += 1
        if ahead.ways:
            received = _minutes(row.received, first)
            due_at = _minutes(row.due, first) if row.due else _due(calendar, streams[stream], received)
            clock = _clock((steps[step].mark for step in ahead.behind), received, due_at)
            known.append((received, stream, -taken[stream], ahead.channel, ahead.ways, clock))
    known.sort(key=lambda one: one[0])
    _, stream_of, number, channel, ways, clocks = zip(*known, strict=True) if known else [()] * 6
    hands = np.array(clocks, np.float64).reshape(-1, len(Clock._fields))
    return Underway(
        _ids(stream_of), _ids(number), np.array(channel, np.int8), tuple(ways), Clock(*hands.T.copy())
    )


def with_underway(model: Model, seed: int, replication: int, new: Arrivals) -> tuple[Arrivals, Ids, Clock]:
    """Those that arrive and those under way; which of them the latter are, and their legal clock.

    Who is under way goes on as the run begins, citizens when they come next.
    """
    own, recipe = model.underway, recipe_of(model)
    if not len(own.stream):
        return new, np.zeros(0, np.int32), own.clock
    keys = stream_keys(recipe, seed, replication)[own.stream]
    key = np.asarray(dossier(keys, own.number.astype(np.uint64)))
    way, number = recipe.underway, of_dossier(key, RESULT)
    while (others := number >= recipe.going.until[way]).any():
        way = way + others
    entry = _first_entry(model, key, recipe.entry[way])
    begun = Arrivals(own.stream, own.number, key, own.channel, way.astype(np.int32), entry)
    pairs: Any = zip(begun, new, strict=True)
    every = Arrivals._make(np.concatenate(both) for both in pairs)
    order = np.argsort(every.arrival, kind="stable")
    underway = np.flatnonzero(order < len(own.stream))
    rows = order[underway]
    return every.take(order), underway.astype(np.int32), Clock._make(hand[rows] for hand in own.clock)


def _first_entry(model: Model, key: Words, purpose: Words) -> Floats:
    """The beginning of the run or, if the citizen must come, the first moment that suits; at the latest the end."""
    plan, entry = model.plan, np.zeros(len(key))
    for row in np.flatnonzero(purpose != NOT_DESK):
        moment = float(of_dossier(key[row], purpose[row]))
        coming = next_visit(plan.visit_edge, plan.visit_mass, plan.visit_day, 0.0, moment)
        entry[row] = min(coming, plan.end)
    return entry


def _clock(marks: Iterable[int], received: float, due_at: float) -> tuple[float, float, float, float]:
    """Where the marks behind a dossier leave its clock.

    NOTE: since when it stands still is not known, so the due moment given counts as that of the run's beginning.
    Neither is when a result that waits to be collected was ready: it counts as in time, and as before the run.
    """
    state = Mark.NONE
    for mark in marks:
        if mark in (Mark.START, Mark.STOP) or (state, mark) == (Mark.START, Mark.PAUSE):
            state = Mark(mark)
        elif (state, mark) == (Mark.PAUSE, Mark.RESUME):
            state = Mark.START
    if state == Mark.NONE:
        return nan, nan, nan, nan
    return received, due_at, 0.0 if state == Mark.PAUSE else nan, received if state == Mark.STOP else nan


def _due(calendar: DeadlineCalendar, stream: Stream, received: float) -> float:
    return float(due(calendar, received, stream.unit, stream.amount, stream.cut_off))


def _minutes(moment: datetime, first: date) -> float:
    return (moment - datetime.combine(first, time())) / MINUTE


def _ids(values: Iterable[int]) -> Ids:
    return np.array(list(values), np.int32)
