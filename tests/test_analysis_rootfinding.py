"""Break-even: known crossings, rising and falling, in steps; how often the interval holds."""

from __future__ import annotations

from math import isnan, nan, sqrt

import numpy as np
import pytest
from scipy import stats

from sim.analysis.rootfinding import crossing

LUCK = np.random.default_rng(1).normal(0, 1, 30)
LUCK -= LUCK.mean()


@pytest.mark.parametrize("slope", [2, -2])
def test_a_straight_line(slope):
    """The interval of a line with the same luck everywhere is that of the mean, over the slope."""
    at, low, high = crossing(lambda x: slope * x + LUCK, slope * 3, 0, 10, 1e-9)
    half = stats.t.ppf(0.975, 29) * stats.sem(LUCK) / 2
    assert (at, low, high) == pytest.approx((3, 3 - half, 3 + half))


def test_fieller_s_interval():
    """Lines through the origin whose slopes vary: the interval of a ratio, lopsided (Fieller 1954)."""
    slopes = 1 + 0.3 * LUCK
    at, low, high = crossing(lambda x: slopes * x, 5, 0, 20, 1e-9)
    half = stats.t.ppf(0.975, 29) * stats.sem(slopes)
    assert (at, low, high) == pytest.approx((5, 5 / (1 + half), 5 / (1 - half)))


def test_steps_are_found():
    at, low, high = crossing(lambda x: np.floor(x * 10) / 10 + 0.01 * LUCK, 0.65, 0, 1, 1e-4)
    assert (at, low, high) == pytest.approx((0.7, 0.7, 0.7), abs=1e-4)


def test_it_asks_sparingly_and_never_twice():
    asked = []

    def response(x):
        asked.append(x)
        return x**2 + 0.1 * LUCK

    assert crossing(response, 0.3, 0, 1, 1e-3).at == pytest.approx(sqrt(0.3), abs=1e-3)
    assert len(asked) == len(set(asked)) <= 25


def test_a_bound_beyond_the_range_is_its_edge():
    at, low, high = crossing(lambda x: x + LUCK, 0.1, 0, 10, 1e-6)
    assert at == pytest.approx(0.1, abs=1e-5)
    assert low == 0
    assert 0.1 < high < 1


def test_a_crossing_just_beyond_the_range_is_not_ruled_out():
    at, low, high = crossing(lambda x: x + LUCK, -0.1, 0, 10, 1e-6)
    assert isnan(at)
    assert (low, high) == (0, pytest.approx(stats.t.ppf(0.975, 29) * stats.sem(LUCK) - 0.1, abs=1e-5))


@pytest.mark.parametrize("target", [-50, 50])
def test_no_crossing(target):
    for slope in (1, -1):
        assert np.isnan(crossing(lambda x, slope=slope: slope * x + LUCK, target, 0, 10, 1e-6)).all()


@pytest.mark.parametrize("luck", [[1.0], [1.0, nan]])
def test_one_replication_is_refused(luck):
    with pytest.raises(ValueError, match="at least two replications"):
        crossing(lambda x: x + np.array(luck), 3, 0, 10, 1e-6)


def test_the_interval_holds_as_often_as_it_says():
    """P90-like: the luck of a replication moves level and slope of a curve."""
    experiments, truth = 1000, 0.6
    random = np.random.default_rng(2)
    target = 20 * (1 - truth) ** 2
    held = 0
    for level, slope in zip(*random.normal(0, 1, (2, experiments, 20)), strict=True):

        def response(x, level=level, slope=slope):
            return 20 * (1 - x) ** 2 * (1 + 0.2 * slope) + level

        _, low, high = crossing(response, target, 0, 1, 1e-6)
        held += low <= truth <= high
    assert held / experiments == pytest.approx(0.95, abs=4 * sqrt(0.95 * 0.05 / experiments))
