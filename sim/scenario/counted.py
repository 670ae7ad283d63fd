"""The calendar under which volumes were counted, kept where a scenario opens on other days than its parent."""

from __future__ import annotations

from collections.abc import Sequence

from sim.scenario.layers import Layer, Tables, merge, merged

OPENING = (
    "country",
    "subdivision",
    "weekdays",
    "weekday_hours",
    "date_hours",
    "days_off",
    "make_up_days",
    "closures",
)


def counted(inherited: Sequence[Layer], own: Tables) -> tuple[Layer, ...]:
    """A layer with the calendar inherited, as that of `[demand]`, if these tables change the days of opening.

    One that is there already stays: it is that of the file which extends no other.
    """
    calendar, demand = own.get("calendar"), own.get("demand", {})
    if not inherited or not isinstance(calendar, dict) or not isinstance(demand, dict):
        return ()
    before = merged(inherited)
    was = before.get("calendar", {})
    after = merge(was, calendar)
    known = "calendar" in before.get("demand", {}) or "calendar" in demand
    if known or not was or all(was.get(key) == after.get(key) for key in OPENING):
        return ()
    source = next(layer.name for layer in inherited if "calendar" in layer.tables)
    return (Layer(source, {"demand": {"calendar": was}}),)


def is_kept(path: str) -> bool:
    """A value of the calendar kept by :func:`counted`: no planner wrote it, so no screen lists it."""
    return path.startswith("demand.calendar.")
