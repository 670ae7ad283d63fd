"""What must hold of the legal clock: each way starts it where there is a deadline, and stops what it starts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sim.scenario import notation, routes
from sim.scenario.domain import Scenario
from sim.scenario.routes import steps
from sim.scenario.stages import Stages, as_stages, without_paper

Found = Iterator[tuple[str, str]]
_CLOCK = {
    ("not started", "start"): "running",
    ("running", "start"): "running",
    ("paused", "start"): "running",
    ("stopped", "start"): "running",
    ("running", "pause"): "paused",
    ("paused", "resume"): "running",
    ("running", "stop"): "stopped",
}


def deadline(scenario: Scenario) -> Found:
    """Where a procedure has a deadline, every way starts the clock and ends what it pauses."""
    reached: dict[tuple[str, str], None] = {}
    for name in _journeys_with_deadline(scenario):
        for channel, listed in routes.channels(scenario.journey[name]).items():
            path = f"journey.{name}.{channel}"
            state, wrong = _run(scenario, name, steps(listed), "not started", reached)
            if wrong:
                yield path, wrong
            elif state == "not started":
                yield path, 'never starts the legal clock; mark a step with clock = "start"'
            elif state == "paused":
                yield path, 'leaves the legal clock paused; mark a later step with clock = "resume"'
    yield from _clock_in_loops(scenario, reached)


def stopped(scenario: Scenario) -> Found:
    """Whoever may start the clock stops it: through any channel and loop, with levers or without, deadline or not."""
    for name in scenario.journey:
        for channel, ways in routes.ways(scenario, name).items():
            running = [step for way in ways for step in _Running(scenario, name).at_end(way)]
            for step in dict.fromkeys(running):
                yield (
                    f"journey.{name}.{channel}",
                    f"may start the legal clock at step '{step}' and never stop it; "
                    'mark a later step with clock = "stop"',
                )


def reopened(scenario: Scenario) -> Found:
    """A deadline that a step has counts somewhere."""
    counts = routes.reopening_steps(scenario)
    for name, step in scenario.step.items():
        if step.deadline and name not in counts:
            wrong = (
                "no dossier comes here after its legal clock has stopped, and the first count has the procedure's"
                if step.clock == "start"
                else 'the step does not start the legal clock; mark it with clock = "start"'
            )
            yield f"step.{name}.deadline", f"never counts: {wrong}"


def started_before(scenario: Scenario, journey: str) -> dict[str, bool]:
    """Of each step, whether the legal clock may have started before it, in the first channel that has the step.

    In a parallel stage the others may be done.
    """
    found: dict[str, bool] = {}
    changed = routes.ways(scenario, journey)
    for channel, listed in routes.channels(scenario.journey[journey]).items():
        found = _started(scenario, journey, [as_stages(listed), *changed[channel]]) | found
    return found


def _started(scenario: Scenario, journey: str, ways: list[Stages]) -> dict[str, bool]:
    found: dict[str, bool] = {}
    pending, entered = [(way, False) for way in ways], set[tuple[str, bool]]()
    while pending:
        stages, started = pending.pop()
        for stage in stages:
            behind = started or any(scenario.step[step].clock == "start" for step in stage)
            here = behind if len(stage) > 1 else started
            found |= {step: here or found.get(step, False) for step in stage}
            started = behind
            loops = routes.loops_of(scenario, journey).items()
            begins = {(name, started) for name, loop in loops if loop.after in stage} - entered
            pending += [(as_stages(scenario.loop[name].steps), state) for name, state in begins]
            entered |= begins
    return found


class _Running:
    """Which steps may have started the clock that runs, or None if it does not, behind each stage of a journey.

    What a loop makes of it is found round by round, for a loop may begin in another: each round knows what the round
    before has found, until nothing is new.
    """

    def __init__(self, scenario: Scenario, journey: str) -> None:
        self.scenario, self.loops = scenario, routes.loops_of(scenario, journey)
        self.behind: dict[tuple[str, str | None], set[str | None]] = {}  # a loop, as it begins
        self.begin: dict[str, list[str]] = {}  # loops, by the step that they follow
        for name, loop in self.loops.items():
            if loop.probability + sum(loop.by_field.values()) > 0:
                self.begin.setdefault(loop.after, []).append(name)

    def at_end(self, way: Stages) -> list[str]:
        """Steps that may have started a clock that runs when a dossier is at the end."""
        while True:
            before = self._known()
            ends = self._through(way, {None})
            for (loop, running), found in list(self.behind.items()):
                stages = without_paper(self.scenario.digital, as_stages(self.loops[loop].steps))
                found |= self._through(stages, {running})
            if self._known() == before:
                return sorted(step for step in ends if step is not None)

    def _known(self) -> int:
        return sum(1 + len(found) for found in self.behind.values())

    def _through(self, way: Stages, running: set[str | None]) -> set[str | None]:
        for stage in way:
            for step in stage:
                running = self._marked(step, running)
            looping = [
                self.behind.setdefault((name, before), set())
                for step in stage
                for name in self.begin.get(step, ())
                for before in running
            ]
            running = running.union(*looping)
        return running

    def _marked(self, step: str, running: set[str | None]) -> set[str | None]:
        mark = self.scenario.step[step].clock
        return {step} if mark == "start" else {None} if mark == "stop" else running


def _journeys_with_deadline(scenario: Scenario) -> list[str]:
    timed = (p.journey for p in scenario.procedure.values() if notation.deadline(p.deadline).text != "none")
    return list(dict.fromkeys(timed))


def _run(
    scenario: Scenario, journey: str, names: Iterable[str], state: str, reached: dict[tuple[str, str], None]
) -> tuple[str, str]:
    """The clock after the steps and what is wrong with them; notes in which state each loop begins."""
    entries = routes.loops_of(scenario, journey)
    for name in names:
        mark = scenario.step[name].clock
        if mark and (state, mark) not in _CLOCK:
            return state, f"step '{name}' marks `{mark}` while the legal clock is {state}"
        state = _CLOCK[state, mark] if mark else state
        reached |= {
            (f"{journey}/{loop}", state): None for loop, entry in entries.items() if entry.after == name
        }
    return state, ""


def _clock_in_loops(scenario: Scenario, reached: dict[tuple[str, str], None]) -> Found:
    """Loops leave the clock as they found it; a loop may begin within another."""
    done: set[tuple[str, str]] = set()
    found: dict[tuple[str, str], None] = {}
    while pending := [entry for entry in reached if entry not in done]:
        for place, before in pending:
            done.add((place, before))
            journey, _, name = place.partition("/")
            after, wrong = _run(scenario, journey, steps(scenario.loop[name].steps), before, reached)
            if not wrong and after not in (before, "running" if before == "not started" else before):
                wrong = f"finds the legal clock {before} and leaves it {after}; leave it as it was found"
            if wrong:
                found[f"loop.{name}.steps", wrong] = None
    yield from found
