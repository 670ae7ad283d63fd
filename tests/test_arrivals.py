"""Who comes, when and how: against the intensity, at fixed seeds."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from datetime import date

import numpy as np
import pytest
from scenes import base, dossiers, model
from scipy import stats

from sim import keyed
from sim.plan import booking
from sim.plan.arrivals import Arrivals, arrivals, day_factors
from sim.plan.draws import draw
from sim.plan.model import Channel, Model, Priority

DAY = 1440
HALF_HOUR = 30
REPLICATIONS = 40
SURELY = 1e-4  # p value below which a fixed seed is taken to contradict the model

TET = range(12, 21)  # days 2 to 10 February of a horizon that begins on 21 January
RUSH = {"profile.usual.time_of_day": [("00:00", 1.0), ("08:00", 3.0), ("15:00", 0.0)]}


def counts(compiled: Model, stream: int, width: int) -> np.ndarray:
    """Arrivals of a stream by replication and stretch of time: int[replication, stretch]."""
    edges = np.arange(0, compiled.plan.end + 1, width)
    found = []
    for replication in range(REPLICATIONS):
        everybody, _ = arrivals(compiled, 7, replication)
        found.append(np.histogram(everybody.arrival[everybody.stream == stream], edges)[0])
    return np.array(found)


def expected(compiled: Model, stream: int, width: int) -> np.ndarray:
    """Mean number of arrivals in each stretch."""
    own = compiled.streams[stream]
    demand = compiled.intensities[own.intensity]
    edges = np.arange(0, compiled.plan.end + 1, width)
    return own.volume * np.diff(np.interp(edges, demand.edge, demand.mass))


@pytest.mark.parametrize(("changes", "cells"), [({}, 25 * 16), (RUSH, 25 * 13)])
@pytest.mark.parametrize("stream", [0, 3])
def test_arrivals_follow_the_intensity_per_half_hour(
    changes: dict[str, object], cells: int, stream: int
) -> None:
    """Nobody at night, at lunch, at Tết and where the profile is zero; else Poisson numbers."""
    compiled = model(changes)
    found = counts(compiled, stream, HALF_HOUR).sum(axis=0)
    mean = REPLICATIONS * expected(compiled, stream, HALF_HOUR)
    some = mean > 0
    assert found[~some].sum() == 0
    assert some.sum() == cells
    distance = ((found - mean)[some] ** 2 / mean[some]).sum()
    assert SURELY < stats.chi2.sf(distance, some.sum()) < 1 - SURELY


def test_nobody_comes_at_tet() -> None:
    by_day = counts(model(), 0, DAY).sum(axis=0)
    assert not by_day[list(TET)].any()
    assert by_day[[TET.start - 1, TET.stop]].all()


def test_a_horizon_without_a_working_day() -> None:
    """From Monday to Friday of Tết nobody comes to a counter, and nothing breaks."""
    assert dossiers(model({"horizon": {"from": "2019-02-04", "to": "2019-02-08"}})) == {}


def test_yearly_counts_are_poisson() -> None:
    totals = counts(model(), 0, DAY).sum(axis=1)
    mean = expected(model(), 0, DAY).sum()
    assert abs(totals.mean() - mean) < 4 * np.sqrt(mean / REPLICATIONS)
    dispersion = totals.var(ddof=1) / mean * (REPLICATIONS - 1)
    assert SURELY < stats.chi2.sf(dispersion, REPLICATIONS - 1) < 1 - SURELY


def test_places_share_the_volume() -> None:
    communes = [stream for stream in model().streams if stream.procedure == "birth"]
    assert [stream.volume for stream in communes] == [3000, 1000]


# --- days differ ---


def test_day_factors() -> None:
    """Gamma with mean 1 and the coefficient of variation asked for; each site has its own."""
    compiled = model({"demand.day_cv": 0.5})
    factors = np.array([day_factors(compiled, 7, r) for r in range(REPLICATIONS)])
    assert factors.shape == (REPLICATIONS, 3, 42)
    assert stats.kstest(factors.ravel(), stats.gamma(4, scale=0.25).cdf).pvalue > SURELY
    n = factors.size
    assert abs(factors.mean() - 1) < 4 * 0.5 / np.sqrt(n)
    assert factors.std() == pytest.approx(0.5, abs=4 * 0.5 * np.sqrt(1.75 / n))  # kurtosis 6/4 of a gamma
    one, other, _ = factors.swapaxes(0, 1).reshape(3, -1)
    assert abs(np.corrcoef(one, other)[0, 1]) < 4 / np.sqrt(n / 3)


@pytest.mark.parametrize("stream", [0, 1])
def test_procedures_of_a_site_share_its_day_factors(stream: int) -> None:
    """Given the factors, the days of each of the two procedures are Poisson."""
    compiled = model({"demand.day_cv": 0.5})
    factors = np.array([day_factors(compiled, 7, r)[0] for r in range(REPLICATIONS)])
    mean = expected(compiled, stream, DAY) * factors
    some = mean > 1
    distance = ((counts(compiled, stream, DAY) - mean)[some] ** 2 / mean[some]).sum()
    assert SURELY < stats.chi2.sf(distance, some.sum()) < 1 - SURELY


def test_no_variation_asked_for() -> None:
    assert set(np.ravel(day_factors(model(), 7, 0))) == {1.0}


def test_day_factors_belong_to_dates() -> None:
    """A horizon that begins a week later has the same busy days."""
    early = day_factors(model({"demand.day_cv": 0.5}), 7, 0)
    late = day_factors(model({"demand.day_cv": 0.5, "horizon.from": "2019-01-28"}), 7, 0)
    np.testing.assert_array_equal(early[0][7:], late[0])


# --- channels ---


def test_raising_the_online_share_moves_people_only_from_counter_to_online() -> None:
    shares = {"demand.post_share": 0.2, "digital.appointment_share": 0.1}
    few = dossiers(model({**shares, "digital.online_share": 0.1}))
    many = dossiers(model({**shares, "digital.online_share": 0.4}))
    moves = Counter((few[key].channel, many[key].channel) for key in few)
    unmoved = {
        (channel, channel) for channel in (Channel.COUNTER, Channel.ONLINE, Channel.POST, Channel.APPOINTMENT)
    }
    assert moves.keys() == unmoved | {(Channel.COUNTER, Channel.ONLINE)}
    for key, dossier in few.items():
        if dossier.channel == many[key].channel:
            assert dossier == many[key]


@pytest.mark.parametrize(
    ("channel", "share"), [(Channel.ONLINE, 0.3), (Channel.POST, 0.2), (Channel.APPOINTMENT, 0.1)]
)
def test_shares_of_channels(channel: Channel, share: float) -> None:
    changes = {"digital.online_share": 0.3, "demand.post_share": 0.2, "digital.appointment_share": 0.1}
    able = [d.channel for key, d in dossiers(model(changes)).items() if key[0] == "transfer"]
    assert stats.binomtest(able.count(channel), len(able), share).pvalue > SURELY


def test_a_channel_that_does_not_exist_is_the_counter() -> None:
    """The short journey has no online way, and one procedure is not offered online."""
    changes = {"digital.online_share": 0.9, "demand.post_share": 0.1, "procedure.name-change.online": False}
    drawn = dossiers(model(changes))
    assert {d.channel for key, d in drawn.items() if key[0] == "birth"} == {Channel.COUNTER}
    by_post = {d.channel for key, d in drawn.items() if key[0] == "name-change"}
    assert by_post == {Channel.COUNTER, Channel.POST}


def test_adoption_grows_between_the_dates_of_a_ramp() -> None:
    """Nobody before 28 January, everybody from 18 February on, half of them in between."""
    ramp = [(date(2019, 1, 28), 0.0), (date(2019, 2, 18), 1.0)]
    before = base()
    drawn = dossiers(model({"digital.online_share": ramp}))
    weeks: dict[int, list[bool]] = {}
    for key, dossier in drawn.items():
        if key[0] == "transfer":
            week = int(before[key].arrival // (7 * DAY))
            weeks.setdefault(week, []).append(dossier.channel == Channel.ONLINE)
    assert not any(weeks[0])
    assert all(weeks[4] + weeks[5])
    share = np.mean([day / 21 for day in range(5)])
    assert stats.binomtest(sum(weeks[1]), len(weeks[1]), share).pvalue > SURELY


def test_online_dossiers_arrive_around_the_clock() -> None:
    drawn = [
        d.arrival for key, d in dossiers(model({"digital.online_share": 1.0})).items() if key[0] != "birth"
    ]
    assert stats.kstest(drawn, "uniform", (0, 42 * DAY)).pvalue > SURELY


# --- appointments ---

BOOKING = {"digital.appointment_share": 0.5, "appointments": {"slot_minutes": 30, "per_slot": 1}}


def first_free(wanted: list[tuple[float, int]], slots: list[float], places: int) -> dict[int, float]:
    """Slot of each citizen, looking through all slots for each."""
    taken: Counter[float] = Counter()
    given = {}
    for moment, citizen in sorted(wanted):
        given[citizen] = next((slot for slot in slots if slot >= moment and taken[slot] < places), np.inf)
        taken[given[citizen]] += 1
    return given


@pytest.mark.parametrize("places", [1, 2])
def test_slots(places: int) -> None:
    """Each in turn gets the first slot with a place that is not before the moment at which they would have come."""
    changes = {**BOOKING, "appointments": {"slot_minutes": 30, "per_slot": places}}
    compiled, would_come = model(changes), base()
    booked = {
        k: d for k, d in dossiers(compiled).items() if d.channel == Channel.APPOINTMENT and k[0] != "birth"
    }
    uniform = {
        key: keyed.uniform(keyed.stream(1, 0, key[1], key[0]), key[2], "channel") for key in would_come
    }
    keys = [key for key in would_come if key[0] != "birth" and uniform[key] > 0.5]
    days = [day * DAY for day in range(42) if day not in TET and day % 7 < 5]
    slots = [
        day + t for day in days for start, end in ((450, 720), (780, 990)) for t in range(start, end, 30)
    ]
    given = first_free([(would_come[key].arrival, i) for i, key in enumerate(keys)], slots, places)
    assert booked.keys() == {keys[i] for i, slot in given.items() if slot < np.inf}
    assert {key: dossier.arrival for key, dossier in booked.items()} == {
        keys[i]: slot for i, slot in given.items() if slot < np.inf
    }


def in_the_book(asks, slots, places, ahead, opened):
    """What a slow clerk gives who looks through all slots: first and last slots, (asked, days) of every asking.

    `asks` are (moment, citizen, cancels, when); `ahead` and `opened` count days on which the office opens.
    """
    taken, first, last, askings = Counter(), {}, {}, []
    events = [(moment, 1, citizen, cancels, when) for moment, citizen, cancels, when in asks]
    while events:
        events.sort()
        moment, is_first, citizen, cancels, when = events.pop(0)
        free = [
            slot
            for slot in slots
            if slot >= moment and taken[slot] < places and opened(slot) - opened(moment) <= ahead
        ]
        given = min(free, default=np.inf)
        askings.append((moment, opened(given) - opened(moment) if free else np.inf))
        taken[given] += 1
        first.setdefault(citizen, given)
        if not is_first:
            taken[last[citizen]] -= 1
        elif free and cancels:
            events.append((moment + when * (given - moment), 0, citizen, False, 0.0))
        last[citizen] = given
    return first, last, askings


@pytest.mark.parametrize(("ahead", "places"), [(0, 1), (3, 1), (100, 2)])
@pytest.mark.parametrize("goes", ["counter", "lost"])
def test_slots_against_a_slow_clerk(ahead: int, places: int, goes: str) -> None:
    """Cancelled places are free again; who finds none comes without one, or never."""
    own = {"slot_minutes": 120, "per_slot": places, "cancel": 0.3, "without_slot": goes}
    compiled, would_come = (
        model({"digital.appointment_share": 0.2, "appointments": own | {"book_ahead_days": ahead}}),
        base(),
    )

    def uniform(key, purpose: str) -> float:
        return float(keyed.uniform(keyed.stream(1, 0, key[1], key[0]), key[2], purpose))

    wanting = [key for key in would_come if key[0] != "birth" and uniform(key, "channel") > 0.8]
    days = [day for day in range(60) if day not in TET and day % 7 < 5]
    slots = [
        day * DAY + start + k * 120.0 for day in days for start, n in ((450, 3), (780, 2)) for k in range(n)
    ]
    first, last, askings = in_the_book(
        [(would_come[k].arrival, k, uniform(k, "cancel") < 0.3, uniform(k, "cancel when")) for k in wanting],
        slots,
        places,
        ahead,
        lambda t: bisect_right(days, t // DAY),
    )
    drawn = draw(compiled, 1, 0)
    at_centre = np.array([compiled.streams[s].site == 0 for s in drawn.labels.bookings.stream])
    found = np.column_stack([drawn.labels.bookings.asked, drawn.labels.bookings.days])[at_centre]
    np.testing.assert_allclose(found, [asking for asking in askings if asking[0] < compiled.plan.end])
    there = {key: dossier for key, dossier in dossiers(compiled).items() if key in set(wanting)}
    booked = {
        key: dossier.arrival for key, dossier in there.items() if dossier.channel == Channel.APPOINTMENT
    }
    assert booked == pytest.approx({key: slot for key, slot in last.items() if slot < compiled.plan.end})
    comes = {key: first[key] for key, slot in last.items() if slot == np.inf}
    comes |= {key: would_come[key].arrival for key, slot in comes.items() if slot == np.inf}
    assert bool(comes) == (ahead < 100)
    there = {key: dossier for key, dossier in there.items() if key not in booked}
    assert all(dossier.channel == Channel.COUNTER for dossier in there.values())
    expected = {key: t for key, t in comes.items() if t < compiled.plan.end and goes == "counter"}
    assert {key: dossier.arrival for key, dossier in there.items()} == pytest.approx(expected)
    assert len(askings) > len(wanting) or ahead == 0


def test_a_slot_that_is_cancelled_is_for_those_who_ask_later() -> None:
    """By hand: slots at 60, 100 and 200. The first cancels at 50 and asks again, the third gets the place."""
    zero_day = np.zeros(3, np.int64), np.ones(1, np.int64)
    last, first, who, asked, slot = booking._give(
        np.array([60.0, 100.0, 200.0]),
        *zero_day,
        10,
        1,
        np.array([0.0, 10.0, 55.0, 59.0]),
        np.array([True, False, False, False]),
        np.array([50 / 60, 0.5, 0.5, 0.5]),
    )
    assert first.tolist() == [0, 1, 0, booking.NONE]
    assert last.tolist() == [2, 1, 0, booking.NONE]
    assert list(zip(who.tolist(), asked.tolist(), slot.tolist(), strict=True)) == [
        (0, 0.0, 0),
        (1, 10.0, 1),
        (0, 50.0, 2),
        (2, 55.0, 0),
        (3, 59.0, booking.NONE),
    ]


def test_who_is_early_is_patient_from_the_slot_on() -> None:
    early, on_time = (
        draw(model({**BOOKING, "citizens.patience": "constant(20)", "appointments.punctuality": law}), 1, 0)
        for law in ("constant(-10)", "constant(0)")
    )
    for drawn, longer in ((early, 10), (on_time, 0)):
        slot, draws = drawn.labels.slot, drawn.draws
        booked = np.flatnonzero(slot > 0)
        assert (slot[booked] - draws.arrival[booked] == longer).all()
        row = draws.visit[draws.task_start[draws.stage_start[booked]]] * draws.attempts
        assert (draws.patience[row] == 20 + longer).all()
        assert (np.delete(draws.patience, row) == 20).all()


def test_punctuality_moves_arrivals_around_their_slots() -> None:
    on_time, early = (
        dossiers(model({**BOOKING, "appointments": {"slot_minutes": 30, "punctuality": law}}))
        for law in ("constant(0)", "uniform(-10, 5)")
    )
    booked = [
        key for key, dossier in on_time.items() if dossier.channel == Channel.APPOINTMENT and key in early
    ]
    late = [early[key].arrival - on_time[key].arrival for key in booked]
    assert stats.kstest(late, "uniform", (-10, 15)).pvalue > SURELY


def test_only_the_first_visit_was_booked() -> None:
    drawn = dossiers(model({**BOOKING, "appointments": {"no_show": 0.25}}))
    booked = [[t for t in d.tasks if t.visit] for d in drawn.values() if d.channel == Channel.APPOINTMENT]
    assert {visits[0].visit[0] for visits in booked} == {Priority.BOOKED}
    assert all(
        task.visit[0] < Priority.BOOKED and not task.visit[2] for visits in booked for task in visits[1:]
    )
    assert stats.binomtest(sum(bool(v[0].visit[2]) for v in booked), len(booked), 0.25).pvalue > SURELY
    assert not any(
        t.visit and t.visit[2] for d in drawn.values() if d.channel == Channel.COUNTER for t in d.tasks
    )


def test_arrivals_ascend_within_the_run() -> None:
    compiled = model({**BOOKING, "digital.online_share": 0.3})
    drawn = draw(compiled, 1, 0).draws
    assert (np.diff(drawn.arrival) >= 0).all()
    assert 0 <= drawn.arrival[0] <= drawn.arrival[-1] < compiled.plan.end


def test_take_keeps_columns_together() -> None:
    everybody, _ = arrivals(model(), 1, 0)
    some = everybody.take(np.array([5, 3]))
    assert isinstance(some, Arrivals)
    assert some.number.tolist() == [everybody.number[5], everybody.number[3]]
    np.testing.assert_array_equal(some.uniform("x"), everybody.uniform("x")[[5, 3]])
