"""A compiled scenario: the arrays engines read, what is needed to draw a replication, and names for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine.contract import Bools, Codes, Draws, Floats, Ids, Ints, Plan
from sim.laws import Law
from sim.loops import LoopPlan
from sim.scenario.domain import Scenario


class Channel(IntEnum):
    """How a dossier is filed."""

    COUNTER = 0
    ONLINE = 1
    POST = 2
    APPOINTMENT = 3
    ASSISTED = 4  # online, filed at the counter with help


class Priority(IntEnum):
    """The class in which citizens queue at the counter; the higher goes first."""

    ORDINARY = 0
    PRIORITY_GROUP = 1
    BOOKED = 2  # the visit of an appointment


class Place(NamedTuple):
    """One site of the arrays: a centre, or one desk of a kind of site with places."""

    site: str  # the table of the scenario file, e.g. "commune"
    place: str  # e.g. "Đông Ngũ"; empty for a site without places
    title: str


class TeamName(NamedTuple):
    """A team as it stands in the arrays."""

    team: str
    site: int


class QueueName(NamedTuple):
    """A queue ``role:field`` at a site."""

    site: int
    role: str
    field: str


class StepPlan(NamedTuple):
    """What a step is to the draws, for one procedure and channel; `law` is None for rounds and milestones."""

    name: str
    kind: int
    mark: int
    law: Law | None
    per_unit: float  # on what the law gives: minutes a day that the citizen takes
    round: int
    unit: int  # of the deadline of a further count that it starts, or OF_PROCEDURE
    amount: float


class Way(NamedTuple):
    """How the dossiers of one stream filed through one channel, with one kind of delivery, are handled."""

    until: float  # taken by dossiers whose number for `result` is below this, and not below the way before
    stages: tuple[tuple[str, ...], ...]
    loops: tuple[LoopPlan, ...]
    rework: int = 0  # how many of the first stages are what is left of loops,
    looped: tuple[str, ...] = ()  # which have been taken once
    done: tuple[str, ...] = ()  # steps of the first stage that are done already


Ways = dict[Channel, tuple[Way, ...]]


class Stream(NamedTuple):
    """The dossiers of one procedure at one site: one sequence of dossier numbers."""

    procedure: str
    site: int
    volume: float  # a year
    intensity: int  # index of Model.intensities for the counter
    online_intensity: int
    unit: int
    amount: float
    cut_off: float
    queue_of: dict[str, int]  # step -> queue
    factor: dict[str, float]  # step -> factor on its work
    ways: Ways  # channels that exist for this procedure


class Intensity(NamedTuple):
    """Demand over the horizon: `mass[i]` is the expected share of a year's volume before `edge[i]`.

    Edges include every midnight; `day[d]` is the edge that begins day d.
    """

    edge: Floats
    mass: Floats
    day: Ints


class Roster(NamedTuple):
    """Planned headcount of one team: from `time[i]` on, `staff[i]` people, each absent by the day's chance."""

    time: Floats
    staff: Ints
    absence: Floats  # float[day]


class Clock(NamedTuple):
    """The legal clock of those under way as the run begins (see :class:`~sim.engine.contract.Draws`)."""

    received: Floats
    due: Floats
    paused: Floats
    ready: Floats


class Spent(NamedTuple):
    """The waits that have lasted for a while when the run begins, one row each."""

    dossier: Ids  # row of `Underway`
    step: Ids  # index into tuple(Model.steps)
    time: Floats  # in the unit of the step's law
    line: Ids  # of the table


class Underway(NamedTuple):
    """The dossiers under way when the run begins, in the order in which they were received.

    The dossier of a row is number -1 - row of its stream: no number of a dossier that arrives.
    """

    id: tuple[str, ...]  # as the table has it; empty: it has none
    line: Ids  # of the table, the first if there are several
    step: tuple[tuple[str, ...], ...]  # which it has reached
    name: NDArray[np.uint64]  # what keys its numbers within its stream
    stream: Ids  # int[dossier]
    channel: Codes  # int[dossier]
    ways: tuple[tuple[Way, ...], ...]  # of each dossier
    clock: Clock
    spent: Spent


@dataclass(frozen=True, eq=False)
class Model:
    """One scenario, compiled. A model equals itself alone, for its arrays have no plain equality."""

    scenario: Scenario
    first_day: date  # day 0 of all instants; the warm-up begins
    window: tuple[float, float]  # the measuring window, from and before
    plan: Plan
    places: tuple[Place, ...]
    teams: tuple[TeamName, ...]
    queues: tuple[QueueName, ...]
    steps: dict[str, StepPlan]
    streams: tuple[Stream, ...]
    intensities: tuple[Intensity, ...]
    rosters: tuple[Roster, ...]  # per team: who may be on duty, signing electronically too
    paid: tuple[Roster, ...]  # per team: its roster as written
    underway: Underway

    def place_key(self, site: int) -> str:
        """The name that keys a place's random numbers."""
        return f"{self.places[site].site}/{self.places[site].place}"

    @property
    def warm_up(self) -> float:
        """Minutes of warm-up; the days of the horizon follow, of which those of the window are measured."""
        return (self.scenario.horizon.first - self.first_day).days * 1440.0

    def moment(self, t: float) -> datetime:
        """The date and clock time of an instant in minutes."""
        return datetime.combine(self.first_day, time()) + timedelta(minutes=t)


class Bookings(NamedTuple):
    """Everybody who asks for an appointment, as often as they ask; in order of time at each site."""

    stream: Ids  # int[asking] index of Model.streams
    asked: Floats  # float[asking] when
    days: Floats  # float[asking] on how many days the office opens until that of the slot; inf: none was free


NO_BOOKINGS = Bookings(np.zeros(0, np.int32), np.zeros(0), np.zeros(0))


class Labels(NamedTuple):
    """What observers need to know of a replication beside the draws."""

    stream: Ids  # int[dossier] index of Model.streams
    number: Ids  # int[dossier] the dossier's number in its stream; below 0: under way when the run begins
    channel: Codes  # int[dossier] Channel
    priority: Codes  # int[dossier] Priority of the citizen, of who has an appointment that of its visit
    slot: Floats  # float[dossier] when its appointment is, -inf: it has none; float[0] without appointments
    bookings: Bookings
    satisfied_within: Floats  # float[dossier] minutes of burden; float[0] without a survey
    very_satisfied_within: Floats  # float[dossier]
    activity: Ids  # int[task] see `Draws`
    activity_step: Ids  # int[activity] index into tuple(Model.steps)
    activity_rework: Bools  # bool[activity] inserted by a loop

    @property
    def step(self) -> Ids:
        """The step of each: int[task] index into tuple(Model.steps)."""
        return self.activity_step[self.activity]

    @property
    def rework(self) -> Bools:
        """Whether a loop inserted it: bool[task]."""
        return self.activity_rework[self.activity]


class Replication(NamedTuple):
    """One replication's randomness."""

    draws: Draws
    labels: Labels
