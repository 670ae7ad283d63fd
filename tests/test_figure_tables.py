"""The tables behind pictures, made of a simulated scenario, against the result, the model and the log."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.engine.compiled import simulate
from sim.engine.contract import Kind, Log
from sim.officetime import DAY, working_days
from sim.plan.draws import draw
from sim.plan.model import Model, Replication
from sim.report.figures import PICTURES
from sim.report.language import language
from sim.results.attribution import Cause
from sim.results.day import day
from sim.results.life import life, name_of
from sim.results.result import Result

FULL = Path(__file__).parent / "scenarios" / "valid" / "full.toml"
SEED = 3


@pytest.fixture(scope="module")
def result() -> Result:
    return sim.run(FULL, replications=2, seed=SEED, workers=1, keep_log=True)


@pytest.fixture(scope="module")
def world(result: Result) -> tuple[Model, Replication, Log]:
    drawn = draw(result.model, SEED, 0)
    return result.model, drawn, simulate(result.model.plan, drawn.draws)


def test_every_picture_of_a_result_can_be_drawn_and_told(result: Result) -> None:
    for name, picture in PICTURES.items():
        if picture.source == "result":
            table = picture.data(result)
            assert len(table), name
            assert picture.draw(table, language("vi")).axes
            assert "nan" not in picture.alt(table, language("en"))


def test_parts_of_the_days_add_up_to_the_whole(result: Result) -> None:
    table = PICTURES["days_by_cause"].data(result)
    sums = table.groupby(["site", "field"])["days"].sum()
    totals = table.drop_duplicates(["site", "field"]).set_index(["site", "field"])["total"]
    np.testing.assert_allclose(sums, totals.reindex(sums.index))
    assert set(table["cause"]) == {cause.name.lower() for cause in Cause}
    finished = result.dossiers[result.dossiers["ready"].notna() & result.dossiers["minutes_work"].notna()]
    causes = [f"minutes_{cause.name.lower()}" for cause in Cause]
    for site, own in finished.groupby(finished["site"].astype(str)):
        if (site, "") in totals.index:
            assert totals[site, ""] == pytest.approx(own[causes].sum(axis=1).mean() / DAY)


def test_backlog_is_the_sum_of_the_fields(result: Result) -> None:
    table = PICTURES["backlog"].data(result).set_index(["site", "date"])
    days = result.open_by_day.assign(site=result.open_by_day["site"].astype(str))
    sums = days.groupby(["site", "date", "replication"])["open"].sum().unstack()
    np.testing.assert_allclose(table["median"].reindex(sums.index), sums.median(axis=1))
    np.testing.assert_allclose(table["most"].reindex(sums.index), sums.max(axis=1))


def test_closed_days_are_those_without_work() -> None:
    """Tết of 2019 was from Monday 4 to Friday 8 February; 15 and 29 April were holidays; a weekend is none."""
    changes = {"horizon.from": "2019-01-14", "horizon.to": "2019-05-05", "calendar.country": "VN"}
    tiny = Path(__file__).parent / "scenarios" / "valid" / "tiny.toml"
    file = sim.load(tiny).change(changes | {"procedure.copy.volume": 50})
    table = PICTURES["backlog"].data(sim.run(file, replications=1, workers=1)).set_index("date")
    tet = table.index[table["closed"] == "tet"]
    assert (tet.min().date(), tet.max().date()) == (date(2019, 2, 2), date(2019, 2, 10))
    assert table.loc["2019-04-15", "closed"] == "holiday"
    assert table.loc["2019-03-09", "closed"] == ""


def test_utilisation_is_work_over_presence(result: Result) -> None:
    table = PICTURES["utilisation"].data(result)
    work = result.work_by_hour
    for row in table[table["hour"].isna()].itertuples():
        own = work[work["team"].astype(str) == row.team].groupby("replication")[["worked", "present"]].sum()
        assert row.utilisation == pytest.approx(own["worked"].sum() / own["present"].sum(), rel=1e-5)


def test_people_needed_are_the_load_of_the_week(result: Result) -> None:
    model = result.model
    table = PICTURES["people_needed"].data(model)
    found = sim.explain(FULL).load
    weekdays = found.staff.reshape(len(found.staff), 7, 24)[:, :5].sum(axis=(1, 2))
    for team, own in table.groupby("team"):
        numbers = [number for number, name in enumerate(model.teams) if name.team == team]
        assert own["rostered"].sum() * 30 * 5 == pytest.approx(weekdays[numbers].sum())


def test_load_after_sharing_is_one_figure_everywhere(result: Result) -> None:
    """In both figures, in the table of `explain`, and at most what its verdict says of the busiest team."""
    explained = sim.explain(FULL)
    known = {team.team: team.load for team in explained.teams()}
    for name, source in (("people_needed", result.model), ("utilisation", result)):
        table = PICTURES[name].data(source).drop_duplicates("team")
        assert table.set_index("team")["load"].to_dict() == pytest.approx(known)
    work, staff = (part.sum(axis=1) for part in (explained.load.team, explained.load.staff))
    for site, busiest in enumerate(explained.load.busiest):
        own = [number for number, team in enumerate(explained.model.teams) if team.site == site]
        assert max(work[own] / staff[own]) == pytest.approx(busiest)


def test_people_are_whole_and_no_team_is_left_out(result: Result) -> None:
    table = PICTURES["people_needed"].data(result.model)
    panels = [
        axes for axes in PICTURES["people_needed"].draw(table, language("vi")).axes if axes.get_visible()
    ]
    assert len(panels) == len(result.model.scenario.team)
    for axes in panels:
        ticks = axes.get_yticks()
        assert len(ticks) > 1
        assert all(float(tick).is_integer() for tick in ticks)


def test_a_life_on_the_calendar(world: tuple[Model, Replication, Log]) -> None:
    model, drawn, log = world
    long = np.flatnonzero(log.ready - drawn.draws.arrival > 4 * DAY)[:5]
    assert len(long)
    opens = working_days(model.plan.office)
    for dossier in long.tolist():
        name = name_of(model, drawn, dossier)
        table = PICTURES["dossier_life"].data(model, name, life(model, drawn, log, dossier))
        days = (table["date"] - pd.Timestamp(model.first_day)).dt.days.to_numpy()
        np.testing.assert_array_equal(table["open"], opens[days])
        for column, t in (("filed", drawn.draws.arrival), ("ready", log.ready), ("received", log.received)):
            if column != "filed" or not np.isnan(t[dossier]):
                assert days[table[column]].tolist()[-1] == t[dossier] // DAY
        if np.isfinite(log.due[dossier]):
            assert days[table["due"]].tolist() == [log.due[dossier] // DAY]


def test_counters_show_every_minute_of_work_of_the_day(world: tuple[Model, Replication, Log]) -> None:
    model, drawn, log = world
    start = (model.window[0] // DAY) * DAY
    spells = log.spells(model.plan.end)
    while not ((spells.began >= start) & (spells.began < start + DAY)).any():
        start += DAY
    table = PICTURES["day_at_counters"].data(model, day(model, drawn, log, int(start // DAY)), 0)
    mine = np.isin(spells.team, [i for i, team in enumerate(model.teams) if team.site == 0])
    began, ended = np.maximum(spells.began, start), np.minimum(spells.ended, start + DAY)
    seen = mine & (began < ended)
    work = table[table["kind"] != "duty"]
    assert (work["ended"] - work["began"]).sum() == pytest.approx((ended - began)[seen].sum())
    desk = seen & (drawn.draws.kind[spells.task] == Kind.DESK)
    served = table[table["kind"] == "citizen"]
    assert (served["ended"] - served["began"]).sum() == pytest.approx((ended - began)[desk].sum())


def test_steps_of_a_journey(result: Result) -> None:
    logs, scenario = result.logs, result.model.scenario
    procedure = str(logs["procedure"].value_counts().index[0])
    table = PICTURES["journey"].data(logs, scenario, procedure)
    done = logs[(logs["procedure"].astype(str) == procedure) & (logs["outcome"] == "done")]
    assert set(table["step"]) == set(done["step"].astype(str))
    for row in table.itertuples():
        own = done[done["step"].astype(str) == row.step]
        assert row.n == len(own)
        assert row.minutes == pytest.approx(((own["ended"] - own["entered"]).dt.total_seconds() / 60).mean())
        assert row.share == len(own.drop_duplicates(["replication", "dossier"])) / row.dossiers
    stages = [
        step
        for step in scenario.journey[scenario.procedure[procedure].journey].counter
        if isinstance(step, str)
    ]
    shown = [step for step in table["step"] if step in stages]
    assert shown == [step for step in stages if step in shown]


def test_costs_are_those_of_the_summary() -> None:
    base = sim.load(FULL)
    team = next(iter(base.scenario.team))
    more = base.change({f"team.{team}.staff": 5})
    compared = sim.compare([base, more], replications=2, seed=SEED, workers=1)
    table = PICTURES["cost_against_service"].data(compared)
    for row, one in zip(table.itertuples(), compared.results, strict=True):
        summary = one.summary(group=[]).set_index("measure")["mean"]
        assert row.cost == summary["staff.cost"]
    assert len(PICTURES["differences"].data(compared)) <= 3
