"""In which weeks a difference lies: by hand, how often a week is named by chance, told, saved and kept."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from handmade import model as handmade
from handmade import told
from scipy import stats
from test_neglect import OFFICE

import sim
from sim.report import language
from sim.report.weeks_told import weeks_told
from sim.results.comparison import Comparison
from sim.results.measured import Measured
from sim.results.observe import observe
from sim.results.saved import load_saved
from sim.results.weeks import Week, mondays, week_table, weekly, weeks_of
from sim.results.whichweeks import weekly_differences

KEY = pd.DataFrame({"site": ["", "hall"]})
MONDAY = date(2019, 7, 1)


def test_mondays() -> None:
    assert mondays(date(2019, 7, 3), 2) == [MONDAY, date(2019, 7, 8)]
    assert mondays(MONDAY, 1) == [MONDAY]


# --- named weeks ---


def measured(waits: np.ndarray) -> Measured:
    """One kind of site: float[replication, week] minutes of 100 visits each; all dossiers on time."""
    parts = {
        "wait": 100 * waits,
        "waited": 100 + 0 * waits,
        "on_time": 50 + 0 * waits,
        "judged": 50 + 0 * waits,
    }
    sums = np.stack([parts[name] for name in Week._fields], axis=-1)
    nothing = np.zeros((len(waits), len(KEY)))
    return Measured(KEY, nothing, nothing.astype(int), weeks=tuple(one[np.newaxis] for one in sums))


def differences(before: np.ndarray, after: np.ndarray, **thresholds: float) -> pd.DataFrame:
    found = weekly_differences(measured(before), {"other": measured(after)}, MONDAY, thresholds)
    return found[found["measure"] == "wait.mean"]


def test_weeks_by_hand() -> None:
    """Three weeks of five replications: nothing at all, half of what makes a difference, and much."""
    rng = np.random.default_rng(1)
    before = rng.uniform(2, 4, (5, 3))
    noise = rng.normal(0, 0.1, (5, 3))
    after = before + np.array([0.0, 0.5, 20.0]) + noise * [0, 1, 1]
    found = differences(before, after)
    assert found["week"].dt.strftime("%m-%d").tolist() == ["07-01", "07-08", "07-15"]
    assert found["named"].tolist() == [False, False, True]
    assert found["difference"].tolist() == pytest.approx((after - before).mean(axis=0))
    assert found["baseline"].tolist() == pytest.approx(before.mean(axis=0))
    low, high = stats.t.interval(1 - 0.05 / 3, 4, *stats_of((after - before)[:, 2]))
    assert tuple(found.iloc[2][["low", "high"]]) == pytest.approx((low, high))
    assert differences(before, after, **{"wait.mean": 25.0})["named"].tolist() == [False, False, False]
    assert differences(before, after, **{"wait.mean": 0.1})["named"].tolist() == [False, True, True]


def stats_of(x: np.ndarray) -> tuple[float, float]:
    return float(x.mean()), float(stats.sem(x))


def test_holm_by_hand() -> None:
    """Two-sided p-values of a difference beyond 1 minute, the smallest times three, the next times two."""
    rng = np.random.default_rng(2)
    before = rng.uniform(2, 4, (8, 3))
    after = before + np.array([1.6, 2.0, 3.0]) + rng.normal(0, 1, (8, 3))
    found = differences(before, after)
    mean, error = (after - before).mean(axis=0), stats.sem(after - before, axis=0)
    p = np.minimum(2 * stats.t.sf((mean - 1) / error, 7), 1)
    order = np.argsort(p)
    expected = np.empty(3)
    expected[order] = np.minimum(np.maximum.accumulate(p[order] * [3, 2, 1]), 1)
    assert found["adjusted"].tolist() == pytest.approx(expected)
    assert found["named"].tolist() == (expected <= 0.05).tolist()


@pytest.mark.slow
def test_a_week_is_seldom_named_by_chance() -> None:
    """Where all 50 weeks differ by just what makes none, one is named in at most one study of twenty."""
    rng, studies = np.random.default_rng(3), 1000
    wrong = 0
    for _ in range(studies):
        before = rng.uniform(2, 4, (10, 50))
        found = differences(before, before + 1 + rng.normal(0, 1, (10, 50)))
        wrong += bool(found["named"].any())
    assert wrong / studies <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / studies)
    assert wrong / studies > 0.02  # nor is it that nothing is ever named


def test_one_replication_names_no_week() -> None:
    assert differences(np.ones((1, 3)), 9 * np.ones((1, 3))).empty


# --- sums of runs ---


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """Eight weeks, in the fourth and fifth of which one of two is not there."""
    file = tmp_path_factory.mktemp("weeks") / "base.toml"
    file.write_text(OFFICE.replace("to = 2019-03-08", "to = 2019-04-05"), "utf-8")
    base = sim.load(file)
    less = {"team.clerk.period": {"less": {"from": "2019-03-04", "to": "2019-03-15", "staff": 1}}}
    fewer = base.change(less, name="fewer", title="One less for two weeks")
    return sim.compare([base, fewer], replications=10, workers=1)


def test_weeks_are_those_of_the_rows(compared: Comparison) -> None:
    for result in compared.results:
        table = week_table(result.measured.weeks, result.measured.sites, result.period[0])
        visits = result.visits[result.visits["waited"]]
        week = visits["entered"].dt.to_period("W-SUN").dt.start_time
        own = visits.groupby([visits["replication"], week])["wait"]
        indexed = table.set_index(["replication", "week"])
        for column, expected in (("wait", own.sum()), ("waited", own.size())):
            found = indexed[column][indexed["waited"] > 0]
            assert found.tolist() == pytest.approx(expected.tolist())
        dossiers = result.dossiers[result.dossiers["status"].isin(["early", "on_time", "late", "overdue"])]
        week = dossiers["received"].dt.to_period("W-SUN").dt.start_time
        judged = dossiers.groupby([dossiers["replication"], week]).size()
        assert indexed["judged"][indexed["judged"] > 0].tolist() == judged.tolist()
        on_time = dossiers["status"].isin(["early", "on_time"]).sum()
        assert indexed["on_time"].sum() == on_time


def test_the_weeks_of_a_window_that_begins_within_one() -> None:
    made = handmade()
    assert made.window[0] == 7 * 1440  # a Monday
    later = handmade(horizon={"from": "2019-01-09", "to": "2019-01-16", "warm_up": "9 days"})
    replication, log = told(later, [])
    assert weekly(later, replication, observe(later, replication, log)).shape == (2, 2, len(Week._fields))


def test_the_weeks_in_which_the_difference_lies_are_named(compared: Comparison) -> None:
    table = compared.weeks
    waits = table[table["measure"] == "wait.mean"]
    named = waits[waits["named"]]["week"].dt.strftime("%m-%d").tolist()
    assert {"03-04", "03-11"} <= set(named) <= {"03-04", "03-11", "03-18"}
    before = waits[waits["week"] < "2019-03-04"]
    assert (before["difference"] == 0).all()  # the same citizens, and nothing else is different yet
    assert (waits["threshold"] == 1).all()


@pytest.mark.parametrize(
    ("code", "words"),
    [("en", "Mean wait, Hall: the difference lies in the weeks 4 Mar 2019 – "), ("vi", "04/03/2019 – ")],
)
def test_they_are_told(compared: Comparison, code: str, words: str) -> None:
    say = language.language(code)
    sentence = next(
        text for text in weeks_told(compared, "fewer", say) if say("measure.wait.mean")[1:] in text
    )
    assert words in sentence
    assert weeks_told(compared, "base", say) == []


def test_saved_and_kept_weeks_are_the_same(compared: Comparison, tmp_path: Path) -> None:
    for result in compared.results:
        result.save(tmp_path / result.name)
    compared.save(tmp_path)
    again = load_saved(tmp_path)
    assert isinstance(again, Comparison)
    pd.testing.assert_frame_equal(again.weeks, compared.weeks)
    for found, result in zip(again.results, compared.results, strict=True):
        np.testing.assert_allclose(np.stack(found.measured.weeks), np.stack(result.measured.weeks))
    table = week_table(compared.results[0].measured.weeks, ["hall"], compared.results[0].period[0])
    np.testing.assert_array_equal(np.stack(weeks_of(table)), np.stack(compared.results[0].measured.weeks))


def test_a_store_keeps_weeks(tmp_path: Path) -> None:
    file = tmp_path / "base.toml"
    file.write_text(OFFICE, "utf-8")
    options = {"replications": 2, "workers": 1, "store": tmp_path / "kept.sqlite", "rows": 1}
    first, second = (sim.run(file, **options) for _ in range(2))
    np.testing.assert_array_equal(np.stack(first.measured.weeks), np.stack(second.measured.weeks))
    assert np.stack(first.measured.weeks).any()
