"""In which weeks a difference lies: waits and rates on time by week, scenarios paired by replication."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from sim.analysis.moments import Moments, moments, probability_above
from sim.analysis.multiple import holm
from sim.analysis.ratios import linearised, ratio_moments
from sim.engine.contract import Floats
from sim.results.groups import ratio
from sim.results.measured import Measured
from sim.results.named import measure_of
from sim.results.thresholds import practical
from sim.results.weeks import Week, mondays

PARTS = {"wait.mean": ("wait", "waited"), "on_time.rate": ("on_time", "judged")}


def weekly_differences(
    baseline: Measured,
    others: Mapping[str, Measured],
    first: date,
    thresholds: Mapping[str, float],
    level: float = 0.95,
) -> pd.DataFrame:
    """A row a scenario but the baseline, measure, kind of site and week; the window begins on its `first` day.

    The paired `difference` to the baseline's figure of that week, with bounds `low` and `high` that hold for all
    weeks of the measure and site together (Bonferroni). A week is `named` if the difference is more than the
    `threshold` that makes none in practice: by p-values of that, `adjusted` for the number of weeks (Holm 1979).
    Weeks of which too little is known are left out.
    """
    names = {f"{measure}@site={site}": (measure, site) for measure in PARTS for site in baseline.sites}
    zones = practical(list(names), thresholds, np.full(len(names), np.nan))
    parts = [
        _of(_weeks(baseline, site, measure), _weeks(other, site, measure), zone, level).assign(
            scenario=name, measure=measure, unit=measure_of(measure).unit, site=site
        )
        for name, other in others.items()
        for (measure, site), zone in zip(names.values(), zones.tolist(), strict=True)
        if site in other.sites
    ]
    table = pd.concat(parts, ignore_index=True)
    starts = np.array(mondays(first, baseline.weeks[0].shape[1]), "datetime64[ms]")
    heads = ["scenario", "measure", "unit", "site", "week"]
    told = table.assign(week=starts[table["week"].to_numpy()])
    return told[[*heads, *(name for name in told if name not in heads)]]


def _weeks(measured: Measured, site: str, measure: str) -> tuple[Floats, Floats]:
    """A measure of each week, and of how many: float[week, replication]."""
    own = np.stack([one[measured.sites.index(site)] for one in measured.weeks], axis=1)
    part, whole = (own[..., Week._fields.index(name)] for name in PARTS[measure])
    return ratio(part.ravel(), whole.ravel()).reshape(part.shape), whole


def _of(
    before: tuple[Floats, Floats], after: tuple[Floats, Floats], threshold: float, level: float
) -> pd.DataFrame:
    """The weeks of one measure at one kind of site."""
    was = ratio_moments(*before).mean
    paired = moments(linearised(*after) - linearised(*before))
    p_value = _beyond(paired, threshold)
    known = ~np.isnan(p_value)
    half = paired.half_width(1 - (1 - level) / max(int(known.sum()), 1))
    difference, adjusted = ratio_moments(*after).mean - was, holm(p_value)
    columns = {
        "week": np.arange(len(was)),
        "baseline": was,
        "difference": difference,
        "low": difference - half,
        "high": difference + half,
        "adjusted": adjusted,
        "threshold": threshold,
        "named": np.nan_to_num(adjusted, nan=1.0) <= 1 - level,
    }
    return pd.DataFrame(columns)[known]


def _beyond(paired: Moments, threshold: float) -> Floats:
    """Two-sided p-values of a difference within ± `threshold`; NaN: fewer than two pairs."""
    above, below = 1 - probability_above(paired, threshold), probability_above(paired, -threshold)
    return np.where(paired.seen > 1, np.minimum(2 * np.minimum(above, below), 1), np.nan)
