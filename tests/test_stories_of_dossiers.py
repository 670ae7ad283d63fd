"""Tiny days worked out by hand: the whole log, as a person with a pencil would write it.

The working stands above each day. Tasks are numbered in the order of the dossiers; a task reads
"entered started ended", a spell "task by team began-ended". Here: dossiers and rosters.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from builder import Dossier, Team, Told, World, agency, at, citizen, desk, milestone, office, story, wait_for

from sim.deadlines import WORKING_DAYS, WORKING_HOURS
from sim.engine.contract import Mark


def roster(*changes: tuple[str, int]) -> list[tuple[float, int]]:
    return [(at(time), staff) for time, staff in changes]


def test_earliest_due_beats_first_come() -> None:
    # Deadlines of 5, 3 and 1 working days: when the first paper is done the last one goes next.
    dossiers = [
        Dossier(
            at(clock), [milestone(Mark.START), office("check", 30, Mark.STOP)], deadline=(WORKING_DAYS, days)
        )
        for clock, days in (("8:00", 5), ("8:05", 3), ("8:10", 1))
    ]
    assert story(World([Team([["check"]])], dossiers, by_due=frozenset({"check"}))) == Told(
        tasks=[
            "8:00 - 8:00",
            "8:00 8:00 8:30",
            "8:05 - 8:05",
            "8:05 9:00 9:30",
            "8:10 - 8:10",
            "8:10 8:30 9:00",
        ],
        spells=["1 by 0 8:00-8:30", "5 by 0 8:30-9:00", "3 by 0 9:00-9:30"],
        dossiers=[
            "0 received 8:00 due Mon+ 17:00 ready 8:30",
            "1 received 8:05 due Thu 17:00 ready 9:30",
            "2 received 8:10 due Tue 17:00 ready 9:00",
        ],
    )


def test_courier_parallel_stage_and_signing_hour() -> None:
    # Couriers go at 10:00 and 15:00, the leader signs from 14:00 to 15:00. The first dossier leaves at 10:00; the
    # other agency has it for an eighth of a day, until 11:00, our own check ends before that; it is signed at 14:00.
    # The second one misses the courier by 5 minutes, hence the signing hour, and is ready on the next day.
    journey = [
        desk("in", 10, Mark.START),
        wait_for("courier"),
        [agency(0.125), office("check", 30)],
        office("sign", 5),
        milestone(Mark.STOP),
    ]
    dossiers = [Dossier(at(clock), journey, deadline=(WORKING_DAYS, 1)) for clock in ("8:00", "9:55")]
    signing = roster(("14:00", 1), ("15:00", 0), ("Tue 14:00", 1), ("Tue 15:00", 0))
    teams = [Team([["in"], ["check"]]), Team([["sign"]], signing)]
    rounds = {"courier": [at("10:00"), at("15:00")]}
    assert story(World(teams, dossiers, rounds=rounds)) == Told(
        tasks=[
            "8:00 8:00 8:10",
            "8:10 - 10:00",
            "10:00 - 11:00",
            "10:00 10:05 10:35",
            "11:00 14:00 14:05",
            "14:05 - 14:05",
            "9:55 9:55 10:05",
            "10:05 - 15:00",
            "15:00 - 16:00",
            "15:00 15:00 15:30",
            "16:00 Tue 14:00 Tue 14:05",
            "Tue 14:05 - Tue 14:05",
        ],
        spells=[
            "0 by 0 8:00-8:10",
            "6 by 0 9:55-10:05",
            "3 by 0 10:05-10:35",
            "4 by 1 14:00-14:05",
            "9 by 0 15:00-15:30",
            "10 by 1 Tue 14:00-Tue 14:05",
        ],
        dossiers=[
            "0 received 8:10 due Tue 17:00 ready 14:05",
            "1 received 10:05 due Tue 17:00 ready Tue 14:05",
        ],
    )


@pytest.mark.parametrize(("restart", "due"), [(False, "Fri 17:00"), (True, "Mon+ 17:00")])
def test_supplement_over_a_day_off(restart: bool, due: str) -> None:
    # Tuesday is off: two working days from Monday end with Thursday. The check takes eight hours, to Wednesday 8:10.
    # The clock stands still from Wednesday to Thursday: one day. Counted anew, two working days from Thursday end
    # with the next Monday. The citizen has the papers on Thursday 9:10 and comes on that day, at 10:00.
    journey = [
        desk("in", 10, Mark.START),
        office("check", 480, Mark.PAUSE),
        citizen(25 * 60),
        desk("in", 10, Mark.RESUME, moments=(0.25,)),
        office("check", 30, Mark.STOP),
    ]
    dossiers = [Dossier(at("8:00"), journey, deadline=(WORKING_DAYS, 2))]
    world = World([Team([["in"], ["check"]])], dossiers, closed=frozenset({1, 5, 6}), restart=restart)
    assert story(world) == Told(
        tasks=[
            "8:00 8:00 8:10",
            "8:10 8:10 Wed 8:10 interrupted 2",
            "Wed 8:10 - Thu 9:10",
            "Thu 10:00 Thu 10:00 Thu 10:10",
            "Thu 10:10 Thu 10:10 Thu 10:40",
        ],
        spells=[
            "0 by 0 8:00-8:10",
            "1 by 0 8:10-12:00",
            "1 by 0 13:00-17:00",
            "1 by 0 Wed 8:00-Wed 8:10",
            "3 by 0 Thu 10:00-Thu 10:10",
            "4 by 0 Thu 10:10-Thu 10:40",
        ],
        dossiers=[f"0 received 8:10 due {due} ready Thu 10:40"],
    )


def test_roster_drop_interrupts_the_most_recent_office_task() -> None:
    # 10:00 one of three people stays: task 2 stops with 60 minutes to do, then task 1 with 30. 11:00 task 0
    # ends, and task 1 has the older place; a second person comes and goes on with task 2, to the last minute.
    papers = [("8:00", 180), ("9:00", 90), ("9:30", 90)]
    dossiers = [Dossier(at(clock), [office("check", work)]) for clock, work in papers]
    staff = roster(("8:00", 3), ("10:00", 1), ("11:00", 2), ("12:00", 0))
    assert story(World([Team([["check"]], staff)], dossiers)) == Told(
        tasks=["8:00 8:00 11:00", "9:00 9:00 11:30 interrupted 1", "9:30 9:30 12:00 interrupted 1"],
        spells=[
            "2 by 0 9:30-10:00",
            "1 by 0 9:00-10:00",
            "0 by 0 8:00-11:00",
            "1 by 0 11:00-11:30",
            "2 by 0 11:00-12:00",
        ],
    )


def test_everything_at_nine() -> None:
    # 9:00, in this order: task 0 ends; a second person comes; tasks 1 and 2 begin; tasks 3 and 4 enter and wait;
    # the patience of tasks 1, 2 and 3 is over, and only task 3 still waits.
    dossiers = [
        Dossier(at("8:00"), [desk("in", 60)]),
        Dossier(at("8:30"), [desk("in", 10, patience=(30,))]),
        Dossier(at("8:40"), [desk("in", 20, patience=(20,))]),
        Dossier(at("9:00"), [desk("in", 10, patience=(0,))]),
        Dossier(at("9:00"), [desk("in", 10)]),
    ]
    staff = roster(("8:00", 1), ("9:00", 2), ("12:00", 0))
    assert story(World([Team([["in"]], staff)], dossiers)) == Told(
        tasks=["8:00 8:00 9:00", "8:30 9:00 9:10", "8:40 9:00 9:20", "9:00 - - lost", "9:00 9:10 9:20"],
        spells=["0 by 0 8:00-9:00", "1 by 0 9:00-9:10", "2 by 0 9:00-9:20", "4 by 0 9:10-9:20"],
        left=["3 patience 9:00-9:00"],
    )


def test_staying_for_the_next_counter_or_coming_again() -> None:
    # Who is sent from counter to counter stays; who must wait for the office comes to collect at 15:00.
    dossiers = [
        Dossier(at("8:00"), [desk("in", 10), desk("out", 5)]),
        Dossier(at("8:10"), [desk("in", 10), office("check", 20), desk("out", 5, moments=(0.75,))]),
    ]
    assert story(World([Team([["in"], ["check"]]), Team([["out"]])], dossiers)) == Told(
        tasks=["8:00 8:00 8:10", "8:10 8:10 8:15", "8:10 8:10 8:20", "8:20 8:20 8:40", "15:00 15:00 15:05"],
        spells=[
            "0 by 0 8:00-8:10",
            "1 by 1 8:10-8:15",
            "2 by 0 8:10-8:20",
            "3 by 0 8:20-8:40",
            "4 by 1 15:00-15:05",
        ],
    )


COMPLAINT = [
    milestone(Mark.START),
    office("check", 30, Mark.STOP),
    citizen(60),
    milestone(Mark.START, deadline=(WORKING_HOURS, 1)),
    office("check", 10, Mark.PAUSE),
    citizen(20, Mark.RESUME),
    office("check", 50, Mark.STOP),
]


@pytest.mark.parametrize(("restart", "due"), [(False, "10:50"), (True, "11:00")])
def test_reopened_after_the_result(restart: bool, due: str) -> None:
    # Two working hours from 8:00; the result at 8:30 is on time. The complaint of 9:30 has one working hour, to
    # 10:30; the clock stands still from 9:40 to 10:00, which moves that to 10:50, or counts the hour anew to 11:00.
    # The answer of 10:50 changes nothing of the first count.
    world = World([Team([["check"]])], [Dossier(at("8:00"), COMPLAINT, deadline=(WORKING_HOURS, 2))])
    told = story(replace(world, restart=restart))
    assert told.dossiers == ["0 received 8:00 due 10:00 ready 8:30"]
    assert told.reopened == [f"0 received 9:30 due {due} ready 10:50"]


def test_reopened_again_with_the_deadline_of_the_procedure() -> None:
    # Each start after a stop is a count of its own: 9:30, with the hour of its step, and 12:00, in which two working
    # hours end at 15:00. A start before the stop counts anew: 13:30 becomes the beginning of the two hours, though
    # not of the count.
    again = [
        citizen(70),
        milestone(Mark.START),
        citizen(90),
        milestone(Mark.START),
        office("check", 30, Mark.STOP),
    ]
    world = World([Team([["check"]])], [Dossier(at("8:00"), COMPLAINT + again, deadline=(WORKING_HOURS, 2))])
    assert story(world).reopened == [
        "0 received 9:30 due 10:50 ready 10:50",
        "0 received 12:00 due 15:30 ready 14:00",
    ]


def test_what_is_reopened_goes_by_its_own_due_date() -> None:
    # 8:00 the first dossier is ready at once and reopened, for an hour; the second has two. The first goes before
    # it in an earliest-due queue, though its first count had eight.
    dossiers = [
        Dossier(
            at("7:00"),
            [milestone(mark) for mark in (Mark.START, Mark.STOP)]
            + [milestone(Mark.START, deadline=(WORKING_HOURS, 1)), office("check", 10, Mark.STOP)],
            deadline=(WORKING_HOURS, 8),
        ),
        Dossier(
            at("7:00"), [milestone(Mark.START), office("check", 10, Mark.STOP)], deadline=(WORKING_HOURS, 2)
        ),
    ]
    told = story(World([Team([["check"]])], dossiers[::-1], by_due=frozenset({"check"})))
    assert told.spells == ["5 by 0 8:00-8:10", "1 by 0 8:10-8:20"]


def test_no_mark_but_a_start_acts_after_the_stop() -> None:
    marks = [Mark.START, Mark.STOP, Mark.PAUSE, Mark.RESUME, Mark.STOP]
    stages = [step for mark in marks for step in (citizen(10), milestone(mark))]
    told = story(World([], [Dossier(at("8:00"), stages, deadline=(WORKING_HOURS, 2))]))
    assert told.dossiers == ["0 received 8:10 due 10:10 ready 8:20"]
    assert told.reopened == []
