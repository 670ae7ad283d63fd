"""Ways cut into pieces: stages that follow one another whatever happens, and the loops that may begin behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from sim.loops import LoopPlan
from sim.plan.model import Way
from sim.plan.ragged import flat


class Act(NamedTuple):
    """A step, and how it stands in its piece."""

    step: str
    opens: bool  # it is the first of its stage
    rework: bool  # a loop inserted it


class Piece(NamedTuple):
    """Steps one after another, or in parallel."""

    acts: tuple[Act, ...]
    loops: tuple[
        int, ...
    ]  # index into Route.loops: those that may begin behind; the first that strikes is taken
    following: int | None  # the piece behind it


class Route(NamedTuple):
    """A way in pieces; it begins with the first."""

    pieces: tuple[Piece, ...]
    loops: tuple[LoopPlan, ...]  # those that may strike at all
    begin: tuple[int, ...]  # of each loop, its first piece
    left: tuple[int, ...]  # of each loop, how often it may begin
    done: tuple[str, ...]  # steps of the first stage that are done already


def cut(way: Way) -> Route:
    """The pieces of a way and of its loops; a loop after a step of a parallel stage begins behind the whole stage."""
    loops = tuple(loop for loop in way.loops if loop.probability > 0)
    usual = [_stage(steps, number < way.rework) for number, steps in enumerate(way.stages)]
    pieces, begin = _cut(usual, loops, 0, way.done), []
    for loop in loops:
        begin.append(len(pieces))
        pieces += _cut([_stage(steps, rework=True) for steps in loop.stages], loops, len(pieces))
    left = tuple(loop.at_most - (loop.name in way.looped) for loop in loops)
    return Route(tuple(pieces), loops, tuple(begin), left, way.done)


def most_times(way: Way) -> Counter[str]:
    """How often each step is done if every loop begins as often as it may."""
    times = Counter([*flat(way.stages), *way.done])
    for loop in way.loops:
        for step in flat(loop.stages):
            times[step] += loop.at_most
    return times


def _stage(steps: tuple[str, ...], rework: bool) -> list[Act]:
    return [Act(step, number == 0, rework) for number, step in enumerate(steps)]


def _cut(
    stages: Sequence[list[Act]], loops: Sequence[LoopPlan], number: int, done: tuple[str, ...] = ()
) -> list[Piece]:
    """Stages in pieces, the first of which is given its number, and the steps of its first stage that are done."""
    pieces: list[Piece] = []
    held: list[Act] = []
    for stage in stages:
        held += stage
        after = {*(one.step for one in stage), *done}
        done = ()
        if begin := tuple(i for i, loop in enumerate(loops) if loop.after in after):
            pieces.append(Piece(tuple(held), begin, number + len(pieces) + 1))
            held = []
    if held or not pieces:
        return [*pieces, Piece(tuple(held), (), None)]
    return [*pieces[:-1], pieces[-1]._replace(following=None)]
