"""The ways on from a step that a dossier has reached: what is left of its journey, and what lies behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    done: tuple[str, ...] = ()  # of the first stage


def onward(scenario: Scenario, procedure: Procedure, reached: tuple[str, ...], *, whole: bool) -> Onward:
    """The ways on from steps of one stage of the procedure's journey, which are still to be done.

    So are the others of their stage if it is `whole`, else they are done. The dossier goes through the first channel
    that has the stage. If it stands in a loop, that loop has been taken once. Of several deliveries those that have
    the stage remain. Where a lever has taken a step away, the dossier goes on with what comes instead, or next.
    """
    loops, levers = loops_of(scenario, procedure.journey), scenario.digital
    for channel, stages in channels(scenario, procedure).items():
        found = [
            (share, rest)
            for share, delivered in _shares(levers, stages)
            if (rest := _rest(delivered, loops, reached))
        ]
        if not found and (rest := _rest(stages, loops, reached)):
            found = [(share, rest._replace(usual=usual)) for share, usual in _shares(levers, rest.usual)]
        if found:
            if not whole:
                found = [(share, _without_done(rest, reached)) for share, rest in found]
            return Onward(channel, _ways(scenario, procedure, channel, found), flat(found[0][1].behind))
    raise ValueError(f"no journey of {procedure.name!r} has {' and '.join(map(repr, reached))} in one stage")


def _without_done(rest: _Rest, reached: tuple[str, ...]) -> _Rest:
    """Only the steps reached of the first stage are left, the others lie behind."""
    ahead = (*rest.inserted, *rest.usual)
    left = tuple(step for step in ahead[0] if step in reached)
    done = tuple(step for step in ahead[0] if step not in reached)
    ahead, looped = (left, *ahead[1:]), len(rest.inserted)
    return rest._replace(
        inserted=ahead[:looped], usual=ahead[looped:], behind=(*rest.behind, done), done=done
    )


def _shares(levers: Digital, stages: Stages) -> list[tuple[float, Stages]]:
    """Who is given the result how: the share of dossiers, and their stages."""
    delivered = deliveries(levers, stages)
    below = [0.0, *(until for until, _ in delivered)]
    return [(until - low, own) for low, (until, own) in zip(below, delivered, strict=False) if until > low]


def _rest(stages: Stages, loops: Mapping[str, Loop], reached: Iterable[str]) -> _Rest | None:
    """What is left from the stage with these steps on; a loop is entered from where it is inserted first."""
    for at, stage in enumerate(stages):
        if set(reached) <= set(stage):
            return _Rest((), stages[at:], (), stages[:at])
    for name, loop in loops.items():
        own = as_stages(loop.steps)
        others = {other: table for other, table in loops.items() if other != name}
        where = next((at for at, stage in enumerate(own) if set(reached) <= set(stage)), None)
        outer = _rest(stages, others, [loop.after]) if where is not None else None
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
            loops = loop_plans(scenario, procedure, channel, (*stages, rest.done))
            ways.append(Way(share, stages, loops, len(inserted), rest.looped, rest.done))
    for number, way in enumerate(ways):
        until = until + way.until / total if number < len(ways) - 1 else 1.0
        ways[number] = way._replace(until=until)
    return tuple(ways)
