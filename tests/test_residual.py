"""What is left of a wait, given the time spent: against scipy's survival functions, theory, and values by hand."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import integrate
from test_laws import ORACLES

from sim.laws import Law, parse
from sim.residual import is_outlasted, residual

FIELD = Path(__file__).parent / "field" / "open_for_a_week"
UNBOUNDED = [text for text in ORACLES if not text.startswith(("uniform", "triangular"))]
SOME = (2.0**-53, 0.03, 0.5, 0.97, 1 - 2.0**-53)


def left(law: Law, spent: float, points: int = 20_000) -> np.ndarray:
    """Evenly over all luck."""
    return np.array([residual(law, spent, (point + 0.5) / points) for point in range(points)])


@pytest.mark.parametrize("text", ORACLES)
@pytest.mark.parametrize("passed", [1e-9, 0.2, 0.9, 1 - 1e-6])
def test_the_survival_function_of_what_is_left(text: str, passed: float) -> None:
    """P(X > s + r | X > s) = 1 - u, where r is what is left at u."""
    law, oracle = parse(text), ORACLES[text]
    spent = max(float(oracle.ppf(passed)), 1e-3)
    for u in SOME[1:4]:
        r = residual(law, spent, u)
        assert oracle.sf(spent + r) / oracle.sf(spent) == pytest.approx(1 - u, rel=1e-7), (text, u)


@pytest.mark.parametrize("text", UNBOUNDED)
@pytest.mark.parametrize("beyond", [1e-12, 1e-80])
def test_far_in_the_tail_it_is_finite_and_right(text: str, beyond: float) -> None:
    """Where the quantile at F(s) + (1 - F(s)) u would be infinite."""
    law, oracle = parse(text), ORACLES[text]
    spent = float(oracle.isf(beyond))
    for u in SOME:
        r = residual(law, spent, u)
        assert math.isfinite(r)
        assert spent + r == pytest.approx(float(oracle.isf(beyond * (1 - u))), rel=1e-9)


@pytest.mark.parametrize("text", UNBOUNDED)
def test_beyond_all_probabilities_it_stays_finite(text: str) -> None:
    """Ten thousand times the mean: a probability that no float holds; what is left still increases with the luck."""
    law = parse(text)
    values = [residual(law, 1e4 * law.mean, u) for u in SOME]
    assert np.isfinite(values).all()
    assert values == sorted(values)
    assert values[2] >= 0


def test_a_gamma_law_far_out_is_exponential() -> None:
    """Its hazard goes to 1 / scale: a scale of 36 / 14 days."""
    law = parse("gamma(mean=14, sd=6)")
    assert residual(law, 1e6, 0.5) == pytest.approx(36 / 14 * math.log(2), rel=1e-4)


def test_an_exponential_law_forgets() -> None:
    law = parse("exponential(mean=3)")
    for u in SOME[1:]:
        assert residual(law, 7.0, u) == pytest.approx(float(law.ppf(u)), rel=1e-12)


@pytest.mark.parametrize("text", ORACLES)
def test_nothing_spent_leaves_the_whole_value(text: str) -> None:
    law = parse(text)
    assert [residual(law, 0.0, u) for u in SOME] == law.ppf(SOME).tolist()


@pytest.mark.parametrize("text", ORACLES)
def test_the_mean_residual_life(text: str) -> None:
    """E(X - s | X > s) = ∫ S over (s, ∞) / S(s), integrated by scipy."""
    law, oracle = parse(text), ORACLES[text]
    spent = max(float(oracle.ppf(0.6)), 0.5)
    area = integrate.quad(oracle.sf, spent, float(oracle.isf(1e-14)), limit=500)[0]
    assert left(law, spent).mean() == pytest.approx(area / oracle.sf(spent), rel=2e-3)


def test_of_a_table_the_values_beyond_remain() -> None:
    """The shared case: the mean of x - 5.875 over the 16 values x > 5.875 is 8.23."""
    law = parse('empirical(file="days.csv", column="days")', FIELD)
    assert left(law, 5.875, 1600).mean() == pytest.approx(8.23, abs=0.005)
    assert sorted(set(np.round(left(law, 5.875, 1600) + 5.875, 9).tolist()))[0] == 6.211


@pytest.mark.parametrize(
    ("text", "spent", "u", "expected"),
    [
        ("5", 2.0, 0.3, 3.0),
        ("uniform(2, 10)", 4.0, 0.5, 3.0),  # evenly between 4 and 10
        ("uniform(2, 10)", 1.0, 0.5, 5.0),  # it cannot end before 2
        ("triangular(0, 5, 10)", 5.0, 0.75, 2.5),  # (10 - x)² / 25 = 1 / 4
        ("triangular(4, 5, 6)", 1.0, 0.5, 4.0),
        ("triangular(2, 2, 4)", 2.0, 0.75, 1.0),
    ],
)
def test_by_hand(text: str, spent: float, u: float, expected: float) -> None:
    assert residual(parse(text), spent, u) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "end"),
    [("5", 5.0), ("uniform(2, 10)", 10.0), ("triangular(0, 5, 10)", 10.0), ("gamma(4, 0)", 4.0)],
)
def test_where_nothing_lies_beyond_it_has_ended(text: str, end: float) -> None:
    law = parse(text)
    assert not is_outlasted(law, end - 1e-9)
    assert residual(law, end - 1e-9, 0.5) > 0
    for spent in (end, end + 1, 1e300):
        assert is_outlasted(law, spent)
        assert residual(law, spent, 0.5) == 0.0


@pytest.mark.parametrize("text", UNBOUNDED)
def test_other_laws_never_end(text: str) -> None:
    assert not is_outlasted(parse(text), 1e300)
