from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from offices import FIRST, OFFICES, SUMMER, TIEN_YEN, TIEN_YEN_CALENDAR, WINTER, at

from sim import officetime as ot
from sim.officecalendar import OfficeCalendar, Season


def test_2019_has_252_working_days():
    dates = [FIRST + timedelta(day) for day in np.flatnonzero(ot.working_days(TIEN_YEN)).tolist()]
    by_month = Counter(day.month for day in dates if day.year == 2019)
    assert by_month.total() == 252
    assert [by_month[month] for month in range(1, 13)] == [23, 15, 21, 19, 23, 20, 23, 22, 20, 23, 21, 22]
    assert date(2019, 4, 15) not in dates
    assert not set(dates) & {date(2019, 2, day) for day in range(4, 9)}
    assert {date(2019, 1, 5), date(2019, 5, 4)} <= set(dates)


def test_seasons_change_on_their_day_and_last_into_the_new_year():
    for day, opening in [("2019-01-02", 450), ("2019-03-29", 450), ("2019-04-01", 420), ("2019-11-01", 450)]:
        midnight = at(f"{day} 00:00")
        assert ot.next_opening(TIEN_YEN, midnight) == midnight + opening


@pytest.mark.parametrize("office", OFFICES)
def test_sessions_are_those_of_the_oracle(office):
    office, calendar, (is_open, counting) = office
    sessions = np.zeros(len(is_open), dtype=bool)
    for start, end in zip(office.opens.astype(int), office.closes.astype(int), strict=True):
        sessions[start:end] = True
    assert np.array_equal(sessions, is_open)
    assert np.array_equal(ot.working_days(office), is_open.reshape(-1, 1440).any(axis=1))
    assert np.array_equal(ot.working_days(calendar.hours), counting.reshape(-1, 1440).any(axis=1))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hours": [Season((1, 1), [(420, 690), (660, 1020)])]}, "not one session after another"),
        ({"hours": [Season((1, 1), [(690, 420)])]}, "not one session after another"),
        ({"hours": [Season((1, 1), [(420, 1441)])]}, "not one session after another"),
        ({"weekday_sessions": {5: [(690, 420)]}}, "not one session after another"),
        ({"hours": [SUMMER, SUMMER]}, "each with its own start"),
        ({"hours": []}, "there must be seasons"),
        ({"hours": [Season((13, 1), [(420, 690)])]}, "month"),
        ({"weekdays": [], "country": None}, "no session in these 14 days"),
        ({"country": "XX"}, "Country XX"),
        (
            {"make_up_days": [date(2019, 1, 5)], "closures": [date(2019, 1, 5)]},
            "both make-up day and closed: 2019-01-05",
        ),
    ],
)
def test_impossible_calendars_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        OfficeCalendar(**{"hours": [WINTER]} | change).deadlines(FIRST, 14)


EIGHT_TO_FIVE = [Season((1, 1), [(480, 1020)])]


def is_open(office: OfficeCalendar, day: str) -> bool:
    return bool(ot.working_days(office.office_time(date.fromisoformat(day), 365))[0])


def counts(office: OfficeCalendar, day: str) -> bool:
    return bool(ot.working_days(office.deadlines(date.fromisoformat(day), 365).hours)[0])


@pytest.mark.parametrize(
    ("off", "worked"),
    [
        ("2018-12-31", "2019-01-05"),
        ("2019-04-29", "2019-05-04"),
        ("2024-04-29", "2024-05-04"),
        ("2025-05-02", "2025-04-26"),
        ("2026-08-31", "2026-08-22"),
    ],
)
def test_days_swapped_by_decree_come_whole(off, worked):
    office, plain = OfficeCalendar(EIGHT_TO_FIVE), OfficeCalendar(EIGHT_TO_FIVE, country=None)
    assert (is_open(office, off), counts(office, off)) == (False, False)
    assert (is_open(office, worked), counts(office, worked)) == (True, True)
    assert (is_open(plain, off), is_open(plain, worked)) == (True, False)


def test_the_library_knows_what_tien_yen_names_itself():
    """The warm-up of the baseline begins in November 2018, with 31 December off and 5 January worked for it."""
    first = date(2018, 11, 7)
    bare = replace(TIEN_YEN_CALENDAR, days_off=(), make_up_days=())
    for own, known in zip(
        TIEN_YEN_CALENDAR.office_time(first, 420), bare.office_time(first, 420), strict=True
    ):
        assert np.array_equal(own, known)


def test_own_days_come_before_those_of_the_country():
    saturday = date(2024, 5, 4)
    off = OfficeCalendar(EIGHT_TO_FIVE, days_off=[saturday])
    assert (is_open(off, "2024-05-04"), counts(off, "2024-05-04")) == (False, False)
    shut = OfficeCalendar(EIGHT_TO_FIVE, closures=[saturday])
    assert (is_open(shut, "2024-05-04"), counts(shut, "2024-05-04")) == (False, True)
    more = OfficeCalendar(EIGHT_TO_FIVE, make_up_days=[date(2024, 5, 11)])
    assert all(is_open(more, day) and counts(more, day) for day in ("2024-05-04", "2024-05-11"))


@pytest.mark.parametrize(
    ("country", "subdivision", "holiday"),
    [("NL", None, "2023-04-27"), ("DE", "BY", "2024-05-30"), ("VN", None, "2024-09-02")],
)
def test_holidays_of_any_country_and_of_its_parts(country, subdivision, holiday):
    """King's Day, Corpus Christi in Bavaria, National Day; elsewhere these are working days."""
    own = OfficeCalendar(EIGHT_TO_FIVE, country=country, subdivision=subdivision)
    others = [
        OfficeCalendar(EIGHT_TO_FIVE, country=other) for other in ("NL", "DE", "VN") if other != country
    ]
    assert not is_open(own, holiday)
    assert all(is_open(other, holiday) for other in others)
    assert subdivision is None or is_open(OfficeCalendar(EIGHT_TO_FIVE, country=country), holiday)


@pytest.mark.parametrize(
    ("day", "made_up", "counted"),
    [
        ("2024-02-07", False, True),
        ("2024-02-17", False, False),
        ("2024-02-17", True, True),
        ("2024-02-09", False, False),
    ],
)
def test_hours_of_a_date_come_before_all_else_and_change_no_count(day, made_up, counted):
    """A Wednesday, a Saturday, the Saturday as a make-up day, a day of Tết: open from 08:00 to 10:00."""
    on = date.fromisoformat(day)
    office = OfficeCalendar(
        EIGHT_TO_FIVE, date_sessions={on: [(480, 600)]}, make_up_days=[on] if made_up else []
    )
    hours = office.office_time(on, 30)
    assert (hours.opens[0], hours.closes[0]) == (480, 600)
    assert counts(office, day) == counted
    assert office.deadlines(on, 30).ends[0] == 600
