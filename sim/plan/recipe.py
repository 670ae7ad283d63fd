"""What drawing needs to know of a model, as arrays: names hashed, laws as rows of numbers, courses as trees.

It is made once a model, for loops that numba compiles; what depends on seed and replication is not in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from sim.engine.contract import Bools, Floats, Ints, Kind
from sim.keyed import name_hash
from sim.laws import Law, parse
from sim.plan import digital
from sim.plan.model import Channel, Model, StepPlan, Stream, Way
from sim.plan.ragged import flat, starts
from sim.plan.unroll import Forest, Occurrence, unroll

Words = NDArray[np.uint64]
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

    site: Ints  # int[stream]
    unit: Ints  # int[stream]
    amount: Floats  # float[stream]
    cut_off: Floats  # float[stream]
    ways: Ints  # int[stream, channel] the first of their ways
    until: Floats  # float[way] see `Way`
    root: Ints  # int[way] a fork, or ~course
    purpose: Words  # uint64[fork]
    probability: Floats  # float[fork]
    struck: Ints  # int[fork] a fork, or ~course
    others: Ints  # int[fork]
    stages: Ints  # int[course] how many
    tasks: Ints  # int[course]
    visits: Ints  # int[course]
    satisfied: int  # a law, or NO_LAW
    very_satisfied: int


class Doing(NamedTuple):
    """Tasks of courses."""

    course: Ints  # int[course + 1] tasks of course c: course[c]:course[c + 1]
    opens: Bools  # bool[task] the first of its stage
    rework: Bools  # bool[task]
    occurrence: Ints  # int[task] a step and which time it is done
    step: Ints  # int[occurrence]
    work: Words  # uint64[occurrence] purposes
    scan: Words  # uint64[occurrence]
    moment: Words  # uint64[occurrence, attempt]
    patience: Words  # uint64[occurrence, attempt]
    back: Words  # uint64[occurrence, attempt]
    kind: Ints  # int[step]
    mark: Ints  # int[step]
    round: Ints  # int[step]
    law: Ints  # int[step] or NO_LAW
    known: Floats  # float[step] factor on the work for citizens whose data are known
    scanned: Bools  # bool[step] paper is scanned
    queue: Ints  # int[stream, step]
    factor: Floats  # float[stream, step] on what the law gives
    known_share: float
    scan_law: int
    patience_law: int
    priority_share: float
    no_show: float
    come_back: float


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
    going: Going
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
    going = _going(model, start, every, forest, laws)
    doing = _doing(model, forest, laws)
    return Recipe(
        place=_hashes(model.place_key(site) for site in range(len(model.places))),
        procedure=_hashes(stream.procedure for stream in streams),
        volume=np.array([stream.volume for stream in streams]),
        curve_site=[site for site, _ in curves],
        curve_intensity=[intensity for _, intensity in curves],
        day_factor=parse(f"gamma(mean=1, sd={demand.day_cv!r})") if demand.day_cv else None,
        coming=_coming(model, curves),
        going=going,
        doing=doing,
        laws=np.array(laws.rows),
        team=_hashes(f"team {team.team}" for team in model.teams),
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


def _going(model: Model, ways: Ints, every: Sequence[Way], forest: Forest, laws: _Laws) -> Going:
    streams, survey = model.streams, model.scenario.survey
    root = [forest.plant(unroll(way)) for way in every]
    tasks = [flat(course.stages) for course in forest.courses]
    desk = {name for name, step in model.steps.items() if step.kind == Kind.DESK}
    return Going(
        site=np.array([s.site for s in streams], np.int64),
        unit=np.array([s.unit for s in streams], np.int64),
        amount=np.array([s.amount for s in streams], np.float64),
        cut_off=np.array([s.cut_off for s in streams], np.float64),
        ways=ways,
        until=np.array([way.until for way in every], np.float64),
        root=np.array(root, np.int64),
        purpose=_hashes(fork.purpose for fork in forest.forks),
        probability=np.array([fork.probability for fork in forest.forks], np.float64),
        struck=np.array(forest.struck, np.int64),
        others=np.array(forest.others, np.int64),
        stages=np.array([len(course.stages) for course in forest.courses], np.int64),
        tasks=np.array([len(part) for part in tasks], np.int64),
        visits=np.array([sum(task.step in desk for task in part) for part in tasks], np.int64),
        satisfied=laws.at(survey.satisfied if survey is not None else None),
        very_satisfied=laws.at(survey.very_satisfied if survey is not None else None),
    )


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
    purposes = _of_visits(model, [Occurrence(step, 1, rework=False)], "moment")
    return np.uint64(purposes[0, 0]) if model.steps[step].kind == Kind.DESK else NOT_DESK


def _doing(model: Model, forest: Forest, laws: _Laws) -> Doing:
    scenario, levers = model.scenario, model.scenario.digital
    tasks = [flat(course.stages) for course in forest.courses]
    occurrences = list(dict.fromkeys(task._replace(rework=False) for task in flat(tasks)))
    number = {occurrence: i for i, occurrence in enumerate(occurrences)}
    steps = list(model.steps.values())
    step_number = {name: i for i, name in enumerate(model.steps)}
    scanning, reuse = levers.scanning, levers.data_reuse
    return Doing(
        course=starts(tasks),
        opens=np.array([i == 0 for c in forest.courses for stage in c.stages for i in range(len(stage))]),
        rework=np.array([task.rework for task in flat(tasks)]),
        occurrence=np.array([number[task._replace(rework=False)] for task in flat(tasks)], np.int64),
        step=np.array([step_number[o.step] for o in occurrences], np.int64),
        work=_hashes(o.purpose("work") for o in occurrences),
        scan=_hashes(o.purpose("scan") for o in occurrences),
        moment=_of_visits(model, occurrences, "moment"),
        patience=_of_visits(model, occurrences, "patience"),
        back=_of_visits(model, occurrences, "back"),
        kind=np.array([step.kind for step in steps], np.int64),
        mark=np.array([step.mark for step in steps], np.int64),
        round=np.array([step.round for step in steps], np.int64),
        law=np.array([laws.at(step.law) for step in steps], np.int64),
        known=np.array([digital.known_before(levers, name) for name in model.steps]),
        scanned=np.array([scanning is not None and name in scanning.steps for name in model.steps]),
        queue=np.array([[_queue(s, step) for step in steps] for s in model.streams], np.int64),
        factor=np.array([[_factor(s, step) for step in steps] for s in model.streams]),
        known_share=reuse.share if reuse is not None else 0.0,
        scan_law=laws.at(scanning.minutes if scanning is not None else None),
        patience_law=laws.at(scenario.citizens.patience),
        priority_share=scenario.citizens.priority_share,
        no_show=scenario.appointments.no_show,
        come_back=scenario.citizens.come_back,
    )


def _of_visits(model: Model, occurrences: Iterable[Occurrence], what: str) -> Words:
    attempts = range(model.scenario.citizens.come_back_at_most + 1)
    rows = [_hashes(f"{o.purpose('visit')}:{attempt}:{what}" for attempt in attempts) for o in occurrences]
    return np.array(rows, np.uint64).reshape(-1, len(attempts))


def _queue(stream: Stream, step: StepPlan) -> int:
    return stream.queue_of.get(step.name, -1) if step.kind <= Kind.OFFICE else -1


def _factor(stream: Stream, step: StepPlan) -> float:
    """On work of people the factors of the procedure; of what is waited for, minutes per unit of the law."""
    return stream.factor[step.name] if step.kind <= Kind.OFFICE else step.to_minutes


def _on_duty(model: Model) -> OnDuty:
    time = np.concatenate([roster.time for roster in model.rosters])
    team = np.repeat(np.arange(len(model.rosters)), [len(roster.time) for roster in model.rosters])
    order = np.lexsort((team, time))
    staff = np.concatenate([roster.staff for roster in model.rosters])
    return OnDuty(
        time[order], team[order], staff[order], np.array([roster.absence for roster in model.rosters])
    )


def _hashes(names: Iterable[str]) -> Words:
    return np.array([name_hash(name) for name in names], np.uint64)
