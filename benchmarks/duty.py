"""Working time of people on duty twice a day, Monday to Friday: what a peer needs for its rosters.

Plain arithmetic, as an expert would write it: no event when somebody comes or goes. cimba compiles these functions.
Day 0 is a Monday; instants are minutes since its 00:00.
"""

from __future__ import annotations

from math import inf


def finish(t: float, work: float, opens: float, closes: float, again: float, ends: float) -> float:
    """When so many minutes of work, begun no sooner than `t`, are done by people on duty in two sessions."""
    day = t // 1440.0
    while True:
        if day % 7.0 < 5.0:
            for start, end in ((opens, closes), (again, ends)):
                begin = max(t, day * 1440.0 + start)
                room = day * 1440.0 + end - begin
                if room > 0.0:
                    if work <= room:
                        return begin + work
                    work -= room
        day += 1.0


def service_begins(t: float, closes: float, again: float) -> float:
    """When a free counter begins: not over lunch, but after closing whoever is still there is served."""
    minute = t % 1440.0
    return t - minute + again if closes <= minute < again else t


def next_visit(t: float, share: float, opens: float, closes: float, again: float, ends: float) -> float:
    """When a citizen comes who comes by this share of the open time of a day, on the first day possible."""
    open_minutes = share * (closes - opens + ends - again)
    day, coming = t // 1440.0, -inf
    while coming < t:
        if day % 7.0 < 5.0:
            coming = finish(day * 1440.0, open_minutes, opens, closes, again, ends)
        day += 1.0
    return coming
