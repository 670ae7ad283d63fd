"""SimPy as an expert would write it for speed: queues of its own instead of resources.

Stations in a row need no processes either, only events and callbacks; a dossier's life is clearer as a process.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from random import Random

from simpy import Environment, Event, Timeout

from benchmarks.duty import finish, next_visit, service_begins
from benchmarks.outcome import Outcome, Run, means
from benchmarks.spec import DAY, Office, Row
from benchmarks.with_motcua import offices_of, row_of
from benchmarks.with_simpy import Life, Site, minutes_of, run_offices


def prepare(case: str, days: int | None) -> Run:
    """A run of so many days, None for those of the file."""
    if case == "centre":
        return partial(run_offices, *offices_of(case, days), make=LeanSite)
    assert days is not None
    return partial(run_row, row_of(case), days)


# --- stations in a row: a customer is the instant of arrival, negative for the priority group ---


class Station:
    """One station; who is done goes `onward`."""

    def __init__(
        self, env: Environment, servers: int, work: Callable[[], float], onward: Callable[[float], None]
    ) -> None:
        self.env, self.free, self.work, self.onward = env, servers, work, onward
        self.first: deque[float] = deque()
        self.others: deque[float] = deque()

    def come(self, customer: float) -> None:
        """Be served, or wait."""
        if self.free:
            self.free -= 1
            self.serve(customer)
        elif customer < 0:
            self.first.append(customer)
        else:
            self.others.append(customer)

    def serve(self, customer: float) -> None:
        """Work on a customer."""
        served = Timeout(self.env, self.work(), customer)
        assert served.callbacks is not None
        served.callbacks.append(self.done)

    def done(self, served: Event) -> None:
        """The next one, please."""
        if self.first:
            self.serve(self.first.popleft())
        elif self.others:
            self.serve(self.others.popleft())
        else:
            self.free += 1
        self.onward(served._value)


def run_row(row: Row, days: int, seed: int) -> Outcome:
    """Stations passed one after the other, for so many days after a day of warm-up."""
    env, random = Environment(), Random(seed)
    work = minutes_of(row.work, random)
    gap, share = partial(random.expovariate, 1 / row.gap), row.priority_share
    high: list[float] = []
    low: list[float] = []
    came = 0

    def leave(customer: float) -> None:
        if customer < -DAY:
            high.append(env.now + customer)
        elif customer >= DAY:
            low.append(env.now - customer)

    onward = leave
    for _ in range(row.stations):
        onward = Station(env, row.servers, work, onward).come

    def arrive(_: Event | None) -> None:
        nonlocal came
        came += 1
        onward(-env.now if share and random.random() < share else env.now)
        wait()

    def wait() -> None:
        arrival = Timeout(env, gap())
        assert arrival.callbacks is not None
        arrival.callbacks.append(arrive)

    wait()
    env.run(until=(days + 1) * DAY)
    return Outcome(came, means({"stay, priority": high, "stay, others": low}))


# --- the centre and the commune desks ---


class Team:
    """People who serve one queue, in which some may go before the others."""

    def __init__(self, env: Environment, people: int) -> None:
        self.env, self.free = env, people
        self.first: deque[Event] = deque()
        self.others: deque[Event] = deque()

    def turn(self, waiting: deque[Event]) -> Event | None:
        """None, and somebody is taken; or the event that somebody is."""
        if self.free:
            self.free -= 1
            return None
        turn = Event(self.env)
        waiting.append(turn)
        return turn

    def release(self) -> None:
        """Somebody is free for the next."""
        if self.first:
            self.first.popleft().succeed()
        elif self.others:
            self.others.popleft().succeed()
        else:
            self.free += 1


class LeanSite(Site):
    """One site, with teams instead of resources."""

    def __init__(self, env: Environment, random: Random, office: Office) -> None:
        super().__init__(env, random, office)
        teams = [Team(env, line.staff) for line in office.lines]
        self.desk = Team(env, office.counters)
        self.tasks = [
            (teams[step.line], duty, work)
            for step, (_, duty, work) in zip(office.steps, self.steps, strict=True)
        ]

    def dossier(self) -> Life:
        """From the first visit to the last."""
        env, random, office, desk = self.env, self.random, self.office, self.desk
        arrived = env.now
        for visit in range(office.at_most + 1):
            entered = env.now
            if turn := desk.turn(desk.others):
                yield turn
            begins = service_begins(env.now, self.closes, self.again)
            self.waits.append(begins - entered)
            yield Timeout(env, begins + self.intake() - env.now)
            desk.release()
            if visit == office.at_most or random.random() >= office.incomplete:
                break
            complete = env.now + random.expovariate(1 / office.gather)
            yield Timeout(env, next_visit(complete, random.random(), *self.hours) - env.now)
        for team, duty, work in self.tasks:
            if turn := team.turn(team.others):
                yield turn
            yield Timeout(env, finish(env.now, work(), *duty) - env.now)
            team.release()
        self.results.append(env.now - arrived)
        yield Timeout(env, next_visit(env.now, random.random(), *self.hours) - env.now)
        if turn := desk.turn(desk.first):
            yield turn
        begins = service_begins(env.now, self.closes, self.again)
        yield Timeout(env, begins + self.collect() - env.now)
        desk.release()
