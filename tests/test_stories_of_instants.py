"""What happens first of all that happens at one instant, worked out by hand: who ends, who comes and goes on duty,
who takes what, who enters.

The working stands above each day. A task reads "entered started ended", a spell "task by team began-ended".
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from builder import Dossier, Team, Told, World, at, desk, office, story

from sim.engine import compiled, reference
from sim.engine.contract import Log

BOTH = [["in"], ["check"]]


def roster(*changes: tuple[str, int]) -> list[tuple[float, int]]:
    return [(at(time), staff) for time, staff in changes]


@pytest.mark.parametrize("simulate", [reference.simulate, compiled.simulate])
@pytest.mark.parametrize(("service", "starts"), [(5, [0, 5, 20, 25, 32]), (6, [0, 6, 20, 26, 32])])
def test_who_ends_as_the_shift_ends_starts_no_more(
    simulate: Callable[..., Log], service: float, starts: list[float]
) -> None:
    """Breaks from 10 to 20 and from 30 to 32 minutes after opening; who is begun before one is served into it."""
    shifts = roster(("8:00", 1), ("8:10", 0), ("8:20", 1), ("8:30", 0), ("8:32", 1))
    dossiers = [Dossier(at("8:00"), [desk("in", service)]) for _ in range(5)]
    log = simulate(*World([Team([["in"]], shifts)], dossiers, days=1).build())
    assert (log.started - at("8:00")).tolist() == starts


def test_two_teams_freed_at_once() -> None:
    # Task 0 is with team 1, as team 0 comes at 8:10. Both end at 8:30; then team 0 takes before team 1.
    visits = [("8:00", 30), ("8:10", 20), ("8:15", 5), ("8:20", 10)]
    dossiers = [Dossier(at(clock), [desk("in", work)]) for clock, work in visits]
    teams = [Team([["in"]], roster(("8:10", 1))), Team([["in"]], roster(("8:00", 1)))]
    assert story(World(teams, dossiers)) == Told(
        tasks=["8:00 8:00 8:30", "8:10 8:10 8:30", "8:15 8:30 8:35", "8:20 8:30 8:40"],
        spells=["0 by 1 8:00-8:30", "1 by 0 8:10-8:30", "2 by 0 8:30-8:35", "3 by 1 8:30-8:40"],
    )


def test_a_fall_here_with_a_rise_there() -> None:
    # 10:00 the counter passes from team 0 to team 1, and the papers from team 2 to team 3. Task 0 has just ended;
    # the next citizen is taken by team 1. The paper goes on without a break.
    dossiers = [
        Dossier(at("8:00"), [desk("in", 120)]),
        Dossier(at("9:00"), [office("check", 120)]),
        Dossier(at("9:30"), [desk("in", 10)]),
    ]
    early, late = roster(("8:00", 1), ("10:00", 0)), roster(("10:00", 1))
    teams = [Team([[role]], shift) for role in ("in", "check") for shift in (early, late)]
    assert story(World(teams, dossiers)) == Told(
        tasks=["8:00 8:00 10:00", "9:00 9:00 11:00 interrupted 1", "9:30 10:00 10:10"],
        spells=["0 by 0 8:00-10:00", "1 by 2 9:00-10:00", "2 by 1 10:00-10:10", "1 by 3 10:00-11:00"],
    )


def test_the_last_citizen_ends_at_closing() -> None:
    # Nobody is in the building at 17:00, so nobody stays, and nobody begins the paper.
    dossiers = [Dossier(at("16:30"), [desk("in", 30)]), Dossier(at("16:40"), [office("check", 20)])]
    assert story(World([Team(BOTH)], dossiers)) == Told(
        tasks=["16:30 16:30 17:00", "16:40 Tue 8:00 Tue 8:20"],
        spells=["0 by 0 16:30-17:00", "1 by 0 Tue 8:00-Tue 8:20"],
    )


def test_another_citizen_waits_at_closing() -> None:
    # 17:00 task 0 ends; as task 1 waits the one at the counter stays, for it but not for the paper.
    dossiers = [
        Dossier(at("16:30"), [desk("in", 30)]),
        Dossier(at("16:40"), [desk("in", 10)]),
        Dossier(at("16:45"), [office("check", 20)]),
    ]
    assert story(World([Team(BOTH)], dossiers)) == Told(
        tasks=["16:30 16:30 17:00", "16:40 17:00 17:10 overtime 10", "16:45 Tue 8:00 Tue 8:20"],
        spells=["0 by 0 16:30-17:00", "1 by 0 17:00-17:10", "2 by 0 Tue 8:00-Tue 8:20"],
    )


def test_an_opening_with_papers_and_a_citizen() -> None:
    # 8:00 two people take the papers 0 and 1; then the citizen enters, for whom paper 1, taken last, is put back.
    # It was not begun before 8:10.
    dossiers = [Dossier(at("7:30"), [office("check", work)]) for work in (30, 20)]
    dossiers.append(Dossier(at("8:00"), [desk("in", 10)]))
    assert story(World([Team(BOTH, 2)], dossiers)) == Told(
        tasks=["7:30 8:00 8:30", "7:30 8:10 8:30", "8:00 8:00 8:10"],
        spells=["2 by 0 8:00-8:10", "0 by 0 8:00-8:30", "1 by 0 8:10-8:30"],
    )


@pytest.mark.parametrize("simulate", [reference.simulate, compiled.simulate])
def test_who_took_a_paper_for_no_time_has_not_worked_on_it(simulate: Callable[..., Log]) -> None:
    # Team 0 does an hour of the paper on Monday. On Tuesday team 1 takes it at 8:00, when its citizen enters, and
    # goes home at 8:30. The second paper nobody has begun.
    dossiers = [Dossier(at("16:00"), [office("check", 120)]), Dossier(at("16:00"), [office("check", 30)])]
    dossiers += [Dossier(at("Tue 8:00"), [desk("in", 60)]) for _ in range(2)]
    teams = [
        Team([["check"]], roster(("8:00", 1), ("17:00", 0))),
        Team(BOTH, roster(("Tue 8:00", 2), ("Tue 8:30", 0))),
    ]
    world = World(teams, dossiers, days=2)
    log = simulate(*world.build())
    assert log.team.tolist() == [0, -1, 1, 1]
    assert log.interrupted.tolist() == [1, 0, 0, 0]
    assert story(world) == Told(
        tasks=[
            "16:00 16:00 - interrupted 1 open",
            "16:00 - - open",
            "Tue 8:00 Tue 8:00 Tue 9:00 overtime 30",
            "Tue 8:00 Tue 8:00 Tue 9:00 overtime 30",
        ],
        spells=["0 by 0 16:00-17:00", "2 by 1 Tue 8:00-Tue 9:00", "3 by 1 Tue 8:00-Tue 9:00"],
    )


def test_papers_of_no_minutes() -> None:
    # 8:00 team 0 takes paper 0 and team 1 paper 1; paper 0 has ended, so team 0 takes paper 2, which ends too, and
    # then nothing waits: the citizen who enters at 8:00 need not interrupt anybody.
    dossiers = [Dossier(at("7:30"), [office("check", work)]) for work in (0, 10, 0)]
    dossiers.append(Dossier(at("8:00"), [desk("in", 5)]))
    assert story(World([Team(BOTH), Team(BOTH)], dossiers)) == Told(
        tasks=["7:30 8:00 8:00", "7:30 8:00 8:10", "7:30 8:00 8:00", "8:00 8:00 8:05"],
        spells=["0 by 0 8:00-8:00", "2 by 0 8:00-8:00", "3 by 0 8:00-8:05", "1 by 1 8:00-8:10"],
    )


def test_citizens_of_no_minutes() -> None:
    # Nobody joins a line that others wait in. 8:30 task 1 enters, is served and ends before task 2 enters.
    # 9:00 task 0 ends and its shift too: of those at work nobody is left, and task 3 waits for 10:00.
    visits = [("8:00", 60), ("8:30", 0), ("8:30", 0), ("8:50", 0)]
    dossiers = [Dossier(at(clock), [desk("in", work)]) for clock, work in visits]
    shifts = roster(("8:00", 1), ("8:30", 2), ("8:40", 1), ("9:00", 0), ("10:00", 1))
    assert story(World([Team([["in"]], shifts)], dossiers, balk_above=0.0)) == Told(
        tasks=["8:00 8:00 9:00", "8:30 8:30 8:30", "8:30 8:30 8:30", "8:50 10:00 10:00"],
        spells=["1 by 0 8:30-8:30", "2 by 0 8:30-8:30", "0 by 0 8:00-9:00", "3 by 0 10:00-10:00"],
    )
