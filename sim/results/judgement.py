"""What a comparison decides: measures of all scenarios as one family, practical thresholds, verdicts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.multiple import simultaneous, variance_reduction, verdicts
from sim.results.chosen import name_of, rows_of
from sim.results.estimates import Estimates, grouped_by
from sim.results.named import measure_of
from sim.results.thresholds import practical
from sim.scenario.differences import resolved_differences

DECISIVE = ("wait.mean", "wait.p90", "on_time.rate")


def usual_names(key: pd.DataFrame) -> list[str]:
    """The measures that decide where none are chosen: waits and the on-time rate of each kind of site."""
    of_site = key[grouped_by(key, ["site"]) & key["measure"].isin(DECISIVE)]
    return [name_of(row) for _, row in of_site.iterrows()]


def judgement(
    scenarios: Mapping[str, Estimates],
    names: Sequence[str] = (),
    thresholds: Mapping[str, float] | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """One row a scenario but the first, the baseline, and measure named.

    The scenario, the key, the paired `difference` to the baseline and its bounds `low` and `high`, which hold for all
    rows together (Bonferroni), `adjusted`, the p-value after Holm, the probability that it is `better`, the
    `threshold` below which a difference makes none, the `verdict`, and the `variance_reduction` by pairing. A measure
    of which neither direction is better has no probability and no verdict. ScenarioError for names that mean nothing.
    """
    baseline, *others = scenarios.values()
    wanted = list(names) or usual_names(baseline.key)
    key = baseline.key.iloc[rows_of(baseline.key, wanted)].reset_index(drop=True)
    mean, before = baseline.in_rows(key)
    means, linear = zip(*(other.in_rows(key) for other in others), strict=True)
    after = np.stack(linear)  # float[scenario, measure, replication]
    found = simultaneous(after - before, level)
    direction = np.array([measure_of(name).better for name in key["measure"]])
    threshold = practical(wanted, thresholds or {}, mean)
    said = verdicts(found.low, found.high, np.broadcast_to(threshold, found.low.shape), direction == "higher")
    figures = {
        "difference": np.stack(means) - mean,
        "low": found.low,
        "high": found.high,
        "adjusted": found.adjusted,
        "better": np.select(
            [direction == "higher", direction == "lower"], [found.larger, 1 - found.larger], np.nan
        ),
        "threshold": np.broadcast_to(threshold, found.mean.shape),
        "verdict": np.where(direction == "", "", said),
        "variance_reduction": variance_reduction(before, after),
    }
    table = pd.concat([key] * len(others), ignore_index=True)
    table.insert(0, "scenario", np.repeat(list(scenarios)[1:], len(key)))
    return table.assign(**{name: column.ravel() for name, column in figures.items()})


def inputs(scenarios: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """What the resolved scenarios set otherwise than the first: scenario, path, baseline, value, as JSON.

    Empty: the file is silent. Titles and sources are left out.
    """
    (_, baseline), *others = scenarios.items()
    rows = [
        (name, path, _json(before), _json(after))
        for name, tables in others
        for path, before, after in resolved_differences(dict(baseline), dict(tables))
    ]
    return pd.DataFrame(rows, columns=["scenario", "path", "baseline", "value"], dtype=str)


def _json(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)
