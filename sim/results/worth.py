"""What options cost and what they save: staff, citizens' waiting, and the price of an hour of it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sim.analysis.intervals import t_interval
from sim.engine.contract import Floats
from sim.results.chosen import chosen
from sim.results.measured import Measured

COST, WAITING = "staff.cost", "wait.hours"


def worth(baseline: Measured, options: Mapping[str, Measured]) -> pd.DataFrame:
    """A row an option, over the network and the measuring window, with 95 % intervals paired by replication.

    `cost` is what staff costs more than in the baseline (VND), `saved` the hours of waiting less, `price` the VND for
    each of these hours, below 0 where both are saved. It is unknown unless waiting is saved for certain.
    """
    columns = [f"{name}{end}" for name in ("cost", "saved", "price") for end in ("", "_low", "_high")]
    rows = [(name, *_of(baseline, option)) for name, option in options.items()]
    return pd.DataFrame(rows, columns=["scenario", *columns])


def paired(baseline: Measured, other: Measured, measure: str) -> Floats:
    """How much more of a measure there is over the network: float[replication]."""
    after, before = (chosen(one, [measure]).value[:, 0] for one in (other, baseline))
    return np.asarray(after - before, np.float64)


def _of(baseline: Measured, option: Measured) -> list[float]:
    """Mean, low and high of the three."""
    cost, saved = paired(baseline, option, COST), -paired(baseline, option, WAITING)
    hours = t_interval(saved)
    price = _ratio(cost, saved) if hours.low > 0 else np.full(len(cost), np.nan)
    return [float(bound) for interval in (t_interval(cost), hours, t_interval(price)) for bound in interval]


def _ratio(part: Floats, whole: Floats) -> Floats:
    """Numbers whose mean is the ratio of the sums and whose spread is its error (Cochran 1977, 6.3).

    Unlike the weights of :mod:`sim.analysis.ratios`, what is saved may be below 0 in some replication.
    """
    ratio = part.sum() / whole.sum()
    return np.asarray(ratio + (part - ratio * whole) / whole.mean(), np.float64)
