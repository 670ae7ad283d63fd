"""The least load of the busiest team, against its definition over all sets of teams and a linear programme."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from sim.plan.sharing import Doers, least_load

MOST_TEAMS = 5
TEAMS = range(MOST_TEAMS)
amounts = st.one_of(st.integers(0, 5).map(float), st.floats(0, 1e4), st.floats(0, 1e-12))
kinds = st.dictionaries(st.frozensets(st.sampled_from(TEAMS), min_size=1), amounts, max_size=8)
rosters = st.lists(
    st.one_of(st.integers(1, 5).map(float), st.floats(1, 1e4)), min_size=MOST_TEAMS, max_size=MOST_TEAMS
)


def by_definition(work: dict[Doers, float], hours: list[float]) -> float:
    """The highest of all ratios of what only some teams may do by their hours."""
    sets = [frozenset(some) for size in TEAMS for some in combinations(TEAMS, size + 1)]
    return max(
        math.fsum(amount for doers, amount in work.items() if doers <= some)
        / math.fsum(hours[t] for t in some)
        for some in sets
    )


def by_programme(work: dict[Doers, float], hours: list[float]) -> float:
    """Every way to share is tried by a linear programme: what each team does of each kind, and the load."""
    pairs = [(doers, team) for doers in work for team in sorted(doers)]
    shared = np.array([[float(doers == own) for own, _ in pairs] + [0.0] for doers in work])
    limits = np.array([[float(team == own) for _, own in pairs] + [-hours[team]] for team in TEAMS])
    objective = np.append(np.zeros(len(pairs)), 1.0)
    return float(linprog(objective, limits, np.zeros(MOST_TEAMS), shared, list(work.values())).fun)


@given(kinds, rosters)
def test_it_is_the_highest_ratio_of_all_sets_of_teams(work: dict[Doers, float], hours: list[float]) -> None:
    found = least_load(work, dict(enumerate(hours)))
    assert found == pytest.approx(by_definition(work, hours), rel=1e-12, abs=0)


@given(kinds.filter(bool), rosters)
def test_it_can_be_reached(work: dict[Doers, float], hours: list[float]) -> None:
    found = least_load(work, dict(enumerate(hours)))
    assert found == pytest.approx(by_programme(work, hours), rel=1e-6, abs=1e-6)


def test_many_teams_in_a_chain() -> None:
    """As many sets of teams as no computer counts: each kind may be done by two neighbours of a hundred."""
    work = {frozenset({team, team + 1}): 1.0 for team in range(99)}
    assert least_load(work, dict.fromkeys(range(100), 1.0)) == pytest.approx(0.99)
    work[frozenset({0})] = 2.5
    assert least_load(work, dict.fromkeys(range(100), 1.0)) == 2.5


def test_work_that_nobody_is_there_for() -> None:
    hours = {0: 0.0, 1: 4.0}
    assert least_load({frozenset({0}): 1.0}, hours) == math.inf
    assert least_load({frozenset[int](): 1.0}, hours) == math.inf
    assert least_load({frozenset({0}): 0.0, frozenset({0, 1}): 1.0}, hours) == 0.25
    assert least_load({}, hours) == 0
