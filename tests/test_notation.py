"""The small notations of scenario files: what each text means, and what is refused in which words."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.deadlines import CALENDAR_DAYS, NO_DEADLINE, SAME_DAY, WORKING_DAYS, WORKING_HOURS
from sim.scenario import notation

NOTATIONS = [
    notation.clock,
    notation.hours,
    notation.weekday,
    notation.weekly,
    notation.days,
    notation.deadline,
]


@pytest.mark.parametrize(("text", "minutes"), [("00:00", 0), ("7:05", 425), ("07:30", 450), ("24:00", 1440)])
def test_clock_is_minutes_after_midnight(text: str, minutes: int) -> None:
    assert notation.clock(text) == minutes


@given(st.integers(0, 1440))
def test_every_minute_of_the_day_can_be_written(minute: int) -> None:
    assert notation.clock(f"{minute // 60:02}:{minute % 60:02}") == minute


def test_hours_are_start_and_end() -> None:
    assert notation.hours("07:00-11:30") == (420, 690)
    assert notation.hours("13:30 - 24:00") == (810, 1440)


def test_weekdays_count_from_monday() -> None:
    assert [notation.weekday(day) for day in notation.WEEKDAYS] == list(range(7))


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("Mon 07:30", [450]),
        ("Sun 00:00", [6 * 1440]),
        ("Mon-Wed 07:30", [450, 1890, 3330]),
        ("Fri-Fri 10:00", [4 * 1440 + 600]),
        ("10:00", [day * 1440 + 600 for day in range(7)]),
    ],
)
def test_weekly_is_minutes_after_monday_midnight(text: str, times: list[int]) -> None:
    assert notation.weekly(text) == times


@pytest.mark.parametrize(
    ("text", "number"), [("1 day", 1), ("10 days", 10), ("0 days", 0), ("1 week", 7), ("4 weeks", 28)]
)
def test_durations_are_days(text: str, number: int) -> None:
    assert notation.days(text) == number


@pytest.mark.parametrize(
    ("text", "unit", "amount"),
    [
        ("10 working days", WORKING_DAYS, 10),
        ("1 working day", WORKING_DAYS, 1),
        ("0.5 working hours", WORKING_HOURS, 0.5),
        ("8 working hours", WORKING_HOURS, 8),
        ("15 calendar days", CALENDAR_DAYS, 15),
        ("same day", SAME_DAY, 0),
        ("none", NO_DEADLINE, 0),
    ],
)
def test_deadlines_have_a_unit_and_an_amount(text: str, unit: int, amount: float) -> None:
    assert notation.deadline(text) == notation.Deadline(unit, amount, text)


@pytest.mark.parametrize(
    ("read", "text", "words"),
    [
        (notation.clock, "7h30", "not a clock time such as '07:30'"),
        (notation.clock, "07:60", "between 00:00 and 24:00"),
        (notation.clock, "24:01", "between 00:00 and 24:00"),
        (notation.hours, "07:00", "not a session such as '07:00-11:30'"),
        (notation.hours, "11:30-07:00", "ends before it starts"),
        (notation.hours, "07:00-07:00", "is empty"),
        (notation.weekday, "Monday", "write one of Mon, Tue"),
        (notation.weekly, "Mon", "not a time of the week"),
        (notation.weekly, "Mom 07:30", "'Mom' is not a weekday"),
        (notation.weekly, "Fri-Mon 07:30", "runs backwards"),
        (notation.days, "4 months", "not a duration such as '4 weeks'"),
        (notation.days, "-4 weeks", "not a duration"),
        (notation.days, "1.5 weeks", "not a duration"),
        (notation.deadline, "10 days", "not a deadline such as '10 working days'"),
        (notation.deadline, "1.5 calendar days", "days are whole"),
        (notation.deadline, "0.5 working days", "write a part of a day in working hours"),
        (notation.deadline, "0 working days", "not above 0 and at most 730"),
        (notation.deadline, "731 working days", "not above 0 and at most 730"),
    ],
)
def test_other_texts_are_refused_in_words(read: Callable[[str], object], text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read(text)


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in NOTATIONS:
        with suppress(ValueError):
            read(text)
