"""Waiting lines of the compiled engine.

Queues that the same teams serve in the same tiers, under the same rule, are one *line*: nobody ever chooses between
them but by priority, key and task. A line holds, per class of priority, its tasks in order: a linked list for
first-come (a new task goes to the end in one step), a pairing heap for earliest-due (Fredman, Sedgewick, Sleator &
Tarjan 1986). List or heap number ``line * classes + class`` is that of a class of a line.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from sim.engine.contract import Floats, Ints, Plan

NONE = -1
FIRST, LAST = range(2)  # columns of `ends`, int[list, 2]: head and end of a list; a heap has its root as head
FOLLOWING, BEFORE, CHILD = range(
    3
)  # columns of `links`, int[task, 3]; in a heap siblings, and the parent as BEFORE


class Layout(NamedTuple):
    """Which line each queue belongs to, and who serves it."""

    line_of: Ints  # int[queue]
    queue_of: Ints  # int[line] its first queue
    tier_line_start: Ints  # int[tier + 1] lines of each tier:
    tier_line: Ints  # tier_line[tier_line_start[k]:tier_line_start[k + 1]]


@njit
def layout(plan: Plan) -> Layout:
    """Group the queues of each site that nobody tells apart."""
    queues = len(plan.queue_site)
    server_tier = _server_tiers(plan)
    line_of, queue_of = np.full(queues, NONE, np.int64), np.empty(queues, np.int64)
    lines = 0
    newest = np.full(len(plan.serve_all), NONE, np.int64)  # newest line of each site, chained by
    older = np.empty(queues, np.int64)
    for queue in range(queues):
        line = newest[plan.queue_site[queue]]
        while line != NONE and not _alike(plan, server_tier, queue, queue_of[line]):
            line = older[line]
        if line == NONE:
            line = lines
            lines += 1
            queue_of[line] = queue
            older[line] = newest[plan.queue_site[queue]]
            newest[plan.queue_site[queue]] = line
        line_of[queue] = line
    tiers = len(plan.tier_queue_start) - 1
    start, line_in = np.zeros(tiers + 1, np.int64), np.empty(len(plan.tier_queue), np.int64)
    seen = np.full(lines, NONE, np.int64)
    count = 0
    for tier in range(tiers):
        for at in range(plan.tier_queue_start[tier], plan.tier_queue_start[tier + 1]):
            line = line_of[plan.tier_queue[at]]
            if seen[line] != tier:
                seen[line] = tier
                line_in[count] = line
                count += 1
        start[tier + 1] = count
    return Layout(line_of, queue_of[:lines].copy(), start, line_in[:count].copy())


@njit(inline="always")
def head(ends: Ints, line: int, classes: int) -> int:
    """The task of a line that is taken next; NONE if the line is empty."""
    number = (line + 1) * classes - 1
    while number > line * classes and ends[number, FIRST] == NONE:
        number -= 1
    return ends[number, FIRST]


@njit
def insert(
    ends: Ints, links: Ints, key: Floats, place: Ints, number: int, task: int, at: float, by_due: bool
) -> None:
    """A task joins list or heap `number`, with the key `at`."""
    key[task], place[task] = at, number
    if by_due:
        links[task, CHILD] = links[task, FOLLOWING] = links[task, BEFORE] = NONE
        root = ends[number, FIRST]
        ends[number, FIRST] = task if root == NONE else _meld(links, key, root, task)
        return
    # from both ends: new tasks belong at the end, those sent back near the head
    after, ahead = ends[number, LAST], ends[number, FIRST]
    while after != NONE and _goes_before(key, task, after):
        if _goes_before(key, task, ahead):
            after = links[ahead, BEFORE]
            break
        after, ahead = links[after, BEFORE], links[ahead, FOLLOWING]
    following = ends[number, FIRST] if after == NONE else links[after, FOLLOWING]
    links[task, BEFORE], links[task, FOLLOWING] = after, following
    if after == NONE:
        ends[number, FIRST] = task
    else:
        links[after, FOLLOWING] = task
    if following == NONE:
        ends[number, LAST] = task
    else:
        links[following, BEFORE] = task


@njit
def remove(ends: Ints, links: Ints, key: Floats, place: Ints, task: int, by_due: bool) -> None:
    """A task leaves its list or heap, from wherever it stands."""
    number = place[task]
    place[task] = NONE
    if by_due:
        _cut(ends, links, key, number, task)
        return
    before, following = links[task, BEFORE], links[task, FOLLOWING]
    if before == NONE:
        ends[number, FIRST] = following
    else:
        links[before, FOLLOWING] = following
    if following == NONE:
        ends[number, LAST] = before
    else:
        links[following, BEFORE] = before


@njit
def _server_tiers(plan: Plan) -> Ints:
    """Parallel to `plan.server_team`: the tier, counted in the team, in which it serves the queue."""
    tier_of = np.empty(len(plan.server_team), np.int64)
    for team in range(len(plan.team_site)):
        for tier in range(plan.tier_start[team], plan.tier_start[team + 1]):
            for at in range(plan.tier_queue_start[tier], plan.tier_queue_start[tier + 1]):
                queue = plan.tier_queue[at]
                for server in range(plan.server_start[queue], plan.server_start[queue + 1]):
                    if plan.server_team[server] == team:
                        tier_of[server] = tier - plan.tier_start[team]
    return tier_of


@njit
def _alike(plan: Plan, tier_of: Ints, a: int, b: int) -> bool:
    first_a, first_b = plan.server_start[a], plan.server_start[b]
    servers = plan.server_start[a + 1] - first_a
    if servers != plan.server_start[b + 1] - first_b:
        return False
    if plan.queue_desk[a] != plan.queue_desk[b] or plan.queue_by_due[a] != plan.queue_by_due[b]:
        return False
    for at in range(servers):
        if plan.server_team[first_a + at] != plan.server_team[first_b + at]:
            return False
        if tier_of[first_a + at] != tier_of[first_b + at]:
            return False
    return True


@njit
def _goes_before(key: Floats, a: int, b: int) -> bool:
    """The order within a class of priority: by key, then by task."""
    return key[a] < key[b] or (key[a] == key[b] and a < b)


@njit
def _meld(links: Ints, key: Floats, a: int, b: int) -> int:
    """Join two heaps; the later root becomes the first child of the other."""
    if _goes_before(key, b, a):
        a, b = b, a
    eldest = links[a, CHILD]
    links[b, FOLLOWING], links[b, BEFORE] = eldest, a
    if eldest != NONE:
        links[eldest, BEFORE] = b
    links[a, CHILD] = b
    links[a, FOLLOWING] = links[a, BEFORE] = NONE
    return a


@njit
def _cut(ends: Ints, links: Ints, key: Floats, number: int, task: int) -> None:
    """Take a task out of a heap; its children go back into it."""
    rest = _join_siblings(links, key, links[task, CHILD])
    links[task, CHILD] = NONE
    if ends[number, FIRST] == task:
        ends[number, FIRST] = rest
        return
    before, following = links[task, BEFORE], links[task, FOLLOWING]
    if links[before, CHILD] == task:
        links[before, CHILD] = following
    else:
        links[before, FOLLOWING] = following
    if following != NONE:
        links[following, BEFORE] = before
    if rest != NONE:
        ends[number, FIRST] = _meld(links, key, ends[number, FIRST], rest)


@njit
def _join_siblings(links: Ints, key: Floats, task: int) -> int:
    """Two passes: meld pairs from the left, then the pairs from the right."""
    pairs = NONE  # a chain, the newest first
    while task != NONE:
        joined, other = task, links[task, FOLLOWING]
        if other == NONE:
            task = NONE
            links[joined, BEFORE] = links[joined, FOLLOWING] = NONE
        else:
            task = links[other, FOLLOWING]
            joined = _meld(links, key, joined, other)
        links[joined, FOLLOWING] = pairs
        pairs = joined
    root = NONE
    while pairs != NONE:
        following = links[pairs, FOLLOWING]
        links[pairs, FOLLOWING] = links[pairs, BEFORE] = NONE
        root = pairs if root == NONE else _meld(links, key, root, pairs)
        pairs = following
    return root
