"""How often the steps of a way are done on average, where loops may insert further stages.

Courses are not counted, for their number multiplies with every loop, but *situations*: the stages ahead, and how
often each loop may still begin. What leads to the same situation goes on as one. And only the first visit depends on
the order of stages: whether a loop begins is decided by how often its stage has been done before, not by when (an
abelian network; Bond & Levine 2016, SIAM J. Discrete Math. 30). So stages may be done in the order that makes the
fewest situations: first those that lead to the most loops.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence, Set
from functools import cache, partial
from heapq import heappop, heappush
from itertools import takewhile
from typing import NamedTuple

Stages = tuple[tuple[str, ...], ...]
Times = dict[tuple[str, bool], float]


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
    ahead: tuple[int, ...]  # stages, by number
    left: tuple[int, ...]  # of each loop, how often it may still begin


def expected_times(
    stages: Stages,
    loops: Sequence[LoopPlan],
    looped: Collection[str] = (),
    at_arrival: Set[str] = frozenset(),
    most: float = float("inf"),
) -> Times:
    """How often each step is done on average, and whether before any that is not done as the citizen arrives.

    `looped` are loops taken once already, `at_arrival` steps that can be done as the citizen arrives. With more
    situations than `most`, `TooManySituationsError` names the loops that make them.
    """
    return _Expectation(_Net(stages, loops), at_arrival, most).times_of(stages, looped)


class _Net:
    """The stages of a way and of its loops, by number, and which loops they lead to."""

    def __init__(self, stages: Stages, loops: Sequence[LoopPlan]) -> None:
        self.loops = [loop for loop in loops if loop.probability > 0]
        every = (*stages, *(stage for loop in self.loops for stage in loop.stages))
        self.number = {stage: i for i, stage in enumerate(dict.fromkeys(every))}
        self.stages = list(self.number)
        self.inserted = [self.numbers(loop.stages) for loop in self.loops]
        self.begin = [
            tuple(i for i, loop in enumerate(self.loops) if loop.after in stage) for stage in self.stages
        ]
        self.leads_to = [self._leads_to(stage) for stage in range(len(self.stages))]
        # first those that lead to the most; a number of its own makes the order the same for the same stages
        self.rank = [(-len(loops), stage) for stage, loops in enumerate(self.leads_to)]
        apart = {loops for loops in self.begin if loops}
        self.in_any_order = sum(map(len, apart)) == len(frozenset().union(*apart))

    def numbers(self, stages: Stages) -> tuple[int, ...]:
        """Stages by number."""
        return tuple(self.number[stage] for stage in stages)

    def outcomes(
        self, stage: int, left: tuple[int, ...]
    ) -> Iterator[tuple[float, tuple[int, ...], tuple[int, ...]]]:
        """Chance, stages inserted, and what is left of the loops: the first in the file that strikes is taken."""
        none = 1.0
        for loop in self.begin[stage]:
            if left[loop]:
                chance = min(self.loops[loop].probability, 1.0)
                yield none * chance, self.inserted[loop], (*left[:loop], left[loop] - 1, *left[loop + 1 :])
                none *= 1 - chance
        if none > 0:
            yield none, (), left

    def entangled(self) -> list[str]:
        """The loops that lead into one another, or all if none does."""
        to = [frozenset().union(*(self.leads_to[s] for s in stages)) for stages in self.inserted]
        both = [
            loop.name
            for i, loop in enumerate(self.loops)
            if any(i != other and i in to[other] for other in to[i])
        ]
        return both or [loop.name for loop in self.loops]

    def _leads_to(self, stage: int) -> frozenset[int]:
        """The loops that may begin behind a stage, or within one another there."""
        found: set[int] = set()
        ahead = [stage]
        while ahead:
            new = set(self.begin[ahead.pop()]) - found
            found |= new
            ahead += [inserted for loop in new for inserted in self.inserted[loop]]
        return frozenset(found)


class _Expectation:
    """Goes through all situations of a way, and adds up how often steps are done."""

    def __init__(self, net: _Net, at_arrival: Set[str], most: float) -> None:
        self.net, self.most, self.situations = net, most, 0
        self.arrives = [at_arrival >= set(stage) for stage in net.stages]
        self.times: defaultdict[tuple[str, bool], float] = defaultdict(float)

    def times_of(self, stages: Stages, looped: Collection[str]) -> Times:
        """First what is done as the citizen arrives, then the rest."""
        net, way = self.net, self.net.numbers(stages)
        first = tuple(takewhile(lambda stage: self.arrives[stage], way))
        later = frozenset[int]().union(*(net.leads_to[stage] for stage in way))
        inserted = {stage for stage in first for loop in net.leads_to[stage] for stage in net.inserted[loop]}
        alike = net.in_any_order and all(self.arrives[stage] for stage in inserted)
        left = tuple(loop.at_most - (loop.name in looped) for loop in net.loops)
        begun = self._settle({_Situation(first, left): 1.0}, True, alike, later)
        rest: defaultdict[_Situation, float] = defaultdict(float)
        for (ahead, left), chance in begun.items():
            rest[_Situation(ahead + way[len(first) :], left)] += chance
        self._settle(rest, False, net.in_any_order, frozenset())
        return dict(self.times)

    def _settle(
        self, start: dict[_Situation, float], arriving: bool, in_any_order: bool, later: frozenset[int]
    ) -> dict[_Situation, float]:
        """Do stage after stage until none is ahead, or none as the citizen arrives; how likely each end is.

        A situation is gone on from when all that lead to it are known: every stage done leaves fewer loops, or as
        many and fewer stages. Loops in `later` may begin afterwards.
        """
        chance: defaultdict[_Situation, float] = defaultdict(float)
        ends: defaultdict[_Situation, float] = defaultdict(float)
        waiting: list[tuple[int, int, _Situation]] = []

        to_come = cache(partial(self._to_come, later))

        def add(ahead: tuple[int, ...], left: tuple[int, ...], probability: float, new: bool = True) -> None:
            if in_any_order and new:
                ahead = self._forking(ahead, left, arriving, probability)
            possible = to_come(ahead)
            situation = _Situation(
                ahead, tuple(n if may else 0 for n, may in zip(left, possible, strict=True))
            )
            if not ahead or (arriving and not self.arrives[ahead[0]]):
                ends[situation] += probability
                return
            if situation not in chance:
                heappush(waiting, (-sum(situation.left), -len(ahead), situation))
            chance[situation] += probability

        for situation, probability in start.items():
            add(*situation, probability)
        while waiting:
            self._one_more()
            ahead, left = situation = heappop(waiting)[-1]
            probability = chance.pop(situation)
            self._count(ahead[0], arriving, probability)
            for share, inserted, remaining in self.net.outcomes(ahead[0], left):
                add(inserted + ahead[1:], remaining, probability * share, new=remaining is not left)
        return ends

    def _forking(
        self, ahead: tuple[int, ...], left: tuple[int, ...], arriving: bool, probability: float
    ) -> tuple[int, ...]:
        """The stages behind which a loop may begin still, those that lead to the most first; the others are done."""
        forks = []
        for stage in ahead:
            if any(left[loop] for loop in self.net.begin[stage]):
                forks.append(stage)
            else:
                self._count(stage, arriving, probability)
        return tuple(sorted(forks, key=self.net.rank.__getitem__))

    def _to_come(self, later: frozenset[int], ahead: tuple[int, ...]) -> list[bool]:
        """Of each loop, whether it may begin behind the stages ahead, or later."""
        possible = later.union(*(self.net.leads_to[stage] for stage in ahead))
        return [loop in possible for loop in range(len(self.net.loops))]

    def _count(self, stage: int, arriving: bool, probability: float) -> None:
        for step in self.net.stages[stage]:
            self.times[step, arriving] += probability

    def _one_more(self) -> None:
        self.situations += 1
        if self.situations > self.most:
            raise TooManySituationsError(*self.net.entangled())
