"""Scenario → :class:`~sim.plan.model.Model`: names become indices, texts become arrays."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import numpy as np

from sim import deadlines, officetime
from sim.engine.contract import Plan
from sim.plan import digital
from sim.plan.addeddays import added_days
from sim.plan.hours import DAY, clock_of, closings, days_of, rounds
from sim.plan.intensity import intensity
from sim.plan.journeys import all_ways, step_plans
from sim.plan.model import Intensity, Model, Place, QueueName, StepPlan, Stream, TeamName, Ways
from sim.plan.queues import queue_arrays, queues_of, role_of, team_arrays
from sim.plan.rosters import roster
from sim.plan.underway import days_before, underway
from sim.scenario import notation
from sim.scenario.domain import Procedure, Scenario
from sim.scenario.office import calendar_of

BEYOND = 1100  # days of office calendar after the horizon, for due dates that lie there


def compile_scenario(scenario: Scenario) -> Model:
    """The compiled form of a checked scenario.

    Raises ValueError if a profile leaves a year without demand.
    """
    first, days = days_of(scenario)
    before = days_before(scenario, first)
    calendar, since = calendar_of(scenario.calendar), first - timedelta(days=before)
    office = officetime.counted_from(calendar.office_time(since, before + days + BEYOND), before)
    legal = deadlines.counted_from(calendar.deadlines(since, before + days + BEYOND), before)
    places = _places(scenario)
    steps = step_plans(scenario)
    procedure_ways = all_ways(scenario)
    queues = queues_of(scenario, places, steps, procedure_ways)
    teams = [
        TeamName(name, site)
        for name, team in scenario.team.items()
        for site, place in enumerate(places)
        if place.site == team.site
    ]
    profiles, intensities = _intensities(scenario, first, days)
    usual = intensities[0]
    paid = {name: roster(team, False, office, first, days) for name, team in scenario.team.items()}
    rosters = {
        name: roster(team, True, office, first, days)
        if digital.signs_all_day(scenario.digital, name)
        else paid[name]
        for name, team in scenario.team.items()
    }
    streams = tuple(_streams(scenario, places, queues, steps, profiles, procedure_ways))
    return Model(
        scenario=scenario,
        first_day=first,
        window=_window(scenario, first),
        plan=Plan(
            office=office,
            deadlines=legal,
            end=days * DAY,
            **queue_arrays(scenario, queues, steps)._asdict(),
            **team_arrays(scenario, queues, teams)._asdict(),
            serve_all=np.array([scenario.site[place.site].at_closing == "serve-all" for place in places]),
            last_ticket=np.array([clock_of(scenario.site[place.site].last_ticket) for place in places]),
            visit_edge=usual.edge,
            visit_mass=usual.mass,
            visit_day=usual.day,
            **closings(office, days, len(places))._asdict(),
            **rounds(scenario, first, days, office)._asdict(),
            balk_above=math.inf if (limit := scenario.citizens.balk_above) is None else float(limit),
            restart=scenario.rules.supplement == "restart",
        ),
        places=tuple(places),
        teams=tuple(teams),
        queues=tuple(queues),
        steps=steps,
        streams=streams,
        intensities=intensities,
        rosters=tuple(rosters[team.team] for team in teams),
        paid=tuple(paid[team.team] for team in teams),
        underway=underway(scenario, first, legal, places, streams, steps),
    )


def _window(scenario: Scenario, first: date) -> tuple[float, float]:
    begins, ends = scenario.horizon.measured
    return (begins - first).days * DAY, ((ends - first).days + 1) * DAY


def _intensities(
    scenario: Scenario, first: date, days: int
) -> tuple[dict[tuple[str, bool], int], tuple[Intensity, ...]]:
    """Index by (profile, online) and the intensities; the first one is that of ordinary visits."""
    january = date(first.year, 1, 1)
    start = (first - january).days
    office = calendar_of(scenario.calendar).office_time(january, start + days + 366)
    added = added_days(scenario, january, start + days + 366)
    on_top = added if scenario.demand.added_days == "own-demand" else None
    used = dict.fromkeys([next(iter(scenario.profile)), *(p.profile for p in scenario.procedure.values())])
    keys = [(name, online) for name in used for online in (False, True)]
    surges = list(scenario.demand.surge.values())
    return {key: i for i, key in enumerate(keys)}, tuple(
        intensity(
            scenario.profile[name], surges, office, january, start, days, online, None if online else on_top
        )
        for name, online in keys
    )


def _streams(
    scenario: Scenario,
    places: Sequence[Place],
    queues: Sequence[QueueName],
    steps: dict[str, StepPlan],
    profiles: dict[tuple[str, bool], int],
    procedure_ways: dict[str, Ways],
) -> Iterable[Stream]:
    queue_of = _queue_of(scenario, queues, steps)
    shares = {
        (name, place): share
        for name, site in scenario.site.items()
        for place, share in site.places or [("", 1)]
    }
    cut_off = clock_of(scenario.calendar.cut_off)
    for code, procedure in scenario.procedure.items():
        deadline = notation.deadline(procedure.deadline)
        factor = {step: _factor(scenario, procedure, step) for step in steps}
        for site, place in enumerate(places):
            if place.site != procedure.site:
                continue
            yield Stream(
                procedure=code,
                site=site,
                volume=procedure.volume * shares[place.site, place.place] * scenario.demand.scale,
                intensity=profiles[procedure.profile, False],
                online_intensity=profiles[procedure.profile, True],
                unit=deadline.unit,
                amount=deadline.amount,
                cut_off=cut_off if procedure.cut_off else math.inf,
                queue_of=queue_of.get((site, procedure.field), {}),
                factor=factor,
                ways=procedure_ways[code],
            )


def _queue_of(
    scenario: Scenario, queues: Sequence[QueueName], steps: Iterable[str]
) -> dict[tuple[int, str], dict[str, int]]:
    """The queue of each step, by site and field."""
    number_of = {queue: number for number, queue in enumerate(queues)}
    role = {step: role_of(scenario, step) for step in steps}
    return {
        (site, field): {
            step: number_of[queue]
            for step in steps
            if (queue := QueueName(site, role[step], field)) in number_of
        }
        for site, field in {(queue.site, queue.field) for queue in queues}
    }


def _factor(scenario: Scenario, procedure: Procedure, step: str) -> float:
    field = scenario.field.get(procedure.field)
    return (
        procedure.work_factor
        * procedure.factor.get(step, 1.0)
        * (field.factor.get(step, 1.0) if field else 1.0)
    )


def _places(scenario: Scenario) -> list[Place]:
    return [
        Place(name, place, place or site.title)
        for name, site in scenario.site.items()
        for place in ([name for name, _ in site.places] or [""])
    ]
