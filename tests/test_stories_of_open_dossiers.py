"""Tiny days worked out by hand, as in `test_stories.py`: dossiers that are under way when the run begins.

Day 0 is a Monday; the office was open from Monday to Friday of the week before.
"""

from __future__ import annotations

import math

from builder import DAY, Dossier, Step, Team, Told, World, at, citizen, desk, milestone, office, story

from sim.deadlines import CALENDAR_DAYS, WORKING_DAYS, WORKING_HOURS
from sim.engine.contract import Mark

ONE_DAY = (WORKING_DAYS, 1.0)


def last_week(text: str) -> float:
    return at(text) - 7 * DAY


def under_way(*stages: Step, received: str, due: str, paused: float = math.nan, **more: object) -> Dossier:
    """One received last week; `due` is this week, or last week if it begins with a minus."""
    moment = last_week(due[1:]) if due.startswith("-") else at(due)
    return Dossier(0.0, stages, received=last_week(received), due=moment, paused=paused, **more)  # type: ignore[arg-type]


def test_they_wait_from_midnight_in_the_order_of_their_numbers() -> None:
    # Both are in the queue at 8:00, before the one who comes then; first come, first served.
    check = office("check", 30, Mark.STOP)
    dossiers = [
        under_way(check, received="Thu 9:00", due="Mon 17:00"),
        under_way(check, received="Fri 10:00", due="-Fri 17:00"),
        Dossier(at("8:00"), [milestone(Mark.START), check], deadline=ONE_DAY),
    ]
    assert story(World([Team([["check"]])], dossiers)) == Told(
        tasks=["0:00 8:00 8:30", "0:00 8:30 9:00", "8:00 - 8:00", "8:00 9:00 9:30"],
        spells=["0 by 0 8:00-8:30", "1 by 0 8:30-9:00", "3 by 0 9:00-9:30"],
        dossiers=[
            "0 received Thu 9:00 due 17:00 ready 8:30",
            "1 received Fri 10:00 due Fri 17:00 ready 9:00",
            "2 received 8:00 due Tue 17:00 ready 9:30",
        ],
    )


def test_an_overdue_one_is_the_first_by_due_date() -> None:
    # At 8:00 the second is the most urgent. At 8:30 so is the one who came at 8:10, due on Tuesday.
    check = office("check", 30, Mark.STOP)
    dossiers = [
        under_way(check, received="Thu 9:00", due="Wed 17:00"),
        under_way(check, received="Fri 10:00", due="-Fri 17:00"),
        Dossier(at("8:10"), [milestone(Mark.START), check], deadline=ONE_DAY),
    ]
    told = story(World([Team([["check"]])], dossiers, by_due=frozenset({"check"})))
    assert told.spells == ["1 by 0 8:00-8:30", "3 by 0 8:30-9:00", "0 by 0 9:00-9:30"]


def test_a_pause_counts_from_the_first_day() -> None:
    # The citizen's papers are back on Tuesday: the due dates move by a day, and who was late on Monday is late on
    # Tuesday. A deadline in hours moves by the working time until 10:00, 8 + 2 hours: one is left on Tuesday, then
    # all of Wednesday, then one on Thursday.
    back = citizen(DAY + 600, Mark.RESUME)
    dossiers = [
        under_way(back, received="Wed 9:00", due=due, paused=0.0, deadline=(unit, 1.0))
        for due, unit in (
            ("Tue 10:00", WORKING_DAYS),
            ("-Fri 16:00", WORKING_DAYS),
            ("Tue 17:00", CALENDAR_DAYS),
            ("Tue 16:00", WORKING_HOURS),
        )
    ]
    assert story(World([], dossiers)).dossiers == [
        "0 received Wed 9:00 due Wed 17:00 ready -",
        "1 received Wed 9:00 due 17:00 ready -",
        "2 received Wed 9:00 due Wed 17:00 ready -",
        "3 received Wed 9:00 due Thu 9:00 ready -",
    ]


def test_a_deadline_counted_anew_forgets_the_week_before() -> None:
    back = citizen(600, Mark.RESUME)
    dossiers = [under_way(back, received="Wed 9:00", due="-Fri 16:00", paused=0.0, deadline=ONE_DAY)]
    assert story(World([], dossiers, restart=True)).dossiers == ["0 received Wed 9:00 due Tue 17:00 ready -"]


def test_a_clock_that_runs_is_not_resumed() -> None:
    dossiers = [under_way(citizen(600, Mark.RESUME), received="Wed 9:00", due="Tue 10:00", deadline=ONE_DAY)]
    assert story(World([], dossiers)).dossiers == ["0 received Wed 9:00 due Tue 10:00 ready -"]


def test_a_clock_that_starts_again_keeps_the_first_receiving() -> None:
    dossiers = [under_way(citizen(600, Mark.START), received="Wed 9:00", due="-Fri 16:00", deadline=ONE_DAY)]
    assert story(World([], dossiers)).dossiers == ["0 received Wed 9:00 due Tue 17:00 ready -"]


def test_a_result_that_waits_is_collected() -> None:
    # The citizen comes at 9:00 and is served for five minutes; the clock stays where it stopped.
    dossiers = [
        Dossier(
            at("9:00"),
            [desk("out", 5)],
            received=last_week("Wed 9:00"),
            due=at("Tue 10:00"),
            ready=last_week("Wed 9:00"),
        )
    ]
    assert story(World([Team([["out"]])], dossiers)) == Told(
        tasks=["9:00 9:00 9:05"],
        spells=["0 by 0 9:00-9:05"],
        dossiers=["0 received Wed 9:00 due Tue 10:00 ready Wed 9:00"],
    )
