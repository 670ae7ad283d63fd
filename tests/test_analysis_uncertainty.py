"""Two levels of uncertainty: against plain analysis of variance, known variances, how often intervals hold."""

from __future__ import annotations

from math import nan, sqrt

import numpy as np
import pytest
from scipy import stats

from sim.analysis.uncertainty import decompose


def grid(random: np.random.Generator, outer: int, inner: int, inputs: float, chance: float) -> np.ndarray:
    """Normal effects of given standard deviations around 100."""
    return 100 + random.normal(0, inputs, (outer, 1)) + random.normal(0, chance, (outer, inner))


def test_by_hand():
    """Means 2 and 6, mean squares 24 between and 1 within, three replications each."""
    found = decompose([[1, 2, 3], [5, 6, 7]])
    assert found.mean.value == 4
    assert found.chance.value == 1
    assert found.inputs.value == pytest.approx((24 - 1) / 3)
    assert found.share.value == pytest.approx(23 / 26)


def test_the_ratio_of_mean_squares_is_scipy_s():
    """The share's lower bound is 0 just where the F test at half the error is not significant."""
    random = np.random.default_rng(1)
    for inputs in (0.3, 0.6, 0.9):
        x = grid(random, 8, 5, inputs, 1)
        assert (decompose(x).share.low > 0) == (stats.f_oneway(*x).pvalue < 0.025)


def test_known_variances_are_found():
    found = decompose(grid(np.random.default_rng(2), 4000, 10, 3, 4))
    assert found.inputs.value == pytest.approx(9, rel=4 * sqrt(2 / 4000) * (9 + 1.6) / 9)
    assert found.chance.value == pytest.approx(16, rel=4 * sqrt(2 / 36_000))
    assert found.share.value == pytest.approx(9 / 25, abs=0.03)
    assert found.expected.low == pytest.approx(100 - 1.96 * 3, abs=0.5)
    assert found.expected.high == pytest.approx(100 + 1.96 * 3, abs=0.5)


def test_luck_is_not_laid_at_the_inputs_door():
    found = decompose(grid(np.random.default_rng(3), 200, 4, 0, 5))
    assert found.inputs.value < 2
    assert found.inputs.low == found.share.low == 0
    assert found.expected.high - found.expected.low < 6  # the draws' means spread over 10


def test_intervals_hold_as_often_as_they_say():
    experiments, inputs, chance = 1000, 2.0, 3.0
    random = np.random.default_rng(4)
    found = [decompose(grid(random, 15, 6, inputs, chance)) for _ in range(experiments)]
    truths = {
        "mean": 100,
        "inputs": inputs**2,
        "chance": chance**2,
        "share": inputs**2 / (inputs**2 + chance**2),
    }
    tolerance = 4 * sqrt(0.95 * 0.05 / experiments)
    for name, truth in truths.items():
        parts = [getattr(one, name) for one in found]
        held = np.mean([part.low <= truth <= part.high for part in parts])
        assert held == pytest.approx(0.95, abs=tolerance), name


def test_the_inputs_variance_is_not_biased():
    random = np.random.default_rng(5)
    values = [decompose(grid(random, 15, 6, 2, 3)).inputs.value for _ in range(1000)]
    assert np.mean(values) == pytest.approx(4, abs=4 * np.std(values) / sqrt(1000))


def test_gaps_are_passed_over():
    random = np.random.default_rng(6)
    x = grid(random, 3000, 8, 3, 4)
    x[random.random(x.shape) < 0.3] = nan
    x[0] = nan
    found = decompose(x)
    assert found.inputs.value == pytest.approx(9, rel=0.1)
    assert found.chance.value == pytest.approx(16, rel=0.05)


@pytest.mark.parametrize(("rows", "inputs", "share"), [([[1, 1], [3, 3]], 2, 1), ([[1, 1], [1, 1]], 0, 0)])
def test_without_chance(rows, inputs, share):
    found = decompose(rows)
    assert found.inputs.value == inputs
    assert found.chance == (0, 0, 0)
    assert found.share == (share, share, share)


@pytest.mark.parametrize("values", [[[1, 2, 3]], [[1], [2], [3]], [[1, 2], [nan, nan]], np.empty((0, 3))])
def test_one_level_alone_is_refused(values):
    with pytest.raises(ValueError, match="at least two draws"):
        decompose(values)
