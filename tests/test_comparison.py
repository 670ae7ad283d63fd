"""Comparisons: paired differences, and which direction is better."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from test_result import network, results, row

from sim.analysis.intervals import paired_difference
from sim.analysis.multiple import Verdict
from sim.results.comparison import Comparison
from sim.results.estimates import Estimates, estimates
from sim.results.judgement import judgement
from sim.results.measured import KEY, Measured
from sim.scenario import ScenarioError


@pytest.fixture
def comparison() -> Comparison:
    return Comparison(results())


def around_the_ratio(result) -> np.ndarray:
    """By hand, from the rows: the mean of all waits, and by how much each replication moves it."""
    waits = result.visits.query("waited").groupby("replication")["wait"].agg(["sum", "size"])
    mean = waits["sum"].sum() / waits["size"].sum()
    return (mean + (waits["sum"] - mean * waits["size"]) / waits["size"].mean()).to_numpy()


def test_comparison_pairs_the_replications(comparison):
    a, b = (around_the_ratio(result) for result in comparison.results)
    table = comparison.table()
    baseline, other = (row(table[table["scenario"] == one.name], "wait.mean") for one in comparison.results)
    mean, low, high, larger = paired_difference(a, b)
    assert tuple(other[["difference", "difference_low", "difference_high"]]) == pytest.approx(
        (mean, low, high)
    )
    assert other["better"] == pytest.approx(1 - larger)  # waiting less is better
    assert other["mean"] == pytest.approx(baseline["mean"] + other["difference"])
    assert baseline[["difference", "difference_low", "difference_high", "better"]].isna().all()
    assert mean < 0


def test_better_follows_the_direction_of_the_measure(comparison):
    table = comparison.table(group=[])
    plus = table[table["scenario"] == comparison.results[1].name]
    for measure, sign in {"wait.within_15": 1, "gave_up.rate": -1, "staff.cost": -1}.items():
        found = row(plus, measure)
        assert (found["better"] > 0.5) == (found["difference"] * sign > 0)
    assert np.isnan(row(plus, "dossiers.received")["better"])
    assert row(plus, "staff.cost")["difference"] == 0


def test_rows_the_baseline_lacks_have_no_difference(comparison):
    first, second = comparison.results
    kept = np.flatnonzero(first.measured.key["place"] != "Yên Than")
    lacking = replace(first, measured=first.measured.only(kept))
    table = Comparison((lacking, second)).table(group=["site", "place"])
    yen_than = table[(table["place"] == "Yên Than") & (table["measure"] == "wait.mean")].squeeze()
    assert yen_than["scenario"] == second.name
    assert np.isnan(yen_than["difference"])
    assert yen_than["mean"] > 0


def test_comparison_needs_the_same_citizens_and_names_of_their_own():
    base = results()[0]
    other = replace(base, name="other", provenance=base.provenance | {"seed": 8})
    with pytest.raises(ValueError, match="the citizens differ"):
        Comparison((base, other))
    with pytest.raises(ValueError, match="names of their own"):
        Comparison((base, base))
    with pytest.raises(ValueError, match="two or more"):
        Comparison((base,))


def test_comparison_to_json_and_to_disk(comparison, tmp_path):
    told = json.loads(comparison.to_json())
    assert list(told["provenance"]) == [result.name for result in comparison.results]
    first, last = told["measures"][0], told["measures"][-1]
    assert first["difference"] is None
    assert last["difference"] is not None
    assert last["scenario"] == comparison.results[1].name
    comparison.save(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {
        "comparison.csv",
        "comparison.parquet",
        "inputs.csv",
        "inputs.parquet",
        "provenance.json",
        "verdicts.csv",
        "verdicts.parquet",
        "weeks.csv",
        "weeks.parquet",
        "worth.csv",
        "worth.parquet",
    }
    assert {row["verdict"] for row in told["verdicts"]} <= set(Verdict)
    assert told["inputs"][0]["scenario"] == comparison.results[1].name


# --- verdicts ---


def estimated(*means: float, seed: int = 1, spread: float = 1.0, noise: float = 0.1) -> dict[str, Estimates]:
    """Scenarios with these mean waits and a luck in common, of which each has a little of its own."""
    random = np.random.default_rng(seed)
    luck = random.normal(0, spread, 20)
    key = pd.DataFrame([("wait.mean", "min", *[""] * 7), ("utilisation", "fraction", *[""] * 7)], columns=KEY)
    found = {}
    for number, mean in enumerate(means):
        wait = mean + luck + random.normal(0, noise, 20)
        value = np.column_stack([wait, 0.5 + wait / 100])
        found["abcdef"[number]] = estimates(Measured(key, value, np.ones_like(value, np.int64)))
    return found


def test_intervals_hold_for_the_whole_family():
    scenarios = estimated(10, 8, 12)
    table = judgement(scenarios, ["wait.mean", "utilisation"])
    found = row(table[table["scenario"] == "b"], "wait.mean")
    difference = scenarios["b"].linear[0] - scenarios["a"].linear[0]
    half = stats.t.ppf(1 - 0.05 / 8, 19) * stats.sem(difference)  # two scenarios, two measures, two sides
    assert (found["low"], found["high"]) == pytest.approx(
        (difference.mean() - half, difference.mean() + half)
    )


def test_verdicts_look_at_what_matters():
    table = judgement(estimated(10, 8, 12, 10.3, 11.02), ["wait.mean"]).set_index("scenario")
    assert table["verdict"].to_dict() == {
        "b": Verdict.BETTER,
        "c": Verdict.WORSE,
        "d": Verdict.SAME,
        "e": Verdict.UNDECIDED,
    }
    assert (table["threshold"] == 1).all()
    assert table["better"]["b"] > 0.999
    assert table["better"]["c"] < 0.001
    strict = judgement(estimated(10, 8, 12, 10.3), ["wait.mean"], {"wait.mean": 0.05}).set_index("scenario")
    assert strict["verdict"]["d"] == Verdict.WORSE


def test_what_has_no_direction_has_no_verdict():
    table = judgement(estimated(10, 8), ["utilisation"])
    assert table["verdict"].tolist() == [""]
    assert table["better"].isna().all()


def test_luck_in_common_reduces_the_variance():
    """Independent runs: 2 (1 + 0.01), pairs: 2 x 0.01; a hundred times and one."""
    found = judgement(estimated(10, 8, noise=0.1), ["wait.mean"])["variance_reduction"][0]
    apart = judgement(estimated(10, 8, spread=0, noise=1), ["wait.mean"])["variance_reduction"][0]
    assert 30 < found < 300
    assert 0.3 < apart < 3


def test_the_usual_measures_are_waits_and_on_time_of_each_kind_of_site(comparison):
    assert comparison.verdicts[["measure", "site"]].to_numpy().tolist() == [
        ["wait.mean", "commune"],
        ["wait.p90", "commune"],
        ["on_time.rate", "commune"],
    ]
    chosen = replace(comparison, measures=("staff.cost", "wait.mean@place=Yên Than"))
    assert chosen.verdicts["measure"].tolist() == ["staff.cost", "wait.mean"]
    cost = network(comparison.results[0], "staff.cost").mean()
    assert chosen.verdicts["threshold"].tolist() == pytest.approx([0.01 * cost, 1])


@pytest.mark.parametrize(
    ("thresholds", "words"), [({"wait.men": 1}, "did you mean"), ({"wait.mean": -1}, "write 0 or more")]
)
def test_thresholds_that_are_none(thresholds, words):
    with pytest.raises(ScenarioError, match=words):
        judgement(estimated(10, 8), ["wait.mean"], thresholds)


def test_inputs_tell_what_the_scenarios_change(comparison):
    changed = comparison.inputs
    assert changed["scenario"].unique().tolist() == [comparison.results[1].name]
    assert changed[["path", "baseline", "value"]].to_numpy().tolist() == [["team.clerk.staff", "1", "2"]]
