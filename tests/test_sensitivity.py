"""Sensitivity and break-even, on functions and offices of known answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.study import designs

VALID = Path(__file__).parent / "scenarios" / "valid"
TINY = sim.load(VALID / "tiny.toml")
CONSTANT = TINY.change({"step.intake.work": 10})
BUSY = "utilisation"


# --- the indices, on functions ---


def test_morris_finds_the_slopes_of_a_plane() -> None:
    spans = designs.ranges({"a": [0, 1], "b": [10, 30], "c": [0, 1]})
    unit = designs.trajectories(spans, 10, seed=1)
    y = np.array([3 * p["a"] - 0.5 * p["b"] for p in designs.stretched(spans, unit)])
    found = designs.elementary_effects(spans, unit, y, seed=1)
    np.testing.assert_allclose(found["mu"], [3, -10, 0], atol=1e-9)
    np.testing.assert_allclose(found["mu_star"], [3, 10, 0], atol=1e-9)
    np.testing.assert_allclose(found["sigma"], 0, atol=1e-9)


def test_sobol_shares_the_variance_of_a_plane_and_of_an_interaction() -> None:
    spans = designs.ranges({"a": [0, 1], "b": [0, 2], "c": [0, 1]})
    points = designs.stretched(spans, designs.saltelli(spans, 1024, seed=1))
    plane = designs.sobol_indices(spans, np.array([p["a"] + p["b"] for p in points]), seed=1)
    np.testing.assert_allclose(plane["S1"], [0.2, 0.8, 0], atol=0.02)
    np.testing.assert_allclose(plane["ST"], [0.2, 0.8, 0], atol=0.02)
    product = designs.sobol_indices(
        spans, np.array([(p["a"] - 0.5) * (p["c"] - 0.5) for p in points]), seed=1
    )
    np.testing.assert_allclose(product["S1"], 0, atol=0.05)
    np.testing.assert_allclose(product["ST"], [1, 0, 1], atol=0.05)
    assert np.isnan(designs.sobol_indices(spans, np.ones(len(points)), seed=1)["ST"]).all()


# --- of a scenario ---


def test_a_tornado_has_the_widest_swing_first() -> None:
    vary = {"demand.day_cv": [0.0, 0.01], "step.intake.work": [8, 12], "times demand.scale": [0.9, 1.0]}
    found = sim.sensitivity(CONSTANT, vary, measure=BUSY, replications=3)
    assert found["key"].tolist()[0] == "step.intake.work"
    first = found.iloc[0]
    assert first["at_from"] / first["base"] == pytest.approx(0.8, rel=0.02)
    assert first["at_to"] / first["base"] == pytest.approx(1.2, rel=0.02)
    assert first["swing"] == pytest.approx(first["at_to"] - first["at_from"])
    assert first["swing_low"] < first["swing"] < first["swing_high"]


def test_an_end_that_is_not_possible_is_named() -> None:
    vary = {"citizens.priority_share": [0.5, 1.5], "demand.scale": [0.9, 1.0]}
    found = sim.sensitivity(TINY, vary, measure=BUSY, replications=2).set_index("key")
    assert "1.5 is too large" in found.loc["citizens.priority_share", "problem"]
    assert np.isnan(found.loc["citizens.priority_share", "swing"])
    assert found.loc["demand.scale", "problem"] == ""
    with pytest.raises(sim.ScenarioError, match=r"citizens.priority_share = 1\.\d+"):
        sim.sensitivity(TINY, vary, measure=BUSY, method="morris", size=2, replications=2)


@pytest.mark.parametrize(("method", "size", "column"), [("morris", 3, "mu_star"), ("sobol", 8, "total")])
def test_what_matters_is_found_by_each_method(method: str, size: int, column: str) -> None:
    vary = {"citizens.priority_share": [0.0, 0.1], "step.intake.work": [4, 12]}
    found = sim.sensitivity(TINY, vary, measure=BUSY, method=method, size=size, replications=2)
    assert found["key"].tolist() == ["step.intake.work", "citizens.priority_share"]
    assert found.loc[1, column] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"measure": "wait.p80"}, "did you mean 'wait.p"),
        ({"method": "saltelli"}, "write one of morris, sobol, tornado"),
        ({"method": "sobol", "size": 10}, "power of two"),
        ({"vary": {"demand.scales": [0, 1]}}, "did you mean 'scale'"),
        ({"vary": {"demand.scale": [1]}}, "is not a range"),
    ],
)
def test_what_cannot_be_asked(options: dict[str, Any], words: str) -> None:
    asked = {"vary": {"demand.scale": [0.9, 1.0]}, "measure": BUSY, "replications": 2} | options
    with pytest.raises(ValueError, match=words):
        sim.sensitivity(TINY, **asked)


# --- break-even ---


def busy(minutes: float, staff: int, replications: int) -> float:
    changed = CONSTANT.change({"step.intake.work": minutes, "team.counter.staff": staff})
    return float(
        sim.run(changed, replications=replications).summary([]).set_index("measure").loc[BUSY, "mean"]
    )


def test_the_place_where_a_measure_crosses_is_found() -> None:
    """Staff are busy in proportion to the minutes that each citizen takes."""
    target = 0.7 * busy(10, 1, 4)
    found = sim.break_even(
        CONSTANT, vary="step.intake.work", between=(4, 12), measure=BUSY, at=target, replications=4
    )
    assert found.at == pytest.approx(7, abs=0.1)
    assert found.low < found.at < found.high
    assert found.rises
    assert found.tried["mean"].is_monotonic_increasing
    assert found.tried["step.intake.work"].iloc[[0, -1]].tolist() == [4, 12]
    assert found.row.iloc[0]["to"] == 12


def test_other_values_change_with_it() -> None:
    target = 0.7 * busy(10, 2, 3)
    asked = {
        "vary": "step.intake.work",
        "between": (4, 12),
        "measure": f"{BUSY}@site=centre",
        "replications": 3,
    }
    found = sim.break_even(CONSTANT, at=target, with_={"team.counter.staff": 2}, **asked)
    assert found.at == pytest.approx(7, abs=0.1)
    assert np.isnan(sim.break_even(CONSTANT, at=5, **asked).at)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"vary": "team.counter.staff", "between": (1, 3)}, "is a whole number"),
        ({"vary": "demand.scal"}, "did you mean 'scale'"),
        ({"with_": {"team.counter.stuff": 1}}, "did you mean 'staff'"),
        ({"between": (1, 1)}, "is not a range"),
        ({"measure": "wait.p80"}, "did you mean 'wait.p"),
        ({"replications": 1}, "at least 2 replications"),
        (
            {"vary": "citizens.priority_share", "between": (0, 1.5)},
            r"citizens.priority_share = 1.5: .*too large",
        ),
    ],
)
def test_what_break_even_cannot_be_asked(options: dict[str, Any], words: str) -> None:
    asked = {"vary": "demand.scale", "between": (0.5, 1), "measure": BUSY, "at": 0.5, "replications": 2}
    with pytest.raises(ValueError, match=words):
        sim.break_even(TINY, **(asked | options))
