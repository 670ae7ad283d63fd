"""The result of a scenario: tidy tables and their provenance."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.engine.contract import Ints
from sim.plan.model import Model
from sim.results import daily, frames, neglect, official, views
from sim.results.estimates import Estimates, estimates, grouped_by, summary
from sim.results.measured import KEY, Measured
from sim.results.outlook import outlook
from sim.results.precision import NO_PRECISION, precision_table
from sim.results.rows import Rows
from sim.results.saving import json_text, save_json, save_table, told
from sim.results.waittable import wait_table
from sim.results.weeks import week_table
from sim.scenario.files import ScenarioFile
from sim.scenario.horizon import measured_days

UNSTABLE = {"overloaded", "unserved", "booked_out", "growing", "lead"}
LONG = ("waits", "weeks", "visits", "dossiers", "backlog", "staffing", "scores")
OF_SOME = 'rows are of the first {rows_of} of {replications} replications; run with rows="all" for all'
# Of rows, by the names of their files: from the model and the rows of some replications.
TABLES: dict[str, Callable[[Model, Sequence[Rows]], pd.DataFrame]] = {
    "visits": frames.visit_frame,
    "dossiers": frames.dossier_frame,
    "backlog": frames.backlog_frame,
    "days": frames.day_frame,
    "staffing": frames.staffing_frame,
    "forms": lambda _, parts: frames.joined(part.forms for part in parts),
    "points": lambda _, parts: frames.joined(part.points for part in parts),
    "scores": frames.score_frame,
}


class RowsWarning(UserWarning):
    """A table has rows of some of the replications only."""


@dataclass(frozen=True)
class Result:
    """What replications of one scenario gave.

    Measures are there of all replications. Rows (visits, dossiers and so on), and what is computed from them, are
    there of the first `provenance["rows_of"]` only, so that memory does not grow with the replications; `run` and
    `compare` are told of how many by `rows`. Such a table has both numbers in its `attrs`; to read one that is not of
    all replications gives a `RowsWarning`. Every table has a column `replication`, from 0.
    """

    name: str
    title: str
    measured: Measured = field(repr=False)
    provenance: dict[str, Any] = field(repr=False)
    model: Model = field(repr=False)
    rows: Sequence[Rows] = field(repr=False)
    _held: dict[str, pd.DataFrame] = field(init=False, repr=False, compare=False, default_factory=dict)

    @cached_property
    def measures(self) -> pd.DataFrame:
        """Replication, measure, unit, the parts of a group, value, n; the same rows in every replication.

        An empty part (site, place, field, team, priority, channel, visit) is not grouped by.
        """
        return self.measured.table()

    @cached_property
    def estimates(self) -> Estimates:
        """What the replications say together."""
        return estimates(self.measured)

    @property
    def visits(self) -> pd.DataFrame:
        """See :func:`sim.results.frames.visit_frame`."""
        return self._read("visits")

    @property
    def dossiers(self) -> pd.DataFrame:
        """See :func:`sim.results.frames.dossier_frame`."""
        return self._read("dossiers")

    @cached_property
    def outlook(self) -> pd.DataFrame:
        """See :func:`sim.results.outlook.outlook`; without a table of open dossiers it is empty."""
        return outlook(self.model, np.array(self.measured.fates))

    @property
    def open_by_day(self) -> pd.DataFrame:
        """See :func:`sim.results.frames.backlog_frame`."""
        return self._read("backlog")

    @property
    def days(self) -> pd.DataFrame:
        """See :func:`sim.results.frames.day_frame`."""
        return self._read("days")

    @cached_property
    def stability(self) -> pd.DataFrame:
        """Whether backlogs still grow; see :func:`sim.results.daily.stability`."""
        return daily.stability(self._table("days"))

    @cached_property
    def warm_up(self) -> pd.DataFrame:
        """Whether the warm-up was long enough; see :func:`sim.results.daily.warm_up`."""
        return daily.warm_up(self._table("days"))

    @property
    def period(self) -> tuple[date, date]:
        """First and last day measured."""
        return measured_days(self.provenance["scenario"]["horizon"])

    @property
    def is_stable(self) -> bool:
        """No place has more work than people, or work that nobody does, and no backlog still grows at the end."""
        return not {flag["kind"] for flag in self.provenance["flags"]} & UNSTABLE

    @property
    def neglects(self) -> bool:
        """Work meets nobody for days, citizens are sent away, or demand is unmet: what is on time is of the rest."""
        return not {flag["kind"] for flag in self.provenance["flags"]}.isdisjoint(neglect.KINDS)

    @property
    def is_option(self) -> bool:
        """It may be chosen; a stress test may not."""
        return bool(self.provenance["scenario"].get("kind", "option") == "option")

    @cached_property
    def precision(self) -> pd.DataFrame:
        """See :func:`sim.results.precision.precision_table`; empty if a run was asked for none."""
        return precision_table(self.measured, self.provenance.get("precision", NO_PRECISION))

    @property
    def work_by_hour(self) -> pd.DataFrame:
        """See :func:`sim.results.frames.staffing_frame`."""
        return self._read("staffing")

    @property
    def forms(self) -> pd.DataFrame:
        """See :func:`sim.results.official.forms`."""
        return self._read("forms")

    @property
    def points(self) -> pd.DataFrame:
        """See :func:`sim.results.official.points`."""
        return self._read("points")

    @property
    def scores(self) -> pd.DataFrame:
        """See :func:`sim.results.frames.score_frame`."""
        return self._read("scores")

    @property
    def logs(self) -> pd.DataFrame:
        """See :func:`sim.results.frames.log_frame`; ValueError unless the run was asked to `keep_log`."""
        return self._read("log")

    def summary(self, group: Iterable[str] | None = None) -> pd.DataFrame:
        """Each measure over all replications and its 95 % interval; n observations are behind it.

        `group` chooses the rows grouped by exactly these of site, place, field, team, priority, channel and visit;
        with [] the network.
        """
        table = summary(self.estimates)
        return table if group is None else table[grouped_by(table, group)].reset_index(drop=True)

    def waits(self, by: Sequence[str] = ("site",)) -> pd.DataFrame:
        """Waits, stays and leaving unserved in groups of visits; `by` names columns of `visits`.

        Figures have `_low` and `_high`, over the replications with rows; `count` visits waited. This holds for all
        views; see :mod:`sim.results.views`.
        """
        return views.waits(self._read("visits"), by, self._replications)

    def on_time(self, by: Sequence[str] = ("site",)) -> pd.DataFrame:
        """Early, on time (early included) and late, open and overdue; `by` names columns of `dossiers`.

        `count` is the denominator of the rates: finished or overdue, as in `on_time.rate`.
        """
        return views.on_time(self._read("dossiers"), by, self._replications)

    def backlog(self, by: Sequence[str] = ("site", "date")) -> pd.DataFrame:
        """Dossiers `open` at the end of the day, and `mean` through it; `by` names columns of `open_by_day`.

        Without `date` both are means over the days of a group.
        """
        return views.backlog(self._read("backlog"), by, self._replications)

    def staffing(self, by: Sequence[str] = ("team", "hour")) -> pd.DataFrame:
        """Utilisation, hours (rostered, present, overtime) and cost in VND; `by` names columns of `work_by_hour`."""
        return views.staffing(self._read("staffing"), by, self._replications)

    def form_07a(self, replication: int = 0) -> pd.DataFrame:
        """Form 07a for the measuring window in one replication with rows: whole dossiers, whose sums hold."""
        return official.form_07a(self._read("forms"), replication)

    def form_ii06a(self, replication: int = 0) -> pd.DataFrame:
        """Form II.06a for the measuring window, likewise."""
        return official.form_ii06a(self._read("forms"), replication)

    def indicators(self, replication: int = 0) -> pd.DataFrame:
        """The nine indicators of Circular 01/2018/TT-VPCP: points in one replication, likewise; NaN: unknown."""
        return official.indicators(self._read("points"), replication)

    def titles(self, noun: str) -> dict[str, str]:
        """The titles of the scenario's sites or fields, in the order of the file."""
        named = self.provenance["scenario"].get(noun, {})
        return {name: table["title"] for name, table in named.items()}

    def to_json(self) -> str:
        """Provenance, the summary and the precision asked for, for machines; what is unknown is null."""
        record = {"provenance": self.provenance, "measures": told(self.summary(), KEY)}
        if len(self.precision):
            record["precision"] = told(self.precision, KEY)
        return json_text(record)

    def save(self, folder: str | os.PathLike[str], *, long_as_csv: bool = True) -> None:
        """Write the summary and every table as CSV and Parquet, and provenance.json, into a folder.

        Without `long_as_csv` the tables with a row a visit, dossier or hour are written as Parquet only, as the log
        is, if it was kept.
        """
        (Path(folder) / "provenance.json").unlink(missing_ok=True)  # a folder without it is not complete
        for name, table in self._tables().items():
            as_csv = name != "log" and (long_as_csv or name not in LONG)
            save_table(table, Path(folder), name, as_csv=as_csv)
        save_json(self.provenance, Path(folder), "provenance")

    def _tables(self) -> dict[str, pd.DataFrame]:
        """Every table by the name of its file."""
        tables = {"summary": self.summary(), "measures": self.measures}
        tables["waits"] = wait_table(self.measured.key, self.measured.tallies())
        tables["weeks"] = week_table(self.measured.weeks, self.measured.sites, self.period[0])
        tables |= {name: self._table(name) for name in TABLES}
        tables |= {"stability": self.stability, "warm_up": self.warm_up}
        asked = {"precision": self.precision, "outlook": self.outlook}
        tables |= {name: table for name, table in asked.items() if len(table)}
        if self._has_log:
            tables["log"] = self._table("log")
        return tables

    def _read(self, name: str) -> pd.DataFrame:
        """A table of rows for whoever reads it, who is told if it is not of all replications."""
        table = self._table(name)
        if table.attrs["rows_of"] < table.attrs["replications"]:
            warnings.warn(OF_SOME.format_map(table.attrs), RowsWarning, stacklevel=3)
        return table

    def _table(self, name: str) -> pd.DataFrame:
        """A table of rows, made once."""
        if name not in self._held:
            table = self._made(name)
            table.attrs = {key: self.provenance[key] for key in ("rows_of", "replications")}
            self._held[name] = table
        return self._held[name]

    def _made(self, name: str) -> pd.DataFrame:
        if name != "log":
            return TABLES[name](self.model, self.rows)
        if not self._has_log:
            raise ValueError("the logs were not kept; run with keep_log=True")
        return frames.log_frame(self.model, [(part.case, part.tasks) for part in self.rows if part.tasks])

    @property
    def _has_log(self) -> bool:
        return self.rows[0].tasks is not None

    @property
    def _replications(self) -> Ints:
        """Those with rows."""
        return np.arange(self.provenance["rows_of"])


def collect(
    scenario: ScenarioFile,
    model: Model,
    measured: Measured,
    rows: Sequence[Rows],
    provenance: dict[str, Any],
) -> Result:
    """The result of replications 0, 1, … in this order; the first of them have rows.

    To the flags of the provenance come those that only a run shows, see :func:`sim.results.daily.flags` and
    :func:`sim.results.neglect.flags`.
    """
    titles = {name: site.title for name, site in scenario.scenario.site.items()}
    seen = [*daily.flags(frames.day_frame(model, rows), titles), *neglect.flags(measured, titles)]
    about = provenance | {"rows_of": len(rows), "flags": [*provenance.get("flags", []), *seen]}
    return Result(scenario.name, scenario.scenario.title, measured, about, model, rows)
