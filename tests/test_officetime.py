from __future__ import annotations

import minute_oracle as oracle
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from offices import DAYS, OFFICES, ROUND_THE_CLOCK, TIEN_YEN, at

from sim import officetime as ot

THREE_PM = 900.0
NO_CUT_OFF = np.inf
UNITS = {
    ot.WORKING_DAYS: "working days",
    ot.WORKING_HOURS: "working hours",
    ot.CALENDAR_DAYS: "calendar days",
    ot.SAME_DAY: "same day",
    ot.NO_DEADLINE: "none",
}
thorough = settings(derandomize=True, max_examples=300, deadline=None)


@st.composite
def situations(draw, instants: int):
    """An office, its open minutes, and sorted whole instants, often a bound of a session or a cut-off, ±1."""
    office, is_open = draw(st.sampled_from(OFFICES))
    latest = len(is_open) - 60 * 1440
    bounds = np.concatenate([office.opens, office.closes, np.arange(0, latest, 1440) + THREE_PM])
    near = st.tuples(st.sampled_from(bounds[bounds < latest]), st.integers(-1, 1)).map(
        lambda pair: int(sum(pair))
    )
    chosen = draw(
        st.lists(near.filter(lambda t: t >= 0) | st.integers(0, latest), min_size=instants, max_size=instants)
    )
    return office, is_open, *sorted(chosen)


@thorough
@given(situations(2), st.integers(0, 3000))
def test_working_time_agrees_with_the_oracle(situation, minutes):
    office, is_open, start, end = situation
    assert ot.working_minutes(office, start, end) == oracle.working_minutes(is_open, start, end)
    assert ot.add_working(office, start, minutes) == oracle.add_working(is_open, start, minutes)
    assert ot.next_opening(office, start) == oracle.next_opening(is_open, start)
    assert ot.next_day_opening(office, start) == oracle.next_day_opening(is_open, start)
    assert ot.day_closing(office, ot.day_of(start)) == oracle.day_closing(is_open, start // 1440)


@thorough
@given(
    situations(1),
    st.sampled_from(list(UNITS)),
    st.integers(1, 5),
    st.sampled_from([THREE_PM, 0, 720, np.inf]),
)
def test_due_agrees_with_the_oracle(situation, unit, amount, cut_off):
    office, is_open, received = situation
    assert ot.count_from(office, received, cut_off) == oracle.count_from(is_open, received, cut_off)
    assert ot.due(office, received, unit, amount, cut_off) == oracle.due(
        is_open, received, UNITS[unit], amount, cut_off
    )


@thorough
@given(situations(3), st.sampled_from(list(UNITS)[:4]), st.integers(1, 3))
def test_due_after_pause_agrees_with_the_oracle(situation, unit, amount):
    office, is_open, received, paused, resumed = situation
    resumed = min(resumed, paused + 20 * 1440)
    due = oracle.due(is_open, received, UNITS[unit], amount, np.inf)
    moved = oracle.due_after_pause(is_open, due, paused, resumed, UNITS[unit])
    assert ot.due_after_pause(office, due, paused, resumed, unit) == moved


@thorough
@given(situations(1), st.floats(0, 1), st.floats(0, 5000))
def test_working_time_and_instants_are_inverse(situation, fraction, minutes):
    office, _, whole = situation
    t = whole + fraction
    assert ot.add_working(office, t, 0.0) == t
    end = ot.add_working(office, t, minutes)
    assert end >= t
    assert ot.working_minutes(office, t, end) == pytest.approx(minutes, abs=1e-6)


@pytest.mark.parametrize(
    ("received", "unit", "amount", "cut_off", "due"),
    [
        ("2019-01-08 07:30", ot.WORKING_DAYS, 1, THREE_PM, "2019-01-08 16:30"),
        ("2019-01-08 12:00", ot.WORKING_HOURS, 1, THREE_PM, "2019-01-08 14:00"),
        ("2019-01-08 12:30", ot.WORKING_HOURS, 2, THREE_PM, "2019-01-08 15:00"),
        ("2019-01-08 15:00", ot.WORKING_DAYS, 1, NO_CUT_OFF, "2019-01-09 15:00"),
        ("2019-01-08 15:00", ot.WORKING_DAYS, 1, THREE_PM, "2019-01-09 16:30"),
        ("2019-01-08 16:30", ot.WORKING_DAYS, 1, NO_CUT_OFF, "2019-01-09 16:30"),
        ("2019-01-08 14:59", ot.SAME_DAY, 0, THREE_PM, "2019-01-08 16:30"),
        ("2019-01-08 15:00", ot.SAME_DAY, 0, THREE_PM, "2019-01-09 16:30"),
        ("2018-12-31 10:00", ot.WORKING_DAYS, 1, THREE_PM, "2019-01-02 16:30"),
        ("2019-02-05 10:00", ot.WORKING_DAYS, 1, THREE_PM, "2019-02-11 16:30"),
        ("2019-02-01 15:00", ot.WORKING_DAYS, 3, NO_CUT_OFF, "2019-02-13 15:00"),
        ("2019-03-29 14:30", ot.WORKING_DAYS, 1, THREE_PM, "2019-04-01 15:00"),
        ("2019-01-04 15:00", ot.SAME_DAY, 0, THREE_PM, "2019-01-05 16:30"),
        ("2019-05-03 16:00", ot.WORKING_DAYS, 1, NO_CUT_OFF, "2019-05-04 16:00"),
        ("2019-01-08 10:00", ot.CALENDAR_DAYS, 5, THREE_PM, "2019-01-14 16:30"),
        ("2019-01-25 10:00", ot.CALENDAR_DAYS, 10, THREE_PM, "2019-02-11 16:30"),
        ("2019-04-12 10:00", ot.CALENDAR_DAYS, 2, THREE_PM, "2019-04-16 17:00"),
    ],
)
def test_due_worked_out_by_hand(received, unit, amount, cut_off, due):
    assert ot.due(TIEN_YEN, at(received), unit, amount, cut_off) == at(due)


@pytest.mark.parametrize(
    ("due", "paused", "resumed", "unit", "moved"),
    [
        ("2019-02-01 16:30", "2019-01-31 16:30", "2019-02-11 07:30", ot.WORKING_DAYS, "2019-02-11 16:30"),
        ("2019-01-09 16:30", "2019-01-08 16:30", "2019-01-09 07:30", ot.WORKING_DAYS, "2019-01-09 16:30"),
        ("2019-01-08 16:30", "2019-01-09 07:30", "2019-01-10 07:30", ot.WORKING_HOURS, "2019-01-09 16:30"),
        ("2019-01-08 16:30", "2019-01-08 15:00", "2019-01-09 08:30", ot.SAME_DAY, "2019-01-09 10:00"),
        ("2019-01-11 16:30", "2019-01-09 10:00", "2019-01-11 09:00", ot.CALENDAR_DAYS, "2019-01-14 16:30"),
        ("2019-02-01 16:30", "2019-01-30 10:00", "2019-01-31 09:00", ot.CALENDAR_DAYS, "2019-02-11 16:30"),
    ],
)
def test_pause_worked_out_by_hand(due, paused, resumed, unit, moved):
    assert ot.due_after_pause(TIEN_YEN, at(due), at(paused), at(resumed), unit) == at(moved)


@thorough
@given(
    st.sampled_from([(TIEN_YEN, 480.0), (ROUND_THE_CLOCK, 1440.0)]),
    st.floats(at("2019-01-30 07:30"), at("2019-01-30 12:00")),
    st.integers(1, 40),
)
def test_rounding_never_carries_an_overdue_moment_to_the_next_day(office_and_day, paused, days):
    office, day_minutes = office_and_day
    resumed = ot.add_working(office, paused, days * day_minutes)
    due = ot.day_closing(office, 4)
    moved = ot.due_after_pause(office, due, paused, resumed, ot.WORKING_DAYS)
    assert ot.due_day(moved) == ot.due_day(ot.add_working(office, due, days * day_minutes))


def test_the_day_of_a_24_hour_office_ends_at_midnight():
    due = ot.due(ROUND_THE_CLOCK, 2000.0, ot.SAME_DAY, 0, NO_CUT_OFF)
    assert due == 2880
    assert ot.due_day(due) == 1
    assert ot.classify(due, 2879.0, 5000.0, ot.SAME_DAY) == ot.ON_TIME
    assert ot.classify(due, 2880.0, 5000.0, ot.SAME_DAY) == ot.LATE


STATUSES = [
    ("2019-01-09 15:00", "2019-01-08 23:59", ot.WORKING_DAYS, ot.EARLY),
    ("2019-01-09 15:00", "2019-01-08 23:59", ot.SAME_DAY, ot.ON_TIME),
    ("2019-01-09 15:00", "2019-01-09 00:00", ot.WORKING_DAYS, ot.ON_TIME),
    ("2019-01-09 15:00", "2019-01-09 23:59", ot.SAME_DAY, ot.ON_TIME),
    ("2019-01-09 15:00", "2019-01-10 00:00", ot.WORKING_DAYS, ot.LATE),
    ("2019-01-11 08:00", None, ot.WORKING_DAYS, ot.OPEN),
    ("2019-01-10 16:30", None, ot.WORKING_DAYS, ot.OVERDUE),
    (None, "2019-01-09 00:00", ot.NO_DEADLINE, ot.ON_TIME),
    (None, None, ot.NO_DEADLINE, ot.OPEN),
]


@thorough
@given(situations(instants=3), st.sampled_from(list(UNITS)), st.integers(0, 4), st.integers(1, 30))
def test_days_counted_from_a_later_one_change_no_rule(situation, unit, amount, day):
    """The same instants, less the days; also those that are negative then."""
    office, _, received, paused, resumed = situation
    later, past = ot.counted_from(office, day), 1440.0 * day
    due = ot.due(office, received, unit, amount, THREE_PM)
    assert ot.due(later, received - past, unit, amount, THREE_PM) == due - past
    moved = ot.due_after_pause(office, due, paused, resumed, unit)
    assert ot.due_after_pause(later, due - past, paused - past, resumed - past, unit) == moved - past
    assert ot.working_minutes(later, received - past, resumed - past) == ot.working_minutes(
        office, received, resumed
    )
    assert ot.next_day_opening(later, received - past) == ot.next_day_opening(office, received) - past
    first, sessions = later.first_session[0], office.first_session[day]
    assert (first, later.opens[first]) == (sessions, office.opens[sessions] - past)


def test_status_goes_by_date():
    due = [at(due) if due else np.inf for due, *_ in STATUSES]
    ready = [at(ready) if ready else np.nan for _, ready, *_ in STATUSES]
    *_, unit, expected = zip(*STATUSES, strict=True)
    now = at("2019-01-11 12:00")
    assert ot.classify(np.array(due), np.array(ready), now, np.array(unit)).tolist() == list(expected)
    assert [ot.classify(*row, now, u) for *row, u in zip(due, ready, unit, strict=True)] == list(expected)


def everything(office, t, later, unit, amount, cut_off):
    due = ot.due(office, t, unit, amount, cut_off)
    return (
        ot.working_minutes(office, t, later),
        ot.add_working(office, t, amount),
        ot.day_of(t),
        ot.next_day_opening(office, t),
        ot.count_from(office, t, cut_off),
        due,
        ot.due_after_pause(office, due, t, later, unit),
        ot.due_day(due) + 0 * later,
        ot.classify(due, later, t, unit),
        ot.classify(due, later * np.nan, later, unit),
    )


def test_floats_arrays_and_compiled_code_agree_bit_for_bit():
    rng = np.random.default_rng(1)
    compiled = njit(everything)
    bounds = np.concatenate([TIEN_YEN.opens, TIEN_YEN.closes])
    t = np.concatenate([rng.choice(bounds, 200), rng.uniform(0, DAYS * 1440, 200)])
    later = t + rng.choice([0, 480, 1440, 7777.7], 400)
    amount = rng.choice([0.5, 1, 3, 20], 400)
    for unit in UNITS:
        scalars = [
            everything(TIEN_YEN, *row[:2], unit, row[2], THREE_PM)
            for row in zip(t, later, amount, strict=True)
        ]
        jitted = [
            compiled(TIEN_YEN, *row[:2], unit, row[2], THREE_PM) for row in zip(t, later, amount, strict=True)
        ]
        vectorised = everything(TIEN_YEN, t, later, unit, amount, THREE_PM)
        np.testing.assert_array_equal(np.array(scalars).T, np.array(vectorised))
        np.testing.assert_array_equal(np.array(jitted).T, np.array(vectorised))


def test_beyond_the_end_is_never():
    end = 1440.0 * DAYS
    assert ot.next_opening(TIEN_YEN, end) == np.inf
    assert ot.day_closing(TIEN_YEN, DAYS) == np.inf
    for unit in UNITS:
        due = ot.due(TIEN_YEN, end - 1440, unit, 30, NO_CUT_OFF)
        assert unit == ot.SAME_DAY or due == np.inf
        assert ot.due_after_pause(TIEN_YEN, np.inf, 500.0, 5000.0, unit) == np.inf


def test_a_column_of_units():
    t, unit = np.full(5, at("2019-01-08 10:00")), np.array(list(UNITS))
    due = ot.each_due(TIEN_YEN, t, unit, 5, np.inf)
    assert due.tolist() == [ot.due(TIEN_YEN, t[0], one, 5, np.inf) for one in unit]
    moved = ot.each_due_after_pause(TIEN_YEN, due, t, t + 2000, unit)
    assert moved.tolist() == [
        ot.due_after_pause(TIEN_YEN, d, t[0], t[0] + 2000, u) for d, u in zip(due, unit, strict=True)
    ]


def test_instants_outside_the_calendar_are_refused():
    with pytest.raises(ValueError, match=r"minute -1 lies outside the calendar, which runs from 0 to 576000"):
        ot.each_due(TIEN_YEN, [5, -1], ot.SAME_DAY, 1, np.inf)
    with pytest.raises(ValueError, match="minute nan lies outside"):
        ot.each_due_after_pause(TIEN_YEN, 5.0, 1.0, np.nan, ot.WORKING_DAYS)
    with pytest.raises(ValueError, match="beyond the calendar's 400 days"):
        ot.each_due(TIEN_YEN, 570_000, ot.WORKING_DAYS, 30, np.inf)
