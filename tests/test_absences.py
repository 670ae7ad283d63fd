"""People present: rosters less absences and outages."""

from __future__ import annotations

from typing import Any

import numpy as np
from scenes import model
from scipy import stats

from sim import keyed
from sim.engine.contract import Floats, Ints
from sim.plan.absences import rosters
from sim.plan.arrivals import arrivals
from sim.plan.model import Channel, Model
from sim.plan.outages import after_outage, outages

DAY = 1440
NOON = 660.0 + DAY * np.arange(42)  # 11:00 of each day
WORKING = np.array([day for day in range(42) if day % 7 < 5 and not 12 <= day <= 20])
SURELY = 1e-4  # p value below which a fixed seed is taken to contradict the model


def present(compiled: Model, team: int, t: Floats, replication: int = 0) -> Ints:
    """Headcount of a team at some instants."""
    time, number, staff = rosters(compiled, 1, replication)
    time, staff = time[number == team], staff[number == team]
    return np.concatenate([[0], staff])[np.searchsorted(time, t, side="right")]


def with_staff(staff: int | list[list[Any]], absence: float = 0.3, **more: Any) -> Model:
    return model({"team.counter.staff": staff, "team.counter.absence": absence, **more})


def test_changes_are_sorted_and_real() -> None:
    time, team, staff = rosters(with_staff(5), 1, 0)
    assert sorted(zip(time, team, strict=True)) == list(zip(time, team, strict=True))
    for number in range(4):
        assert (np.diff(staff[team == number], prepend=0) != 0).all()


def test_adding_a_person_keeps_the_others_absences() -> None:
    three, four = with_staff(3), with_staff(4)
    added = np.array([(present(four, 0, NOON, r) - present(three, 0, NOON, r))[WORKING] for r in range(20)])
    assert set(added.ravel()) == {0, 1}
    assert stats.binomtest(int(added.sum()), added.size, 0.7).pvalue > SURELY


def test_those_of_the_morning_are_the_same_people_however_many_come_after_lunch() -> None:
    two, four = (present(with_staff([["07:30", 2], ["13:00", n]]), 0, NOON) for n in (2, 4))
    np.testing.assert_array_equal(two, four)


def test_a_higher_chance_keeps_those_absent_who_were() -> None:
    often, seldom = (present(with_staff(9, chance), 0, NOON) for chance in (0.4, 0.2))
    assert (often <= seldom).all()
    assert (often < seldom).any()


def test_absences_are_binomial_and_last_all_day() -> None:
    compiled = with_staff(4)
    mornings = np.array([present(compiled, 0, NOON, r)[WORKING] for r in range(30)]).ravel()
    afternoons = np.array([present(compiled, 0, NOON + 300, r)[WORKING] for r in range(30)]).ravel()
    np.testing.assert_array_equal(mornings, afternoons)
    expected = mornings.size * stats.binom.pmf(np.arange(5), 4, 0.7)
    assert stats.chisquare(np.bincount(mornings, minlength=5), expected).pvalue > SURELY


def test_nobody_is_present_outside_opening_hours() -> None:
    assert not present(with_staff(4), 0, NOON + 90).any()  # 12:30
    assert not present(with_staff(4), 0, np.setdiff1d(NOON, NOON[WORKING])).any()


def test_places_have_their_own_absences() -> None:
    compiled = model({"team.desk.staff": 9, "team.desk.absence": 0.5})
    assert (present(compiled, 2, NOON) != present(compiled, 3, NOON)).any()


def test_absences_belong_to_dates() -> None:
    later = with_staff(4, **{"horizon.from": "2019-01-28"})
    np.testing.assert_array_equal(present(later, 0, NOON)[:35], present(with_staff(4), 0, NOON)[7:])


def test_no_absence_is_the_planned_roster() -> None:
    planned = model().rosters[0]
    time, team, staff = rosters(model(), 1, 0)
    np.testing.assert_array_equal(time[team == 0], planned.time)
    np.testing.assert_array_equal(staff[team == 0], planned.staff)


def test_present_are_those_planned_less_the_absent() -> None:
    """Against the numbers themselves: person i of a day is absent if their own is below the day's chance."""
    compiled = with_staff([["07:30", 2], ["09:00", 5], ["15:00", 3]], 0.4)
    key = keyed.stream(1, 0, compiled.place_key(0), "team counter")
    for day in WORKING:
        number = 1000 * (compiled.first_day.toordinal() + int(day)) + np.arange(5)
        here = np.cumsum(keyed.uniform(key, number, "absence") >= 0.4)
        found = present(compiled, 0, day * DAY + np.array([460.0, 600.0, 900.0]))
        assert found.tolist() == [here[1], here[4], here[2]]


# --- outages ---

OUTAGE = {"digital.outage": {"per_month": 10.5, "hours": "uniform(1, 20)", "teams": ["counter"]}}


def test_outages_happen_as_often_as_asked_within_opening_hours() -> None:
    """10.5 a month are one on every second of 252 working days."""
    compiled = model(OUTAGE)
    down = [outages(compiled, 1, r) for r in range(40)]
    found = [outage for run in down for outage in run]
    assert stats.binomtest(len(found), 40 * len(WORKING), 0.5).pvalue > SURELY
    start, end = np.array(found).T
    assert set((start // DAY).astype(int)) <= set(WORKING)
    assert ((start % DAY > 450) & (start < end) & (end % DAY <= 990) & (end - start < 540)).all()
    assert stats.kstest(start % DAY, "uniform", (450, 540)).pvalue > SURELY
    assert all(run == sorted(run) for run in down)


def test_nobody_of_the_teams_named_works_during_an_outage() -> None:
    plain, compiled = with_staff(4), with_staff(4, **OUTAGE)
    instants = np.arange(0.5, 42 * DAY, 7.0)
    start, end = np.array(outages(compiled, 1, 0)).T
    during = ((instants[:, None] > start) & (instants[:, None] < end)).any(axis=1)
    assert during.any()
    np.testing.assert_array_equal(
        present(compiled, 0, instants), np.where(during, 0, present(plain, 0, instants))
    )
    for team in (1, 2):
        np.testing.assert_array_equal(present(compiled, team, instants), present(plain, team, instants))


def test_what_is_filed_online_gets_through_after_the_outage() -> None:
    half = {"digital.online_share": 0.5}
    (before, _), (after, _) = (
        arrivals(model(half), 1, 0),
        arrivals(compiled := model({**half, **OUTAGE}), 1, 0),
    )
    online = after.arrival[after.channel == Channel.ONLINE]
    assert not any(((start <= online) & (online < end)).any() for start, end in outages(compiled, 1, 0))
    at_counter = [part.arrival[part.channel == Channel.COUNTER] for part in (before, after)]
    np.testing.assert_array_equal(*at_counter)


def test_after_outage() -> None:
    down = [(10.0, 20.0), (30.0, 40.0)]
    arrival = np.array([5.0, 10.0, 15.0, 20.0, 25.0, 35.0, 45.0])
    assert after_outage(arrival, down).tolist() == [5, 20, 20, 20, 25, 40, 45]
    assert after_outage(arrival, []).tolist() == arrival.tolist()
