"""Targets of a scenario, and whether a result meets them."""

from __future__ import annotations

import difflib
from typing import NamedTuple

from sim.results.estimates import whole
from sim.results.measures import MEASURES
from sim.results.named import is_measure, measure_of
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
    """Raise ScenarioError for a target, or a figure reported, on a measure that does not exist."""
    named = {f"target.{key}": one.measure for key, one in scenario.target.items()}
    named |= {f"reported.{key}": one.measure for key, one in scenario.reported.items()}
    for path, measure in named.items():
        if not is_measure(measure):
            near = difflib.get_close_matches(measure, MEASURES, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else f"; they are {', '.join(MEASURES)}"
            raise ScenarioError(f"{name}: {path}.measure: '{measure}' is no measure{hint}")


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
