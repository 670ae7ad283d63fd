from __future__ import annotations

import minute_oracle as oracle
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from offices import DAYS, TIEN_YEN, situations

from sim import officetime as ot

thorough = settings(derandomize=True, max_examples=300, deadline=None)


@thorough
@given(situations(2), st.integers(0, 3000))
def test_working_time_agrees_with_the_oracle(situation, minutes):
    (office, _, (is_open, _)), start, end = situation
    assert ot.working_minutes(office, start, end) == oracle.working_minutes(is_open, start, end)
    assert ot.add_working(office, start, minutes) == oracle.add_working(is_open, start, minutes)
    assert ot.next_opening(office, start) == oracle.next_opening(is_open, start)
    assert ot.next_day_opening(office, start) == oracle.next_day_opening(is_open, start)


@thorough
@given(situations(1), st.floats(0, 1), st.floats(0, 5000))
def test_working_time_and_instants_are_inverse(situation, fraction, minutes):
    (office, _, _), whole = situation
    t = whole + fraction
    assert ot.add_working(office, t, 0.0) == t
    end = ot.add_working(office, t, minutes)
    assert end >= t
    assert ot.working_minutes(office, t, end) == pytest.approx(minutes, abs=1e-6)


@thorough
@given(situations(2), st.integers(1, 30))
def test_days_counted_from_a_later_one_change_no_rule(situation, day):
    """The same instants, less the days; also those that are negative then."""
    (office, _, _), start, end = situation
    later, past = ot.counted_from(office, day), 1440.0 * day
    assert ot.working_minutes(later, start - past, end - past) == ot.working_minutes(office, start, end)
    assert ot.next_day_opening(later, start - past) == ot.next_day_opening(office, start) - past
    first, sessions = later.first_session[0], office.first_session[day]
    assert (first, later.opens[first]) == (sessions, office.opens[sessions] - past)


def everything(office, t, later, minutes):
    return (
        ot.working_minutes(office, t, later),
        ot.add_working(office, t, minutes),
        ot.day_of(t),
        ot.next_opening(office, t),
        ot.next_day_opening(office, t),
    )


def test_floats_arrays_and_compiled_code_agree_bit_for_bit():
    rng = np.random.default_rng(1)
    compiled = njit(everything)
    bounds = np.concatenate([TIEN_YEN.opens, TIEN_YEN.closes])
    t = np.concatenate([rng.choice(bounds, 200), rng.uniform(0, DAYS * 1440, 200)])
    later = t + rng.choice([0, 480, 1440, 7777.7], 400)
    minutes = rng.choice([0.5, 60, 480, 10_000], 400)
    rows = list(zip(t, later, minutes, strict=True))
    vectorised = np.array(everything(TIEN_YEN, t, later, minutes))
    np.testing.assert_array_equal(np.array([everything(TIEN_YEN, *row) for row in rows]).T, vectorised)
    np.testing.assert_array_equal(np.array([compiled(TIEN_YEN, *row) for row in rows]).T, vectorised)


def test_beyond_the_end_is_never():
    assert ot.next_opening(TIEN_YEN, 1440.0 * DAYS) == np.inf
    assert ot.add_working(TIEN_YEN, 1440.0 * (DAYS - 1), 30 * 480.0) == np.inf
