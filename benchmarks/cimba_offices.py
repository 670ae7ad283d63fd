"""cimba: the centre and the commune desks. Servers are processes that take dossiers from stores.

A third faster than a process for each dossier; what a citizen does at home is an event.
"""

from __future__ import annotations

import cimba as cb
import numba
from cimba import random

from benchmarks import duty
from benchmarks.outcome import Outcome
from benchmarks.spec import DAY, Line, Office, Session

finish = numba.njit(duty.finish)
service_begins = numba.njit(duty.service_begins)


@numba.njit
def on_duty(hours, work):
    """Minutes until so many minutes of work are done."""
    return finish(cb.now(), work, hours.opens, hours.closes, hours.again, hours.ends) - cb.now()


@numba.njit
def until_visit(hours, share):
    """Minutes until a citizen comes; see `duty.next_visit`."""
    t = cb.now()
    minutes = share * (hours.closes - hours.opens + hours.ends - hours.again)
    day, coming = t // 1440.0, -1.0
    while coming < t:
        if day % 7.0 < 5.0:
            coming = finish(day * 1440.0, minutes, hours.opens, hours.closes, hours.again, hours.ends)
        day += 1.0
    return coming - t


class Duty(cb.Model):
    """When people are on duty."""

    opens: cb.Param[float] = 0.0
    closes: cb.Param[float] = 0.0
    again: cb.Param[float] = 0.0
    ends: cb.Param[float] = 0.0


class Team(cb.Model):
    """The queue of a team of the office."""

    hours: Duty
    line: cb.Store[Dossier]


class Task(cb.Model):
    """Office work of one step."""

    team: cb.Ref[Team]
    mu: cb.Param[float] = 0.0
    sigma: cb.Param[float] = 1.0


class Site(cb.Model):
    """One site: citizens come during opening hours."""

    hours: Duty
    line: cb.PriorityStore[Dossier]
    teams: list[Team]
    tasks: list[Task]
    clerks: list[Clerk]
    workers: list[Worker]
    gap: cb.Param[float] = 1.0
    intake_mu: cb.Param[float] = 0.0
    intake_sigma: cb.Param[float] = 1.0
    collect_mu: cb.Param[float] = 0.0
    collect_sigma: cb.Param[float] = 1.0
    incomplete: cb.Param[float] = 0.0
    at_most: cb.Param[int] = 0
    gather: cb.Param[float] = 1.0
    came: cb.Output[int]
    waits: cb.Output[int]
    wait: cb.Output[float]
    results: cb.Output[int]
    result: cb.Output[float]

    @cb.process
    def arrivals(self):
        self.came, self.waits, self.wait, self.results, self.result = 0, 0, 0.0, 0, 0.0
        while True:
            cb.hold(on_duty(self.hours, random.exponential(self.gap)))
            self.came += 1
            self.line.put(cb.spawn(Dossier, site=self, arrived=cb.now(), entered=cb.now()), 0)


class Dossier(cb.Model):
    """A dossier and its citizen, who comes to collect once a step is done."""

    site: cb.Ref[Site]
    arrived: float
    entered: float
    visits: int = 0
    step: int = 0

    @cb.event
    def complete(self):
        cb.schedule(self.come, until_visit(self.site.hours, random.uniform()))

    @cb.event
    def come(self):
        self.entered = cb.now()
        self.site.line.put(self, 1 if self.step > 0 else 0)


class Clerk(cb.Model):
    """Somebody at the counter."""

    site: cb.Ref[Site]

    @cb.process
    def serve(self):
        site, hours = self.site, self.site.hours
        while True:
            dossier = site.line.get()
            begins = service_begins(cb.now(), hours.closes, hours.again)
            if dossier.step > 0:
                cb.hold(begins + random.lognormal(site.collect_mu, site.collect_sigma) - cb.now())
                cb.release(dossier)
                continue
            site.wait += begins - dossier.entered
            site.waits += 1
            cb.hold(begins + random.lognormal(site.intake_mu, site.intake_sigma) - cb.now())
            dossier.visits += 1
            if dossier.visits <= site.at_most and random.bernoulli(site.incomplete):
                cb.schedule(dossier.complete, random.exponential(site.gather))
            else:
                site.tasks[0].team.line.put(dossier)


class Worker(cb.Model):
    """Somebody in the office."""

    site: cb.Ref[Site]
    team: cb.Ref[Team]

    @cb.process
    def work(self):
        site, team = self.site, self.team
        while True:
            dossier = team.line.get()
            task = site.tasks[dossier.step]
            cb.hold(on_duty(team.hours, random.lognormal(task.mu, task.sigma)))
            dossier.step += 1
            if dossier.step < len(site.tasks):
                site.tasks[dossier.step].team.line.put(dossier)
            else:
                site.result += cb.now() - dossier.arrived
                site.results += 1
                cb.schedule(dossier.come, until_visit(site.hours, random.uniform()))


class Year(cb.Model):
    """All sites."""

    sites: list[Site]


def run(offices: list[Office], days: int, seed: int) -> Outcome:
    """The sites for so many days."""
    year = Year()
    year.sites = [site_of(office) for office in offices]
    window = cb.Window(warmup=0, duration=days * DAY)
    found = cb.Experiment(year, replications=1, window=window, seed=seed).run(workers=1)
    means, came = {}, 0
    for name in dict.fromkeys(office.name for office in offices):
        here = [found[site] for site, office in zip(year.sites, offices, strict=True) if office.name == name]
        came += int(total(at.came for at in here))
        means[f"wait, {name}"] = total(at.wait for at in here) / total(at.waits for at in here)
        means[f"result, {name}"] = total(at.result for at in here) / total(at.results for at in here)
    return Outcome(came, means)


def total(outputs) -> float:
    """The sum of an output of several sites, in the only replication."""
    return sum(float(output.values[0, 0]) for output in outputs)


def site_of(office: Office) -> Site:
    """One site as a cimba model."""
    site = Site()
    site.hours = duty_of(office.sessions)
    site.teams = [team_of(line) for line in office.lines]
    site.workers = [
        worker_of(site, team)
        for team, line in zip(site.teams, office.lines, strict=True)
        for _ in range(line.staff)
    ]
    site.clerks = [Clerk() for _ in range(office.counters)]
    for clerk in site.clerks:
        clerk.site = site
    site.tasks = [Task() for _ in office.steps]
    for task, step in zip(site.tasks, office.steps, strict=True):
        task.team, task.mu, task.sigma = site.teams[step.line], step.work.mu, step.work.sigma
    site.gap, site.gather = office.gap, office.gather
    site.incomplete, site.at_most = office.incomplete, office.at_most
    site.intake_mu, site.intake_sigma = office.intake.mu, office.intake.sigma
    site.collect_mu, site.collect_sigma = office.collect.mu, office.collect.sigma
    return site


def team_of(line: Line) -> Team:
    """The queue of a team."""
    team = Team()
    team.hours = duty_of(line.sessions)
    return team


def worker_of(site: Site, team: Team) -> Worker:
    """Somebody of a team."""
    worker = Worker()
    worker.site, worker.team = site, team
    return worker


def duty_of(sessions: tuple[Session, Session]) -> Duty:
    """When people are on duty."""
    hours = Duty()
    (hours.opens, hours.closes), (hours.again, hours.ends) = sessions
    return hours
