"""Replications and comparisons: the same numbers however they are run."""

import pickle
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.study import executors
from sim.study.replicate import replicate
from sim.study.tasks import Batch, Task, perform

VALID = Path(__file__).parent / "scenarios" / "valid"


def test_workers_do_not_change_a_number() -> None:
    file = sim.load(VALID / "full.toml")
    alone = sim.run(file, replications=3, seed=5, workers=1)
    together = sim.run(file, replications=3, seed=5, workers=2)
    pd.testing.assert_frame_equal(alone.measures, together.measures)
    pd.testing.assert_frame_equal(alone.visits, together.visits)


def test_threads_and_processes_give_the_same_numbers() -> None:
    file = sim.load(VALID / "tiny.toml")
    threads = sim.run(file, replications=3, seed=5, workers=2, engine="compiled", keep_log=True)
    processes = sim.run(file, replications=3, seed=5, workers=2, engine="reference", keep_log=True)
    pd.testing.assert_frame_equal(threads.measures, processes.measures)
    pd.testing.assert_frame_equal(threads.dossiers, processes.dossiers)
    pd.testing.assert_frame_equal(threads.logs, processes.logs)


def test_rows_are_kept_of_the_first_replications_only(monkeypatch: pytest.MonkeyPatch) -> None:
    file = sim.load(VALID / "tiny.toml")
    whole = sim.run(file, replications=4, workers=2)
    monkeypatch.setattr("sim.study.replicate.KEPT_REPLICATIONS", 3)
    some = sim.run(file, replications=4, workers=2)
    assert (whole.provenance["rows_of"], some.provenance["rows_of"]) == (4, 3)
    pd.testing.assert_frame_equal(some.measures, whole.measures)
    pd.testing.assert_frame_equal(some.visits, whole.visits.query("replication < 3"))
    for table in (some.dossiers, some.open_by_day, some.work_by_hour, some.forms, some.points):
        assert table["replication"].unique().tolist() == [0, 1, 2]
    assert some.waits()["count"].sum() == some.visits["waited"].sum()


def test_many_replications_hold_no_more_than_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the measures: 16 bytes for each figure of each replication."""
    monkeypatch.setattr("sim.study.replicate.KEPT_REPLICATIONS", 2)
    file = sim.load(VALID / "tiny.toml")
    few, many = (len(pickle.dumps(sim.run(file, replications=n, workers=1))) for n in (2, 22))
    rows = len(sim.run(file, replications=1, workers=1).measured.key)
    assert many - few == pytest.approx(20 * 16 * rows, abs=500)


def test_replications_done_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slowly they are taken: the workers stay at most two rounds ahead."""
    begun: list[int] = []

    def watched(task: Task) -> Batch:
        begun.extend(task.replications)
        return perform(task)

    def slow(done: int, total: int) -> None:
        time.sleep(0.02)
        ahead.append(len(begun) - done)

    ahead: list[int] = []
    monkeypatch.setattr(executors, "perform", watched)
    replicate([sim.load(VALID / "tiny.toml")], replications=30, workers=2, progress=slow)
    assert sorted(begun) == list(range(30))
    assert max(ahead) <= 4


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_a_stop_leaves_the_rest_undone(engine: str) -> None:
    """All of them would take hours."""

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    file = sim.load(VALID / "tiny.toml")
    with pytest.raises(KeyboardInterrupt):
        replicate([file], replications=100_000, workers=2, engine=engine, progress=stop)


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
