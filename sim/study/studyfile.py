"""A study written down: a TOML file of scenarios and questions, so that somebody else can repeat it.

    title = "How many at the land counter?"
    scenarios = ["../baseline.toml"]
    measures = ["wait.p90@site=centre", "on_time.rate@site=centre"]

    [sweep.staff]
    vary = { "team.land-desk.staff" = [1, 2, 3] }

Checked like scenario files: all problems at once, in words, before anything is run. Scenarios are
named from where the study lies; the first is the baseline.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, ValidationError

from sim.plan.compile import compile_scenario
from sim.results.chosen import row_of
from sim.results.groups import Groupings
from sim.results.measured import key
from sim.scenario import ScenarioError, ScenarioFile, load, read
from sim.scenario.layers import Tables
from sim.scenario.messages import Problem, shown, translate
from sim.scenario.reading import read_toml
from sim.scenario.translated import told_in
from sim.scenario.values import Days, Part, Slug, Text
from sim.study import designs
from sim.study.cells import check_keys
from sim.study.precise import rule_of

Number = Annotated[float, Field(allow_inf_nan=False)]
Ends = Annotated[list[Number], Field(min_length=2, max_length=2)]
Values = Annotated[list[Any], Field(min_length=1)]
Replications = Annotated[int, Field(ge=2, le=100_000)]


class SweepPart(Part):
    """All combinations of values; with `points`, so many points spread over ranges."""

    vary: Annotated[dict[str, Values], Field(min_length=1)]
    points: Annotated[int, Field(ge=1, le=100_000)] | None = None
    measures: list[str] | None = None


class SensitivityPart(Part):
    """Which of the values, within ranges, matters most to a measure."""

    vary: Annotated[dict[str, Ends], Field(min_length=1)]
    measure: str
    method: Literal["tornado", "morris", "sobol"] = "tornado"
    size: Annotated[int, Field(ge=2, le=100_000)] | None = None


class BreakEvenPart(Part):
    """Where a measure crosses a value as another value goes through a range."""

    vary: str
    between: Ends
    measure: str
    at: Number
    changes: dict[str, Any] = Field(default={}, alias="with")


class Study(Part):
    """The tables of a study file."""

    title: Text
    question: Text | None = None
    scenarios: Annotated[list[str], Field(min_length=1)]
    during: Days | None = None
    change: dict[str, Any] = {}
    measures: Annotated[list[str], Field(min_length=1)]
    replications: Replications = 10  # with a precision the most that are made
    precision: dict[str, float | str] = {}
    seed: Annotated[int, Field(ge=0, lt=2**53)] = 1
    beliefs: Annotated[int, Field(ge=2, le=10_000)] = 20
    sweep: dict[Slug, SweepPart] = {}
    sensitivity: dict[Slug, SensitivityPart] = {}
    break_even: dict[Slug, BreakEvenPart] = Field(default={}, alias="break-even")

    @property
    def named(self) -> list[str]:
        """The measures that its questions name."""
        swept = [name for one in self.sweep.values() for name in one.measures or []]
        single = [one.measure for one in self.sensitivity.values()]
        single += [one.measure for one in self.break_even.values()]
        return [*self.measures, *self.precision, *swept, *single]


class StudyFile(NamedTuple):
    """A study that can be run: its tables and its scenarios, the first of them the baseline."""

    path: Path
    text: str
    tables: Tables
    study: Study
    scenarios: tuple[ScenarioFile, ...]


def load_study(path: str | Path, language: str = "en") -> StudyFile:
    """Read a study file and its scenarios in a language; `ScenarioError`, one line a problem."""
    file = Path(path)
    tables = told_in(read_toml(file, file.name), language, file.name)
    try:
        study = Study.model_validate_json(json.dumps(tables), strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        raise _error(file, translate(error, tables, Study)) from None
    scenarios = _scenarios(file, study, language)
    if problems := _problems(study, scenarios[0]):
        raise _error(file, problems)
    return StudyFile(file, file.read_text("utf-8"), tables, study, scenarios)


def _scenarios(file: Path, study: Study, language: str) -> tuple[ScenarioFile, ...]:
    found = []
    for name in study.scenarios:
        if Path(name).is_absolute():
            words = f"{shown(name)} is an absolute path; name the file from where the study lies"
            raise _error(file, [Problem(("scenarios",), words)])
        one = load(file.parent / name, language)
        if study.change:
            one = one.change(study.change, title=one.resolved["title"], name=one.name)
        found.append(read(one, study.during))
    names = [one.name for one in found]
    if len(set(names)) < len(names):
        raise _error(file, [Problem(("scenarios",), f"two have the same name: {', '.join(names)}")])
    return tuple(found)


def _problems(study: Study, base: ScenarioFile) -> list[Problem]:
    """What can be known before a replication: names of measures and of values, ranges, the precision."""
    model = compile_scenario(base.scenario)
    known = key(model, Groupings.of_model(model), study.named)
    asked: list[tuple[tuple[str, ...], Any, Any]] = [
        (("measures",), partial(row_of, known), name) for name in study.measures
    ]
    asked += [(("precision",), partial(row_of, known), name) for name in study.precision]
    if study.precision:
        asked.append((("precision",), lambda asked: rule_of(asked, most=study.replications), study.precision))
    for name, sweep in study.sweep.items():
        at = "sweep", name
        asked += [((*at, "measures"), partial(row_of, known), one) for one in sweep.measures or []]
        asked += [((*at, "vary"), partial(check_keys, base), sweep.vary)]
        asked += [((*at, "vary"), designs.ranges if sweep.points else designs.grid, sweep.vary)]
    for name, part in study.sensitivity.items():
        at = "sensitivity", name
        asked += [((*at, "measure"), partial(row_of, known), part.measure)]
        asked += [((*at, "vary"), partial(check_keys, base), part.vary)]
        asked += [((*at, "vary"), designs.ranges, part.vary)]
    for name, even in study.break_even.items():
        at = "break-even", name
        asked += [((*at, "measure"), partial(row_of, known), even.measure)]
        asked += [((*at, "vary"), partial(check_keys, base), [even.vary, *even.changes])]
        asked += [((*at, "between"), designs.ranges, {even.vary: even.between})]
    return [problem for path, check, value in asked for problem in _found(path, check, value)]


def _found(path: tuple[str, ...], check: Any, value: Any) -> list[Problem]:
    try:
        check(value)
    except ScenarioError as error:
        return [Problem(path, words) for words in error.args]
    return []


def _error(file: Path, problems: list[Problem]) -> ScenarioError:
    return ScenarioError(*(f"{file.name}: {problem}" for problem in problems))
