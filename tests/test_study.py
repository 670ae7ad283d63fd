"""Replications and comparisons: the same numbers however they are run."""

import pickle
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.results.result import RowsWarning
from sim.results.saved import load_saved
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


@pytest.mark.filterwarnings("ignore::sim.results.result.RowsWarning")
def test_rows_are_kept_of_as_many_replications_as_asked_for() -> None:
    file = sim.load(VALID / "tiny.toml")
    whole = sim.run(file, replications=4, workers=2, rows="all")
    some = sim.run(file, replications=4, workers=2, rows=3)
    assert (whole.provenance["rows_of"], some.provenance["rows_of"]) == (4, 3)
    pd.testing.assert_frame_equal(some.measures, whole.measures)
    pd.testing.assert_frame_equal(some.visits, whole.visits.query("replication < 3"))
    for table in (some.dossiers, some.open_by_day, some.work_by_hour, some.forms, some.points):
        assert table["replication"].unique().tolist() == [0, 1, 2]
    assert some.waits()["count"].sum() == some.visits["waited"].sum()


def test_ten_replications_have_rows_unless_more_are_asked_for() -> None:
    file = sim.load(VALID / "tiny.toml")
    both = file, file.change({"demand.scale": 2}, name="more")
    for rows, expected in (({}, 10), ({"rows": "all"}, 12), ({"rows": 20}, 12)):
        compared = sim.compare(both, replications=12, workers=2, **rows)
        assert [one.provenance["rows_of"] for one in compared.results] == [expected] * 2
        assert len(compared.results[0].rows) == expected


def test_a_table_says_of_how_many_replications_it_is(tmp_path: Path) -> None:
    file = sim.load(VALID / "tiny.toml")
    some = sim.run(file, replications=4, workers=1, rows=3)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        some.save(tmp_path)
        assert not heard
    about = {"rows_of": 3, "replications": 4}
    for one in (some, load_saved(tmp_path)):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            tables = [one.visits, one.dossiers, one.open_by_day, one.work_by_hour, one.forms, one.days]
            tables += [one.waits(), one.on_time(), one.staffing(), one.backlog()]
        words = 'rows are of the first 3 of 4 replications; run with rows="all" for all'
        assert [(str(one.message), one.category) for one in told] == [(words, RowsWarning)] * len(tables)
        assert {warning.filename for warning in told} == {__file__}  # where it is read
        assert [table.attrs for table in tables] == [about] * len(tables)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        whole = sim.run(file, replications=4, workers=1)
        assert whole.visits.attrs == {"rows_of": 4, "replications": 4}


def test_many_replications_hold_no_more_than_few() -> None:
    """Of each replication: 16 bytes for each figure, the waits in bins, and the figures of weeks."""
    file = sim.load(VALID / "tiny.toml")
    few, many = (sim.run(file, replications=n, workers=1, rows=2) for n in (2, 22))
    more = many.measured
    waits, weeks = (len(pickle.dumps(kept[2:])) for kept in (more.waits, more.weeks))
    expected = 20 * 16 * len(more.key) + waits + weeks
    assert len(pickle.dumps(many)) - len(pickle.dumps(few)) == pytest.approx(expected, abs=2000)
    assert waits < 20 * 50_000
    assert weeks < 20 * 5_000


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
