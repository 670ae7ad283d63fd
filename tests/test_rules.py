"""Policy: tables of situation → decision.

The only guard of what both engines share: comparing them is blind to it.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from builder import Site, World, at, clock
from hypothesis import given
from hypothesis import strategies as st

from sim import deadlines
from sim.deadlines import WORKING_DAYS, WORKING_HOURS
from sim.engine import rules
from sim.engine.contract import OF_PROCEDURE, Floats, Ints, Mark, Plan

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param((1, 20.0, 9), (0, 10.0, 1), id="priority before time"),
        pytest.param((0, 10.0, 9), (0, 20.0, 1), id="earlier before smaller id"),
        pytest.param((0, 10.0, 1), (0, 10.0, 2), id="smaller id among equals"),
        pytest.param((2, INF, 9), (1, 0.0, 1), id="priority even without a due date"),
        pytest.param((0, 10.0, 9), (0, INF, 1), id="due before not due"),
        pytest.param((0, INF, 1), (0, INF, 2), id="smaller id of two not due"),
    ],
)
def test_goes_before(first: tuple[int, float, int], second: tuple[int, float, int]) -> None:
    assert rules.goes_before(*first, *second)
    assert not rules.goes_before(*second, *first)
    assert not rules.goes_before(*first, *first)


@pytest.mark.parametrize(
    ("by_due", "entered", "due", "key"),
    [(False, 10.0, 5.0, 10.0), (True, 10.0, 5.0, 5.0), (True, 10.0, NAN, INF), (False, 10.0, NAN, 10.0)],
)
def test_queue_key(by_due: bool, entered: float, due: float, key: float) -> None:
    assert rules.queue_key(by_due, entered, due) == key


@pytest.mark.parametrize(
    ("desk", "staff", "busy", "staying", "in_building", "may"),
    [
        pytest.param(False, 2, 1, 0, 0, True, id="office work by an idle person"),
        pytest.param(True, 2, 1, 0, 1, True, id="desk work by an idle person"),
        pytest.param(True, 2, 2, 0, 1, False, id="nobody idle"),
        pytest.param(True, 0, 0, 0, 1, False, id="nobody there"),
        pytest.param(True, 1, 2, 0, 1, False, id="over strength"),
        pytest.param(True, 0, 1, 2, 1, True, id="staying for desk work"),
        pytest.param(True, 0, 2, 2, 1, False, id="all who stay are busy"),
        pytest.param(False, 0, 1, 2, 1, False, id="nobody stays for office work"),
        pytest.param(True, 0, 1, 2, 0, False, id="the last citizen has gone"),
    ],
)
def test_may_start(desk: bool, staff: int, busy: int, staying: int, in_building: int, may: bool) -> None:
    assert rules.may_start(desk, staff, busy, staying, in_building) is may


@pytest.mark.parametrize(
    ("serve_all", "closes_now", "in_building", "before", "after", "staying"),
    [
        pytest.param(True, True, 1, 3, 0, 3, id="all present stay"),
        pytest.param(True, True, 1, 3, 1, 3, id="also those beyond a smaller shift"),
        pytest.param(True, True, 0, 3, 0, 0, id="nobody is there to stay for"),
        pytest.param(True, False, 1, 3, 0, 0, id="lunch"),
        pytest.param(False, True, 1, 3, 0, 0, id="turn-away"),
        pytest.param(True, True, 1, 0, 0, 0, id="nobody was present"),
        pytest.param(True, True, 1, 1, 3, 0, id="the shift grows"),
    ],
)
def test_stays(
    serve_all: bool, closes_now: bool, in_building: int, before: int, after: int, staying: int
) -> None:
    assert rules.stays(serve_all, closes_now, in_building, before, after) == staying


@pytest.mark.parametrize(("began", "begun"), [(479.0, True), (480.0, False)])
def test_work_taken_for_no_time_was_not_begun(began: float, begun: bool) -> None:
    assert rules.was_begun(began, 480.0) is begun


@pytest.mark.parametrize("mark", [Mark.START, Mark.PAUSE, Mark.RESUME, Mark.STOP])
def test_after_the_first_stop_only_a_start_acts(mark: Mark) -> None:
    assert rules.acts(mark, decided=False)
    assert rules.acts(mark, decided=True) == (mark == Mark.START)


@pytest.mark.parametrize(
    ("further", "own", "limit"),
    [
        (False, (WORKING_HOURS, 4.0), (WORKING_DAYS, 10.0)),
        (True, (WORKING_HOURS, 4.0), (WORKING_HOURS, 4.0)),
        (True, (OF_PROCEDURE, 0.0), (WORKING_DAYS, 10.0)),
    ],
)
def test_the_deadline_of_a_count(further: bool, own: tuple[int, float], limit: tuple[int, float]) -> None:
    assert rules.limit_of(further, *own, WORKING_DAYS, 10.0) == limit


@pytest.mark.parametrize(
    ("waiting", "limit", "leaves"),
    [(3, 3.0, False), (4, 3.0, True), (0, 0.0, False), (1, 0.0, True), (10**6, INF, False)],
)
def test_balks(waiting: int, limit: float, leaves: bool) -> None:
    assert rules.balks(waiting, limit) is leaves


def plan_of(**world: object) -> Plan:
    """A week in which Tuesday is a day off; site 0 gives tickets until 16:00, site 1 until it closes."""
    sites = (Site(last_ticket=at("16:00")), Site())
    return World([], [], sites=sites, closed=frozenset({1, 5, 6}), **world).build()[0]  # type: ignore[arg-type]


def visits() -> tuple[Floats, Floats, Ints]:
    """When the visitors of that week come: evenly over the opening hours."""
    plan = plan_of()
    return plan.visit_edge, plan.visit_mass, plan.visit_day


@pytest.mark.parametrize(
    ("t", "closes"),
    [
        ("12:00", False),
        ("17:00", True),
        ("16:59.5", False),
        ("Tue 17:00", False),
        ("Wed 17:00", True),
        ("Sun 23:00", False),
    ],
)
def test_closes_at(t: str, closes: bool) -> None:
    assert rules.closes_at(plan_of().closing_time, at(t)) == closes


@pytest.mark.parametrize(
    ("t", "site", "late"),
    [
        pytest.param("7:00", 0, False, id="before opening one may queue"),
        pytest.param("12:30", 0, False, id="so one may at lunch"),
        pytest.param("16:00", 0, False, id="at the last ticket"),
        pytest.param("16:00.5", 0, True, id="after the last ticket"),
        pytest.param("16:30", 1, False, id="no last ticket"),
        pytest.param("17:00", 1, False, id="at closing"),
        pytest.param("17:00.5", 1, True, id="after closing"),
        pytest.param("Tue 9:00", 1, True, id="on a day off"),
        pytest.param("Wed 16:30", 0, True, id="the last ticket of another day"),
    ],
)
def test_too_late(t: str, site: int, late: bool) -> None:
    plan = plan_of()
    office, last_ticket = plan.office, plan.last_ticket[site]
    day = rules.day_number(at(t))
    closes_today = rules.closing_of(office.first_session, office.closes, day)
    assert rules.too_late(closes_today, day * 1440.0, last_ticket, at(t)) == late


@given(st.integers(0, 400_000), st.sampled_from([-1, 0, 1]))
def test_day_number_is_that_of_exact_division(day: int, ulps: int) -> None:
    t = math.nextafter(day * 1440.0, ulps * math.inf) if ulps else day * 1440.0
    if t >= 0:
        assert rules.day_number(t) == t // 1440.0


@given(st.lists(st.integers(0, 9), max_size=8), st.integers(-1, 10), st.integers(0, 8), st.integers(0, 8))
def test_first_not_before_is_a_search_from_the_left(numbers: list[int], value: int, a: int, b: int) -> None:
    column, first, last = (
        np.sort(np.array(numbers, float)),
        min(a, b, len(numbers)),
        min(max(a, b), len(numbers)),
    )
    assert rules.first_not_before(column, first, last, value) == first + np.searchsorted(
        column[first:last], value
    )


@pytest.mark.parametrize(
    ("t", "moment", "comes"),
    [
        pytest.param("7:00", 0.25, "10:00", id="today"),
        pytest.param("10:00", 0.25, "10:00", id="at this very moment"),
        pytest.param("10:01", 0.25, "Wed 10:00", id="too late today, and Tuesday is off"),
        pytest.param("Tue 9:00", 0.25, "Wed 10:00", id="free on a day off"),
        pytest.param("7:00", 0.5, "12:00", id="half of the day's visitors come before lunch"),
        pytest.param("7:00", 0.75, "15:00", id="after lunch"),
        pytest.param("Fri 16:59", 0.75, "never", id="no day left"),
    ],
)
def test_next_visit(t: str, moment: float, comes: str) -> None:
    assert clock(rules.next_visit(*visits(), at(t), moment)) == comes


@pytest.mark.parametrize(
    ("t", "comes"),
    [("7:00", "Wed 10:00"), ("0:00", "Wed 10:00"), ("Wed 23:59", "Thu 10:00"), ("Fri 8:00", "never")],
)
def test_next_day_visit(t: str, comes: str) -> None:
    assert clock(rules.next_day_visit(*visits(), at(t), 0.25)) == comes


@pytest.mark.parametrize("moment", [2.0**-53, 1e-9, 0.5, 1 - 1e-9, 1 - 2.0**-53])
def test_moments_lie_in_opening_hours(moment: float) -> None:
    edge, mass, first = visits()
    for day in (0, 2):
        t = rules.moment_of_day(edge, mass, first[day], first[day + 1], moment) - day * 1440
        assert 480 <= t <= 720 or 780 <= t <= 1020
    assert rules.moment_of_day(edge, mass, first[1], first[2], moment) == -INF


@pytest.mark.parametrize(
    ("which", "t", "goes"),
    [
        pytest.param(0, "8:00", "10:00", id="the first"),
        pytest.param(0, "10:00", "10:00", id="ready as it leaves"),
        pytest.param(0, "10:00.5", "Wed 15:00", id="just missed"),
        pytest.param(0, "Wed 15:01", "never", id="none left"),
        pytest.param(1, "8:00", "9:00", id="another round"),
        pytest.param(1, "9:01", "never", id="not into the next round's times"),
    ],
)
def test_next_round(which: int, t: str, goes: str) -> None:
    plan = plan_of(rounds={"courier": [at("10:00"), at("Wed 15:00")], "board": [at("9:00")]})
    assert clock(rules.next_round(plan.round_start, plan.round_time, which, at(t))) == goes


@pytest.mark.parametrize(
    ("restart", "unit", "amount", "due"),
    [
        # Accepted Monday 10:00 with two working days: due on Thursday, as Tuesday is off.
        # Paused on Wednesday, resumed on Thursday: the clock stood still for a day.
        pytest.param(False, deadlines.WORKING_DAYS, 2, "Fri 17:00", id="moved by the pause"),
        pytest.param(True, deadlines.WORKING_DAYS, 1, "Fri 17:00", id="counted anew"),
        pytest.param(False, deadlines.CALENDAR_DAYS, 2, "Thu 17:00", id="moved by a date"),
    ],
)
def test_due_when_resumed(restart: bool, unit: int, amount: float, due: str) -> None:
    plan = plan_of(restart=restart)
    before = rules.due_when_started(plan.deadlines, at("10:00"), unit, amount, INF)
    after = rules.due_when_resumed(
        plan.deadlines, plan.restart, before, at("Wed 9:00"), at("Thu 11:00"), unit, amount, INF
    )
    assert clock(after) == due


@pytest.mark.parametrize(
    ("t", "cut_off", "due"),
    [("14:59", "15:00", "Wed 17:00"), ("15:00", "15:00", "Thu 17:00"), ("15:00", "24:00", "Wed 17:00")],
)
def test_due_when_started(t: str, cut_off: str, due: str) -> None:
    assert (
        clock(rules.due_when_started(plan_of().deadlines, at(t), deadlines.WORKING_DAYS, 1, at(cut_off)))
        == due
    )
