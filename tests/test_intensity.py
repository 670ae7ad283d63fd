"""Demand over the horizon: what a year brings, and when in the day, the week and the year."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.officecalendar import OfficeCalendar, Season
from sim.plan.intensity import guide_of, instant, intensity, with_day_factors
from sim.plan.model import Intensity
from sim.scenario.domain import Profile, Surge

DAY = 1440.0
JANUARY = date(2019, 1, 1)
HOURS = [(450, 720), (780, 990)]
OFFICE = OfficeCalendar([Season((1, 1), HOURS)]).office_time(JANUARY, 1096)
TET = [(date(2019, 2, day) - JANUARY).days for day in range(2, 11)]  # nine days
WORKED = date(2019, 1, 5)  # a Saturday, for Monday 31 December 2018


def demand(
    start: int = 0, days: int = 365, online: bool = False, surges: tuple[Surge, ...] = (), **profile: Any
) -> Intensity:
    return intensity(Profile(**profile), surges, OFFICE, JANUARY, start, days, online)


def between(found: Intensity, start: float, end: float) -> float:
    """Share of a year's volume between two instants."""
    return float(np.diff(np.interp([start, end], found.edge, found.mass))[0])


def on(found: Intensity, month: int, day: int) -> float:
    """Share of a year's volume on a day of 2019."""
    number = (date(2019, month, day) - JANUARY).days
    return between(found, number * DAY, (number + 1) * DAY)


PROFILES: list[dict[str, Any]] = [
    {},
    {"month": [1, 2, 3, 4, 5, 6, 6, 5, 4, 3, 2, 1], "weekday": [2, 1, 1, 1, 3, 0, 0]},
    {
        "time_of_day": [("08:00", 3), ("11:00", 0), ("13:00", 1)],
        "online_time_of_day": [("20:00", 5), ("23:00", 1)],
    },
    {"after_closure": {"longer_than": 2, "factors": [1.5, 1.2]}, "online_weekday": [0, 0, 0, 0, 0, 1, 1]},
]


@pytest.mark.parametrize("online", [False, True])
@pytest.mark.parametrize("profile", PROFILES)
def test_a_calendar_year_brings_its_volume(profile: dict[str, Any], online: bool) -> None:
    assert demand(online=online, **profile).mass[-1] == pytest.approx(1)
    two = demand(days=365 + 366, online=online, **profile)
    assert between(two, 365 * DAY, 731 * DAY) == pytest.approx(1)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_part_of_a_year_is_that_part(profile: dict[str, Any]) -> None:
    year, march = demand(**profile), demand(start=59, days=31, **profile)
    assert march.mass[-1] == pytest.approx(between(year, 59 * DAY, 90 * DAY))
    t = np.linspace(0, 31 * DAY, 999)
    expected = np.interp(t + 59 * DAY, year.edge, year.mass) - np.interp(59 * DAY, year.edge, year.mass)
    np.testing.assert_allclose(np.interp(t, march.edge, march.mass), expected, atol=1e-12)


def test_surges_come_on_top() -> None:
    """Twice as many in the first half of June, three times in its second week; the other days are as before."""
    surges = (
        Surge(first=date(2019, 6, 1), last=date(2019, 6, 15), factor=2),
        Surge(first=date(2019, 6, 8), last=date(2019, 6, 14), factor=1.5),
    )
    plain, surged = demand(), demand(surges=surges)
    assert on(surged, 6, 3) == pytest.approx(2 * on(plain, 6, 3))
    assert on(surged, 6, 14) == pytest.approx(3 * on(plain, 6, 14))
    assert on(surged, 6, 17) == pytest.approx(on(plain, 6, 17))
    extra = sum(on(plain, 6, day) * (2 if 8 <= day <= 14 else 1) for day in range(1, 16))
    assert surged.mass[-1] == pytest.approx(1 + extra)


def test_half_hours_have_the_weights_of_the_profile() -> None:
    """Three before 10:00, nothing until 13:30 but 1 from 11:45, two after; half an hour is the unit."""
    weights = [("00:00", 3), ("10:00", 0), ("11:45", 1), ("13:30", 2)]
    found, monday = demand(time_of_day=weights), 6 * DAY
    half_hours = [between(found, monday + t, monday + t + 30) for t in np.arange(0, DAY, 30)]
    expected = np.zeros(48)
    expected[15:20] = 3
    expected[23] = 0.5
    expected[26] = 1
    expected[27:33] = 2
    np.testing.assert_allclose(half_hours, expected / expected.sum() * on(found, 1, 7), atol=1e-15)


def test_the_last_weight_of_a_day_holds_until_the_first_of_the_next() -> None:
    found = demand(online=True, online_time_of_day=[("06:00", 1), ("22:00", 4)])
    assert between(found, 0, 360) == pytest.approx(4 * between(found, 360, 720))


def test_nobody_comes_to_a_closed_counter() -> None:
    found = demand()
    for day in range(365):
        first, last = OFFICE.first_session[day : day + 2]
        inside = sum(between(found, OFFICE.opens[k], OFFICE.closes[k]) for k in range(first, last))
        assert between(found, day * DAY, (day + 1) * DAY) == pytest.approx(inside, abs=1e-15)
    assert between(found, TET[0] * DAY, (TET[-1] + 1) * DAY) == 0


def test_online_demand_knows_no_closing() -> None:
    found = demand(online=True)
    assert all(
        between(found, t, t + 60) == pytest.approx(1 / 8760) for t in (0, TET[3] * DAY, 12 * DAY + 180)
    )


def test_months_and_weekdays() -> None:
    found = demand(month=[1, 2, *[1] * 10], weekday=[4, 1, 1, 1, 2, 1, 1])
    assert on(found, 2, 18) == pytest.approx(2 * on(found, 1, 14))
    assert on(found, 1, 7) == pytest.approx(4 * on(found, 1, 8)) == pytest.approx(2 * on(found, 1, 11))


def test_days_after_a_long_closure() -> None:
    """Tết closes for nine days, then two days have more; a weekend of two days changes nothing."""
    found = demand(after_closure={"longer_than": 2, "factors": [1.5, 1.2]})
    usual = on(found, 2, 20)
    assert [on(found, 2, day) / usual for day in (1, 11, 12, 13, 18)] == pytest.approx([1, 1.5, 1.2, 1, 1])


def test_a_closure_of_just_so_many_days_is_not_longer() -> None:
    for longer_than, factor in ((8, 1.5), (9, 1.0)):
        found = demand(after_closure={"longer_than": longer_than, "factors": [1.5]})
        assert on(found, 2, 11) / on(found, 2, 20) == pytest.approx(factor)


def test_a_year_without_demand_is_refused() -> None:
    with pytest.raises(ValueError, match="a whole year without demand"):
        demand(weekday=[0, 0, 0, 0, 0, 0, 1])


def test_days_begin_at_their_edges() -> None:
    found = demand(days=30)
    assert found.edge[found.day].tolist() == [day * DAY for day in range(31)]
    assert (np.diff(found.edge) > 0).all()
    assert (np.diff(found.mass) >= 0).all()
    assert found.mass[0] == 0


def test_day_factors_scale_days() -> None:
    found = demand(days=30)
    factors = np.random.default_rng(1).uniform(0, 3, 30)
    daily = np.diff(with_day_factors(found, factors)[found.day])
    np.testing.assert_allclose(daily, factors * np.diff(found.mass[found.day]), atol=1e-15)


DEMAND = demand(days=90)


GUIDE = guide_of(DEMAND.mass)


@given(st.floats(2.0**-53, 1 - 2.0**-53))
def test_inversion(share: float) -> None:
    """By the instant found that share has come; it lies in opening hours, before they end."""
    t = instant(DEMAND.edge, DEMAND.mass, GUIDE, share)
    assert np.interp(t, DEMAND.edge, DEMAND.mass) == pytest.approx(share * DEMAND.mass[-1], abs=1e-12)
    clock = t % DAY
    assert any(start <= clock < end for start, end in HOURS)
    day = JANUARY + timedelta(minutes=t)
    assert day.weekday() < 5 or day == WORKED
    assert int(t // DAY) not in TET


def test_inversion_steps_over_the_night() -> None:
    """Half of all demand before it, half after it: the middle is the closing."""
    edge, mass = np.array([0.0, 10.0, 20.0, 30.0]), np.array([0.0, 0.5, 0.5, 1.0])
    early, middle, late = (instant(edge, mass, guide_of(mass), u) for u in (0.5 - 1e-12, 0.5, 0.5 + 1e-12))
    assert early < middle < 10
    assert late >= 20
    assert instant(edge, mass, np.array([3, 3, 3]), 0.5) == middle


def test_without_demand_nobody_comes() -> None:
    mass = np.zeros(4)
    assert instant(np.arange(4.0), mass, guide_of(mass), 0.5) == np.inf


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30).filter(any), st.floats(2.0**-53, 1 - 2.0**-53))
def test_the_guide_leads_to_the_segment_that_a_search_finds(masses: list[float], share: float) -> None:
    mass = np.concatenate([[0.0], np.cumsum(masses)])
    edge = np.arange(len(mass), dtype=float)
    t = instant(edge, mass, guide_of(mass), share)
    at = max(int(np.searchsorted(mass, share * mass[-1])), 1)
    assert at - 1 <= t < at
    for guide in (1, len(masses)):  # wherever it begins
        assert instant(edge, mass, np.full(len(masses), guide), share) == t
