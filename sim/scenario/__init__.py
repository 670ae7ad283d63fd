"""Scenarios: what a planner means, read from files and checked."""

from sim.scenario.checks import check, estimate_events
from sim.scenario.domain import Scenario
from sim.scenario.editors import schema
from sim.scenario.files import ScenarioFile, Source, load, read
from sim.scenario.messages import ScenarioError

__all__ = [
    "Scenario",
    "ScenarioError",
    "ScenarioFile",
    "Source",
    "check",
    "estimate_events",
    "load",
    "read",
    "schema",
]
