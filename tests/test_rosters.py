"""From a team's staff, as written, to headcounts over the horizon."""

from __future__ import annotations

from typing import Any

import pytest
from scenes import model

from sim.plan.model import Roster

DAY = 1440
WORKING = [day for day in range(42) if day % 7 < 5 and not 12 <= day <= 20]  # days 12 to 20 are Tết


def changes(roster: Roster, day: int) -> list[tuple[float, int]]:
    return [(t - day * DAY, n) for t, n in zip(roster.time, roster.staff, strict=True) if t // DAY == day]


@pytest.mark.parametrize(
    ("staff", "monday", "tuesday"),
    [
        pytest.param(
            2,
            [(450, 2), (720, 0), (780, 2), (990, 0)],
            [(450, 2), (720, 0), (780, 2), (990, 0)],
            id="all day",
        ),
        pytest.param(
            [["07:00", 1], ["12:30", 3], ["23:00", 0]],
            [(450, 1), (720, 0), (780, 3), (990, 0)],
            [(450, 1), (720, 0), (780, 3), (990, 0)],
            id="clipped to the sessions",
        ),
        pytest.param(
            [["Mon 09:00", 3], ["Mon 10:00", 2], ["Tue 08:00", 0]],
            [(450, 0), (540, 3), (600, 2), (720, 0), (780, 2), (990, 0)],
            [(450, 2), (480, 0), (720, 0), (780, 0), (990, 0)],
            id="from day to day, and round the week",
        ),
        pytest.param(
            [["Mon-Fri 07:30", 1], ["Mon 07:30", 4]],
            [(450, 4), (720, 0), (780, 4), (990, 0)],
            [(450, 1), (720, 0), (780, 1), (990, 0)],
            id="the last written holds",
        ),
    ],
)
def test_weekly_rosters(
    staff: Any, monday: list[tuple[float, int]], tuesday: list[tuple[float, int]]
) -> None:
    roster = model({"team.counter.staff": staff}).rosters[0]
    assert changes(roster, 0) == changes(roster, 7) == monday
    assert changes(roster, 1) == tuesday
    assert not any(changes(roster, day) for day in range(42) if day not in WORKING)


def test_periods() -> None:
    """From 22 to 24 January five people, all the same absent as often; from 28 January on they are absent more."""
    periods = {
        "more": {"from": "2019-01-22", "to": "2019-01-24", "staff": 5},
        "flu": {"from": "2019-01-28", "to": "2019-03-31", "absence": 0.5},
    }
    roster = model({"team.counter.absence": 0.1, "team.counter.period": periods}).rosters[0]
    assert [changes(roster, day)[0][1] for day in (0, 1, 2, 3, 4, 7)] == [3, 5, 5, 5, 3, 3]
    assert [roster.absence[day] for day in (0, 1, 6, 7, 41)] == [0.1, 0.1, 0.1, 0.5, 0.5]


def test_an_e_signature_has_the_greatest_headcount_all_day() -> None:
    levers = {"signature": {"teams": ["leader"]}, "e_signature": True}
    staff = [["Mon 09:00", 1], ["Mon 10:00", 3], ["Mon 11:00", 0]]
    roster = model({"digital": levers, "team.leader.staff": staff}).rosters[1]
    for day in (0, 3):
        assert changes(roster, day) == [(450, 3), (720, 0), (780, 3), (990, 0)]
