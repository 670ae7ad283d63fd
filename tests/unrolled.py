"""Dossiers followed stage by stage, and all courses of a way written down: slow and obvious, for few loops only."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from sim import keyed
from sim.loops import LoopPlan
from sim.plan.model import Model, Way


class Done(NamedTuple):
    """A task: the step, and whether a loop inserted it."""

    step: str
    rework: bool


Course = list[tuple[Done, ...]]
Decide = Callable[
    [LoopPlan, int], bool
]  # whether a loop begins when the step before it is done for the n-th time


def follow(own: Way, decide: Decide) -> Course:
    """The stages of one dossier: behind each, the first loop of the file that strikes is inserted."""
    ahead = [(stage, number < own.rework) for number, stage in enumerate(own.stages)]
    looped, times = Counter(own.looped), Counter[str]()
    course = []
    while ahead:
        stage, rework = ahead.pop(0)
        times.update(stage)
        course.append(tuple(Done(step, rework) for step in stage))
        for loop in own.loops:
            if loop.after in stage and looped[loop.name] < loop.at_most and decide(loop, times[loop.after]):
                looped[loop.name] += 1
                ahead = [(inserted, True) for inserted in loop.stages] + ahead
                break
    return course


def courses(own: Way) -> Iterator[tuple[Course, float]]:
    """Each possible course with its probability."""
    ahead: list[list[bool]] = [[]]
    while ahead:
        course, chance, others = _one(own, ahead.pop())
        ahead += others
        yield course, chance


def _one(own: Way, given: list[bool]) -> tuple[Course, float, list[list[bool]]]:
    """The course in which loops strike first as given and then never, its probability, and how others begin."""
    made: list[bool] = []
    chances: list[float] = []
    others: list[list[bool]] = []

    def decide(loop: LoopPlan, time: int) -> bool:
        strikes = given[len(made)] if len(made) < len(given) else loop.probability >= 1
        if len(made) >= len(given) and 0 < loop.probability < 1:
            others.append([*made, True])
        made.append(strikes)
        chances.append(loop.probability if strikes else 1 - loop.probability)
        return strikes

    return follow(own, decide), math.prod(chances), others


def drawn_course(model: Model, seed: int, replication: int, stream: int, number: int, own: Way) -> Course:
    """The course that a dossier's own numbers give."""
    place, procedure = model.place_key(model.streams[stream].site), model.streams[stream].procedure
    key = keyed.stream(seed, replication, place, procedure)

    def decide(loop: LoopPlan, time: int) -> bool:
        u = keyed.uniform(key, np.array([number]), f"loop:{loop.name}:{time}")
        return bool(u[0] < loop.probability)

    return follow(own, decide)
