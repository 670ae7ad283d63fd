"""Tiny days worked out by hand: the whole log, as a person with a pencil would write it.

The working stands above each day. Tasks are numbered in the order of the dossiers; a task reads
"entered started ended", a spell "task by team began-ended". Here: the lobby.
"""

from __future__ import annotations

from builder import Dossier, Site, Team, Told, World, at, desk, office, story


def test_two_counters_three_citizens() -> None:
    # The third comes at 8:05, when both counters are taken, and goes to the one that is free at 8:10.
    dossiers = [Dossier(at(clock), [desk("in", 10)]) for clock in ("8:00", "8:02", "8:05")]
    assert story(World([Team([["in"]], 2)], dossiers)) == Told(
        tasks=["8:00 8:00 8:10", "8:02 8:02 8:12", "8:05 8:10 8:20"],
        spells=["0 by 0 8:00-8:10", "1 by 0 8:02-8:12", "2 by 0 8:10-8:20"],
    )


def test_citizen_interrupts_the_most_recent_office_task() -> None:
    # 8:20 both people do office work; task 1, begun last, stops with 50 minutes to do. 8:35 it goes on before
    # task 2, which entered later, and ends at 9:25. Task 2 waits for the end of task 0.
    papers = [("8:00", 60), ("8:10", 60), ("8:15", 30)]
    dossiers = [Dossier(at(clock), [office("check", work)]) for clock, work in papers]
    dossiers.append(Dossier(at("8:20"), [desk("in", 15)]))
    assert story(World([Team([["in"], ["check"]], 2)], dossiers)) == Told(
        tasks=["8:00 8:00 9:00", "8:10 8:10 9:25 interrupted 1", "8:15 9:00 9:30", "8:20 8:20 8:35"],
        spells=[
            "1 by 0 8:10-8:20",
            "3 by 0 8:20-8:35",
            "0 by 0 8:00-9:00",
            "1 by 0 8:35-9:25",
            "2 by 0 9:00-9:30",
        ],
    )


def test_lunch() -> None:
    # Office work pauses from 12:00 to 13:00; the citizen at the counter is served to the end, 5 minutes into
    # lunch; who comes at lunch waits for 13:00.
    dossiers = [
        Dossier(at("11:30"), [office("check", 60)]),
        Dossier(at("11:50"), [desk("in", 15)]),
        Dossier(at("12:02"), [desk("in", 10)]),
    ]
    assert story(World([Team([["in"], ["check"]], 2)], dossiers)) == Told(
        tasks=["11:30 11:30 13:30 interrupted 1", "11:50 11:50 12:05 overtime 5", "12:02 13:00 13:10"],
        spells=["0 by 0 11:30-12:00", "1 by 0 11:50-12:05", "2 by 0 13:00-13:10", "0 by 0 13:00-13:30"],
    )


def test_a_lunch_worked_through_is_overtime() -> None:
    # 90 minutes from 11:50: all 60 of the break are past the roster, though the shift is on again at the end.
    assert story(World([Team([["in"]])], [Dossier(at("11:50"), [desk("in", 90)])])) == Told(
        tasks=["11:50 11:50 13:20 overtime 60"], spells=["0 by 0 11:50-13:20"]
    )


def test_closing_with_serve_all() -> None:
    # 17:00 task 0 is at the counter and task 1 holds a ticket: both are served. The paper waits for the morning,
    # and so does the citizen of 17:05, who on Tuesday at 8:00 goes before it.
    dossiers = [
        Dossier(at("16:40"), [desk("in", 30)]),
        Dossier(at("16:50"), [desk("in", 15)]),
        Dossier(at("16:55"), [office("check", 20)]),
        Dossier(at("17:05"), [desk("in", 5)]),
    ]
    assert story(World([Team([["in"], ["check"]])], dossiers)) == Told(
        tasks=[
            "16:40 16:40 17:10 overtime 10",
            "16:50 17:10 17:25 overtime 15",
            "16:55 Tue 8:05 Tue 8:25",
            "Tue 8:00 Tue 8:00 Tue 8:05",
        ],
        spells=[
            "0 by 0 16:40-17:10",
            "1 by 0 17:10-17:25",
            "3 by 0 Tue 8:00-Tue 8:05",
            "2 by 0 Tue 8:05-Tue 8:25",
        ],
        left=["3 turned_away 17:05-17:05"],
    )


def test_idle_staff_stay_until_the_last_citizen_leaves() -> None:
    # Team 1 has nothing to do from 17:00 to 17:20, but a citizen is in the building, who needs it then.
    dossiers = [Dossier(at("16:50"), [desk("in", 30), desk("out", 10)])]
    assert story(World([Team([["in"]]), Team([["out"]])], dossiers)) == Told(
        tasks=["16:50 16:50 17:20 overtime 20", "17:20 17:20 17:30 overtime 10"],
        spells=["0 by 0 16:50-17:20", "1 by 1 17:20-17:30"],
    )


def test_closing_with_turn_away() -> None:
    # Tickets until 16:30. 17:00 task 1 is at the counter and stays there; task 2, with a ticket, is sent home
    # as task 3, too late for one, was at 16:31. Both come on Tuesday at 8:00.
    visits = [("16:00", 45), ("16:20", 30), ("16:30", 10), ("16:31", 10)]
    dossiers = [Dossier(at(clock), [desk("in", work)]) for clock, work in visits]
    site = Site(serve_all=False, last_ticket=at("16:30"))
    assert story(World([Team([["in"]])], dossiers, sites=[site])) == Told(
        tasks=[
            "16:00 16:00 16:45",
            "16:20 16:45 17:15 overtime 15",
            "Tue 8:00 Tue 8:00 Tue 8:10",
            "Tue 8:00 Tue 8:10 Tue 8:20",
        ],
        spells=[
            "0 by 0 16:00-16:45",
            "1 by 0 16:45-17:15",
            "2 by 0 Tue 8:00-Tue 8:10",
            "3 by 0 Tue 8:10-Tue 8:20",
        ],
        left=["3 turned_away 16:31-16:31", "2 turned_away 16:30-17:00"],
    )


def test_patience() -> None:
    # Task 1 leaves after 20 minutes and comes back the next day at its moment; task 2 leaves for good; the
    # patience of task 3 ends at 9:00, but so does the service before it, and that comes first.
    dossiers = [
        Dossier(at("8:00"), [desk("in", 60)]),
        Dossier(at("8:10"), [desk("in", 10, patience=(20, 60), moments=(0.25,), returns=1)]),
        Dossier(at("8:20"), [desk("in", 10, patience=(15,))]),
        Dossier(at("8:30"), [desk("in", 10, patience=(30,))]),
    ]
    assert story(World([Team([["in"]])], dossiers)) == Told(
        tasks=["8:00 8:00 9:00", "Tue 10:00 Tue 10:00 Tue 10:10", "8:20 - - lost", "8:30 9:00 9:10"],
        spells=["0 by 0 8:00-9:00", "3 by 0 9:00-9:10", "1 by 0 Tue 10:00-Tue 10:10"],
        left=["1 patience 8:10-8:30", "2 patience 8:20-8:35"],
    )


def test_balking_only_when_one_must_wait() -> None:
    # Nobody joins a line if anybody waits. 8:05: a wait, but nobody waits yet. 8:10: one waits, for the other
    # counter, and this one is free. 8:15 and 8:16: a wait, and one waits already.
    dossiers = [
        Dossier(at("8:00"), [desk("out", 30)]),
        Dossier(at("8:05"), [desk("out", 10)]),
        Dossier(at("8:10"), [desk("in", 10)]),
        Dossier(at("8:15"), [desk("in", 10)]),
        Dossier(at("8:16"), [desk("out", 10, moments=(0.25,), returns=1)]),
    ]
    assert story(World([Team([["in"]]), Team([["out"]])], dossiers, balk_above=0.0)) == Told(
        tasks=[
            "8:00 8:00 8:30",
            "8:05 8:30 8:40",
            "8:10 8:10 8:20",
            "8:15 - - lost",
            "Tue 10:00 Tue 10:00 Tue 10:10",
        ],
        spells=["2 by 0 8:10-8:20", "0 by 1 8:00-8:30", "1 by 1 8:30-8:40", "4 by 1 Tue 10:00-Tue 10:10"],
        left=["3 balked 8:15-8:15", "4 balked 8:16-8:16"],
    )


def test_no_show() -> None:
    # Booked for 9:00 and 9:30, neither comes; the first one comes the next day, the counter is free meanwhile.
    dossiers = [
        Dossier(at("9:00"), [desk("in", 10, moments=(0.25,), returns=1, no_show=True)]),
        Dossier(at("9:30"), [desk("in", 10, no_show=True)]),
        Dossier(at("9:30"), [desk("in", 10)]),
    ]
    assert story(World([Team([["in"]])], dossiers)) == Told(
        tasks=["Tue 10:00 Tue 10:00 Tue 10:10", "9:30 - - lost", "9:30 9:30 9:40"],
        spells=["2 by 0 9:30-9:40", "0 by 0 Tue 10:00-Tue 10:10"],
        left=["0 no_show 9:00-9:00", "1 no_show 9:30-9:30"],
    )


def test_work_that_the_end_cuts_off() -> None:
    world = World([Team([["sign"]], staff=[(0.0, 1)])], [Dossier(at("23:50"), [office("sign", 20)])], days=1)
    assert story(world) == Told(tasks=["23:50 23:50 - open"], spells=["0 by 0 23:50-Tue 0:00"])


def test_priority_class() -> None:
    # Task 2 overtakes task 1, and nobody interrupts task 0.
    visits = [("8:00", 30, 0), ("8:05", 10, 0), ("8:10", 10, 1)]
    dossiers = [Dossier(at(clock), [desk("in", work, priority=rank)]) for clock, work, rank in visits]
    assert story(World([Team([["in"]])], dossiers)) == Told(
        tasks=["8:00 8:00 8:30", "8:05 8:40 8:50", "8:10 8:30 8:40"],
        spells=["0 by 0 8:00-8:30", "2 by 0 8:30-8:40", "1 by 0 8:40-8:50"],
    )
