"""Offered load against staff: what the queues will ask of the teams, on average, before anything is run.

The load of a queue is the expected work that enters it. It becomes a load of teams when these share it, as evenly as
those who may do it can; see :mod:`sim.plan.sharing`. If even so a team has work for more than its time, no rule of
service keeps up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import NamedTuple

import numpy as np

from sim.engine.contract import Floats, Ints, Kind
from sim.loops import Times, expected_times_of_all
from sim.plan import digital
from sim.plan.booking import book_of
from sim.plan.model import Channel, Model, Roster, Stream, Way
from sim.plan.sharing import Doers, shared_evenly

DAY, HOUR, WEEK = 1440.0, 60.0, 7 * 1440.0
AT_COUNTER = (Channel.COUNTER, Channel.APPOINTMENT, Channel.ASSISTED)
TimesOf = Mapping[tuple[bool, Way], Times]  # of ways, at a counter or not


class Load(NamedTuple):
    """Expected work and staff per week in the measuring window, by bin of the week from Monday 00:00."""

    queue: Floats  # float[queue] minutes of work that enter each queue in a week
    staff: Floats  # float[team, bin] minutes of people rostered, less the expected absences
    team: Floats  # float[team, bin] minutes of work, after sharing
    busiest: Floats  # float[site] load of the busiest team, the least it can have; inf if work is unserved
    unserved: list[int]  # queues that receive work and have nobody on any roster
    slots: Floats  # float[site] citizens who want an appointment, per place in the slots that there are


def offered_load(model: Model, width: float = HOUR) -> Load:
    """The expected load of an average week of the measuring window, in bins of so many minutes."""
    staff = _weekly_staff(model, width)
    first, later = _queue_load(model, width)
    hours = staff.sum(axis=1)
    work = first.sum(axis=1) + later
    part = _parts(model, work, hours)
    over_hours = staff / np.where(hours > 0, hours, 1.0)[:, None]
    team = part @ first + (part @ later)[:, None] * over_hours
    unserved = [q for q in range(len(work)) if work[q] > 0 and not hours[_servers(model, q)].any()]
    busiest = _busiest(model, team.sum(axis=1), hours, unserved)
    return Load(work, staff, team, busiest, unserved, _slots_asked_for(model))


def _slots_asked_for(model: Model) -> Floats:
    """The expected share of the places in slots of the measuring window: float[site]."""
    asked, share, window = np.zeros(len(model.places)), channel_shares(model), model.window
    for stream in model.streams:
        demand = model.intensities[stream.intensity]
        dossiers = stream.volume * float(np.diff(np.interp(window, demand.edge, demand.mass))[0])
        asked[stream.site] += dossiers * _channels_of(stream, share).get(Channel.APPOINTMENT, 0.0)
    if not asked.any():
        return asked
    book = book_of(model)
    return asked / (book.places * np.diff(np.searchsorted(book.slot, window))[0])


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


def _queue_load(model: Model, width: float) -> tuple[Floats, Floats]:
    """Work that enters each queue: of first visits float[queue, bin], all that follows float[queue].

    What follows has no hour: it is spread over the hours of those who do it.
    """
    arrivals = _weekly_arrivals(model, width)
    share = channel_shares(model)
    first = np.zeros((len(model.queues), round(WEEK / width)))
    later = np.zeros(len(model.queues))
    times_of = _times_of_ways(model, share)
    work_of: dict[tuple[str, Channel], list[tuple[str, bool, float]]] = {}  # the same at every place
    for stream in model.streams:
        coming = arrivals[stream.intensity] * stream.volume
        dossiers = float(coming.sum())
        for channel, probability in _channels_of(stream, share).items():
            key, these, number = (stream.procedure, channel), coming * probability, probability * dossiers
            if key not in work_of:
                work_of[key] = list(_work(model, stream, channel, times_of))
            for step, at_arrival, work in work_of[key]:
                if at_arrival:
                    first[stream.queue_of[step]] += these * work
                else:
                    later[stream.queue_of[step]] += number * work
    return first, later


def _work(
    model: Model, stream: Stream, channel: Channel, times_of: TimesOf
) -> Iterator[tuple[str, bool, float]]:
    """Of a dossier on its way: a step, whether as the citizen arrives at a counter, expected minutes of work."""
    before = 0.0
    for way in stream.ways[channel]:
        for (step, at_arrival), times in times_of[channel in AT_COUNTER, way].items():
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


def _times_of_ways(model: Model, share: dict[Channel, float]) -> TimesOf:
    """How often people work on each step of a way on average, and whether as the citizen arrives at a counter.

    Ways that differ in the probabilities of loops only are worked out together.
    """
    alike = defaultdict[tuple[bool, Way], dict[Way, None]](dict)
    for stream in {id(stream.ways): stream for stream in model.streams}.values():
        for channel in _channels_of(stream, share):
            for way in stream.ways[channel]:
                alike[channel in AT_COUNTER, _without_chances(way)][way] = None
    people = {name for name, step in model.steps.items() if step.kind <= Kind.OFFICE}
    desk = {name for name, step in model.steps.items() if step.kind == Kind.DESK}
    found = {}
    for (at_counter, like), own in alike.items():
        arriving = desk if at_counter else set[str]()
        every = expected_times_of_all(like.stages, [way.loops for way in own], like.looped, arriving)
        for way, times in zip(own, every, strict=True):
            found[at_counter, way] = {key: number for key, number in times.items() if key[0] in people}
    return found


def _without_chances(way: Way) -> Way:
    return way._replace(until=1.0, loops=tuple(loop._replace(probability=1.0) for loop in way.loops))


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


def _parts(model: Model, work: Floats, hours: Floats) -> Floats:
    """Which part each team does of the work of each queue, the same of queues served alike: float[team, queue]."""
    tier = _tier_of(model)
    kinds: dict[tuple[int, Doers], list[int]] = {}
    for q in np.flatnonzero(work).tolist():
        kind = tuple((team, tier[team, q]) for team in sorted(_servers(model, q)))
        kinds.setdefault((model.queues[q].site, kind), []).append(q)
    part = np.zeros((len(hours), len(work)))
    for site in range(len(model.places)):
        own = {kind: float(work[queues].sum()) for (where, kind), queues in kinds.items() if where == site}
        for kind, done in shared_evenly(own, dict(enumerate(hours.tolist()))).items():
            for team, amount in done.items():
                part[team, kinds[site, kind]] = amount / own[kind]
    return part


def _tier_of(model: Model) -> dict[tuple[int, int], int]:
    plan = model.plan
    return {
        (team, int(queue)): tier - int(plan.tier_start[team])
        for team in range(len(model.teams))
        for tier in range(plan.tier_start[team], plan.tier_start[team + 1])
        for queue in plan.tier_queue[plan.tier_queue_start[tier] : plan.tier_queue_start[tier + 1]]
    }


def _busiest(model: Model, work: Floats, hours: Floats, unserved: list[int]) -> Floats:
    """The highest load of a team at each site: float[site]."""
    busiest = np.zeros(len(model.places))
    there = hours > 0
    np.maximum.at(busiest, np.array([team.site for team in model.teams])[there], work[there] / hours[there])
    busiest[[model.queues[q].site for q in unserved]] = np.inf
    return busiest
