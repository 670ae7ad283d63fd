"""Loops unrolled into trees of courses."""

from __future__ import annotations

import pytest

from sim.plan.model import LoopPlan, Way
from sim.plan.unroll import courses


def loop(name: str, probability: float) -> LoopPlan:
    return LoopPlan(name, "check", probability, ((name,),), 1)


def chances(*loops: LoopPlan) -> dict[tuple[str, ...], float]:
    way = Way(1.0, (("check",), ("sign",)), loops)
    return {tuple(stage[0].step for stage in course.stages): p for course, p in courses(way)}


def test_of_two_loops_after_a_step_the_first_that_strikes_is_taken() -> None:
    assert chances(loop("error", 0.2), loop("notice", 0.5)) == pytest.approx(
        {
            ("check", "error", "sign"): 0.2,
            ("check", "notice", "sign"): 0.8 * 0.5,
            ("check", "sign"): 0.8 * 0.5,
        }
    )


def test_who_begins_in_a_loop_may_not_take_it_more_often_than_others() -> None:
    way = Way(1.0, (("error",), ("check",), ("sign",)), (loop("error", 0.2),), rework=2, looped=("error",))
    ((course, chance),) = courses(way)
    assert chance == 1
    assert [(stage[0].step, stage[0].rework) for stage in course.stages] == [
        ("error", True),
        ("check", True),
        ("sign", False),
    ]


def test_what_nobody_or_everybody_does_is_no_fork() -> None:
    assert chances(loop("never", 0), loop("always", 1), loop("late", 0.5)) == {("check", "always", "sign"): 1}
