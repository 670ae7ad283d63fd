"""Results and comparisons: what their tables say, and what is written to disk."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest

from sim.analysis.intervals import rate_interval, t_interval
from sim.engine.contract import Log
from sim.engine.reference import simulate
from sim.plan.compile import compile_scenario
from sim.plan.draws import draw
from sim.plan.model import Model, Replication
from sim.results.groups import Groupings, Label
from sim.results.measured import Measured, key, measure, names
from sim.results.observe import observe
from sim.results.provenance import provenance
from sim.results.result import Result, collect
from sim.results.rows import rows
from sim.scenario.files import load

SCENARIO = """
title = "Hai xã"
source = "Chosen for this test"
horizon = { from = 2019-01-09, to = 2019-01-11, warm_up = "1 day" }
calendar = { country = "none", hours = ["07:30-12:00", "13:00-16:30"] }
citizens = { patience = "exponential(mean=40)", balk_above = 1, come_back_at_most = 1 }

[site.commune]
title = "Commune"
places = [["Đông Ngũ", 0.7], ["Yên Than", 0.3]]

[team.clerk]
site = "commune"
staff = 1
serves = [["*:*"]]

[step.intake]
desk = true
work = "exponential(mean=12)"
clock = "start"

[step.decide]
work = "exponential(mean=15)"
clock = "stop"

[journey.usual]
counter = ["intake", "decide"]

[field.civil]
title = "Civil"

[procedure.copy]
name = "Copy"
site = "commune"
field = "civil"
journey = "usual"
deadline = "same day"
volume = 6_000

[procedure.birth]
name = "Birth"
site = "commune"
field = "civil"
journey = "usual"
deadline = "2 working days"
volume = 2_000
"""
REPLICATIONS = 3


@cache
def results() -> tuple[Result, Result]:
    """The scenario, and the same with two clerks."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "base.toml").write_text(SCENARIO, "utf-8")
        base = load(Path(folder) / "base.toml")
        return run(base), run(base.change({"team.clerk.staff": 2}))


def run(scenario) -> Result:
    model = compile_scenario(scenario.scenario)
    replications = [draw(model, 7, number) for number in range(REPLICATIONS)]
    ran = [(one, simulate(model.plan, one.draws)) for one in replications]
    about = provenance(
        scenario, seed=7, replications=REPLICATIONS, engine="reference", started="2019-01-01T00:00:00"
    )
    return result_of(scenario, model, ran, about)


def result_of(scenario, model: Model, ran: list[tuple[Replication, Log]], about: dict) -> Result:
    """All rows and logs kept."""
    groups = Groupings.of_model(model)
    seen = [observe(model, one, log) for one, log in ran]
    figures = [
        measure(model, groups, one, each, names(model)) for (one, _), each in zip(ran, seen, strict=True)
    ]
    kept = [rows(model, *one, each, keep_log=True) for one, each in zip(ran, seen, strict=True)]
    value, n, *others = zip(*figures, strict=True)
    measured = Measured(key(model, groups), np.array(value), np.array(n), *others)
    return collect(scenario, model, measured, kept, about)


def first_of(measured: Measured) -> Measured:
    """Of the first replication only."""
    return measured.first(1)


@pytest.fixture
def base() -> Result:
    return results()[0]


def row(table: pd.DataFrame, measure: str, **group: str) -> pd.Series:
    for name, value in (dict.fromkeys(Label._fields, "") | group).items():
        table = table[table[name] == value]
    return table[table["measure"] == measure].squeeze()


def network(result: Result, measure: str, column: str = "value") -> np.ndarray:
    rows = result.measures[(result.measures["measure"] == measure) & (result.measures["site"] == "")]
    return rows[column].to_numpy()


def test_replications_are_numbered(base):
    for table in (base.measures, base.visits, base.dossiers, base.open_by_day, base.work_by_hour):
        assert table["replication"].unique().tolist() == [0, 1, 2]
        assert table.columns[0] == "replication"
        assert table.index.tolist() == list(range(len(table)))


def test_summary_is_an_interval_over_replications(base):
    found = row(base.summary(), "citizen.hours")
    mean, low, high = t_interval(network(base, "citizen.hours"))
    assert tuple(found[["mean", "low", "high"]]) == pytest.approx((mean, max(low, 0), high))
    assert found["n"] == network(base, "citizen.hours", "n").sum()


def test_a_mean_is_of_all_visits_and_not_of_replications(base):
    waits = base.visits.query("waited")
    found = row(base.summary(), "wait.mean")
    assert found["mean"] == pytest.approx(waits["wait"].mean(), rel=1e-5)
    by_replication = waits.groupby("replication")["wait"].agg(["sum", "size"])
    residual = by_replication["sum"] - waits["wait"].mean() * by_replication["size"]
    error = np.sqrt((residual**2).sum() * 3 / 2) / len(waits)
    assert found["high"] - found["mean"] == pytest.approx(4.302653 * error, rel=1e-4)
    assert abs(found["mean"] - network(base, "wait.mean").mean()) > 0.1  # which is another number


def test_no_interval_goes_below_zero(base):
    value = np.ones_like(base.measured.value) * [[0], [0], [1]]
    uneven = replace(base, measured=base.measured._replace(value=value))
    assert t_interval([0, 0, 1]).low < 0
    assert row(uneven.summary(), "visits.count")["low"] == 0
    assert row(uneven.summary(), "visits.count")["high"] == pytest.approx(t_interval([0, 0, 1]).high)


def test_summary_treats_rates_as_rates(base):
    rates, n = network(base, "gave_up.rate"), network(base, "gave_up.rate", "n")
    found = row(base.summary(), "gave_up.rate")
    assert tuple(found[["mean", "low", "high"]]) == pytest.approx(rate_interval(rates, n))
    assert (base.summary()["low"][base.summary()["unit"] == "fraction"].fillna(0) >= 0).all()


def test_summary_by_group(base):
    assert len(base.summary()) == len(base.measures) / REPLICATIONS
    assert set(base.summary(group=[])["site"]) == {""}
    by_place = base.summary(group=["site", "place"])
    assert set(by_place["place"]) == {"Đông Ngũ", "Yên Than"}
    assert set(by_place["field"]) == set(by_place["team"]) == {""}
    assert set(base.summary(group=["site", "team"])["measure"]) == {
        "utilisation",
        "rostered.hours",
        "present.hours",
        "overtime.hours",
        "staff.cost",
    }
    with pytest.raises(ValueError, match=r"cannot group by \['hour'\]"):
        base.summary(group=["hour"])


def test_one_replication_has_no_interval_but_for_rates(base):
    once = replace(base, measured=first_of(base.measured))
    assert np.isnan(row(once.summary(), "wait.mean")["low"])
    assert 0 < row(once.summary(), "gave_up.rate")["low"] < row(once.summary(), "gave_up.rate")["mean"]


def test_tables_tell_dates_and_names(base):
    visits = base.visits
    assert (visits["date"] == visits["entered"].dt.normalize()).all()
    assert (visits["hour"] == visits["entered"].dt.hour).all()
    assert (visits["month"] == "2019-01").all()
    assert (visits["weekday"].astype(str) == visits["entered"].dt.day_name().str[:3]).all()
    assert visits["date"].min() == pd.Timestamp("2019-01-09")  # the warm-up is not in it
    assert set(visits["place"]) == {"Đông Ngũ", "Yên Than"}
    dossiers = base.dossiers
    spent = dossiers.filter(like="minutes_").sum(axis=1, skipna=False)
    assert (spent.isna() == dossiers["ready"].isna()).all()
    finished = dossiers[dossiers["ready"].notna()]
    assert (spent[finished.index] * 60 >= (finished["ready"] - finished["received"]).dt.total_seconds()).all()


def test_the_log_tells_every_task_by_name(base):
    log = base.logs
    assert log["replication"].unique().tolist() == [0, 1, 2]
    assert list(log["step"].cat.categories) == ["intake", "decide"]
    assert set(log["team"].dropna()) == {"clerk"}
    assert (log["team"].isna() == log["started"].isna()).all()
    assert (log.groupby("replication")["task"].diff().dropna() == 1).all()
    done = log[log["outcome"] == "done"]
    assert (done["entered"] <= done["started"]).all()
    assert (done["started"] <= done["ended"]).all()
    decided = done[done["step"] == "decide"].set_index(["replication", "dossier"])
    ready = base.dossiers.dropna(subset="ready").set_index(["replication", "dossier"])
    assert (decided.loc[ready.index, "ended"] == ready["ready"]).all()
    assert (decided.loc[ready.index, "procedure"] == ready["procedure"]).all()


def test_without_logs_there_is_none_to_show_or_save(base, tmp_path):
    without = replace(base, rows=[one._replace(tasks=None) for one in base.rows])
    with pytest.raises(ValueError, match="keep_log=True"):
        _ = without.logs
    without.save(tmp_path)
    assert not (tmp_path / "log.parquet").exists()


def test_json_is_strict_and_keeps_the_groups(base):
    told = json.loads(base.to_json(), parse_constant=lambda word: pytest.fail(word))
    assert told["provenance"]["seed"] == 7
    summary = base.summary()
    assert len(told["measures"]) == len(summary)
    first = told["measures"][0]
    assert list(first) == ["measure", "unit", "group", "mean", "low", "high", "n"]
    assert (first["measure"], first["group"]) == ("wait.mean", {})
    assert first["mean"] == pytest.approx(summary["mean"][0])
    assert {"site": "commune", "place": "Đông Ngũ"} in [one["group"] for one in told["measures"]]


def test_json_of_what_is_unknown_is_null(base):
    once = replace(base, measured=first_of(base.measured))
    assert json.loads(once.to_json())["measures"][0]["low"] is None


def test_provenance_gives_the_numbers_again(base):
    about = base.provenance
    assert about["scenario"]["team"]["clerk"]["staff"] == 1
    assert len(about["hash"]) == 64
    assert about["hash"] != results()[1].provenance["hash"]
    assert about["versions"]["numpy"] == np.__version__


def test_save(base, tmp_path):
    base.save(tmp_path / "out")
    names = {"summary", "measures", "visits", "dossiers", "backlog", "days", "staffing", "forms", "points"}
    names |= {"scores", "stability", "warm_up", "waits", "weeks"}
    expected = {f"{name}.{kind}" for name in names for kind in ("csv", "parquet")}
    expected |= {"provenance.json", "log.parquet"}
    assert {file.name for file in (tmp_path / "out").iterdir()} == expected
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out" / "visits.parquet"), base.visits)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out" / "backlog.parquet"), base.open_by_day)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out" / "staffing.parquet"), base.work_by_hour)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out" / "log.parquet"), base.logs)
    csv = (tmp_path / "out" / "visits.csv").read_bytes()
    assert csv.startswith(b"\xef\xbb\xbf")
    read = pd.read_csv(tmp_path / "out" / "visits.csv", keep_default_na=False)
    assert read["place"].tolist() == base.visits["place"].tolist()
    assert read["wait"].tolist() == base.visits["wait"].tolist()
    assert read["entered"].tolist() == base.visits["entered"].dt.strftime("%Y-%m-%d %H:%M:%S").tolist()
    assert json.loads((tmp_path / "out" / "provenance.json").read_text("utf-8")) == base.provenance


def test_a_failed_save_leaves_the_old_file(base, tmp_path, monkeypatch):
    base.save(tmp_path)
    old = (tmp_path / "summary.csv").read_bytes()

    def fails(_, file):
        file.write(b"half")
        raise OSError("disk full")

    monkeypatch.setattr("pyarrow.csv.write_csv", fails)
    with pytest.raises(OSError, match="disk full"):
        base.save(tmp_path)
    assert (tmp_path / "summary.csv").read_bytes() == old
