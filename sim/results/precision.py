"""The precision that a run was asked for, and what it reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sim.analysis.sequential import Reached, Rule, Target, reached
from sim.results.chosen import rows_of
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
    at = rows_of(measured.key, targets)
    limits = {name: value for name, value in asked.items() if name not in ("targets", "reached")}
    found = reached(measured.value.T[at], Rule(tuple(targets.values()), **limits)) if targets else []
    figures = pd.DataFrame(found, columns=Reached._fields)
    return pd.concat([measured.key.iloc[at].reset_index(drop=True), figures], axis=1)
