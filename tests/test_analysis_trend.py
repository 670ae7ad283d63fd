"""Growth to the end of the window: found in a queue above capacity, not in stable ones, weeks or seasons."""

from __future__ import annotations

from math import isnan, nan

import numpy as np
import pytest
from lindley import in_equilibrium, waits
from scipy import stats

from sim.analysis.trend import trend

DAYS, CUSTOMERS = 120, 20  # of each day


def daily_waits(seed: int, load: float, start: np.ndarray, replications: int) -> np.ndarray:
    """Mean waits of M/M/1, in mean services: float[experiment, replication, day]."""
    each = waits(np.random.default_rng(seed), start, DAYS * CUSTOMERS, load)
    return each.reshape(-1, replications, DAYS, CUSTOMERS).mean(axis=-1)


def alarms(experiments: np.ndarray) -> float:
    return float(np.mean([trend(series).grows for series in experiments]))


def test_a_queue_above_capacity_is_found():
    assert alarms(daily_waits(1, 1.05, np.zeros(100 * 20), 20)) > 0.95
    assert alarms(daily_waits(2, 1.05, np.full(100 * 20, 30.0), 20)) > 0.95
    assert alarms(daily_waits(3, 1.2, np.zeros(100 * 3), 3)) > 0.95


def test_stable_queues_raise_no_alarm():
    steady = in_equilibrium(np.random.default_rng(4), 200 * 10, 0.9)
    assert alarms(daily_waits(5, 0.9, steady, 10)) < 0.03
    assert alarms(daily_waits(6, 0.9, np.zeros(200 * 10), 10)) < 0.03
    assert alarms(daily_waits(7, 0.95, np.zeros(200 * 10), 10)) < 0.05


def test_each_bound_holds_as_often_as_it_says():
    """A stable queue remembers over days, and a test that takes days as independent fails."""
    steady = in_equilibrium(np.random.default_rng(8), 200 * 10, 0.9)
    experiments = daily_waits(9, 0.9, steady, 10)
    assert np.mean([trend(series).growth_low > 0 for series in experiments]) < 0.1
    days = np.arange(DAYS)
    by_day = [
        stats.kendalltau(days, series[0], alternative="greater").pvalue < 0.05 for series in experiments
    ]
    assert np.mean(by_day) > 0.2


def test_the_line_is_that_of_least_squares():
    series = np.random.default_rng(10).normal(10, 1, (6, 8 * 5)).cumsum(axis=1)
    weeks = series.reshape(6, 8, 5).mean(axis=2)
    slopes = np.polyfit(np.arange(8), weeks.T, 1)[0] * 8
    late = np.polyfit(np.arange(4), weeks[:, 4:].T, 1)[0] * 4
    found = trend(series, cycle=5)
    low = slopes.mean() - stats.t.ppf(0.95, 5) * stats.sem(slopes)
    assert found[:3] == pytest.approx((slopes.mean(), low, late.mean()))
    assert found.late_low == pytest.approx(late.mean() - stats.t.ppf(0.95, 5) * stats.sem(late))
    assert found.level == pytest.approx(series.mean())
    assert found.grows


def test_the_rhythm_of_weeks_is_no_trend():
    """A window that begins on a good day and ends on a bad one, three days longer than its weeks."""
    week = np.array([0.0, 0, 1, 2, 4, 8, 16])
    series = np.tile(week, 6)[4:] + np.random.default_rng(11).normal(0, 0.01, (10, 38))
    found = trend(series)
    assert abs(found.growth) < 0.1
    assert not found.grows
    series[:, :3] = 1000  # before the first whole week
    assert trend(series) == found


def test_a_season_that_ends_is_no_trend():
    days = np.arange(336)
    series = 50 + 30 * np.sin(2 * np.pi * days / 448) + np.random.default_rng(12).normal(0, 1, (10, 336))
    assert trend(series).late < 0
    assert not trend(series).grows


def test_a_dip_in_the_middle_is_no_trend():
    series = np.abs(np.arange(140) - 75) + np.random.default_rng(15).normal(0, 1, (10, 140))
    assert trend(series).late_low > 30
    assert not trend(series).grows


def test_growth_that_does_not_matter_is_not_said():
    series = 100 + 0.01 * np.arange(140) + np.random.default_rng(13).normal(0, 0.1, (10, 140))
    found = trend(series)
    assert found.late_low > 0
    assert not found.grows


def test_unknown_days_are_passed_over():
    series = np.arange(70.0) + np.random.default_rng(14).normal(0, 1, (5, 70))
    series[:, 5::7] = series[:, 6::7] = nan
    assert trend(series).grows
    assert trend(series).growth == pytest.approx(70, rel=0.05)


def test_too_little_to_tell():
    growing = np.arange(70.0)
    assert not trend(growing[np.newaxis]).grows
    assert trend(growing[np.newaxis]).growth == pytest.approx(70)
    short = trend(np.tile(growing[:27], (5, 1)))
    assert isnan(short.growth)
    assert not short.grows


def test_an_empty_office_does_not_grow():
    assert not trend(np.zeros((5, 70))).grows
