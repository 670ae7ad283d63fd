"""SimPy, as its manual teaches: a process for each customer, a resource for each team."""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from random import Random
from typing import Any

import simpy

from benchmarks.duty import finish, next_visit, service_begins
from benchmarks.outcome import Outcome, Run, means
from benchmarks.spec import DAY, Office, Row, Work
from benchmarks.with_motcua import offices_of, row_of

Life = Generator[simpy.Event, Any, None]
BEFORE, AFTER = 0, 1  # SimPy's priorities: the lower goes first


def prepare(case: str, days: int | None) -> Run:
    """A run of so many days, None for those of the file."""
    if case == "centre":
        return partial(run_offices, *offices_of(case, days))
    assert days is not None
    return partial(run_row, row_of(case), days)


def run_row(row: Row, days: int, seed: int) -> Outcome:
    """Stations passed one after the other, for so many days after a day of warm-up."""
    env, random = simpy.Environment(), Random(seed)
    work = minutes_of(row.work, random)
    make = simpy.PriorityResource if row.priority_share else simpy.Resource
    desks = [make(env, row.servers) for _ in range(row.stations)]
    stays: dict[int, list[float]] = {BEFORE: [], AFTER: []}
    came = 0

    def customer(*turn: int) -> Life:
        arrived = env.now
        for desk in desks:
            with desk.request(*turn) as request:
                yield request
                yield env.timeout(work())
        if arrived >= DAY:
            stays[turn[0] if turn else AFTER].append(env.now - arrived)

    def source() -> Life:
        nonlocal came
        while True:
            yield env.timeout(random.expovariate(1 / row.gap))
            came += 1
            if not row.priority_share:
                env.process(customer())
            else:
                env.process(customer(BEFORE if random.random() < row.priority_share else AFTER))

    env.process(source())
    env.run(until=(days + 1) * DAY)
    return Outcome(came, means({"stay, priority": stays[BEFORE], "stay, others": stays[AFTER]}))


def run_offices(
    offices: list[Office], days: int, seed: int, *, make: Callable[..., Site] | None = None
) -> Outcome:
    """The centre and the commune desks."""
    env, random = simpy.Environment(), Random(seed)
    sites = [(make or Site)(env, random, office) for office in offices]
    env.run(until=days * DAY)
    minutes: dict[str, list[float]] = {}
    for site in sites:
        minutes.setdefault(f"wait, {site.office.name}", []).extend(site.waits)
        minutes.setdefault(f"result, {site.office.name}", []).extend(site.results)
    return Outcome(sum(site.came for site in sites), means(minutes))


class Site:
    """One site: a counter, where those who collect go first, and the lines of the office."""

    def __init__(self, env: simpy.Environment, random: Random, office: Office) -> None:
        self.env, self.random, self.office = env, random, office
        (self.opens, self.closes), (self.again, self.ends) = office.sessions
        self.hours = self.opens, self.closes, self.again, self.ends
        self.counter = simpy.PriorityResource(env, office.counters)
        lines = [simpy.Resource(env, line.staff) for line in office.lines]
        duties = [(*morning, *afternoon) for morning, afternoon in (line.sessions for line in office.lines)]
        self.steps = [
            (lines[step.line], duties[step.line], minutes_of(step.work, random)) for step in office.steps
        ]
        self.intake, self.collect = minutes_of(office.intake, random), minutes_of(office.collect, random)
        self.waits: list[float] = []
        self.results: list[float] = []
        self.came = 0
        env.process(self.source())

    def source(self) -> Life:
        """Citizens come during opening hours."""
        while True:
            gap = self.random.expovariate(1 / self.office.gap)
            yield self.env.timeout(finish(self.env.now, gap, *self.hours) - self.env.now)
            self.came += 1
            self.env.process(self.dossier())

    def dossier(self) -> Life:
        """From the first visit to the last."""
        env, random, office = self.env, self.random, self.office
        arrived = env.now
        for visit in range(office.at_most + 1):
            entered = env.now
            with self.counter.request(AFTER) as turn:
                yield turn
                begins = service_begins(env.now, self.closes, self.again)
                self.waits.append(begins - entered)
                yield env.timeout(begins + self.intake() - env.now)
            if visit == office.at_most or random.random() >= office.incomplete:
                break
            complete = env.now + random.expovariate(1 / office.gather)
            yield env.timeout(next_visit(complete, random.random(), *self.hours) - env.now)
        for line, duty, work in self.steps:
            with line.request() as turn:
                yield turn
                yield env.timeout(finish(env.now, work(), *duty) - env.now)
        self.results.append(env.now - arrived)
        yield env.timeout(next_visit(env.now, random.random(), *self.hours) - env.now)
        with self.counter.request(BEFORE) as turn:
            yield turn
            begins = service_begins(env.now, self.closes, self.again)
            yield env.timeout(begins + self.collect() - env.now)


def minutes_of(work: Work, random: Random) -> Callable[[], float]:
    """A function that draws minutes of work."""
    if work.exponential:
        return partial(random.expovariate, 1 / work.mean)
    return partial(random.lognormvariate, work.mu, work.sigma)
