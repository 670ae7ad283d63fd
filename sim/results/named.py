"""The measure that a name means: one of the table, or `wait.within_N` of any wait."""

from __future__ import annotations

from collections.abc import Callable

from sim.results.figure import Figure, Measure, share
from sim.results.measures import MEASURES
from sim.results.totals import VisitTotals
from sim.results.within import FORM, is_meant, within
from sim.scenario.messages import shown, suggest

ALWAYS_WITHIN = tuple(name for name in MEASURES if within(name))  # whether asked for or not


def is_measure(name: str) -> bool:
    """There is such a measure, without a group."""
    return name in MEASURES or within(name) is not None


def refusal(name: str) -> str:
    """What to say of the name of no measure, and which may be meant."""
    hint = f"; write {FORM}" if is_meant(name) else suggest(name, MEASURES)
    return f"{shown(name)} is no measure{hint}"


def measure_of(name: str) -> Measure:
    """The measure of a name; KeyError for what is none."""
    wait = within(name)
    if name in MEASURES or wait is None:
        return MEASURES[name]
    return MEASURES[ALWAYS_WITHIN[0]]._replace(figure=_served_within(wait.minutes))


def _served_within(minutes: float) -> Callable[[VisitTotals], Figure]:
    """Share of visits served within so many minutes of waiting."""
    return lambda table: share(table.within[minutes], table.waited)
