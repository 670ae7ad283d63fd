"""A saved folder gives the result back as it was; what cannot be trusted is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from test_result import results

from sim.results.comparison import Comparison
from sim.results.provenance import FORMAT
from sim.results.saved import load_saved
from sim.scenario import ScenarioError

DECISIVE = ("wait.mean@site=commune", "citizen.hours")
THRESHOLDS = {"wait.mean": 2.5}


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    results()[0].save(folder, long_as_csv=False)
    return folder


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return Comparison(results(), DECISIVE, THRESHOLDS)


@pytest.fixture(scope="module")
def comparison_folder(tmp_path_factory, comparison) -> Path:
    folder = tmp_path_factory.mktemp("comparison")
    comparison.save(folder)
    for one in comparison.results:
        one.save(folder / one.name, long_as_csv=False)
    return folder


TABLES = (
    "visits",
    "dossiers",
    "open_by_day",
    "days",
    "work_by_hour",
    "forms",
    "points",
    "scores",
    "stability",
    "warm_up",
)


@pytest.mark.parametrize("table", TABLES)
def test_tables_are_as_they_were(run_folder, table):
    assert_frame_equal(getattr(load_saved(run_folder), table), getattr(results()[0], table))


def test_what_is_computed_from_tables_is_as_it_was(run_folder):
    told, saved = results()[0], load_saved(run_folder)
    assert (saved.name, saved.title, saved.provenance) == (told.name, told.title, told.provenance)
    assert_frame_equal(saved.summary(), told.summary())
    for view in ("waits", "on_time", "backlog", "staffing", "form_07a", "form_ii06a", "indicators"):
        assert_frame_equal(getattr(saved, view)(), getattr(told, view)())
    assert_frame_equal(saved.logs, told.logs)
    (run_folder / "log.parquet").unlink()
    with pytest.raises(ValueError, match="not kept"):
        _ = load_saved(run_folder).logs


def test_a_comparison_decides_as_it_did(comparison, comparison_folder):
    saved = load_saved(comparison_folder)
    assert saved.measures == DECISIVE
    assert_frame_equal(saved.table(), comparison.table())
    assert_frame_equal(saved.verdicts, comparison.verdicts)
    assert_frame_equal(saved.inputs, comparison.inputs)


# --- what is refused ---


def test_a_folder_of_nothing(tmp_path):
    with pytest.raises(ScenarioError, match=r"has no provenance\.json; make one with `sim run"):
        load_saved(tmp_path / "nothing")


def test_an_interrupted_run_leaves_no_complete_folder(tmp_path, monkeypatch):
    results()[0].save(tmp_path, long_as_csv=False)
    monkeypatch.setattr("sim.results.result.save_table", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        results()[0].save(tmp_path)
    with pytest.raises(ScenarioError, match="is no complete results folder"):
        load_saved(tmp_path)


@pytest.mark.parametrize("found", [FORMAT + 1, None])
def test_another_version(tmp_path, found):
    about = results()[0].provenance | {"format": found}
    (tmp_path / "provenance.json").write_text(json.dumps(about), "utf-8")
    with pytest.raises(ScenarioError, match=rf"another version of the program \(its format is {found}"):
        load_saved(tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", '"text"', "{}"])
def test_provenance_that_is_none(tmp_path, text):
    (tmp_path / "provenance.json").write_text(text, "utf-8")
    with pytest.raises(ScenarioError, match="run again"):
        load_saved(tmp_path)


def test_a_missing_table_is_named(tmp_path):
    results()[0].save(tmp_path, long_as_csv=False)
    (tmp_path / "forms.parquet").unlink()
    with pytest.raises(ScenarioError, match=r"is incomplete, without forms\.parquet; run again"):
        load_saved(tmp_path)


def test_a_broken_table_is_named(tmp_path):
    results()[0].save(tmp_path, long_as_csv=False)
    (tmp_path / "visits.parquet").write_bytes(b"PAR1")
    saved = load_saved(tmp_path)
    with pytest.raises(ScenarioError, match=r"visits\.parquet: cannot be read; run again"):
        _ = saved.visits


def test_measures_of_other_replications(tmp_path):
    results()[0].save(tmp_path, long_as_csv=False)
    measures = pd.read_parquet(tmp_path / "measures.parquet")
    measures.iloc[:-1].to_parquet(tmp_path / "measures.parquet")
    with pytest.raises(ScenarioError, match=r"measures\.parquet is not of 3 replications"):
        load_saved(tmp_path)


def test_two_runs_mixed(tmp_path, comparison):
    comparison.save(tmp_path)
    for one in comparison.results:
        one.save(tmp_path / one.name, long_as_csv=False)
    other = comparison.results[1].provenance | {"seed": 99}
    (tmp_path / comparison.results[1].name / "provenance.json").write_text(json.dumps(other), "utf-8")
    with pytest.raises(ScenarioError, match="is of another run than"):
        load_saved(tmp_path)


def test_a_file_is_no_folder(run_folder):
    with pytest.raises(ScenarioError, match=r"summary\.csv: is a file; name the folder that it is in"):
        load_saved(run_folder / "summary.csv")


def test_measures_that_are_another_table(tmp_path):
    results()[0].save(tmp_path, long_as_csv=False)
    (tmp_path / "measures.parquet").write_bytes((tmp_path / "visits.parquet").read_bytes())
    with pytest.raises(ScenarioError, match=r"measures\.parquet is another table; run again"):
        load_saved(tmp_path)
