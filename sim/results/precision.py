"""The precision that a run was asked for, and what it reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.moments import Moments
from sim.analysis.ratios import running_ratio
from sim.analysis.sequential import Reached, Rule, Target, last, reached
from sim.results.chosen import chosen
from sim.results.estimates import weights
from sim.results.measured import Measured
from sim.results.units import Series, batches

NO_PRECISION: Mapping[str, Any] = {"targets": {}}


def about_precision(names: list[str], rule: Rule, *, met: bool) -> dict[str, Any]:
    """What was asked and whether it was reached, for the provenance of a result."""
    targets = {name: target._asdict() for name, target in zip(names, rule.targets, strict=True)}
    limits = {"level": rule.level, "least": rule.least, "most": rule.most, "look_ahead": rule.look_ahead}
    return {"targets": targets, **limits, "reached": met}


def precision_table(measured: Measured, asked: Mapping[str, Any]) -> pd.DataFrame:
    """What precision the measures asked for reached, a row each.

    Measure and group, `mean`, `half_width` of the interval and the one `allowed`, in the measure's unit, in how many
    replications it was `seen`, and whether it is `met`.
    """
    targets = {name: Target(**target) for name, target in asked["targets"].items()}
    named = chosen(measured, targets)
    limits = {name: value for name, value in asked.items() if name not in ("targets", "reached")}
    found = reached(last(running(named)), Rule(tuple(targets.values()), **limits)) if targets else []
    return pd.concat([named.key, pd.DataFrame(found, columns=Reached._fields)], axis=1)


def running(measured: Measured) -> Moments:
    """The figure of each row after each replication, and its error: float[row, replication].

    That of a quantile is the mean of those batches of replications that are full by then.
    """
    at = running_ratio(measured.value.T, weights(measured).T)
    series = Series.of(measured)
    for row in np.flatnonzero(~np.isnan(series.p)).tolist():
        for part, own in zip(at, _by_batch(series.row(row)), strict=True):
            part[row] = own
    return at


def _by_batch(series: Series) -> Moments:
    """The same of one quantile: float[replication]."""
    ends = batches([series])
    values = [series.between(*span)[0][0] for span in zip([0, *ends[:-1]], ends, strict=False)]
    after = running_ratio(values, np.ones(len(ends)))
    done = np.searchsorted(ends, np.arange(series.n.shape[1]) + 1, side="right")
    return Moments(
        *(np.append(none, part)[done] for none, part in zip((np.nan, np.nan, 0), after, strict=True))
    )
