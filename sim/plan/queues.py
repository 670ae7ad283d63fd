"""Queues, the teams that serve them, and their tiers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from sim.engine.contract import Bools, Ints, Kind
from sim.plan import digital
from sim.plan.model import Place, QueueName, StepPlan, TeamName, Ways
from sim.plan.ragged import flat, starts
from sim.scenario.domain import Scenario
from sim.scenario.routes import matches


def role_of(scenario: Scenario, step: str) -> str:
    """The role that does a step: its own name unless it says otherwise."""
    return scenario.step[step].role or step


def queues_of(
    scenario: Scenario,
    places: Sequence[Place],
    steps: dict[str, StepPlan],
    procedure_ways: dict[str, Ways],
) -> list[QueueName]:
    """Every queue that a dossier may enter, by site, then in the order of procedures and steps."""
    found: dict[QueueName, None] = {}
    for code, procedure in scenario.procedure.items():
        used = {
            step
            for channel in procedure_ways[code].values()
            for way in channel
            for stage in (*way.stages, *(stage for loop in way.loops for stage in loop.stages))
            for step in stage
        }
        for step in (step for step in steps if step in used and steps[step].kind <= Kind.OFFICE):
            for site, place in enumerate(places):
                if place.site == procedure.site:
                    found[QueueName(site, role_of(scenario, step), procedure.field)] = None
    return sorted(found, key=lambda queue: queue.site)


class QueueArrays(NamedTuple):
    """The fields of the plan that tell of queues."""

    queue_site: Ints
    queue_desk: Bools
    queue_by_due: Bools


def queue_arrays(scenario: Scenario, queues: Sequence[QueueName], steps: dict[str, StepPlan]) -> QueueArrays:
    """What the engine needs to know of each queue."""
    desk_roles = {role_of(scenario, name) for name, step in steps.items() if step.kind == Kind.DESK}
    by_due = [pattern for pattern, rule in scenario.queue.items() if rule == "earliest-due"]
    return QueueArrays(
        np.array([queue.site for queue in queues], np.int64),
        np.array([queue.role in desk_roles for queue in queues], np.bool_),
        np.array([any(matches(p, queue.role, queue.field) for p in by_due) for queue in queues], np.bool_),
    )


class TeamArrays(NamedTuple):
    """The fields of the plan that tell who serves which queue, and in which order."""

    server_start: Ints
    server_team: Ints
    team_site: Ints
    tier_start: Ints
    tier_queue_start: Ints
    tier_queue: Ints


def team_arrays(scenario: Scenario, queues: Sequence[QueueName], teams: Sequence[TeamName]) -> TeamArrays:
    """Who serves which queue, and in which order."""
    tiers = _tiers(scenario, queues, teams)
    servers: list[list[int]] = [[] for _ in queues]
    for number, own in enumerate(tiers):
        for queue in sorted(flat(own)):
            servers[queue].append(number)
    return TeamArrays(
        server_start=starts(servers),
        server_team=np.array(flat(servers), np.int64),
        team_site=np.array([team.site for team in teams], np.int64),
        tier_start=starts(tiers),
        tier_queue_start=starts(flat(tiers)),
        tier_queue=np.array(flat(flat(tiers)), np.int64),
    )


def _tiers(
    scenario: Scenario, queues: Sequence[QueueName], teams: Sequence[TeamName]
) -> list[list[list[int]]]:
    """The queues of each tier of each team, ascending; a queue counts in the first tier that names it."""
    serves = {name: digital.pooled(scenario, team.serves) for name, team in scenario.team.items()}
    at_site: dict[int, list[tuple[int, QueueName]]] = {}
    for number, queue in enumerate(queues):
        at_site.setdefault(queue.site, []).append((number, queue))

    @cache  # the same at every place of a site
    def first(team: str, role: str, field: str) -> int | None:
        tiers = enumerate(serves[team])
        return next((n for n, tier in tiers if any(matches(p, role, field) for p in tier)), None)

    found: list[list[list[int]]] = []
    for team in teams:
        found.append([[] for _ in serves[team.team]])
        for number, queue in at_site.get(team.site, ()):
            tier = first(team.team, queue.role, queue.field)
            if tier is not None:
                found[-1][tier].append(number)
    return found
