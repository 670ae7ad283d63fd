"""What must hold of loops: each can begin, and all together stay short enough to be reckoned with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sim.loops import LoopPlan, TooManySituationsError, expected_times
from sim.scenario import routes
from sim.scenario.domain import Loop, Scenario
from sim.scenario.routes import steps
from sim.scenario.stages import as_stages
from sim.scenario.values import Stage

Found = Iterator[tuple[str, str]]
MOST_STEPS = 500  # of one dossier, all loops taken as often as they may be
MOST_SITUATIONS = 50_000  # of the dossiers of one channel; they take a second
MOST_NAMES = 10


def begins(scenario: Scenario) -> Found:
    """A loop follows a step that occurs."""
    for name, loop in scenario.loop.items():
        concerned = scenario.journey if loop.journeys is None else loop.journeys
        if not any(loop.after in routes.steps_of_journey(scenario, journey) for journey in concerned):
            yield (
                f"loop.{name}.after",
                f"step '{loop.after}' occurs in none of the journeys that the loop concerns",
            )


def length(scenario: Scenario) -> Found:
    """All loops together leave a dossier's way short, and what dossiers may have before them can be reckoned with."""
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
        elif entangled := _entangled(routes.channels(journey).values(), loops):
            yield (
                f"journey.{name}",
                f"its loops {_named(entangled)} lead into one another: more than {MOST_SITUATIONS} situations in "
                "which a dossier may be; lower `at_most`, or make one loop of several",
            )


def _entangled(channels: Iterable[list[Stage]], loops: dict[str, Loop]) -> tuple[str, ...]:
    """The loops that are too many together, if they are."""
    plans = [
        LoopPlan(
            name,
            loop.after,
            max(loop.probability, *loop.by_field.values(), 0.0),
            as_stages(loop.steps),
            loop.at_most,
        )
        for name, loop in loops.items()
    ]
    for listed in channels:
        try:
            expected_times(as_stages(listed), plans, most=MOST_SITUATIONS)
        except TooManySituationsError as found:
            return found.args
    return ()


def _named(names: Iterable[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    more = len(quoted) - MOST_NAMES
    return ", ".join(quoted[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
