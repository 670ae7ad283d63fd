"""cimba: the stations in a row, servers as processes that take customers from a store.

A customer is the instant of arrival, which costs least; negative for those without priority.
"""

from __future__ import annotations

from functools import partial

import cimba as cb
from cimba import random

from benchmarks import cimba_offices
from benchmarks.outcome import Outcome, Run
from benchmarks.spec import DAY, Row
from benchmarks.with_motcua import offices_of, row_of


def prepare(case: str, days: int | None) -> Run:
    """A run of so many days, None for those of the file."""
    if case == "centre":
        return partial(cimba_offices.run, *offices_of(case, days))
    return partial(run_row, row_of(case), days)


class Queue(cb.Model):
    """First come, first served."""

    line: cb.Store[float]


class Server(cb.Model):
    """Somebody at a window with exponential service."""

    queue: cb.Ref[Queue]
    mean: cb.Param[float] = 1.0
    stay: float = 0.0
    counted: int = 0

    @cb.process
    def serve(self):
        while True:
            came = self.queue.line.get()
            cb.hold(random.exponential(self.mean))
            if came >= DAY:
                self.stay += cb.now() - came
                self.counted += 1


class Windows(cb.Model):
    """M/M/c."""

    gap: cb.Param[float] = 1.0
    queue: Queue
    servers: list[Server]
    came: cb.Output[int]
    others: cb.Output[float]

    @cb.process
    def arrivals(self):
        self.came = 0
        while True:
            cb.hold(random.exponential(self.gap))
            self.came += 1
            self.queue.line.put(cb.now())

    @cb.on_end
    def measure(self):
        stay, counted = 0.0, 0
        for number in range(len(self.servers)):
            server = self.servers[number]
            stay += server.stay
            counted += server.counted
        self.others = stay / counted


class Station(cb.Model):
    """Four servers with lognormal service; the priority group goes first."""

    mu: cb.Param[float] = 0.0
    sigma: cb.Param[float] = 1.0
    line: cb.PriorityStore[float]
    onward: cb.Ref[Station] | None = None
    high: float = 0.0
    highs: int = 0
    low: float = 0.0
    lows: int = 0

    @cb.process(copies=4)
    def serve(self):
        while True:
            came = self.line.get()
            cb.hold(random.lognormal(self.mu, self.sigma))
            if self.onward is not None:
                self.onward.line.put(came, 1 if came > 0.0 else 0)
            elif came >= DAY:
                self.high += cb.now() - came
                self.highs += 1
            elif came < -DAY:
                self.low += cb.now() + came
                self.lows += 1


class Stations(cb.Model):
    """The stations in a row."""

    gap: cb.Param[float] = 1.0
    share: cb.Param[float] = 0.0
    stations: list[Station]
    came: cb.Output[int]
    priority: cb.Output[float]
    others: cb.Output[float]

    @cb.process
    def arrivals(self):
        self.came = 0
        first = self.stations[0]
        while True:
            cb.hold(random.exponential(self.gap))
            self.came += 1
            if random.bernoulli(self.share):
                first.line.put(cb.now(), 1)
            else:
                first.line.put(-cb.now(), 0)

    @cb.on_end
    def measure(self):
        last = self.stations[len(self.stations) - 1]
        self.priority = last.high / last.highs
        self.others = last.low / last.lows


def run_row(row: Row, days: int, seed: int) -> Outcome:
    """Stations passed one after the other, for so many days after a day of warm-up."""
    model = stations(row) if row.priority_share else windows(row)
    window = cb.Window(warmup=0, duration=(days + 1) * DAY)
    found = cb.Experiment(model, replications=1, window=window, seed=seed).run(workers=1)[model]
    means = {"stay, others": float(found.others.values[0, 0])}
    if row.priority_share:
        means["stay, priority"] = float(found.priority.values[0, 0])
    return Outcome(int(found.came.values[0, 0]), means)


def windows(row: Row) -> Windows:
    """One queue for all windows."""
    model = Windows()
    model.gap, model.queue, model.servers = row.gap, Queue(), [Server() for _ in range(row.servers)]
    for server in model.servers:
        server.queue, server.mean = model.queue, row.work.mean
    return model


def stations(row: Row) -> Stations:
    """Each station hands over to the next."""
    assert row.servers == 4
    model = Stations()
    model.gap, model.share = row.gap, row.priority_share
    model.stations = [Station() for _ in range(row.stations)]
    for station, onward in zip(model.stations, [*model.stations[1:], None], strict=True):
        station.mu, station.sigma, station.onward = row.work.mu, row.work.sigma, onward
    return model
