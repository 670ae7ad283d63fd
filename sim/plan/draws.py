"""(Model, seed, replication) → everything random of one run, drawn before it starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from sim.engine.contract import Bools, Draws, Floats, Ints, Kind
from sim.laws import Law
from sim.plan import digital
from sim.plan.absences import rosters
from sim.plan.arrivals import Arrivals, arrivals
from sim.plan.model import Channel, Labels, Model, Replication, Way
from sim.plan.unroll import Course, Occurrence, unroll

PRIORITY_GROUP, BOOKED = 1, 2  # the classes of priority above ordinary citizens


class _Group(NamedTuple):
    """Dossiers that take the same course."""

    course: Course
    who: Ints  # int[dossier of the group], ascending


def draw(model: Model, seed: int, replication: int) -> Replication:
    """All randomness of one replication (model, section 4)."""
    dossiers = arrivals(model, seed, replication)
    groups = list(_groups(model, dossiers))
    stages, tasks = _sizes(groups, len(dossiers.number))
    columns = _Columns(model, dossiers, stages, tasks)
    for group in groups:
        columns.fill(group)
    time, team, staff = rosters(model, seed, replication)
    streams = model.streams
    return Replication(
        Draws(
            arrival=dossiers.arrival,
            stage_start=columns.stage_start,
            site=np.array([s.site for s in streams])[dossiers.stream],
            deadline_unit=np.array([s.unit for s in streams])[dossiers.stream],
            deadline_amount=np.array([s.amount for s in streams])[dossiers.stream],
            cut_off=np.array([s.cut_off for s in streams])[dossiers.stream],
            task_start=columns.task_start,
            kind=columns.kind,
            queue=columns.queue,
            round=columns.round,
            work=columns.work,
            mark=columns.mark,
            **columns.visits()._asdict(),
            roster_time=time,
            roster_team=team,
            roster_staff=staff,
        ),
        Labels(
            stream=dossiers.stream,
            number=dossiers.number,
            channel=dossiers.channel,
            satisfied_within=_tolerance(model, dossiers, very=False),
            very_satisfied_within=_tolerance(model, dossiers, very=True),
            step=columns.step,
            rework=columns.rework,
        ),
    )


def _tolerance(model: Model, dossiers: Arrivals, very: bool) -> Floats:
    """Minutes of burden (see `Survey`) that a citizen accepts; one number decides both answers."""
    if model.scenario.survey is None:
        return np.full(len(dossiers.number), np.inf)
    law = model.scenario.survey.very_satisfied if very else model.scenario.survey.satisfied
    return law.ppf(dossiers.uniform("survey"))


def _groups(model: Model, dossiers: Arrivals) -> Iterator[_Group]:
    """Split the dossiers by way, then by course."""
    numbers: dict[tuple[Way, ...], int] = {}
    way_of = np.full((len(model.streams), len(Channel)), -1, np.int64)
    for number, stream in enumerate(model.streams):
        for channel, ways in stream.ways.items():
            way_of[number, channel] = numbers.setdefault(ways, len(numbers))
    mine = way_of[dossiers.stream, dossiers.channel]
    delivery = dossiers.uniform("result")
    for ways, number in numbers.items():
        before = 0.0
        for way in ways:
            who = np.flatnonzero((mine == number) & (delivery >= before) & (delivery < way.until))
            before = way.until
            for course, which in unroll(way, dossiers.take(who)):
                yield _Group(course, who[which])


def _sizes(groups: Sequence[_Group], dossiers: int) -> tuple[Ints, Ints]:
    """Stages and tasks of each dossier: int[dossier] both."""
    stages, tasks = np.zeros(dossiers, np.int64), np.zeros(dossiers, np.int64)
    for group in groups:
        stages[group.who] = len(group.course)
        tasks[group.who] = sum(map(len, group.course))
    return stages, tasks


class _Visits(NamedTuple):
    visit: Ints
    attempts: int
    moment: Floats
    patience: Floats
    priority: Ints
    returns: Ints
    no_show: Bools


class _Columns:
    """The columns of stages, tasks and visits, filled group by group."""

    def __init__(self, model: Model, dossiers: Arrivals, stages: Ints, tasks: Ints) -> None:
        self.model, self.dossiers = model, dossiers
        self.stage_start = _starts(stages)
        self.first_task = _starts(tasks)
        n = int(self.first_task[-1])
        self.task_start = np.full(self.stage_start[-1] + 1, n, np.int64)
        self.kind, self.mark, self.step = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64)
        self.queue, self.round = np.full(n, -1, np.int64), np.full(n, -1, np.int64)
        self.work, self.rework = np.zeros(n), np.zeros(n, np.bool_)
        citizens = model.scenario.citizens
        self.attempts = citizens.come_back_at_most + 1
        self.coming: list[tuple[Ints, Floats, Floats, Ints, Ints, Bools]] = []
        self.step_number = {name: number for number, name in enumerate(model.steps)}
        self.queue_of = {
            name: np.array([stream.queue_of.get(name, -1) for stream in model.streams])
            for name in model.steps
        }
        self.factor = {name: np.array([s.factor[name] for s in model.streams]) for name in model.steps}

    def fill(self, group: _Group) -> None:
        """Write the tasks of one group."""
        dossiers = self.dossiers.take(group.who)
        at = 0
        visited = False
        for number, stage in enumerate(group.course):
            self.task_start[self.stage_start[group.who] + number] = self.first_task[group.who] + at
            for task in stage:
                rows = self.first_task[group.who] + at
                self._task(task, rows, dossiers)
                if self.model.steps[task.step].kind == Kind.DESK:
                    self._visit(task, rows, dossiers, first=not visited)
                    visited = True
                at += 1

    def _task(self, task: Occurrence, rows: Ints, dossiers: Arrivals) -> None:
        step = self.model.steps[task.step]
        self.kind[rows], self.mark[rows], self.round[rows] = step.kind, step.mark, step.round
        self.step[rows], self.rework[rows] = self.step_number[task.step], task.rework
        if step.kind <= Kind.OFFICE:
            self.queue[rows] = self.queue_of[task.step][dossiers.stream]
            self.work[rows] = self._work(task, dossiers)
        elif step.law is not None:
            self.work[rows] = step.law.ppf(dossiers.uniform(task.purpose("work"))) * step.to_minutes

    def _work(self, task: Occurrence, dossiers: Arrivals) -> Floats:
        """Minutes of work, with the levers that shorten or lengthen it."""
        law, levers = self.model.steps[task.step].law, self.model.scenario.digital
        assert law is not None
        u = dossiers.uniform(task.purpose("work"))
        work: Floats = law.ppf(u) * self.factor[task.step][dossiers.stream]
        if levers.data_reuse is not None and (factor := digital.known_before(levers, task.step)) < 1:
            known = dossiers.uniform("data-reuse") < levers.data_reuse.share
            work = np.where(known, work * factor, work)
        if levers.scanning is not None and task.step in levers.scanning.steps:
            on_paper = (dossiers.channel != Channel.ONLINE) & (dossiers.channel != Channel.ASSISTED)
            work += np.where(
                on_paper, levers.scanning.minutes.ppf(dossiers.uniform(task.purpose("scan"))), 0.0
            )
        return work

    def _visit(self, task: Occurrence, rows: Ints, dossiers: Arrivals, first: bool) -> None:
        """What may happen when the citizen comes; only the first visit is the one that was booked."""
        citizens = self.model.scenario.citizens
        booked = (dossiers.channel == Channel.APPOINTMENT) & first
        group = dossiers.uniform("priority") < citizens.priority_share
        priority = np.where(booked, BOOKED, np.where(group, PRIORITY_GROUP, 0))
        no_show = booked & (dossiers.uniform("no-show") < self.model.scenario.appointments.no_show)
        tries = [f"{task.purpose('visit')}:{attempt}" for attempt in range(self.attempts)]
        moment = np.column_stack([dossiers.uniform(f"{purpose}:moment") for purpose in tries])
        patience = np.column_stack([_patience(citizens.patience, dossiers, purpose) for purpose in tries])
        back = [dossiers.uniform(f"{purpose}:back") < citizens.come_back for purpose in tries[:-1]]
        returns = np.cumprod(np.array(back, np.int64).reshape(self.attempts - 1, len(rows)), axis=0).sum(
            axis=0
        )
        self.coming.append((rows, moment, patience, priority, returns, no_show))

    def visits(self) -> _Visits:
        """The tables of visits, in the order of their tasks."""
        empty = np.zeros(0, np.int64)
        tables = self.coming or [(empty, np.zeros((0, 1)), np.zeros((0, 1)), empty, empty, empty > 0)]
        rows, moment, patience, priority, returns, no_show = map(np.concatenate, zip(*tables, strict=True))
        order = np.argsort(rows)
        visit = np.full(len(self.kind), -1, np.int64)
        visit[rows[order]] = np.arange(len(rows))
        return _Visits(
            visit,
            self.attempts,
            moment[order].ravel(),
            patience[order].ravel(),
            priority[order],
            returns[order],
            no_show[order],
        )


def _patience(law: Law | None, dossiers: Arrivals, purpose: str) -> Floats:
    if law is None:
        return np.full(len(dossiers.number), np.inf)
    return law.ppf(dossiers.uniform(f"{purpose}:patience"))


def _starts(sizes: Ints) -> Ints:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
