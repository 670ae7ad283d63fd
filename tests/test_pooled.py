"""Waits in bins and quantiles of many replications: against numpy and formulas, and how often intervals hold."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from math import log, nan, sqrt

import numpy as np
import pandas as pd
import pytest
from numpy.typing import ArrayLike
from scipy import stats

from sim.analysis.moments import moments
from sim.analysis.woodruff import shares
from sim.results.estimates import difference, estimates
from sim.results.measured import KEY, Measured
from sim.results.pooled import Quantile, Waits, estimated, of_groups
from sim.results.tally import EDGES, Tally, tally
from sim.results.waittable import tallies_of, wait_table

Make = Callable[[np.random.Generator, int, int], Waits]
LEVELS = (0.5, 0.9, 0.95)


def tallied(*groups: np.ndarray) -> Tally:
    """One replication with these waits in its groups."""
    number = np.array([len(group) for group in groups])
    first = np.append(0, np.cumsum(number)[:-1])
    return tally(np.concatenate([np.sort(group) for group in groups]), first, number)


def together(*replications: ArrayLike) -> Waits:
    return of_groups([tallied(np.asarray(waits, float)) for waits in replications])[0]


# --- bins ---


def test_bins_are_as_narrow_as_promised_and_begin_at_whole_minutes() -> None:
    width = np.diff(EDGES)
    assert (width <= np.maximum(0.05, 0.01 * EDGES[:-1]) + 1e-9).all()
    assert np.isin(np.arange(200.0), EDGES.round(9)).all()
    assert EDGES[-1] > 100 * 365 * 24 * 60


def test_counts_add_up_and_survive_packing() -> None:
    waits = np.random.default_rng(1).exponential(20, 1000)
    waits[:300] = 0
    one = tallied(waits, waits[:0], waits[300:310])
    assert one.size[1] == 0
    assert (one.number[: one.size[0]].sum(), one.number.sum()) == (1000, 1010)
    for part, same in zip(one, Tally.unpacked(one.packed()), strict=True):
        np.testing.assert_array_equal(part, same)
    for part, same in zip(tallied(waits[300:310]), one.only(np.array([2])), strict=True):
        np.testing.assert_array_equal(part, same)


def test_damage_is_seen() -> None:
    packed = bytearray(tallied(np.arange(50.0)).packed())
    packed[-1] ^= 1
    with pytest.raises(zlib.error):
        Tally.unpacked(bytes(packed))


def test_the_table_of_bins_gives_the_tallies_again() -> None:
    key = pd.DataFrame(
        [
            (name, "min", site, *[""] * 6)
            for name in ("wait.mean", "wait.p50", "wait.p90")
            for site in ("", "b")
        ],
        columns=KEY,
    )
    random = np.random.default_rng(2)
    before = [tallied(random.exponential(5, n), random.exponential(50, n // 2)) for n in (0, 7, 300)]
    table = wait_table(key, before)
    assert table["visits"].sum() == sum(one.number.sum() for one in before)
    assert (table["low"] <= table["high"]).all()
    for one, same in zip(before, tallies_of(table, key, 3), strict=True):
        assert one.packed() == same.packed()


# --- quantiles ---


@pytest.mark.parametrize("mean", [0.5, 4, 40, 4000])
@pytest.mark.parametrize("p", LEVELS)
def test_a_quantile_is_that_of_all_visits_to_the_width_of_a_bin(mean: float, p: float) -> None:
    random = np.random.default_rng(3)
    replications = [random.exponential(mean, n) for n in (3, 0, 20, 400)]
    expected = np.quantile(np.concatenate(replications), p)
    assert together(*replications).quantile(p) == pytest.approx(expected, abs=0.05, rel=0.01)


def test_waits_of_whole_minutes_are_exact() -> None:
    whole = np.repeat([0.0, 5.0, 15.0, 35.0], [50, 30, 15, 5])
    found = together(whole, whole[::2])
    assert [found.quantile(p) for p in (0.4, 0.7, 0.9, 0.99)] == [0, 5, 15, 35]


def test_how_many_waited_so_long_at_most_by_replication() -> None:
    found = together([0, 0, 5, 9], [], [5, 30, 4.99])
    assert found.below(0).tolist() == [2, 0, 0]
    assert found.below(5).tolist() == [3, 0, 2]
    assert found.below(100).tolist() == [4, 0, 3]


def test_replications_can_be_taken_apart() -> None:
    one, two, three = [0.0, 3], [8.0, 9, 10], [70.0]
    assert together(one, two, three).of(1, 3).quantile(0.5) == together(two, three).quantile(0.5)
    assert np.isnan(together([], []).quantile(0.5))


def test_shares_by_hand() -> None:
    """F = 20/25; residuals 0, 1, 0, -1 of sizes 5, 5, 5, 10: error sqrt(2 · 4/3)/25."""
    low, high = shares([4, 5, 4, 7], [5, 5, 5, 10], 0.5)
    half = stats.t.ppf(0.975, 3) * sqrt((0 + 1 + 0 + 1) * 4 / 3) / 25
    assert (low, high) == pytest.approx((0.5 - half, 0.5 + half))


def test_too_few_have_no_interval() -> None:
    random = np.random.default_rng(4)
    few = together(*random.exponential(10, (10, 8)))
    assert np.isnan(estimated(few, 0.95)[1:3]).all()
    assert estimated(few, 0.95).value > 0
    assert not np.isnan(estimated(few, 0.5).low)
    assert np.isnan(estimated(together(random.exponential(10, 1000)), 0.5).low)  # one replication


def test_where_many_wait_exactly_so_long_nothing_moves_the_quantile() -> None:
    random = np.random.default_rng(5)
    found = estimated(together(*(random.exponential(10, (10, 50)) * (random.random((10, 50)) < 0.3))), 0.5)
    assert found[:3] == (0, 0, 0)
    assert (found.linear == 0).all()


def test_linear_numbers_have_the_quantile_as_mean_and_the_interval_as_spread() -> None:
    found = estimated(together(*np.random.default_rng(6).exponential(10, (40, 100))), 0.9)
    at = moments(found.linear)
    assert at.mean == pytest.approx(found.value)
    assert 2 * at.half_width(0.95) == pytest.approx(found.high - found.low, rel=0.15)
    assert 2 * at.half_width(0.95) == pytest.approx(
        2 * stats.t.ppf(0.975, 39) * 100 * sqrt(0.09 / 4000), rel=0.3
    )


# --- how often intervals hold ---


def exponential_waits(random: np.random.Generator, replications: int, visits: int) -> Waits:
    """A fifth waits not at all, the others 10 minutes on average; visits by chance."""
    numbers = random.poisson(visits, replications)
    return together(*(random.exponential(10, n) * (random.random(n) < 0.8) for n in numbers))


def clustered_waits(random: np.random.Generator, replications: int, visits: int) -> Waits:
    """The same, but those of a day share its luck: of each twenty neighbours a tenth of the variance is in common."""
    days = -(-visits // 20)
    common = np.repeat(random.standard_normal((replications, days)), 20, axis=1)[:, :visits]
    score = sqrt(0.1) * common + sqrt(0.9) * random.standard_normal((replications, visits))
    rank = stats.norm.cdf(score)
    return together(*np.where(rank < 0.2, 0, -10 * np.log(np.maximum(1 - rank, 1e-300) / 0.8)))


def coverage(
    make, replications: int, visits: int, experiments: int
) -> dict[float, tuple[float, float, float]]:
    """By level: share of intervals shown, of those the share that hold the truth, their mean half-width."""
    random = np.random.default_rng(replications * visits)
    found: dict[float, list[Quantile]] = {p: [] for p in LEVELS}
    for _ in range(experiments):
        waits = make(random, replications, visits)
        for p in LEVELS:
            found[p].append(estimated(waits, p))
    return {p: _told(quantiles, -10 * log((1 - p) / 0.8)) for p, quantiles in found.items()}


def _told(found: list[Quantile], truth: float) -> tuple[float, float, float]:
    shown = [one for one in found if one.low == one.low]
    if not shown:
        return 0.0, nan, nan
    held = np.mean([one.low <= truth <= one.high for one in shown])
    return len(shown) / len(found), float(held), float(np.mean([(one.high - one.low) / 2 for one in shown]))


def check(make: Make, replications: int, visits: int, experiments: int) -> None:
    for p, (shown, held, half) in coverage(make, replications, visits, experiments).items():
        ideal = stats.norm.ppf(0.975) * sqrt(p * (1 - p) / (replications * visits)) / ((1 - p) / 10)
        print(  # noqa: T201
            f"{make.__name__}, {replications} x {visits}, p = {p}: {1 - shown:.0%} withheld, {held:.1%} hold, "
            f"half-width {half:.3f}, of independent visits {ideal:.3f}"
        )
        count = shown * experiments
        assert count < 100 or held >= 0.93 - 2 * sqrt(0.95 * 0.05 / count)


@pytest.mark.parametrize(("replications", "visits"), [(10, 8), (10, 80), (30, 8)])
def test_intervals_of_quantiles_hold(replications: int, visits: int) -> None:
    check(exponential_waits, replications, visits, 400)


@pytest.mark.slow
@pytest.mark.parametrize("make", [exponential_waits, clustered_waits])
@pytest.mark.parametrize("visits", [8, 80, 8000])
@pytest.mark.parametrize("replications", [10, 30, 200])
def test_intervals_of_quantiles_hold_everywhere(make: Make, replications: int, visits: int) -> None:
    """Printed with -s: the share withheld, the coverage, the half-width beside the least that there can be."""
    check(make, replications, visits, 2000 if replications * visits < 50_000 else 400)


def test_a_mean_of_quantiles_of_few_visits_is_another_number() -> None:
    """What the quantiles of single replications would say, and how they miss what all visits say."""
    waits = exponential_waits(np.random.default_rng(7), 2000, 8)
    truth = -10 * log(0.05 / 0.8)
    single = [waits.of(number, number + 1).quantile(0.95) for number in range(2000)]
    assert estimated(waits, 0.95).value == pytest.approx(truth, rel=0.05)
    assert np.nanmean(single) < 0.85 * truth


# --- differences ---


def paired(
    random: np.random.Generator, replications: int, visits: int, longer: float
) -> tuple[Measured, Measured]:
    """Two scenarios with the same citizens; in the second each waits longer by a factor, and by chance."""
    key = pd.DataFrame([(f"wait.p{q}", "min", *[""] * (len(KEY) - 2)) for q in (50, 90)], columns=KEY)
    first = random.exponential(10, (replications, visits))
    second = longer * first * random.uniform(0.9, 1.1, first.shape)
    value, n = np.full((replications, 2), nan), np.full((replications, 2), visits)
    one, two = (tuple(tallied(row).packed() for row in waits) for waits in (first, second))
    return Measured(key, value, n, one), Measured(key, value, n, two)


def test_intervals_of_paired_differences_hold_and_pairing_makes_them_narrow() -> None:
    random, held, experiments, narrower = np.random.default_rng(8), [], 400, []
    big = np.random.default_rng(9).exponential(10, 4_000_000)
    truth = np.quantile(1.2 * big * np.random.default_rng(10).uniform(0.9, 1.1, big.shape), (0.5, 0.9))
    truth = truth + 10 * np.log([0.5, 0.1])
    for _ in range(experiments):
        one, two = (estimates(scenario) for scenario in paired(random, 20, 60, 1.2))
        mean, low, high, _ = difference(one, two)
        held.append((low <= truth) & (truth <= high))
        narrower.append((high - low) / np.hypot(one.high - one.low, two.high - two.low))
        assert mean == pytest.approx(two.mean - one.mean)
    assert (np.mean(held, axis=0) >= 0.93 - 2 * sqrt(0.95 * 0.05 / experiments)).all()
    assert (np.mean(narrower, axis=0) < 0.5).all()
