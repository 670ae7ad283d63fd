"""Work shared evenly, against its definition over all sets of teams, a linear programme and a sum of squares."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from sim.plan.sharing import Doers, shared_evenly

MOST_TEAMS = 5
TEAMS = range(MOST_TEAMS)
amounts = st.one_of(st.integers(0, 5).map(float), st.floats(0, 1e4), st.floats(0, 1e-12))
doers = st.dictionaries(st.sampled_from(TEAMS), st.integers(0, 2), min_size=1).map(
    lambda tiers: tuple(sorted(tiers.items()))
)
kinds = st.dictionaries(doers, amounts, max_size=8)
rosters = st.lists(
    st.one_of(st.integers(1, 5).map(float), st.floats(1, 1e4)), min_size=MOST_TEAMS, max_size=MOST_TEAMS
)


def first_tiers(*teams: int) -> Doers:
    """Work that these teams may do, all in their first tier."""
    return tuple((team, 0) for team in teams)


def loads(work: dict[Doers, float], hours: list[float]) -> list[float]:
    """What each team has to do for its hours; what is done of each kind adds up."""
    shares = shared_evenly(work, dict(enumerate(hours)))
    for kind, parts in shares.items():
        assert set(parts) <= {team for team, _ in kind}
        assert math.fsum(parts.values()) == pytest.approx(work[kind], rel=1e-12)
        assert all(part >= 0 for part in parts.values())
    done = [math.fsum(parts.get(team, 0.0) for parts in shares.values()) for team in range(len(hours))]
    return [amount / time for amount, time in zip(done, hours, strict=True)]


def by_definition(work: dict[Doers, float], hours: list[float]) -> float:
    """The highest of all ratios of what only some teams may do by their hours."""
    sets = [frozenset(some) for size in TEAMS for some in combinations(TEAMS, size + 1)]
    return max(
        math.fsum(amount for kind, amount in work.items() if {team for team, _ in kind} <= some)
        / math.fsum(hours[t] for t in some)
        for some in sets
    )


def by_programme(work: dict[Doers, float], hours: list[float]) -> float:
    """Every way to share is tried by a linear programme: what each team does of each kind, and the load."""
    pairs = [(kind, team) for kind in work for team, _ in kind]
    shared = np.array([[float(kind == own) for own, _ in pairs] + [0.0] for kind in work])
    limits = np.array([[float(team == own) for _, own in pairs] + [-hours[team]] for team in TEAMS])
    objective = np.append(np.zeros(len(pairs)), 1.0)
    return float(linprog(objective, limits, np.zeros(MOST_TEAMS), shared, list(work.values())).fun)


@given(kinds, rosters)
def test_the_busiest_has_the_highest_ratio_of_all_sets_of_teams(
    work: dict[Doers, float], hours: list[float]
) -> None:
    assert max(loads(work, hours)) == pytest.approx(by_definition(work, hours), rel=1e-9, abs=1e-15)


@given(kinds.filter(bool), rosters)
def test_no_way_to_share_gives_the_busiest_less(work: dict[Doers, float], hours: list[float]) -> None:
    assert max(loads(work, hours)) == pytest.approx(by_programme(work, hours), rel=1e-6, abs=1e-6)


@given(kinds.filter(bool), rosters)
def test_no_team_could_hand_work_to_one_that_is_less_busy(
    work: dict[Doers, float], hours: list[float]
) -> None:
    """So the others are even, too: what a team does, all who may do it have at least as much to do as."""
    own = loads(work, hours)
    for kind, parts in shared_evenly(work, dict(enumerate(hours))).items():
        busiest = max((own[team] for team, part in parts.items() if part > 1e-9 * work[kind]), default=0.0)
        assert busiest <= min(own[team] for team, _ in kind) * (1 + 1e-9) + 1e-15


def test_first_tiers_first() -> None:
    """Either could do all of it; each does its own, and what is uneven is handed on."""
    mine, yours = ((0, 0), (1, 1)), ((0, 1), (1, 0))
    shares = shared_evenly({mine: 6.0, yours: 2.0}, {0: 10.0, 1: 10.0})
    assert shares == {mine: {0: 4.0, 1: 2.0}, yours: {0: 0.0, 1: 2.0}}


def test_many_teams_in_a_chain() -> None:
    """As many sets of teams as no computer counts: each kind may be done by two neighbours of a hundred."""
    work = {first_tiers(team, team + 1): 1.0 for team in range(99)}
    assert loads(work, [1.0] * 100) == pytest.approx([0.99] * 100)
    work[first_tiers(0)] = 2.5
    assert loads(work, [1.0] * 100) == pytest.approx([2.5] + [1.0] * 99)


def test_nobody_and_nothing() -> None:
    there = {0: 0.0, 1: 4.0}
    assert shared_evenly({first_tiers(0): 1.0}, there) == {first_tiers(0): {}}
    assert shared_evenly({(): 1.0}, there) == {(): {}}
    assert shared_evenly({first_tiers(0): 0.0, first_tiers(0, 1): 1.0}, there) == {
        first_tiers(0): {},
        first_tiers(0, 1): {1: 1.0},
    }
    assert shared_evenly({}, there) == {}
