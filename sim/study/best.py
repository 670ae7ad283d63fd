"""The best of several scenarios, with a guarantee, and subject to limits: replications are added until it is found.

The procedure and what it guarantees stand in :mod:`sim.analysis.selection`.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.analysis.ratios import sequential
from sim.analysis.selection import Constraint, Selection
from sim.engine.contract import Floats, Ints
from sim.results.chosen import check_measure, chosen
from sim.results.estimates import estimates
from sim.results.measured import Measured
from sim.results.named import measure_of
from sim.results.saving import json_text, records, save_json, save_table
from sim.results.thresholds import usual
from sim.results.units import Series, next_end
from sim.scenario import ScenarioError, ScenarioFile
from sim.study.campaign import Campaign
from sim.study.explanation import Flag, left_behind
from sim.study.precise import check_names
from sim.study.replicate import explained

FIRST = 20  # replications from which variances are estimated
MOST = 1000
STEP = 0.1  # more replications a batch; those that turn out not to be needed are not read


class Goal(NamedTuple):
    """What is to be best, and the limits to keep."""

    measure: str
    indifference: float
    limits: Mapping[str, Constraint]
    error: float

    @property
    def names(self) -> list[str]:
        """The measures, that to be best first."""
        return [self.measure, *self.limits]


@dataclass(frozen=True)
class Best:
    """What a selection found: `best` is None if no scenario keeps the limits, or if it is not `finished`."""

    best: str | None
    finished: bool  # else the guarantee does not hold: more replications would have been needed than allowed
    candidates: tuple[str, ...]  # those that may still be the best
    table: pd.DataFrame = field(repr=False)
    goal: Goal = field(repr=False)
    seed: int
    hashes: Mapping[str, str] = field(repr=False)  # of the scenarios, by their names
    flags: Mapping[str, list[Flag]] = field(repr=False)  # why averages of a scenario mean little
    left_out: tuple[str, ...] = ()  # stress tests, which nobody chooses

    def to_json(self) -> str:
        """What was found and asked, and the table, for machines."""
        return json_text(self._found | {"measures": records(self.table)})

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write the table as CSV and Parquet, and what was found as JSON, into a folder."""
        save_table(self.table, Path(folder), "best")
        save_json(self._found, Path(folder), "best")

    @property
    def _found(self) -> dict[str, Any]:
        limits = {name: limit._asdict() for name, limit in self.goal.limits.items()}
        return {
            "best": self.best,
            "finished": self.finished,
            "candidates": list(self.candidates),
            "left_out": list(self.left_out),
            "goal": self.goal._asdict() | {"limits": limits},
            "seed": self.seed,
            "hashes": dict(self.hashes),
            "flags": {name: [flag._asdict() for flag in flags] for name, flags in self.flags.items()},
        }


def options_of(files: Sequence[ScenarioFile]) -> list[ScenarioFile]:
    """Those that may be chosen; ScenarioError for fewer than two."""
    options = [file for file in files if file.scenario.kind == "option"]
    if len(options) < 2:
        left_out = ", ".join(file.name for file in files if file not in options)
        raise ScenarioError(
            f'a selection needs two or more options; these are stress tests (kind = "stress"): {left_out}'
        )
    return options


def select(campaign: Campaign, asked: Sequence[ScenarioFile], goal: Goal, *, most: int = MOST) -> Best:
    """Add replications, to those options that may still be the best only, until one is left or so many are made."""
    files = options_of(asked)
    for file in files:
        check_names(file, goal.names)
    flags = {one.file.name: one.flags() for one in explained(files, campaign.measures)}
    search = Selection(len(files), goal.indifference, tuple(goal.limits.values()), goal.error, FIRST)
    measured: dict[int, Measured] = {}
    fed = _Fed(search, goal, files)
    enough = 0
    while not search.finished and enough < most:
        enough = min(fed.wanted(enough), most)
        left = np.flatnonzero(search.candidates).tolist()
        measured |= zip(left, campaign.measured([files[one] for one in left], enough), strict=True)
        fed.feed({one: Series.of(chosen(measured[one], goal.names)) for one in left})
    for number, one in measured.items():
        flags[files[number].name] += left_behind(files[number], one)
    names = [file.name for file in files]
    return Best(
        None if search.best is None else names[search.best],
        search.finished,
        tuple(np.array(names)[search.candidates].tolist()),
        _table(names, search, goal, measured, fed.used),
        goal,
        campaign.seed,
        {file.name: file.hash for file in files},
        flags,
        tuple(file.name for file in asked if file not in files),
    )


def goal_of(
    measure: str,
    indifference: float | None,
    subject_to: Mapping[str, str],
    tolerance: Mapping[str, float],
    error: float,
) -> Goal:
    """The goal in words; by default the indifference and tolerances are what makes no difference in practice.

    A limit is ``"<= 15"`` or ``">= 0.95"``, or ``">= 95%"``. Raises ScenarioError for what cannot be read, for a
    measure of which neither direction is better, and for amounts, which have no usual threshold.
    """
    for name in (measure, *subject_to):
        check_measure(name)
    if measure_of(measure.partition("@")[0]).better == "":
        raise ScenarioError(f"{measure}: neither more nor less of it is better; choose another measure")
    if unknown := set(tolerance) - set(subject_to):
        raise ScenarioError(f"tolerance of {', '.join(sorted(unknown))}: there is no such limit")
    limits = {
        name: _limit(name, text, _zone(name, tolerance.get(name), "tolerance"))
        for name, text in subject_to.items()
    }
    return Goal(measure, _zone(measure, indifference, "indifference"), limits, error)


def _limit(name: str, text: str, tolerance: float) -> Constraint:
    found = re.fullmatch(r"\s*(<=|>=)\s*([-+.\deE_]+)\s*(%?)\s*", text, re.ASCII)
    try:
        limit = float(found[2]) / (100 if found[3] else 1) if found else math.nan
    except ValueError:
        limit = math.nan
    if found is None or math.isnan(limit):
        raise ScenarioError(f"limit of {name}: '{text}' cannot be read; write <= 15, or >= 95%")
    return Constraint(limit, tolerance, at_least=found[1] == ">=")


def _zone(name: str, asked: float | None, what: str) -> float:
    zone = usual(name) if asked is None else asked
    if zone is None:
        raise ScenarioError(f"{name}: has no usual {what}; say how many {_unit(name)} make no difference")
    if not 0 < zone < math.inf:
        raise ScenarioError(f"{what} of {name}: must be above 0, not {zone}")
    return zone


def _unit(name: str) -> str:
    return measure_of(name.partition("@")[0]).unit


class _Fed:
    """What a search was given: one number a replication of each scenario and measure, of quantiles one a batch."""

    def __init__(self, search: Selection, goal: Goal, files: Sequence[ScenarioFile]) -> None:
        self._search, self._names = search, [file.name for file in files]
        self._sign = -1.0 if measure_of(goal.measure.partition("@")[0]).better == "lower" else 1.0
        self.used = np.zeros(len(files), np.int64)  # replications
        self._end = 0  # of the last batch
        shape = len(files), len(goal.names), 0
        self._value, self._weight = np.empty(shape), np.empty(shape)  # [scenario, measure, batch]

    def wanted(self, made: int) -> int:
        """How many replications to have next: soon all that variances are estimated from, then some more."""
        if self._search.replications < FIRST:
            return max(FIRST, 2 * made)
        return made + math.ceil(STEP * made)

    def feed(self, series: Mapping[int, Series]) -> None:
        """Take the batches that are full, one after the other; those not needed any more are not read."""
        while not self._search.finished:
            left = np.flatnonzero(self._search.candidates).tolist()
            end = next_end([series[one] for one in left], self._end)
            if end is None:
                return
            self.used[left] = end
            self._add({one: series[one].between(self._end, end) for one in left})
            self._end = end
            if self._value.shape[2] >= FIRST:
                self._judge()

    def _add(self, figures: Mapping[int, tuple[Floats, Floats]]) -> None:
        column = np.full((2, *self._value.shape[:2], 1), np.nan)
        for one, found in figures.items():
            column[:, one, :, 0] = found
        self._value, self._weight = (
            np.append(part, new, axis=2)
            for part, new in zip((self._value, self._weight), column, strict=True)
        )

    def _judge(self) -> None:
        numbers = sequential(self._value, self._weight, FIRST)
        numbers[:, 0] *= self._sign
        missing = self._search.candidates & np.isnan(numbers).any(axis=(1, 2))
        if missing.any():
            names = ", ".join(np.array(self._names)[missing])
            raise ScenarioError(
                f"{names}: hardly any replication observes what is asked; choose a longer horizon"
            )
        for number in range(self._search.replications, numbers.shape[2]):
            self._search.feed(numbers[:, 0, number], numbers[:, 1:, number])


def _table(
    names: Sequence[str], search: Selection, goal: Goal, measured: Mapping[int, Measured], used: Ints
) -> pd.DataFrame:
    """One row a scenario and measure: scenario, measure, unit, mean, low, high, replications, status."""
    rows = []
    for system, name in enumerate(names):
        found = estimates(chosen(measured[system].first(used[system]), goal.names))
        for number, measure in enumerate(goal.names):
            figures = {"mean": found.mean[number], "low": found.low[number], "high": found.high[number]}
            about = {"replications": used[system], "status": _status(search, system)}
            rows.append({"scenario": name, "measure": measure, "unit": _unit(measure)} | figures | about)
    return pd.DataFrame(rows)


def _status(search: Selection, system: int) -> str:
    """Best, a candidate still, behind another, or breaking a limit."""
    if search.candidates[system]:
        return "best" if search.best == system else "candidate"
    return "breaks" if search.broken[system].any() else "behind"
