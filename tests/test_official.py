"""Official forms and indicators: a week told by hand, and periods of a simulated run that follow each other."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from math import nan
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from handmade import COPY_YEN_THAN, EXPERTS, TABLES, Dossier, Task, at, desk, model, told, waiting

from sim.deadlines import SAME_DAY
from sim.engine.contract import Kind, Mark, Reason
from sim.engine.reference import simulate
from sim.plan.draws import draw
from sim.plan.model import Channel, Model
from sim.report.language import language
from sim.report.official_tables import official_tables
from sim.report.output import save_run
from sim.results.observe import dossiers
from sim.results.official import (
    FORM_07A,
    FORM_II06A,
    SIMULATED,
    Period,
    form_07a,
    form_ii06a,
    forms,
    handled_in_window,
    indicators,
    points,
)
from sim.results.result import Result
from sim.study.questions import run

TINY = Path(__file__).parent / "scenarios" / "valid" / "tiny.toml"
FULL = TINY.with_name("full.toml")
MODEL = model()
MONDAY = 7  # the window's first day


def filed(day: int, due: int, ready: int | None = None, *tasks: Task, **more: object) -> Dossier:
    """Taken in at eight in the morning; due, and ready, at the end of other days."""
    finished = nan if ready is None else at(ready, "16:00")
    stages = [desk(at(day, "07:50"), at(day, "07:50"), at(day, "08:00"), mark=Mark.START), *tasks]
    return Dossier(
        at(day, "07:50"), stages, received=at(day, "08:00"), due=at(due, "16:30"), ready=finished, **more
    )


def given_up(day: int) -> Task:
    moment = at(day, "09:00")
    return Task(entered=moment, left=[(moment, moment, Reason.BALKED)], lost=True)


def supplement(day: int, until: float) -> list[Task]:
    """What a loop inserts: the citizen completes the dossier and brings it."""
    entered = at(day, "09:00")
    return [
        waiting(Kind.CITIZEN, entered, until, rework=True),
        desk(until, until, until + 5, rework=True) if until == until else Task(rework=True),
    ]


WEEK = {
    "finished before": filed(3, due=8, ready=4),
    "withdrawn before": filed(3, 8, None, given_up(4)),
    "carried over, early": filed(4, due=8, ready=MONDAY),
    "carried over, overdue": filed(4, due=9),
    "online, on time": Dossier(
        at(7, "08:00"),
        [Task(Kind.OFFICE, at(7, "08:00"), at(7, "08:00"), at(7, "08:30"), role="appraise", team=EXPERTS)],
        received=at(7, "08:00"),
        due=at(9, "16:30"),
        ready=at(9, "16:00"),
    ),
    "supplemented, late": filed(7, 8, 9, *supplement(7, until=at(8, "10:00"))),
    "in time, waits for a supplement": filed(8, 20, None, *supplement(9, until=nan)),
    "withdrawn": filed(8, 12, None, given_up(9)),
    "same day": filed(9, 9, 9, stream=COPY_YEN_THAN, unit=SAME_DAY),
}


def period_of(
    model: Model, week: list[Dossier], online: list[int]
) -> tuple[pd.DataFrame, pd.DataFrame, Period]:
    """Forms and points of a week of which some dossiers are filed online."""
    replication, log = told(model, week)
    channel = np.isin(np.arange(len(week)), online) * int(Channel.ONLINE)
    replication = replication._replace(labels=replication.labels._replace(channel=channel))
    period = handled_in_window(model, replication, log, dossiers(model, replication, log))
    return forms(model, period).assign(replication=0), points(model, period), period


@cache
def the_week() -> tuple[pd.DataFrame, pd.DataFrame, Period]:
    return period_of(MODEL, list(WEEK.values()), online=[list(WEEK).index("online, on time")])


def row(table: pd.DataFrame, site: str, field: str) -> list[float]:
    found = table[(table["site"] == site) & (table["field"] == field)]
    return found.drop(columns=["site", "field"]).squeeze().tolist()


def score(table: pd.DataFrame, site: str, indicator: int) -> float:
    return float(table[(table["site"] == site) & (table["indicator"] == indicator)]["points"].item())


# --- forms of the week ---


def test_form_ii06a_of_the_week():
    form = form_ii06a(the_week()[0], 0)
    assert list(form.columns) == ["site", "field", *FORM_II06A]
    #                                       (3) (4) (5) (6) (7) (8) (9) (10) (11) (12) (13)
    assert row(form, "centre", "land") == [6, 1, 3, 2, 4, 1, 2, 1, 2, 1, 1]
    assert row(form, "commune", "civil") == [1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0]
    assert row(form, "", "") == [7, 1, 4, 2, 5, 1, 3, 1, 2, 1, 1]


def test_form_07a_of_the_week():
    form = form_07a(the_week()[0], 0)
    assert list(form.columns) == ["site", "field", *FORM_07A]
    assert row(form, "centre", "land") == [6, 2, 4, 4, 3, 1, 2, 1, 1, 1, 1]
    assert row(form, "commune", "civil") == [1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]


def test_rows_stand_as_in_the_form():
    rows = the_week()[0][["site", "field"]].to_numpy().tolist()
    assert rows == [["centre", ""], ["centre", "land"], ["commune", ""], ["commune", "civil"], ["", ""]]


def test_a_form_is_of_one_replication():
    two = pd.concat([the_week()[0], the_week()[0].assign(replication=1, online=3)])
    assert row(form_ii06a(two, 1), "", "")[:2] == [7, 3]
    assert row(form_07a(two, 1), "", "")[2] == 7
    with pytest.raises(KeyError):
        form_07a(two, 2)


def test_filed_online_with_help_is_online():
    replication, log = told(MODEL, [filed(7, 9)])
    channel = np.array([Channel.ASSISTED], np.int64)
    replication = replication._replace(labels=replication.labels._replace(channel=channel))
    assert handled_in_window(MODEL, replication, log, dossiers(MODEL, replication, log)).online.all()


def test_who_left_and_came_back_has_not_withdrawn():
    left = (at(4, "09:00"), at(4, "09:30"), Reason.PATIENCE)
    back = desk(at(8, "09:00"), at(8, "09:00"), at(8, "09:05"), left=[left])
    table, _, _ = period_of(MODEL, [filed(4, 9, None, back)], online=[])
    assert table["carried_over"].tolist()[-1] == 1


def test_only_open_dossiers_wait_for_a_supplement():
    done = filed(7, 20, None, *supplement(8, until=at(9, "09:00")))
    after_the_result = filed(7, 9, 8, *supplement(9, until=nan))
    assert period_of(MODEL, [done, after_the_result], online=[])[2].supplement.tolist() == [False, False]


def test_a_further_count_is_in_no_form():
    """Late on the 9th, and answered on the 10th what came with a visit of its own; so is nothing but late."""
    late = filed(7, 8, 9)
    again = desk(at(10, "09:00"), at(10, "09:00"), at(10, "09:05"), mark=Mark.START, rework=True)
    more = [(at(10, "09:05"), at(12, "16:30"), at(10, "16:00"))]
    table, _, period = period_of(
        MODEL, [replace(late, stages=[*late.stages, again], reopened=more)], online=[]
    )
    pd.testing.assert_frame_equal(table, period_of(MODEL, [late], online=[])[0])
    assert table["late"].tolist()[-1] == 1
    assert period.contacts.tolist() == [0]


@pytest.mark.parametrize(("clock", "counted"), [("00:00", 1), ("23:59", 0)])
def test_finished_as_the_period_begins_belongs_to_it(clock, counted):
    moment = at(MONDAY if counted else MONDAY - 1, clock)
    table, _, _ = period_of(MODEL, [replace(filed(4, 8), ready=moment)], online=[])
    assert row(form_ii06a(table, 0), "", "")[0] == counted


# --- points of the week ---


@pytest.mark.parametrize(
    ("indicator", "expected"),
    [
        (1, (2 + 1 + 0) / 3),  # early, on time, late
        (2, nan),
        (3, (2 + 2 + 1) / 3),  # one of them was called once
        (4, (1 + 2 + 1) / 3),  # one of them never came
        (5, 2),
        (6, nan),
        (7, (2 + 1 + 0) / 3),
        (8, nan),
        (9, 1),  # a quarter online, none late
    ],
)
def test_points_of_the_centre(indicator, expected):
    assert score(the_week()[1], "centre", indicator) == pytest.approx(expected, nan_ok=True)


def test_points_have_one_decimal():
    third = the_week()[1].assign(
        points=lambda t: t["points"].where(t["indicator"] != 3, 4 / 3), replication=0
    )
    table = indicators(pd.concat([third, third.assign(replication=1, points=0.0)]), 0)
    assert score(table, "centre", 3) == 1.3
    assert table["indicator"].tolist() == [*SIMULATED] * 2
    assert (table["points"].isna() == (table["simulated"] == "no")).all()


@pytest.mark.parametrize("times", [0, 1, 2, 3])
def test_indicator_3_counts_each_call_once(times):
    calls = [task for day in range(times) for task in supplement(7 + day, until=at(8 + day, "07:40"))]
    _, table, period = period_of(MODEL, [filed(7, 20, 12, *calls)], online=[])
    assert period.contacts.tolist() == [times]
    assert score(table, "centre", 3) == max(2 - times, 0)


def test_indicator_3_counts_who_is_sent_home_from_the_desk():
    again = desk(at(7, "09:00"), at(7, "09:00"), at(7, "09:05"), rework=True)
    corrected = Task(Kind.OFFICE, 0, 0, 0, role="appraise", team=EXPERTS, rework=True)
    ahead = desk(nan, nan, nan, rework=True)
    assert period_of(MODEL, [filed(7, 9, 9, again, corrected, ahead)], online=[])[2].contacts.tolist() == [1]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ({"round": ["11:00"]}, (1, 1)),
        ({"waits_for": "agency", "days": 1}, (1, 1)),
        ({"waits_for": "citizen", "days": 1}, (2, 2)),
    ],
)
def test_indicator_5_is_about_the_way_to_the_result(kind, expected):
    way = ["intake", "appraise", "away", "approve", "ready", "collect"]
    for journey, points_then in ((way, expected), ([*way[:2], *way[3:5], "away", "collect"], (2, 2))):
        changed = model(step=TABLES["step"] | {"away": kind}, journey={"usual": {"counter": journey}})
        _, table, _ = period_of(changed, [], online=[])
        assert (score(table, "centre", 5), score(table, "commune", 5)) == points_then


def test_indicator_5_asks_half_of_the_centre_and_all_of_a_commune():
    journeys = TABLES["journey"] | {"long": {"counter": ["intake", "agency", "ready"]}}
    more = {f"{name} away": one | {"journey": "long"} for name, one in TABLES["procedure"].items()}
    more = {name.replace(" ", "-"): one for name, one in more.items()}
    steps = TABLES["step"] | {"agency": {"waits_for": "agency", "days": 1}}
    mixed = model(step=steps, journey=journeys, procedure=TABLES["procedure"] | more)
    _, table, _ = period_of(mixed, [], online=[])
    assert (score(table, "centre", 5), score(table, "commune", 5)) == (2, 1)


@pytest.mark.parametrize(
    ("online", "late", "offered", "expected"),
    [
        (1, False, True, 0),  # of ten
        (2, False, True, 1),
        (3, False, True, 2),
        (3, False, False, 1),
        (3, True, True, 0),
    ],
)
def test_indicator_9(online, late, offered, expected):
    usual = TABLES["journey"]["usual"]
    journey = {"usual": usual | {"online": usual["counter"][1:]}} if offered else {"usual": usual}
    steps = TABLES["step"] | {"appraise": {"work": 60, "clock": "start"}}
    week = [filed(7, 8 if late else 9, 9) for _ in range(10)]
    _, table, _ = period_of(model(journey=journey, step=steps), week, online=list(range(online)))
    assert score(table, "centre", 9) == expected
    assert np.isnan(score(table, "commune", 9))


# --- a simulated run ---


@cache
def periods() -> list[pd.DataFrame]:
    """Forms of three weeks of one run with supplements, online filing and citizens who give up."""
    usual = TABLES["journey"]["usual"]["counter"]
    busy = model(
        horizon={"from": "2019-01-07", "to": "2019-01-27", "warm_up": "7 days"},
        step=TABLES["step"]
        | {
            "screen": {"work": 5, "clock": "start"},
            "ask": {"work": 5, "clock": "pause", "role": "appraise"},
            "complete": {"waits_for": "citizen", "days": "exponential(mean=4)"},
            "bring": {"desk": True, "work": 5, "clock": "resume", "role": "intake"},
        },
        journey={"usual": {"counter": usual, "online": ["screen", *usual[1:]]}},
        loop={
            "supplement": {
                "after": "appraise",
                "probability": 0.4,
                "steps": ["ask", "complete", "bring", "appraise"],
            }
        },
        team={
            name: one | ({"serves": [["appraise:*", "screen:*"], ["approve:*"]]} if name == "experts" else {})
            for name, one in TABLES["team"].items()
        },
        digital={"online_share": 0.3},
        citizens={"patience": "exponential(mean=30)", "come_back": 0.5},
        procedure={
            name: one | {"volume": 3000, "deadline": "3 working days"}
            for name, one in TABLES["procedure"].items()
        },
    )
    replication = draw(busy, 7, 0)
    tables = []
    for week in (1, 2, 3):
        first, end = 7 * week * 1440.0, 7 * (week + 1) * 1440.0
        now = replace(busy, window=(first, end), plan=busy.plan._replace(end=end))
        log = simulate(now.plan, replication.draws)
        period = handled_in_window(now, replication, log, dossiers(now, replication, log))
        tables.append(forms(now, period))
    return tables


@pytest.mark.parametrize("week", [0, 1, 2])
def test_the_columns_add_up(week):
    t = periods()[week]
    assert (t["received"] == t["online"] + t["direct"] + t["carried_over"]).all()
    assert (t["finished"] == t["early"] + t["on_time"] + t["late"]).all()
    assert (t["open"] == t["in_time"] + t["overdue"]).all()
    assert (t["received"] == t["finished"] + t["open"]).all()
    assert (t["supplement"] <= t["open"]).all()
    assert (t["returned"] <= t["on_time"]).all()


@pytest.mark.parametrize("week", [0, 1, 2])
def test_the_rows_add_up(week):
    counts = periods()[week].set_index(["site", "field"])
    sites = counts.drop(("", "")).xs("", level="field")
    fields = counts[counts.index.get_level_values("field") != ""]
    assert sites.sum().tolist() == counts.loc[("", "")].tolist()
    assert fields.groupby("site").sum().equals(sites)


def test_what_is_open_is_carried_over_to_the_next_period():
    first, second, third = periods()
    assert first["open"].tolist() == second["carried_over"].tolist()
    assert second["open"].tolist() == third["carried_over"].tolist()


def test_the_run_has_something_of_everything():
    total = sum(table.iloc[-1][[*FORM_II06A, "supplement", "returned"]] for table in periods())
    assert (total > 0).all(), total


# --- what people get ---


@cache
def tiny() -> Result:
    return run(TINY, replications=2, workers=1)


def test_a_result_counts_the_dossiers_of_its_tables():
    of_window = tiny().dossiers["replication"].value_counts()
    for replication in (0, 1):
        form = tiny().form_07a(replication)
        assert row(form, "", "")[FORM_07A.index("new")] == of_window[replication]
    assert tiny().form_ii06a().equals(tiny().form_ii06a(0))
    assert tiny().indicators()["indicator"].tolist() == [*SIMULATED]


def test_tables_have_official_headings_and_titles():
    tables = official_tables(tiny(), language("vi"))
    form = tables["form_ii06a"]
    assert [heading.split()[0] for heading in form] == [f"({number})" for number in range(1, 14)]
    assert form.iloc[:, :2].to_numpy().tolist() == [["A", "One-stop centre"], ["1", "Land"], ["", "Tổng số"]]
    assert tables["form_07a"].columns[3] == "Số hồ sơ nhận giải quyết – Số kỳ trước chuyển qua"
    assert tables["indicators"]["Tên chỉ số"][8] == "Dịch vụ công trực tuyến"


@pytest.mark.parametrize("name", ["form_ii06a", "form_07a"])
def test_forms_of_a_result_hold_whole_dossiers_whose_sums_hold(name):
    """Within a row, of the fields of a kind of site, and of the kinds of site, to the last dossier."""
    result = run(FULL, replications=2, workers=1)
    form = getattr(result, name)()
    counts = form.drop(columns=["site", "field"])
    assert (counts.dtypes == np.int64).all()
    assert counts.iloc[-1].sum() > 100
    parts = form.groupby("site", sort=False)[list(counts)].sum()
    for site, total in form[form["field"] == ""].set_index("site")[list(counts)].iterrows():
        whole = parts.drop(index="").sum() if site == "" else parts.loc[site]
        assert (2 * total == whole).all()  # each kind of site stands beside its fields
    new = counts["online"] + counts["direct"] if name == "form_ii06a" else counts["new"]
    assert (counts["received"] == new + counts["carried_over"]).all()
    assert (counts["received"] == counts["finished"] + counts["open"]).all()
    early = counts["early"] if name == "form_ii06a" else 0
    assert (counts["finished"] == early + counts["on_time"] + counts["late"]).all()
    assert (counts["open"] == counts["in_time"] + counts["overdue"]).all()


def test_files_of_a_run(tmp_path):
    save_run(tiny(), tmp_path, language("en"))
    for name, table in official_tables(tiny(), language("en")).items():
        read = pd.read_csv(tmp_path / f"{name}.csv", keep_default_na=False, na_values={"Points": [""]})
        pd.testing.assert_frame_equal(read.astype(table.dtypes), table)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "forms.parquet"), tiny().forms)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "points.parquet"), tiny().points)
