"""A dossier's course found on foot: from piece to piece, where its own numbers say which loops begin.

So go the few whose course is not written down (see :mod:`sim.plan.courses`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

import numpy as np

from sim.compiler import register_jitable
from sim.engine.contract import Ints
from sim.keyed import of_dossier
from sim.plan.doing import Records, Words, hashes
from sim.plan.pieces import Act, Route
from sim.plan.ragged import starts

END = -1  # no piece
PIECE = np.dtype([(name, np.int64) for name in ("act", "acts_end", "fork", "forks_end", "following")])
ACT = np.dtype([(name, np.int64) for name in ("task", "step", "opens", "desk")])
FORK = np.dtype([*((name, np.int64) for name in ("loop", "begin", "purpose")), ("probability", np.float64)])


class Ground(NamedTuple):
    """The pieces of all ways."""

    first: Ints  # int[way] a piece
    piece: Records  # of type PIECE; its acts and forks
    act: Records  # of type ACT: what is done for the first time; the tasks of later times come next
    fork: Records  # of type FORK; the purpose for the first time, those of later times come next
    purpose: Words  # uint64[...] of loops
    at_most: Ints  # int[way, loop]
    steps: int
    longest: int  # tasks


class Walk(NamedTuple):
    """Room for a dossier on its way, used by one after another."""

    seen: Ints  # int[loop] how often the step before it has been done
    left: Ints  # int[loop] how often it may begin still
    back: Ints  # pieces to go back to, when what loops have inserted is done
    times: Ints  # int[step] how often it has been done
    tasks: Ints  # those done


def make_walk(ground: Ground) -> Walk:
    """Room enough for any dossier."""
    loops = ground.at_most.shape[1]
    back = int(ground.at_most.sum(axis=1).max(initial=0))
    return Walk(*(np.zeros(size, np.int64) for size in (loops, loops, back, ground.steps, ground.longest)))


def ground(
    routes: Sequence[Route], numbers: Mapping[Act, int], most: Mapping[str, int], desk: Set[str]
) -> Ground:
    """All pieces of the routes, numbered."""
    step = {name: number for number, name in enumerate(most)}
    after = {loop.name: loop.after for route in routes for loop in route.loops}
    purpose = dict(zip(after, starts([range(most[name]) for name in after.values()]).tolist(), strict=False))
    first = starts([route.pieces for route in routes]).tolist()
    pieces: list[tuple[int, ...]] = []
    acts: list[tuple[int, ...]] = []
    forks: list[tuple[float, ...]] = []
    for start, route in zip(first, routes, strict=False):
        for piece in route.pieces:
            ends = len(acts) + len(piece.acts), len(forks) + len(piece.loops)
            following = END if piece.following is None else start + piece.following
            pieces.append((len(acts), ends[0], len(forks), ends[1], following))
            acts += [(numbers[act], step[act.step], act.opens, act.step in desk) for act in piece.acts]
            begun = [(loop, route.loops[loop]) for loop in piece.loops]
            forks += [(i, start + route.begin[i], purpose[loop.name], loop.probability) for i, loop in begun]
    names = (f"loop:{name}:{time + 1}" for name, before in after.items() for time in range(most[before]))
    return Ground(
        first=np.array(first[:-1], np.int64),
        piece=np.array(pieces, PIECE),
        act=np.array(acts, ACT),
        fork=np.array(forks, FORK),
        purpose=hashes(names),
        at_most=_at_most(routes),
        steps=len(most),
        longest=sum(most.values()),
    )


def _at_most(routes: Sequence[Route]) -> Ints:
    """How often each loop may begin: int[way, loop]."""
    at_most = np.zeros((len(routes), max((len(route.loops) for route in routes), default=0)), np.int64)
    for number, route in enumerate(routes):
        at_most[number, : len(route.left)] = route.left
    return at_most


@register_jitable
def walk(way: np.uint64, luck: np.uint64, ground: Ground, room: Walk) -> tuple[int, int, int]:
    """Find a dossier's tasks, which are then in `room.tasks`: how many, in how many stages, how many visits."""
    first, piece, act, _, _, at_most, _, _ = ground
    _, left, back, times, tasks = room
    for loop in range(len(left)):
        room.seen[loop], left[loop] = 0, at_most[way, loop]
    for step in range(len(times)):
        times[step] = 0
    number = stages = visits = depth = 0
    at = first[way]
    while at != END:
        for one in range(piece[at]["act"], piece[at]["acts_end"]):
            step = act[one]["step"]
            tasks[number] = act[one]["task"] + times[step]
            times[step] += 1
            number += 1
            stages += act[one]["opens"]
            visits += act[one]["desk"]
        following, inserted = piece[at]["following"], _struck(at, luck, ground, room)
        if inserted != END and following != END:
            back[depth] = following
            depth += 1
        at = inserted if inserted != END else following
        if at == END and depth > 0:
            depth -= 1
            at = back[depth]
    return number, stages, visits


@register_jitable
def _struck(at: int, luck: np.uint64, ground: Ground, room: Walk) -> int:
    """Where the loop begins that strikes at the end of a piece, or END."""
    inserted = END
    for number in range(ground.piece[at]["fork"], ground.piece[at]["forks_end"]):
        fork = ground.fork[number]
        loop = fork["loop"]
        if inserted == END and room.left[loop] > 0:
            purpose = ground.purpose[fork["purpose"] + room.seen[loop]]
            if of_dossier(luck, purpose) < fork["probability"]:
                room.left[loop] -= 1
                inserted = fork["begin"]
        room.seen[loop] += 1
    return inserted
