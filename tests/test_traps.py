"""Traps into which other simulators have fallen."""

from __future__ import annotations

import numpy as np
import pytest
from builder import (
    Dossier,
    Site,
    Team,
    Told,
    World,
    at,
    citizen,
    desk,
    milestone,
    office,
    story,
    wait_for,
)

from sim.deadlines import WORKING_DAYS
from sim.engine.contract import Mark, Outcome
from sim.engine.reference import simulate

ONE_COUNTER = [Team([["in"]])]


# --- nobody there ---


def test_nobody_on_duty_all_week() -> None:
    """Ciw #26: zero servers. Papers wait for ever; citizens are sent home each evening, and nobody is dropped."""
    world = World(
        [Team([["in"], ["check"]], 0)],
        [Dossier(at("9:00"), [desk("in", 5)]), Dossier(at("9:00"), [office("check", 5)])],
        days=2,
    )
    assert story(world) == Told(
        tasks=["Tue 8:00 - - open", "9:00 - - open"],
        spells=[],
        left=["0 turned_away 9:00-17:00", "0 turned_away Tue 8:00-Tue 17:00"],
    )


@pytest.mark.parametrize("teams", [[], [Team([["in"]], [])], [Team([["out"]])]])
def test_nobody_serves_the_queue(teams: list[Team]) -> None:
    assert story(World(teams, [Dossier(at("9:00"), [office("in", 5)])])).tasks == ["9:00 - - open"]


def test_a_day_without_dossiers() -> None:
    assert story(World(ONE_COUNTER, [])) == Told(tasks=[], spells=[])


def test_the_first_event_is_a_roster_change() -> None:
    """At the very first instant, together with the first arrival."""
    world = World([Team([["in"]], [(0.0, 1)])], [Dossier(0.0, [office("in", 5)])])
    assert story(world).tasks == ["0:00 0:00 0:05"]


def test_those_who_stayed_late_are_not_on_duty_the_next_day() -> None:
    """On Monday the team stays for a citizen; on Tuesday it is not on the roster at all."""
    dossiers = [Dossier(at("16:55"), [desk("in", 10)]), Dossier(at("Tue 9:00"), [desk("in", 10)])]
    world = World([Team([["in"]], [(at("8:00"), 1), (at("17:00"), 0)])], dossiers, days=2)
    assert story(world) == Told(
        tasks=["16:55 16:55 17:05 overtime 5", "Tue 9:00 - - open"],
        spells=["0 by 0 16:55-17:05"],
        left=["1 turned_away Tue 9:00-Tue 17:00"],
    )


# --- interruption and roster together ---


def test_interrupted_by_a_citizen_and_then_by_lunch() -> None:
    """Ciw v3.0.2, simmer #246: 20 of 40 minutes are done when the citizen comes, who is served into lunch."""
    dossiers = [Dossier(at("11:30"), [office("check", 40)]), Dossier(at("11:50"), [desk("in", 15)])]
    assert story(World([Team([["in"], ["check"]])], dossiers)) == Told(
        tasks=["11:30 11:30 13:20 interrupted 1", "11:50 11:50 12:05 overtime 5"],
        spells=["0 by 0 11:30-11:50", "1 by 0 11:50-12:05", "0 by 0 13:00-13:20"],
    )


def test_interrupted_again_and_again() -> None:
    """Five shifts of ten minutes do fifty minutes of work, by whoever is on duty."""
    shifts = [(at("8:00") + 20 * k, 1) for k in range(5)], [(at("8:10") + 20 * k, 0) for k in range(5)]
    log = simulate(
        *World(
            [Team([["check"]], sorted(shifts[0] + shifts[1]))], [Dossier(at("8:00"), [office("check", 50)])]
        ).build(),
        check=True,
    )
    assert log.ended[0] == at("9:30")
    assert log.interrupted[0] == 4
    assert (log.spell_ended - log.spell_began).tolist() == [10.0] * 5


def test_work_handed_from_team_to_team_at_one_instant() -> None:
    """Team 0 goes at 9:00 as team 1 comes: task 0 goes on without a break; at 10:00 it goes back."""
    teams = [
        Team([["check"]], [(at("8:00"), 1), (at("9:00"), 0), (at("10:00"), 1)]),
        Team([["check"]], [(at("9:00"), 1), (at("10:00"), 0)]),
    ]
    assert story(World(teams, [Dossier(at("8:00"), [office("check", 150)])])) == Told(
        tasks=["8:00 8:00 10:30 interrupted 2"],
        spells=["0 by 0 8:00-9:00", "0 by 1 9:00-10:00", "0 by 0 10:00-10:30"],
    )


# --- ghosts in the line ---


def test_whoever_left_is_neither_served_nor_counted() -> None:
    """Chester #34, vidigi #42: at 8:30 nobody waits, so the next citizen does not balk, and is served at 9:00."""
    dossiers = [
        Dossier(at("8:00"), [desk("in", 60)]),
        Dossier(at("8:05"), [desk("in", 10, patience=(20,))]),
        Dossier(at("8:30"), [desk("in", 10)]),
    ]
    assert story(World(ONE_COUNTER, dossiers, balk_above=0.0)) == Told(
        tasks=["8:00 8:00 9:00", "8:05 - - lost", "8:30 9:00 9:10"],
        spells=["0 by 0 8:00-9:00", "2 by 0 9:00-9:10"],
        left=["1 patience 8:05-8:25"],
    )


def test_the_patience_of_an_earlier_coming_is_forgotten() -> None:
    """Turned away on Monday with patience until Tuesday 8:10, when the citizen waits again."""
    dossiers = [
        Dossier(at("16:00"), [desk("in", 65)]),
        Dossier(at("16:50"), [desk("in", 10, patience=(920,))]),
        Dossier(at("Tue 7:50"), [desk("in", 30)]),
    ]
    world = World(ONE_COUNTER, dossiers, sites=[Site(serve_all=False)])
    assert story(world).tasks[1] == "Tue 8:00 Tue 8:30 Tue 8:40"


def test_nobody_jumps_the_queue_when_a_counter_becomes_free() -> None:
    """Simmer #116: at 8:30 the counter is free, one has waited and one enters."""
    dossiers = [Dossier(at(clock), [desk("in", 30)]) for clock in ("8:00", "8:10", "8:30")]
    assert story(World(ONE_COUNTER, dossiers)).tasks == ["8:00 8:00 8:30", "8:10 8:30 9:00", "8:30 9:00 9:30"]


def test_people_at_the_counter_do_not_wait() -> None:
    """Simmer #196: three are served and one waits; the next one, who leaves if more than one wait, stays."""
    dossiers = [Dossier(at("8:00"), [desk("in", 30)]) for _ in range(6)]
    log = simulate(*World([Team([["in"]], 3)], dossiers, balk_above=1).build(), check=True)
    assert log.left_task.tolist() == [5]


def test_work_of_no_minutes_ends_as_it_begins() -> None:
    """Even while others enter at the same instant: each finds the counter free."""
    dossiers = [Dossier(at("8:00"), [desk("in", 0), office("check", 0)]) for _ in range(3)]
    assert story(World([Team([["in"], ["check"]])], dossiers, balk_above=0.0)).tasks == ["8:00 8:00 8:00"] * 6


# --- odd hours ---


@pytest.mark.parametrize(
    ("arrival", "started", "due"),
    [
        pytest.param("3:00", "8:00 8:10", "Tue 17:00", id="at night"),
        pytest.param("8:00", "8:00 8:10", "Tue 17:00", id="at opening"),
        pytest.param("12:00", "13:00 13:10", "Tue 17:00", id="as lunch begins"),
        pytest.param("12:30", "13:00 13:10", "Tue 17:00", id="at lunch"),
        pytest.param("17:00", "Tue 8:00 Tue 8:10", "Wed 17:00", id="at closing"),
        pytest.param("Fri 17:00", "Mon+ 8:00 Mon+ 8:10", "Tue+ 17:00", id="at closing on Friday"),
        pytest.param("Sun 11:00", "Mon+ 8:00 Mon+ 8:10", "Tue+ 17:00", id="on Sunday"),
    ],
)
def test_dossier_opened_at_odd_hours(arrival: str, started: str, due: str) -> None:
    """GLPI #687, Prosimos #50: work begins at the next opening, the day counted first is the one after."""
    journey = [milestone(Mark.START), office("check", 10)]
    told = story(
        World([Team([["check"]])], [Dossier(at(arrival), journey, deadline=(WORKING_DAYS, 1))], days=9)
    )
    assert told.tasks[1] == f"{arrival} {started}"
    assert told.dossiers == [f"0 received {arrival} due {due} ready -"]


@pytest.mark.parametrize(
    ("arrival", "comes"), [("Sat 9:00", "Mon+ 8:00"), ("5:00", "5:00"), ("17:00", "Tue 8:00")]
)
def test_citizen_at_odd_hours(arrival: str, comes: str) -> None:
    """On a day off and after closing they come on the next working day; before opening they queue."""
    told = story(World(ONE_COUNTER, [Dossier(at(arrival), [desk("in", 10)])], days=9))
    assert told.tasks[0].startswith(comes)


# --- the end of the run ---


def test_nothing_happens_at_the_end_or_after_it() -> None:
    """Queueing-tool #66, pydesrap: work due to end at midnight is still open, and its spell ends there."""
    dossiers = [
        Dossier(at("23:00"), [office("check", 60)]),
        Dossier(at("23:30"), [office("check", 10)]),
        Dossier(at("23:30"), [citizen(60), office("check", 10)]),
        Dossier(at("Tue 0:00"), [office("check", 10)]),
    ]
    assert story(World([Team([["check"]], [(0.0, 1)])], dossiers, days=1)) == Told(
        tasks=[
            "23:00 23:00 - open",
            "23:30 - - open",
            "23:30 - - open",
            "- - - not_entered",
            "- - - not_entered",
        ],
        spells=["0 by 0 23:00-Tue 0:00"],
    )


def test_overtime_and_waiting_go_on_to_the_end() -> None:
    world = World(
        [Team([["in"]], [(at("16:00"), 1), (at("17:00"), 0)])],
        [Dossier(at("16:00"), [desk("in", 999)])],
        days=1,
    )
    assert story(world).tasks == ["16:00 16:00 - overtime 420 open"]


def test_no_round_and_no_visit_is_left() -> None:
    """What would need another day than there is stays open, or does not enter."""
    dossiers = [
        Dossier(at("9:00"), [wait_for("courier"), office("check", 5)]),
        Dossier(at("9:00"), [citizen(600), desk("in", 5)]),
    ]
    world = World(ONE_COUNTER, dossiers, days=1, rounds={"courier": [at("8:00")]})
    assert story(world).tasks == ["9:00 - - open", "- - - not_entered", "9:00 - 19:00", "- - - not_entered"]


def test_every_task_is_accounted_for() -> None:
    """Two hundred citizens at one counter: those who wait at the end are open."""
    dossiers = [Dossier(at("8:00") + k, [desk("in", 10)]) for k in range(200)]
    log = simulate(*World(ONE_COUNTER, dossiers, days=1).build())
    count = np.bincount(log.outcome, minlength=len(Outcome))
    assert count[Outcome.DONE] + count[Outcome.OPEN] == 200
    assert count[Outcome.OPEN] == np.isnan(log.ended).sum() > 0


def test_the_same_run_twice() -> None:
    """No state is left from one run to the next, and the input is not touched."""
    dossiers = [
        Dossier(at("8:00") + k, [desk("in", 10, patience=(30,)), office("check", 20)]) for k in range(20)
    ]
    plan, draws = World([Team([["in"], ["check"]])], dossiers).build()
    before = [np.array(part) for part in draws]
    first, second = simulate(plan, draws), simulate(plan, draws)
    for one, other in zip((*first, *before), (*second, *draws), strict=True):
        np.testing.assert_array_equal(one, other)
