"""Motcua: waiting times and on-time rates of a one-stop administrative service centre, simulated.

>>> import sim
>>> base = sim.load("scenarios/tien_yen_2019/baseline.toml")
>>> plus = base.change({"team.land-desk.staff": 2})
>>> sim.compare([base, plus]).table(group=["site"])  # doctest: +SKIP

A name is imported when it is first used: the command `sim` must be able to answer Ctrl-C before that.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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

_HOME = {
    "Comparison": "results.comparison",
    "Explanation": "study.explanation",
    "Result": "results.result",
    "ScenarioError": "scenario",
    "ScenarioFile": "scenario",
    "best": "study.questions",
    "break_even": "study.breakeven",
    "compare": "study.questions",
    "explain": "study.explanation",
    "load": "scenario",
    "replay": "report.replay",
    "run": "study.questions",
    "run_study": "study.answers",
    "schema": "scenario",
    "sensitivity": "study.sensitivity",
    "sweep": "study.sweep",
    "trace": "study.questions",
    "uncertain": "study.uncertain",
}


def __getattr__(name: str) -> object:
    """A public name, from the module that has it (PEP 562); a type checker sees the imports above."""
    if name not in _HOME:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    found = globals()[name] = getattr(import_module(f"sim.{_HOME[name]}"), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
