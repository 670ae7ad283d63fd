"""Slow and obvious answers that import nothing from the engines."""

from __future__ import annotations

from collections.abc import Sequence

Spell = tuple[float, float]


def first_come(arrivals: Sequence[float], works: Sequence[float], servers: int) -> list[Spell]:
    """Start and end of each service at so many servers; arrivals ascend (Kiefer & Wolfowitz 1955)."""
    free = [0.0] * servers
    served = []
    for arrival, work in zip(arrivals, works, strict=True):
        free.sort()
        start = max(arrival, free[0])
        free[0] = start + work
        served.append((start, free[0]))
    return served


def by_key(
    arrivals: Sequence[float], works: Sequence[float], keys: Sequence[tuple[float, ...]], servers: int
) -> list[Spell]:
    """As :func:`first_come`, but of those who have waited whoever has the smallest key is next."""
    free = [0.0] * servers
    served = [(0.0, 0.0)] * len(arrivals)
    left = list(range(len(arrivals)))
    while left:
        free.sort()
        now = max(free[0], arrivals[left[0]])
        waiting = [i for i in left if arrivals[i] < now]
        chosen = min(waiting, key=lambda i: keys[i]) if waiting else left[0]
        left.remove(chosen)
        free[0] = now + works[chosen]
        served[chosen] = now, free[0]
    return served


def interrupting(
    on_duty: Sequence[bool], urgent: Sequence[tuple[int, int]], other: Sequence[tuple[int, int]]
) -> tuple[list[int], list[int]]:
    """Ends of the (arrival, work) of two classes at one server, who goes minute by minute.

    Urgent work interrupts other work; each class is first come, first served. The server works in the minutes
    ``on_duty``. Urgent work once begun runs on. All numbers are whole, works at least 1; -1 stands for work that
    is not done in time.
    """
    jobs, to_do = (urgent, other), [[work for _, work in urgent], [work for _, work in other]]
    ends = [[-1] * len(urgent), [-1] * len(other)]
    for minute, duty in enumerate(on_duty):
        for kind in (0, 1):
            here = [i for i, (arrival, _) in enumerate(jobs[kind]) if arrival <= minute and to_do[kind][i]]
            if not here:
                continue
            first = here[0]
            begun = to_do[kind][first] < jobs[kind][first][1]
            if duty or (kind == 0 and begun):
                to_do[kind][first] -= 1
                if to_do[kind][first] == 0:
                    ends[kind][first] = minute + 1
                break
    return ends[0], ends[1]


def queue_length(intervals: Sequence[Spell], t: float) -> int:
    """How many of the intervals hold the instant t within."""
    return sum(start < t < end for start, end in intervals)


def area(counts: Sequence[tuple[float, int]], end: float) -> float:
    """The integral of a count that takes its values from the instants given on, until the end."""
    times = [*(time for time, _ in counts), end]
    return sum(
        count * (after - time) for (time, count), after in zip(counts, times[1:], strict=True) if time < end
    )


def covered(intervals: Sequence[Spell], start: float, end: float) -> bool:
    """At no moment from start to end is there none of the intervals."""
    reached = start
    for first, last in sorted(intervals):
        if first <= reached:
            reached = max(reached, last)
    return reached >= end
