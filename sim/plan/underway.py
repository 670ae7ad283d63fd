"""Dossiers that are under way when the run begins: what is known of them, and how they go on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from math import nan
from typing import Any, NamedTuple

import numpy as np

from sim.deadlines import DeadlineCalendar, due, later
from sim.engine.contract import Floats, Ids, Mark
from sim.engine.rules import next_visit
from sim.keyed import name_hash, of_dossier, within
from sim.plan.arrivals import Arrivals, stream_keys
from sim.plan.doing import Words, hashes
from sim.plan.model import Clock, Model, Place, Spent, StepPlan, Stream, Underway
from sim.plan.onward import Onward, onward
from sim.plan.recipe import NOT_DESK, recipe_of
from sim.plan.spent import began_when_received, time_spent
from sim.scenario.domain import Scenario
from sim.scenario.opendossiers import OpenCase, OpenDossier

RESULT = name_hash("result")
MINUTE = timedelta(minutes=1)


class _Known(NamedTuple):
    """What is known of one dossier."""

    received: float
    case: OpenCase
    stream: int
    ahead: Onward
    clock: tuple[float, float, float, float]
    spent: list[tuple[int, float, int]]  # step, time, line


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
    """The open dossiers of the scenario's table in the order in which they were received, then of their names.

    Their names key their luck, so the order of the rows changes nothing, nor do other rows. A dossier with nothing
    left to do is left out.
    """
    table = scenario.horizon.open_dossiers
    at_place = {(s.procedure, places[s.site].place or places[s.site].site): i for i, s in enumerate(streams)}
    on = cache(lambda code, reached, whole: onward(scenario, scenario.procedure[code], reached, whole=whole))
    known = []
    for case in table.cases() if table is not None else ():
        row = case.rows[0]
        stream, ahead = at_place[row.procedure, row.site], on(row.procedure, case.steps, not row.id)
        if ahead.ways:
            received = _minutes(row.received, first)
            behind = [steps[step] for step in ahead.behind]
            due_at = _due_at(row, first, calendar, streams[stream])
            clock = _clock((step.mark for step in behind), received, due_at)
            spent = list(_spent(case, ahead, steps, calendar, first, received))
            known.append(_Known(received, case, stream, ahead, clock, spent))
    return _columns(sorted(known, key=lambda one: (one.received, one.case.name)))


def _spent(
    case: OpenCase,
    ahead: Onward,
    steps: dict[str, StepPlan],
    calendar: DeadlineCalendar,
    first: date,
    received: float,
) -> Iterator[tuple[int, float, int]]:
    """The waits that a dossier has been in for a while: step, time, line.

    Where the table does not tell since when, it is known only if nothing lies behind but the citizen's visit.
    """
    at_once = began_when_received(steps[step] for step in ahead.behind)
    numbers = {step: number for number, step in enumerate(steps)}
    for row, line in zip(case.rows, case.lines, strict=True):
        since = received if row.since is None else _minutes(row.since, first)
        time = time_spent(calendar, steps[row.step], since)
        if (at_once or row.since is not None) and time > 0 and row.step in ahead.ways[0].stages[0]:
            yield numbers[row.step], time, line


def _columns(known: Sequence[_Known]) -> Underway:
    clocks = np.array([one.clock for one in known], np.float64).reshape(-1, len(Clock._fields))
    spent = [(row, *wait) for row, one in enumerate(known) for wait in one.spent]
    dossier, step, time, line = np.array(spent, np.float64).reshape(-1, len(Spent._fields)).T
    return Underway(
        tuple(one.case.rows[0].id for one in known),
        _ids(min(one.case.lines) for one in known),
        tuple(one.case.steps for one in known),
        hashes(one.case.name for one in known),
        _ids(one.stream for one in known),
        np.array([one.ahead.channel for one in known], np.int8),
        tuple(one.ahead.ways for one in known),
        Clock(*clocks.T.copy()),
        Spent(_ids(dossier), _ids(step), time.copy(), _ids(line)),
    )


def with_underway(model: Model, seed: int, replication: int, new: Arrivals) -> tuple[Arrivals, Ids, Clock]:
    """Those that arrive and those under way; which of them the latter are, and their legal clock.

    Who is under way goes on as the run begins, citizens when they come next.
    """
    own, recipe = model.underway, recipe_of(model)
    if not len(own.stream):
        return new, np.zeros(0, np.int32), own.clock
    keys = stream_keys(recipe, seed, replication)[own.stream]
    key = np.asarray(within(keys, own.name))
    way, number = recipe.underway, of_dossier(key, RESULT)
    while (others := number >= recipe.going.until[way]).any():
        way = way + others
    entry = _first_entry(model, key, recipe.entry[way])
    numbers = -1 - np.arange(len(key), dtype=np.int32)
    slot = np.full(len(key) if len(new.slot) else 0, -np.inf)
    begun = Arrivals(own.stream, numbers, key, own.channel, way.astype(np.int32), entry, slot)
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
    Neither is when a result that waits to be collected, or was handed in again, was ready: it counts as in time, and
    as before the run.
    """
    state = Mark.NONE
    for mark in marks:
        if state == Mark.STOP:
            break
        if mark in (Mark.START, Mark.STOP) or (state, mark) == (Mark.START, Mark.PAUSE):
            state = Mark(mark)
        elif (state, mark) == (Mark.PAUSE, Mark.RESUME):
            state = Mark.START
    if state == Mark.NONE:
        return nan, nan, nan, nan
    return received, due_at, 0.0 if state == Mark.PAUSE else nan, received if state == Mark.STOP else nan


def _due_at(row: OpenDossier, first: date, calendar: DeadlineCalendar, stream: Stream) -> float:
    """The due moment given, or that of the deadline, moved by what the clock has stood still."""
    if row.due is not None:
        at = _minutes(row.due, first)
    else:
        at = due(calendar, _minutes(row.received, first), stream.unit, stream.amount, stream.cut_off)
    return float(later(calendar, at, row.paused, stream.unit))


def _minutes(moment: datetime, first: date) -> float:
    return (moment - datetime.combine(first, time())) / MINUTE


def _ids(values: Iterable[int]) -> Ids:
    return np.array(list(values), np.int32)
