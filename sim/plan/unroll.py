"""Loops unrolled: the stages that dossiers will go through, with the rounds they will make."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

import numpy as np

from sim.engine.contract import Ints
from sim.plan.arrivals import Arrivals
from sim.plan.model import LoopPlan, Way


class Occurrence(NamedTuple):
    """One task of a dossier: the step, which time it is done (1, 2, …), and whether a loop inserted it."""

    step: str
    time: int
    rework: bool

    def purpose(self, what: str) -> str:
        """The name of a random number of this task, for example ``work:appraise:1``."""
        return f"{what}:{self.step}:{self.time}"


Course = tuple[tuple[Occurrence, ...], ...]
Some = TypeVar("Some")  # some of the dossiers: indices, or a probability
Split = Callable[
    [Some, LoopPlan, int], tuple[Some | None, Some | None]
]  # who loops, who does not; None: nobody


def unroll(way: Way, dossiers: Arrivals) -> Iterator[tuple[Course, Ints]]:
    """Each course that some of the dossiers take, with the indices of those who take it."""

    def split(who: Ints, loop: LoopPlan, time: int) -> tuple[Ints | None, Ints | None]:
        strikes = dossiers.take(who).uniform(f"loop:{loop.name}:{time}") < loop.probability
        return (who[strikes] if strikes.any() else None, None if strikes.all() else who[~strikes])

    if len(dossiers.number):
        yield from _walk(way, split, np.arange(len(dossiers.number)))


def courses(way: Way) -> Iterator[tuple[Course, float]]:
    """Each possible course with its probability."""

    def split(chance: float, loop: LoopPlan, _time: int) -> tuple[float | None, float | None]:
        return chance * loop.probability or None, chance * (1 - loop.probability) or None

    yield from _walk(way, split, 1.0)


class _Ahead(NamedTuple):
    """A stage still to be placed."""

    steps: tuple[str, ...]
    rework: bool


def _walk(way: Way, split: Split[Some], everybody: Some) -> Iterator[tuple[Course, Some]]:
    """Place one stage after the other; where a loop may begin, those who loop and the others go on apart.

    Of several loops after one step the first in the file that strikes is taken. A loop after a step of a parallel
    stage is inserted after the whole stage.
    """

    def place(
        who: Some, course: Course, ahead: tuple[_Ahead, ...], done: dict[str, int], looped: dict[str, int]
    ) -> Iterator[tuple[Course, Some]]:
        if not ahead:
            yield course, who
            return
        stage, rest = ahead[0], ahead[1:]
        done = done | {step: done.get(step, 0) + 1 for step in stage.steps}
        placed = (*course, tuple(Occurrence(step, done[step], stage.rework) for step in stage.steps))
        others: Some | None = who
        for loop in way.loops:
            if others is not None and loop.after in stage.steps and looped.get(loop.name, 0) < loop.at_most:
                struck, others = split(others, loop, done[loop.after])
                if struck is not None:
                    inserted = tuple(_Ahead(steps, True) for steps in loop.stages)
                    again = looped | {loop.name: looped.get(loop.name, 0) + 1}
                    yield from place(struck, placed, (*inserted, *rest), done, again)
        if others is not None:
            yield from place(others, placed, rest, done, looped)

    yield from place(everybody, (), tuple(_Ahead(stage, False) for stage in way.stages), {}, {})
