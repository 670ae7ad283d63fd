"""Sensitivity: which of several uncertain values matters most to a measure, all on the same citizens.

`tornado` varies one value at a time, and reads well. `morris` (elementary effects) screens many values at little
cost. `sobol` shares the variance of the response among the values, interactions included, and needs the most points.

Sources: Morris (1991), Technometrics 33, 161-174; Campolongo, Cariboni & Saltelli (2007), Environ. Model. Softw. 22,
1509-1518; Saltelli et al. (2010), Comput. Phys. Commun. 181, 259-270.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import numpy as np
import pandas as pd

from sim.engine.contract import Floats
from sim.results.estimates import Estimates, difference
from sim.scenario import ScenarioError, ScenarioFile, Source, read
from sim.scenario.messages import suggest
from sim.study import designs
from sim.study.campaign import Campaign
from sim.study.cells import (
    Cell,
    Options,
    all_valid,
    cells,
    check_keys,
    check_replications,
    response,
    where_valid,
)
from sim.study.designs import Ranges
from sim.study.precise import check_names

SIZES = {"tornado": 2, "morris": 10, "sobol": 64}  # points a value, trajectories, points of the sequence


def sensitivity(
    scenario: Source,
    vary: Mapping[str, Sequence[float]],
    *,
    during: str | None = None,
    measure: str,
    method: str = "tornado",
    size: int | None = None,
    replications: int = 10,
    campaign: Campaign | None = None,
    **options: Unpack[Options],
) -> pd.DataFrame:
    """How a measure follows from values that are varied within ranges; one row a value, the most important first.

    A measure of a group is written as in `wait.p90@site=centre` (:mod:`sim.results.chosen`).

    Columns are key, from, to, and for `tornado` the means at_from, base and at_to, the paired difference between
    the ends as `swing` with swing_low and swing_high, and the `problem` of an end that makes the scenario invalid;
    for `morris` mu, mu_star, mu_star_half and sigma, of the whole range; for `sobol` first, first_half, total and
    total_half, shares of the variance. Halves are those of 95 % intervals. `size` is the number of Morris's
    trajectories, or of Sobol's points (a power of two), for so many times two more than the values.
    """
    base, campaign = read(scenario, during), campaign or Campaign(**options, measures=[measure])
    if method not in SIZES:
        raise ScenarioError(f"'{method}' is no method of sensitivity{suggest(method, SIZES)}")
    check_keys(base, vary)
    check_names(base, [measure])
    check_replications(replications)
    spans = designs.ranges(vary)
    table = pd.DataFrame([(key, *ends) for key, ends in spans.items()], columns=["key", "from", "to"])
    if method == "tornado":
        return _tornado(table, campaign, base, spans, measure, replications)
    make = designs.trajectories if method == "morris" else designs.saltelli
    unit = make(spans, SIZES[method] if size is None else size, campaign.seed)
    found = cells(base, designs.stretched(spans, unit))
    all_valid(found)
    kept = where_valid(campaign, found, replications, lambda one: response(one.measured, measure))
    y = np.array([_mean(one) for one in kept])
    if np.isnan(y).any():
        raise ScenarioError(f"{base.name}: {measure} is not observed everywhere in the ranges")
    return (
        _morris(table, spans, unit, y, campaign.seed)
        if method == "morris"
        else _sobol(table, spans, y, campaign.seed)
    )


def _tornado(
    table: pd.DataFrame,
    campaign: Campaign,
    base: ScenarioFile,
    spans: Ranges,
    measure: str,
    replications: int,
) -> pd.DataFrame:
    points: list[dict[str, Any]] = [{key: end} for key, ends in spans.items() for end in ends]
    found = [Cell({}, base), *cells(base, points)]
    standing, *ends = where_valid(campaign, found, replications, lambda one: response(one.measured, measure))
    swings = [_swing(low, high) for low, high in zip(ends[::2], ends[1::2], strict=True)]
    swing, swing_low, swing_high = np.transpose(swings)
    problems = [
        "; ".join(filter(None, (a.problem, b.problem))) for a, b in zip(found[1::2], found[2::2], strict=True)
    ]
    told = table.assign(
        at_from=[_mean(end) for end in ends[::2]],
        base=_mean(standing),
        at_to=[_mean(end) for end in ends[1::2]],
        swing=swing,
        swing_low=swing_low,
        swing_high=swing_high,
        problem=problems,
    )
    return told.sort_values("swing", key=abs, ascending=False, ignore_index=True)


def _mean(found: Estimates | None) -> float:
    return math.nan if found is None else float(found.mean[0])


def _swing(low: Estimates | None, high: Estimates | None) -> tuple[float, float, float]:
    """The paired difference between the ends, with its interval; unknown if one of them is invalid."""
    if low is None or high is None:
        return math.nan, math.nan, math.nan
    mean, lower, upper, _ = (float(np.asarray(part)[0]) for part in difference(low, high))
    return mean, lower, upper


def _morris(table: pd.DataFrame, spans: Ranges, unit: Floats, y: Floats, seed: int) -> pd.DataFrame:
    found = designs.elementary_effects(spans, unit, y, seed)
    told = table.assign(
        mu=found["mu"], mu_star=found["mu_star"], mu_star_half=found["mu_star_conf"], sigma=found["sigma"]
    )
    return told.sort_values("mu_star", ascending=False, ignore_index=True)


def _sobol(table: pd.DataFrame, spans: Ranges, y: Floats, seed: int) -> pd.DataFrame:
    found = designs.sobol_indices(spans, y, seed)
    told = table.assign(
        first=found["S1"], first_half=found["S1_conf"], total=found["ST"], total_half=found["ST_conf"]
    )
    return told.sort_values("total", ascending=False, ignore_index=True)
