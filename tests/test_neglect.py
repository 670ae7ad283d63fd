"""An empty counter is no success: gaps of rosters, demand unmet, citizens sent away stand beside what is on time."""

from __future__ import annotations

from datetime import date
from math import nan
from pathlib import Path
from typing import Any

import pytest
from handmade import Dossier, Task, at, desk, told, waiting
from handmade import model as handmade
from rich.console import Console
from scenes import model

import sim
from sim.engine.contract import Kind, Mark
from sim.plan.gaps import gaps
from sim.report import language, result_screen
from sim.report.explain_screen import explanation
from sim.report.paper.chapters import document
from sim.report.paper.study import Study
from sim.results.comparison import Comparison
from sim.results.estimates import grouped_by
from sim.results.groups import Groupings
from sim.results.measured import key, measure, names
from sim.results.neglect import demand_met
from sim.results.observe import observe
from sim.results.result import Result

# --- gaps of rosters: the office of scenes.py is open 8 hours on weekdays from 21 January to 3 March, but for Tết ---

FROM_11TH = {"from": "2019-02-11", "staff": 0}


def without(team: str, last: str, **more: Any) -> dict[str, Any]:
    return {f"team.{team}.period": {"gap": FROM_11TH | {"to": last} | more}}


def test_a_roster_without_gaps_longer_than_a_day_has_none() -> None:
    assert gaps(model()) == []  # the leader comes for an hour a day
    assert gaps(model(without("counter", "2019-02-11"))) == []  # a day is not longer than a day


def test_two_days_without_anybody_are_a_gap() -> None:
    (found,) = gaps(model(without("counter", "2019-02-12")))
    assert (found.site, found.times, found.first, found.last) == (
        "centre",
        1,
        date(2019, 2, 11),
        date(2019, 2, 12),
    )
    assert found.days == 2
    assert {"intake:land", "collect:civil", "check:land"} <= set(found.queues)
    assert "sign:land" not in found.queues  # the leader is there
    # 9,000 a year on 250 working days of 2019, of which those after Tết are like all others
    assert found.dossiers == pytest.approx(2 * 9000 / 250, rel=0.02)


def test_who_is_absent_for_certain_is_not_there() -> None:
    ill = without("counter", "2019-02-15", staff=3, absence=1.0)
    (found,) = gaps(model(ill))
    assert found.days == 5
    assert gaps(model(without("counter", "2019-02-15", staff=3, absence=0.9))) == []


def test_somebody_else_may_stand_in() -> None:
    helper = {"site": "centre", "staff": 1, "serves": [["intake:*", "collect:*", "check:*"]]}
    assert gaps(model(without("counter", "2019-02-15") | {"team.helper": helper})) == []


def test_a_weekly_day_is_told_once_with_its_times() -> None:
    weekly = {"team.leader.staff": [["Thu 15:00", 1], ["Thu 16:00", 0]]}
    (found,) = gaps(model(weekly))
    assert found.site == "centre"
    assert found.times == 6  # before, between and after five Thursdays: 24, 31 January, 14, 21, 28 February
    # from Thursday 16:00 to Thursday 15:00; as much as over Tết, on which nobody misses anybody
    assert (found.first, found.last) == (date(2019, 1, 24), date(2019, 1, 31))
    assert found.days == pytest.approx(5 - 1 / 8)


def test_all_places_of_a_kind_of_site_are_told_together() -> None:
    (found,) = gaps(model(without("desk", "2019-02-15")))
    assert found.site == "commune"
    assert found.dossiers == pytest.approx(5 * 4000 / 250, rel=0.02)


def test_where_nobody_comes_nobody_is_missed() -> None:
    assert gaps(model(without("desk", "2019-02-15") | {"procedure.birth.volume": 1.0})) == []


def test_a_window_within_a_gap_is_no_work_that_nobody_does(tmp_path: Path) -> None:
    """Of days in which nobody is there the flag is the gap: their work is done later."""
    (tmp_path / "full.toml").write_text(OFFICE, "utf-8")
    empty = sim.load(tmp_path / "full.toml").change(EMPTY)
    told = [flag.kind for flag in sim.explain(empty, during="2019-02-19").flags()]
    assert told == ["nobody"]


def test_only_what_reaches_into_the_window_counts() -> None:
    early = {"horizon": {"from": "2019-02-18", "to": "2019-03-03", "warm_up": "4 weeks"}}
    assert gaps(model(early | without("counter", "2019-02-15"))) == []
    (found,) = gaps(model(early | without("counter", "2019-02-18")))
    assert found.days == 6


# --- what a run leaves behind ---

OFFICE = """
title = "An office"
horizon = { from = 2019-02-11, to = 2019-03-08, warm_up = "1 week" }
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

[step.decide]
work = "exponential(mean=15)"
clock = "stop"

[journey.usual]
counter = ["intake", "decide"]

[field.civil]
title = "Civil"

[procedure.birth]
name = "Birth"
site = "hall"
field = "civil"
journey = "usual"
deadline = "1 working day"
volume = 5_000
"""
HAND = handmade()
EMPTY = {"team.clerk.period": {"gap": {"from": "2019-02-18", "to": "2019-02-22", "staff": 0}}}


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[sim.ScenarioFile], Comparison]:
    folder: Path = tmp_path_factory.mktemp("neglect")
    (folder / "full.toml").write_text(OFFICE, "utf-8")
    full = sim.load(folder / "full.toml")
    empty = full.change(EMPTY, name="empty", title="A week without anybody")
    return [full, empty], sim.compare([full, empty], replications=4, workers=1)


def flags(result: Result) -> list[str]:
    return [flag["kind"] for flag in result.provenance["flags"]]


def figure(result: Result, measure: str) -> float:
    rows = result.summary(group=["site"])
    return float(rows[rows["measure"] == measure]["mean"].item())


def test_a_week_without_anybody_is_flagged(compared: tuple[list[sim.ScenarioFile], Comparison]) -> None:
    full, empty = compared[1].results
    assert flags(full) == []
    assert flags(empty) == ["nobody", "unmet", "sent_away"]
    assert (full.neglects, empty.neglects) == (False, True)
    assert figure(full, "demand.met") > 0.995
    # a week of four, in which patience ends before anybody comes and one in five comes back only in part
    assert 0.75 < figure(empty, "demand.met") < 0.95
    assert figure(full, "sent_away.rate") == 0 < figure(empty, "sent_away.rate")


def test_demand_met_by_hand() -> None:
    """Of two dossiers that came on Monday of the week that is measured one got in; the others do not count."""

    def came(day: int, clock: str, *, got_in: bool = True, starts: bool = True) -> Dossier:
        t = at(day, clock)
        mark = Mark.START if starts else Mark.NONE
        task = desk(t, t, t + 10, mark=mark) if got_in else Task(entered=t, mark=mark)
        return Dossier(t, [task], received=t if got_in and starts else nan)

    def with_the_citizen(day: int, clock: str) -> Dossier:
        t = at(day, clock)
        home = waiting(Kind.CITIZEN, t + 10, nan)
        return Dossier(t, [desk(t, t, t + 10), home, Task(mark=Mark.START)])

    cases = [
        came(6, "23:00", got_in=False),  # before the window
        came(7, "08:00"),
        came(7, "09:00", got_in=False),
        came(7, "10:00", starts=False),  # without a clock there is nothing to get into
        with_the_citizen(7, "11:00"),  # to complete something, of which nobody knows how long it takes
        came(11, "08:00", got_in=False),  # a Friday, the last day of opening
    ]
    replication, log = told(HAND, cases)
    groups = Groupings.of_model(HAND)
    figures = measure(HAND, groups, replication, observe(HAND, replication, log), names(HAND))
    table = key(HAND, groups).assign(value=figures.value, n=figures.n)
    found = table[(table["measure"] == "demand.met") & grouped_by(table, ["site"])].set_index("site")
    assert tuple(found.loc["centre", ["value", "n"]]) == (0.5, 2)
    assert found.loc["commune", "n"] == 0


def shown(part: Any) -> str:
    screen = Console(width=220)
    with screen.capture() as seen:
        screen.print(part)
    return " ".join(seen.get().split())


@pytest.mark.parametrize("code", ["vi", "en"])
def test_it_is_said_in_explain_run_compare_and_report(
    compared: tuple[list[sim.ScenarioFile], Comparison], code: str
) -> None:
    say = language.language(code)
    files, comparison = compared
    nobody, unmet, away = (
        say.texts[f"flag.{kind}"].split("{")[0].strip() for kind in ("nobody", "unmet", "sent_away")
    )
    beside = say("measure.demand.met")
    assert nobody in shown(explanation(sim.explain(files[1]), say))
    assert nobody not in shown(explanation(sim.explain(files[0]), say))
    ran = shown(result_screen.run(files[1], comparison.results[1], [], 1, say))
    told = shown(result_screen.comparison(files, comparison, 1, say))
    assert all(words in told and words in ran for words in (nobody, unmet, away, beside))
    paper = str(document(Study.of(comparison, say)).sections[:-1])
    assert all(words in paper for words in (nobody, unmet, away, beside.capitalize()))
    assert say.texts["report.of_demand"].split("{")[0] in paper
    alone = Study.of(comparison.results[0], say)
    assert beside.capitalize() not in str(document(alone).sections[:4])


def test_where_on_time_is_judged_the_demand_is_told(
    compared: tuple[list[sim.ScenarioFile], Comparison],
) -> None:
    say = language.language("en")
    told = shown(result_screen.comparison(*compared, 1, say))
    share = say.percent(demand_met(compared[1].results[1].measured)["hall"])
    assert f"of {share} of demand" in told


def test_best_tells_what_is_left_behind(compared: tuple[list[sim.ScenarioFile], Comparison]) -> None:
    files, _ = compared
    found = sim.best(files, "on_time.rate", indifference=0.05, workers=1, most=20)
    assert [flag.kind for flag in found.flags["empty"]] == ["nobody", "unmet", "sent_away"]
    assert found.flags["full"] == []
