"""Selecting the best: how often it is right in the hardest case, by how much it beats two stages, constraints."""

from __future__ import annotations

from math import nan, sqrt

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq

from sim.analysis.selection import Constraint, Selection

DELTA = 1.0
ERROR = 0.05


def correlated(random: np.random.Generator, count: int, means: np.ndarray, correlation: float) -> np.ndarray:
    """Normal values of variance 1 with one correlation between all systems: float[count, *means.shape]."""
    common = random.normal(0, sqrt(correlation), (count,) + (1,) * means.ndim)
    return means + common + random.normal(0, sqrt(1 - correlation), (count, *means.shape))


def run(selection: Selection, objective: np.ndarray, constrained: np.ndarray | None = None) -> int:
    """Feed until it is finished; gives the number of replications over all systems."""
    used = 0
    for replication, values in enumerate(objective):
        used += int(selection.candidates.sum())
        selection.feed(values, None if constrained is None else constrained[replication])
        if selection.finished:
            return used
    raise AssertionError("not finished with the replications there are")


def at_least(share: float, experiments: int) -> float:
    """The least share to be seen if the true one is as given: 3 standard errors below."""
    return share - 3 * sqrt(share * (1 - share) / experiments)


# --- probability of correct selection ---


def slippage(
    experiments: int, systems: int, correlation: float, sigma: int, seed: int
) -> tuple[float, float]:
    """Share of right selections and mean use of replications; all others are worse by just the indifference."""
    random = np.random.default_rng(seed)
    means = np.zeros(systems)
    means[-1] = DELTA / sigma
    right, used = 0, 0
    for _ in range(experiments):
        selection = Selection(systems, DELTA, error=ERROR, first=10)
        used += run(selection, sigma * correlated(random, 100 * sigma**2, means, correlation))
        right += selection.best == systems - 1
    return right / experiments, used / experiments


def test_the_best_is_selected_as_often_as_promised():
    right, _ = slippage(200, 6, 0.5, 2, seed=1)
    assert right >= at_least(0.95, 200)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("systems", "correlation", "sigma"), [(2, 0, 2), (2, 0.8, 4), (10, 0, 2), (10, 0.8, 4)]
)
def test_the_best_is_selected_as_often_as_promised_in_many_experiments(systems, correlation, sigma):
    right, _ = slippage(1500, systems, correlation, sigma, seed=2)
    assert right >= at_least(0.95, 1500)


def test_the_promise_is_not_kept_by_chance():
    """An error ten times as large is seen: the test above can fail."""
    random = np.random.default_rng(3)
    right = 0
    for _ in range(100):
        selection = Selection(6, DELTA, error=0.9, first=10)
        run(selection, 2 * correlated(random, 400, np.array([0, 0, 0, 0, 0, DELTA / 2]), 0.5))
        right += selection.best == 5
    assert right / 100 < at_least(0.95, 100)


def rinott(systems: int, first: int) -> float:
    """Rinott's (1978) constant for 95 %: the integral over both variances as a mean over their quantiles."""
    freedom = first - 1
    chi2 = stats.chi2.ppf((np.arange(400) + 0.5) / 400, freedom)
    spread = np.sqrt(freedom * (1 / chi2 + 1 / chi2[:, np.newaxis]))
    return brentq(lambda h: (stats.norm.cdf(h / spread).mean(axis=0) ** (systems - 1)).mean() - 0.95, 1, 20)


def test_two_stages_cost_more():
    """Rinott's two stages use h² S² / delta² replications of each system, common random numbers or none."""
    sigma, systems, first = 4, 8, 10
    two_stages = systems * (rinott(systems, first) * sigma / DELTA) ** 2
    assert rinott(2, 20) == pytest.approx(2.45, abs=0.05)  # tables of Wilcox (1984)
    _, independent = slippage(30, systems, 0, sigma, seed=5)
    _, common = slippage(30, systems, 0.8, sigma, seed=5)
    assert independent < 0.7 * two_stages
    assert common < 0.15 * two_stages


def test_the_less_the_differences_vary_the_sooner_it_ends():
    _, few = slippage(20, 5, 0.9, 2, seed=6)
    _, many = slippage(20, 5, 0.0, 2, seed=6)
    assert few < many / 3


# --- step by step ---


def test_nobody_leaves_before_the_variances_are_known():
    selection = Selection(3, 1, first=5)
    for value in range(4):
        selection.feed([value, 2 * value, 1000])
        assert selection.candidates.all()
    selection.feed([4, 8, 1000])
    assert selection.finished
    assert selection.best == 2
    assert selection.replications == 5


def test_the_edges_are_those_of_kim_and_nelson():
    """Two systems whose differences are known: the one behind leaves when the sum passes the triangle's edge."""
    differences = np.random.default_rng(7).normal(0.8, 4, 300)
    n0, alpha, delta = 10, 0.05, 1.0
    h2 = (n0 - 1) * ((2 * alpha) ** (-2 / (n0 - 1)) - 1)
    s2 = differences[:n0].var(ddof=1)
    for r in range(n0, 300):
        edge = max(0, delta / (2 * r) * (h2 * s2 / delta**2 - r))
        if abs(differences[:r].mean()) > edge:
            break
    selection = Selection(2, delta, error=alpha, first=n0)
    run(selection, np.column_stack([differences, np.zeros(300)]))
    assert selection.replications == r > n0


def test_equal_systems_end_with_the_one_named_first():
    values = np.random.default_rng(8).normal(0, 1, (100, 1)) + np.array([0, 0, -5])
    selection = Selection(3, 0.5)
    run(selection, values)
    assert (selection.best, selection.replications) == (0, 20)


def test_one_system_is_the_best():
    assert Selection(1, 0.5).best == 0


def test_what_is_fed_for_systems_that_left_is_not_read():
    random = np.random.default_rng(9)
    values = correlated(random, 400, np.array([0.0, 0.6, 1.0]), 0) * 2
    expected, other = Selection(3, 0.5), Selection(3, 0.5)
    run(expected, values)
    while not other.finished:
        other.feed(np.where(other.candidates, values[other.replications], nan))
    assert (other.best, other.replications) == (expected.best, expected.replications)


# --- constraints ---

LIMIT = Constraint(limit=15, tolerance=1)
ON_TIME = Constraint(limit=0.95, tolerance=0.01, at_least=True)


def staffing(random: np.random.Generator, count: int, waits: list[float], rates: list[float]) -> np.ndarray:
    """P90 of waits and on-time rates of systems on the same days: float[replication, system, constraint]."""
    means = np.stack([waits, rates], axis=1)
    noise = correlated(random, count, np.zeros(means.shape), 0.6)
    return means + noise * [3, 0.02]


def test_the_cheapest_staffing_that_keeps_the_limits():
    costs = -np.array([5.0, 6, 7, 8, 9])
    constrained = staffing(
        np.random.default_rng(10), 3000, [22, 17, 13, 9, 6], [0.90, 0.97, 0.97, 0.98, 0.99]
    )
    selection = Selection(5, 0.5, (LIMIT, ON_TIME))
    run(selection, np.tile(costs, (3000, 1)), constrained)
    assert selection.best == 2


def test_no_staffing_keeps_the_limits():
    constrained = staffing(np.random.default_rng(11), 3000, [22, 17, 10], [0.99, 0.99, 0.90])
    selection = Selection(3, 0.5, (LIMIT, ON_TIME))
    run(selection, np.tile([-3.0, -2, -1], (3000, 1)), constrained)
    assert selection.finished
    assert selection.best is None


def test_a_dearer_one_leaves_as_soon_as_a_cheaper_one_keeps_the_limits():
    """It would take long to tell of the second whether it keeps the limit; nobody needs to know."""
    wait = np.column_stack([np.tile([9.0, 10.0], 100), np.random.default_rng(12).normal(15, 3, 200)])
    selection = Selection(2, 0.5, (LIMIT,))
    run(selection, np.tile([-1.0, -2.0], (200, 1)), wait[:, :, np.newaxis])
    assert (selection.best, selection.replications) == (0, 20)


def test_the_last_one_left_must_still_keep_the_limits():
    wait = np.random.default_rng(16).normal(14, 6, (400, 1, 1))
    selection = Selection(1, 0.5, (LIMIT,))
    selection.feed([1], wait[0])
    assert not selection.finished
    assert selection.best is None
    run(selection, np.ones((399, 1)), wait[1:])
    assert selection.best == 0
    assert selection.replications > 20


def test_a_judgement_stands():
    """The first is ahead when variances are known, far behind later, and shown to keep the limit later still."""
    objective = np.zeros((400, 2))
    objective[:, 0] = np.append([0.9, 1.0, 1.1], np.full(397, -10))
    wait = np.tile([[15.0], [15.0]], (400, 1, 1))
    wait[:4] += np.array([-3, 3, -3, 3])[:, np.newaxis, np.newaxis]
    wait[4:] -= np.array([[2.0], [0.5]])
    selection = Selection(2, 0.5, (LIMIT,), first=3)
    run(selection, objective, wait)
    assert selection.best == 0
    assert selection.replications > 10


def test_who_is_ahead_but_breaks_a_limit_pushes_nobody_out():
    objective = np.tile([5.0, 1.0, 0.0], (400, 1))
    wait = np.random.default_rng(13).normal([17, 12, 8], 2, (400, 3))[:, :, np.newaxis]
    selection = Selection(3, 0.5, (LIMIT,))
    run(selection, objective, wait)
    assert selection.best == 1


def constrained_slippage(experiments: int, seed: int) -> float:
    """Three are desirable by just the tolerance, the two ahead of them unacceptable by just as much."""
    random = np.random.default_rng(seed)
    means = np.array([DELTA, DELTA, 0, -DELTA, -DELTA]) / 2
    waits = np.array([16.0, 14, 14, 14, 14])
    rates = np.array([0.96, 0.94, 0.96, 0.96, 0.96])
    right = 0
    for _ in range(experiments):
        selection = Selection(5, DELTA, (LIMIT, ON_TIME), ERROR, first=10)
        limited = np.stack([waits, rates], axis=1) + correlated(random, 800, np.zeros((5, 2)), 0.5) * [
            2,
            0.02,
        ]
        run(selection, 2 * correlated(random, 800, means, 0.5), limited)
        right += selection.best == 2
    return right / experiments


def test_the_best_that_keeps_the_limits_is_selected_as_often_as_promised():
    assert constrained_slippage(60, seed=14) >= at_least(0.95, 60)


@pytest.mark.slow
def test_the_best_that_keeps_the_limits_is_selected_as_often_as_promised_in_many_experiments():
    assert constrained_slippage(1000, seed=15) >= at_least(0.95, 1000)


# --- refusals ---


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"systems": 0}, "nothing to select"),
        ({"indifference": 0}, "above 0"),
        ({"constraints": (Constraint(1, 0),)}, "above 0"),
        ({"error": 1}, "between 0 and 1"),
        ({"first": 1}, "at least two"),
    ],
)
def test_what_cannot_be_searched_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        Selection(**{"systems": 2, "indifference": 1.0, **arguments})


def test_values_that_do_not_fit_are_refused():
    selection = Selection(2, 1, (LIMIT,))
    with pytest.raises(ValueError, match="observed nothing"):
        selection.feed([1, 2], [[1], [nan]])
    with pytest.raises(ValueError, match="observed nothing"):
        selection.feed([nan, 2], [[1], [1]])
    with pytest.raises(ValueError, match="expected"):
        selection.feed([1, 2])
    with pytest.raises(ValueError, match="expected"):
        selection.feed([1, 2, 3], [[1], [1], [1]])
    assert selection.replications == 0
