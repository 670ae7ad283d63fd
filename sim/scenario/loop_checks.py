"""What must hold of loops: each can begin, and all together stay short enough to be reckoned with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sim.loops import LoopPlan, TooManySituationsError, situations
from sim.scenario import routes
from sim.scenario.domain import Scenario
from sim.scenario.routes import steps
from sim.scenario.stages import as_stages

Found = Iterator[tuple[str, str]]
MOST_STEPS = 500  # of one dossier, all loops taken as often as they may be
MOST_SITUATIONS = 50_000  # of the dossiers of a file; they take a second
MOST_NAMES = 10


def begins(scenario: Scenario) -> Found:
    """A loop follows a step that occurs."""
    occurring = {name: routes.steps_of_journey(scenario, name) for name in scenario.journey}
    for name, loop in scenario.loop.items():
        concerned = scenario.journey if loop.journeys is None else loop.journeys
        if not any(loop.after in occurring[journey] for journey in concerned):
            yield (
                f"loop.{name}.after",
                f"step '{loop.after}' occurs in none of the journeys that the loop concerns",
            )


def length(scenario: Scenario) -> Found:
    """All loops together leave a dossier's way short, and what dossiers may have before them can be reckoned with."""
    too_long = dict(_too_long(scenario))
    yield from too_long.items()
    if not too_long:
        yield from _entangled(scenario)


def _too_long(scenario: Scenario) -> Found:
    for name, journey in scenario.journey.items():
        loops = routes.loops_of(scenario, name)
        own = {loop: entry.at_most * len(steps(entry.steps)) for loop, entry in loops.items()}
        longest = sum(own.values())
        longest += max(len(steps(listed)) for listed in routes.channels(journey).values())
        if longest > MOST_STEPS:
            by_length = sorted(own, key=lambda loop: -own[loop])
            yield (
                f"journey.{name}",
                f"may reach {longest} steps with its loops, more than {MOST_STEPS}; "
                f"lower `at_most` of {_named(by_length)}",
            )


def _entangled(scenario: Scenario) -> Found:
    """The journey with which the situations of the file become too many, if they do."""
    desk = {name for name, step in scenario.step.items() if step.desk}
    left = MOST_SITUATIONS
    for journey in scenario.journey:
        loops = _plans(scenario, journey)
        ways = routes.ways(scenario, journey).values()
        for stages in dict.fromkeys(stages for listed in ways for stages in listed):
            try:
                left -= situations(stages, loops, desk, most=left)
            except TooManySituationsError as found:
                yield (
                    f"journey.{journey}",
                    f"its loops {_named(found.args)} lead into one another: more than {MOST_SITUATIONS} situations "
                    "in which a dossier of this file may be; lower `at_most`, or make one loop of several",
                )
                return


def _plans(scenario: Scenario, journey: str) -> list[LoopPlan]:
    """The loops of a journey with the highest probability that they have in any field."""
    return [
        LoopPlan(
            name,
            loop.after,
            max(loop.probability, *loop.by_field.values(), 0.0),
            as_stages(loop.steps),
            loop.at_most,
        )
        for name, loop in routes.loops_of(scenario, journey).items()
    ]


def _named(names: Iterable[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    more = len(quoted) - MOST_NAMES
    return ", ".join(quoted[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
