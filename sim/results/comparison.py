"""The comparison of several scenarios on the same citizens: tidy tables, verdicts and their provenance."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from sim.results.estimates import against, grouped_by
from sim.results.judgement import inputs, judgement
from sim.results.measured import KEY
from sim.results.result import Result
from sim.results.saving import json_text, records, save_json, save_table, told
from sim.results.whichweeks import weekly_differences
from sim.results.worth import worth


@dataclass(frozen=True)
class Comparison:
    """Results of several scenarios on the same citizens; the first is the baseline.

    `measures` are those to decide by (names as in :mod:`sim.results.chosen`; none: waits and the on-time rate of each
    kind of site), `thresholds` how small a difference makes none, where :mod:`sim.results.thresholds` is not meant.
    """

    results: tuple[Result, ...]
    measures: tuple[str, ...] = ()
    thresholds: Mapping[str, float] = field(default_factory=dict)

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
        baseline = self.results[0].estimates
        parts = [self.results[0].summary(), *(against(baseline, one.estimates) for one in self.results[1:])]
        for part, result in zip(parts, self.results, strict=True):
            part.insert(0, "scenario", result.name)
        table = pd.concat(parts, ignore_index=True)
        return table if group is None else table[grouped_by(table, group)].reset_index(drop=True)

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """What is decided, all scenarios and measures together; see :func:`sim.results.judgement.judgement`."""
        found = {result.name: result.estimates for result in self.results}
        return judgement(found, self.measures, self.thresholds)

    @cached_property
    def worth(self) -> pd.DataFrame:
        """What the options cost and save against the baseline; see :func:`sim.results.worth.worth`."""
        options = {one.name: one.measured for one in self.results[1:] if one.is_option}
        return worth(self.results[0].measured, options)

    @cached_property
    def weeks(self) -> pd.DataFrame:
        """In which weeks differences lie; see :func:`sim.results.whichweeks.weekly_differences`."""
        baseline, *others = self.results
        measured = {one.name: one.measured for one in others}
        return weekly_differences(baseline.measured, measured, baseline.period[0], self.thresholds)

    @cached_property
    def inputs(self) -> pd.DataFrame:
        """What the scenarios change in the baseline; see :func:`sim.results.judgement.inputs`."""
        return inputs({result.name: result.provenance["scenario"] for result in self.results})

    def to_json(self) -> str:
        """Provenance of every scenario and the tables, for machines; what is unknown or unlimited is null."""
        tables = {"measures": told(self.table(), KEY), "verdicts": told(self.verdicts, KEY)}
        others = {
            "weeks": records(self.weeks.astype({"week": str})),
            "worth": records(self.worth),
            "inputs": records(self.inputs),
        }
        return json_text({"provenance": self._provenance, **tables, **others})

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write the tables as CSV and Parquet, and provenance.json, into a folder."""
        for name in ("verdicts", "weeks", "worth", "inputs"):
            save_table(getattr(self, name), Path(folder), name)
        save_table(self.table(), Path(folder), "comparison")
        save_json(self._provenance, Path(folder), "provenance")

    @property
    def _provenance(self) -> dict[str, Any]:
        return {result.name: result.provenance for result in self.results}
