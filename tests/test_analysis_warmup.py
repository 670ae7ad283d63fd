"""Warm-up: MSER-5 against its definition and on known transients; no alarm without one."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest

from sim.analysis.warmup import check_warm_up, mser5


def autoregressive(
    random: np.random.Generator, shape: tuple[int, ...], memory: float, start: float
) -> np.ndarray:
    """AR(1) around 50 with innovations of variance 1, that starts off by `start`: float[..., observation]."""
    noise = random.normal(0, 1, shape)
    off = np.full(shape[:-1], start) + random.normal(0, 1 / np.sqrt(1 - memory**2), shape[:-1])
    found = np.empty(shape)
    for step in range(shape[-1]):
        found[..., step] = 50 + off
        off = memory * off + noise[..., step]
    return found


def by_definition(series: np.ndarray) -> int:
    """White, Cobb & Spratt (2000): the cut with the least sum of squares over the squared number left."""
    batches = [series[i : i + 5].mean() for i in range(0, len(series) - 4, 5)]
    figures = [np.var(batches[cut:]) / (len(batches) - cut) for cut in range(len(batches) // 2 + 1)]
    return int(np.argmin(figures)) * 5


def test_it_is_what_the_definition_says():
    random = np.random.default_rng(1)
    for start in (0, 3, 30, -300):
        series = autoregressive(random, (153,), 0.8, start)
        assert mser5(series[np.newaxis]).length == by_definition(series)


def test_a_step_is_cut_exactly():
    series = np.concatenate([np.zeros(40), np.tile([9.0, 11.0], 60)])
    assert mser5(series[np.newaxis]) == (40, True)


def test_the_longer_the_memory_the_more_is_cut():
    random = np.random.default_rng(2)
    lengths = [mser5(autoregressive(random, (30, 500), memory, 40)).length for memory in (0.5, 0.9, 0.97)]
    assert lengths[0] < lengths[1] < lengths[2]
    # what is left of the transient is lost in the spread of one observation
    for memory, length in zip((0.5, 0.9, 0.97), lengths, strict=True):
        assert 40 * memory**length < 0.5 / np.sqrt(1 - memory**2)


def test_growth_has_no_end():
    assert not mser5(np.arange(200.0)[np.newaxis]).settled


def test_too_few_observations_say_nothing():
    assert mser5(np.ones((3, 29))) == (0, False)
    assert mser5(np.empty((3, 0))) == (0, False)


def test_days_without_observations_are_passed_over():
    series = np.concatenate([np.zeros(40), np.tile([9.0, 11.0], 60)])
    weeks = np.full((1, 32 * 7), nan)
    open_ = np.flatnonzero(np.arange(weeks.size) % 7 < 5)
    weeks[0, open_] = series
    assert mser5(weeks).length == open_[40] == 56


# --- whether a warm-up is too short ---


def alarms(experiments: np.ndarray, warm_up: int) -> float:
    return float(np.mean([check_warm_up(series, warm_up).too_short for series in experiments]))


def test_a_transient_that_is_measured_is_found():
    experiments = autoregressive(np.random.default_rng(3), (100, 20, 300), 0.9, -20)
    assert alarms(experiments, 0) > 0.95
    assert alarms(experiments, 10) > 0.9
    assert alarms(experiments, 60) < 0.05


def test_no_alarm_without_a_transient():
    experiments = autoregressive(np.random.default_rng(4), (200, 10, 300), 0.9, 0)
    assert alarms(experiments, 0) < 0.05
    assert alarms(experiments, 50) < 0.05


def test_the_shift_is_what_the_mean_is_off_by():
    series = np.concatenate([np.zeros(40), np.tile([9.0, 11.0], 60)]) + np.zeros((5, 1))
    found = check_warm_up(series, 20)
    assert found.too_short
    assert found.shift == pytest.approx(-10 * 20 / 140)
    assert check_warm_up(series, 40).shift == 0


def test_unobserved_days_do_not_hide_a_transient():
    """One replication lacks a day, and the first days are closed in all."""
    series = np.concatenate([np.zeros(40), np.tile([9.0, 11.0], 60)]) + np.zeros((5, 1))
    series[:, :3] = series[0, 10] = nan
    assert check_warm_up(series, 0).too_short
    assert check_warm_up(series, 20).shift == pytest.approx(-10 * 20 / 140, rel=0.02)


def test_one_replication_raises_no_alarm():
    series = np.concatenate([np.zeros(40), np.tile([9.0, 11.0], 60)])
    found = check_warm_up(series[np.newaxis], 0)
    assert found.suggested == (40, True)
    assert not found.too_short
