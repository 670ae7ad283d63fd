"""Where dossiers may go: the steps of each channel, and the queues they can enter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sim.scenario.domain import Journey, Loop, Procedure, Scenario
from sim.scenario.stages import Stages, as_stages, assisted, deliveries, without_paper
from sim.scenario.values import Stage


class Queue(NamedTuple):
    """A queue at a kind of site, written ``role:field``."""

    site: str
    role: str
    field: str

    @property
    def name(self) -> str:
        """The queue as a pattern that names it alone."""
        return f"{self.role}:{self.field}"


def matches(pattern: str, role: str, field: str) -> bool:
    """``role:field``, with ``*`` for any, names the queue."""
    wanted_role, _, wanted_field = pattern.partition(":")
    return wanted_role in ("*", role) and wanted_field in ("*", field)


def steps(stages: Iterable[Stage]) -> list[str]:
    """The steps of stages one after another."""
    return [step for stage in stages for step in ([stage] if isinstance(stage, str) else stage)]


def channels(journey: Journey) -> dict[str, list[Stage]]:
    """The channels for which a journey has stages of its own."""
    every = {name: getattr(journey, name) for name in ("counter", "online", "post", "appointment")}
    return {name: stages for name, stages in every.items() if stages is not None}


def ways(scenario: Scenario, journey: str) -> dict[str, list[Stages]]:
    """The stages by channel, as they are and as levers that are on change them."""
    levers = scenario.digital
    found = {}
    for channel, listed in channels(scenario.journey[journey]).items():
        own = [as_stages(listed)]
        if channel == "online" and levers.assisted:
            own.append(assisted(levers, own[0]))
        found[channel] = [
            delivered for way in own for _, delivered in deliveries(levers, without_paper(levers, way))
        ]
    return found


def loops_of(scenario: Scenario, journey: str) -> dict[str, Loop]:
    """The loops that concern a journey."""
    return {
        name: loop
        for name, loop in scenario.loop.items()
        if loop.journeys is None or journey in loop.journeys
    }


def steps_of_journey(scenario: Scenario, journey: str) -> set[str]:
    """The steps of a journey, through any channel, and of the loops that concern it."""
    lists = channels(scenario.journey[journey]).values()
    inserted = (loop.steps for loop in loops_of(scenario, journey).values())
    return {name for listed in (*lists, *inserted) for name in steps(listed)}


def reopening_steps(scenario: Scenario) -> set[str]:
    """The steps that may start the legal clock again after its stop."""
    found: set[str] = set()
    for name, journey in scenario.journey.items():
        loops = loops_of(scenario, name)
        pending = [(steps(stages), False) for stages in channels(journey).values()]
        entered: set[tuple[str, bool]] = set()
        while pending:
            names, stopped = pending.pop()
            for step in names:
                mark = scenario.step[step].clock
                found |= {step} if stopped and mark == "start" else set()
                stopped |= mark == "stop"
                begins = {(other, stopped) for other, loop in loops.items() if loop.after == step} - entered
                pending += [(steps(loops[other].steps), state) for other, state in begins]
                entered |= begins
    return found


def highest_online_share(scenario: Scenario) -> float:
    """The online share, or the top of its ramp."""
    share = scenario.digital.online_share
    return max((level for _, level in share), default=0.0) if isinstance(share, list) else share


def possible_queues(scenario: Scenario) -> set[Queue]:
    """The queues that some procedure could enter through some channel, whatever the shares are."""
    return {
        queue
        for procedure in scenario.procedure.values()
        for queue in _queues(scenario, procedure, _all_steps(scenario, procedure))
    }


def working_queues(scenario: Scenario) -> set[Queue]:
    """The queues that receive work: through channels with a share, of procedures with a volume or open dossiers."""
    table = scenario.horizon.open_dossiers
    reached: dict[str, set[str]] = {}
    for row in table.rows if table is not None else ():
        reached.setdefault(row.procedure, set()).add(row.step)
    return {
        queue
        for code, procedure in scenario.procedure.items()
        if procedure.volume > 0 or code in reached
        for queue in _queues(
            scenario,
            procedure,
            _used_steps(scenario, procedure) | reached.get(code, set()) & steps_of(scenario, procedure),
        )
    }


def _queues(scenario: Scenario, procedure: Procedure, names: Iterable[str]) -> Iterator[Queue]:
    for name in names:
        step = scenario.step[name]
        if step.work is not None:
            yield Queue(procedure.site, step.role or name, procedure.field)


def steps_of(scenario: Scenario, procedure: Procedure) -> set[str]:
    """The steps on the journey of a procedure through any channel, loops and ways of delivery included."""
    own = channels(scenario.journey[procedure.journey]).values()
    found = {step for stages in own for step in steps(stages)}
    return _with_loops(scenario, procedure, _with_delivery(scenario, found, always=False))


def stages_of(scenario: Scenario, procedure: Procedure) -> Iterator[Sequence[str]]:
    """The stages on the journey of a procedure through any channel, loops and ways of delivery included."""
    lists = [*channels(scenario.journey[procedure.journey]).values()]
    lists += [loop.steps for loop in loops_of(scenario, procedure.journey).values()]
    if (result := scenario.digital.result) is not None:
        lists += [result.electronic_steps, result.postal_steps]
    for stages in lists:
        for stage in stages:
            yield [stage] if isinstance(stage, str) else stage


def _all_steps(scenario: Scenario, procedure: Procedure) -> set[str]:
    levers = scenario.digital
    found = {
        name for stages in channels(scenario.journey[procedure.journey]).values() for name in steps(stages)
    }
    if levers.assisted:
        found.add(levers.assisted.step)
    return _with_loops(scenario, procedure, _with_delivery(scenario, found, always=True))


def _used_steps(scenario: Scenario, procedure: Procedure) -> set[str]:
    levers, journey = scenario.digital, scenario.journey[procedure.journey]
    found = set(steps(journey.counter))
    if journey.online and procedure.online and highest_online_share(scenario) > 0:
        found |= {*steps(journey.online)}
        if levers.assisted and levers.assisted.share > 0:
            found.add(levers.assisted.step)
    if scenario.demand.post_share > 0:
        found |= {*steps(journey.post or journey.online or [])}
    if levers.appointment_share > 0:
        found |= {*steps(journey.appointment or [])}
    found = _with_loops(scenario, procedure, _with_delivery(scenario, found, always=False))
    return found - {*levers.signature.skips} if levers.e_signature and levers.signature else found


def _with_delivery(scenario: Scenario, found: set[str], *, always: bool) -> set[str]:
    result = scenario.digital.result
    if result is None or result.instead_of not in found:
        return found
    electronic = steps(result.electronic_steps) if always or result.electronic > 0 else []
    postal = steps(result.postal_steps) if always or result.postal > 0 else []
    return {*found, *electronic, *postal}


def _with_loops(scenario: Scenario, procedure: Procedure, found: set[str]) -> set[str]:
    concerned = loops_of(scenario, procedure.journey)
    while entered := {name: loop for name, loop in concerned.items() if loop.after in found}:
        found = found.union(*(steps(loop.steps) for loop in entered.values()))
        concerned = {name: loop for name, loop in concerned.items() if name not in entered}
    return found
