"""Waiting lines of the compiled engine.

Queues that the same teams serve in the same tiers, under the same rule, are one *line*: nobody ever chooses between
them but by priority, key and task. A line holds, per class of priority, its tasks in order: a linked list for
first-come (a new task goes to the end in one step), a pairing heap for earliest-due (Fredman, Sedgewick, Sleator &
Tarjan 1986). List or heap number ``line * classes + class`` is that of a class of a line.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.compiler import njit
from sim.engine.agenda import NONE, Records
from sim.engine.contract import Ints, Plan
from sim.kernelcache import cached

ENDS = np.dtype([("first", np.uint32), ("last", np.uint32)])  # of a list; a heap has its root as first


class Layout(NamedTuple):
    """Which line each queue belongs to, and who serves it."""

    line_of: Ints  # int[queue]
    queue_of: Ints  # int[line] its first queue
    tier_line_start: Ints  # int[tier + 1] lines of each tier:
    tier_line: Ints  # tier_line[tier_line_start[k]:tier_line_start[k + 1]]


@cached
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
def head(ends: Records, line: int, classes: int) -> int:
    """The slot of the task of a line that is taken next; NONE if the line is empty."""
    number = (line + 1) * classes - 1
    while number > line * classes and ends[number]["first"] == NONE:
        number -= 1
    return ends[number]["first"]


@njit(inline="always")
def insert(ends: Records, live: Records, number: int, slot: int, by_due: bool) -> None:
    """A task joins list or heap `number`; its key is set."""
    live[slot]["place"] = number
    if by_due:
        _push(ends, live, number, slot)
        return
    last = ends[number]["last"]
    if last == NONE or _goes_before(live, last, slot):
        live[slot]["before"], live[slot]["after"] = last, NONE
        ends[number]["last"] = slot
        if last == NONE:
            ends[number]["first"] = slot
        else:
            live[last]["after"] = slot
    else:
        _insert_inside(ends, live, number, slot)


@njit(inline="always")
def remove(ends: Records, live: Records, slot: int, by_due: bool) -> None:
    """A task leaves its list or heap, from wherever it stands."""
    number = live[slot]["place"]
    live[slot]["place"] = NONE
    if by_due:
        _cut(ends, live, number, slot)
        return
    before, after = live[slot]["before"], live[slot]["after"]
    if before == NONE:
        ends[number]["first"] = after
    else:
        live[before]["after"] = after
    if after == NONE:
        ends[number]["last"] = before
    else:
        live[after]["before"] = before


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
    """Nobody tells the queues apart; a tier never mixes rules, so theirs is the same."""
    first_a, first_b = plan.server_start[a], plan.server_start[b]
    servers = plan.server_start[a + 1] - first_a
    if servers != plan.server_start[b + 1] - first_b:
        return False
    if plan.queue_desk[a] != plan.queue_desk[b]:
        return False
    for at in range(servers):
        if plan.server_team[first_a + at] != plan.server_team[first_b + at]:
            return False
        if tier_of[first_a + at] != tier_of[first_b + at]:
            return False
    return True


@njit
def _goes_before(live: Records, a: int, b: int) -> bool:
    """The order within a class of priority: by key, then by task."""
    return live[a]["key"] < live[b]["key"] or (
        live[a]["key"] == live[b]["key"] and live[a]["task"] < live[b]["task"]
    )


@njit
def _insert_inside(ends: Records, live: Records, number: int, slot: int) -> None:
    """A task that was sent back joins a list before others: look for its place from both ends."""
    before, ahead = ends[number]["last"], ends[number]["first"]
    while before != NONE and _goes_before(live, slot, before):
        if _goes_before(live, slot, ahead):
            before = live[ahead]["before"]
            break
        before, ahead = live[before]["before"], live[ahead]["after"]
    after = ends[number]["first"] if before == NONE else live[before]["after"]
    live[slot]["before"], live[slot]["after"] = before, after
    if before == NONE:
        ends[number]["first"] = slot
    else:
        live[before]["after"] = slot
    if after == NONE:
        ends[number]["last"] = slot
    else:
        live[after]["before"] = slot


@njit
def _push(ends: Records, live: Records, number: int, slot: int) -> None:
    live[slot]["child"] = live[slot]["after"] = live[slot]["before"] = NONE
    root = ends[number]["first"]
    ends[number]["first"] = slot if root == NONE else _meld(live, root, slot)


@njit
def _meld(live: Records, a: int, b: int) -> int:
    """Join two heaps; the later root becomes the first child of the other."""
    if _goes_before(live, b, a):
        a, b = b, a
    eldest = live[a]["child"]
    live[b]["after"], live[b]["before"] = eldest, a
    if eldest != NONE:
        live[eldest]["before"] = b
    live[a]["child"] = b
    live[a]["after"] = live[a]["before"] = NONE
    return a


@njit
def _cut(ends: Records, live: Records, number: int, slot: int) -> None:
    """Take a task out of a heap; its children go back into it."""
    rest = _join_siblings(live, live[slot]["child"])
    live[slot]["child"] = NONE
    if ends[number]["first"] == slot:
        ends[number]["first"] = rest
        return
    before, after = live[slot]["before"], live[slot]["after"]
    if live[before]["child"] == slot:
        live[before]["child"] = after
    else:
        live[before]["after"] = after
    if after != NONE:
        live[after]["before"] = before
    if rest != NONE:
        ends[number]["first"] = _meld(live, ends[number]["first"], rest)


@njit
def _join_siblings(live: Records, slot: int) -> int:
    """Two passes: meld pairs from the left, then the pairs from the right."""
    pairs = NONE  # a chain, the newest first
    while slot != NONE:
        joined, other = slot, live[slot]["after"]
        if other == NONE:
            slot = NONE
            live[joined]["before"] = live[joined]["after"] = NONE
        else:
            slot = live[other]["after"]
            joined = _meld(live, joined, other)
        live[joined]["after"] = pairs
        pairs = joined
    root = NONE
    while pairs != NONE:
        following = live[pairs]["after"]
        live[pairs]["after"] = live[pairs]["before"] = NONE
        root = pairs if root == NONE else _meld(live, root, pairs)
        pairs = following
    return root
