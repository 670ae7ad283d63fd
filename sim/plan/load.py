"""Offered load against staff: what the queues will ask of the teams, on average, before anything is run.

The load of a queue is the expected work that enters it. It becomes a load of teams in two ways: *shared first*,
where a queue goes to the teams that serve it in their lowest tier, in proportion to their hours on the roster
(a picture of an ordinary week), and as a *verdict*, the smallest load of the busiest team over all ways to share
the work among those who may do it: above 1 no rule of service keeps up.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog

from sim.engine.contract import Floats, Ints, Kind
from sim.plan import digital
from sim.plan.model import Channel, Intensity, Model, Roster, Stream, Way
from sim.plan.unroll import Course, courses

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
    staff = np.array([_weekly_staff(model, roster, width) for roster in model.rosters])
    queue = _queue_load(model, staff, width)
    hours = staff.sum(axis=1)
    work = queue.sum(axis=1)
    unserved = [q for q in range(len(queue)) if work[q] > 0 and not hours[_servers(model, q)].any()]
    return Load(
        queue=queue,
        staff=staff,
        team=_shared_first(model, queue, staff),
        busiest=np.array([_busiest(model, site, work, hours) for site in range(len(model.places))]),
        unserved=unserved,
    )


def _servers(model: Model, queue: int) -> list[int]:
    plan = model.plan
    return list(plan.server_team[plan.server_start[queue] : plan.server_start[queue + 1]])


def _bin_of_week(model: Model, t: Floats, width: float) -> Ints:
    return ((t + model.first_day.weekday() * DAY) % WEEK // width).astype(np.int64)


def _average(model: Model, t: Floats, amounts: Floats, width: float) -> Floats:
    """Amounts at instants of the window, per bin of an average week: by how often that bin comes."""
    bins, size = np.arange(*model.window, width), round(WEEK / width)
    often = np.bincount(_bin_of_week(model, bins, width), minlength=size)
    return np.bincount(_bin_of_week(model, t, width), amounts, size) / np.maximum(often, 1)


def _weekly_staff(model: Model, roster: Roster, width: float) -> Floats:
    """Minutes of people on duty by bin of the week, sampled every five minutes."""
    t = np.arange(*model.window, 5.0)
    headcount = np.concatenate([[0], roster.staff])[np.searchsorted(roster.time, t, side="right")]
    present = headcount * (1 - roster.absence[(t // DAY).astype(np.int64)])
    return _average(model, t, present * 5.0, width)


def _weekly_arrivals(model: Model, demand: Intensity, width: float) -> Floats:
    """Share of a year's volume that comes in each bin of an average week of the window."""
    t = np.arange(*model.window, width)
    mass = np.interp(np.append(t, model.window[1]), demand.edge, demand.mass)
    return _average(model, t, np.diff(mass), width)


def _queue_load(model: Model, staff: Floats, width: float) -> Floats:
    """Work that enters each queue; what follows the first visit is spread over its servers' hours."""
    arrivals = [_weekly_arrivals(model, demand, width) for demand in model.intensities]
    share = channel_shares(model)
    first = np.zeros((len(model.queues), round(WEEK / width)))
    later = np.zeros(len(model.queues))
    expected: dict[Way, list[tuple[Course, float]]] = {}
    for stream in model.streams:
        coming = arrivals[stream.intensity] * stream.volume
        for channel, probability in _channels_of(stream, share).items():
            dossiers, before = probability * coming.sum(), 0.0
            for way in stream.ways[channel]:
                if way not in expected:
                    expected[way] = list(courses(way))
                for course, chance in expected[way]:
                    weight = chance * (way.until - before)
                    for queue, work, at_arrival in _tasks(model, stream, channel, course):
                        if at_arrival:
                            first[queue] += coming * probability * weight * work
                        else:
                            later[queue] += dossiers * weight * work
                before = way.until
    hours = np.array([staff[_servers(model, q)].sum(axis=0) for q in range(len(later))]).reshape(first.shape)
    spread = hours / np.maximum(hours.sum(axis=1, keepdims=True), 1e-12)
    return first + later[:, None] * spread


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


def _tasks(
    model: Model, stream: Stream, channel: Channel, course: Course
) -> Iterator[tuple[int, float, bool]]:
    """(queue, expected minutes, whether the work comes with the arrival at a counter) of a course's tasks."""
    levers = model.scenario.digital
    arrival = channel in (Channel.COUNTER, Channel.APPOINTMENT, Channel.ASSISTED)
    on_paper = channel not in (Channel.ONLINE, Channel.ASSISTED)
    for stage in course.stages:
        arrival = arrival and model.steps[stage[0].step].kind == Kind.DESK
        for task in stage:
            step = model.steps[task.step]
            if step.law is None or step.kind > Kind.OFFICE:
                continue
            work = step.law.mean * stream.factor[task.step]
            if levers.data_reuse is not None:
                work *= 1 - levers.data_reuse.share * (1 - digital.known_before(levers, task.step))
            if levers.scanning is not None and on_paper and task.step in levers.scanning.steps:
                work += levers.scanning.minutes.mean
            yield stream.queue_of[task.step], work, arrival


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


def _busiest(model: Model, site: int, work: Floats, hours: Floats) -> float:
    """The least load of the busiest team, over all ways to share the site's work (a linear programme)."""
    queues = [q for q, name in enumerate(model.queues) if name.site == site and work[q] > 0]
    pairs = [(q, team) for q in queues for team in _servers(model, q) if hours[team] > 0]
    if not queues:
        return 0.0
    if {q for q, _ in pairs} != set(queues):
        return np.inf
    teams = sorted({team for _, team in pairs})
    shared = np.array([[float(q == own) for own, _ in pairs] + [0.0] for q in queues])
    limits = np.array([[float(team == own) for _, own in pairs] + [-hours[team]] for team in teams])
    objective = np.append(np.zeros(len(pairs)), 1.0)
    solved = linprog(objective, limits, np.zeros(len(teams)), shared, work[queues], method="highs")
    assert solved.x is not None, solved.message
    return float(solved.x[-1])
