"""Who comes when and how: dossier numbers, channels and arrivals of one replication."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from sim import keyed
from sim.engine.contract import Floats, Ints
from sim.plan import digital
from sim.plan.intensity import invert, with_day_factors
from sim.plan.model import Channel, Model
from sim.plan.outages import after_outage, outages

DAY = 1440.0


class Arrivals(NamedTuple):
    """The dossiers of a replication in the order in which they arrive."""

    stream: Ints  # int[dossier]
    number: Ints  # int[dossier] in its stream
    key: keyed.Words  # uint64[dossier] of its stream
    channel: Ints  # int[dossier] Channel
    arrival: Floats  # float[dossier] minutes, ascending

    def uniform(self, purpose: str) -> Floats:
        """Each dossier's own number for a purpose, in (0, 1)."""
        return keyed.uniform(self.key, self.number, purpose)

    def take(self, which: Ints) -> Arrivals:
        """Some of the dossiers, in the order asked for."""
        columns: Any = [np.asarray(part)[which] for part in self]
        return Arrivals(*columns)


def arrivals(model: Model, seed: int, replication: int) -> Arrivals:
    """The dossiers that arrive before the end of the run."""
    factors = day_factors(model, seed, replication)
    groups: dict[tuple[int, int, int], list[int]] = {}
    for number, stream in enumerate(model.streams):
        groups.setdefault((stream.site, stream.intensity, stream.online_intensity), []).append(number)
    parts = [
        _group(model, streams, factors[site], seed, replication) for (site, _, _), streams in groups.items()
    ]
    everybody = Arrivals(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    everybody = _with_appointments(model, everybody)
    online = everybody.channel == Channel.ONLINE
    got_through = after_outage(everybody.arrival, outages(model, seed, replication))
    everybody = everybody._replace(arrival=np.where(online, got_through, everybody.arrival))
    everybody = everybody.take(np.flatnonzero(everybody.arrival < model.plan.end))
    return everybody.take(np.lexsort((everybody.number, everybody.stream, everybody.arrival)))


def day_factors(model: Model, seed: int, replication: int) -> list[Floats]:
    """Per site, float[day]: gamma factors, mean 1, on the demand of all procedures of the site on a day."""
    days = round(model.plan.end / DAY)
    cv = model.scenario.demand.day_cv
    if cv == 0:
        return [np.ones(days)] * len(model.places)
    dates = model.first_day.toordinal() + np.arange(days)
    return [
        stats.gamma.ppf(
            keyed.uniform(keyed.stream(seed, replication, model.place_key(site)), dates, "day"),
            cv**-2,
            scale=cv**2,
        )
        for site in range(len(model.places))
    ]


def _group(model: Model, streams: Sequence[int], factors: Floats, seed: int, replication: int) -> Arrivals:
    """Streams of one place with the same demand pattern."""
    first = model.streams[streams[0]]
    counter, online = model.intensities[first.intensity], model.intensities[first.online_intensity]
    counter_mass, online_mass = with_day_factors(counter, factors), with_day_factors(online, factors)
    keys = np.array(
        [
            keyed.stream(seed, replication, model.place_key(first.site), model.streams[s].procedure)
            for s in streams
        ],
        np.uint64,
    )
    means = counter_mass[-1] * np.array([model.streams[s].volume for s in streams])
    counts = keyed.poisson_ppf(keyed.uniform(keys, np.zeros(len(keys), np.int64), "count"), means).astype(
        np.int64
    )
    number = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    key = np.repeat(keys, counts)
    share = keyed.uniform(key, number, "arrival")
    arrival = invert(counter.edge, counter_mass, share)
    stream = np.repeat(np.array(streams, np.int64), counts)
    channel = _channels(model, stream, arrival, keyed.uniform(key, number, "channel"), key, number)
    around_the_clock = (channel == Channel.ONLINE) | (channel == Channel.POST)
    if around_the_clock.any():
        arrival = np.where(around_the_clock, invert(online.edge, online_mass, share), arrival)
    return Arrivals(stream, number, key, channel, arrival)


def _channels(model: Model, stream: Ints, arrival: Floats, u: Floats, key: keyed.Words, number: Ints) -> Ints:
    """Low numbers file online and high ones by post or appointment, so that a share moves only who it must."""
    scenario = model.scenario
    days = [model.first_day + timedelta(days=day) for day in range(round(model.plan.end / DAY))]
    online = digital.online_share(scenario.digital, days)[(arrival // DAY).astype(np.int64)]
    post, appointment = scenario.demand.post_share, scenario.digital.appointment_share
    channel = np.select(
        [u < online, u > 1 - post, u > 1 - post - appointment],
        [Channel.ONLINE, Channel.POST, Channel.APPOINTMENT],
        Channel.COUNTER,
    )
    if scenario.digital.assisted is not None:
        helped = keyed.uniform(key, number, "assisted") < scenario.digital.assisted.share
        channel[(channel == Channel.ONLINE) & helped] = Channel.ASSISTED
    for wanted in (Channel.ONLINE, Channel.POST, Channel.ASSISTED):
        exists = np.array([wanted in s.ways for s in model.streams])
        channel[(channel == wanted) & ~exists[stream]] = Channel.COUNTER
    return channel.astype(np.int64)


def _with_appointments(model: Model, everybody: Arrivals) -> Arrivals:
    """Those who book get the first free slot not before the moment at which they would have come."""
    booked = np.flatnonzero(everybody.channel == Channel.APPOINTMENT)
    if len(booked) == 0:
        return everybody
    booked = booked[np.argsort(everybody.arrival[booked], kind="stable")]
    appointments, office = model.scenario.appointments, model.plan.office
    slots = np.concatenate(
        [
            np.arange(opens, closes, appointments.slot_minutes)
            for opens, closes in zip(office.opens, office.closes, strict=True)
            if opens < model.plan.end
        ]
    )
    slot = np.empty(len(booked))
    sites = np.array([stream.site for stream in model.streams])[everybody.stream[booked]]
    for site in np.unique(sites):
        mine = np.flatnonzero(sites == site)
        wanted = np.searchsorted(slots, everybody.arrival[booked[mine]])
        given = _first_free(wanted.tolist(), appointments.per_slot)
        slot[mine] = np.append(slots, np.inf)[np.minimum(given, len(slots))]
    punctual = appointments.punctuality.ppf(everybody.take(booked).uniform("punctuality"))
    arrival = everybody.arrival.copy()
    arrival[booked] = np.maximum(slot + punctual, 0.0)
    return everybody._replace(arrival=arrival)


def _first_free(wanted: Sequence[int], places: int) -> list[int]:
    """Slots in order of booking: each gets the wanted one or the next with a place left; `wanted` ascends."""
    given, slot, taken = [], -1, 0
    for want in wanted:
        if want > slot:
            slot, taken = want, 0
        elif taken == places:
            slot, taken = slot + 1, 0
        taken += 1
        given.append(slot)
    return given
