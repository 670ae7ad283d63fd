"""From journeys, loops and levers to the ways in which a procedure's dossiers can go."""

from __future__ import annotations

from typing import Any

from sim.engine.contract import OF_PROCEDURE, Kind, Mark
from sim.loops import LoopPlan
from sim.plan import digital
from sim.plan.model import Channel, StepPlan, Way, Ways
from sim.scenario import notation
from sim.scenario.domain import Procedure, Scenario, Step
from sim.scenario.stages import Stages, as_stages, assisted, deliveries, without_paper

MARKS = {None: Mark.NONE, "start": Mark.START, "pause": Mark.PAUSE, "resume": Mark.RESUME, "stop": Mark.STOP}


def step_plans(scenario: Scenario) -> dict[str, StepPlan]:
    """Each step as the draws see it; rounds are numbered in the order of the file."""
    rounds = [name for name, step in scenario.step.items() if step.round is not None]
    return {
        name: StepPlan(
            name=name,
            kind=_kind(step),
            mark=MARKS[step.clock],
            law=step.work or step.days,
            per_unit=1440.0 if _kind(step) == Kind.CITIZEN else 1.0,
            round=rounds.index(name) if step.round is not None else -1,
            **_deadline(step),
        )
        for name, step in scenario.step.items()
    }


def _deadline(step: Step) -> dict[str, Any]:
    if step.deadline is None:
        return {"unit": OF_PROCEDURE, "amount": 0.0}
    own = notation.deadline(step.deadline)
    return {"unit": own.unit, "amount": own.amount}


def all_ways(scenario: Scenario) -> dict[str, Ways]:
    """The ways of each procedure; those alike in all that ways depend on share theirs."""
    shared: dict[tuple[str, str, bool], Ways] = {}
    found = {}
    for code, procedure in scenario.procedure.items():
        alike = procedure.journey, procedure.field, procedure.online
        if alike not in shared:
            shared[alike] = _ways(scenario, procedure)
        found[code] = shared[alike]
    return found


def _ways(scenario: Scenario, procedure: Procedure) -> Ways:
    """The ways per channel that exists for the procedure."""
    lists = channels(scenario, procedure)
    return {
        channel: tuple(
            Way(until, stages, loop_plans(scenario, procedure, channel, stages))
            for until, stages in deliveries(scenario.digital, without_paper(scenario.digital, stages))
        )
        for channel, stages in lists.items()
    }


def channels(scenario: Scenario, procedure: Procedure) -> dict[Channel, Stages]:
    """The stages per channel that exists for the procedure, before levers shorten or replace any."""
    journey, levers = scenario.journey[procedure.journey], scenario.digital
    counter = as_stages(journey.counter)
    lists = {Channel.COUNTER: counter}
    if journey.online is not None and procedure.online:
        lists[Channel.ONLINE] = as_stages(journey.online)
        if levers.assisted is not None:
            lists[Channel.ASSISTED] = assisted(levers, lists[Channel.ONLINE])
    if (by_post := journey.post or journey.online) is not None:
        lists[Channel.POST] = as_stages(by_post)
    lists[Channel.APPOINTMENT] = as_stages(journey.appointment) if journey.appointment else counter
    return lists


def loop_plans(
    scenario: Scenario, procedure: Procedure, channel: Channel, stages: Stages
) -> tuple[LoopPlan, ...]:
    """The loops that may begin in these stages, or in one another."""
    online = channel in (Channel.ONLINE, Channel.ASSISTED)
    loops = []
    for name, loop in scenario.loop.items():
        if loop.journeys is not None and procedure.journey not in loop.journeys:
            continue
        probability = loop.by_field.get(procedure.field, loop.probability)
        probability = digital.loop_probability(scenario.digital, name, online, probability)
        steps = without_paper(scenario.digital, as_stages(loop.steps))
        loops.append(LoopPlan(name, loop.after, probability, steps, loop.at_most))
    reachable = {step for stage in stages for step in stage}
    reachable |= {step for loop in loops for stage in loop.stages for step in stage}
    return tuple(loop for loop in loops if loop.after in reachable)


def _kind(step: Step) -> Kind:
    if step.work is not None:
        return Kind.DESK if step.desk else Kind.OFFICE
    if step.days is not None:
        return Kind.CITIZEN if step.waits_for == "citizen" else Kind.AGENCY
    return Kind.ROUND if step.round is not None else Kind.MILESTONE
