"""The reference engine against slow and obvious answers (see `naive`)."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate

import naive
import numpy as np
import pytest
from builder import DAY, Dossier, Step, Team, World, desk, office
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.deadlines import WORKING_DAYS
from sim.engine.contract import Floats, Mark
from sim.engine.reference import simulate

ROUND_THE_CLOCK = ((0, DAY),)

gaps = st.integers(0, 20) | st.floats(0, 20)
works = st.integers(0, 60) | st.floats(0, 60)
jobs = st.lists(st.tuples(gaps, works), min_size=1, max_size=40)
ranks = st.lists(st.integers(1, 9), min_size=40, max_size=40)
whole_jobs = st.lists(st.tuples(st.integers(0, 300), st.integers(1, 40)), max_size=10).map(sorted)
Jobs = list[tuple[float, float]]


def arrivals_and_works(jobs: Jobs) -> tuple[list[float], list[float]]:
    gaps, works = zip(*jobs, strict=True)
    return list(accumulate(map(float, gaps))), list(map(float, works))


def spells(
    dossiers: list[Dossier], teams: list[Team], role: str = "in", by_due: frozenset[str] = frozenset()
) -> list[naive.Spell]:
    """Start and end of the tasks of a role, of days without a break."""
    world = World(teams, dossiers, days=3, hours=ROUND_THE_CLOCK, closed=frozenset(), by_due=by_due)
    log = simulate(*world.build(), check=True)
    steps = [step for dossier in dossiers for stage in dossier.parallel for step in stage]
    mine = [task for task, step in enumerate(steps) if step.name == role]
    return list(zip(log.started[mine].tolist(), log.ended[mine].tolist(), strict=True))


def always(servers: int) -> list[tuple[float, int]]:
    return [(0.0, servers)]


@pytest.mark.parametrize("kind", [desk, office])
@given(jobs=jobs, servers=st.integers(1, 4))
def test_first_come_first_served(kind: Callable[..., Step], jobs: Jobs, servers: int) -> None:
    arrivals, works = arrivals_and_works(jobs)
    dossiers = [Dossier(t, [kind("in", work)]) for t, work in zip(arrivals, works, strict=True)]
    found = spells(dossiers, [Team([["in"]], always(servers))])
    assert found == naive.first_come(arrivals, works, servers)


@given(jobs=jobs, split=st.integers(1, 3))
def test_two_teams_of_a_queue_serve_like_one(jobs: Jobs, split: int) -> None:
    arrivals, works = arrivals_and_works(jobs)
    dossiers = [Dossier(t, [desk("in", work)]) for t, work in zip(arrivals, works, strict=True)]
    found = spells(dossiers, [Team([["in"]], always(split)), Team([["in"]], always(4 - split))])
    assert found == naive.first_come(arrivals, works, 4)


@given(jobs=jobs, servers=st.integers(1, 3), ranks=ranks)
def test_priority_classes(jobs: Jobs, servers: int, ranks: list[int]) -> None:
    arrivals, works = arrivals_and_works(jobs)
    dossiers = [
        Dossier(t, [desk("in", work, priority=rank)])
        for t, work, rank in zip(arrivals, works, ranks, strict=False)
    ]
    keys = [(-ranks[i], arrival, i) for i, arrival in enumerate(arrivals)]
    found = spells(dossiers, [Team([["in"]], always(servers))])
    assert found == naive.by_key(arrivals, works, keys, servers)


@given(jobs=jobs, servers=st.integers(1, 3), ranks=ranks)
def test_earliest_due_first(jobs: Jobs, servers: int, ranks: list[int]) -> None:
    """Dossiers are stamped on arrival, by as many people as there are, with one to nine days."""
    arrivals, works = arrivals_and_works(jobs)
    dossiers = [
        Dossier(t, [office("stamp", 0, Mark.START), office("in", work)], deadline=(WORKING_DAYS, rank))
        for t, work, rank in zip(arrivals, works, ranks, strict=False)
    ]
    keys = [(arrival // DAY + ranks[i], i) for i, arrival in enumerate(arrivals)]
    teams = [Team([["stamp"]], always(40)), Team([["in"]], always(servers))]
    found = spells(dossiers, teams, by_due=frozenset({"in"}))
    assert found == naive.by_key(arrivals, works, keys, servers)


@settings(max_examples=150)
@given(
    visitors=whole_jobs,
    papers=whole_jobs,
    shifts=st.lists(st.integers(1, 90), max_size=8),
    begins=st.booleans(),
)
def test_one_person_between_counter_and_desk(
    visitors: list[tuple[int, int]], papers: list[tuple[int, int]], shifts: list[int], begins: bool
) -> None:
    """Interruptions and roster changes at once, in whole minutes."""
    changes = list(accumulate(shifts, initial=0))
    on_duty = [(sum(change <= minute for change in changes) % 2 == 1) == begins for minute in range(DAY)]
    roster = [(float(t), int(on_duty[t])) for t in changes]
    dossiers = [(t, Dossier(float(t), [desk("in", work)])) for t, work in visitors]
    dossiers += [(t, Dossier(float(t), [office("check", work)])) for t, work in papers]
    order = sorted(range(len(dossiers)), key=lambda i: dossiers[i][0])
    world = World(
        [Team([["in"], ["check"]], roster)],
        [dossiers[i][1] for i in order],
        days=1,
        hours=ROUND_THE_CLOCK,
        closed=frozenset(),
    )
    ended = np.empty(len(order))
    ended[order] = simulate(*world.build(), check=True).ended
    at_counter, at_desk = naive.interrupting(on_duty, visitors, papers)
    assert in_time(ended[: len(visitors)]) == at_counter
    assert in_time(ended[len(visitors) :]) == at_desk


def in_time(ended: Floats) -> list[int]:
    return [-1 if np.isnan(t) else int(t) for t in ended]
