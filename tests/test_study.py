"""Replications and comparisons: the same numbers however they are run."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.study.replicate import replicate

VALID = Path(__file__).parent / "scenarios" / "valid"


def test_workers_do_not_change_a_number() -> None:
    file = sim.load(VALID / "full.toml")
    alone = sim.run(file, replications=3, seed=5, workers=1)
    together = sim.run(file, replications=3, seed=5, workers=2)
    pd.testing.assert_frame_equal(alone.measures, together.measures)
    pd.testing.assert_frame_equal(alone.visits, together.visits)


def test_seed_and_replication_matter() -> None:
    values = sim.run(VALID / "tiny.toml", replications=2, seed=1, workers=1).measures
    other = sim.run(VALID / "tiny.toml", replications=2, seed=2, workers=1).measures
    first, second = (values[values["replication"] == r]["value"].to_numpy() for r in (0, 1))
    assert not np.array_equal(first, second, equal_nan=True)
    assert not np.array_equal(values["value"], other["value"], equal_nan=True)


def test_a_scenario_compared_with_its_copy_does_not_differ() -> None:
    base = sim.load(VALID / "tiny.toml")
    same = base.change({"team.counter.staff": 1})
    table = sim.compare([base, same], replications=3, workers=1).table(group=[])
    differences = table["difference"].dropna()
    assert len(differences) > 10
    assert (differences == 0).all()


def test_more_staff_is_paired_with_the_same_citizens() -> None:
    base = sim.load(VALID / "tiny.toml")
    two = base.change({"team.counter.staff": 2})
    compared = sim.compare([base, two], replications=4, workers=1)
    visits = [result.visits.set_index(["replication", "dossier"]) for result in compared.results]
    assert (visits[0]["entered"] == visits[1]["entered"]).all()
    assert (visits[1]["wait"] <= visits[0]["wait"] + 1e-9).all()
    row = compared.table(group=[]).query("measure == 'wait.mean'").iloc[1]
    assert row["difference_high"] < 0
    assert row["better"] > 0.95


def test_progress_counts_every_replication() -> None:
    told: list[tuple[int, int]] = []
    base = sim.load(VALID / "tiny.toml")
    replicate([base], replications=3, workers=1, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"engine": "fast"}, "not an engine"),
        ({"replications": 0}, "at least 1"),
        ({"workers": 0}, "at least 1"),
    ],
)
def test_wrong_options(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sim.run(VALID / "tiny.toml", **options)  # type: ignore[arg-type]


def test_a_comparison_needs_two_names() -> None:
    with pytest.raises(ValueError, match="names of their own"):
        sim.compare([VALID / "tiny.toml", VALID / "tiny.toml"])


def test_a_target_on_no_measure_is_refused_before_the_run() -> None:
    file = sim.load(VALID / "tiny.toml").change({"target": {"short": {"measure": "wait.p80", "at_most": 15}}})
    with pytest.raises(sim.ScenarioError, match=r"did you mean 'wait\.p"):
        sim.run(file)
