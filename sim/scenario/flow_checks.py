"""What must hold of the way of dossiers: stages, levers, channels, queues and who serves them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sim.scenario import routes
from sim.scenario.domain import Scenario
from sim.scenario.messages import suggest
from sim.scenario.routes import Queue, matches
from sim.scenario.values import Stage

Found = Iterator[tuple[str, str]]


def stages(scenario: Scenario) -> Found:
    """A list of stages holds steps; what is done in parallel is done without the citizen."""
    for path, listed in _stage_lists(scenario):
        if not listed and not path.startswith("digital."):
            yield path, "has no stages; name some, or leave the key out"
        for stage in listed:
            if isinstance(stage, str):
                continue
            if len(set(stage)) < max(2, len(stage)):
                yield path, f"parallel stage {stage} needs two different steps or more"
            for name in stage:
                if scenario.step[name].desk:
                    yield path, f"step '{name}' is desk work; it cannot be done in parallel with others"


def levers(scenario: Scenario) -> Found:
    """The levers act on steps that they can act on."""
    digital = scenario.digital
    for key in ("data_reuse", "scanning"):
        for name in getattr(digital, key).steps if getattr(digital, key) else []:
            if scenario.step[name].work is None:
                yield f"digital.{key}.steps", f"step '{name}' has no `work` that could change"
    if digital.assisted and not scenario.step[digital.assisted.step].desk:
        yield (
            "digital.assisted.step",
            f"step '{digital.assisted.step}' is not desk work; help is given at a counter",
        )
    if digital.result and not any(
        digital.result.instead_of in routes.steps_of_journey(scenario, j) for j in scenario.journey
    ):
        yield "digital.result.instead_of", f"step '{digital.result.instead_of}' occurs in no journey"
    if isinstance(digital.online_share, list):
        dates = [day for day, _ in digital.online_share]
        if not dates or dates != sorted(set(dates)):
            yield "digital.online_share", "the dates of a ramp must increase, and there must be one"


def channels(scenario: Scenario) -> Found:
    """Shares of other channels have a journey to go, and leave nothing below zero for the counter."""
    online, post = routes.highest_online_share(scenario), scenario.demand.post_share
    able = [scenario.journey[p.journey] for p in scenario.procedure.values() if p.online]
    if online > 0 and not any(journey.online for journey in able):
        yield (
            "digital.online_share",
            "is above 0, but no journey of a procedure with online = true has `online` stages",
        )
    if post > 0 and not any(journey.post or journey.online for journey in able):
        yield "demand.post_share", "is above 0, but no journey has `post` or `online` stages"
    if (total := online + post + scenario.digital.appointment_share) > 1 + 1e-9:
        yield "digital", f"online, postal and appointment shares together are {total:g}, above 1"


def patterns(scenario: Scenario) -> Found:
    """Patterns name queues that exist, and no queue is ordered by two rules."""
    possible = routes.possible_queues(scenario)
    for name, team in scenario.team.items():
        at_site = {queue for queue in possible if queue.site == team.site}
        for pattern in (pattern for tier in team.serves for pattern in tier):
            if not _named(pattern, at_site):
                choices = suggest(pattern, [queue.name for queue in at_site])
                yield f"team.{name}.serves", f"'{pattern}' names no queue at site '{team.site}'{choices}"
    for pattern in scenario.queue:
        if not _named(pattern, possible):
            yield f"queue.{pattern}", f"names no queue{suggest(pattern, [queue.name for queue in possible])}"
    for queue in sorted(possible):
        if len(_rules(scenario, queue)) > 1:
            yield (
                "queue",
                f"queue '{queue.name}' is both first-come and earliest-due; let one pattern name it",
            )


def tiers(scenario: Scenario) -> Found:
    """In one tier, what waits can be put in one order."""
    possible = routes.possible_queues(scenario)
    by_due = {queue for queue in possible if "earliest-due" in _rules(scenario, queue)}
    for name, team in scenario.team.items():
        at_site = {queue for queue in possible if queue.site == team.site}
        for number, tier in enumerate(team.serves, 1):
            queues = {queue for pattern in tier for queue in _named(pattern, at_site)}
            due = queues & by_due
            if due and due != queues:
                mixed = f"queue '{min(due).name}', earliest-due, with '{min(queues - due).name}', first-come"
                yield f"team.{name}.serves", f"tier {number} mixes {mixed}; put them in two tiers"


def served(scenario: Scenario) -> Found:
    """Every queue that receives work is served by a team at its site."""
    desk_roles = {step.role or name for name, step in scenario.step.items() if step.desk}
    served: dict[str, dict[str, None]] = {site: {} for site in scenario.site}
    for team in scenario.team.values():
        served[team.site] |= dict.fromkeys(pattern for tier in team.serves for pattern in tier)
    for queue in sorted(routes.working_queues(scenario)):
        there = served[queue.site]
        pooled = scenario.digital.pooled_counters and queue.role in desk_roles
        by_pool = pooled and any(pattern.partition(":")[0] in desk_roles for pattern in there)
        if not by_pool and not any(matches(pattern, queue.role, queue.field) for pattern in there):
            where = f"queue '{queue.name}' at site '{queue.site}'"
            yield "team", f"nobody serves {where}; add it to the `serves` of a team there"


def _stage_lists(scenario: Scenario) -> Iterator[tuple[str, list[Stage]]]:
    for name, journey in scenario.journey.items():
        for channel, listed in routes.channels(journey).items():
            yield f"journey.{name}.{channel}", listed
    for name, loop in scenario.loop.items():
        yield f"loop.{name}.steps", loop.steps
    if result := scenario.digital.result:
        yield "digital.result.electronic_steps", result.electronic_steps
        yield "digital.result.postal_steps", result.postal_steps


def _named(pattern: str, queues: Iterable[Queue]) -> list[Queue]:
    role, _, field = pattern.partition(":")  # once, not for each queue: there may be hundreds of either
    return [queue for queue in queues if role in ("*", queue.role) and field in ("*", queue.field)]


def _rules(scenario: Scenario, queue: Queue) -> set[str]:
    rules = scenario.queue.items()
    return {rule for pattern, rule in rules if matches(pattern, queue.role, queue.field)}
