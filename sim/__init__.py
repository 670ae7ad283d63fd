"""Motcua: waiting times and on-time rates of a one-stop administrative service centre, simulated.

>>> import sim
>>> base = sim.load("scenarios/tien_yen_2019/baseline.toml")
>>> plus = base.change({"team.land-desk.staff": 2})
>>> sim.compare([base, plus]).table(group=["site"])  # doctest: +SKIP
"""

from sim.results.result import Comparison, Result
from sim.scenario import ScenarioError, ScenarioFile, load, schema
from sim.study.explanation import Explanation, explain
from sim.study.questions import compare, run, trace

__all__ = [
    "Comparison",
    "Explanation",
    "Result",
    "ScenarioError",
    "ScenarioFile",
    "compare",
    "explain",
    "load",
    "run",
    "schema",
    "trace",
]
