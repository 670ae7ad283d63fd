"""Views: the measures again where they group alike, numbers by hand where only views do."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from math import inf, nan
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from handmade import CLERK_YEN_THAN, COPY_YEN_THAN, COUNTER, EXPERTS, Dossier, Task, at, desk, model, told
from test_result import result_of, results, row

from sim.engine.contract import Reason
from sim.results.course import course
from sim.results.groups import Groups
from sim.results.result import Result

HORIZON = {"from": "2019-01-28", "to": "2019-02-10", "warm_up": "7 days"}
MODEL = model(horizon=HORIZON)  # the window begins on Monday, day 7; February on Friday, day 11
NAMED = SimpleNamespace(name="hand", scenario=MODEL.scenario)
MONDAY, TUESDAY, FRIDAY = 7, 8, 11


def by_hand() -> list[Dossier]:
    """Two visits on Monday, one comes back in February; on Tuesday one gives up, and one does not come."""
    carried = Dossier(at(2, "08:00"), received=at(2, "08:00"), due=inf, ready=at(MONDAY, "12:00"))
    comes_back = Dossier(
        at(MONDAY, "08:00"),
        [
            desk(at(MONDAY, "08:00"), at(MONDAY, "08:20"), at(MONDAY, "08:30")),
            desk(at(FRIDAY, "09:00"), at(FRIDAY, "09:40"), at(FRIDAY, "09:50")),
        ],
        received=at(MONDAY, "08:30"),
        due=at(TUESDAY, "16:30"),
        ready=at(FRIDAY, "12:00"),  # three days late
    )
    overdue = Dossier(
        at(MONDAY, "15:50"),
        [desk(at(MONDAY, "15:50"), at(MONDAY, "15:50"), at(MONDAY, "16:50"), overtime=20)],
        received=at(MONDAY, "16:30"),
        due=at(17, "16:30"),
        ready=nan,
    )
    gave_up = [
        Task(entered=at(TUESDAY, "09:00"), left=[(at(TUESDAY, "09:00"), left, reason)], lost=True)
        for left, reason in ((at(TUESDAY, "09:30"), Reason.PATIENCE), (at(TUESDAY, "09:00"), Reason.NO_SHOW))
    ]
    early = Dossier(
        at(FRIDAY, "07:30"), [], COPY_YEN_THAN, at(FRIDAY, "07:30"), due=inf, ready=at(FRIDAY, "19:30")
    )
    patience, no_show = (Dossier(at(TUESDAY, "09:00"), [one], due=inf) for one in gave_up)
    withdrawn = replace(patience, received=at(TUESDAY, "09:00"))
    return [carried, comes_back, overdue, withdrawn, no_show, early]


ROSTER = [
    (at(MONDAY, "08:00"), COUNTER, 2),
    (at(MONDAY, "16:30"), COUNTER, 0),
    (at(FRIDAY, "09:30"), COUNTER, 1),
    (at(FRIDAY, "10:00"), COUNTER, 0),
    (at(FRIDAY, "09:00"), CLERK_YEN_THAN, 1),
    (at(FRIDAY, "10:00"), CLERK_YEN_THAN, 0),
    (at(FRIDAY, "09:00"), EXPERTS, 1),
    (at(FRIDAY, "09:15"), EXPERTS, 0),
]


@cache
def hand(*replications: int) -> Result:
    """As many replications, each with the first so many of the dossiers."""
    ran = [told(MODEL, by_hand()[:first], ROSTER) for first in replications or (6,)]
    return result_of(NAMED, MODEL, ran, {"replications": len(ran)})


@pytest.fixture
def base() -> Result:
    return results()[0]


def figures(view: pd.DataFrame, *index: str) -> dict[object, dict[str, float]]:
    return view.set_index(list(index)).to_dict("index")


# --- the measures again ---

WAITS = {
    "mean": "wait.mean",
    "p50": "wait.p50",
    "p90": "wait.p90",
    "p95": "wait.p95",
    "max": "wait.max",
    "within_15": "wait.within_15",
    "within_30": "wait.within_30",
    "stay": "stay.mean",
    "gave_up": "gave_up.rate",
    "visits": "visits.count",
    "visits_per_dossier": "visits.per_dossier",
    "citizen_hours": "citizen.hours",
}
ON_TIME = {
    "on_time": "on_time.rate",
    "early": "early.rate",
    "late": "late.rate",
    "late_days": "late.days",
    "received": "dossiers.received",
    "finished": "dossiers.finished",
    "open": "dossiers.open",
    "overdue": "open.overdue",
}
STAFFING = {
    "utilisation": "utilisation",
    "rostered_hours": "rostered.hours",
    "present_hours": "present.hours",
    "overtime_hours": "overtime.hours",
    "staff_cost": "staff.cost",
}
CASES = [
    *(("waits", *one, group) for one in WAITS.items() for group in ("place", "field")),
    *(("on_time", *one, group) for one in ON_TIME.items() for group in ("place", "field")),
    *(("staffing", *one, group) for one in STAFFING.items() for group in ("place", "team")),
    ("backlog", "mean", "backlog.mean", "field"),
]


@pytest.mark.parametrize(("view", "column", "measure", "group"), CASES)
def test_views_agree_with_the_measures(base, view, column, measure, group):
    found = getattr(base, view)(by=["site", group])
    assert len(found) == len(set(found[group])) > 0
    for _, one in found.iterrows():
        expected = row(base.summary(), measure, site="commune", **{group: one[group]})
        figure = one[[column, f"{column}_low", f"{column}_high"]].astype(float)
        # float32, and rounding to 1e-6 minutes an hour; measures keep waits in bins, which moves a bound more
        near = {"rel": 0.03, "abs": 0.05} if "p" in column[:1] else {"rel": 1e-4, "abs": 1e-6}
        assert tuple(figure) == pytest.approx(tuple(expected[["mean", "low", "high"]]), nan_ok=True, **near)


def test_count_is_what_the_waits_and_the_rates_rest_on(base):
    assert base.waits()["count"].item() == row(base.summary(), "wait.mean", site="commune")["n"]
    assert base.on_time()["count"].item() == row(base.summary(), "on_time.rate", site="commune")["n"]


def test_groups_add_up(base):
    by_hour = base.waits(by=["site", "hour"])
    assert by_hour["hour"].tolist() == sorted(by_hour["hour"])
    assert set(by_hour["hour"]) <= set(range(7, 17))
    assert by_hour["count"].sum() == base.visits["waited"].sum() < len(base.visits)
    assert by_hour["visits"].sum() == pytest.approx(base.waits()["visits"].item())
    assert base.waits(by=["weekday"])["weekday"].tolist() == ["Wed", "Thu", "Fri"]
    by_procedure = figures(base.on_time(by=["procedure"]), "procedure")
    assert by_procedure["copy"]["early"] == 0 < by_procedure["birth"]["early"]  # same-day services never are
    assert sum(one["received"] for one in by_procedure.values()) * 3 == len(base.dossiers)
    by_hour = base.staffing(by=["hour"])
    assert by_hour["staff_cost"].sum() == pytest.approx(base.staffing(by=["team"])["staff_cost"].item())


@pytest.mark.parametrize("view", ["waits", "on_time", "backlog", "staffing"])
@pytest.mark.parametrize("by", [[], ["weather"]])
def test_by_what_is_not_known(base, view, by):
    with pytest.raises(ValueError, match="the choices are"):
        getattr(base, view)(by=by)


# --- by hand ---


def test_waits_by_hand():
    view = hand().waits(by=["month", "weekday"])
    assert view[["month", "weekday"]].to_numpy().tolist() == [
        ["2019-01", "Mon"],
        ["2019-01", "Tue"],
        ["2019-02", "Fri"],
    ]
    january, tuesday, february = view.to_dict("records")
    expected = {"count": 2, "mean": 10, "max": 20, "within_15": 0.5, "within_30": 1, "stay": 45, "gave_up": 0}
    expected |= {"visits": 2, "visits_per_dossier": 1.5, "citizen_hours": (90 + 2 * 30) / 60}
    assert {name: january[name] for name in expected} == pytest.approx(expected)
    expected = {"count": 1, "mean": 30, "within_30": 0, "gave_up": 1, "visits": 1, "citizen_hours": 1}
    assert {name: tuesday[name] for name in expected} == pytest.approx(expected)
    assert (february["visits"], february["p90"]) == (1, 40)
    assert np.isnan(february["visits_per_dossier"])  # its first visit was in January


def test_on_time_by_hand():
    view = figures(hand().on_time(by=["month"]), "month")
    expected = {"count": 2, "on_time": 0, "late": 1, "late_days": 3.5, "received": 3, "finished": 1}
    expected |= {"open": 1, "overdue": 1}  # due on day 17, and day 21 is about to begin
    assert {name: view["2019-01"][name] for name in expected} == pytest.approx(expected)
    assert view["2019-02"]["on_time"] == 1


def test_a_group_missing_in_a_replication_has_a_total_of_nothing_there():
    view = figures(hand(6, 2).waits(by=["procedure", "hour"]), "procedure", "hour")
    assert view["transfer", 15]["visits"] == 0.5
    assert view["transfer", 15]["stay"] == 60  # where there is one
    received = figures(hand(6, 1).on_time(by=["site"]), "site")["commune"]["received"]
    assert received == 0.5


def test_backlog_by_hand():
    view = hand().backlog().assign(day=lambda table: table["date"].dt.strftime("%m-%d"))
    open_at_end = figures(view, "site", "day")
    assert len(view) == 2 * 14
    centre = {day: one["open"] for (site, day), one in open_at_end.items() if site == "centre"}
    assert [centre[day] for day in ("01-28", "01-29", "01-31", "02-01", "02-10")] == [2, 2, 2, 1, 1]
    assert open_at_end["centre", "01-28"]["mean"] == pytest.approx((12 + 15.5 + 7.5) / 24)
    assert open_at_end["commune", "02-01"]["open"] == 0
    assert open_at_end["commune", "02-01"]["mean"] == pytest.approx(0.5)
    by_month = figures(hand().backlog(by=["site", "month"]), "site", "month")
    assert by_month["commune", "2019-02"]["mean"] == pytest.approx(0.5 / 10)
    assert by_month["centre", "2019-01"]["open"] == 2


def test_backlog_obeys_littles_law():
    """Of dossiers received and ready inside the window: number open = rate of receiving × mean time open."""
    took = [30, 1440, 2000, 10_000]
    start = at(MONDAY, "08:00")
    cases = [
        Dossier(start + 100 * i, received=start + 100 * i, due=inf, ready=start + 100 * i + minutes)
        for i, minutes in enumerate(took)
    ]
    kept = result_of(NAMED, MODEL, [told(MODEL, cases)], {"replications": 1})
    window = MODEL.window[1] - MODEL.window[0]
    centre = kept.open_by_day[kept.open_by_day["site"] == "centre"]
    assert centre["mean"].mean() == pytest.approx(len(took) / window * np.mean(took))


def test_staffing_by_hand():
    view = figures(hand().staffing(by=["team", "month", "hour"]), "team", "month", "hour")
    january = view["counter", "2019-01", 8]
    assert january["utilisation"] == pytest.approx(10 / 120)
    assert january["present_hours"] == pytest.approx(2)
    assert january["rostered_hours"] == pytest.approx(4 * 2)  # on four days in January two people
    assert january["staff_cost"] == pytest.approx(8 * 60_000)
    last = view["counter", "2019-01", 16]
    assert last["utilisation"] == pytest.approx(50 / 60)  # two people for half an hour
    assert last["overtime_hours"] == pytest.approx(20 / 60)
    assert last["staff_cost"] == pytest.approx((4 + 1.5 / 3) * 60_000)
    assert view["counter", "2019-02", 9]["utilisation"] == pytest.approx(10 / 30)
    assert view["clerk", "2019-02", 9]["staff_cost"] == pytest.approx(2 * 6 * 50_000)
    assert np.isnan(view["counter", "2019-02", 10]["utilisation"])  # nobody there
    assert ("counter", "2019-02", 12) not in view  # nor on the roster


def test_where_nobody_is_present_there_is_no_utilisation():
    result = hand(6, 6)
    first, second = result.rows
    nobody = first.staffing._replace(present=0 * first.staffing.present)
    absent = replace(result, rows=[first._replace(staffing=nobody), second])
    found, whole = (one.staffing(by=["site"])["utilisation"].tolist() for one in (absent, result))
    assert found == whole  # the mean over the replication that has one
    assert found[0] == pytest.approx(80 / (2 * 510 + 30 + 15))


def test_course_against_counting():
    rng = np.random.default_rng(3)
    window, width, rows = (120.0, 600.0), 60.0, 200
    began = rng.uniform(0, 700, rows).round()
    ended = began + rng.exponential(80, rows).round()
    number, group = rng.integers(0, 4, rows), rng.integers(0, 3, rows)  # group 2: none
    found = course(window, width, Groups(2, group), began, ended, number)
    minute = np.arange(*window) + 0.5
    there = (began[:, np.newaxis] < minute) & (minute < ended[:, np.newaxis])
    for one in range(2):
        through = (there * number[:, np.newaxis])[group == one].sum(axis=0).reshape(-1, 60)
        np.testing.assert_allclose(found.minutes[one], through.sum(axis=1), atol=1e-6)
        after = np.arange(180, 601, 60)[:, np.newaxis]
        held = ((began < after) & (after <= ended)) * number
        np.testing.assert_array_equal(found.at_end[one], held[:, group == one].sum(axis=1))
