"""Visits, dossiers and the work of teams, from logs told by hand."""

from __future__ import annotations

from math import inf, isnan, nan

import numpy as np
import pytest
from handmade import (
    CLERK_YEN_THAN,
    COPY_YEN_THAN,
    COUNTER,
    EXPERTS,
    Dossier,
    Task,
    at,
    desk,
    model,
    told,
    waiting,
)

from sim.deadlines import NO_DEADLINE, SAME_DAY
from sim.engine.contract import Kind, Mark, Reason
from sim.kernelcache import SOURCES
from sim.results.observe import Status, VisitOutcome, changes, dossiers, observe, staffing, unreceived, visits

MODEL = model()
END = MODEL.plan.end


def stays(*tasks: Task | list[Task]) -> list[tuple[float, float, float, float, VisitOutcome, bool]]:
    """Entered, left, wait, service, outcome, waited of each visit of one dossier."""
    replication, log = told(MODEL, [Dossier(at(7, "08:00"), list(tasks))])
    table = visits(MODEL, replication, log)
    rows = zip(table.entered, table.left, table.wait, table.service, table.outcome, table.waited, strict=True)
    return [(*map(float, row[:4]), VisitOutcome(row[4]), bool(row[5])) for row in rows]


def test_a_served_citizen_is_one_visit():
    assert stays(desk(500, 512, 520)) == [(500, 520, 12, 8, VisitOutcome.SERVED, True)]


def test_desk_tasks_without_a_gap_are_one_visit():
    assert stays(desk(500, 512, 520), desk(520, 521, 530)) == [(500, 530, 13, 17, VisitOutcome.SERVED, True)]


def test_desk_tasks_with_a_gap_are_two_visits():
    first, second = stays(desk(500, 512, 520), desk(520.5, 521, 530))
    assert first[:2] == (500, 520)
    assert second[:2] == (520.5, 530)


def test_office_work_is_no_visit():
    assert stays(Task(Kind.OFFICE, 500, 500, 560, role="appraise", team=EXPERTS)) == []


def test_who_leaves_and_comes_back_visits_twice():
    task = desk(2000, 2001, 2010, left=[(500, 530, Reason.PATIENCE)])
    assert stays(task) == [
        (500, 530, 30, 0, VisitOutcome.PATIENCE, True),
        (2000, 2010, 1, 9, VisitOutcome.SERVED, True),
    ]


@pytest.mark.parametrize("reason", [Reason.BALKED, Reason.NO_SHOW, Reason.TURNED_AWAY])
def test_who_leaves_at_once_did_not_wait(reason):
    task = Task(entered=500, left=[(500, 500, reason)], lost=True)
    assert stays(task) == [(500, 500, 0, 0, VisitOutcome(reason), False)]


def test_who_left_and_is_at_home_is_not_counted_again():
    """The log keeps the last coming as `entered`, though the citizen is gone."""
    assert stays(Task(entered=500, left=[(400, 430, Reason.PATIENCE), (500, 510, Reason.PATIENCE)])) == [
        (400, 430, 30, 0, VisitOutcome.PATIENCE, True),
        (500, 510, 10, 0, VisitOutcome.PATIENCE, True),
    ]


def test_leaving_the_second_desk_ends_the_visit_unserved_but_waited():
    second = Task(entered=520, left=[(520, 520, Reason.TURNED_AWAY)])
    assert stays(desk(500, 512, 520), second) == [(500, 520, 12, 8, VisitOutcome.TURNED_AWAY, True)]


def test_coming_again_at_the_instant_of_leaving_is_another_visit():
    assert len(stays(desk(510, 511, 520, left=[(500, 510, Reason.PATIENCE)]))) == 2


def test_a_visit_that_still_waits_counts_its_wait_so_far():
    (entered, left, wait, service, outcome, waited) = stays(Task(entered=END - 40))[0]
    assert (entered, wait, service, outcome, waited) == (END - 40, 40, 0, VisitOutcome.UNFINISHED, True)
    assert isnan(left)


def test_a_visit_in_service_counts_its_service_so_far():
    row = stays(Task(entered=END - 40, started=END - 10, spells=[(END - 10, END)]))[0]
    assert row[2:5] == (30, 10, VisitOutcome.UNFINISHED)


def test_visits_are_ordered_by_dossier_and_time():
    replication, log = told(
        MODEL,
        [
            Dossier(100, [desk(500, 501, 502), desk(900, 901, 902)]),
            Dossier(200, [desk(502, 503, 504)]),
        ],
    )
    table = visits(MODEL, replication, log)
    assert table.dossier.tolist() == [0, 0, 1]
    assert table.entered.tolist() == [500, 900, 502]


def test_nobody_came():
    replication, log = told(MODEL, [])
    assert len(visits(MODEL, replication, log).dossier) == 0
    assert len(dossiers(MODEL, replication, log).dossier) == 0
    assert unreceived(MODEL, replication, log) == (0, 0)
    assert staffing(MODEL, replication, log).present.tolist() == [0] * 5


DUE = at(9, "16:30")


@pytest.mark.parametrize(
    ("ready", "due", "status", "days"),
    [
        (at(8, "16:30"), DUE, Status.EARLY, 0),
        (at(9, "07:30"), DUE, Status.ON_TIME, 0),
        (at(9, "23:00"), DUE, Status.ON_TIME, 0),
        (at(10, "07:31"), DUE, Status.LATE, 1),
        (at(12, "08:00"), DUE, Status.LATE, 3),
        (nan, DUE, Status.OVERDUE, 5),  # the run ends at 00:00 of day 14
        (nan, at(13, "16:30"), Status.OVERDUE, 1),
        (nan, at(14, "16:30"), Status.OPEN, 0),
        (nan, inf, Status.OPEN, 0),
    ],
)
def test_status_goes_by_date(ready, due, status, days):
    replication, log = told(MODEL, [Dossier(at(7, "08:00"), received=at(7, "08:10"), due=due, ready=ready)])
    table = dossiers(MODEL, replication, log)
    assert (Status(table.status[0]), table.late_days[0]) == (status, days)


@pytest.mark.parametrize(("unit", "due"), [(SAME_DAY, DUE), (NO_DEADLINE, inf)])
def test_same_day_services_and_those_without_deadline_are_never_early(unit, due):
    one = Dossier(at(7, "08:00"), received=at(7, "08:10"), due=due, ready=at(8, "08:00"), unit=unit)
    assert dossiers(MODEL, *told(MODEL, [one])).status.tolist() == [Status.ON_TIME]


def test_a_dossier_whose_clock_stands_still_does_not_become_overdue():
    """Asked for a supplement on the day before the due date, not answered by the end."""
    asked = waiting(Kind.MILESTONE, at(8, "10:00"), at(8, "10:00"), mark=Mark.PAUSE)
    start = waiting(Kind.MILESTONE, at(7, "08:00"), at(7, "08:00"), mark=Mark.START)
    resumed = waiting(Kind.CITIZEN, at(8, "10:00"), at(8, "15:00"), mark=Mark.RESUME)
    one = Dossier(at(7, "08:00"), [start, asked], received=at(7, "08:00"), due=DUE)
    other = Dossier(at(7, "08:00"), [start, asked, resumed], received=at(7, "08:00"), due=DUE)
    overdue_before = Dossier(at(7, "08:00"), [start, asked], received=at(7, "08:00"), due=at(7, "16:30"))
    table = dossiers(MODEL, *told(MODEL, [one, other, overdue_before]))
    assert table.status.tolist() == [Status.OPEN, Status.OVERDUE, Status.OVERDUE]
    assert table.late_days.tolist() == [0, 5, 1]


def test_a_further_count_stands_still_and_is_given_up_like_the_first():
    """Due on day 9 and paused on day 8; given up; overdue at the end, after a first result in time."""
    start, stop, again = (
        waiting(Kind.MILESTONE, at(7, clock), at(7, clock), mark=mark)
        for clock, mark in (("08:00", Mark.START), ("09:00", Mark.STOP), ("10:00", Mark.START))
    )
    asked = waiting(Kind.MILESTONE, at(8, "10:00"), at(8, "10:00"), mark=Mark.PAUSE)
    gone = Task(entered=at(8, "09:00"), left=[(at(8, "09:00"), at(8, "09:30"), Reason.PATIENCE)], lost=True)
    cases = [
        Dossier(
            at(7, "08:00"),
            [start, stop, again, *more],
            received=at(7, "08:00"),
            due=DUE,
            ready=at(7, "09:00"),
            reopened=[(at(7, "10:00"), DUE, nan)],
        )
        for more in ([asked], [gone], [])
    ]
    observed = observe(MODEL, *told(MODEL, cases))
    assert observed.reopened.status.tolist() == [Status.OPEN, Status.WITHDRAWN, Status.OVERDUE]
    assert observed.dossiers.status.tolist() == [Status.EARLY] * 3


def test_withdrawn_is_who_gave_up_before_the_result():
    gone = Task(entered=at(8, "09:00"), left=[(at(8, "09:00"), at(8, "09:30"), Reason.PATIENCE)], lost=True)
    before = Dossier(at(7, "08:00"), [gone], received=at(7, "08:10"), due=DUE)
    after = Dossier(at(7, "08:00"), [gone], received=at(7, "08:10"), due=DUE, ready=at(8, "08:00"))
    table = dossiers(MODEL, *told(MODEL, [before, after]))
    assert table.status.tolist() == [Status.WITHDRAWN, Status.EARLY]
    assert table.visits.tolist() == [1, 1]


def test_no_shows_are_no_visits_of_a_dossier():
    task = desk(600, 601, 610, left=[(500, 500, Reason.NO_SHOW)])
    table = dossiers(MODEL, *told(MODEL, [Dossier(500, [task], received=610, due=DUE)]))
    assert table.visits.tolist() == [1]


def test_dossiers_never_received_are_counted_apart():
    lost = Dossier(500, [Task(entered=500, left=[(500, 500, Reason.BALKED)], lost=True)])
    under_way = Dossier(510, [Task(entered=510)])
    received = Dossier(520, [desk(520, 521, 522)], received=522, due=DUE)
    replication, log = told(MODEL, [lost, under_way, received])
    assert unreceived(MODEL, replication, log) == (1, 1)
    assert dossiers(MODEL, replication, log).dossier.tolist() == [2]


def test_presence_and_work_are_clipped_to_the_window():
    roster = [
        (at(6, "22:00"), COUNTER, 2),  # until 01:00 in the window
        (at(7, "01:00"), COUNTER, 0),
        (at(13, "22:00"), EXPERTS, 1),  # to the end of the run
        (at(13, "23:00"), CLERK_YEN_THAN, 3),
    ]
    across = desk(at(6, "23:00"), at(6, "23:30"), at(7, "00:20"))
    running = Task(
        entered=at(13, "23:40"), started=at(13, "23:45"), team=CLERK_YEN_THAN, spells=[(at(13, "23:45"), END)]
    )
    replication, log = told(
        MODEL,
        [Dossier(at(6, "23:00"), [across]), Dossier(at(13, "23:40"), [running], stream=COPY_YEN_THAN)],
        roster,
    )
    table = staffing(MODEL, replication, log)
    assert table.present.tolist() == [120, 120, 0, 180, 0]
    assert table.worked.tolist() == [20, 0, 0, 15, 0]


def test_overtime_belongs_to_the_window_in_which_the_work_started():
    before = desk(at(4, "16:20"), at(4, "16:20"), at(4, "16:40"), overtime=10)
    inside = desk(at(7, "16:20"), at(7, "16:25"), at(7, "16:50"), overtime=20)
    table = staffing(MODEL, *told(MODEL, [Dossier(0, [before]), Dossier(1, [inside])]))
    assert table.overtime.tolist() == [20, 0, 0, 0, 0]


def test_changes():
    assert changes(np.array([3, 3, 5, 5, 2])).tolist() == [True, False, True, False, True]
    assert changes(np.zeros(0, np.int64)).tolist() == []


def test_what_is_compiled_is_hashed():
    assert {"passes.py", "totals.py"} <= {source.name for source in SOURCES}
