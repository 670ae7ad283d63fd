"""How evenly work can be shared among teams when each may do some of it only."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence

Team = int
Doers = tuple[
    tuple[Team, int], ...
]  # a kind of work: the teams that may do it, each with the tier in which it does
Node = Team | Doers
Done = dict[tuple[Node, Node], float]


def shared_evenly(work: Mapping[Doers, float], hours: Mapping[Team, float]) -> dict[Doers, dict[Team, float]]:
    """What each team does of each kind of work, if the busiest has as little to do for its hours as it can have.

    Then the busiest of the others, and so on: the lexicographically optimal flow (Megiddo 1974), which leaves no
    choice of loads. Where it leaves one of work, teams do first what they serve in their first tiers. For any teams,
    the work that they alone may do is, by their hours, a load that the busiest of them has at least; the greatest of
    these ratios is reached (maximum flow, minimum cut), by these teams with this work; the others share the rest.
    Work that nobody with hours may do is done by nobody.
    """
    open_hours = {team: time for team, time in hours.items() if time > 0}
    left = {kind: amount for kind, amount in work.items() if amount > 0 and _doers(kind, open_hours)}
    shares: dict[Doers, dict[Team, float]] = {kind: {} for kind in work}
    while left:
        load, tightest = _tightest(left, open_hours)
        teams = _teams(tightest, open_hours)
        done, _ = _flow(tightest, {team: load * open_hours[team] for team in teams})
        for kind, amount in tightest.items():
            shares[kind] = _whole({team: done[kind, team] for team in _doers(kind, teams)}, amount)
        open_hours = {team: time for team, time in open_hours.items() if team not in teams}
        left = {kind: amount for kind, amount in left.items() if kind not in tightest}
    return shares


def _whole(parts: dict[Team, float], amount: float) -> dict[Team, float]:
    """Parts that add up to the amount, of which rounding may have left something undone."""
    total = math.fsum(parts.values())
    return {team: part * (amount / total) if total else amount / len(parts) for team, part in parts.items()}


def _tightest(work: Mapping[Doers, float], hours: Mapping[Team, float]) -> tuple[float, dict[Doers, float]]:
    """The greatest ratio of work to the hours of all who may do it, and that work.

    It is found from below (Dinkelbach): with no team above some load, the work left undone tells of teams with a
    greater ratio, which is the next load.
    """
    load, tightest, kinds = 0.0, dict(work), dict(work)
    while (ratio := _ratio(kinds, hours)) > load:
        load, tightest = ratio, kinds
        _, undone = _flow(work, {team: load * hours[team] for team in _teams(work, hours)})
        kinds = {kind: work[kind] for kind in undone}
    return load, tightest


def _ratio(work: Mapping[Doers, float], hours: Mapping[Team, float]) -> float:
    """Work by the hours of all who may do it; 0 for none."""
    return math.fsum(work.values()) / math.fsum(hours[team] for team in _teams(work, hours)) if work else 0.0


def _doers(kind: Doers, there: Iterable[Team]) -> list[Team]:
    present = set(there)
    return [team for team, _ in kind if team in present]


def _teams(kinds: Iterable[Doers], hours: Mapping[Team, float]) -> set[Team]:
    return {team for kind in kinds for team in _doers(kind, hours)}


def _flow(work: Mapping[Doers, float], room: Mapping[Team, float]) -> tuple[Done, list[Doers]]:
    """What each team does if all together do as much as they have room for, and the kinds that keep them from all.

    A maximum flow by shortest paths (Edmonds, Karp), first within the first tiers, then within more and more. Rounded
    amounts do no harm, for every path uses something up, exactly, and that bounds their number.
    """
    left, free = dict[Node, float](work.items()), dict[Node, float](room.items())
    done: defaultdict[tuple[Node, Node], float] = defaultdict(float)
    before: dict[Node, Node | None] = {}
    for tier in sorted({tier for kind in work for _, tier in kind}):
        may = {kind: [team for team, own in kind if own <= tier and team in room] for kind in work}
        before, last = _search(left, free, done, may)
        while last is not None:
            _hand_on(_path(before, last), left, free, done)
            before, last = _search(left, free, done, may)
    return done, [kind for kind in work if kind in before]


def _search(
    left: Mapping[Node, float],
    free: Mapping[Node, float],
    done: Mapping[tuple[Node, Node], float],
    may: Mapping[Doers, Sequence[Team]],
) -> tuple[dict[Node, Node | None], Node | None]:
    """Work left, teams that may do it, work they could give up, who may do that …: what comes before what.

    And the first team that has room.
    """
    before: dict[Node, Node | None] = dict.fromkeys(kind for kind, amount in left.items() if amount > 0)
    coming = deque(before)
    while coming:
        node = coming.popleft()
        if isinstance(node, tuple):
            found: Sequence[Node] = may[node]
        elif free[node] > 0:
            return before, node
        else:
            found = [kind for kind in left if done[kind, node] > 0]
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
    done: Done,
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
