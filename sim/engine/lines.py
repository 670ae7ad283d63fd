"""Waiting lines of the compiled engine.

Queues that the same teams serve in the same tiers, under the same rule, are one *line*: nobody ever chooses between
them but by priority, key and task. A line holds, per class of priority, its tasks in order: a ring for first-come (a
new task goes to the end in one step), a pairing heap for earliest-due (Fredman, Sedgewick, Sleator & Tarjan 1986).
Both hang on a slot of their own, the *end*, behind which the first task is, or the root of the heap: the end itself
if none waits. The ends of a line follow each other, the lowest class first. The key of an end is -inf: no task comes
before it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.compiler import njit
from sim.engine.agenda import NONE, ONE, Records
from sim.engine.atwork import link, unlink
from sim.engine.contract import Ints, Plan
from sim.kernelcache import cached


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
def head(live: Records, first: int, classes: int) -> int:
    """The slot of the task taken next of a line in which any waits; `first` is the end of its lowest class."""
    end = first
    for other in range(first + ONE, first + classes):
        if live[other]["after"] != other:
            end = other
    return live[end]["after"]


@njit(inline="always")
def insert(live: Records, end: int, slot: int, by_due: bool) -> None:
    """A task joins the list or heap with this end; its key is set."""
    live[slot]["place"] = end
    if by_due:
        _push(live, end, slot)
    elif _goes_before(live, live[end]["before"], slot):
        link(live, end, slot)
    else:
        _insert_inside(live, end, slot)


@njit(inline="always")
def remove(live: Records, slot: int, by_due: bool) -> None:
    """A task leaves its list or heap, from wherever it stands."""
    if by_due:
        _cut(live, live[slot]["place"], slot)
    else:
        unlink(live, slot)
    live[slot]["place"] = NONE


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
def _insert_inside(live: Records, end: int, slot: int) -> None:
    """A task that was sent back joins a list before others: look for its place from both ends."""
    before, after = live[end]["before"], live[end]["after"]
    while _goes_before(live, slot, before):
        if _goes_before(live, slot, after):
            before = live[after]["before"]
            break
        before, after = live[before]["before"], live[after]["after"]
    link(live, live[before]["after"], slot)


@njit
def _push(live: Records, end: int, slot: int) -> None:
    live[slot]["child"] = live[slot]["after"] = live[slot]["before"] = NONE
    root = live[end]["after"]
    live[end]["after"] = slot if root == end else _meld(live, root, slot)


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
def _cut(live: Records, end: int, slot: int) -> None:
    """Take a task out of a heap; its children go back into it."""
    rest = _join_siblings(live, live[slot]["child"])
    live[slot]["child"] = NONE
    if live[end]["after"] == slot:
        live[end]["after"] = end if rest == NONE else rest
        return
    before, after = live[slot]["before"], live[slot]["after"]
    if live[before]["child"] == slot:
        live[before]["child"] = after
    else:
        live[before]["after"] = after
    if after != NONE:
        live[after]["before"] = before
    if rest != NONE:
        live[end]["after"] = _meld(live, live[end]["after"], rest)


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
