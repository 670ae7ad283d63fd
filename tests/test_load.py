"""Offered load against staff, worked out by hand."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.plan.compile import compile_scenario
from sim.plan.load import Load, channel_shares, offered_load
from sim.plan.model import Channel

TINY = Path(__file__).parent / "scenarios" / "valid" / "tiny.toml"
WORK_MINUTES_OF_2019 = 261 * 450  # tiny.toml: weekdays without holidays, 07:30-11:30 and 13:30-17:00


def load_of(changes: dict[str, object]) -> Load:
    return offered_load(compile_scenario(sim.load(TINY).change(changes).scenario))


def test_one_counter() -> None:
    load = load_of({"procedure.copy.volume": 5000})
    expected = 5000 * 10 / WORK_MINUTES_OF_2019
    assert load.busiest[0] == pytest.approx(expected)
    assert load.team.sum() / load.staff.sum() == pytest.approx(expected)
    assert load.unserved == []


def test_hours_of_the_week() -> None:
    load = load_of({"team.counter.staff": [["Mon-Fri 07:30", 1], ["Mon 07:30", 2], ["Mon 10:00", 1]]})
    monday, tuesday = load.staff[0].reshape(7, 24)[:2]
    assert monday[[7, 8, 9, 10, 11, 12, 13]].tolist() == [60, 120, 120, 60, 30, 0, 30]
    assert tuesday[[7, 8, 9, 10]].tolist() == [30, 60, 60, 60]
    assert not load.staff[0].reshape(7, 24)[5:].any()
    # as many come in an hour of Monday as of Tuesday: the profile is even
    work = load.team[0].reshape(7, 24)
    assert work[0, 8] == pytest.approx(work[1, 8])
    assert work[0, 7] == pytest.approx(work[0, 8] / 2)


def test_absence_lowers_the_staff() -> None:
    assert load_of({"team.counter.absence": 0.1}).staff.sum() == pytest.approx(0.9 * load_of({}).staff.sum())


def test_nobody_on_the_roster() -> None:
    load = load_of({"team.counter.staff": 0})
    assert load.unserved == [0]
    assert load.busiest[0] == math.inf


def test_loops_add_their_expected_work() -> None:
    again = {"after": "intake", "probability": 0.25, "steps": ["intake"], "at_most": 2}
    ratio = load_of({"loop": {"again": again}}).busiest[0] / load_of({}).busiest[0]
    assert ratio == pytest.approx(1 + 0.25 + 0.25**2)


def test_the_verdict_shares_work_as_evenly_as_skills_allow() -> None:
    """Two queues of load 1.2 and 0.2 people: alone one is overloaded, with a helper 0.7 each."""
    volume = WORK_MINUTES_OF_2019 / 10
    second = {"name": "B", "site": "centre", "field": "social", "journey": "simple", "deadline": "same day"}
    changes: dict[str, Any] = {
        "field": {"social": {"title": "Social"}},
        "procedure": {"copy": {"volume": 1.2 * volume}, "b": second | {"volume": 0.2 * volume}},
        "team": {"social": {"site": "centre", "staff": 1, "serves": [["intake:social"]]}},
    }
    assert load_of(changes).busiest[0] == pytest.approx(1.2)
    changes["team"]["social"]["serves"] = [["intake:social"], ["intake:land"]]
    helped = load_of(changes)
    assert helped.busiest[0] == pytest.approx(0.7)
    loads = helped.team.sum(axis=1) / helped.staff.sum(axis=1)
    np.testing.assert_allclose(loads, [0.7, 0.7], rtol=1e-9)


def test_channels_add_up() -> None:
    file = sim.load(TINY).change(
        {
            "digital.online_share": [["2019-03-04", 0.0], ["2019-03-08", 0.4]],
            "demand.post_share": 0.1,
            "digital.appointment_share": 0.2,
            "journey.simple.online": ["intake", "ready"],
        }
    )
    shares = channel_shares(compile_scenario(file.scenario))
    assert sum(shares.values()) == pytest.approx(1)
    assert shares[Channel.ONLINE] == pytest.approx(0.2)  # the mean of 0, 0.1 … 0.4
    assert shares[Channel.COUNTER] == pytest.approx(0.5)


def test_half_hours_of_the_week_add_up_to_the_hours() -> None:
    model = compile_scenario(sim.load(TINY).scenario)
    hourly, halves = offered_load(model), offered_load(model, 30)
    np.testing.assert_allclose(halves.queue, hourly.queue)
    for name in ("staff", "team"):
        by_half_hour = getattr(halves, name)
        np.testing.assert_allclose(
            by_half_hour.reshape(len(by_half_hour), -1, 2).sum(2), getattr(hourly, name)
        )
    assert halves.staff[0].reshape(7, 48)[0, [14, 15, 22, 23]].tolist() == [0, 30, 30, 0]
