"""How often the steps of a way are done on average, where loops may insert further stages.

Courses are not counted, for their number multiplies with every loop, but *situations*: the stages ahead, and how
often each loop may still begin. What leads to the same situation goes on as one. And only the first visit depends on
the order of stages: whether a loop begins is decided by how often its stage has been done before, not by when (an
abelian network; Bond & Levine 2016, SIAM J. Discrete Math. 30). So stages may be done in the order that makes the
fewest situations: first those that lead to the most loops.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence, Set
from functools import cache, partial
from heapq import heappop, heappush
from itertools import takewhile
from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Stages = tuple[tuple[str, ...], ...]
Times = dict[tuple[str, bool], float]
Floats = NDArray[np.float64]
_ONCE = (
    1 << 16
)  # what is left of loops is a number whose digits are of this base, so that its order is theirs


class LoopPlan(NamedTuple):
    """A loop as it applies to one procedure and channel."""

    name: str
    after: str
    probability: float
    stages: Stages
    at_most: int


class TooManySituationsError(Exception):
    """More than were asked for; its arguments are the names of the loops that lead into one another."""


class _Situation(NamedTuple):
    left: int  # of each loop, how often it may still begin: a digit a loop
    ahead: tuple[int, ...]  # stages, by number


def expected_times(
    stages: Stages,
    loops: Sequence[LoopPlan],
    looped: Collection[str] = (),
    at_arrival: Set[str] = frozenset(),
) -> Times:
    """How often each step is done on average, and whether before any that is not done as the citizen arrives.

    `looped` are loops taken once already, `at_arrival` steps that can be done as the citizen arrives.
    """
    return expected_times_of_all(stages, [loops], looped, at_arrival)[0]


def expected_times_of_all(
    stages: Stages,
    variants: Sequence[Sequence[LoopPlan]],
    looped: Collection[str] = (),
    at_arrival: Set[str] = frozenset(),
) -> list[Times]:
    """The expected times of each variant of the loops; they may differ in probability only.

    The situations are the same for all, and gone through once.
    """
    net = _Net(stages, variants[0], np.array([[loop.probability for loop in loops] for loops in variants]))
    times = _Expectation(net, at_arrival).times_of(stages, looped)
    return [{key: float(number[i]) for key, number in times.items()} for i in range(len(variants))]


def situations(
    stages: Stages, loops: Sequence[LoopPlan], at_arrival: Set[str] = frozenset(), most: float = inf
) -> int:
    """How many situations the expected times take.

    With more than `most`, `TooManySituationsError` names the loops that make them.
    """
    chances = np.array([[loop.probability for loop in loops]])
    found = _Expectation(_Net(stages, loops, chances), at_arrival, most)
    found.times_of(stages, ())
    return found.situations


class _Net:
    """The stages of a way and of its loops, by number, and which loops they lead to.

    Stages that lead to the most loops have the lowest numbers.
    """

    def __init__(self, stages: Stages, loops: Sequence[LoopPlan], chances: Floats) -> None:
        possible = np.flatnonzero(chances.any(axis=0))
        self.loops = [loops[i] for i in possible.tolist()]
        self.chance: list[Floats] = list(np.minimum(chances.T[possible], 1.0))
        self.none = np.ones(len(chances))
        every = dict.fromkeys((*stages, *(stage for loop in self.loops for stage in loop.stages)))
        leads_to = {stage: self._leads_to(stage) for stage in every}
        self.stages = sorted(every, key=lambda stage: -len(leads_to[stage]))
        self.number = {stage: i for i, stage in enumerate(self.stages)}
        self.leads_to = [leads_to[stage] for stage in self.stages]
        self.inserted = [self.numbers(loop.stages) for loop in self.loops]
        self.begin = [self._begin(stage) for stage in self.stages]
        self.begin_digits = [self.digits(loops) for loops in self.begin]
        apart = {loops for loops in self.begin if loops}
        self.in_any_order = sum(map(len, apart)) == len(frozenset().union(*apart))
        self.outcomes = cache(self._outcomes)

    def numbers(self, stages: Stages) -> tuple[int, ...]:
        """Stages by number."""
        return tuple(self.number[stage] for stage in stages)

    def left(self, looped: Collection[str]) -> int:
        """How often each loop may begin of a dossier that has taken some once."""
        return sum((loop.at_most - (loop.name in looped)) * _ONCE**i for i, loop in enumerate(self.loops))

    def digits(self, loops: Iterable[int]) -> int:
        """A mask of what is left of these loops."""
        return sum((_ONCE - 1) * _ONCE**loop for loop in loops)

    def _outcomes(self, stage: int, left: int) -> list[tuple[Floats, tuple[int, ...], int]]:
        """Chances, stages inserted, and what it takes of `left`: the first in the file that strikes is taken.

        `left` is masked to the loops that begin behind the stage.
        """
        none, found = self.none, []
        for loop in self.begin[stage]:
            if left & self.digits([loop]):
                chance = self.chance[loop]
                found.append((none * chance, self.inserted[loop], _ONCE**loop))
                none = none * (1 - chance)
        return [*found, (none, (), 0)] if none.any() else found

    def entangled(self) -> list[str]:
        """The loops that lead into one another, or all if none does."""
        to = [frozenset().union(*(self.leads_to[s] for s in stages)) for stages in self.inserted]
        both = [
            loop.name
            for i, loop in enumerate(self.loops)
            if any(i != other and i in to[other] for other in to[i])
        ]
        return both or [loop.name for loop in self.loops]

    def _begin(self, stage: tuple[str, ...]) -> tuple[int, ...]:
        return tuple(i for i, loop in enumerate(self.loops) if loop.after in stage)

    def _leads_to(self, stage: tuple[str, ...]) -> frozenset[int]:
        """The loops that may begin behind a stage, or within one another there."""
        found: set[int] = set()
        ahead = [stage]
        while ahead:
            new = set(self._begin(ahead.pop())) - found
            found |= new
            ahead += [inserted for loop in new for inserted in self.loops[loop].stages]
        return frozenset(found)


class _Expectation:
    """Goes through all situations of a way, and adds up how often steps are done: float[variant] of each."""

    def __init__(self, net: _Net, at_arrival: Set[str], most: float = inf) -> None:
        self.net, self.most, self.situations = net, most, 0
        self.arrives = [at_arrival >= set(stage) for stage in net.stages]
        self.times: defaultdict[tuple[str, bool], Floats] = defaultdict(self._nobody)

    def times_of(self, stages: Stages, looped: Collection[str]) -> dict[tuple[str, bool], Floats]:
        """First what is done as the citizen arrives, then the rest."""
        net, way = self.net, self.net.numbers(stages)
        first = tuple(takewhile(lambda stage: self.arrives[stage], way))
        later = frozenset[int]().union(*(net.leads_to[stage] for stage in way))
        inserted = {stage for stage in first for loop in net.leads_to[stage] for stage in net.inserted[loop]}
        alike = net.in_any_order and all(self.arrives[stage] for stage in inserted)
        begun = self._settle({_Situation(net.left(looped), first): net.none}, True, alike, later)
        rest = defaultdict[_Situation, Floats](self._nobody)
        for (left, ahead), chance in begun.items():
            rest[_Situation(left, ahead + way[len(first) :])] += chance
        self._settle(rest, False, net.in_any_order, frozenset())
        return dict(self.times)

    def _settle(
        self, start: dict[_Situation, Floats], arriving: bool, in_any_order: bool, later: frozenset[int]
    ) -> dict[_Situation, Floats]:
        """Do stage after stage until none is ahead, or none as the citizen arrives; how likely each end is.

        A situation is gone on from when all that lead to it are known: every stage done leaves fewer loops, or as
        many and fewer stages. Loops in `later` may begin afterwards.
        """
        net, chance = self.net, dict[_Situation, Floats]()
        ends = defaultdict[_Situation, Floats](self._nobody)
        waiting: list[tuple[int, int, _Situation]] = []
        to_come = cache(partial(self._to_come, later))

        def add(left: int, ahead: tuple[int, ...], probability: Floats, new: bool = True) -> None:
            if in_any_order and new:
                ahead = self._forking(left, ahead, arriving, probability)
            situation = _Situation(left & to_come(ahead), ahead)
            if not ahead or (arriving and not self.arrives[ahead[0]]):
                ends[situation] += probability
            elif situation in chance:
                chance[situation] = chance[situation] + probability
            else:
                self._one_more()
                heappush(waiting, (-situation.left, -len(ahead), situation))
                chance[situation] = probability

        for situation, probability in start.items():
            add(*situation, probability)
        while waiting:
            left, ahead = situation = heappop(waiting)[-1]
            probability = chance.pop(situation)
            self._count(ahead[0], arriving, probability)
            for share, inserted, taken in net.outcomes(ahead[0], left & net.begin_digits[ahead[0]]):
                add(left - taken, inserted + ahead[1:], probability * share, new=taken > 0)
        return ends

    def _forking(
        self, left: int, ahead: tuple[int, ...], arriving: bool, probability: Floats
    ) -> tuple[int, ...]:
        """The stages behind which a loop may begin still, those that lead to the most first; the others are done."""
        forks = []
        for stage in ahead:
            if left & self.net.begin_digits[stage]:
                forks.append(stage)
            else:
                self._count(stage, arriving, probability)
        return tuple(sorted(forks))

    def _to_come(self, later: frozenset[int], ahead: tuple[int, ...]) -> int:
        """A mask of the loops that may begin behind the stages ahead, or later."""
        return self.net.digits(later.union(*(self.net.leads_to[stage] for stage in set(ahead))))

    def _nobody(self) -> Floats:
        return np.zeros(len(self.net.none))

    def _count(self, stage: int, arriving: bool, probability: Floats) -> None:
        for step in self.net.stages[stage]:
            self.times[step, arriving] += probability

    def _one_more(self) -> None:
        self.situations += 1
        if self.situations > self.most:
            raise TooManySituationsError(*self.net.entangled())
