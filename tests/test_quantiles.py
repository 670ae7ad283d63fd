"""Inverse distributions: against scipy and the standard library, in both tails, and alike in compiled code."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from scipy import special

from sim.laws import parse
from sim.quantiles import exp, exps, gamma_row, normal, normals, quantile, quantiles

TINY = 2.0 ** -np.arange(54, 3, -1.0)
U = np.concatenate([TINY, np.linspace(0.1, 0.9, 2001), 1 - TINY[1:][::-1]])


def test_normal_is_that_of_others() -> None:
    found = np.array([normal(u) for u in U.tolist()])
    np.testing.assert_allclose(found, special.ndtri(U), rtol=2e-15, atol=1e-16)
    assert found.tolist() == [NormalDist().inv_cdf(u) for u in U.tolist()]
    assert (np.diff(found) > 0).all()


def test_normals_are_the_same_one_by_one() -> None:
    """Also those that are computed several at a time."""
    u = np.concatenate([U, np.random.default_rng(1).random(10_000)])
    found = np.empty(len(u))
    normals(u, found, np.empty(len(u), np.uint64))
    assert found.tolist() == [normal(x) for x in u.tolist()]


SHAPES = [0.001, 0.02, 1 / 16, 0.3, 0.5, 1, 1.5, 2, 3, 5.44, 10, 33, 100, 1e3, 1e5]


@pytest.mark.parametrize("shape", SHAPES)
def test_gamma_is_exact_to_1e_9(shape: float) -> None:
    row = np.array(gamma_row(shape))
    found = quantiles(U, row)
    expected = np.where(U < 0.5, special.gammaincinv(shape, U), special.gammainccinv(shape, 1 - U))
    some = expected > 1e-290
    np.testing.assert_allclose(found[some], expected[some], rtol=1e-10)
    assert (np.diff(found) >= 0).all()


@pytest.mark.parametrize("shape", SHAPES)
def test_gamma_increases_from_cell_to_cell(shape: float) -> None:
    """A hair before and after each knot of the table."""
    row = np.array(gamma_row(shape))
    knots = special.ndtr(np.linspace(-8, 5, int(13 * row[2]) + 1))
    around = (knots[:, None] * np.array([1 - 1e-12, 1, 1 + 1e-12])).ravel()
    found = quantiles(around[around < 1], row)
    assert (np.diff(found) >= -1e-14 * found[1:]).all()


def test_gamma_of_large_shapes_has_the_right_probabilities() -> None:
    """At three sd, where scipy's probability is good also at such shapes."""
    for shape in (1e6, 1e8):
        for u in (0.002, 0.3, 0.999):
            assert special.gammainc(shape, quantile(u, np.array(gamma_row(shape)), 0)) == pytest.approx(u)


LAWS = ["3", "exponential(4)", "erlang(4, 3)", "lognormal(4, 5)", "gamma(4, 5)", "weibull(4, 1.5)"]
LAWS += ["uniform(1, 3)", "triangular(1, 2, 5)"]


@pytest.mark.parametrize("text", LAWS)
def test_compiled_is_plain_python_to_the_last_digit(text: str) -> None:
    row = parse(text).row
    assert quantiles(U, row).tolist() == [quantile(u, row, 0) for u in U.tolist()]


def test_rows_may_stand_one_after_another() -> None:
    rows = [parse(text).row for text in LAWS]
    starts = np.cumsum([0, *map(len, rows)])
    together = [quantile(0.3, np.concatenate(rows), int(at)) for at in starts[:-1]]
    assert together == [quantile(0.3, row, 0) for row in rows]


def test_exp_agrees_with_the_c_library() -> None:
    random = np.random.default_rng(2)
    for x in [
        0.0,
        -0.0,
        1.0,
        -1.0,
        708.0,
        -708.0,
        *random.uniform(-708, 708, 2000),
        *random.normal(0, 2, 2000),
    ]:
        assert exp(float(x)) == pytest.approx(math.exp(x), rel=1e-15)
    assert (exp(0.0), exp(1e4), exp(-1e4)) == (1.0, exp(708.0), exp(-708.0))


def test_exponentials_are_the_same_one_by_one() -> None:
    random = np.random.default_rng(3)
    x = np.concatenate([random.normal(0, 3, 5000), random.uniform(-800, 800, 5000), [0.0, 708.0, -708.0]])
    found, power = x.copy(), np.empty(len(x))
    exps(found, power, power.view(np.int64))
    assert found.tolist() == [exp(value) for value in x.tolist()]
