"""The result of a scenario, and the comparison of several on the same citizens: tidy tables and their provenance."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.engine.contract import Floats, Ints
from sim.plan.model import Model
from sim.results import frames, official, views
from sim.results.estimate import Interval, paired_difference, rate_interval, t_interval
from sim.results.groups import Label
from sim.results.measured import KEY, Measured
from sim.results.measures import MEASURES
from sim.results.rows import Rows
from sim.results.saving import json_text, save_json, save_table
from sim.scenario.files import ScenarioFile

LONG = ("visits", "dossiers", "backlog", "staffing")


@dataclass(frozen=True)
class Result:
    """What replications of one scenario gave.

    Measures are there of all replications. Rows (visits, dossiers and so on), and what is computed from them, are
    there of the first `provenance["rows_of"]` only, so that memory does not grow with the replications. Every table
    has a column `replication`, from 0.
    """

    name: str
    title: str
    measured: Measured = field(repr=False)
    provenance: dict[str, Any] = field(repr=False)
    model: Model = field(repr=False)
    rows: Sequence[Rows] = field(repr=False)

    @cached_property
    def measures(self) -> pd.DataFrame:
        """Replication, measure, unit, site, place, field, team, value, n; the same rows in every replication.

        An empty site, place, field or team is not grouped by.
        """
        return self.measured.table()

    @cached_property
    def visits(self) -> pd.DataFrame:
        """See :func:`sim.results.frames.visit_frame`."""
        return frames.visit_frame(self.model, self.rows)

    @cached_property
    def dossiers(self) -> pd.DataFrame:
        """See :func:`sim.results.frames.dossier_frame`."""
        return frames.dossier_frame(self.model, self.rows)

    @cached_property
    def open_by_day(self) -> pd.DataFrame:
        """See :func:`sim.results.frames.backlog_frame`."""
        return frames.backlog_frame(self.model, self.rows)

    @cached_property
    def work_by_hour(self) -> pd.DataFrame:
        """See :func:`sim.results.frames.staffing_frame`."""
        return frames.staffing_frame(self.model, self.rows)

    @cached_property
    def forms(self) -> pd.DataFrame:
        """See :func:`sim.results.official.forms`."""
        return frames.joined(part.forms for part in self.rows)

    @cached_property
    def points(self) -> pd.DataFrame:
        """See :func:`sim.results.official.points`."""
        return frames.joined(part.points for part in self.rows)

    @cached_property
    def logs(self) -> pd.DataFrame:
        """See :func:`sim.results.frames.log_frame`; ValueError unless the run was asked to `keep_log`."""
        kept = [(part.case, part.tasks) for part in self.rows if part.tasks is not None]
        if not kept:
            raise ValueError("the logs were not kept; run with keep_log=True")
        return frames.log_frame(self.model, kept)

    def summary(self, group: Iterable[str] | None = None) -> pd.DataFrame:
        """Each measure's mean over replications and its 95 % interval; n observations are behind it.

        `group` chooses the rows grouped by exactly these of site, place, field and team; with [] the network.
        """
        mean, low, high = _intervals(self.measured)
        table = self.measured.key.assign(mean=mean, low=low, high=high, n=self.measured.n.sum(axis=0))
        return table if group is None else table[_grouped_by(table, group)].reset_index(drop=True)

    def waits(self, by: Sequence[str] = ("site",)) -> pd.DataFrame:
        """Waits, stays and leaving unserved in groups of visits; `by` names columns of `visits`.

        Figures have `_low` and `_high`, over the replications with rows; `count` visits waited. This holds for all
        views; see :mod:`sim.results.views`.
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
        """Form 07a for the measuring window in one replication; None: the mean over those with rows."""
        return official.form_07a(self.forms, replication)

    def form_ii06a(self, replication: int | None = 0) -> pd.DataFrame:
        """Form II.06a for the measuring window in one replication; None: the mean over those with rows."""
        return official.form_ii06a(self.forms, replication)

    def indicators(self) -> pd.DataFrame:
        """The nine indicators of Circular 01/2018/TT-VPCP: mean points over replications with rows; NaN: unknown."""
        return official.indicators(self.points)

    def titles(self, noun: str) -> dict[str, str]:
        """The titles of the scenario's sites or fields, in the order of the file."""
        named = self.provenance["scenario"].get(noun, {})
        return {name: table["title"] for name, table in named.items()}

    def to_json(self) -> str:
        """Provenance and the summary, for machines; what is unknown is null."""
        measures = [_with_group(row, ["mean", "low", "high", "n"]) for row in _records(self.summary())]
        return json_text({"provenance": self.provenance, "measures": measures})

    def save(self, folder: str | os.PathLike[str], *, long_as_csv: bool = True) -> None:
        """Write the summary and every table as CSV and Parquet, and provenance.json, into a folder.

        Without `long_as_csv` the tables with a row a visit, dossier or hour are written as Parquet only, as the log
        is, if it was kept.
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
        if self.rows[0].tasks is not None:
            save_table(self.logs, Path(folder), "log", as_csv=False)
        save_json(self.provenance, Path(folder), "provenance")

    @property
    def _replications(self) -> Ints:
        """Those with rows."""
        return np.arange(len(self.rows))


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
        baseline = self.results[0].measured
        parts = [self.results[0].summary(), *(self._against(baseline, one) for one in self.results[1:])]
        for part, result in zip(parts, self.results, strict=True):
            part.insert(0, "scenario", result.name)
        table = pd.concat(parts, ignore_index=True)
        return table if group is None else table[_grouped_by(table, group)].reset_index(drop=True)

    def _against(self, baseline: Measured, result: Result) -> pd.DataFrame:
        mean, low, high, larger = paired_difference(
            baseline.values_of(result.measured.key).T, result.measured.value.T
        )
        direction = np.array([MEASURES[name].better for name in result.measured.key["measure"]])
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


def collect(
    scenario: ScenarioFile,
    model: Model,
    measured: Measured,
    rows: Sequence[Rows],
    provenance: dict[str, Any],
) -> Result:
    """The result of replications 0, 1, … in this order; the first of them have rows."""
    about = provenance | {"rows_of": len(rows)}
    return Result(scenario.name, scenario.scenario.title, measured, about, model, rows)


# --- tables ---


def _intervals(measured: Measured) -> Interval:
    x, rates = measured.value.T, [MEASURES[name].rate for name in measured.key["measure"]]
    mean, low, high = (np.array(part) for part in t_interval(x))
    _, low[rates], high[rates] = rate_interval(x[rates], measured.n.T[rates])
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
