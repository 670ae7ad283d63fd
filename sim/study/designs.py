"""Where to look: points of a grid, of a Latin hypercube, of Morris's trajectories, of Sobol's sequence.

The last three are made by SALib on the unit cube, always the same ones of a seed, and stretched to the ranges here;
of whole numbers every one in the range has the same share of the unit interval.

Sources: McKay, Beckman & Conover (1979), Technometrics 21, 239-245; Morris (1991), Technometrics 33, 161-174;
Saltelli et al. (2010), Comput. Phys. Commun. 181, 259-270.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from sim.engine.contract import Floats
from sim.scenario import ScenarioError
from sim.scenario.messages import shown
from sim.scenario.vary import is_whole

MORRIS_LEVELS = 4

Range = tuple[float, float]
Ranges = dict[str, Range]


def grid(vary: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """All combinations of the values; the last key varies fastest."""
    for key, values in vary.items():
        if isinstance(values, str | Mapping) or not isinstance(values, Sequence) or not values:
            raise ScenarioError(f"{key}: {shown(values)} is not a list of values to try")
    return [dict(zip(vary, values, strict=True)) for values in product(*vary.values())]


def ranges(vary: Mapping[str, Sequence[Any]]) -> Ranges:
    """Each key's lowest and highest value; `ScenarioError` for what is no range."""
    found: Ranges = {}
    for key, ends in vary.items():
        numbers = [end for end in ends if isinstance(end, int | float) and not isinstance(end, bool)]
        if isinstance(ends, str) or len(ends) != 2 or len(numbers) < 2 or not numbers[0] < numbers[1]:
            raise ScenarioError(f"{key}: {shown(ends)} is not a range; write a lower and a higher number")
        found[key] = numbers[0], numbers[1]
    return found


def stretched(ranges: Ranges, unit: Floats) -> list[dict[str, float]]:
    """Points of the unit cube, float[point, key], as values."""
    return [
        {key: _at(key, *ranges[key], u) for key, u in zip(ranges, row, strict=True)} for row in unit.tolist()
    ]


def latin(ranges: Ranges, points: int, seed: int) -> Floats:
    """A Latin hypercube: one point in each of so many slices of every range."""
    from SALib.sample import latin  # takes long to import

    return np.asarray(latin.sample(_problem(ranges), points, seed=seed))


def trajectories(ranges: Ranges, number: int, seed: int) -> Floats:
    """Morris's trajectories, each of one step more than there are keys."""
    from SALib.sample import morris

    return np.asarray(morris.sample(_problem(ranges), number, num_levels=MORRIS_LEVELS, seed=seed))


def elementary_effects(ranges: Ranges, unit: Floats, y: Floats, seed: int) -> dict[str, Floats]:
    """Morris's mu, mu_star (with mu_star_conf) and sigma, of a step over the whole range: float[key]."""
    from SALib.analyze import morris

    found = morris.analyze(_problem(ranges), unit, y, num_levels=MORRIS_LEVELS, seed=seed)
    return {name: np.asarray(found[name], np.float64) for name in ("mu", "mu_star", "mu_star_conf", "sigma")}


def saltelli(ranges: Ranges, size: int, seed: int) -> Floats:
    """Points for Sobol's first and total indices: `size` times the number of keys and two."""
    if size < 2 or size & (size - 1):
        raise ValueError(f"Sobol's sequence needs a power of two as its size, such as 64, not {size}")
    from SALib.sample import sobol

    return np.asarray(sobol.sample(_problem(ranges), size, calc_second_order=False, seed=seed))


def sobol_indices(ranges: Ranges, y: Floats, seed: int) -> dict[str, Floats]:
    """Sobol's S1 and ST with S1_conf and ST_conf: float[key]; NaN where the response does not vary."""
    names = ("S1", "S1_conf", "ST", "ST_conf")
    if np.ptp(y) == 0:
        return {name: np.full(len(ranges), math.nan) for name in names}
    from SALib.analyze import sobol

    found = sobol.analyze(_problem(ranges), y, calc_second_order=False, seed=seed)
    return {name: np.asarray(found[name], np.float64) for name in names}


def _problem(ranges: Ranges) -> dict[str, Any]:
    return {"num_vars": len(ranges), "names": list(ranges), "bounds": [[0.0, 1.0]] * len(ranges)}


def _at(key: str, low: float, high: float, u: float) -> float:
    if is_whole(key):
        return int(min(high, low + math.floor(u * (high - low + 1))))
    return low + u * (high - low)
