"""Waiting lines of the compiled engine: the order of a sorted list, whoever leaves from wherever."""

from pathlib import Path

import numpy as np
import pytest
from numba import njit

import sim
from sim.engine.agenda import NONE
from sim.engine.lines import head, insert, layout, remove
from sim.engine.state import LIVE, with_ends
from sim.plan.compile import compile_scenario

BASELINE = Path(__file__).parents[1] / "scenarios" / "tien_yen_2019" / "baseline.toml"

TASKS, CLASSES = 3000, 3


@njit(_nrt=False)
def _head(live, first, classes):  # type: ignore[no-untyped-def]
    return head(live, first, classes)


@njit(_nrt=False)
def _insert(live, end, slot, by_due):  # type: ignore[no-untyped-def]
    insert(live, end, slot, by_due)


@njit(_nrt=False)
def _remove(live, slot, by_due):  # type: ignore[no-untyped-def]
    remove(live, slot, by_due)


@pytest.mark.parametrize("by_due", [False, True])
def test_order_is_that_of_a_sorted_list(by_due: bool) -> None:
    """Slots are numbered against the order of their tasks, which decides ties; the ends come after them."""
    random = np.random.default_rng(3)
    live = with_ends(np.zeros(TASKS + CLASSES, LIVE), np.arange(TASKS, TASKS + CLASSES))
    first, classes = np.uint64(TASKS), np.uint64(CLASSES)
    expected: list[tuple[int, float, int, int]] = []
    for task in range(TASKS):
        slot, klass, at = TASKS - 1 - task, int(random.integers(0, CLASSES)), float(random.integers(0, 50))
        live[slot]["task"], live[slot]["key"] = task, at
        _insert(live, np.uint32(TASKS + klass), np.uint32(slot), by_due)
        expected.append((-klass, at, task, slot))
        expected.sort()
        while expected and random.random() < 0.48:
            assert _head(live, first, classes) == expected[0][3]
            *_, gone = expected.pop(0 if random.random() < 0.5 else int(random.integers(len(expected))))
            _remove(live, np.uint32(gone), by_due)
            assert live[gone]["place"] == NONE
    for *_, slot in expected:
        assert _head(live, first, classes) == slot
        _remove(live, np.uint32(slot), by_due)
    assert (live["after"][TASKS:] == np.arange(TASKS, TASKS + CLASSES)).all()


def test_queues_that_nobody_tells_apart_are_one_line() -> None:
    """Of the 2,000 queues of the district and its communes, by field, few are served by different people."""
    plan = compile_scenario(sim.load(BASELINE).scenario).plan
    found = layout(plan)
    assert len(found.queue_of) < len(plan.queue_site) / 10
    tier = np.full((len(plan.team_site), len(plan.queue_site)), -1)
    for team in range(len(plan.team_site)):
        first = plan.tier_start[team]
        for number in range(first, plan.tier_start[team + 1]):
            queues = plan.tier_queue[plan.tier_queue_start[number] : plan.tier_queue_start[number + 1]]
            tier[team, queues] = number - first
            lines = found.tier_line[found.tier_line_start[number] : found.tier_line_start[number + 1]]
            assert set(lines) == set(found.line_of[queues])
    same = tier[:, found.queue_of[found.line_of]]
    assert (tier == same).all()
    assert (plan.queue_site == plan.queue_site[found.queue_of[found.line_of]]).all()
    assert (plan.queue_by_due == plan.queue_by_due[found.queue_of[found.line_of]]).all()
