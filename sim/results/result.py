"""The result of a scenario, and the comparison of several on the same citizens: tidy tables and their provenance."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.engine.contract import Floats, Ints
from sim.results import official, views
from sim.results.estimate import Interval, paired_difference, rate_interval, t_interval
from sim.results.frames import Tables
from sim.results.groups import Label
from sim.results.measures import MEASURES
from sim.results.saving import json_text, save_json, save_table
from sim.scenario.files import ScenarioFile

KEY = ["measure", "unit", *Label._fields]
PACKAGES = ("motcua", "numpy", "scipy", "pandas", "simpy", "numba", "holidays")


LONG = ("visits", "dossiers", "backlog", "staffing")


@dataclass(frozen=True)
class Result:
    """What replications of one scenario gave.

    Every table has a column `replication`, from 0. The measures have the same rows, in the same order, in each.
    """

    name: str
    title: str
    measures: pd.DataFrame = field(repr=False)  # see sim.results.measures.measure
    visits: pd.DataFrame = field(repr=False)  # of the measuring window, see sim.results.frames
    dossiers: pd.DataFrame = field(repr=False)
    provenance: dict[str, Any] = field(repr=False)
    open_by_day: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)  # see sim.results.frames
    work_by_hour: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    forms: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)  # see sim.results.official
    points: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)

    def summary(self, group: Iterable[str] | None = None) -> pd.DataFrame:
        """Each measure's mean over replications and its 95 % interval; n observations are behind it.

        `group` chooses the rows grouped by exactly these of site, place, field and team; with [] the network.
        """
        values, n = _by_replication(self.measures, "value"), _by_replication(self.measures, "n")
        mean, low, high = _intervals(values, n)
        table = values.index.to_frame(index=False)
        table = table.assign(mean=mean, low=low, high=high, n=n.sum(axis=1).to_numpy())
        return table if group is None else table[_grouped_by(table, group)].reset_index(drop=True)

    def waits(self, by: Sequence[str] = ("site",)) -> pd.DataFrame:
        """Waits, stays and leaving unserved in groups of visits; `by` names columns of `visits`.

        Figures have `_low` and `_high`, over replications; `count` visits waited. See :mod:`sim.results.views`.
        """
        return views.waits(self.visits, by, self._replications)

    def on_time(self, by: Sequence[str] = ("site",)) -> pd.DataFrame:
        """Early, on time (early included) and late, open and overdue; `by` names columns of `dossiers`.

        `count` is the denominator of the rates: finished or overdue, as in `on_time.rate`.
        """
        return views.on_time(self.dossiers, by, self._replications)

    def backlog(self, by: Sequence[str] = ("site", "date")) -> pd.DataFrame:
        """Dossiers `open` at the end of the day, and `mean` through it; `by` names columns of `open_by_day`.

        Without `date` both are means over the days of a group.
        """
        return views.backlog(self.open_by_day, by, self._replications)

    def staffing(self, by: Sequence[str] = ("team", "hour")) -> pd.DataFrame:
        """Utilisation, hours of overtime and cost of staff in VND; `by` names columns of `work_by_hour`."""
        return views.staffing(self.work_by_hour, by, self._replications)

    def form_07a(self, replication: int | None = 0) -> pd.DataFrame:
        """Form 07a for the measuring window in one replication; None: the mean over replications."""
        return official.form_07a(self.forms, replication)

    def form_ii06a(self, replication: int | None = 0) -> pd.DataFrame:
        """Form II.06a for the measuring window in one replication; None: the mean over replications."""
        return official.form_ii06a(self.forms, replication)

    def indicators(self) -> pd.DataFrame:
        """The nine indicators of Circular 01/2018/TT-VPCP: mean points, NaN for what is not simulated."""
        return official.indicators(self.points)

    def to_json(self) -> str:
        """Provenance and the summary, for machines; what is unknown is null."""
        measures = [_with_group(row, ["mean", "low", "high", "n"]) for row in _records(self.summary())]
        return json_text({"provenance": self.provenance, "measures": measures})

    def save(self, folder: str | os.PathLike[str], *, long_as_csv: bool = True) -> None:
        """Write the summary and every table as CSV and Parquet, and provenance.json, into a folder.

        Without `long_as_csv` the tables with a row a visit, dossier or hour are written as Parquet only.
        """
        tables = {
            "summary": self.summary(),
            "measures": self.measures,
            "visits": self.visits,
            "dossiers": self.dossiers,
            "backlog": self.open_by_day,
            "staffing": self.work_by_hour,
            "forms": self.forms,
            "points": self.points,
        }
        for name, table in tables.items():
            save_table(table, Path(folder), name, as_csv=long_as_csv or name not in LONG)
        save_json(self.provenance, Path(folder), "provenance")

    @property
    def _replications(self) -> Ints:
        return self.measures["replication"].unique()


@dataclass(frozen=True)
class Comparison:
    """Results of several scenarios on the same citizens; the first is the baseline."""

    results: tuple[Result, ...]

    def __post_init__(self) -> None:
        names = [result.name for result in self.results]
        drawn = {(one.provenance["seed"], one.provenance["replications"]) for one in self.results}
        if len(names) < 2 or len(set(names)) < len(names):
            raise ValueError(f"needs two or more scenarios with names of their own, not {names}")
        if len(drawn) > 1:
            raise ValueError(f"the citizens differ: (seed, replications) are {sorted(drawn)}")

    def table(self, group: Iterable[str] | None = None) -> pd.DataFrame:
        """Each measure of each scenario, its `difference` to the baseline, and the probability it is `better`.

        Differences are paired by replication, with 95 % intervals; they are empty for the baseline, and for rows
        it does not have. `better` is empty where neither direction is. `group` as in :meth:`Result.summary`.
        """
        baseline = _by_replication(self.results[0].measures, "value")
        parts = [self.results[0].summary(), *(self._against(baseline, one) for one in self.results[1:])]
        for part, result in zip(parts, self.results, strict=True):
            part.insert(0, "scenario", result.name)
        table = pd.concat(parts, ignore_index=True)
        return table if group is None else table[_grouped_by(table, group)].reset_index(drop=True)

    def _against(self, baseline: pd.DataFrame, result: Result) -> pd.DataFrame:
        values = _by_replication(result.measures, "value")
        mean, low, high, larger = paired_difference(
            baseline.reindex(values.index).to_numpy(), values.to_numpy()
        )
        direction = np.array([MEASURES[name].better for name in values.index.get_level_values("measure")])
        better = np.select([direction == "higher", direction == "lower"], [larger, 1 - larger], np.nan)
        return result.summary().assign(
            difference=mean, difference_low=low, difference_high=high, better=better
        )

    def to_json(self) -> str:
        """Provenance of every scenario and the table, for machines; what is unknown is null."""
        table = self.table()
        figures = [name for name in table.columns if name not in ("scenario", *KEY)]
        rows = [{"scenario": row["scenario"], **_with_group(row, figures)} for row in _records(table)]
        return json_text({"provenance": self._provenance, "measures": rows})

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write the table as CSV and Parquet, and provenance.json, into a folder."""
        save_table(self.table(), Path(folder), "comparison")
        save_json(self._provenance, Path(folder), "provenance")

    @property
    def _provenance(self) -> dict[str, Any]:
        return {result.name: result.provenance for result in self.results}


def collect(scenario: ScenarioFile, replications: Sequence[Tables], provenance: dict[str, Any]) -> Result:
    """The result of replications 0, 1, … in this order."""
    measures, visits, dossiers, open_by_day, work_by_hour, forms, points = (
        pd.concat(dict(enumerate(parts)), names=["replication"]).reset_index(level=0).reset_index(drop=True)
        for parts in zip(*replications, strict=True)
    )
    return Result(
        scenario.name,
        scenario.scenario.title,
        measures,
        visits,
        dossiers,
        provenance,
        open_by_day,
        work_by_hour,
        forms,
        points,
    )


def provenance(
    scenario: ScenarioFile, *, seed: int, replications: int, engine: str, started: str
) -> dict[str, Any]:
    """Everything needed to get the same numbers again; `started` is an ISO date and time."""
    return {
        "scenario": scenario.resolved,
        "hash": scenario.hash,
        "seed": seed,
        "replications": replications,
        "engine": engine,
        "versions": {"python": platform.python_version()} | {name: _version(name) for name in PACKAGES},
        "started": started,
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


# --- tables ---


def _by_replication(measures: pd.DataFrame, column: str) -> pd.DataFrame:
    """One row per measure and group, in the order of the table, one column per replication."""
    count = measures["replication"].nunique()
    first = measures[: len(measures) // count]
    values = measures[column].to_numpy().reshape(count, -1).T
    return pd.DataFrame(values, index=pd.MultiIndex.from_frame(first[KEY]))


def _intervals(values: pd.DataFrame, n: pd.DataFrame) -> Interval:
    x, rates = values.to_numpy(), [MEASURES[name].rate for name in values.index.get_level_values("measure")]
    mean, low, high = (np.array(part) for part in t_interval(x))
    _, low[rates], high[rates] = rate_interval(x[rates], n.to_numpy()[rates])
    return Interval(mean, np.maximum(low, 0.0), high)  # no measure can be negative


def _grouped_by(table: pd.DataFrame, group: Iterable[str]) -> Floats:
    wanted = set(group)
    if unknown := wanted - set(Label._fields):
        raise ValueError(f"cannot group by {sorted(unknown)}; the choices are {list(Label._fields)}")
    named = table[list(Label._fields)].to_numpy() != ""
    return (named == [part in wanted for part in Label._fields]).all(axis=1)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [dict(zip(table.columns, row, strict=True)) for row in table.itertuples(index=False, name=None)]


def _with_group(row: dict[str, Any], figures: Iterable[str]) -> dict[str, Any]:
    return {
        "measure": row["measure"],
        "unit": row["unit"],
        "group": {part: row[part] for part in Label._fields if row[part]},
        **{name: None if math.isnan(row[name]) else row[name] for name in figures},
    }
