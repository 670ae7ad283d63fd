"""Work that meets nobody: for longer than a day of opening nobody who serves a queue is on duty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

import numpy as np

from sim.engine.contract import Bools, Floats
from sim.officetime import DAY, working_days, working_minutes
from sim.plan.model import Model, Stream

SOME = 1.0  # dossiers: so many at least are expected to come meanwhile, or nobody misses anybody


class Gap(NamedTuple):
    """The longest of some gaps alike, in the measuring window or reaching into it."""

    site: str  # kind of site
    queues: tuple[str, ...]  # role:field
    times: int  # how many gaps there are
    first: date  # of the longest
    last: date
    days: float  # days of opening in it
    dossiers: float  # expected to come meanwhile, of the procedures that need these queues, at all its places


def gaps(model: Model) -> list[Gap]:
    """Gaps by kind of site and the queues that have them, as planned: who may be ill is taken to come.

    A team absent for certain is not there. What comes meanwhile are the dossiers that arrive, whichever way they go.
    """
    nobody = cache(lambda teams: _uncovered(model, teams))
    found: dict[tuple[str, tuple[tuple[float, float], ...]], list[int]] = {}
    for queue, name in enumerate(model.queues):
        if stretches := nobody(_servers(model, queue)):
            found.setdefault((model.places[name.site].site, stretches), []).append(queue)
    every = (_gap(model, site, queues, stretches) for (site, stretches), queues in found.items())
    return [gap for gap in every if gap.dossiers >= SOME]


def ever_served(model: Model, queue: int) -> bool:
    """Somebody who serves the queue is on duty at some time of the run, if not in the measuring window."""
    return any(stretch for team in _servers(model, queue) for stretch in _on_duty(model, team))


def _servers(model: Model, queue: int) -> tuple[int, ...]:
    plan = model.plan
    return tuple(plan.server_team[plan.server_start[queue] : plan.server_start[queue + 1]].tolist())


def _uncovered(model: Model, teams: Iterable[int]) -> tuple[tuple[float, float], ...]:
    """From when until when none of the teams is on duty, longer than a day of opening and partly in the window."""
    there = sorted(stretch for team in teams for stretch in _on_duty(model, team))
    if not there:
        return ()  # nobody ever serves it, which is told by itself
    began, ended = np.array(there).T
    since = np.maximum.accumulate(np.append(0.0, ended))
    until = np.append(began, model.plan.end)
    until = np.maximum(since, until)  # where one is on duty before another leaves, there is no gap
    office, window = model.plan.office, model.window
    inside = working_minutes(office, np.clip(since, *window), np.clip(until, *window)) > 0
    long = inside & (working_minutes(office, since, until) > _day_of_opening(model))
    return tuple(zip(since[long].tolist(), until[long].tolist(), strict=True))


def _on_duty(model: Model, team: int) -> Iterator[tuple[float, float]]:
    roster = model.rosters[team]
    day = np.minimum(roster.time // DAY, len(roster.absence) - 1).astype(np.int64)
    present: Bools = (roster.staff > 0) & (roster.absence[day] < 1)
    until = np.append(roster.time, model.plan.end)[1:]
    return zip(roster.time[present].tolist(), until[present].tolist(), strict=True)


def _day_of_opening(model: Model) -> float:
    """Minutes for which the office is open on a middling day that it opens."""
    days = np.flatnonzero(working_days(model.plan.office)[: round(model.plan.end / DAY)]).astype(np.float64)
    return (
        float(np.median(working_minutes(model.plan.office, DAY * days, DAY * (days + 1))))
        if len(days)
        else np.inf
    )


def _gap(model: Model, site: str, queues: list[int], stretches: tuple[tuple[float, float], ...]) -> Gap:
    office, starts = model.plan.office, np.array(stretches)
    minutes: Floats = working_minutes(office, starts[:, 0], starts[:, 1])
    longest = int(minutes.argmax())
    since, until = stretches[longest]
    own = [stream for stream in model.streams if _needs(stream, set(queues))]
    names = (model.queues[queue] for queue in queues)
    return Gap(
        site,
        tuple(dict.fromkeys(f"{name.role}:{name.field}" for name in names)),
        len(stretches),
        *_dates(model, since, until),
        float(minutes[longest] / _day_of_opening(model)),
        sum(_coming(model, stream, since, until) for stream in own),
    )


def _dates(model: Model, since: float, until: float) -> tuple[date, date]:
    """The first and the last date on which the office opens in a gap."""
    opens = model.plan.office.opens
    inside = opens[(model.plan.office.closes > since) & (opens < until)] // DAY
    first, last = (model.first_day + timedelta(days=int(day)) for day in inside[[0, -1]])
    return first, last


def _needs(stream: Stream, queues: set[int]) -> bool:
    steps = {step for step, queue in stream.queue_of.items() if queue in queues}
    stages = (stage for ways in stream.ways.values() for way in ways for stage in way.stages)
    return bool(steps) and any(steps & set(stage) for stage in stages)


def _coming(model: Model, stream: Stream, since: float, until: float) -> float:
    demand = model.intensities[stream.intensity]
    before, after = np.interp([since, until], demand.edge, demand.mass)
    return float(after - before) * stream.volume
