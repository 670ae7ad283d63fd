"""What drawing needs to know of a model, as arrays: names hashed, laws as rows of numbers, ways as trees.

It is made once a model, for loops that numba compiles; what depends on seed and replication is not in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from sim.engine.contract import Bools, Codes, Floats, Ids, Ints, Kind
from sim.laws import Law, parse
from sim.plan import digital
from sim.plan.courses import Course, Forest
from sim.plan.doing import (
    Activities,
    Doing,
    Occurrence,
    Words,
    activities,
    doing,
    hashes,
    of_visits,
    task_numbers,
)
from sim.plan.model import Channel, Model, Way
from sim.plan.pieces import Act, Route, cut, most_times
from sim.plan.ragged import flat
from sim.plan.walking import Ground, ground

DAY = 1440.0
NO_LAW = -1
NOT_DESK = np.uint64(0)


class Coming(NamedTuple):
    """Who comes through which channel."""

    counter: Ints  # int[stream] the demand curve at the counter
    online: Ints  # int[stream] and around the clock
    exists: Bools  # bool[stream, channel]
    online_share: Floats  # float[day]
    assisted_share: float
    post_share: float
    appointment_share: float


class Going(NamedTuple):
    """What the dossiers of a stream have in common, and how they find their course."""

    ways: Ints  # int[stream, channel] the first of their ways
    until: Floats  # float[way] see `Way`
    root: Ints  # int[way] a fork, or ~course; course 0 is to be found on foot
    purpose: Words  # uint64[fork]
    probability: Floats  # float[fork]
    struck: Ints  # int[fork] a fork, or ~course
    others: Ints  # int[fork]
    stages: Ints  # int[course] how many
    tasks: Ints  # int[course]
    visits: Ints  # int[course]
    satisfied: int  # a law, or NO_LAW
    very_satisfied: int


class Terms(NamedTuple):
    """Where the dossiers of a stream are handled, and their deadline: see :class:`~sim.engine.contract.Draws`."""

    site: Ids  # int[stream]
    unit: Codes  # int[stream]
    amount: Floats  # float[stream]
    cut_off: Floats  # float[stream]


class OnDuty(NamedTuple):
    """The planned rosters of all teams, together."""

    time: Floats  # float[change] sorted by (time, team)
    team: Ints  # int[change]
    staff: Ints  # int[change]
    absence: Floats  # float[team, day]


class Recipe(NamedTuple):
    """All that is needed to draw a replication of a model."""

    place: Words  # uint64[site] names
    procedure: Words  # uint64[stream]
    volume: Floats  # float[stream]
    curve_site: list[int]  # of each demand curve
    curve_intensity: list[int]
    day_factor: Law | None
    coming: Coming
    terms: Terms
    activities: Activities
    going: Going
    ground: Ground
    doing: Doing
    laws: Floats  # the rows of all laws; elsewhere a law is where its row begins
    team: Words  # uint64[team] names
    on_duty: OnDuty
    underway: Ints  # int[dossier under way] the first of the ways that each may go
    entry: Words  # uint64[way] the purpose of the moment at which its citizen comes first, or NOT_DESK


_made: WeakKeyDictionary[Model, Recipe] = WeakKeyDictionary()


def recipe_of(model: Model) -> Recipe:
    """The recipe of a model, made when it is first asked for."""
    if model not in _made:
        _made[model] = _recipe(model)
    return _made[model]


def _recipe(model: Model) -> Recipe:
    streams, demand = model.streams, model.scenario.demand
    curves: dict[tuple[int, int], int] = {}
    for stream in streams:
        for intensity in (stream.intensity, stream.online_intensity):
            curves.setdefault((stream.site, intensity), len(curves))
    laws, forest = _Laws(), Forest()
    start, underway, every = _ways(model)
    routes = [cut(way) for way in every]
    going = _going(model, start, every, routes, forest, laws)
    activity, table = activities(model)
    most = reduce(or_, map(most_times, every), Counter[str]())
    numbers = task_numbers(dict.fromkeys(_acts(routes)), most)
    tasks = doing(model, every, forest.courses, numbers, most, activity, laws.at)
    return Recipe(
        place=hashes(model.place_key(site) for site in range(len(model.places))),
        procedure=hashes(stream.procedure for stream in streams),
        volume=np.array([stream.volume for stream in streams]),
        curve_site=[site for site, _ in curves],
        curve_intensity=[intensity for _, intensity in curves],
        day_factor=parse(f"gamma(mean=1, sd={demand.day_cv!r})") if demand.day_cv else None,
        coming=_coming(model, curves),
        terms=Terms(
            np.array([s.site for s in streams], np.int32),
            np.array([s.unit for s in streams], np.int8),
            np.array([s.amount for s in streams], np.float64),
            np.array([s.cut_off for s in streams], np.float64),
        ),
        activities=table,
        going=going,
        ground=ground(routes, numbers, most, _desk(model)),
        doing=tasks,
        laws=np.array(laws.rows),
        team=hashes(f"team {team.team}" for team in model.teams),
        on_duty=_on_duty(model),
        underway=underway,
        entry=np.array([_entry(model, way) for way in every], np.uint64),
    )


def _coming(model: Model, curves: Mapping[tuple[int, int], int]) -> Coming:
    streams, levers = model.streams, model.scenario.digital
    days = [model.first_day + timedelta(days=day) for day in range(round(model.plan.end / DAY))]
    return Coming(
        counter=np.array([curves[s.site, s.intensity] for s in streams], np.int64),
        online=np.array([curves[s.site, s.online_intensity] for s in streams], np.int64),
        exists=np.array([[channel in s.ways for channel in Channel] for s in streams]),
        online_share=digital.online_share(levers, days),
        assisted_share=levers.assisted.share if levers.assisted is not None else 0.0,
        post_share=model.scenario.demand.post_share,
        appointment_share=levers.appointment_share,
    )


class _Laws:
    """Rows of laws, one after another."""

    def __init__(self) -> None:
        self.rows: list[float] = []
        self._at: dict[Law, int] = {}

    def at(self, law: Law | None) -> int:
        """Where the row of a law begins."""
        if law is None:
            return NO_LAW
        if law not in self._at:
            self._at[law] = len(self.rows)
            self.rows += law.row.tolist()
        return self._at[law]


def _going(
    model: Model, ways: Ints, every: Sequence[Way], routes: Sequence[Route], forest: Forest, laws: _Laws
) -> Going:
    survey, desk = model.scenario.survey, _desk(model)
    root = [forest.plant(route) for route in routes]
    return Going(
        ways=ways,
        until=np.array([way.until for way in every], np.float64),
        root=np.array(root, np.int64),
        purpose=hashes(fork.purpose for fork in forest.forks),
        probability=np.array([fork.probability for fork in forest.forks], np.float64),
        struck=np.array(forest.struck, np.int64),
        others=np.array(forest.others, np.int64),
        stages=_count(forest.courses, lambda act: act.opens),
        tasks=_count(forest.courses, lambda act: True),
        visits=_count(forest.courses, lambda act: act.step in desk),
        satisfied=laws.at(survey.satisfied if survey is not None else None),
        very_satisfied=laws.at(survey.very_satisfied if survey is not None else None),
    )


def _count(courses: Iterable[Course], which: Callable[[Act], bool]) -> Ints:
    return np.array([sum(which(task.act) for task in course) for course in courses], np.int64)


def _acts(routes: Iterable[Route]) -> list[Act]:
    return flat(piece.acts for route in routes for piece in route.pieces)


def _desk(model: Model) -> frozenset[str]:
    return frozenset(name for name, step in model.steps.items() if step.kind == Kind.DESK)


def _ways(model: Model) -> tuple[Ints, Ints, list[Way]]:
    """Where ways begin in a list of all: of each stream and channel, of each dossier under way; and the list."""
    first: dict[tuple[Way, ...], int] = {}
    every: list[Way] = []

    def start(ways: tuple[Way, ...]) -> int:
        if ways not in first:
            first[ways] = len(every)
            every.extend(ways)
        return first[ways]

    of_stream = np.full((len(model.streams), len(Channel)), -1, np.int64)
    for number, stream in enumerate(model.streams):
        for channel, ways in stream.ways.items():
            of_stream[number, channel] = start(ways)
    return of_stream, np.array([start(ways) for ways in model.underway.ways], np.int64), every


def _entry(model: Model, way: Way) -> np.uint64:
    step = way.stages[0][0]
    purposes = of_visits(model, [Occurrence(step, 1)], "moment")
    return np.uint64(purposes[0, 0]) if model.steps[step].kind == Kind.DESK else NOT_DESK


def _on_duty(model: Model) -> OnDuty:
    time = np.concatenate([roster.time for roster in model.rosters])
    team = np.repeat(np.arange(len(model.rosters)), [len(roster.time) for roster in model.rosters])
    order = np.lexsort((team, time))
    staff = np.concatenate([roster.staff for roster in model.rosters])
    return OnDuty(
        time[order], team[order], staff[order], np.array([roster.absence for roster in model.rosters])
    )
