"""The precision that a run was asked for, and what it reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sim.analysis.moments import Moments
from sim.analysis.ratios import running_ratio
from sim.analysis.sequential import Reached, Rule, Target, last, reached
from sim.results.chosen import chosen
from sim.results.estimates import weights
from sim.results.measured import Measured

NO_PRECISION: Mapping[str, Any] = {"targets": {}}


def about_precision(names: list[str], rule: Rule, *, met: bool) -> dict[str, Any]:
    """What was asked and whether it was reached, for the provenance of a result."""
    targets = {name: target._asdict() for name, target in zip(names, rule.targets, strict=True)}
    limits = {"level": rule.level, "least": rule.least, "most": rule.most, "look_ahead": rule.look_ahead}
    return {"targets": targets, **limits, "reached": met}


def precision_table(measured: Measured, asked: Mapping[str, Any]) -> pd.DataFrame:
    """One row a measure asked for; see :attr:`sim.results.result.Result.precision`."""
    targets = {name: Target(**target) for name, target in asked["targets"].items()}
    named = chosen(measured, targets)
    limits = {name: value for name, value in asked.items() if name not in ("targets", "reached")}
    found = reached(last(running(named)), Rule(tuple(targets.values()), **limits)) if targets else []
    return pd.concat([named.key, pd.DataFrame(found, columns=Reached._fields)], axis=1)


def running(measured: Measured) -> Moments:
    """The figure of each row after each replication, and its error: float[row, replication]."""
    return running_ratio(measured.value.T, weights(measured).T)
