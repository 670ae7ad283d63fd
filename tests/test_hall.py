"""The choices made in the hall: tables of situation → who starts and who stops what."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from builder import Dossier, Step, Team, World, desk, office

from sim.engine.hall import Hall


class Watched(Hall):
    """A hall that notes who starts (+) and stops (-) what, as "task by team"."""

    def __init__(self, teams: list[Team], steps: list[Step]) -> None:
        plan, draws = World(teams, [Dossier(0.0, [step]) for step in steps]).build()
        self.seen: list[str] = []
        super().__init__(
            plan,
            draws,
            lambda task, team: self.seen.append(f"+{task} by {team.number}"),
            lambda task, team: self.seen.append(f"-{task} by {team.number}"),
        )

    def on_duty(self, *staff: int) -> Watched:
        for team, number in zip(self.teams, staff, strict=True):
            self.change_roster(team, number, 0)
        self.take()
        return self

    def enter(self, *tasks: int, priority: int = 0) -> Watched:
        for task in tasks:
            self.join(task, priority, float(task))
        return self


IN, CHECK = desk("in", 10), office("check", 10)
BOTH = Team([["in"], ["check"]])


@pytest.mark.parametrize(
    ("teams", "staff", "before", "arriving", "seen"),
    [
        pytest.param([BOTH, BOTH], (1, 1), [], IN, "+0 by 0", id="first team in declared order"),
        pytest.param([BOTH, BOTH], (0, 1), [], IN, "+0 by 1", id="only those on duty"),
        pytest.param([BOTH, BOTH], (1, 1), [IN], IN, "+1 by 1", id="idle person of a later team"),
        pytest.param([Team([["check"]]), BOTH], (1, 1), [], IN, "+0 by 1", id="only who serves the queue"),
        pytest.param([BOTH, BOTH], (1, 1), [CHECK], IN, "+1 by 1", id="idle person before interruption"),
        pytest.param(
            [BOTH, BOTH], (1, 1), [CHECK, CHECK], IN, "-0 by 0 +2 by 0", id="interrupts in the first team"
        ),
        pytest.param([BOTH, BOTH], (1, 1), [IN, CHECK], IN, "-1 by 1 +2 by 1", id="or in the first that can"),
        pytest.param([BOTH], (2,), [CHECK, CHECK], IN, "-1 by 0 +2 by 0", id="the most recently started"),
        pytest.param([BOTH], (3,), [CHECK, CHECK, IN], IN, "-1 by 0 +3 by 0", id="of the office tasks"),
        pytest.param([BOTH], (1,), [IN], IN, "", id="desk work is not interrupted"),
        pytest.param([BOTH], (1,), [IN], CHECK, "", id="office work interrupts nothing"),
        pytest.param([BOTH], (1,), [CHECK], CHECK, "", id="not even office work"),
        pytest.param(
            [BOTH, Team([["check"]])], (1, 1), [CHECK, CHECK], IN, "-0 by 0 +2 by 0", id="no idle colleague"
        ),
    ],
)
def test_arrival(
    teams: list[Team], staff: tuple[int, ...], before: list[Step], arriving: Step, seen: str
) -> None:
    hall = Watched(teams, [*before, arriving]).on_duty(*staff).enter(*range(len(before)))
    hall.seen.clear()
    hall.enter(len(before))
    assert " ".join(hall.seen) == seen


def test_interrupted_work_goes_on_at_once_with_an_idle_colleague() -> None:
    """Team 1 serves the office only and is idle; team 0 leaves its office task for the citizen."""
    hall = Watched([BOTH, Team([["check"]])], [CHECK, IN]).on_duty(1, 0).enter(0)
    hall.teams[1].staff = 1
    hall.enter(1)
    assert hall.seen == ["+0 by 0", "-0 by 0", "+1 by 0", "+0 by 1"]


@pytest.mark.parametrize(
    ("serves", "priorities", "steps", "order"),
    [
        pytest.param([["check"], ["in"]], [0, 0], [IN, CHECK], [1, 0], id="first tier first"),
        pytest.param([["check"], ["in"]], [9, 0], [IN, CHECK], [1, 0], id="tier before priority"),
        pytest.param([["check", "in"]], [0, 0], [IN, CHECK], [0, 1], id="one tier: first come"),
        pytest.param([["check", "in"]], [0, 1, 1], [IN, IN, IN], [1, 2, 0], id="priority, then first come"),
        pytest.param(
            [["in", "out"]], [0, 0, 0], [desk("out", 1), IN, desk("out", 1)], [0, 1, 2], id="two queues"
        ),
    ],
)
def test_what_an_idle_person_takes(
    serves: list[list[str]], priorities: list[int], steps: list[Step], order: list[int]
) -> None:
    hall = Watched([Team(serves)], steps)
    for task, priority in enumerate(priorities):
        hall.enter(task, priority=priority)
    hall.on_duty(len(steps))
    assert hall.seen == [f"+{task} by 0" for task in order]


def drop(hall: Watched) -> None:
    hall.change_roster(hall.teams[0], 1, 0)


def go_home(hall: Watched) -> None:
    hall.change_roster(hall.teams[0], 0, 0)


def stay_late(hall: Watched) -> None:
    hall.in_building[0] = 1
    hall.change_roster(hall.teams[0], 0, 3)


@pytest.mark.parametrize(
    ("steps", "change", "seen"),
    [
        pytest.param([CHECK, CHECK, CHECK], drop, ["-2 by 0", "-1 by 0"], id="most recently started first"),
        pytest.param([IN, CHECK, IN], drop, ["-1 by 0"], id="desk work goes on over strength"),
        pytest.param([CHECK, IN], drop, ["-0 by 0"], id="one person left, at the counter"),
        pytest.param([CHECK], drop, [], id="enough people left"),
        pytest.param([IN, CHECK], go_home, ["-1 by 0"], id="everybody goes"),
        pytest.param([IN, CHECK, IN, IN], stay_late, [], id="nobody stays for office work"),
        pytest.param(
            [CHECK, CHECK, CHECK, CHECK],
            stay_late,
            ["-2 by 0", "-1 by 0", "-0 by 0"],
            id="nor goes on with it",
        ),
    ],
)
def test_roster_falls_from_three(
    steps: list[Step], change: Callable[[Watched], None], seen: list[str]
) -> None:
    hall = Watched([BOTH], steps).on_duty(3).enter(*range(len(steps)))
    hall.seen.clear()
    change(hall)
    assert hall.seen == seen


def test_teams_take_in_the_order_of_the_file_when_all_have_come_and_gone() -> None:
    """The paper of team 0 goes on with team 1, which came before team 0 fell and takes after it."""
    hall = Watched([BOTH, BOTH], [CHECK, CHECK]).on_duty(2, 0).enter(0, 1)
    hall.seen.clear()
    hall.change_roster(hall.teams[1], 1, 0)
    hall.change_roster(hall.teams[0], 0, 0)
    hall.change_roster(hall.teams[0], 1, 0)
    assert hall.seen == ["-1 by 0", "-0 by 0"]
    hall.take()
    assert hall.seen[2:] == ["+0 by 0", "+1 by 1"]


def test_roster_rises() -> None:
    """Two waiting tasks for three people more; the citizen's comes first."""
    hall = Watched([BOTH], [CHECK, IN]).enter(0, 1).on_duty(3)
    assert hall.seen == ["+1 by 0", "+0 by 0"]


def test_interrupted_work_keeps_its_place() -> None:
    hall = Watched([BOTH], [CHECK, CHECK, CHECK]).on_duty(2).enter(0, 1, 2).on_duty(0)
    hall.seen.clear()
    hall.on_duty(2)
    assert hall.seen == ["+0 by 0", "+1 by 0"]


def test_those_who_stay_go_home_with_the_last_citizen() -> None:
    hall = Watched([BOTH], [IN]).on_duty(1)
    hall.in_building[0] = 2
    hall.change_roster(hall.teams[0], 0, 1)
    hall.citizen_leaves(0)
    assert hall.can_be_served(0)
    hall.citizen_leaves(0)
    assert not hall.can_be_served(0)
