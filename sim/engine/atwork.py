"""The people at work in a team of the compiled engine: a linked list of slots, in the order in which they started."""

from __future__ import annotations

from sim.compiler import njit
from sim.engine.agenda import NONE, Records


@njit(inline="always")
def charge_overtime(live: Records, team: Records, now: float) -> None:
    """Those beyond the roster, at work the longest, are past it since overtime was counted last."""
    beyond, slot = team["busy"] - team["staff"], team["oldest"]
    while beyond > 0:
        live[slot]["overtime"] += now - team["charged"]
        slot = live[slot]["after"]
        beyond -= 1
    team["charged"] = now


@njit(inline="always")
def link(live: Records, team: Records, slot: int) -> None:
    """The task is at work in the team, started most recently."""
    youngest = team["youngest"]
    live[slot]["before"], live[slot]["after"] = youngest, NONE
    if youngest == NONE:
        team["oldest"] = slot
    else:
        live[youngest]["after"] = slot
    team["youngest"] = slot


@njit(inline="always")
def unlink(live: Records, team: Records, slot: int) -> None:
    """The task is no longer at work in the team."""
    before, after = live[slot]["before"], live[slot]["after"]
    if before == NONE:
        team["oldest"] = after
    else:
        live[before]["after"] = after
    if after == NONE:
        team["youngest"] = before
    else:
        live[after]["before"] = before
