"""Beliefs: where they may stand, what the plain scenario takes for them, how they are drawn and taken apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

import sim
from sim.laws import parse
from sim.plan.beliefs import believed, seed_of
from sim.scenario.beliefs import scaled
from sim.study.uncertain import believing

VALID = Path(__file__).parent / "scenarios" / "valid"
SCALE = "belief(triangular(0.8, 1, 1.4))"


def tiny(**changes: Any) -> sim.ScenarioFile:
    return sim.load(VALID / "tiny.toml").change({key.replace("__", "."): x for key, x in changes.items()})


def median(law: str) -> float:
    return float(parse(law).ppf(0.5))


# --- notation ---


def test_the_plain_scenario_has_medians() -> None:
    file = tiny(demand__scale=SCALE)
    assert file.scenario.demand.scale == median("triangular(0.8, 1, 1.4)")
    assert {name: law.text for name, law in file.beliefs.items()} == {
        "demand.scale": "triangular(0.8, 1, 1.4)"
    }
    assert file.resolved["demand"]["scale"] == SCALE  # as it was written, for whoever repeats it
    assert file.hash == tiny(demand__scale=median("triangular(0.8, 1, 1.4)")).hash


def test_beliefs_stand_in_laws_in_lists_and_for_whole_numbers() -> None:
    file = tiny(
        step__intake__work="lognormal(mean=belief(uniform(8, 12)), sd=belief(uniform(3, 5)))",
        profile__usual__month=[1, 1, 1, "belief(uniform(1, 2))", *[1] * 8],
        team__counter__staff=[["07:30", "belief(uniform(1, 4))"]],
        citizens__balk_above="belief(uniform(1, 4))",
    )
    assert list(file.beliefs) == [
        "team.counter.staff.1.2",
        "step.intake.work",
        "step.intake.work 2",
        "profile.usual.month.4",
        "citizens.balk_above",
    ]
    scenario = file.scenario
    assert scenario.step["intake"].work == parse("lognormal(mean=10.0, sd=4.0)")
    assert scenario.profile["usual"].month[3] == 1.5
    assert scenario.team["counter"].staff == [("07:30", 2)]  # whole: rounded
    assert scenario.citizens.balk_above == 2


def test_beliefs_stand_in_files_that_extend_and_in_catalogues(tmp_path: Path) -> None:
    text = (VALID / "tiny.toml").read_text("utf-8")
    head, _, procedure = text.partition("[procedure.copy]")
    assert procedure
    (tmp_path / "base.toml").write_text(f'{head}\n[catalogue]\ncentre = "some.csv"\n', "utf-8")
    row = 'copy,Certified copy,land,simple,same day,"belief(triangular(4000, 5000, 7000))"'
    (tmp_path / "some.csv").write_text(f"code,name,field,journey,deadline,volume\n{row}\n", "utf-8")
    (tmp_path / "child.toml").write_text('extends = "base.toml"\n[procedure.copy]\nvolume = 4800\n', "utf-8")
    assert list(sim.load(tmp_path / "base.toml").beliefs) == ["procedure.copy.volume"]
    assert sim.load(tmp_path / "child.toml").beliefs == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("belief(triangle(1, 2, 3))", r"demand.scale: 'triangle\(1, 2, 3\)' is not a law"),
        ("belief(uniform(1, 2)", "is not a belief; write for example 'belief"),
        ("belief(uniform(2000, 3000))", "demand.scale: 2500.0 is too large"),
        ("perhaps 2", "is not a number"),
    ],
)
def test_what_is_no_belief_is_said(text: str, words: str) -> None:
    with pytest.raises(sim.ScenarioError, match=words):
        tiny(demand__scale=text)


def test_texts_are_not_beliefs() -> None:
    assert tiny(title="belief(x)").beliefs == {}


def test_the_schema_lets_beliefs_stand_for_numbers() -> None:
    scale = sim.schema()["$defs"]["Demand"]["properties"]["scale"]
    assert {"type": "string", "pattern": r"^belief\(.*\)$"} in scale["anyOf"]
    assert scale["default"] == 1.0


def test_a_belief_is_scaled() -> None:
    assert scaled("belief(uniform(1, 2))", 3.0) == "belief(uniform(low=3.0, high=6.0))"


# --- draws ---


def test_draws_follow_the_belief_and_depend_on_nothing_else() -> None:
    file = tiny(demand__scale=SCALE)
    other = tiny(demand__scale=SCALE, demand__day_cv="belief(uniform(0, 1))")
    drawn = [believed(file, 1, number)[1]["demand.scale"] for number in range(300)]
    assert drawn[:20] == [believed(other, 1, number)[1]["demand.scale"] for number in range(20)]
    triangular = stats.triang(c=0.2 / 0.6, loc=0.8, scale=0.6)
    assert stats.kstest(drawn, triangular.cdf).pvalue > 1e-3
    settled, numbers = believed(file, 2, 0)
    assert settled.scenario.demand.scale == numbers["demand.scale"]
    assert settled.beliefs == {}


def test_seeds_of_draws_are_their_own() -> None:
    seeds = {seed_of(seed, draw) for seed in (1, 2) for draw in range(500)}
    assert len(seeds) == 1000
    assert max(seeds) < 2**53


def test_a_draw_that_is_impossible_is_said() -> None:
    file = tiny(citizens__priority_share="belief(uniform(0.2, 1.5))")
    with pytest.raises(sim.ScenarioError, match=r"citizens.priority_share: 1\.\d+ is too large"):
        sim.uncertain(file, draws=20, replications=2)


# --- two levels ---

# The number of dossiers is Poisson: its mean is the belief times a known number, and so is its variance by chance.
WIDE = "belief(uniform(0.5, 1.5))"


def test_not_knowing_and_chance_are_told_apart() -> None:
    mean = 5000 / 365 * 7  # the year's share of a working week
    found = sim.uncertain(tiny(demand__scale=WIDE), measures=["dossiers.received"], draws=40, replications=3)
    row = found.table().iloc[0]
    inputs = mean**2 / 12
    assert row["inputs_low"] < inputs / (inputs + mean) < row["inputs_high"]
    assert row["inputs"] + row["chance"] == pytest.approx(1)
    assert row["inputs_low"] > 0.6  # mostly from not knowing
    assert row["low"] < mean < row["high"]


def test_what_is_known_comes_from_chance() -> None:
    found = sim.uncertain(
        tiny(demand__scale="belief(uniform(0.999, 1.001))"),
        measures=["dossiers.received"],
        draws=20,
        replications=3,
    )
    assert found.table().iloc[0]["inputs_low"] == 0


def test_scenarios_meet_the_same_draws() -> None:
    base = tiny(demand__scale=WIDE)
    same = base.change({"demand.day_cv": 0.0}, name="same")
    more = base.change({"team.counter.staff": 2}, name="more")
    found = sim.uncertain(base, same, more, measures=["wait.mean@site=centre"], draws=5, replications=2)
    assert found.values.shape[:3] == (3, 5, 2)
    assert list(found.drawn.columns) == ["draw", "demand.scale"]
    table = found.table().set_index("scenario")
    assert table.loc["same", "difference"] == 0
    assert table.loc["more", "difference_high"] < 0
    assert np.isnan(table.loc["same", "difference_inputs"])  # nothing varies


def test_progress_and_store_hold_for_the_whole(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    options = {"progress": lambda done, total: told.append((done, total)), "store": tmp_path / "kept"}
    file = tiny(demand__scale=WIDE)
    first = sim.uncertain(file, draws=3, replications=2, workers=1, **options)
    assert told[-1] == (6, 6)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    again = sim.uncertain(file, draws=3, replications=2, workers=1, **options)
    np.testing.assert_array_equal(first.values, again.values)


def test_results_tell_it_in_their_provenance() -> None:
    file = tiny(demand__scale=WIDE)
    result = sim.run(file, replications=2)
    (told,) = believing([result], [file], 4)
    beliefs = json.loads(told.to_json())["provenance"]["beliefs"]
    assert (beliefs["draws"], beliefs["count"]) == (4, 1)
    assert {row["site"] for row in beliefs["rows"]} == {"", "centre"}
    assert believing([result], [file], 0) == [result]
    assert believing([result], [tiny()], 4) == [result]


@pytest.mark.parametrize(
    ("changes", "options", "words"),
    [
        ({}, {}, "holds no belief"),
        ({"demand.scale": WIDE}, {"draws": 1}, "at least two draws"),
        ({"demand.scale": WIDE}, {"measures": ["wait.p80"]}, "did you mean 'wait.p"),
    ],
)
def test_what_cannot_be_asked(changes: dict[str, Any], options: dict[str, Any], words: str) -> None:
    file = sim.load(VALID / "tiny.toml")
    with pytest.raises(ValueError, match=words):
        sim.uncertain(file.change(changes) if changes else file, **options)
