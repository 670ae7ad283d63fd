"""Offered load against staff: what the queues will ask of the teams, on average, before anything is run.

The load of a queue is the expected work that enters it. It becomes a load of teams in two ways: *shared first*,
where a queue goes to the teams that serve it in their lowest tier, in proportion to their hours on the roster
(a picture of an ordinary week), and as a *verdict*, the smallest load of the busiest team over all ways to share
the work among those who may do it: above 1 no rule of service keeps up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache, partial
from typing import NamedTuple

import numpy as np

from sim.engine.contract import Floats, Ints, Kind
from sim.loops import Times, expected_times
from sim.plan import digital
from sim.plan.model import Channel, Model, Roster, Stream, Way
from sim.plan.sharing import least_load

DAY, HOUR, WEEK = 1440.0, 60.0, 7 * 1440.0


class Load(NamedTuple):
    """Expected work and staff per week in the measuring window, by bin of the week from Monday 00:00."""

    queue: Floats  # float[queue, bin] minutes of work that enter each queue
    staff: Floats  # float[team, bin] minutes of people rostered, less the expected absences
    team: Floats  # float[team, bin] minutes of work, shared first
    busiest: Floats  # float[site] the verdict: the least possible load of the busiest team; inf if unserved
    unserved: list[int]  # queues that receive work and have nobody on any roster


def offered_load(model: Model, width: float = HOUR) -> Load:
    """The expected load of an average week of the measuring window, in bins of so many minutes."""
    staff = _weekly_staff(model, width)
    queue = _queue_load(model, staff, width)
    hours = staff.sum(axis=1)
    work = queue.sum(axis=1)
    unserved = [q for q in range(len(queue)) if work[q] > 0 and not hours[_servers(model, q)].any()]
    return Load(
        queue=queue,
        staff=staff,
        team=_shared_first(model, queue, staff),
        busiest=_busiest(model, work, hours),
        unserved=unserved,
    )


def _servers(model: Model, queue: int) -> list[int]:
    plan = model.plan
    return plan.server_team[plan.server_start[queue] : plan.server_start[queue + 1]].tolist()


def _bin_of_week(model: Model, t: Floats, width: float) -> Ints:
    return ((t + model.first_day.weekday() * DAY) % WEEK // width).astype(np.int64)


def _averages(model: Model, t: Floats, width: float) -> Callable[[Floats], Floats]:
    """What turns amounts at these instants of the window into those per bin of an average week.

    They are divided by how often that bin comes.
    """
    bins, size = np.arange(*model.window, width), round(WEEK / width)
    often = np.maximum(np.bincount(_bin_of_week(model, bins, width), minlength=size), 1)
    bin_of = _bin_of_week(model, t, width)
    return lambda amounts: np.bincount(bin_of, amounts, size) / often


def _weekly_staff(model: Model, width: float) -> Floats:
    """Minutes of people on duty by team and bin of the week, sampled every five minutes: float[team, bin]."""
    t = np.arange(*model.window, 5.0)
    day, average = (t // DAY).astype(np.int64), _averages(model, t, width)

    def of_roster(roster: Roster) -> Floats:
        changes = np.searchsorted(t, roster.time)
        lasts = np.diff(changes, prepend=0, append=len(t))
        headcount = np.repeat(np.concatenate([[0], roster.staff]), lasts)
        return average(headcount * (1 - roster.absence[day]) * 5.0)

    distinct = {id(roster): roster for roster in model.rosters}  # the places of a kind of site share theirs
    staff = {key: of_roster(roster) for key, roster in distinct.items()}
    return np.array([staff[id(roster)] for roster in model.rosters])


def _weekly_arrivals(model: Model, width: float) -> list[Floats]:
    """Share of a year's volume that comes in each bin of an average week of the window, by intensity."""
    t = np.arange(*model.window, width)
    until, average = np.append(t, model.window[1]), _averages(model, t, width)
    return [average(np.diff(np.interp(until, demand.edge, demand.mass))) for demand in model.intensities]


def _queue_load(model: Model, staff: Floats, width: float) -> Floats:
    """Work that enters each queue; what follows the first visit is spread over its servers' hours."""
    arrivals = _weekly_arrivals(model, width)
    share = channel_shares(model)
    first = np.zeros((len(model.queues), round(WEEK / width)))
    later = [0.0] * len(model.queues)
    steps_of = cache(partial(_steps, model))
    work_of: dict[tuple[str, Channel], list[tuple[str, bool, float]]] = {}  # the same at every place
    for stream in model.streams:
        coming = arrivals[stream.intensity] * stream.volume
        dossiers = float(coming.sum())
        for channel, probability in _channels_of(stream, share).items():
            key, these, number = (stream.procedure, channel), coming * probability, probability * dossiers
            if key not in work_of:
                work_of[key] = list(_work(model, stream, channel, steps_of))
            for step, at_arrival, work in work_of[key]:
                if at_arrival:
                    first[stream.queue_of[step]] += these * work
                else:
                    later[stream.queue_of[step]] += number * work
    hours = np.array([staff[_servers(model, q)].sum(axis=0) for q in range(len(later))]).reshape(first.shape)
    spread = hours / np.maximum(hours.sum(axis=1, keepdims=True), 1e-12)
    return first + np.array(later)[:, None] * spread


def _work(
    model: Model, stream: Stream, channel: Channel, steps_of: Callable[[Channel, Way], Times]
) -> Iterator[tuple[str, bool, float]]:
    """Of a dossier on its way: a step, whether as the citizen arrives at a counter, expected minutes of work."""
    before = 0.0
    for way in stream.ways[channel]:
        for (step, at_arrival), times in steps_of(channel, way).items():
            yield step, at_arrival, times * (way.until - before) * _minutes(model, stream, channel, step)
        before = way.until


def channel_shares(model: Model) -> dict[Channel, float]:
    """Average share of each channel over the window, for a procedure that has them all."""
    levers = model.scenario.digital
    days = range(int(model.window[0] // DAY), int(model.window[1] // DAY))
    online = float(digital.online_share(levers, [model.first_day + timedelta(days=d) for d in days]).mean())
    helped = levers.assisted.share if levers.assisted is not None else 0.0
    post, booked = model.scenario.demand.post_share, levers.appointment_share
    return {
        Channel.ONLINE: online * (1 - helped),
        Channel.ASSISTED: online * helped,
        Channel.POST: post,
        Channel.APPOINTMENT: booked,
        Channel.COUNTER: max(0.0, 1 - online - post - booked),
    }


def _channels_of(stream: Stream, share: dict[Channel, float]) -> dict[Channel, float]:
    own = {channel: p for channel, p in share.items() if channel in stream.ways and p > 0}
    own[Channel.COUNTER] = 1 - sum(p for channel, p in own.items() if channel != Channel.COUNTER)
    return own


def _steps(model: Model, channel: Channel, way: Way) -> Times:
    """How often people work on each step of a way on average, and whether as the citizen arrives at a counter."""
    at_counter = channel in (Channel.COUNTER, Channel.APPOINTMENT, Channel.ASSISTED)
    at_arrival = {name for name, step in model.steps.items() if at_counter and step.kind == Kind.DESK}
    times = expected_times(way.stages, way.loops, way.looped, at_arrival)
    people = {name for name, step in model.steps.items() if step.kind <= Kind.OFFICE}
    return {key: number for key, number in times.items() if key[0] in people}


def _minutes(model: Model, stream: Stream, channel: Channel, name: str) -> float:
    """The expected work of a step."""
    levers, law = model.scenario.digital, model.steps[name].law
    assert law is not None, f"{name} is not work"
    minutes = law.mean * stream.factor[name]
    if levers.data_reuse is not None:
        minutes *= 1 - levers.data_reuse.share * (1 - digital.known_before(levers, name))
    on_paper = channel not in (Channel.ONLINE, Channel.ASSISTED)
    if levers.scanning is not None and on_paper and name in levers.scanning.steps:
        minutes += levers.scanning.minutes.mean
    return minutes


def _shared_first(model: Model, queue: Floats, staff: Floats) -> Floats:
    load, hours = np.zeros_like(staff), staff.sum(axis=1)
    tier = _tier_of(model)
    for q, work in enumerate(queue):
        servers = [team for team in _servers(model, q) if hours[team] > 0]
        if servers:
            lowest = min(tier[team, q] for team in servers)
            chosen = [team for team in servers if tier[team, q] == lowest]
            load[chosen] += work * (hours[chosen] / hours[chosen].sum())[:, None]
    return load


def _tier_of(model: Model) -> dict[tuple[int, int], int]:
    plan = model.plan
    return {
        (team, int(queue)): tier - int(plan.tier_start[team])
        for team in range(len(model.teams))
        for tier in range(plan.tier_start[team], plan.tier_start[team + 1])
        for queue in plan.tier_queue[plan.tier_queue_start[tier] : plan.tier_queue_start[tier + 1]]
    }


def _busiest(model: Model, work: Floats, hours: Floats) -> Floats:
    """Of each site the least load of the busiest team, over all ways to share the site's work."""
    kinds: list[dict[frozenset[int], float]] = [{} for _ in model.places]
    for q in np.flatnonzero(work).tolist():
        own, doers = kinds[model.queues[q].site], frozenset(_servers(model, q))
        own[doers] = own.get(doers, 0.0) + float(work[q])
    there = dict(enumerate(hours.tolist()))
    return np.array([least_load(own, there) for own in kinds])
