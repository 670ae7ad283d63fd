"""Days on which an office opens besides: whether they bring demand of their own, and that it is said."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.plan.addeddays import added_days, added_demand
from sim.plan.compile import compile_scenario
from sim.plan.model import Model
from sim.report.explain_screen import warnings
from sim.report.language import language
from sim.results.judgement import inputs
from sim.results.provenance import provenance
from sim.scenario.files import restored

TINY = (Path(__file__).parent / "scenarios" / "valid" / "tiny.toml").read_text("utf-8")
MARCH = TINY.replace("to = 2019-03-08", "to = 2019-03-31")
SIX = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
SATURDAYS = [str(date(2019, 1, 5) + timedelta(weeks=week)) for week in range(52)]
BY_WEEKDAY = {"calendar.weekdays": SIX}
BY_DATE = {"calendar.make_up_days": SATURDAYS}
BY_HOURS = {"calendar.weekday_hours": {"Sat": ["07:30-11:30", "13:30-17:00"]}}
EVERY_SATURDAY = pytest.mark.parametrize("changes", [BY_WEEKDAY, BY_DATE, BY_HOURS])


def by_day(model: Model) -> np.ndarray:
    """The share of a year's volume that comes on each day of the window."""
    usual = model.intensities[0]
    daily = np.diff(np.append(usual.mass[usual.day[:-1]], usual.mass[-1]))
    return daily[slice(*(round(t / 1440) for t in model.window))]


def saturdays(model: Model) -> np.ndarray:
    first = model.first_day + timedelta(minutes=model.window[0])
    return np.array([(first + timedelta(days=day)).weekday() == 5 for day in range(len(by_day(model)))])


@pytest.fixture(scope="module")
def march(tmp_path_factory: pytest.TempPathFactory) -> sim.ScenarioFile:
    """Four weeks of one counter, Monday to Friday."""
    file = tmp_path_factory.mktemp("office") / "march.toml"
    file.write_text(MARCH, "utf-8")
    return sim.load(file)


@EVERY_SATURDAY
def test_added_days_bring_their_own_demand_and_leave_the_others_theirs(
    march: sim.ScenarioFile, changes: dict[str, Any]
) -> None:
    """However they are added: of 261 even days each has its part of a year, and four Saturdays have as much."""
    before, after = (compile_scenario(file.scenario) for file in (march, march.change(changes)))
    own = saturdays(after)
    np.testing.assert_allclose(by_day(before)[own], 0, atol=1e-15)
    np.testing.assert_allclose(by_day(after)[~own], by_day(before)[~own], rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(by_day(after)[own], 1 / 261, rtol=1e-9)
    assert added_demand(after) == (4, pytest.approx(4 / 20))


@EVERY_SATURDAY
def test_the_same_demand_is_spread_over_them(march: sim.ScenarioFile, changes: dict[str, Any]) -> None:
    """261 working days and 52 Saturdays share what came on the former."""
    after = compile_scenario(march.change(changes | {"demand.added_days": "same-demand"}).scenario)
    assert added_days(after.scenario, date(2019, 1, 1), 365).sum() == 52
    np.testing.assert_allclose(by_day(after)[by_day(after) > 1e-12], 1 / (261 + 52), rtol=1e-9)
    assert added_demand(after) == (4, pytest.approx(4 / 20))


def test_what_the_file_itself_opens_is_in_its_volumes(march: sim.ScenarioFile, tmp_path: Path) -> None:
    """Nothing is added in a file that extends no other, and no day is by other hours or fewer days."""
    own = tmp_path / "own.toml"
    own.write_text(MARCH.replace("[calendar]", f"[calendar]\nweekdays = {SIX}"), "utf-8")
    assert added_demand(compile_scenario(sim.load(own).scenario)).days == 0
    for changes in ({"calendar.hours": ["08:00-12:00"]}, {"calendar.closures": ["2019-03-05"]}):
        assert added_demand(compile_scenario(march.change(changes).scenario)).days == 0


def test_a_file_is_measured_by_the_one_that_extends_no_other(tmp_path: Path) -> None:
    (tmp_path / "march.toml").write_text(MARCH, "utf-8")
    child, grandchild = tmp_path / "child.toml", tmp_path / "grandchild.toml"
    child.write_text(f'extends = "march.toml"\ntitle = "Saturdays"\n[calendar]\nweekdays = {SIX}\n', "utf-8")
    grandchild.write_text('extends = "child.toml"\n[calendar]\nclosures = ["2019-03-05"]\n', "utf-8")
    for file in (sim.load(child), sim.load(grandchild)):
        assert file.scenario.demand.calendar == sim.load(tmp_path / "march.toml").scenario.calendar
        assert added_demand(compile_scenario(file.scenario)).days > 0
        assert restored(file.name, file.resolved).hash == file.hash
    assert [path for path, _, _ in sim.load(child).differences()] == ["calendar.weekdays"]
    back = sim.load(child).change({"calendar.weekdays": SIX[:5]})
    assert added_demand(compile_scenario(back.scenario)).days == 0


def test_only_what_was_changed_is_listed(march: sim.ScenarioFile) -> None:
    """The calendar kept from before is not among the changes of a report, nor among its origins."""
    opened = march.change(BY_HOURS)
    listed = inputs({"before": march.resolved, "after": opened.resolved})
    assert listed["path"].tolist() == ["calendar.weekday_hours.Sat"]
    about = provenance(opened, seed=1, replications=1, engine="reference", started="")
    assert not [path for path in about["origins"] if path.startswith("demand.calendar")]


@pytest.mark.parametrize("kind", ["own", "same"])
def test_it_is_said(march: sim.ScenarioFile, kind: str) -> None:
    file = march.change(BY_WEEKDAY | {"demand.added_days": f"{kind}-demand"})
    found = added_demand(compile_scenario(file.scenario))
    (flag,) = (flag for flag in sim.explain(file).flags() if flag.kind.startswith("added"))
    assert (flag.kind, flag.days, flag.share) == (f"added_{kind}", found.days, found.share)
    result = sim.run(file, replications=1, workers=1)
    assert flag._asdict() in result.provenance["flags"]
    assert result.is_stable
    for code in ("vi", "en"):
        (told,) = warnings([flag._asdict()], language(code))
        assert f" {found.days} " in told.plain
        assert "demand.added_days" in told.plain


def test_own_demand_helps_less(march: sim.ScenarioFile) -> None:
    """The cautious answer is the default: citizens wait longer than if the same were spread over more days."""
    busy = BY_WEEKDAY | {"procedure.copy.volume": 9000}
    own, same = (
        sim.run(march.change(busy | more), replications=10, workers=1)
        for more in ({}, {"demand.added_days": "same-demand"})
    )
    waits = [one.summary().query("measure == 'wait.mean' and site == 'centre'") for one in (own, same)]
    assert waits[0]["low"].iloc[0] > waits[1]["high"].iloc[0]
