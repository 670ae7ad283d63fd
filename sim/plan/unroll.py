"""Loops unrolled: the stages that dossiers go through, with the rounds they make."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sim.plan.model import LoopPlan, Way


class Occurrence(NamedTuple):
    """One task of a dossier: the step, which time it is done (1, 2, …), and whether a loop inserted it."""

    step: str
    time: int
    rework: bool

    def purpose(self, what: str) -> str:
        """The name of a random number of this task, for example ``work:appraise:1``."""
        return f"{what}:{self.step}:{self.time}"


class Course(NamedTuple):
    """A way to the end, all loops taken or passed."""

    stages: tuple[tuple[Occurrence, ...], ...]


class Fork(NamedTuple):
    """Where a loop may begin; a dossier's number for `purpose` decides."""

    purpose: str
    probability: float
    struck: Course | Fork
    others: Course | Fork


class _Ahead(NamedTuple):
    """A stage still to be placed."""

    steps: tuple[str, ...]
    rework: bool


def unroll(way: Way) -> Course | Fork:
    """All courses of a way, as a tree; forks at which nobody or everybody loops are left out.

    Of several loops after one step the first in the file that strikes is taken. A loop after a step of a parallel
    stage is inserted after the whole stage.
    """
    ahead = tuple(_Ahead(stage, number < way.rework) for number, stage in enumerate(way.stages))
    return _place(way.loops, (), ahead, {}, dict.fromkeys(way.looped, 1))


def courses(way: Way) -> Iterator[tuple[Course, float]]:
    """Each possible course with its probability."""

    def leaves(tree: Course | Fork, chance: float) -> Iterator[tuple[Course, float]]:
        if isinstance(tree, Course):
            yield tree, chance
        else:
            yield from leaves(tree.struck, chance * tree.probability)
            yield from leaves(tree.others, chance * (1 - tree.probability))

    yield from leaves(unroll(way), 1.0)


class Forest:
    """The trees of all ways, and the courses that are their leaves."""

    def __init__(self) -> None:
        self.courses: dict[Course, int] = {}
        self.forks: list[Fork] = []
        self.struck: list[int] = []  # of each fork, where those go who loop: a fork, or ~course
        self.others: list[int] = []

    def plant(self, tree: Course | Fork) -> int:
        """The number of a fork, or ~course."""
        if isinstance(tree, Course):
            return ~self.courses.setdefault(tree, len(self.courses))
        number = len(self.forks)
        self.forks.append(tree)
        self.struck.append(0)
        self.others.append(0)
        self.struck[number], self.others[number] = self.plant(tree.struck), self.plant(tree.others)
        return number


def _place(
    loops: tuple[LoopPlan, ...],
    placed: tuple[tuple[Occurrence, ...], ...],
    ahead: tuple[_Ahead, ...],
    done: dict[str, int],
    looped: dict[str, int],
) -> Course | Fork:
    """Place one stage after the other; where a loop may begin, those who loop and the others go on apart."""
    if not ahead:
        return Course(placed)
    stage, rest = ahead[0], ahead[1:]
    done = done | {step: done.get(step, 0) + 1 for step in stage.steps}
    placed = (*placed, tuple(Occurrence(step, done[step], stage.rework) for step in stage.steps))

    def fork(candidates: tuple[LoopPlan, ...]) -> Course | Fork:
        if not candidates:
            return _place(loops, placed, rest, done, looped)
        loop, others = candidates[0], candidates[1:]
        if loop.probability <= 0:
            return fork(others)
        inserted = tuple(_Ahead(steps, True) for steps in loop.stages)
        again = looped | {loop.name: looped.get(loop.name, 0) + 1}
        struck = _place(loops, placed, (*inserted, *rest), done, again)
        if loop.probability >= 1:
            return struck
        return Fork(f"loop:{loop.name}:{done[loop.after]}", loop.probability, struck, fork(others))

    return fork(
        tuple(loop for loop in loops if loop.after in stage.steps and looped.get(loop.name, 0) < loop.at_most)
    )
