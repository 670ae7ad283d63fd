"""The ways on from a step that a dossier has reached: what is left of its journey, and what lies behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sim.plan.journeys import channels, loop_plans
from sim.plan.model import Channel, Way
from sim.plan.ragged import flat
from sim.scenario.domain import Loop, Procedure, Scenario
from sim.scenario.levers import Digital
from sim.scenario.routes import loops_of
from sim.scenario.stages import Stages, as_stages, deliveries, without_paper


class Onward(NamedTuple):
    """What a dossier at a step has before it and behind it."""

    channel: Channel
    ways: tuple[Way, ...]  # none: nothing is left to do
    behind: list[str]  # the steps done


class _Rest(NamedTuple):
    inserted: Stages  # what is left of loops
    usual: Stages
    looped: tuple[str, ...]
    behind: Stages


def onward(scenario: Scenario, procedure: Procedure, step: str) -> Onward:
    """The ways on from a step of the procedure's journey, which is still to be done, with all of its stage.

    The dossier goes through the first channel that has the step. If it stands in a loop, that loop has been taken
    once. Of several deliveries those that have the step remain. Where a lever has taken the step away, the
    dossier goes on with what comes instead, or next.
    """
    loops, levers = loops_of(scenario, procedure.journey), scenario.digital
    for channel, stages in channels(scenario, procedure).items():
        found = [
            (share, rest)
            for share, delivered in _shares(levers, stages)
            if (rest := _rest(delivered, loops, step))
        ]
        if not found and (rest := _rest(stages, loops, step)):
            found = [(share, rest._replace(usual=usual)) for share, usual in _shares(levers, rest.usual)]
        if found:
            return Onward(channel, _ways(scenario, procedure, channel, found), flat(found[0][1].behind))
    raise ValueError(f"no journey of {procedure.name!r} has the step {step!r}")


def _shares(levers: Digital, stages: Stages) -> list[tuple[float, Stages]]:
    """Who is given the result how: the share of dossiers, and their stages."""
    delivered = deliveries(levers, stages)
    below = [0.0, *(until for until, _ in delivered)]
    return [(until - low, own) for low, (until, own) in zip(below, delivered, strict=False) if until > low]


def _rest(stages: Stages, loops: Mapping[str, Loop], step: str) -> _Rest | None:
    """What is left from the step's stage on; a loop is entered from where it is inserted first."""
    for at, stage in enumerate(stages):
        if step in stage:
            return _Rest((), stages[at:], (), stages[:at])
    for name, loop in loops.items():
        own = as_stages(loop.steps)
        others = {other: table for other, table in loops.items() if other != name}
        where = next((at for at, stage in enumerate(own) if step in stage), None)
        outer = _rest(stages, others, loop.after) if where is not None else None
        if outer is not None:
            ahead = (*outer.inserted, *outer.usual)
            inserted = max(len(outer.inserted) - 1, 0)
            return _Rest(
                (*own[where:], *ahead[1 : 1 + inserted]),
                ahead[1 + inserted :],
                (*outer.looped, name),
                (*outer.behind, ahead[0], *own[:where]),
            )
    return None


def _ways(
    scenario: Scenario, procedure: Procedure, channel: Channel, found: list[tuple[float, _Rest]]
) -> tuple[Way, ...]:
    ways: list[Way] = []
    total = until = 0.0
    for share, rest in found:
        inserted, usual = (without_paper(scenario.digital, part) for part in (rest.inserted, rest.usual))
        if stages := (*inserted, *usual):
            total += share
            loops = loop_plans(scenario, procedure, channel, stages)
            ways.append(Way(share, stages, loops, len(inserted), rest.looped))
    for number, way in enumerate(ways):
        until = until + way.until / total if number < len(ways) - 1 else 1.0
        ways[number] = way._replace(until=until)
    return tuple(ways)
