"""One dossier's life, line by line, as the log tells it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from sim.deadlines import classify
from sim.engine import rules
from sim.engine.contract import Draws, Kind, Log, Mark, Outcome, Spells
from sim.plan.model import Model, Replication
from sim.results.observe import dossier_of_task
from sim.textfiles import composed


class Line(NamedTuple):
    """What happened at an instant: a key of the words for traces, and the values it speaks of.

    Values named `until` and `due` are instants in minutes, `status` a number of `sim.deadlines`.
    """

    time: float
    key: str
    values: dict[str, float | str]


def find(model: Model, replication: Replication, name: str) -> int:
    """The dossier called ``PROCEDURE#NUMBER`` or, at one of several places, ``PLACE/PROCEDURE#NUMBER``; -1: none.

    Dossiers under way when the run begins have their id for a number or, without one, #-1, #-2, …
    """
    where, _, number = composed(name).partition("#")
    place, _, procedure = where.rpartition("/")
    labels = replication.labels
    wanted = [
        i
        for i, stream in enumerate(model.streams)
        if stream.procedure == procedure and place in (model.places[stream.site].place, "")
    ]
    numbers = [-1 - row for row, own in enumerate(model.underway.id) if own and own == number]
    if not numbers and number.isascii() and number.removeprefix("-").isdecimal():
        numbers = [int(number)]
    found = np.flatnonzero(np.isin(labels.stream, wanted[:1]) & np.isin(labels.number, numbers))
    return int(found[0]) if len(found) else -1


def name_of(model: Model, replication: Replication, dossier: int) -> str:
    """The name under which :func:`find` finds a dossier."""
    stream = model.streams[replication.labels.stream[dossier]]
    place = model.places[stream.site].place
    number = int(replication.labels.number[dossier])
    called = (number < 0 and model.underway.id[-1 - number]) or number
    return f"{place}/{stream.procedure}#{called}" if place else f"{stream.procedure}#{called}"


def life(model: Model, replication: Replication, log: Log, dossier: int) -> list[Line]:
    """Everything that happens to a dossier, in order of time."""
    draws = replication.draws
    tasks = np.flatnonzero(dossier_of_task(draws) == dossier)
    clock, spells = _Clock(model, draws, dossier), log.spells(model.plan.end)
    lines = [*_beginning(model, replication, dossier)]
    for task in tasks.tolist():
        lines += _leavings(log, task)
        if math.isfinite(log.entered[task]):
            lines += _task(model, replication, log, spells, task)
        if math.isfinite(log.ended[task]):
            lines += clock.turn(int(draws.activity[task]), float(log.ended[task]))
        if log.outcome[task] == Outcome.LOST:
            lines.append(Line(lines[-1].time, "lost", {}))
    if np.isin(log.outcome[tasks], (Outcome.OPEN, Outcome.NOT_ENTERED)).any() and lines[-1].key != "lost":
        lines.append(Line(model.plan.end, "open", {}))
    return sorted(lines, key=lambda line: line.time)


def _beginning(model: Model, replication: Replication, dossier: int) -> Iterator[Line]:
    draws, labels = replication.draws, replication.labels
    site = float(draws.site[dossier])
    if labels.number[dossier] >= 0:
        channel = float(labels.channel[dossier])
        yield Line(float(draws.arrival[dossier]), "filed", {"channel": channel, "site": site})
        return
    yield Line(0.0, "under_way", {"site": site})
    due, paused, ready = _at_first(draws, dossier)
    if math.isfinite(paused):
        yield Line(0.0, "paused", {})
    elif not math.isnan(due) and math.isnan(ready):
        yield Line(0.0, "resumed", {"due": due})


def _at_first(draws: Draws, dossier: int) -> tuple[float, float, float]:
    """When a dossier, as the run begins, is due, stands still since, and was ready."""
    due, paused, ready = (
        float(draws.of_all(hand)[dossier]) for hand in (draws.due, draws.paused, draws.ready)
    )
    return due, paused, ready


def _leavings(log: Log, task: int) -> Iterator[Line]:
    for row in np.flatnonzero(log.left_task == task):
        waited = float(log.left_time[row] - log.left_entered[row])
        yield Line(float(log.left_time[row]), f"left_{log.left_reason[row]}", {"minutes": waited})


def _task(model: Model, replication: Replication, log: Log, every: Spells, task: int) -> Iterator[Line]:
    step = tuple(model.steps)[replication.labels.step[task]]
    kind, entered = replication.draws.kind[task], float(log.entered[task])
    if kind > Kind.OFFICE:
        ended = float(log.ended[task])
        yield Line(
            entered, f"delay_{kind}", {"step": step, "until": ended if math.isfinite(ended) else math.inf}
        )
        return
    yield Line(entered, "came" if kind == Kind.DESK else "waits", {"step": step})
    spells = np.flatnonzero(every.task == task)
    for spell in spells.tolist():
        began, ended = float(every.began[spell]), float(every.ended[spell])
        key = "work" if spell == spells[-1] else "interrupted"
        team = float(every.team[spell])
        yield Line(began, key, {"step": step, "team": team, "minutes": ended - began})


@dataclass
class _Clock:
    """The legal clock of one dossier, told again from the marks."""

    model: Model
    draws: Draws
    dossier: int
    due: float = field(init=False)
    paused: float = field(init=False)
    ready: float = field(init=False)
    reopened: bool = False
    limit: tuple[int, float, float] = field(init=False)

    def __post_init__(self) -> None:
        self.due, self.paused, self.ready = _at_first(self.draws, self.dossier)
        draws, own = self.draws, self.draws.stream[self.dossier]
        self.terms = int(draws.stream_unit[own]), float(draws.stream_amount[own])
        self.limit = *self.terms, float(draws.stream_cut_off[own])

    def turn(self, activity: int, t: float) -> Iterator[Line]:
        """What the end of a task at `t` does to the clock."""
        draws, mark = self.draws, self.draws.activity_mark[activity]
        decided, limit = not math.isnan(self.ready), self.limit
        if not rules.acts(mark, decided):
            return
        if mark == Mark.START:
            self.reopened |= decided
            own = int(draws.activity_unit[activity]), float(draws.activity_amount[activity])
            self.limit = *rules.limit_of(self.reopened, *own, *self.terms), limit[2]
            self.due = float(rules.due_when_started(self.model.plan.deadlines, t, *self.limit))
            self.ready = math.nan
            self.paused = math.nan if decided else self.paused
            yield Line(t, "reopened" if decided else "started", {"due": self.due})
        elif mark == Mark.PAUSE:
            self.paused = t
            yield Line(t, "paused", {})
        elif mark == Mark.RESUME and math.isfinite(self.paused):
            self.due = float(
                rules.due_when_resumed(
                    self.model.plan.deadlines, self.model.plan.restart, self.due, self.paused, t, *limit
                )
            )
            self.paused = math.nan
            yield Line(t, "resumed", {"due": self.due})
        elif mark == Mark.STOP:
            self.ready = t
            status = float(classify(self.due, t, t, limit[0]))
            yield Line(t, "ready", {"due": self.due, "status": status})
