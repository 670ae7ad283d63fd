"""Many differences at once: adjusted p-values by hand and by scipy, families that hold, verdicts."""

from __future__ import annotations

from math import inf, isnan, nan, sqrt

import numpy as np
import pytest
from scipy import stats

from sim.analysis.moments import moments, probability_above
from sim.analysis.multiple import (
    Verdict,
    bonferroni,
    holm,
    simultaneous,
    variance_reduction,
    verdicts,
)


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([[0.6, nan], [0.4, 0.001]]) == pytest.approx(
        np.array([[0.8, nan], [0.8, 0.003]]), nan_ok=True
    )
    assert holm([]).size == 0


def test_bonferroni_by_hand():
    assert bonferroni([0.01, nan, 0.3, 0.5]) == pytest.approx([0.03, nan, 0.9, 1], nan_ok=True)


def test_holm_rejects_whatever_bonferroni_does():
    p = np.random.default_rng(1).random(100) ** 4
    assert (p <= holm(p)).all()
    assert (holm(p) <= bonferroni(p)).all()
    assert (holm(p) < bonferroni(p)).any()


def test_simultaneous_is_scipy_s_at_a_share_of_the_error():
    differences = np.random.default_rng(2).normal(1, 2, (2, 3, 20))
    all_ = simultaneous(differences, 0.9)
    test = stats.ttest_1samp(differences, 0, axis=-1)
    interval = test.confidence_interval(1 - 0.1 / 6)
    assert all_.mean == pytest.approx(differences.mean(axis=-1))
    assert all_.low == pytest.approx(interval.low)
    assert all_.high == pytest.approx(interval.high)
    assert all_.p_value == pytest.approx(test.pvalue)
    assert all_.adjusted == pytest.approx(holm(test.pvalue))
    assert all_.larger == pytest.approx(stats.ttest_1samp(differences, 0, axis=-1, alternative="less").pvalue)


def test_what_has_no_pairs_does_not_widen_the_others():
    differences = np.random.default_rng(3).normal(0, 1, (2, 10))
    wider = simultaneous(np.vstack([differences, np.full((1, 10), nan)]))
    assert wider.low[:2] == pytest.approx(simultaneous(differences).low)
    assert all(isnan(figure[2]) for figure in wider)


def test_equal_differences_leave_no_doubt():
    all_ = simultaneous([[0.1] * 5, [0.0] * 5, [-0.1] * 5])
    assert all_.low.tolist() == all_.high.tolist() == [0.1, 0, -0.1]
    assert all_.p_value.tolist() == [0, 1, 0]
    assert all_.larger.tolist() == [1, 0.5, 0]


def test_a_family_holds_as_often_as_it_says():
    """Ten differences with citizens in common: all ten intervals hold in 95 % of the experiments or more."""
    experiments = 1000
    random = np.random.default_rng(4)
    common = random.normal(0, 1, (experiments, 1, 15))
    differences = 3 + 0.5 * common + random.normal(0, 1, (experiments, 10, 15))
    families = [simultaneous(family) for family in differences]
    held = np.mean([((family.low <= 3) & (family.high >= 3)).all() for family in families])
    single = [simultaneous(family[:1]) for family in differences]
    alone = np.mean([one.low[0] <= 3 <= one.high[0] for one in single])
    tolerance = 4 * sqrt(0.95 * 0.05 / experiments)
    assert held >= 0.95 - tolerance
    assert alone == pytest.approx(0.95, abs=tolerance)
    false = np.mean([(simultaneous(family - 3).adjusted < 0.05).any() for family in differences])
    assert false <= 0.05 + tolerance


def test_the_probability_is_as_often_right():
    """Of the differences with probability p of being above the threshold, a share p is, the belief being flat."""
    random = np.random.default_rng(5)
    truth = random.uniform(-3, 3, 20_000)
    probability = probability_above(moments(truth[:, np.newaxis] + random.normal(0, 1, (20_000, 5))), 0.5)
    middle = (probability > 0.6) & (probability < 0.9)
    expected = probability[middle].mean()
    tolerance = 4 * sqrt(expected * (1 - expected) / middle.sum())
    assert np.mean(truth[middle] > 0.5) == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize(
    ("low", "high", "threshold", "larger", "verdict"),
    [
        (1.1, 3, 1, True, Verdict.BETTER),
        (1.1, 3, 1, False, Verdict.WORSE),
        (-3, -1.1, 1, True, Verdict.WORSE),
        (-3, -1.1, 1, False, Verdict.BETTER),
        (-1, 1, 1, True, Verdict.SAME),
        (0.2, 0.9, 1, False, Verdict.SAME),  # clear, and nobody would notice
        (0.2, 1.1, 1, True, Verdict.UNDECIDED),
        (-1.1, 0.2, 1, False, Verdict.UNDECIDED),
        (-2, 2, 1, True, Verdict.UNDECIDED),
        (0.1, 3, 0, True, Verdict.BETTER),
        (0, 0, 0, True, Verdict.SAME),
        (0, 1, 0, True, Verdict.UNDECIDED),
        (nan, nan, 1, True, Verdict.UNDECIDED),
    ],
)
def test_verdicts(low, high, threshold, larger, verdict):
    assert verdicts(low, high, threshold, larger) == verdict


def test_verdicts_by_table():
    low, high = np.array([[1, -5], [-0.1, -0.1]]), np.array([[2, -4], [0.1, 5]])
    found = verdicts(low, high, [0.5, 1], [False, True])
    assert found.tolist() == [[Verdict.WORSE, Verdict.WORSE], [Verdict.SAME, Verdict.UNDECIDED]]


def test_variance_reduction_of_pairs_with_a_known_correlation():
    """1 / (1 - correlation), if both have one variance."""
    random = np.random.default_rng(6)
    common = random.normal(0, 3, 100_000)
    a, b = common + random.normal(0, 1, 100_000), common + random.normal(0, 1, 100_000)
    assert variance_reduction(a, b) == pytest.approx(10, rel=0.03)
    assert variance_reduction(a, random.permutation(b)) == pytest.approx(1, rel=0.03)


def test_variance_reduction_by_hand():
    a = [[1, 2, 3, 90], [1, 2, 3, nan], [1, 2, 3, 4]]
    b = [[1, 3, 2, nan], [1, 3, 2, 90], [5, 6, 7, 8]]
    assert variance_reduction(a, b) == pytest.approx([2, 2, inf])
