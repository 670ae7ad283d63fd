"""How small a difference makes none in practice, for each measure, and why."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.engine.contract import Floats
from sim.results.chosen import check_measure
from sim.results.named import measure_of
from sim.scenario import ScenarioError

# In a measure's own unit.
BY_UNIT = {
    "min": 1.0,  # shorter than anyone remembers; targets are in steps of 15 minutes (Decision 468/QĐ-TTg)
    "fraction": 0.005,  # one citizen or dossier in two hundred; official rates are read to the percent
    "working days": 1.0,  # an appointment a day sooner
    "days": 0.5,  # results are fetched in the morning or in the afternoon
}
BY_MEASURE = {"visits.per_dossier": 0.01}  # one citizen in a hundred spared a way
# Amounts have no natural unit: one per cent of the baseline, less than volumes and budgets are known to.
SHARE = 0.01


def practical(names: list[str], chosen: Mapping[str, float], baseline: Floats) -> Floats:
    """The threshold of each name in its unit, given its mean in the baseline: float[measure].

    `chosen` replaces the usual one for a name, or for a measure in all groups. Raises ScenarioError for a threshold
    of no measure, or that is negative.
    """
    for name, threshold in chosen.items():
        check_measure(name)
        if not 0 <= threshold < np.inf:
            raise ScenarioError(f"threshold of {name}: {threshold} is no difference; write 0 or more")
    return np.array([_of(name, chosen, mean) for name, mean in zip(names, baseline.tolist(), strict=True)])


def usual(name: str) -> float | None:
    """The threshold of a measure in its unit; None: a share of the baseline."""
    measure = name.partition("@")[0]
    return BY_MEASURE.get(measure, BY_UNIT.get(measure_of(measure).unit))


def _of(name: str, chosen: Mapping[str, float], mean: float) -> float:
    measure = name.partition("@")[0]
    asked = chosen.get(name, chosen.get(measure, usual(name)))
    return SHARE * abs(mean) if asked is None else asked
