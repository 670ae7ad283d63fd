"""Names that a scenario uses must be names that it declares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sim.scenario import routes
from sim.scenario.domain import Scenario
from sim.scenario.messages import suggest


class _Use(NamedTuple):
    path: str
    noun: str  # the table that must declare it
    name: str


def unknown_names(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Each name that nothing declares: (path, message)."""
    for path, noun, name in _uses(scenario):
        declared = getattr(scenario, noun)
        if name not in declared:
            yield path, f"there is no {noun} {name!r}{suggest(name, declared)}"


def _uses(scenario: Scenario) -> Iterator[_Use]:
    for name, team in scenario.team.items():
        yield _Use(f"team.{name}.site", "site", team.site)
    for name, field in scenario.field.items():
        yield from _each(f"field.{name}.factor", "step", field.factor)
    for noun in ("target", "reported"):
        for name, one in getattr(scenario, noun).items():
            yield from _each(f"{noun}.{name}.site", "site", [one.site] if one.site else [])
    yield from _of_procedures(scenario)
    yield from _of_journeys(scenario)
    yield from _of_levers(scenario)


def _each(path: str, noun: str, names: Iterable[str]) -> Iterator[_Use]:
    return (_Use(path, noun, name) for name in names)


def _of_procedures(scenario: Scenario) -> Iterator[_Use]:
    for code, procedure in scenario.procedure.items():
        path = f"procedure.{code}"
        yield _Use(f"{path}.site", "site", procedure.site)
        yield _Use(f"{path}.field", "field", procedure.field)
        yield _Use(f"{path}.journey", "journey", procedure.journey)
        yield _Use(f"{path}.profile", "profile", procedure.profile)
        yield from _each(f"{path}.factor", "step", procedure.factor)


def _of_journeys(scenario: Scenario) -> Iterator[_Use]:
    for name, journey in scenario.journey.items():
        for channel, stages in routes.channels(journey).items():
            yield from _each(f"journey.{name}.{channel}", "step", routes.steps(stages))
    for name, loop in scenario.loop.items():
        yield _Use(f"loop.{name}.after", "step", loop.after)
        yield from _each(f"loop.{name}.steps", "step", routes.steps(loop.steps))
        yield from _each(f"loop.{name}.by_field", "field", loop.by_field)
        yield from _each(f"loop.{name}.journeys", "journey", loop.journeys or [])


def _of_levers(scenario: Scenario) -> Iterator[_Use]:
    levers = scenario.digital
    if levers.signature:
        yield from _each("digital.signature.teams", "team", levers.signature.teams)
        yield from _each("digital.signature.skips", "step", levers.signature.skips)
    if levers.data_reuse:
        yield from _each("digital.data_reuse.steps", "step", levers.data_reuse.steps)
    if levers.pre_check:
        yield from _each("digital.pre_check.loops", "loop", levers.pre_check.loops)
    if levers.result:
        yield _Use("digital.result.instead_of", "step", levers.result.instead_of)
        yield from _each(
            "digital.result.electronic_steps", "step", routes.steps(levers.result.electronic_steps)
        )
        yield from _each("digital.result.postal_steps", "step", routes.steps(levers.result.postal_steps))
    if levers.assisted:
        yield _Use("digital.assisted.step", "step", levers.assisted.step)
    if levers.scanning:
        yield from _each("digital.scanning.steps", "step", levers.scanning.steps)
    if levers.outage:
        yield from _each("digital.outage.teams", "team", levers.outage.teams)
