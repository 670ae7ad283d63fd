"""A small network, and logs told by hand: who came when, and what was done to each task.

Day 0 is Monday, 31 December 2018; the measuring window is the week from Monday, 7 January 2019 (day 7), and the run
ends with it. The office is open from 07:30 to 12:00 and from 13:00 to 16:30 on weekdays.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf, nan
from typing import Any

import numpy as np
from builder import tabulated, typed

from sim.deadlines import WORKING_DAYS
from sim.engine.contract import OF_PROCEDURE, Draws, Kind, Log, Mark, Outcome, Reason
from sim.plan.compile import compile_scenario
from sim.plan.model import NO_BOOKINGS, Bookings, Channel, Labels, Model, Priority, Replication
from sim.scenario.domain import Scenario

TABLES: dict[str, Any] = {
    "title": "Centre and two communes",
    "horizon": {"from": "2019-01-07", "to": "2019-01-13", "warm_up": "7 days"},
    "calendar": {"country": "none", "hours": ["07:30-12:00", "13:00-16:30"]},
    "site": {
        "centre": {"title": "Centre"},
        "commune": {"title": "Commune", "places": [["Yên Than", 0.4], ["Đông Ngũ", 0.6]]},
    },
    "team": {
        "counter": {
            "site": "centre",
            "staff": 2,
            "serves": [["intake:*", "collect:*"]],
            "cost_per_hour": 60_000,
        },
        "experts": {"site": "centre", "staff": 1, "serves": [["appraise:*"], ["approve:*"]]},
        "leader": {"site": "centre", "staff": 1, "serves": [["approve:*"]], "cost_per_hour": 100_000},
        "clerk": {"site": "commune", "staff": 1, "serves": [["*:*"]], "cost_per_hour": 50_000},
    },
    "step": {
        "intake": {"desk": True, "work": 10, "clock": "start"},
        "appraise": {"work": 60},
        "approve": {"work": 5},
        "ready": {"clock": "stop"},
        "collect": {"desk": True, "work": 5},
    },
    "journey": {"usual": {"counter": ["intake", "appraise", "approve", "ready", "collect"]}},
    "procedure": {
        "transfer": {
            "name": "Transfer",
            "site": "centre",
            "field": "land",
            "journey": "usual",
            "deadline": "3 working days",
            "volume": 1000,
        },
        "copy": {
            "name": "Copy",
            "site": "commune",
            "field": "civil",
            "journey": "usual",
            "deadline": "same day",
            "volume": 1000,
        },
    },
    "field": {"land": {"title": "Land"}, "civil": {"title": "Civil"}},
    "citizens": {"travel_minutes": 30},
    "survey": {"satisfied": 15, "very_satisfied": 5},
}
TRANSFER, COPY_YEN_THAN, COPY_DONG_NGU = range(3)  # streams
COUNTER, EXPERTS, LEADER, CLERK_YEN_THAN, CLERK_DONG_NGU = range(5)  # teams


def model(**changes: Any) -> Model:
    return compile_scenario(Scenario.model_validate(TABLES | changes))


def at(day: int, clock: str) -> float:
    """Minutes of a clock time on a day."""
    hours, minutes = clock.split(":")
    return 1440.0 * day + 60 * int(hours) + float(minutes)


@dataclass
class Task:
    kind: Kind = Kind.DESK
    entered: float = nan
    started: float = nan
    ended: float = nan
    role: str = "intake"
    team: int = COUNTER
    spells: list[tuple[float, float]] = field(default_factory=list)
    left: list[tuple[float, float, Reason]] = field(default_factory=list)  # entered, left
    mark: Mark = Mark.NONE
    rework: bool = False
    lost: bool = False
    overtime: float = 0.0

    @property
    def cuts(self) -> int:
        """How often it was interrupted."""
        return len(self.spells) - (self.ended == self.ended) if len(self.spells) > 1 else 0

    @property
    def outcome(self) -> Outcome:
        if self.lost:
            return Outcome.LOST
        if self.ended == self.ended:
            return Outcome.DONE
        return Outcome.OPEN if self.entered == self.entered else Outcome.NOT_ENTERED


@dataclass
class Dossier:
    arrival: float
    stages: list[Task | list[Task]] = field(default_factory=list)  # a list: in parallel
    stream: int = TRANSFER
    received: float = nan
    due: float = nan
    ready: float = nan
    reopened: list[tuple[float, float, float]] = field(default_factory=list)  # received, due, ready
    unit: int = WORKING_DAYS
    channel: Channel = Channel.COUNTER
    priority: Priority = Priority.ORDINARY  # of the dossier and all its visits
    slot: float = -inf
    satisfied_within: float = inf
    very_satisfied_within: float = inf


def desk(entered: float, started: float, ended: float, **more: Any) -> Task:
    """A citizen served in one go."""
    return Task(Kind.DESK, entered, started, ended, spells=[(started, ended)], **more)


def waiting(kind: Kind, entered: float, ended: float, **more: Any) -> Task:
    """A task nobody works on."""
    return Task(kind, entered, entered, ended, team=-1, **more)


def told(
    model: Model,
    dossiers: list[Dossier],
    roster: list[tuple[float, int, int]] | None = None,
    bookings: Bookings = NO_BOOKINGS,
) -> tuple[Replication, Log]:
    """The replication in which all this happened; `roster` lists (time, team, staff)."""
    stages = [[stage] if isinstance(stage, Task) else stage for one in dossiers for stage in one.stages]
    tasks = [task for stage in stages for task in stage]
    stream_of = [one.stream for one in dossiers for stage in one.stages for _ in np.atleast_1d(stage)]
    priority_of = [one.priority for one in dossiers for stage in one.stages for _ in np.atleast_1d(stage)]
    queues = [_queue(model, task, stream) for task, stream in zip(tasks, stream_of, strict=True)]
    spells = [(i, task.team, *spell) for i, task in enumerate(tasks) if task.cuts for spell in task.spells]
    left = sorted(((i, *row) for i, task in enumerate(tasks) for row in task.left), key=lambda row: row[2])
    changes = sorted(roster or [])
    streams = [model.streams[one.stream] for one in dossiers]
    stream, terms = tabulated(
        [(s.site, one.unit, s.amount, s.cut_off) for one, s in zip(dossiers, streams, strict=True)], 4
    )
    doing = [(task.kind, queue, task.mark, task.rework) for task, queue in zip(tasks, queues, strict=True)]
    activity, table = tabulated(doing, 4)
    at_desk = np.array([task.kind == Kind.DESK for task in tasks], np.bool_)
    draws = Draws(
        arrival=_floats(one.arrival for one in dossiers),
        stage_start=np.cumsum([0, *(len(one.stages) for one in dossiers)]),
        stream=stream,
        stream_site=terms[0],
        stream_unit=terms[1],
        stream_amount=terms[2],
        stream_cut_off=terms[3],
        underway=np.zeros(0),
        **dict.fromkeys(("received", "due", "paused", "ready"), np.zeros(0)),
        task_start=np.cumsum([0, *(len(stage) for stage in stages)]),
        activity=activity,
        activity_kind=table[0],
        activity_queue=table[1],
        activity_round=np.full(len(table[0]), -1),
        activity_mark=table[2],
        activity_unit=np.full(len(table[0]), OF_PROCEDURE),
        activity_amount=np.zeros(len(table[0])),
        work=np.zeros(len(tasks)),
        priority=np.array(priority_of, np.int8)[at_desk],
        **dict.fromkeys(("returns", "no_show"), np.zeros(at_desk.sum(), np.int64)),
        visit=np.where(at_desk, np.cumsum(at_desk) - 1, -1),
        **dict.fromkeys(("moment", "patience"), np.zeros(0)),
        attempts=1,
        roster_time=_floats(row[0] for row in changes),
        roster_team=_ints(row[1] for row in changes),
        roster_staff=_ints(row[2] for row in changes),
    )
    labels = Labels(
        stream=_ints(one.stream for one in dossiers),
        number=np.arange(len(dossiers)),
        channel=np.array([one.channel for one in dossiers], np.int8),
        priority=np.array([one.priority for one in dossiers], np.int8),
        slot=_floats(one.slot for one in dossiers),
        bookings=bookings,
        satisfied_within=_floats(one.satisfied_within for one in dossiers),
        very_satisfied_within=_floats(one.very_satisfied_within for one in dossiers),
        activity=activity.astype(np.int32),
        activity_step=np.zeros(len(table[0]), np.int64),
        activity_rework=table[3].astype(np.bool_),
    )
    reopened = [(i, *row) for i, one in enumerate(dossiers) for row in one.reopened]
    log = Log(
        entered=_floats(task.entered for task in tasks),
        started=_floats(task.started for task in tasks),
        ended=_floats(task.ended for task in tasks),
        team=_ints(task.team if task.started == task.started else -1 for task in tasks),
        overtime=_floats(task.overtime for task in tasks),
        interrupted=_ints(task.cuts for task in tasks),
        outcome=_ints(task.outcome for task in tasks),
        received=_floats(one.received for one in dossiers),
        due=_floats(one.due for one in dossiers),
        ready=_floats(one.ready for one in dossiers),
        spell_task=_ints(row[0] for row in spells),
        spell_team=_ints(row[1] for row in spells),
        spell_began=_floats(row[2] for row in spells),
        spell_ended=_floats(row[3] for row in spells),
        left_task=_ints(row[0] for row in left),
        left_entered=_floats(row[1] for row in left),
        left_time=_floats(row[2] for row in left),
        left_reason=_ints(row[3] for row in left),
        reopened_dossier=_ints(row[0] for row in reopened),
        reopened_activity=np.zeros(len(reopened), np.int64),
        reopened_received=_floats(row[1] for row in reopened),
        reopened_due=_floats(row[2] for row in reopened),
        reopened_ready=_floats(row[3] for row in reopened),
    )
    return Replication(typed(draws), labels), typed(log)


def _queue(model: Model, task: Task, stream: int) -> int:
    return model.streams[stream].queue_of[task.role] if task.kind <= Kind.OFFICE else -1


def _floats(values: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array(list(values), np.float64)


def _ints(values: Any) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array(list(values), np.int64)
