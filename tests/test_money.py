"""What staff cost: the roster is paid, whoever is there; what an option is worth; a stress test is no option."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from scenes import scene
from scipy import stats
from test_paper import BETTER, doctored, scenario_of, typed
from test_result import SCENARIO, results

import sim
from sim.analysis.intervals import t_interval
from sim.engine import compiled
from sim.plan.compile import compile_scenario
from sim.plan.draws import draw
from sim.report import language
from sim.report.figures import PICTURES
from sim.report.paper.answer import answer
from sim.report.paper.benefit import benefit
from sim.report.paper.document import Table
from sim.report.paper.study import Study
from sim.report.verdict_screen import best as best_screen
from sim.results.comparison import Comparison
from sim.results.estimates import grouped_by
from sim.results.groups import Groupings
from sim.results.measured import Measured, key, measure, names
from sim.results.observe import observe
from sim.results.worth import worth
from sim.scenario import ScenarioError

COSTS = {"team.counter.cost_per_hour": 60_000, "team.leader.cost_per_hour": 70_000}
# 30 weekdays from 21 January to 3 March less 5 of Tết; 8 hours of 3 people, an hour of the leader
HOURS = {"counter": 25 * 8 * 3, "leader": 25 * 1}
SIGNATURE = {
    "digital.e_signature": True,
    "digital.signature": {"teams": ["leader"], "skips": ["courier"]},
}
OUTAGE = {"digital.outage": {"per_month": 20, "hours": 4, "teams": ["counter"]}}


def measured(changes: dict[str, Any]) -> pd.Series:
    """The measures of teams of the centre in one replication, by measure and team."""
    model = compile_scenario(scene(COSTS | changes))
    drawn, groups = draw(model, 1, 0), Groupings.of_model(model)
    observed = observe(model, drawn, compiled.simulate(model.plan, drawn.draws))
    figure = measure(model, groups, drawn, observed, names(model))
    table = key(model, groups).assign(value=figure.value)
    return table[(table["site"] == "centre") & (table["team"] != "")].set_index(["measure", "team"])["value"]


def paid(found: pd.Series, team: str) -> float:
    """What a team costs but for its overtime."""
    rate = COSTS[f"team.{team}.cost_per_hour"]
    return float(found["staff.cost", team] - 1.5 * rate * found["overtime.hours", team])


@pytest.mark.parametrize(
    ("changes", "team", "present"),
    [
        pytest.param({}, "counter", 1.0, id="everybody is there"),
        pytest.param({"team.counter.absence": 0.5}, "counter", 0.5, id="half of them are ill"),
        pytest.param({"team.counter.absence": 1.0}, "counter", 0.0, id="all of them are ill"),
        pytest.param(OUTAGE, "counter", None, id="the system is down"),
        pytest.param(SIGNATURE, "leader", 8.0, id="the leader signs at any hour"),
    ],
)
def test_what_is_on_the_roster_is_paid(changes: dict[str, Any], team: str, present: float | None) -> None:
    found, hours = measured(changes), HOURS[team]
    assert found["rostered.hours", team] == hours
    assert paid(found, team) == pytest.approx(hours * COSTS[f"team.{team}.cost_per_hour"])
    there = found["present.hours", team] / hours
    if present is None:
        assert 0 < there < 1
    else:
        assert there == pytest.approx(present, abs=3 * np.sqrt(0.25 / (25 * 3)) if 0 < present < 1 else 1e-9)


def test_fewer_on_the_roster_cost_less() -> None:
    fewer = {"team.counter.period": {"one": {"from": "2019-02-11", "to": "2019-02-15", "staff": 1}}}
    assert measured(fewer)["rostered.hours", "counter"] == HOURS["counter"] - 5 * 8 * 2


# --- what options are worth ---


@pytest.fixture
def compared() -> Comparison:
    """A second clerk at 50,000 VND an hour, who makes waits shorter."""
    base, plus = results()
    return Comparison((scenario_of(base, "base"), scenario_of(plus, "plus")))


def of(comparison: Comparison, scenario: int, name: str) -> np.ndarray:
    table = comparison.results[scenario].summary(group=[])
    assert name in set(table["measure"])
    every = comparison.results[scenario].measures
    whole = grouped_by(every, []) & (every["measure"] == name)
    return every[whole]["value"].to_numpy()


def often(comparison: Comparison) -> list[Measured]:
    """The three replications of each scenario, four times over: few enough to count, and enough to be certain."""
    every = (one.measured for one in comparison.results)
    return [Measured(one.key, np.tile(one.value, (4, 1)), np.tile(one.n, (4, 1))) for one in every]


def test_the_price_of_an_hour_of_waiting_is_cost_over_hours_saved(compared: Comparison) -> None:
    saved = np.tile(of(compared, 0, "wait.hours") - of(compared, 1, "wait.hours"), 4)
    cost = 1000.0 + np.arange(12)
    base, plus = often(compared)
    row = ((plus.key["measure"] == "staff.cost") & grouped_by(plus.key, [])).to_numpy()
    plus.value[:, row] = base.value[:, row] + cost[:, None]
    found = worth(base, {"plus": plus}).iloc[0]
    assert found["price"] == pytest.approx(cost.sum() / saved.sum())
    residuals = cost - found["price"] * saved
    error = np.sqrt((residuals**2).sum() / 11 / 12) / saved.mean()  # Cochran (1977), 6.3
    bounds = stats.t.interval(0.95, 11, found["price"], error)
    assert tuple(found[["price_low", "price_high"]]) == pytest.approx(bounds)
    assert tuple(found[["saved", "saved_low"]]) == pytest.approx(tuple(map(float, t_interval(saved)))[:2])


def test_hours_waited_are_the_mean_wait_of_all_who_waited(compared: Comparison) -> None:
    network = compared.results[0].measured
    row = ((network.key["measure"] == "wait.mean") & grouped_by(network.key, [])).to_numpy()
    hours = (network.value * network.n)[:, row][:, 0] / 60
    assert of(compared, 0, "wait.hours") == pytest.approx(hours)


def test_where_no_waiting_is_saved_there_is_no_price(compared: Comparison) -> None:
    base, plus = often(compared)
    found = worth(plus, {"base": base}).iloc[0]
    assert found["saved_high"] < 0
    assert np.isnan(found["price"])


# --- stress tests ---


def stressed(comparison: Comparison) -> Comparison:
    base, plus = comparison.results
    return Comparison((base, scenario_of(plus, "plus", kind="stress")))


def test_a_stress_test_is_neither_worth_nor_drawn_nor_chosen(compared: Comparison) -> None:
    assert compared.worth["scenario"].tolist() == ["plus"]
    assert stressed(compared).worth.empty
    costs = PICTURES["cost_against_service"]
    assert costs.data(compared)["scenario"].tolist() == ["base", "plus"]
    assert costs.data(stressed(compared))["scenario"].tolist() == ["base"]


@pytest.mark.parametrize("code", ["vi", "en"])
def test_a_stress_test_is_not_the_best_of_a_report(compared: Comparison, code: str) -> None:
    say = language.language(code)

    def told(comparison: Comparison) -> tuple[str, list[str]]:
        study = doctored(Study.of(comparison, say), **BETTER)
        tables = [block.name for block in benefit(study).blocks if isinstance(block, Table)]
        return typed(str(answer(study).blocks)), tables

    (chosen, tables), (none, fewer) = told(compared), told(stressed(compared))
    best = say.texts["report.best"].split("}")[1].split("“")[0]
    none_better = say.texts["report.none_better"].split("}")[1].split(",")[0]
    assert best in chosen
    assert best not in none
    assert none_better in none
    assert tables == [say(f"sheet.{name}") for name in ("spent", "saved", "yearly")]
    assert fewer == [say("sheet.spent")]


@pytest.mark.parametrize("code", ["vi", "en"])
def test_payback_is_told_where_something_is_invested(compared: Comparison, code: str) -> None:
    say = language.language(code)

    def sheets(**investment: float) -> list[str]:
        told = benefit(replace(Study.of(compared, say), investment=investment))
        return [block.name for block in told.blocks if isinstance(block, Table)]

    assert say("sheet.payback") in sheets(plus=1e6)
    assert say("sheet.payback") not in sheets(plus=0.0)
    assert say("sheet.payback") not in sheets()


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / f"{name}.toml"
    file.write_text(text, "utf-8")
    return file


def test_kind_changes_no_number_and_is_inherited(tmp_path: Path) -> None:
    base = sim.load(written(tmp_path, "base", SCENARIO))
    wave = sim.load(written(tmp_path, "wave", 'extends = "base.toml"\nkind = "stress"\n'))
    more = sim.load(written(tmp_path, "more", 'extends = "wave.toml"\n[team.clerk]\nstaff = 2\n'))
    assert base.hash == wave.hash
    assert not wave.differences()
    assert (base.scenario.kind, wave.scenario.kind, more.scenario.kind) == ("option", "stress", "stress")
    written(tmp_path, "typo", 'extends = "base.toml"\nkind = "test"\n')
    with pytest.raises(ScenarioError, match="kind"):
        sim.load(tmp_path / "typo.toml")


def test_the_best_is_an_option(tmp_path: Path) -> None:
    base = sim.load(written(tmp_path, "base", SCENARIO))
    plus = base.change({"team.clerk.staff": 2}, title="plus", name="plus")
    wave = base.change({"kind": "stress", "team.clerk.staff": 3}, title="wave", name="wave")
    found = sim.best([base, wave, plus], "stay.mean", workers=1)
    assert (found.best, found.left_out) == ("plus", ("wave",))
    assert set(found.table["scenario"]) == {"base", "plus"}
    screen = Console(width=200)
    with screen.capture() as shown:
        screen.print(best_screen(found, {}, language.language("en")))
    assert "wave" in shown.get()
    with pytest.raises(ScenarioError, match=r"two or more options.*: wave"):
        sim.best([base, wave], "stay.mean", workers=1)
