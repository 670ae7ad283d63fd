"""Targets of a scenario, and whether a result meets them."""

from __future__ import annotations

from typing import NamedTuple

from sim.results.estimates import whole
from sim.results.figure import Kind
from sim.results.named import is_measure, measure_of, refusal
from sim.results.result import Result
from sim.scenario import Scenario, ScenarioError


class Verdict(NamedTuple):
    """A target and what the simulation says of it: the figure of all replications against the bound."""

    name: str
    measure: str
    unit: str
    site: str  # empty for the whole network
    value: float
    at_most: float | None
    at_least: float | None

    @property
    def met(self) -> bool:
        """The value lies within the bound; a value that is not known does not."""
        if self.at_most is not None:
            return self.value <= self.at_most
        return self.at_least is not None and self.value >= self.at_least


def check_targets(name: str, scenario: Scenario) -> None:
    """Raise ScenarioError for a target, or a figure reported, that no measure can have."""
    for key, target in scenario.target.items():
        _check(f"{name}: target.{key}", target.measure, at_most=target.at_most, at_least=target.at_least)
    for key, told in scenario.reported.items():
        _check(f"{name}: reported.{key}", told.measure, value=told.value, above=told.above)


def _check(where: str, measure: str, **figures: float | None) -> None:
    if not is_measure(measure):
        raise ScenarioError(f"{where}.measure: {refusal(measure)}")
    if measure_of(measure).kind != Kind.RATE:
        return
    for key, figure in figures.items():
        if figure is not None and not 0 <= figure <= 1:
            hint = f"; for {figure:g} % write {figure / 100:g}" if 1 < figure <= 100 else ""
            raise ScenarioError(f"{where}.{key}: {figure:g} is no share, which lies from 0 to 1{hint}")


def verdicts(scenario: Scenario, result: Result) -> list[Verdict]:
    """One verdict a target, in the order of the file."""
    summary = whole(result.summary())
    found = []
    for name, target in scenario.target.items():
        row = summary[(summary["measure"] == target.measure) & (summary["site"] == (target.site or ""))]
        value = float(row["mean"].iloc[0]) if len(row) else float("nan")
        unit = measure_of(target.measure).unit
        found.append(
            Verdict(name, target.measure, unit, target.site or "", value, target.at_most, target.at_least)
        )
    return found
