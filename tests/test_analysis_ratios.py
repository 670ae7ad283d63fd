"""Ratios over replications: by hand, against the plain mean where weights are equal, and how often intervals hold."""

from __future__ import annotations

from math import nan, sqrt

import numpy as np
import pytest

from sim.analysis.intervals import rate_interval, ratio_interval, t_interval
from sim.analysis.moments import moments
from sim.analysis.ratios import linearised, ratio_moments, running_ratio, sequential

VALUES, WEIGHTS = [2.0, 5.0, nan, 3.0], [1, 6, 0, 3]  # sums 41 of 10; residuals -2.1, 5.4, -3.3


def test_by_hand() -> None:
    found = ratio_moments(VALUES, WEIGHTS)
    error = sqrt((2.1**2 + 5.4**2 + 3.3**2) * 3 / 2) / 10
    assert (found.mean, found.error, found.seen) == pytest.approx((4.1, error, 3))


def test_with_equal_weights_it_is_the_mean_and_student_s_interval() -> None:
    x = np.random.default_rng(1).normal(10, 3, (4, 25))
    assert np.allclose(ratio_interval(x, 7), t_interval(x))
    assert np.allclose(linearised(x, 7), x)
    assert np.allclose(sequential(x, np.full_like(x, 7), 20), x)


def test_equal_values_have_no_error_whatever_their_weights() -> None:
    found = ratio_moments([0.3] * 5, [1, 2, 3, 4, 7])
    assert (found.mean, found.error) == (0.3, 0)
    assert (linearised([0.3] * 5, [1, 2, 3, 4, 7]) == 0.3).all()


def test_one_replication_has_no_error_and_none_no_figure() -> None:
    assert ratio_moments([4.0], [3]).mean == 4
    assert np.isnan(ratio_moments([4.0, nan], [3, 0]).error)
    assert np.isnan(ratio_moments([nan, nan], [0, 0]).mean)
    np.testing.assert_array_equal(linearised([4.0, nan], [3, 0]), [4, nan])


def test_running_is_the_ratio_after_each_replication() -> None:
    random = np.random.default_rng(2)
    x, w = random.exponential(5, (3, 30)), random.integers(0, 4, (3, 30))
    found = running_ratio(x, w)
    for count in range(3, 31):
        expected = ratio_moments(x[:, :count], w[:, :count])
        for part, whole in zip(found, expected, strict=True):
            np.testing.assert_allclose(part[:, count - 1], whole, rtol=1e-9)


def test_linear_numbers_have_the_ratio_as_mean_and_its_error_as_spread() -> None:
    found = moments(linearised(VALUES, WEIGHTS))
    assert found.mean == pytest.approx(4.1)
    # over four replications, as one without a visit is a replication, too
    assert found.error == pytest.approx(sqrt((2.1**2 + 5.4**2 + 3.3**2) * 4 / 3) / 10)


def test_sequential_numbers_add_up_to_the_ratio_at_every_stage() -> None:
    random = np.random.default_rng(3)
    x, w = random.exponential(5, 40), random.integers(0, 4, 40)
    fed = sequential(x, w, 10)
    for count in range(10, 41):
        assert fed[:count].mean() == pytest.approx(ratio_moments(x[:count], w[:count]).mean)


def few_visits(random: np.random.Generator, experiments: int, replications: int) -> tuple[np.ndarray, ...]:
    """Mean waits and numbers of visits: the more come, the longer each waits; 8 come, and the mean is 11.25."""
    n = random.poisson(8, (experiments, replications))
    total = (random.gamma(np.maximum(n, 1), 10, n.shape) * (1 + n / 72)) * (n > 0)
    return np.where(n > 0, total / np.maximum(n, 1), nan), n


def test_intervals_hold_as_often_as_they_say_where_those_of_mean_values_do_not() -> None:
    experiments, truth = 2000, 10 * (1 + 9 / 72)  # E n² / E n = 9
    x, n = few_visits(np.random.default_rng(4), experiments, 200)
    held = [
        np.mean((low <= truth) & (truth <= high)) for _, low, high in (ratio_interval(x, n), t_interval(x))
    ]
    tolerance = 4 * sqrt(0.95 * 0.05 / experiments)
    assert held[0] == pytest.approx(0.95, abs=tolerance)
    assert held[1] < 0.95 - tolerance


def test_a_rate_is_of_all_observations() -> None:
    rates, n = np.tile([0.5, 0.9, 0.8], 10), np.tile([10, 100, 50], 10)
    mean, low, high = rate_interval(rates, n)
    assert mean == pytest.approx(135 / 160)
    error = sqrt(10 * (3.4375**2 + 5.625**2 + 2.1875**2) * 30 / 29) / 1600
    assert (high - low) / 2 == pytest.approx(2.04523 * error, rel=1e-5)
