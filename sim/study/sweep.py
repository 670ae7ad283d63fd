"""Sweeps: a scenario with many combinations of values, all on the same citizens."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import pandas as pd

from sim.results.chosen import rows_of
from sim.results.estimates import against, estimates, grouped_by, summary
from sim.results.measured import KEY, Measured
from sim.results.saving import save_table
from sim.scenario import ScenarioFile, Source, read
from sim.scenario.messages import shown
from sim.scenario.vary import standing as standing_value
from sim.study import designs
from sim.study.campaign import Campaign, Gathered
from sim.study.cells import (
    Cell,
    Options,
    cells,
    check_keys,
    check_replications,
    where_valid,
)
from sim.study.explanation import Flag, flags_of
from sim.study.precise import check_names, key_of

FIGURES = [
    "mean",
    "low",
    "high",
    "n",
    "difference",
    "difference_low",
    "difference_high",
    "better",
    "flagged",
]


@dataclass(frozen=True)
class Sweep:
    """What the cells of a sweep gave, and the scenario as it stands, the baseline."""

    base: ScenarioFile
    keys: tuple[str, ...]
    cells: tuple[Cell, ...]
    measures: tuple[str, ...]  # that tables tell; none: all
    baseline: Measured = field(repr=False)
    measured: tuple[Measured | None, ...] = field(repr=False)
    flags: tuple[list[Flag], ...] = field(repr=False)  # of the baseline, then of each cell

    @cached_property
    def _table(self) -> pd.DataFrame:
        standing = {key: standing_value(self.base, key) for key in self.keys}
        about: dict[str, Any] = {"cell": -1, "problem": "", "flagged": bool(self.flags[0])}
        baseline = estimates(self.baseline)
        parts = [summary(baseline).assign(**about, **standing)]
        for number, (cell, measured) in enumerate(zip(self.cells, self.measured, strict=True)):
            told = self.baseline.key if measured is None else against(baseline, estimates(measured))
            values = {key: shown(x) if isinstance(x, list) else x for key, x in cell.values.items()}
            about = {"cell": number, "problem": cell.problem, "flagged": bool(self.flags[1 + number])}
            parts.append(told.assign(**about, **values))
        table = pd.concat(parts, ignore_index=True)
        return table.reindex(columns=["cell", *self.keys, *KEY, *FIGURES, "problem"])

    def table(self, group: Iterable[str] | None = None) -> pd.DataFrame:
        """One row per cell and measure: cell, the values varied, the key, mean, low, high, n, difference, better.

        Cell -1 is the baseline. Differences to it are paired by replication; intervals are of 95 %. A cell that
        makes the scenario invalid has no figures, and the reason as its `problem`; one that is `flagged` has work
        that nobody does, or more than anybody can, or leaves demand or citizens behind. Without a `group` there are
        the measures named, or if none is all of the network; with one those grouped by exactly these parts of a group
        (`site`, `place`, …). If measures are named, only they are kept.
        """
        if group is None and self.measures:
            return self.of(self.measures)
        return self._table[grouped_by(self._table, group or ())].reset_index(drop=True)

    def of(self, names: Sequence[str]) -> pd.DataFrame:
        """The rows of the table that the names of measures mean."""
        wanted = pd.MultiIndex.from_frame(self.baseline.key.iloc[rows_of(self.baseline.key, names)])
        rows = pd.MultiIndex.from_frame(self._table[KEY]).isin(wanted)
        return self._table[rows].reset_index(drop=True)

    def heat_map(
        self,
        measure: str,
        *,
        x: str | None = None,
        y: str | None = None,
        value: str = "mean",
        where: Mapping[str, Any] | None = None,
    ) -> pd.DataFrame:
        """A figure of the table by two of the values varied, `y` down and `x` across.

        By default they are the first and the last; `where` fixes others. ValueError if a place has several cells.
        """
        across, down = x or self.keys[-1], y or self.keys[0]
        rows = self.of([measure]).query("cell >= 0")
        for key, fixed in (where or {}).items():
            rows = rows[rows[key] == fixed]
        if across == down or rows[[down, across]].duplicated().any():
            raise ValueError(f"name two of {list(self.keys)} as x and y, and fix the others by `where`")
        return rows.pivot(index=down, columns=across, values=value)

    def save(self, folder: str | os.PathLike[str], name: str = "sweep") -> None:
        """Write all rows of the table as CSV and Parquet into a folder."""
        save_table(_savable(self._table), Path(folder), name)


def sweep(
    scenario: Source,
    vary: Mapping[str, Sequence[Any]],
    *,
    during: str | None = None,
    measures: Sequence[str] = (),
    points: int | None = None,
    replications: int = 10,
    campaign: Campaign | None = None,
    **options: Unpack[Options],
) -> Sweep:
    """Simulate a scenario with all combinations of values, or at so many `points` spread over ranges.

    `vary` has the values to try by dotted path: ``{"team.land-desk.staff": [1, 2, 3]}``; with `points`, a Latin
    hypercube, a lower and a higher number each. See :mod:`sim.scenario.vary` for `*` and `times`. `measures` are
    those told of (``"wait.p90@site=centre"``, see :mod:`sim.results.chosen`), by default all. Raises `ScenarioError`
    for names that do not exist, before the cells are run.
    """
    base, campaign = read(scenario, during), campaign or Campaign(**options, measures=measures)
    check_keys(base, vary)
    check_names(base, measures)
    check_replications(replications)
    if points is None:
        tried = designs.grid(vary)
    elif points < 1:
        raise ValueError(f"needs at least 1 point, not {points}")
    else:
        spans = designs.ranges(vary)
        tried = designs.stretched(spans, designs.latin(spans, points, campaign.seed))
    found = [Cell({}, base), *cells(base, tried)]
    asked = key_of(base, measures)

    def keep(one: Gathered) -> tuple[Measured, list[Flag]]:
        return one.measured.like(asked) if measures else one.measured, flags_of(one.file, one.measured)

    kept = where_valid(campaign, found, replications, keep)
    baseline, *measured = (None if one is None else one[0] for one in kept)
    assert baseline is not None
    flags = tuple([] if one is None else one[1] for one in kept)
    return Sweep(base, tuple(vary), tuple(found[1:]), tuple(measures), baseline, tuple(measured), flags)


def _savable(table: pd.DataFrame) -> pd.DataFrame:
    """Values of several kinds in one column become text."""
    mixed = [name for name in table if table[name].map(type).nunique() > 1 and table[name].dtype == object]
    return table.assign(
        **{str(name): table[name].map(lambda x: "" if x is np.nan else str(x)) for name in mixed}
    )
