"""How evenly work can be shared among teams when each may do some of it only."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence

Team = int
Doers = frozenset[Team]  # a kind of work: the teams that may do it
Node = Team | Doers


def least_load(work: Mapping[Doers, float], hours: Mapping[Team, float]) -> float:
    """The least load of the busiest team over all ways to share the work; inf if nobody is there to do some of it.

    For any teams, the work that they alone may do is, by their hours, a load that the busiest of them has at least;
    the greatest of these ratios can be reached (maximum flow, minimum cut). It is found from below (Dinkelbach):
    with no team above some load, the work left undone tells of teams with a greater ratio, which is the next load.
    """
    work = {doers: amount for doers, amount in work.items() if amount > 0}
    if not all(any(hours[team] > 0 for team in doers) for doers in work):
        return math.inf
    load, ratio = 0.0, _ratio(work, work, hours)
    while ratio > load:
        load = ratio
        undone = _left_undone(work, {team: load * hours[team] for doers in work for team in doers})
        ratio = _ratio(undone, work, hours)
    return load


def _ratio(kinds: Iterable[Doers], work: Mapping[Doers, float], hours: Mapping[Team, float]) -> float:
    """Work of some kinds by the hours of all who may do it; 0 for none."""
    amount = math.fsum(work[doers] for doers in kinds)
    return amount / math.fsum(hours[team] for team in frozenset().union(*kinds)) if amount else 0.0


def _left_undone(work: Mapping[Doers, float], room: Mapping[Team, float]) -> list[Doers]:
    """The kinds of work that keep teams from doing everything, though all do what they have room for.

    A maximum flow by shortest paths (Edmonds, Karp): rounded amounts do no harm, for every path uses something up,
    exactly, and that bounds their number.
    """
    left = dict[Node, float](work.items())
    free = dict[Node, float](room.items())
    done: defaultdict[tuple[Node, Node], float] = defaultdict(float)
    while True:
        before, last = _search(left, free, done)
        if last is None:
            return [doers for doers in work if doers in before]
        _hand_on(_path(before, last), left, free, done)


def _search(
    left: Mapping[Node, float], free: Mapping[Node, float], done: Mapping[tuple[Node, Node], float]
) -> tuple[dict[Node, Node | None], Node | None]:
    """Work left, teams that may do it, work they could give up, who may do that …: what comes before what.

    And the first team that has room.
    """
    before: dict[Node, Node | None] = dict.fromkeys(doers for doers, amount in left.items() if amount > 0)
    coming = deque(before)
    while coming:
        node = coming.popleft()
        if isinstance(node, frozenset):
            found: Sequence[Node] = sorted(node)
        elif free[node] > 0:
            return before, node
        else:
            found = [doers for doers in left if done[doers, node] > 0]
        for other in found:
            if other not in before:
                before[other] = node
                coming.append(other)
    return before, None


def _path(before: Mapping[Node, Node | None], last: Node) -> list[Node]:
    """Work, a team, other work, another team …, to the last."""
    path = [last]
    while (node := before[path[-1]]) is not None:
        path.append(node)
    return path[::-1]


def _hand_on(
    path: Sequence[Node],
    left: dict[Node, float],
    free: dict[Node, float],
    done: dict[tuple[Node, Node], float],
) -> None:
    """Every team on the path takes the work before it, and gives up as much of the work after it."""
    taken = list(zip(path[::2], path[1::2], strict=True))
    given_up = list(zip(path[2::2], path[1:-1:2], strict=True))
    amount = min(left[path[0]], free[path[-1]], *(done[link] for link in given_up))
    left[path[0]] -= amount
    free[path[-1]] -= amount
    for link in taken:
        done[link] += amount
    for link in given_up:
        done[link] -= amount
