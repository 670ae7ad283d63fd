"""What a measure is: a figure of each group, and how several replications say it together."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Literal, NamedTuple

import numpy as np

from sim.engine.contract import Floats, Ints
from sim.results.groups import ratio


class Figure(NamedTuple):
    """A measure's value per group, and the number of observations behind it.

    Of a mean and a rate it is the denominator, so that the values of several replications can be put together.
    """

    value: Floats
    n: Floats | Ints


class Kind(StrEnum):
    """What several replications say together."""

    MEAN = "mean"  # over all observations: sum over sum
    RATE = "rate"  # the same, of observations that are 0 or 1
    QUANTILE = "quantile"  # of all observations
    AMOUNT = "amount"  # the mean over replications of what one amounts to


class Measure(NamedTuple):
    """How a figure is computed and read.

    The groups are those of :class:`~sim.results.groups.Groupings`.
    """

    figure: Callable[[Any], Figure]
    unit: str
    better: Literal["lower", "higher", ""]
    over: Literal["visits", "dossiers", "bookings", "teams"]
    kind: Kind = Kind.AMOUNT
    p: float = np.nan  # of a quantile: the share of observations at or below it


def share(part: Floats, whole: Floats) -> Figure:
    """Of rates and means: the quotient, of so many."""
    return Figure(ratio(part, whole), whole)
