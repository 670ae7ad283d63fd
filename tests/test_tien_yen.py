"""The shipped case: its catalogue can be made again, its numbers have origins, its figures are those reported."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from importlib import util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from shipped import ALTERNATIVES, BASELINE, SCENARIOS, TIEN_YEN

import sim
from sim.officetime import working_days
from sim.plan.compile import compile_scenario
from sim.results.estimates import whole
from sim.scenario.layers import leaves

ORIGINS = ("reported: ", "law: ", "comparable: ", "assumed: ")
LABELS = {"title", "name", "question", "source"}

# What each alternative may change, by the beginning of the path.
CHANGES = {
    "approval_not_on_the_spot": {"journey", "step.to-centre", "step.to-divisions"},
    "e_signature": {"digital.e_signature", "digital.signature"},
    "every_counter_every_procedure": {"digital.pooled_counters"},
    "later_closing": {"site.centre.last_ticket", "site.commune.last_ticket"},
    "one_less_at_busiest_counter": {"team.land-desk.staff"},
    "one_more_at_busiest_counter": {"team.land-desk.staff"},
    "online_40": {
        "digital.assisted",
        "digital.data_reuse",
        "digital.online_share",
        "digital.pre_check",
        "step.assist",
    },
    "tet_surge_and_sickness": {
        "demand.surge.after-tet",
        "team.commune-desk.period.sickness",
        "team.economy-desk.period.sickness",
        "team.justice-specialist.period.sickness",
        "team.land-registration.period.sickness",
        "team.social-desk.period.sickness",
        "team.specialist.period.sickness",
    },
}


def test_choosing_again_gives_the_same_catalogue(tmp_path: Path) -> None:
    _module(TIEN_YEN / "catalogue" / "choose.py").main(tmp_path)
    for table in ("district.csv", "commune.csv"):
        assert (tmp_path / table).read_bytes() == (TIEN_YEN / "catalogue" / table).read_bytes()


def test_as_many_procedures_as_reported() -> None:
    procedures = sim.load(BASELINE).scenario.procedure.values()
    sites = [procedure.site for procedure in procedures]
    assert (sites.count("centre"), sites.count("commune")) == (303, 99)


def test_places_are_those_of_the_catalogue() -> None:
    with (TIEN_YEN / "catalogue" / "places.csv").open(encoding="utf-8", newline="") as file:
        listed = [(row["place"], float(row["share"])) for row in csv.DictReader(file)]
    assert sim.load(BASELINE).scenario.site["commune"].places == listed


def test_fields_are_those_of_the_catalogue() -> None:
    with (TIEN_YEN / "catalogue" / "fields.csv").open(encoding="utf-8", newline="") as file:
        titles = {row["slug"]: row["title_vi"] for row in csv.DictReader(file)}
    assert {slug: field.title for slug, field in sim.load(BASELINE).scenario.field.items()} == titles


def test_2019_has_252_working_days() -> None:
    model = compile_scenario(sim.load(BASELINE).scenario)
    first, before = (round(t / 1440) for t in model.window)
    by_month = [0] * 12
    for day in range(first, before):
        by_month[model.moment(day * 1440).month - 1] += int(working_days(model.plan.office)[day])
    # the window opens on 2 January, the first working day of the year
    assert by_month == [23, 15, 21, 19, 23, 20, 23, 22, 20, 23, 21, 22]


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_every_number_has_an_origin(file: Path) -> None:
    loaded = sim.load(file)
    unknown = [path for path in _numbers(loaded.resolved) if not loaded.origins[path].startswith(ORIGINS)]
    assert unknown == []


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_every_scenario_asks_a_question(file: Path) -> None:
    scenario = sim.load(file).scenario
    assert scenario.question
    assert scenario.question.endswith("?")


def test_alternatives_change_only_what_they_say() -> None:
    assert {file.stem for file in ALTERNATIVES} == set(CHANGES)
    for name, allowed in CHANGES.items():
        changed = {path for path, _, _ in sim.load(TIEN_YEN / f"{name}.toml").differences()}
        beside = {path for path in changed if not any(f"{path}.".startswith(f"{part}.") for part in allowed)}
        unused = {part for part in allowed if not any(f"{path}.".startswith(f"{part}.") for path in changed)}
        assert (name, beside, unused) == (name, set(), set())


@pytest.mark.slow
def test_the_year_is_as_reported() -> None:
    """Tolerances: three standard errors of three replications, and what ten of seed 1 are off the reported."""
    summary = whole(sim.run(BASELINE, replications=3, seed=11).summary())
    mean = summary.set_index(["measure", "site"])["mean"]
    assert mean["on_time.rate", "centre"] == pytest.approx(0.909, abs=0.005)
    assert mean["on_time.rate", "commune"] == pytest.approx(0.9997, abs=0.0007)
    assert mean["very_satisfied.rate", ""] == pytest.approx(0.755, abs=0.008)
    assert mean["satisfied.rate", ""] > 0.9975


def _numbers(tables: dict[str, Any]) -> Iterator[str]:
    """The paths of values with digits in them: numbers, dates, clock times, laws and deadlines."""
    for path, value in leaves(tables):
        if path[0] != "origin" and path[-1] not in LABELS and any(map(str.isdigit, json.dumps(value))):
            yield ".".join(path)


def _module(file: Path) -> ModuleType:
    spec = util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    return module
