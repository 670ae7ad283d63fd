"""Batches of replications: in their order, large enough for the quantile, and the same for all that share them."""

from __future__ import annotations

from math import nan
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_pooled import tallied

import sim
from sim.results.measured import KEY, Measured
from sim.results.precision import running
from sim.results.units import Series, batches, next_end, numbers
from sim.study.uncertain import of_draw


def measured(*replications: list[float]) -> Measured:
    """Mean and median of these waits, by replication."""
    key = pd.DataFrame(
        [(name, "min", *[""] * (len(KEY) - 2)) for name in ("wait.mean", "wait.p50")], columns=KEY
    )
    waits = [np.array(one, float) for one in replications]
    value = np.array([[one.mean() if len(one) else nan, nan] for one in waits])
    n = np.array([[len(one)] * 2 for one in waits])
    return Measured(key, value, n, tuple(tallied(one).packed() for one in waits))


FIELD = Path(__file__).parent / "field"
TEN, THREE, NONE = [*range(10)], [30, 31, 32], list[float]()


def test_a_batch_is_full_with_ten_visits_expected_beyond_the_quantile() -> None:
    series = Series.of(measured(*[TEN] * 5)).row(1)
    assert series.least.tolist() == [20]
    assert batches([series]) == [2, 4]
    assert next_end([series], 4) is None


def test_a_mean_needs_no_batches() -> None:
    assert batches([Series.of(measured(TEN, NONE, THREE)).row(0)]) == [1, 2, 3]


def test_batches_are_those_that_are_full_in_every_series() -> None:
    few, many = Series.of(measured(*[TEN] * 6)).row(1), Series.of(measured(*[2 * TEN] * 6)).row(1)
    assert batches([many]) == [1, 2, 3, 4, 5, 6]
    assert batches([few, many]) == [2, 4, 6]


def test_numbers_of_batches() -> None:
    """Medians of the pooled waits; means of all waits of a batch, around the mean of all."""
    series = Series.of(measured(TEN, TEN, 3 * THREE, TEN, TEN))
    assert numbers(series, [2, 5])[1].tolist() == pytest.approx([4.5, 7])
    total, n = np.array([90.0, 279 + 90]), np.array([20, 29])
    mean = total.sum() / n.sum()
    assert numbers(series, [2, 5])[0] == pytest.approx(mean + (total - mean * n) / n.mean())


def test_the_precision_of_a_quantile_is_that_of_its_full_batches() -> None:
    found = running(measured(*[TEN, TEN, 4 * THREE, TEN, TEN, TEN]))
    assert found.seen[1].tolist() == [0, 1, 1, 2, 2, 3]
    np.testing.assert_allclose(
        found.mean[1], [nan, 4.5, 4.5, np.mean([4.5, 30]), np.mean([4.5, 30]), 13], rtol=0.01
    )
    assert found.seen[0].tolist() == [1, 2, 3, 4, 5, 6]


def test_a_break_even_of_too_few_visits_is_refused() -> None:
    file = sim.load(FIELD / "few_visits.toml")
    with pytest.raises(sim.ScenarioError, match="too few visits for a quantile"):
        sim.break_even(
            file,
            vary="demand.scale",
            between=(0.5, 0.9),
            measure="wait.p95@field=rare",
            at=20,
            replications=3,
            workers=1,
        )


def test_two_levels_take_the_same_batches_in_every_scenario() -> None:
    """The second scenario has twice the visits, and still waits for the first."""
    few, many = measured(*[TEN] * 5), measured(*[2 * TEN] * 5)
    found = of_draw([few, many], few.key)
    assert found[:, :, 1].tolist()[0][:2] == pytest.approx([4.5, 4.5])
    assert np.isnan(found[:, 2:, 1]).all()
    assert not np.isnan(found[:, :, 0]).any()
