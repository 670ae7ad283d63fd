"""Stopping at a precision: against a plain loop, in batches of any size, and how often the interval holds."""

from __future__ import annotations

from math import inf, nan, sqrt

import numpy as np
import pytest
from lindley import mean_wait_from_empty, waits
from scipy import stats

from sim.analysis import sequential
from sim.analysis.moments import moments
from sim.analysis.ratios import running_ratio
from sim.analysis.sequential import Progress, Reached, Rule, Target


def progress(values: np.ndarray, rule: Rule) -> Progress:
    """After float[measure, replication]."""
    return sequential.progress(running_ratio(values, ~np.isnan(values)), rule)


def reached(values: np.ndarray, rule: Rule) -> list[Reached]:
    """After float[measure, replication]."""
    return sequential.reached(moments(values), rule)


def stop(values: np.ndarray, rule: Rule) -> Progress:
    """Ask again and again, as a study does; values enough for the most."""
    answer = progress(values[:, :0], rule)
    while not answer.finished:
        answer = progress(values[:, : answer.needed], rule)
    return answer


def plain_stop(values: np.ndarray, half_width: float, rule: Rule) -> int:
    """The rule of Hoad, Robinson & Davies, one replication after the other; one absolute target."""
    held_since = None
    for n in range(rule.least, rule.most + 1):
        x = values[:n]
        half = stats.t.ppf(0.975, n - 1) * x.std(ddof=1) / sqrt(n)
        if half > half_width:
            held_since = None
            continue
        held_since = held_since or n
        ahead = rule.look_ahead if held_since <= 100 else rule.look_ahead * held_since // 100
        if n == held_since + ahead:
            return n
    return rule.most


@pytest.mark.parametrize("half_width", [0.15, 0.3, 0.5])
@pytest.mark.parametrize("seed", range(5))
def test_it_stops_where_a_plain_loop_does(half_width, seed):
    values = np.random.default_rng(seed).exponential(1, 400)
    rule = Rule((Target(half_width, relative=False),), least=5, most=400, look_ahead=7)
    assert stop(values[np.newaxis], rule).needed == plain_stop(values, half_width, rule)


def test_batches_of_any_size_stop_at_the_same_number():
    values = np.random.default_rng(1).normal(10, 3, (2, 500))
    rule = Rule((Target(0.05), Target(0.6, relative=False)), least=10)
    expected = stop(values, rule)
    assert expected.precise
    for made in range(expected.needed, 500, 37):
        assert progress(values[:, :made], rule) == expected


def test_the_least_comes_first():
    rule = Rule((Target(0.1),), least=12)
    assert progress(np.empty((1, 0)), rule) == (12, False, False)
    assert progress(np.ones((1, 11)), rule) == (12, False, False)


def test_equal_values_need_the_look_ahead_only():
    rule = Rule((Target(0.1),), least=12, look_ahead=5)
    assert progress(np.full((1, 12), 0.1), rule) == (17, False, False)
    assert progress(np.full((1, 17), 0.1), rule) == (17, True, True)


def test_the_precision_must_hold_through_the_last_one_looked_at():
    rule = Rule((Target(0.1),), least=12, look_ahead=5)
    assert not progress(np.append(np.ones(16), 50)[np.newaxis], rule).finished
    assert progress(np.append(np.ones(17), 50)[np.newaxis], rule) == (17, True, True)


def test_looking_ahead_sees_through_luck():
    lucky = np.concatenate([np.full(12, 10.0), [30], np.random.default_rng(2).normal(10, 3, 300)])[np.newaxis]
    targets = (Target(0.05),)
    assert stop(lucky, Rule(targets, least=10, look_ahead=0)).needed == 10
    assert stop(lucky, Rule(targets, least=10, look_ahead=5)).needed > 100


def test_the_slowest_measure_decides():
    values = np.random.default_rng(3).normal([[10], [10]], [[1], [4]], (2, 1000))
    rule = Rule((Target(0.05), Target(0.05)))
    single = Rule((Target(0.05),))
    assert stop(values, rule) == stop(values[1:], single) > stop(values[:1], single)


def test_relative_and_absolute_targets():
    values = np.random.default_rng(4).normal(-50, 5, (1, 1000))
    assert stop(values, Rule((Target(0.02),))).needed == pytest.approx(
        stop(values, Rule((Target(1, relative=False),))).needed, abs=5
    )
    assert reached(values, Rule((Target(0.02),)))[0].allowed == pytest.approx(1, rel=0.01)


def test_more_are_asked_for_as_the_variance_seen_suggests_but_at_most_double():
    values = np.random.default_rng(5).normal(10, 1, (1, 40))
    half = stats.t.ppf(0.975, 39) * values.std(ddof=1) / sqrt(40)
    near, far = (Rule((Target(half / times, relative=False),), look_ahead=5) for times in (1.1, 10))
    assert progress(values, near).needed == np.ceil(40 * 1.1**2) + 5
    assert progress(values, far).needed == 80


def test_the_ceiling_is_said():
    values = np.random.default_rng(6).normal(10, 5, (1, 90))
    rule = Rule((Target(0.001),), most=80)
    assert progress(values[:, :79], rule).needed == 80
    assert progress(values, rule) == (80, True, False)
    assert not reached(values[:, :80], rule)[0].met


def test_what_was_not_observed_does_not_count():
    values = np.full((1, 100), nan)
    values[0, ::2] = 7
    rule = Rule((Target(0.1),), least=10, look_ahead=4)
    assert stop(values, rule).needed == 19 + 4
    assert stop(np.full((1, 100), nan), Rule((Target(0.1),), most=100)) == (100, True, False)


def test_a_share_of_nothing_is_met_by_certainty_only():
    rule = Rule((Target(0.1),), most=100)
    assert stop(np.zeros((1, 100)), rule).precise
    assert not stop(np.tile([-1.0, 1.0], (1, 50)), rule).precise


def test_reached_is_scipy_s():
    x = np.random.default_rng(7).normal(10, 3, 40)
    (row,) = reached(np.append(x, nan)[np.newaxis], Rule((Target(0.05),), level=0.9))
    low, high = stats.t.interval(0.9, 39, loc=x.mean(), scale=stats.sem(x))
    assert row == pytest.approx((x.mean(), (high - low) / 2, 0.05 * x.mean(), 40, False))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"targets": (Target(0),)}, "above 0, not 0"),
        ({"targets": (Target(nan),)}, "above 0, not nan"),
        ({"level": 1.0}, "between 0 and 1"),
        ({"least": 1}, "between 2 and the most, 1000, not 1"),
        ({"least": 30, "most": 20}, "between 2 and the most, 20, not 30"),
    ],
)
def test_rules_that_cannot_be_met_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        Rule(**{"targets": (Target(inf),), **arguments})


# --- how often intervals hold ---


def coverage(experiments: np.ndarray, truth: float, rule: Rule) -> float:
    """Share of experiments, float[experiment, replication], whose interval holds the truth when they stop."""
    held = 0
    for values in experiments[:, np.newaxis]:
        (row,) = reached(values[:, : stop(values, rule).needed], rule)
        held += abs(row.mean - truth) <= row.half_width
    return held / len(experiments)


NORMAL = np.random.default_rng(8).normal(10, 3, (500, 150))
TOLERANCE = 4 * sqrt(0.95 * 0.05 / len(NORMAL))


def test_coverage_stays():
    assert coverage(NORMAL, 10, Rule((Target(0.1),), most=150)) >= 0.95 - TOLERANCE


def test_coverage_is_lost_without_guards():
    assert coverage(NORMAL, 10, Rule((Target(0.1),), least=3, look_ahead=0, most=150)) < 0.95 - TOLERANCE


@pytest.mark.slow
@pytest.mark.parametrize("half_width", [0.05, 0.1])
def test_coverage_stays_for_the_mean_wait_of_a_short_queue(half_width):
    """Mean wait of the first 500 customers of M/M/1 from empty, at load 0.7: skewness 1.8."""
    experiments, most, customers = 1000, 300, 500
    random = np.random.default_rng(9)
    means = [waits(random, np.zeros(experiments), customers, 0.7).mean(axis=1) for _ in range(most)]
    truth = mean_wait_from_empty(customers, 0.7)
    assert coverage(np.transpose(means), truth, Rule((Target(half_width),), most=most)) >= 0.93
