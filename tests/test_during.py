"""Ask about some days, get those days: the same citizens, of whom only these are measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from test_cli import sim as command

import sim
from sim.engine.reference import simulate
from sim.plan.compile import compile_scenario
from sim.plan.draws import draw
from sim.results import official
from sim.results.observe import dossiers
from sim.results.result import Result
from sim.scenario import ScenarioError
from sim.scenario.notation import days_of
from sim.study.studyfile import load_study

OFFICE = """
title = "An office"
question = "How long do they wait?"
horizon = { from = 2019-02-11, to = 2019-04-05, warm_up = "1 week" }
calendar = { country = "none", hours = ["07:30-12:00", "13:00-16:30"] }
citizens = { patience = "exponential(mean=120)", come_back = 0.8, come_back_at_most = 1 }

[site.hall]
title = "Hall"

[team.clerk]
site = "hall"
staff = 2
serves = [["*:*"]]

[step.intake]
desk = true
work = "exponential(mean=12)"
clock = "start"

[step.ask]
work = 5
clock = "pause"

[step.home]
waits_for = "citizen"
days = "exponential(mean=4)"

[step.resubmit]
desk = true
work = 5
clock = "resume"

[step.decide]
work = "exponential(mean=15)"

[step.province]
waits_for = "agency"
days = "exponential(mean=2)"

[step.ready]
clock = "stop"

[journey.usual]
counter = ["intake", "decide", "province", "ready"]

[loop.supplement]
after = "decide"
probability = 0.2
steps = ["ask", "home", "resubmit"]

[field.civil]
title = "Civil"

[procedure.birth]
name = "Birth"
site = "hall"
field = "civil"
journey = "usual"
deadline = "3 working days"
volume = 5_000
"""
MARCH = date(2019, 3, 1), date(2019, 3, 31)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> sim.ScenarioFile:
    file = tmp_path_factory.mktemp("during") / "office.toml"
    file.write_text(OFFICE, "utf-8")
    return sim.load(file)


def run(file: sim.ScenarioFile, **options: Any) -> Result:
    return sim.run(file, replications=3, workers=1, **options)


@pytest.fixture(scope="module")
def whole(office: sim.ScenarioFile) -> Result:
    return run(office)


@pytest.fixture(scope="module")
def march(office: sim.ScenarioFile) -> Result:
    return run(office, during="2019-03")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2019-07", (7, 1), (7, 31)),
        ("2019-02", (2, 1), (2, 28)),
        ("2019-07-15", (7, 15), (7, 15)),
        ("2019-07-01..2019-08-15", (7, 1), (8, 15)),
        ("2019-07..2019-08", (7, 1), (8, 31)),
        ("2019-07-15 .. 2019-08", (7, 15), (8, 31)),
    ],
)
def test_days(text: str, first: tuple[int, int], last: tuple[int, int]) -> None:
    assert days_of(text) == (date(2019, *first), date(2019, *last))


@pytest.mark.parametrize("text", ["July", "2019", "2019-13", "2019-02-30", "2019-07..", "..2019-07", ""])
def test_what_names_no_days(text: str) -> None:
    with pytest.raises(ValueError, match=r"names no days; write '2019-07', '2019-07-15' or"):
        days_of(text)


def test_days_run_forwards() -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        days_of("2019-08..2019-07")


@pytest.mark.parametrize("days", ["2019-02", "2019-04", "2019-02-10", "2020-03"])
def test_days_lie_within_the_horizon(office: sim.ScenarioFile, days: str) -> None:
    with pytest.raises(ScenarioError, match=r"horizon\.during: .* is not within 2019-02-11 to 2019-04-05"):
        office.during(days)


def test_nothing_else_of_the_scenario_changes(office: sim.ScenarioFile) -> None:
    found = office.during("2019-03")
    assert (found.name, found.question, found.scenario.title) == (
        office.name,
        office.question,
        office.scenario.title,
    )
    assert found.scenario.horizon.measured == MARCH
    assert found.hash != office.hash
    assert found.parent is office.parent


def test_it_is_the_same_march(whole: Result, march: Result) -> None:
    """The visits and dossiers of March are those of the whole run, with all that became of them later."""
    assert march.period == MARCH
    for name, moment in (("visits", "entered"), ("dossiers", "received")):
        every, own = getattr(whole, name), getattr(march, name)
        expected = every[(every[moment] >= "2019-03-01") & (every[moment] < "2019-04-01")]
        assert 0 < len(own) < len(every)
        pd.testing.assert_frame_equal(own.reset_index(drop=True), expected.reset_index(drop=True))


def test_measures_are_of_march(whole: Result, march: Result) -> None:
    waited = march.visits[march.visits["waited"]]
    found = march.summary(group=[]).set_index("measure")["mean"]
    assert found["wait.mean"] == pytest.approx(waited["wait"].mean())
    judged = march.dossiers[march.dossiers["status"] != "open"]
    on_time = judged["status"].isin(["early", "on_time"]) | (judged["status"] == "withdrawn")
    withdrawn = (judged["status"] == "withdrawn").sum()
    assert found["on_time.rate"] == pytest.approx((on_time.sum() - withdrawn) / (len(judged) - withdrawn))
    open_days = march.open_by_day
    assert open_days["date"].min() == pd.Timestamp("2019-03-01")
    assert open_days["date"].max() == pd.Timestamp("2019-03-31")
    assert found["backlog.mean"] == pytest.approx(open_days["mean"].mean(), rel=1e-4)
    # 21 working days of 8 hours of two people
    assert found["rostered.hours"] == 21 * 8 * 2


def test_what_is_received_in_march_is_followed_to_the_end(march: Result) -> None:
    assert (march.dossiers["ready"] >= "2019-04-01").any()


def test_forms_are_those_of_the_end_of_march(office: sim.ScenarioFile, march: Result) -> None:
    """A form of March counts what was known when March ended: as if the run had been stopped then."""
    model = compile_scenario(office.during("2019-03").scenario)
    stopped = replace(model, plan=model.plan._replace(end=model.window[1]))
    assert stopped.plan.end < model.plan.end
    for replication in range(3):
        drawn = draw(model, 1, replication)
        log = simulate(stopped.plan, drawn.draws)
        period = official.handled_in_window(stopped, drawn, log, dossiers(stopped, drawn, log))
        expected = official.form_ii06a(official.forms(stopped, period).assign(replication=0), 0)
        pd.testing.assert_frame_equal(march.form_ii06a(replication), expected)
    form = march.form_ii06a(0).iloc[0]
    assert min(form["carried_over"], form["late"], form["in_time"], form["overdue"]) > 0


def test_warm_up_and_stability_are_judged_over_the_whole_run(whole: Result, march: Result) -> None:
    pd.testing.assert_frame_equal(march.days, whole.days)


def test_explain_speaks_of_these_days(office: sim.ScenarioFile) -> None:
    assert sim.explain(office, during="2019-03").working_days == 21
    assert sim.explain(office).working_days == 40


def test_other_questions_take_days_too(office: sim.ScenarioFile, march: Result) -> None:
    expected = march.summary(group=[]).set_index("measure")["mean"]["wait.mean"]
    swept = sim.sweep(
        office, {"team.clerk.staff": [3]}, during="2019-03", measures=["wait.mean"], replications=3, workers=1
    )
    assert swept.table()["mean"].iloc[0] == pytest.approx(expected)
    more = office.change({"team.clerk.staff": 3}, title="three", name="three")
    compared = sim.compare([office, more], during="2019-03", replications=3, workers=1)
    assert {one.period for one in compared.results} == {MARCH}
    best = sim.best([office, more], "wait.mean", indifference=3, during="2019-03", workers=1, most=20)
    assert best.best == "three"


def test_a_study_names_days(office: sim.ScenarioFile, tmp_path: Path) -> None:
    text = 'title = "March"\nscenarios = ["office.toml"]\nmeasures = ["wait.mean"]\nduring = "2019-03"\n'
    (tmp_path / "office.toml").write_text(OFFICE, "utf-8")
    (tmp_path / "study.toml").write_text(text, "utf-8")
    assert load_study(tmp_path / "study.toml").scenarios[0].scenario.horizon.measured == MARCH
    (tmp_path / "study.toml").write_text(text.replace("2019-03", "March"), "utf-8")
    with pytest.raises(ScenarioError, match=r"during: .*names no days"):
        load_study(tmp_path / "study.toml")


def test_the_command_says_which_days_are_measured(
    office: sim.ScenarioFile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    ran = command(
        capsys,
        "run",
        str(office.path),
        "--lang",
        "en",
        "--replications",
        "2",
        "--during",
        "2019-03",
        "--out",
        str(out),
    )
    assert ran.code == 0
    told = " ".join(ran.out.split())
    assert "2 replications of 1 Mar 2019 to 31 Mar 2019" in told
    assert "Simulated are all from 11 Feb 2019 to 5 Apr 2019" in told
    reported = command(capsys, "report", str(out), "--lang", "en")
    assert reported.code == 0
    page = (out / "report_en.html").read_text("utf-8")
    assert "from 1 Mar 2019 to 31 Mar 2019" in page.replace("\u00a0", " ")
    wrong = command(capsys, "run", str(office.path), "--lang", "en", "--during", "2019-06")
    assert (wrong.code, wrong.out) == (2, "")
    assert "is not within 2019-02-11 to 2019-04-05" in wrong.err
