"""The outlook of open dossiers: fates by hand, chances and dates over all replications, kept, saved and told."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_open_dossiers import drawn, opened, row

import sim
from sim.report.console import console
from sim.report.language import language
from sim.report.outlook_table import outlook_table, told
from sim.report.output import save_comparison, save_run
from sim.report.paper.chapters import document
from sim.report.paper.study import Study
from sim.report.result_screen import run as run_screen
from sim.results.observe import Status, observe
from sim.results.outlook import fates, outlook
from sim.results.saved import load_saved
from sim.study.tasks import Recipe, Task, perform

FIELD = Path(__file__).parent / "field"
WEEK = FIELD / "open_for_a_week" / "s.toml"
DAY = 1440.0
ROWS = [
    row("sign", "2019-01-02 10:00", "2019-01-22 00:00")._replace(id="late"),
    row("sign", "2019-01-03 10:00", "2019-02-28 00:00")._replace(id="early"),
    row("collect", "2019-01-04 10:00")._replace(id="ready"),
]


def names(column: pd.Series) -> list[str]:
    return column.astype(str).tolist()


def test_chances_and_dates_by_hand() -> None:
    """Four replications; day 0 is 21 January. Half of four is two, nine of ten are all four."""
    made = opened(*ROWS)
    ready = np.array([[-3.5, 30.2], [-4.5, math.inf], [5.5, 29.5], [6.5, math.nan]]) * DAY
    found = outlook(made, np.column_stack([ready, np.zeros(4)]))
    assert found["id"].tolist() == ["late", "early"]
    assert found["line"].tolist() == [2, 3]
    assert found["step"].tolist() == ["sign", "sign"]
    assert found["late"].tolist() == [2, 0]
    assert found["undecided"].tolist() == [0, 1]
    assert found["p_late"].tolist() == [2.5 / 5, 0.5 / 5]
    assert names(found["median"]) == ["2019-01-25", "2019-02-20"]
    assert names(found["p90"][:1]) == ["2019-01-27"]
    assert pd.isna(found["p90"][1])
    assert names(found["due"]) == ["2019-01-21", "2019-02-27"]


def test_the_likeliest_late_comes_first_and_then_the_first_due() -> None:
    rows = [
        row("sign", "2019-01-02 10:00", due)._replace(id=f"{late} of 3, due {due}")
        for due, late in (("2019-01-30", 0), ("2019-01-29", 0), ("2019-02-12", 3), ("2019-02-11", 1))
    ]
    made = opened(*rows)
    late = np.array([int(name[0]) for name in made.underway.id])
    found = outlook(made, np.where(np.arange(3)[:, None] < late, -DAY, DAY))
    assert found["late"].tolist() == [3, 1, 0, 0]
    assert found["due"].is_monotonic_increasing or found["due"][2] < found["due"][3]


@pytest.mark.parametrize("restart", [False, True])
def test_who_is_overdue_already_is_late_for_certain(restart: bool) -> None:
    """Whatever becomes of it, and first of all; unless a supplement may restart its deadline."""
    rows = [ROWS[0], row("sign", "2019-01-02 10:00", "2019-01-21 00:00")._replace(id="overdue")]
    made = opened(*rows, changes={"rules.supplement": "restart"} if restart else None)
    found = outlook(made, np.array([[-DAY, math.inf], [-DAY, math.nan]]))
    if restart:
        assert found["p_late"].tolist() == [2.5 / 3, 0.5 / 3]
        return
    assert found["id"].tolist() == ["overdue", "late"]
    assert found["p_late"].tolist() == [1.0, 2.5 / 3]
    assert (found["late"].tolist(), found["undecided"].tolist()) == ([2, 2], [0, 0])


def test_what_is_certain_is_told_so_and_steps_by_their_titles(week: sim.Result) -> None:
    scenario = week.provenance["scenario"]
    steps = {**scenario["step"], "work": {"title": "Thẩm định"}}
    provenance = {**week.provenance, "scenario": {**scenario, "step": steps}}
    changed = sim.Result("x", "", week.measured, provenance, week.model, week.rows)
    vars(changed)["outlook"] = week.outlook.assign(p_late=1.0, step="intake + work")
    first = outlook_table(changed, language("vi")).iloc[0].tolist()
    assert (first[3], first[6]) == ("intake + Thẩm định", "100,0 % (đã quá hạn)")
    assert "open_dossiers.csv" not in told(changed, 10, language("vi"))
    assert "open_dossiers.csv" in told(changed, 10, language("vi"), saved=True)


def test_fates_are_those_of_the_dossiers() -> None:
    """A late one, one that is ready, one that is not ready by the end, and one that is overdue then."""
    never = {"step.agency.days": 4000}
    rows = [
        row("sign", "2019-01-02 10:00", "2019-01-09 00:00")._replace(id="late"),
        *ROWS[1:],
        row("agency", "2019-01-04 10:00", "2019-12-24")._replace(id="open"),
        row("agency", "2019-01-04 10:00", "2019-01-24")._replace(id="overdue"),
        row("screen", "2019-01-18 11:00", of="name-change@centre")._replace(id="not received"),
    ]
    made, replication, log = drawn(*rows, changes=never)
    seen = observe(made, replication, log).dossiers
    found = dict(zip(made.underway.id, fates(made, replication, seen).tolist(), strict=True))
    own = {made.underway.id[-1 - n]: d for d, n in enumerate(replication.labels.number.tolist()) if n < 0}
    assert found["late"] == -log.ready[own["late"]]
    assert found["early"] == log.ready[own["early"]] > 0
    assert (found["open"], found["overdue"]) == (math.inf, -math.inf)
    assert abs(found["not received"]) == log.ready[own["not received"]]


def test_who_has_given_up_is_neither_late_nor_ever_ready() -> None:
    made = opened(ROWS[0])
    _, replication, log = drawn(ROWS[0])
    seen = observe(made, replication, log).dossiers
    gone = seen._replace(
        status=np.full_like(seen.status, Status.WITHDRAWN), ready=np.full_like(seen.ready, np.nan)
    )
    (fate,) = fates(made, replication, gone)
    assert math.isnan(fate)
    found = outlook(made, np.array([[fate]]))
    assert (found["late"][0], found["undecided"][0]) == (0, 0)
    assert found["median"].isna().all()


@pytest.fixture(scope="module")
def week() -> sim.Result:
    return sim.run(WEEK, replications=12, workers=1)


def test_all_replications_are_in_it(week: sim.Result) -> None:
    """Not only the ten with rows, whose dossiers say the same as their fates."""
    assert np.shape(week.measured.fates) == (12, 60)
    rows = week.dossiers[week.dossiers["carried_over"]]
    late = rows["status"].isin(["late", "overdue"]).groupby(rows["replication"]).sum()
    np.testing.assert_array_equal(late, np.signbit(week.measured.fates[:10]).sum(axis=1))
    ready = (rows["ready"] - pd.Timestamp("2019-01-02")) / pd.Timedelta(minutes=1)
    np.testing.assert_allclose(np.sort(ready), np.sort(np.abs(week.measured.fates[:10]).ravel()), atol=1e-3)


def test_open_dossiers_stand_among_the_dossiers_but_in_no_rate(week: sim.Result) -> None:
    case = FIELD / "stamps_with_seconds" / "s.toml"
    found = sim.run(case, replications=3, workers=1)
    own = found.dossiers[found.dossiers["carried_over"]]
    assert names(own["id"]) == ["A-17"] * 3
    assert names(own["received"].dt.floor("s")) == ["2018-12-27 15:40:12"] * 3
    assert names(own["month"]) == ["2018-12"] * 3
    assert own.filter(like="minutes_").isna().all(axis=None)
    assert set(names(found.dossiers[~found.dossiers["carried_over"]]["id"])) <= {""}
    rates = week.on_time(("site",))
    assert rates["received"].sum() == pytest.approx((~week.dossiers["carried_over"]).sum() / 10)


def test_of_a_result_that_waits_it_is_not_known_when_it_was_ready() -> None:
    from sim.results.frames import dossier_frame
    from sim.results.rows import rows

    made, replication, log = drawn(*ROWS)
    part = rows(made, replication, log, observe(made, replication, log), keep_log=False)
    table = dossier_frame(made, [part]).set_index("id")
    assert table.loc["ready", "ready"] is pd.NaT
    assert table.loc["late", "ready"] > pd.Timestamp("2019-01-21")


def test_a_store_keeps_fates(tmp_path: Path, week: sim.Result) -> None:
    """A run that goes on from a store, of which only those with rows are computed again, has all of them."""
    store = tmp_path / "kept.sqlite"
    sim.run(WEEK, replications=11, workers=1, store=store)
    again = sim.run(WEEK, replications=12, workers=1, store=store)
    np.testing.assert_array_equal(again.measured.fates, week.measured.fates)
    pd.testing.assert_frame_equal(again.outlook, week.outlook)


def test_a_run_to_a_precision_has_them(week: sim.Result) -> None:
    found = sim.run(WEEK, precision={"backlog.mean": "5 absolute"}, workers=1)
    assert len(found.measured.fates) == found.provenance["replications"] >= 30
    np.testing.assert_array_equal(found.measured.fates[:12], week.measured.fates)


def test_batches_have_them_in_the_order_of_replications(week: sim.Result) -> None:
    batch = perform(Task(Recipe.of(sim.load(WEEK)), 1, "compiled", range(3, 6)))
    np.testing.assert_array_equal([one.fates for one in batch.figures], week.measured.fates[3:6])


def test_saved_and_read_again(tmp_path: Path, week: sim.Result) -> None:
    save_run(week, tmp_path, language("vi"))
    saved = load_saved(tmp_path)
    pd.testing.assert_frame_equal(saved.outlook, week.outlook)
    listed = pd.read_csv(tmp_path / "open_dossiers.csv", dtype=str)
    assert len(listed) == 60
    assert listed["Hạn trả kết quả"][0] == "28/02/2019"
    section = next(one for one in document(Study.of(saved, language("vi"))).sections if one.name == "outlook")
    (listing,) = section.blocks
    assert listing.rows[0] == tuple(listed.iloc[0])
    assert (len(listing.rows), listing.heads) == (30, tuple(listed))


def test_a_comparison_saves_the_list_of_each(tmp_path: Path) -> None:
    file = sim.load(WEEK)
    other = sim.load(WEEK).change({"team.desk.staff": 6})
    save_comparison(sim.compare([file, other], replications=2, workers=1), tmp_path, language("en"))
    assert {one.parent.name for one in tmp_path.rglob("open_dossiers.csv")} == {file.name, other.name}


def test_a_run_prints_the_likeliest_late(week: sim.Result) -> None:
    shown = console()
    with shown.capture() as printed:
        shown.print(run_screen(sim.load(WEEK), week, [], 1, language("en")))
    lines = printed.get().splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith("Open dossiers"))
    assert sum(line.startswith("line ") for line in lines[begin:]) == 10


def test_without_a_table_there_is_none(tmp_path: Path) -> None:
    found = sim.run(sim.load(WEEK).change({"horizon.open_dossiers": None}), replications=1, workers=1)
    assert found.outlook.empty
    found.save(tmp_path)
    assert not (tmp_path / "outlook.csv").exists()
    assert load_saved(tmp_path).outlook.empty


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("vi", ["dòng 2", "28/02/2019", "> 29/03/2019", "≥ 3,8 %"]),
        ("en", ["line 2", "28 Feb 2019", "> 29 Mar 2019", "≥ 3.8 %"]),
    ],
)
def test_told_as_people_write(week: sim.Result, code: str, expected: list[str]) -> None:
    """A date beyond the run is told as later than its last day; a chance that the run leaves open, as the least."""
    say = language(code)
    late = week.outlook.assign(median=pd.NaT, undecided=1)
    told_late = sim.Result("x", "", week.measured, week.provenance, week.model, week.rows)
    vars(told_late)["outlook"] = late.sort_values("line", ignore_index=True)
    first = outlook_table(told_late, say).iloc[0].tolist()
    assert [first[0], first[5], first[7], first[6]] == expected
    assert "60" in told(told_late, 10, say)
