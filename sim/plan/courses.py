"""The courses that most dossiers take, as trees: who loops at a fork goes one way, the others another.

Not all courses can be written down, for their number multiplies with every loop. What few dossiers reach is left out;
they find their course on foot (see :mod:`sim.plan.walking`).
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from sim.plan.pieces import Act, Route

RARE = 0.001  # a fork that a smaller share of the dossiers of a way reach is left out
UNKNOWN = ~0  # where the tree ends: a course number 0, which nobody takes


class Task(NamedTuple):
    """One task of a dossier, and which time it does this step (1, 2, …)."""

    act: Act
    time: int


Course = tuple[Task, ...]


class Fork(NamedTuple):
    """Where a loop may begin; a dossier's number for the purpose decides."""

    purpose: str
    probability: float


class _Stand(NamedTuple):
    """Where a share of the dossiers of a way are."""

    share: float
    done: Course
    piece: int  # of those done, the last
    asked: int  # how many of the loops behind it have been passed
    left: tuple[int, ...]  # of each loop, how often it may begin still
    back: tuple[int, ...]  # pieces to go back to


class Forest:
    """The trees of all routes."""

    def __init__(self) -> None:
        self.courses: dict[Course, int] = {(): 0}
        self.forks: list[Fork] = []
        self.struck: list[int] = []  # of each fork, where those go who loop: a fork, or ~course
        self.others: list[int] = []

    def plant(self, route: Route) -> int:
        """The number of the first fork, or ~course; forks at which nobody or everybody loops are none."""
        root = [UNKNOWN]
        ahead = [(root, 0, _entered(route, _Stand(1.0, (), 0, 0, route.left, ()), 0))]
        while ahead:
            where, place, stand = ahead.pop()
            stand, loop = _at_fork(route, stand)
            if loop is None:
                where[place] = ~self.courses.setdefault(stand.done, len(self.courses))
            elif stand.share >= RARE:
                where[place] = number = self._fork(route, stand, loop)
                ahead.append((self.others, number, _passed(route, stand, loop)))
                ahead.append((self.struck, number, _struck(route, stand, loop)))
        return root[0]

    def _fork(self, route: Route, stand: _Stand, loop: int) -> int:
        """A fork, the two ways from which are to be found."""
        name, after, probability, *_ = route.loops[loop]
        time = route.done.count(after) + sum(one.act.step == after for one in stand.done)
        self.forks.append(Fork(f"loop:{name}:{time}", probability))
        self.struck.append(UNKNOWN)
        self.others.append(UNKNOWN)
        return len(self.forks) - 1


def _at_fork(route: Route, stand: _Stand) -> tuple[_Stand, int | None]:
    """On to where a loop may begin or not, and which; or to the end."""
    while True:
        loops = route.pieces[stand.piece].loops[stand.asked :]
        if not loops:
            following = (*stand.back, *_following(route, stand))
            if not following:
                return stand, None
            stand = _entered(route, stand._replace(back=following[:-1]), following[-1])
        elif not stand.left[loops[0]]:
            stand = stand._replace(asked=stand.asked + 1)
        elif route.loops[loops[0]].probability >= 1:
            stand = _struck(route, stand, loops[0])
        else:
            return stand, loops[0]


def _passed(route: Route, stand: _Stand, loop: int) -> _Stand:
    return stand._replace(share=stand.share * (1 - route.loops[loop].probability), asked=stand.asked + 1)


def _struck(route: Route, stand: _Stand, loop: int) -> _Stand:
    left = (*stand.left[:loop], stand.left[loop] - 1, *stand.left[loop + 1 :])
    back = (*stand.back, *_following(route, stand))
    looping = stand._replace(share=stand.share * route.loops[loop].probability, left=left, back=back)
    return _entered(route, looping, route.begin[loop])


def _following(route: Route, stand: _Stand) -> tuple[int, ...]:
    following = route.pieces[stand.piece].following
    return () if following is None else (following,)


def _entered(route: Route, stand: _Stand, piece: int) -> _Stand:
    """Do the tasks of a piece."""
    times = Counter(one.act.step for one in stand.done)
    done = list(stand.done)
    for act in route.pieces[piece].acts:
        times[act.step] += 1
        done.append(Task(act, times[act.step]))
    return stand._replace(done=tuple(done), piece=piece, asked=0)
