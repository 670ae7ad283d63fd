"""Sorting by dealing out: against numpy's stable sort."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.plan.ordering import in_order

END = 1000.0


def assert_in_order(moment: np.ndarray) -> None:
    order = np.argsort(moment, kind="stable")
    order = order[moment[order] < END]
    found, ticket = in_order(moment.copy(), np.arange(len(moment)), END)
    np.testing.assert_array_equal(ticket, order)
    np.testing.assert_array_equal(found, moment[order])


@given(st.lists(st.floats(0, 2 * END) | st.integers(0, 5).map(float) | st.just(np.inf), max_size=400))
def test_anything(moments: list[float]) -> None:
    """Ties keep their order; what comes at the end or later is left out."""
    assert_in_order(np.array(moments))


RANDOM = np.random.default_rng(1)
EVEN = END * RANDOM.random(20_000)


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(EVEN, id="even"),
        pytest.param(np.floor(EVEN), id="whole minutes"),
        pytest.param(np.where(EVEN < 900, 500 + EVEN * 1e-3, EVEN), id="nearly all at once"),
        pytest.param(np.full(5000, 7.0), id="all at once"),
        pytest.param(np.nextafter(END, 0) - EVEN * 1e-13, id="before the end"),
        pytest.param(EVEN * 5e-324, id="next to nothing"),
    ],
)
def test_many(moment: np.ndarray) -> None:
    assert_in_order(moment)
