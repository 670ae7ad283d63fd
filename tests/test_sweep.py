"""Sweeps: what can be varied, grids and hypercubes, paired differences, cells that are not possible."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

import sim
from sim.laws import parse, scaled
from sim.report.language import language
from sim.report.study_screen import sweep as screen_of_sweep
from sim.scenario.vary import is_whole, places, standing, varied
from sim.study import designs

VALID = Path(__file__).parent / "scenarios" / "valid"
FULL, TINY = sim.load(VALID / "full.toml"), sim.load(VALID / "tiny.toml")


def printed(found: sim.study.sweep.Sweep) -> str:
    screen = Console(file=StringIO(), width=140)
    screen.print(screen_of_sweep(found, language("en")))
    return screen.file.getvalue()  # type: ignore[attr-defined]


# --- what can be varied ---


def test_a_star_stands_for_every_name() -> None:
    assert places(FULL, "procedure.*.volume") == [
        f"procedure.{name}.volume" for name in FULL.scenario.procedure
    ]
    assert places(TINY, "times step.intake.work") == ["step.intake.work"]
    changed = varied(FULL, {"times procedure.*.volume": 1.5}, "more")
    before, after = FULL.scenario.procedure, changed.scenario.procedure
    assert [after[name].volume for name in before] == [1.5 * one.volume for one in before.values()]
    assert changed.name == "more"


def test_factors_multiply_numbers_laws_lists_and_beliefs() -> None:
    base = TINY.change({"demand.scale": "belief(uniform(1, 2))", "profile.usual.month": [1.0] * 12})
    keys = ("step.intake.work", "team.counter.staff", "demand.scale", "profile.usual.month")
    twice = varied(base, {f"times {key}": 2 for key in keys}, "twice")
    assert twice.scenario.step["intake"].work == parse("exponential(mean=20.0)")
    assert twice.scenario.team["counter"].staff == 2
    assert twice.beliefs["demand.scale"] == parse("uniform(low=2.0, high=4.0)")
    assert twice.scenario.profile["usual"].month == [2.0] * 12


@pytest.mark.parametrize(
    "law",
    [
        "constant(3)",
        "7",
        "erlang(6, 3)",
        "gamma(6, 2)",
        "lognormal(mean=6, sd=2)",
        "weibull(6, 2)",
        "uniform(1, 2)",
    ],
)
def test_a_law_times_a_factor_has_all_its_values_times_that(law: str) -> None:
    u = np.linspace(0.01, 0.99, 9)
    np.testing.assert_allclose(parse(scaled(law, 1.7)).ppf(u), 1.7 * parse(law).ppf(u), rtol=1e-9)


def test_what_stands_there() -> None:
    assert standing(TINY, "team.counter.staff") == 1
    assert standing(TINY, "times step.intake.work") == 1
    assert standing(TINY, "digital.online_share") == 0
    assert standing(FULL, "procedure.*.volume") is None
    assert is_whole("team.counter.staff")
    assert not is_whole("times team.counter.staff")
    assert not is_whole("demand.scale")


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("team.counter.stuff", 1, "did you mean 'staff'"),
        ("crew.*.staff", 1, r"'crew.\*.staff' names nothing"),
        ("times team.counter.staff", "2", "'2' is not a number to multiply by"),
        ("times site.centre.title", 2, "cannot be multiplied"),
        ("times citizens.patience", 2, "null is not a number or a law"),
    ],
)
def test_what_cannot_be_varied(key: str, value: Any, words: str) -> None:
    with pytest.raises(sim.ScenarioError, match=words):
        varied(TINY, {key: value}, "x")


# --- designs ---


def test_a_grid_has_all_combinations() -> None:
    assert designs.grid({"a": [1, 2], "b": ["x"]}) == [{"a": 1, "b": "x"}, {"a": 2, "b": "x"}]


def test_a_hypercube_has_one_point_in_each_slice() -> None:
    spans = designs.ranges({"demand.scale": [1, 3], "team.counter.staff": [1, 4]})
    points = designs.stretched(spans, designs.latin(spans, 8, seed=1))
    scales = sorted(point["demand.scale"] for point in points)
    assert [int((x - 1) / 2 * 8) for x in scales] == list(range(8))
    staff = [point["team.counter.staff"] for point in points]
    assert sorted(staff) == [1, 1, 2, 2, 3, 3, 4, 4]
    assert points == designs.stretched(spans, designs.latin(spans, 8, seed=1))
    assert points != designs.stretched(spans, designs.latin(spans, 8, seed=2))


@pytest.mark.parametrize("ends", [[1], [1, 1], [2, 1], ["a", "b"], "12", [1, True]])
def test_what_is_no_range(ends: Any) -> None:
    with pytest.raises(sim.ScenarioError, match="is not a range"):
        designs.ranges({"a": ends})


# --- sweeps ---


@pytest.fixture(scope="module")
def swept() -> sim.study.sweep.Sweep:
    vary = {"team.counter.staff": [1, 2, -1], "demand.scale": [0.8, 1.0]}
    return sim.sweep(TINY, vary, measures=["wait.mean@site=centre", "on_time.rate"], replications=4)


def test_a_row_per_cell_and_measure(swept: sim.study.sweep.Sweep) -> None:
    table = swept.table()
    assert len(table) == 7 * 2
    assert table["cell"].tolist() == [cell for cell in range(-1, 6) for _ in range(2)]
    baseline = table[table["cell"] == -1].iloc[0]
    assert (baseline["team.counter.staff"], baseline["demand.scale"]) == (1, 1.0)
    assert table.loc[table["cell"] == 2, ["team.counter.staff", "demand.scale"]].iloc[0].tolist() == [2, 0.8]


def test_cells_are_paired_with_the_baseline(swept: sim.study.sweep.Sweep) -> None:
    table = swept.table(["site"]).query("measure == 'wait.mean'").set_index("cell")
    assert table.loc[1, ["difference", "difference_low", "difference_high"]].tolist() == [0, 0, 0]  # as it is
    two = TINY.change({"team.counter.staff": 2})
    compared = (
        sim.compare([TINY, two], replications=4).table(["site"]).query("measure == 'wait.mean'").iloc[1]
    )
    for name in ("mean", "low", "high", "difference", "difference_low", "difference_high", "better"):
        assert table.loc[3, name] == pytest.approx(compared[name], nan_ok=True)


def test_a_cell_that_is_not_possible_is_named_and_the_others_go_on(swept: sim.study.sweep.Sweep) -> None:
    table = swept.table()
    impossible = table[table["cell"] >= 4]
    assert impossible["mean"].isna().all()
    assert (
        impossible["problem"] == "tiny (changed): team.counter.staff: -1 is negative; write 0 or more"
    ).all()
    assert impossible["team.counter.staff"].tolist() == [-1] * 4
    assert table.loc[table["cell"] < 4, "mean"].notna().all()


def test_a_cell_that_cannot_keep_up_is_called_unstable() -> None:
    found = sim.sweep(
        TINY, {"demand.scale": [1, 9], "team.counter.staff": [0, 1]}, measures=["wait.mean"], replications=2
    )
    assert found.table()["flagged"].tolist() == [False, True, False, True, True]
    assert [[flag.kind for flag in flags] for flags in found.flags] == [
        *([], ["unserved", "unmet", "sent_away"], []),
        *(["unserved", "unmet", "sent_away"], ["overloaded", "unmet"]),
    ]
    told = " ".join(printed(found).split())
    assert "3: UNSTABLE: One-stop centre: the busiest team is offered" in told
    assert "0: NOBODY SERVES intake:land at One-stop centre" in told
    assert "1: UNSTABLE" not in told


def test_a_heat_map(swept: sim.study.sweep.Sweep) -> None:
    found = swept.heat_map("wait.mean@site=centre")
    assert found.shape == (3, 2)
    assert found.loc[1, 1.0] == swept.table()["mean"].iloc[0]
    assert found.loc[-1].isna().all()
    one = sim.sweep(
        TINY, {"demand.scale": [0.5, 1], "demand.day_cv": [0, 1], "team.counter.staff": [1]}, replications=2
    )
    with pytest.raises(ValueError, match="name two of"):
        one.heat_map("wait.mean")
    assert one.heat_map("wait.mean", x="demand.scale", y="demand.day_cv").shape == (2, 2)
    assert one.heat_map("wait.mean", where={"demand.day_cv": 1}).shape == (2, 1)


def test_sweeps_are_saved(swept: sim.study.sweep.Sweep, tmp_path: Path) -> None:
    swept.save(tmp_path)
    left = pd.read_parquet(tmp_path / "sweep.parquet")
    assert len(left) == 7 * len(swept.baseline.key)
    assert list(pd.read_csv(tmp_path / "sweep.csv").columns) == list(left.columns)


def test_values_of_several_kinds_are_saved(tmp_path: Path) -> None:
    rosters = {"team.counter.staff": [1, [["07:30", 2], ["12:00", 1]]]}
    found = sim.sweep(TINY, rosters, measures=["wait.mean"], replications=2)
    assert found.table()["team.counter.staff"].tolist() == [1, 1, '[["07:30", 2], ["12:00", 1]]']
    found.save(tmp_path)
    assert set(pd.read_parquet(tmp_path / "sweep.parquet")["team.counter.staff"]) == {
        "1",
        '[["07:30", 2], ["12:00", 1]]',
    }


def test_a_hypercube_is_swept() -> None:
    found = sim.sweep(TINY, {"demand.scale": [0.5, 1.5]}, points=3, measures=["visits.count"], replications=2)
    table = found.table().query("cell >= 0").sort_values("demand.scale")
    assert table["mean"].is_monotonic_increasing
    assert len(table) == 3


@pytest.mark.parametrize(
    ("vary", "options", "words"),
    [
        ({}, {}, "name at least one value"),
        ({"team.counter.stuff": [1]}, {}, "did you mean 'staff'"),
        ({"team.counter.staff": []}, {}, "is not a list of values"),
        ({"team.counter.staff": "12"}, {}, "is not a list of values"),
        ({"team.counter.staff": [1]}, {"measures": ["wait.p80"]}, "did you mean 'wait.p"),
        ({"team.counter.staff": [1]}, {"measures": ["wait.p90@site=center"]}, "did you mean 'centre'"),
        ({"team.counter.staff": [1]}, {"replications": 1}, "at least 2 replications"),
        ({"team.counter.staff": [1, 2, 3]}, {"points": 3}, "is not a range"),
        ({"team.counter.staff": [1, 2]}, {"points": 0}, "at least 1 point"),
    ],
)
def test_what_cannot_be_swept(vary: Any, options: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        sim.sweep(TINY, vary, **options)
