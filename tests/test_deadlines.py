from __future__ import annotations

from datetime import date
from fractions import Fraction

import minute_oracle as oracle
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from offices import DAYS, FIRST, OFFICES, ROUND_THE_CLOCK, SUMMER, TIEN_YEN_DEADLINES, at, situations

from sim import deadlines as dl
from sim.officecalendar import OfficeCalendar, Season

THREE_PM = 900.0
NO_CUT_OFF = np.inf
UNITS = {
    dl.WORKING_DAYS: "working days",
    dl.WORKING_HOURS: "working hours",
    dl.CALENDAR_DAYS: "calendar days",
    dl.SAME_DAY: "same day",
    dl.NO_DEADLINE: "none",
}
CUT_OFFS = st.sampled_from([THREE_PM, 0, 720, np.inf])
units = st.sampled_from(list(UNITS)[:4])
thorough = settings(derandomize=True, max_examples=300, deadline=None)
EVERY_DAY = OFFICES[1].deadlines


def amount_of(unit: int, amount: int) -> int:
    return 0 if unit == dl.SAME_DAY else amount


@thorough
@given(situations(1), st.sampled_from(list(UNITS)), st.integers(1, 5), CUT_OFFS)
def test_due_agrees_with_the_oracle(situation, unit, amount, cut_off):
    (_, calendar, days), received = situation
    assert dl.receiving_day(calendar, received, cut_off) == oracle.receiving_day(days, received, cut_off)
    due = dl.due(calendar, received, unit, amount_of(unit, amount), cut_off)
    assert due == oracle.due(days, received, UNITS[unit], amount, cut_off)


@thorough
@given(situations(3), units, st.integers(1, 3), CUT_OFFS)
def test_due_after_pause_agrees_with_the_oracle(situation, unit, amount, cut_off):
    (_, calendar, days), received, paused, resumed = situation
    resumed = min(resumed, paused + 20 * 1440)
    due = int(oracle.due(days, received, UNITS[unit], amount, np.inf))
    moved = oracle.due_after_pause(days, due, paused, resumed, UNITS[unit], cut_off)
    assert dl.due_after_pause(calendar, due, paused, resumed, unit, cut_off) == moved


@thorough
@given(situations(3), units.filter(lambda unit: unit != dl.WORKING_HOURS), st.integers(1, 3), CUT_OFFS)
def test_no_pause_heals_what_is_late(situation, unit, amount, cut_off):
    (_, calendar, _), received, paused, resumed = situation
    due = dl.due(calendar, received, unit, amount_of(unit, amount), cut_off)
    moved = dl.due_after_pause(calendar, due, paused, resumed, unit, cut_off)
    assert moved >= due
    assert not dl.is_past(due, paused, unit) or dl.is_past(moved, resumed, unit)


@settings(thorough, max_examples=60)
@given(situations(1), st.integers(0, 16), st.sampled_from([4, 5, 16]))
def test_days_of_an_agency_agree_with_the_oracle(situation, parts, of):
    (_, calendar, days), t = situation
    end = oracle.add_days(days, t, Fraction(parts, of))
    assert end - 1 - 1e-6 <= dl.add_days(calendar, t, parts / of) <= end + 1e-6


WEEK = OfficeCalendar([Season((1, 1), [(480, 720), (780, 1020)])], country=None)
SATURDAYS = OfficeCalendar([Season((1, 1), [(480, 720), (780, 1020)])], weekdays=range(6), country=None)
WEDNESDAY_SHUT = OfficeCalendar([SUMMER], country=None, closures=[date(2019, 1, 9)])
WEDNESDAY_OFF = OfficeCalendar([SUMMER], country=None, days_off=[date(2019, 1, 9)])


@pytest.mark.parametrize(
    ("office", "received", "unit", "amount", "cut_off", "due"),
    [
        # The examples of the issue: 7 January 2019 is a Monday.
        (WEEK, "2019-01-07 09:20", dl.WORKING_DAYS, 3, THREE_PM, "2019-01-10 17:00"),
        (WEEK, "2019-01-07 14:59", dl.WORKING_DAYS, 3, THREE_PM, "2019-01-10 17:00"),
        (WEEK, "2019-01-07 15:00", dl.WORKING_DAYS, 3, THREE_PM, "2019-01-11 17:00"),
        (WEEK, "2019-01-05 10:00", dl.WORKING_DAYS, 3, THREE_PM, "2019-01-10 17:00"),
        (SATURDAYS, "2019-01-05 10:00", dl.WORKING_DAYS, 3, THREE_PM, "2019-01-09 17:00"),
        (SATURDAYS, "2019-01-05 10:00", dl.SAME_DAY, 0, THREE_PM, "2019-01-05 17:00"),
        # Before opening and over lunch it is that day; at closing it is the next that counts.
        (WEEK, "2019-01-07 05:00", dl.WORKING_DAYS, 1, NO_CUT_OFF, "2019-01-08 17:00"),
        (WEEK, "2019-01-07 12:30", dl.SAME_DAY, 0, NO_CUT_OFF, "2019-01-07 17:00"),
        (WEEK, "2019-01-07 17:00", dl.WORKING_DAYS, 1, NO_CUT_OFF, "2019-01-09 17:00"),
        (SATURDAYS, "2019-01-04 17:00", dl.SAME_DAY, 0, NO_CUT_OFF, "2019-01-07 17:00"),
        # A closure counts, and ends as the day ordinarily would; a day off does not count.
        (WEDNESDAY_SHUT, "2019-01-08 08:00", dl.WORKING_DAYS, 1, THREE_PM, "2019-01-09 17:00"),
        (WEDNESDAY_SHUT, "2019-01-08 08:00", dl.WORKING_DAYS, 2, THREE_PM, "2019-01-10 17:00"),
        (WEDNESDAY_SHUT, "2019-01-09 08:00", dl.WORKING_DAYS, 1, THREE_PM, "2019-01-10 17:00"),
        (WEDNESDAY_OFF, "2019-01-08 08:00", dl.WORKING_DAYS, 1, THREE_PM, "2019-01-10 17:00"),
        # Hours are minutes of counting days.
        (WEEK, "2019-01-08 12:00", dl.WORKING_HOURS, 1, THREE_PM, "2019-01-08 14:00"),
        (WEEK, "2019-01-08 15:00", dl.WORKING_HOURS, 2, THREE_PM, "2019-01-09 10:00"),
        (WEEK, "2019-01-08 16:00", dl.WORKING_HOURS, 2, NO_CUT_OFF, "2019-01-09 09:00"),
        (SATURDAYS, "2019-01-05 10:00", dl.WORKING_HOURS, 2, THREE_PM, "2019-01-07 10:00"),
        # Calendar days: Sunday 13 January and Saturday 12 end on Monday, though the office opens on Saturday.
        (WEEK, "2019-01-08 10:00", dl.CALENDAR_DAYS, 5, THREE_PM, "2019-01-14 17:00"),
        (SATURDAYS, "2019-01-08 10:00", dl.CALENDAR_DAYS, 4, THREE_PM, "2019-01-14 17:00"),
        (WEEK, "2019-01-08 10:00", dl.CALENDAR_DAYS, 3, THREE_PM, "2019-01-11 17:00"),
    ],
)
def test_due_worked_out_by_hand(office, received, unit, amount, cut_off, due):
    assert dl.due(office.deadlines(FIRST, DAYS), at(received), unit, amount, cut_off) == at(due)


@pytest.mark.parametrize(
    ("received", "unit", "amount", "cut_off", "due"),
    [
        ("2019-01-04 15:00", dl.SAME_DAY, 0, THREE_PM, "2019-01-05 16:30"),
        ("2018-12-31 10:00", dl.WORKING_DAYS, 1, THREE_PM, "2019-01-03 16:30"),
        ("2019-02-05 10:00", dl.WORKING_DAYS, 1, THREE_PM, "2019-02-12 16:30"),
        ("2019-02-01 15:00", dl.WORKING_DAYS, 3, NO_CUT_OFF, "2019-02-13 16:30"),
        ("2019-03-29 14:30", dl.WORKING_DAYS, 1, THREE_PM, "2019-04-01 17:00"),
        ("2019-05-03 14:00", dl.WORKING_DAYS, 1, THREE_PM, "2019-05-04 17:00"),
        ("2019-01-25 10:00", dl.CALENDAR_DAYS, 10, THREE_PM, "2019-02-11 16:30"),
        ("2019-04-12 10:00", dl.CALENDAR_DAYS, 2, THREE_PM, "2019-04-16 17:00"),
    ],
)
def test_due_by_the_calendar_of_2019(received, unit, amount, cut_off, due):
    """Tết is from 2 to 10 February; 5 January and 4 May are make-up Saturdays; summer begins on 1 April."""
    assert dl.due(TIEN_YEN_DEADLINES, at(received), unit, amount, cut_off) == at(due)


@pytest.mark.parametrize(
    ("due", "paused", "resumed", "unit", "moved"),
    [
        # Paused Tuesday, resumed Thursday: two days later. Within one day, and from evening to morning: none.
        ("2019-01-10 17:00", "2019-01-08 10:00", "2019-01-10 10:00", dl.WORKING_DAYS, "2019-01-14 17:00"),
        ("2019-01-10 17:00", "2019-01-08 08:00", "2019-01-08 14:59", dl.WORKING_DAYS, "2019-01-10 17:00"),
        ("2019-01-10 17:00", "2019-01-08 17:00", "2019-01-09 08:00", dl.WORKING_DAYS, "2019-01-10 17:00"),
        # After the cut-off the papers count as of the next day.
        ("2019-01-10 17:00", "2019-01-08 10:00", "2019-01-09 15:00", dl.WORKING_DAYS, "2019-01-14 17:00"),
        # Over a weekend: Friday to Monday is one day, Saturday online to Monday none.
        ("2019-01-11 17:00", "2019-01-11 10:00", "2019-01-14 10:00", dl.WORKING_DAYS, "2019-01-14 17:00"),
        ("2019-01-15 17:00", "2019-01-12 10:00", "2019-01-14 10:00", dl.WORKING_DAYS, "2019-01-15 17:00"),
        # A day late remains a day late, also if the papers come after the cut-off.
        ("2019-01-07 17:00", "2019-01-08 10:00", "2019-01-10 10:00", dl.WORKING_DAYS, "2019-01-09 17:00"),
        ("2019-01-07 17:00", "2019-01-08 10:00", "2019-01-10 16:00", dl.WORKING_DAYS, "2019-01-09 17:00"),
        ("2019-01-08 17:00", "2019-01-08 14:00", "2019-01-09 08:30", dl.SAME_DAY, "2019-01-09 17:00"),
        ("2019-01-08 17:00", "2019-01-09 08:00", "2019-01-10 08:00", dl.WORKING_HOURS, "2019-01-09 17:00"),
        ("2019-01-08 15:00", "2019-01-08 14:00", "2019-01-09 09:00", dl.WORKING_HOURS, "2019-01-09 10:00"),
        ("2019-01-11 17:00", "2019-01-09 10:00", "2019-01-11 09:00", dl.CALENDAR_DAYS, "2019-01-14 17:00"),
        ("2019-01-11 17:00", "2019-01-12 10:00", "2019-01-14 09:00", dl.CALENDAR_DAYS, "2019-01-11 17:00"),
    ],
)
def test_pause_worked_out_by_hand(due, paused, resumed, unit, moved):
    calendar = WEEK.deadlines(FIRST, DAYS)
    after = dl.due_after_pause(calendar, at(due), at(paused), at(resumed), unit, THREE_PM)
    assert after == at(moved)


@pytest.mark.parametrize(
    ("due", "paused", "unit", "moved"),
    [
        ("2019-01-10 17:00", 2, dl.WORKING_DAYS, "2019-01-14 17:00"),
        ("2019-01-10 17:00", 0, dl.WORKING_DAYS, "2019-01-10 17:00"),
        ("2019-01-08 17:00", 1, dl.SAME_DAY, "2019-01-09 17:00"),
        ("2019-01-11 17:00", 2, dl.CALENDAR_DAYS, "2019-01-14 17:00"),
        ("2019-01-08 15:00", 180, dl.WORKING_HOURS, "2019-01-09 09:00"),
    ],
)
def test_of_a_pause_of_known_length_worked_out_by_hand(due, paused, unit, moved):
    assert dl.later(WEEK.deadlines(FIRST, DAYS), at(due), paused, unit) == at(moved)


def test_a_pause_in_two_parts_is_the_pause():
    """Paused on Tuesday, a day has passed at midnight, resumed on Thursday: as above."""
    calendar = WEEK.deadlines(FIRST, DAYS)
    so_far = dl.later(calendar, at("2019-01-10 17:00"), 1, dl.WORKING_DAYS)
    midnight, resumed = at("2019-01-09 00:00"), at("2019-01-10 10:00")
    after = dl.due_after_pause(calendar, so_far, midnight, resumed, dl.WORKING_DAYS, THREE_PM)
    assert after == at("2019-01-14 17:00")


def test_days_passed_are_those_to_be_added():
    """From 10:00 on Tuesday to noon on Thursday: 6 of 8 hours, Wednesday, 4 of 8 hours."""
    calendar = WEEK.deadlines(FIRST, DAYS)
    began, ended = at("2019-01-08 10:00"), at("2019-01-10 12:00")
    passed = dl.days_passed(calendar, ended) - dl.days_passed(calendar, began)
    assert passed == pytest.approx(6 / 8 + 1 + 4 / 8)
    assert dl.add_days(calendar, began, passed) == pytest.approx(ended)


def test_opening_longer_moves_no_deadline_in_days():
    """Through lunch, on Saturdays, into the evening: the same date; an agency takes as many days."""
    longer = OfficeCalendar([Season((1, 1), [(420, 1140)])], weekdays=range(6), country=None)
    long, usual = (office.deadlines(FIRST, DAYS) for office in (longer, WEEK))
    for t in range(int(at("2019-01-07 00:00")), int(at("2019-01-12 00:00")), 97):
        for unit, amount in [(dl.WORKING_DAYS, 3), (dl.CALENDAR_DAYS, 5), (dl.SAME_DAY, 0)]:
            due = [dl.due_day(dl.due(office, t, unit, amount, THREE_PM)) for office in (long, usual)]
            assert due[0] == due[1]
    assert dl.day_of(dl.add_days(long, at("2019-01-07 12:00"), 4.2)) == dl.day_of(at("2019-01-11 00:00"))


@pytest.mark.parametrize(
    ("t", "days", "end"),
    [
        # Monday to Thursday have eight hours, Friday has four: a part of it is a part of four.
        ("2019-01-07 08:00", 2.4, "2019-01-09 11:12"),
        ("2019-01-07 10:00", 1, "2019-01-08 10:00"),
        ("2019-01-10 08:00", 1.5, "2019-01-11 10:00"),
        ("2019-01-10 14:00", 1, "2019-01-11 10:30"),
        ("2019-01-11 10:00", 0.75, "2019-01-14 10:00"),
        ("2019-01-12 10:00", 2, "2019-01-15 17:00"),
        ("2019-01-12 10:00", 0, "2019-01-12 10:00"),
    ],
)
def test_parts_of_days_are_parts_of_their_own_day(t, days, end):
    office = OfficeCalendar(WEEK.hours, weekday_sessions={4: [(480, 720)]}, country=None)
    assert dl.add_days(office.deadlines(FIRST, DAYS), at(t), days) == pytest.approx(at(end))


def test_the_day_of_a_24_hour_office_ends_at_midnight():
    due = dl.due(EVERY_DAY, 2000.0, dl.SAME_DAY, 0, NO_CUT_OFF)
    assert due == 2880
    assert dl.due_day(due) == 1
    assert dl.classify(due, 2879.0, 5000.0, dl.SAME_DAY) == dl.ON_TIME
    assert dl.classify(due, 2880.0, 5000.0, dl.SAME_DAY) == dl.LATE
    assert len(ROUND_THE_CLOCK.opens) == len(EVERY_DAY.ends) - 1


@pytest.mark.parametrize(
    ("due", "ready", "unit", "status"),
    [
        ("2019-01-09 15:00", "2019-01-08 23:59", dl.WORKING_DAYS, dl.EARLY),
        ("2019-01-09 15:00", "2019-01-08 23:59", dl.SAME_DAY, dl.ON_TIME),
        ("2019-01-09 15:00", "2019-01-09 00:00", dl.WORKING_DAYS, dl.ON_TIME),
        ("2019-01-09 15:00", "2019-01-09 23:59", dl.SAME_DAY, dl.ON_TIME),
        ("2019-01-09 15:00", "2019-01-10 00:00", dl.WORKING_DAYS, dl.LATE),
        ("2019-01-09 15:00", "2019-01-08 23:59", dl.WORKING_HOURS, dl.EARLY),
        ("2019-01-09 15:00", "2019-01-09 14:00", dl.WORKING_HOURS, dl.ON_TIME),
        ("2019-01-09 15:00", "2019-01-09 15:00", dl.WORKING_HOURS, dl.ON_TIME),
        ("2019-01-09 15:00", "2019-01-09 15:01", dl.WORKING_HOURS, dl.LATE),
        ("2019-01-11 08:00", None, dl.WORKING_DAYS, dl.OPEN),
        ("2019-01-10 16:30", None, dl.WORKING_DAYS, dl.OVERDUE),
        ("2019-01-11 08:00", None, dl.WORKING_HOURS, dl.OVERDUE),
        ("2019-01-11 12:00", None, dl.WORKING_HOURS, dl.OPEN),
        (None, "2019-01-09 00:00", dl.NO_DEADLINE, dl.ON_TIME),
        (None, None, dl.NO_DEADLINE, dl.OPEN),
    ],
)
def test_status_goes_by_date_and_of_hours_by_the_minute(due, ready, unit, status):
    due, ready = at(due) if due else np.inf, at(ready) if ready else np.nan
    assert dl.classify(due, ready, at("2019-01-11 12:00"), unit) == status


@thorough
@given(situations(3), st.sampled_from(list(UNITS)), st.integers(0, 4), st.integers(1, 30))
def test_days_counted_from_a_later_one_change_no_rule(situation, unit, amount, day):
    """The same instants, less the days; also those that are negative then."""
    (_, calendar, _), received, paused, resumed = situation
    later, past = dl.counted_from(calendar, day), 1440.0 * day
    due = dl.due(calendar, received, unit, amount, THREE_PM)
    assert dl.due(later, received - past, unit, amount, THREE_PM) == due - past
    moved = dl.due_after_pause(calendar, due, paused, resumed, unit, THREE_PM)
    clocks = due - past, paused - past, resumed - past
    assert dl.due_after_pause(later, *clocks, unit, THREE_PM) == moved - past
    assert dl.add_days(later, received - past, 2.5) == pytest.approx(
        dl.add_days(calendar, received, 2.5) - past
    )


def everything(calendar, t, later, unit, amount, cut_off):
    due = dl.due(calendar, t, unit, amount, cut_off)
    return (
        due,
        dl.due_after_pause(calendar, due, t, later, unit, cut_off),
        dl.due_day(due),
        dl.add_days(calendar, t, amount),
        dl.classify(due, later, t, unit),
        dl.classify(due, later * np.nan, later, unit),
    )


@pytest.mark.slow  # the engines agree every day
def test_python_and_compiled_code_agree_bit_for_bit():
    rng = np.random.default_rng(1)
    compiled = njit(everything)
    bounds = TIEN_YEN_DEADLINES.hours
    t = np.concatenate([rng.choice([*bounds.opens, *bounds.closes], 50), rng.uniform(0, DAYS * 1440, 50)])
    later = t + rng.choice([0, 480, 1440, 7777.7], 100)
    amount = rng.choice([1.0, 3.0, 20.0], 100)
    for unit in UNITS:
        for row in zip(t, later, amount, strict=True):
            own = TIEN_YEN_DEADLINES, *row[:2], unit, row[2], THREE_PM
            np.testing.assert_array_equal(compiled(*own), everything(*own))


def test_beyond_the_end_is_never():
    calendar, end = TIEN_YEN_DEADLINES, 1440.0 * DAYS
    assert dl.receiving_day(calendar, end, NO_CUT_OFF) == np.inf
    assert dl.add_days(calendar, end - 1440, 30) == np.inf
    for unit in UNITS:
        due = dl.due(calendar, end - 1440, unit, 30, NO_CUT_OFF)
        assert unit == dl.SAME_DAY or due == np.inf
        assert dl.due_after_pause(calendar, np.inf, 500.0, 5000.0, unit, NO_CUT_OFF) == np.inf
