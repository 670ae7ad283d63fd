"""Intervals: against scipy, worked examples, and how often they hold."""

from __future__ import annotations

from math import nan, sqrt

import numpy as np
import pytest
from scipy import stats

from sim.analysis.intervals import paired_difference, rate_interval, t_interval, wilson

TRIALS = 2000
# 4 standard errors of a coverage of 95 % seen in TRIALS experiments
TOLERANCE = 4 * sqrt(0.95 * 0.05 / TRIALS)


def covered(low, high, truth: float) -> float:
    return float(np.mean((np.asarray(low) <= truth) & (truth <= np.asarray(high))))


def test_t_interval_is_scipy_s():
    x = np.random.default_rng(1).normal(10, 3, 12)
    expected = stats.t.interval(0.9, 11, loc=x.mean(), scale=stats.sem(x))
    assert t_interval(x, 0.9) == pytest.approx((x.mean(), *expected))


def test_t_interval_by_row_leaves_out_what_was_not_observed():
    mean, low, high = t_interval([[1, 2, 3], [1, 3, nan], [5, nan, nan], [nan, nan, nan]])
    assert mean == pytest.approx([2, 2, 5, nan], nan_ok=True)
    assert (low[0], high[0]) == pytest.approx(t_interval([1, 2, 3])[1:])
    assert (low[1], high[1]) == pytest.approx(t_interval([1, 3])[1:])
    assert np.isnan([low[2:], high[2:]]).all()


def test_t_interval_holds_as_often_as_it_says():
    x = np.random.default_rng(2).normal(5, 2, (TRIALS, 8))
    _, low, high = t_interval(x)
    assert covered(low, high, 5) == pytest.approx(0.95, abs=TOLERANCE)


@pytest.mark.parametrize(("successes", "n"), [(0, 10), (3, 10), (10, 10), (9_997, 10_000)])
def test_wilson_is_scipy_s(successes, n):
    expected = stats.binomtest(successes, n).proportion_ci(0.95, method="wilson")
    assert wilson(successes, n) == pytest.approx((successes / n, *expected))


def test_wilson_of_nothing_is_unknown():
    assert np.isnan(wilson(0, 0)).all()


def test_wilson_at_the_ends_contains_the_rate():
    for n in range(1, 200):
        assert wilson(0, n).low == 0
        assert wilson(n, n).high == 1


def test_rates_vary_over_replications():
    rates = [0.90, 0.93, 0.91, 0.94]
    assert rate_interval(rates, [100] * 4) == pytest.approx(t_interval(rates))


@pytest.mark.parametrize(
    "rates",
    [
        [0.97],  # one replication
        [0.97] * 30,  # all equal
        [1.0, 1.0, 1.0],
        [1.0, 1.0, 0.99],  # Student's would pass 1
        [0.0, 0.0, 0.2],  # and 0
    ],
)
def test_rates_fall_back_on_the_pooled_counts(rates):
    n = [100] * len(rates)
    mean, low, high = rate_interval(rates, n)
    assert (mean, low, high) == pytest.approx(wilson(np.dot(rates, n), sum(n)))
    assert 0 <= low <= mean <= high <= 1
    assert low < high


def test_replications_without_a_denominator_do_not_count():
    assert rate_interval([0.5, nan], [10, 0]) == pytest.approx(wilson(5, 10))
    assert np.isnan(rate_interval([nan, nan], [0, 0])).all()


def test_rate_interval_by_row():
    mean, low, high = rate_interval([[0.5, 0.6, 0.7], [1, 1, 1]], [[10, 10, 10], [10, 20, 30]])
    assert (mean[0], low[0], high[0]) == pytest.approx(t_interval([0.5, 0.6, 0.7]))
    assert (mean[1], low[1], high[1]) == pytest.approx(wilson(60, 60))


def test_paired_difference_is_scipy_s_paired_test():
    random = np.random.default_rng(5)
    a = random.normal(20, 5, 15)
    b = a + random.normal(1, 2, 15)
    mean, low, high, larger = paired_difference(a, b)
    test = stats.ttest_rel(b, a, alternative="greater")
    assert mean == pytest.approx((b - a).mean())
    assert (low, high) == pytest.approx(stats.ttest_rel(b, a).confidence_interval(0.95))
    assert larger == pytest.approx(1 - test.pvalue)


@pytest.mark.parametrize(("shift", "larger"), [(1, 1), (-1, 0), (0, 0.5)])
def test_equal_differences_leave_no_doubt(shift, larger):
    assert paired_difference([1, 2, 3], np.array([1, 2, 3]) + shift) == (shift, shift, shift, larger)


def test_one_pair_tells_the_difference_only():
    mean, *rest = paired_difference([1], [3])
    assert mean == 2
    assert np.isnan(rest).all()


def test_pairs_half_observed_do_not_count():
    rows = paired_difference([[1, 2, nan, 4]], [[2, 4, 5, nan]])
    assert [part[0] for part in rows] == pytest.approx(paired_difference([1, 2], [2, 4]))
