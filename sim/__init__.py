"""Motcua: waiting times and on-time rates of a one-stop administrative service centre, simulated.

>>> import sim
>>> base = sim.load("scenarios/tien_yen_2019/baseline.toml")
>>> plus = base.change({"team.land-desk.staff": 2})
>>> sim.compare([base, plus]).table(group=["site"])  # doctest: +SKIP
"""

from sim.report.replay import replay
from sim.results.comparison import Comparison
from sim.results.result import Result
from sim.scenario import ScenarioError, ScenarioFile, load, schema
from sim.study.answers import run_study
from sim.study.breakeven import break_even
from sim.study.explanation import Explanation, explain
from sim.study.questions import best, compare, run, trace
from sim.study.sensitivity import sensitivity
from sim.study.sweep import sweep
from sim.study.uncertain import uncertain

__all__ = [
    "Comparison",
    "Explanation",
    "Result",
    "ScenarioError",
    "ScenarioFile",
    "best",
    "break_even",
    "compare",
    "explain",
    "load",
    "replay",
    "run",
    "run_study",
    "schema",
    "sensitivity",
    "sweep",
    "trace",
    "uncertain",
]
