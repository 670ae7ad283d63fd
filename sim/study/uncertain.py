"""Not knowing the inputs, and chance: a run on two levels takes them apart.

The outer level draws a number for each belief, the inner one makes replications with these. See
:mod:`sim.analysis.uncertainty`. All scenarios meet the same draws, and within a draw the same citizens.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import pandas as pd

from sim.analysis.intervals import t_interval
from sim.analysis.ratios import linearised
from sim.analysis.uncertainty import Bounded, decompose
from sim.engine.contract import Floats
from sim.plan.beliefs import believed, seed_of
from sim.results.chosen import rows_of
from sim.results.estimates import grouped_by
from sim.results.figure import Kind
from sim.results.measured import Measured, kinds
from sim.results.result import Result
from sim.results.saving import records, save_table
from sim.results.units import Series, batches, numbers
from sim.scenario import ScenarioError, ScenarioFile, Source, read
from sim.study.campaign import Campaign, Progress
from sim.study.cells import Options
from sim.study.precise import check_names

DRAWS, INNER = 20, 3


@dataclass(frozen=True)
class Uncertain:
    """What a two-level run gave: of each scenario all measures of every draw's replications."""

    names: tuple[str, ...]
    drawn: pd.DataFrame  # draw, and the numbers by the beliefs' places
    measures: tuple[str, ...]  # that tables tell; none: all
    key: pd.DataFrame = field(repr=False)
    values: Floats = field(repr=False)  # [scenario, draw, replication, row]; of a quantile, batch

    def table(self, group: Iterable[str] | None = None) -> pd.DataFrame:
        """One row per scenario and measure: where its uncertainty comes from.

        `mean` with `low` and `high` over both levels; `inputs` is the share of the variance of one replication that
        comes from not knowing the inputs, with inputs_low and inputs_high, `chance` the rest; `expected_low` and
        `expected_high` are where 95 % of what we believe puts the long-run mean. From the second scenario on the
        same of the paired difference to the first, each with `difference` before it. `group` as in `Sweep.table`.
        """
        named = group is None and self.measures
        chosen = (
            rows_of(self.key, self.measures) if named else np.flatnonzero(grouped_by(self.key, group or ()))
        )
        rows = []
        for scenario, values in zip(self.names, self.values, strict=True):
            for row in chosen:
                told = _told(values[..., row], "")
                if scenario != self.names[0]:
                    told |= _told(values[..., row] - self.values[0, ..., row], "difference")
                key = {str(name): text for name, text in self.key.loc[row].items()}
                rows.append({"scenario": scenario} | key | told)
        return pd.DataFrame(rows)

    def told(self, table: pd.DataFrame | None = None) -> dict[str, Any]:
        """A table for machines, by default that of the network and the kinds of site; what is unknown is null."""
        rows = pd.concat([self.table(), self.table(["site"])]) if table is None else table
        draws, count = len(self.drawn), len(self.drawn.columns) - 1
        return {"draws": draws, "count": count, "rows": records(rows)}

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write beliefs and belief_draws as CSV and Parquet: network and kinds of site; what was drawn."""
        save_table(pd.concat([self.table(), self.table(["site"])]), Path(folder), "beliefs")
        save_table(self.drawn, Path(folder), "belief_draws")


def uncertain(
    *scenarios: Source,
    during: str | None = None,
    measures: Sequence[str] = (),
    draws: int = DRAWS,
    replications: int = INNER,
    **options: Unpack[Options],
) -> Uncertain:
    """Simulate scenarios with `draws` draws of their beliefs, each with replications of its own.

    `measures` are those told of, by default all. Raises `ScenarioError` if no scenario holds a belief, or if a draw
    makes one invalid; ValueError for fewer than two draws or replications.
    """
    files = [read(scenario, during) for scenario in scenarios]
    if not any(file.beliefs for file in files):
        raise ScenarioError(
            f"{files[0].name}: holds no belief; write one as 'belief(triangular(10, 12, 16))'"
        )
    check_names(files[0], measures)
    if draws < 2 or replications < 2:
        raise ValueError("needs at least two draws of the beliefs, with two replications each")
    seed, total = options.get("seed", 1), draws * replications * len(files)
    tell = options.get("progress")
    settled, drawn = [], []
    for draw in range(draws):
        pairs = [believed(file, seed, draw) for file in files]
        settled.append([file for file, _ in pairs])
        drawn.append({"draw": draw} | {name: x for _, numbers in pairs for name, x in numbers.items()})
    values: list[list[Measured]] = []
    for draw, own in enumerate(settled):
        done = draw * replications * len(files)
        here = options.copy()
        here["seed"], here["progress"] = seed_of(seed, draw), _after(done, total, tell)
        with Campaign(**here, measures=measures) as campaign:
            values.append(campaign.measured(own, replications))
    key = values[0][0].key
    stacked = np.stack([of_draw(own, key) for own in values], axis=1)
    names = tuple(file.name for file in files)
    return Uncertain(names, pd.DataFrame(drawn), tuple(measures), key, stacked)


def believing(
    results: Sequence[Result], scenarios: Sequence[ScenarioFile], draws: int, **options: Unpack[Options]
) -> list[Result]:
    """The results with what :meth:`Uncertain.told` in their provenance, as `beliefs`, if the scenarios hold any."""
    if not draws or not any(scenario.beliefs for scenario in scenarios):
        return list(results)
    told = uncertain(*scenarios, draws=draws, **options).told()
    return [
        replace(result, provenance=result.provenance | {"beliefs": _own(told, result.name)})
        for result in results
    ]


def _own(told: dict[str, Any], name: str) -> dict[str, Any]:
    return told | {"rows": [row for row in told["rows"] if row["scenario"] == name]}


def _after(done: int, total: int, tell: Progress | None) -> Progress | None:
    """Progress of a part, told as that of the whole."""
    return None if tell is None else lambda now, _: tell(done + now, total)


def of_draw(scenarios: Sequence[Measured], key: pd.DataFrame) -> Floats:
    """One number a replication, of quantiles one a batch: float[scenario, replication, row]; NaN: there is none.

    Batches are the same in all scenarios, so that differences are of the same citizens.
    """
    wanted = pd.MultiIndex.from_frame(key)
    at = [pd.MultiIndex.from_frame(one.key).get_indexer(wanted) for one in scenarios]
    series = [Series.of(one) for one in scenarios]
    found = np.full((len(scenarios), len(scenarios[0].value), len(key)), np.nan)
    for scenario, (own, rows) in enumerate(zip(series, at, strict=True)):
        found[scenario][:, rows >= 0] = linearised(own.value, own.weight)[rows[rows >= 0]].T
    for row in np.flatnonzero(kinds(key) == Kind.QUANTILE):
        having = [scenario for scenario, rows in enumerate(at) if rows[row] >= 0]
        own_rows = {scenario: series[scenario].row(int(at[scenario][row])) for scenario in having}
        ends = batches(own_rows.values())
        found[:, :, row] = np.nan
        for scenario, own in own_rows.items():
            found[scenario, : len(ends), row] = numbers(own, ends)[0]
    return found


def _told(values: Floats, prefix: str) -> dict[str, Any]:
    mean = prefix or "mean"
    under = f"{prefix}_" if prefix else ""
    try:
        found = decompose(values)
    except ValueError:  # observed too seldom to tell inputs from chance
        over_draws = t_interval(_means(values))
        return {mean: over_draws.mean, f"{under}low": over_draws.low, f"{under}high": over_draws.high}
    varies = found.inputs.value > 0 or found.chance.value > 0
    share = found.share if varies else Bounded(np.nan, np.nan, np.nan)
    return {
        mean: found.mean.value,
        f"{under}low": found.mean.low,
        f"{under}high": found.mean.high,
        f"{under}expected_low": found.expected.low,
        f"{under}expected_high": found.expected.high,
        f"{under}inputs": share.value,
        f"{under}inputs_low": share.low,
        f"{under}inputs_high": share.high,
        f"{under}chance": 1 - share.value,
    }


def _means(values: Floats) -> Floats:
    """The mean of each draw in which anything was observed."""
    return np.array([np.nanmean(own) for own in values if not np.isnan(own).all()], np.float64)
