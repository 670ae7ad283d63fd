"""The people at work in a team of the compiled engine: a ring of slots, in the order in which they started.

The ring begins and ends at a slot of the team's own, whose number is the team's. So nobody needs to ask whether a
task is the first or the last, which no processor could foresee.
"""

from __future__ import annotations

from sim.compiler import njit
from sim.engine.agenda import Records


@njit(inline="always")
def charge_overtime(live: Records, team: Records, number: int, now: float) -> None:
    """Those beyond the roster, at work the longest, are past it since overtime was counted last."""
    beyond = team["busy"] - team["staff"]
    if beyond > 0:
        slot = live[number]["after"]
        while beyond > 0:
            live[slot]["overtime"] += now - team["charged"]
            slot = live[slot]["after"]
            beyond -= 1
    team["charged"] = now


@njit(inline="always")
def link(live: Records, end: int, slot: int) -> None:
    """A task joins the ring last, at its end."""
    last = live[end]["before"]
    live[slot]["before"], live[slot]["after"] = last, end
    live[last]["after"] = slot
    live[end]["before"] = slot


@njit(inline="always")
def unlink(live: Records, slot: int) -> None:
    """A task leaves the ring, from wherever it stands."""
    before, after = live[slot]["before"], live[slot]["after"]
    live[before]["after"] = after
    live[after]["before"] = before
