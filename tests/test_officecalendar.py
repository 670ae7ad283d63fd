from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pytest
from offices import FIRST, OFFICES, SUMMER, TIEN_YEN, WINTER, at

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
        ({"weekdays": []}, "no session in these 14 days"),
        ({"country": "XX"}, "country 'XX'"),
        (
            {"make_up_days": [date(2019, 1, 5)], "closures": [date(2019, 1, 5)]},
            "both make-up day and closed: 2019-01-05",
        ),
    ],
)
def test_impossible_calendars_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        OfficeCalendar(**{"hours": [WINTER]} | change).deadlines(FIRST, 14)
