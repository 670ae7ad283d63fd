"""Comparisons: paired differences, and which direction is better."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from test_result import network, results, row

from sim.results.estimate import paired_difference
from sim.results.measured import Measured
from sim.results.result import Comparison


@pytest.fixture
def comparison() -> Comparison:
    return Comparison(results())


def test_comparison_pairs_the_replications(comparison):
    a, b = (network(result, "wait.mean") for result in comparison.results)
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
    key, value, n = first.measured
    kept = (key["place"] != "Yên Than").to_numpy()
    lacking = replace(first, measured=Measured(key[kept], value[:, kept], n[:, kept]))
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
        "provenance.json",
    }
