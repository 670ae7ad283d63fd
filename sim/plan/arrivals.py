"""Who comes when and how: dossier numbers, channels and arrivals of one replication."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim import keyed
from sim.columns import columns
from sim.compiler import register_jitable
from sim.engine.contract import Codes, Floats, Ids, Ints
from sim.kernelcache import cached
from sim.keyed import dossier, name_hash, of_dossier
from sim.plan.booking import book
from sim.plan.doing import Words
from sim.plan.intensity import ONE, guide_of, instant, with_day_factors
from sim.plan.model import NO_BOOKINGS, Bookings, Channel, Model
from sim.plan.ordering import in_order
from sim.plan.outages import after_outage, outages
from sim.plan.recipe import Coming, Recipe, recipe_of

DAY = 1440.0
ARRIVAL, CHANNEL, ASSISTED = name_hash("arrival"), name_hash("channel"), name_hash("assisted")
AT_COUNTER, ONLINE, POST = int(Channel.COUNTER), int(Channel.ONLINE), int(Channel.POST)
BOOKED, HELPED = int(Channel.APPOINTMENT), int(Channel.ASSISTED)
# A ticket says in one number whose dossier it is: stream, number and channel.
NUMBER_UNIT, STREAM_UNIT = 8, 2**35


class Arrivals(NamedTuple):
    """The dossiers of a replication in the order in which they arrive."""

    stream: Ids  # int[dossier]
    number: Ids  # int[dossier] in its stream
    key: Words  # uint64[dossier] of its numbers
    channel: Codes  # int[dossier] Channel
    way: Ids  # int[dossier] the first of the recipe's ways that it may go
    arrival: Floats  # float[dossier] minutes, ascending
    slot: Floats  # float[dossier] when their appointment is; see `Labels`

    def uniform(self, purpose: str) -> Floats:
        """Each dossier's own number for a purpose, in (0, 1)."""
        found: Floats = of_dossier(self.key, name_hash(purpose))
        return found

    def take(self, which: Ints) -> Arrivals:
        """Some of the dossiers, in the order asked for."""
        columns: Any = [np.asarray(part)[which] if len(part) else part for part in self]
        return Arrivals(*columns)


class Slots(NamedTuple):
    """When the appointments are of those who have one."""

    ticket: Ints  # int[citizen] ascending
    slot: Floats  # float[citizen]

    def of(self, tickets: Ints) -> Floats:
        """The appointment of each ticket: float[ticket], -inf without one; float[0] if nobody has any."""
        if not len(self.ticket):
            return np.zeros(0)
        slot = np.full(len(tickets), -np.inf)
        booked = tickets % NUMBER_UNIT == BOOKED
        slot[booked] = self.slot[np.searchsorted(self.ticket, tickets[booked])]
        return slot


NO_SLOTS = Slots(np.zeros(0, np.int64), np.zeros(0))


class Curves(NamedTuple):
    """Demand over time, one curve after another; curve c is at start[c]:start[c + 1] of edge and mass."""

    start: Ints
    edge: Floats
    mass: Floats
    guide: Ints  # at start[c]:start[c + 1] - 1


def arrivals(model: Model, seed: int, replication: int) -> tuple[Arrivals, Bookings]:
    """The dossiers that arrive before the end of the run, and who asked for an appointment."""
    recipe = recipe_of(model)
    curves = _curves(model, recipe, day_factors(model, seed, replication))
    keys = stream_keys(recipe, seed, replication)
    total = curves.mass[curves.start[recipe.coming.counter + 1] - 1]
    count = keyed.poisson_ppf(
        keyed.uniform(keys, np.zeros(len(keys), np.int64), "count"), total * recipe.volume
    )
    arrival, ticket = columns((float, n := int(count.sum())), (int, n))
    _come(keys, count, curves, recipe.coming, arrival, ticket)
    bookings, slots = NO_BOOKINGS, NO_SLOTS
    if recipe.coming.appointment_share > 0:
        bookings, slots = _book(model, keys, arrival, ticket)
    if down := outages(model, seed, replication):
        online = ticket % NUMBER_UNIT == ONLINE
        arrival[online] = after_outage(arrival[online], down)
    arrival, ticket = in_order(arrival, ticket, model.plan.end)
    return _read(recipe, keys, ticket, arrival, slots), bookings


def stream_keys(recipe: Recipe, seed: int, replication: int) -> Words:
    """The keys of the streams: uint64[stream]."""
    base = keyed.stream(seed, replication)
    return np.asarray(keyed.within(base, recipe.place[recipe.terms.site], recipe.procedure))


def day_factors(model: Model, seed: int, replication: int) -> Floats:
    """float[site, day]: gamma factors, mean 1, on the demand of all procedures of the site on a day."""
    recipe, days = recipe_of(model), round(model.plan.end / DAY)
    if recipe.day_factor is None:
        return np.ones((len(model.places), days))
    dates = model.first_day.toordinal() + np.arange(days)
    keys = np.asarray(keyed.within(keyed.stream(seed, replication), recipe.place))
    return recipe.day_factor.ppf(keyed.uniform(keys[:, None], dates, "day"))


def _curves(model: Model, recipe: Recipe, factors: Floats) -> Curves:
    demands = [model.intensities[number] for number in recipe.curve_intensity]
    mass = [with_day_factors(d, factors[s]) for d, s in zip(demands, recipe.curve_site, strict=True)]
    return Curves(
        np.cumsum([0, *map(len, mass)]),
        np.concatenate([demand.edge for demand in demands]),
        np.concatenate(mass),
        np.concatenate([part for own in mass for part in (guide_of(own), [0])]),
    )


@cached
def _come(keys: Words, count: Ints, curves: Curves, coming: Coming, arrival: Floats, ticket: Ints) -> None:
    """Fill in arrivals and tickets, by stream and number."""
    start, edge, mass, guide = curves
    counter, online, exists, online_share, assisted, post, appointment = coming
    chosen = post > 0 or appointment > 0 or online_share.max() > 0
    row = np.uint64(0)
    for stream in range(len(count)):
        first, last = start[counter[stream]], start[counter[stream] + 1]
        c_edge, c_mass, c_guide = edge[first:last], mass[first:last], guide[first : last - 1]
        first, last = start[online[stream]], start[online[stream] + 1]
        o_edge, o_mass, o_guide = edge[first:last], mass[first:last], guide[first : last - 1]
        own, first_ticket = keys[stream], stream * STREAM_UNIT
        for number in range(count[stream]):
            key = dossier(own, np.uint64(number))
            share = of_dossier(key, ARRIVAL)
            t = instant(c_edge, c_mass, c_guide, share)
            channel = AT_COUNTER
            if chosen:
                channel = _channel(key, online_share[int(t // DAY)], assisted, post, appointment)
                if not exists[stream, channel]:
                    channel = AT_COUNTER
                if channel in (ONLINE, POST):  # they come around the clock
                    t = instant(o_edge, o_mass, o_guide, share)
            arrival[row] = t
            ticket[row] = first_ticket + number * NUMBER_UNIT + channel
            row += ONE


@register_jitable
def _channel(key: keyed.Words, online: float, assisted: float, post: float, appointment: float) -> int:
    """Low numbers file online and high ones by post or appointment, so that a share moves only who it must."""
    u = of_dossier(key, CHANNEL)
    if u < online:
        return HELPED if assisted > 0 and of_dossier(key, ASSISTED) < assisted else ONLINE
    if u > 1 - post:
        return POST
    return BOOKED if u > 1 - post - appointment else AT_COUNTER


def _book(model: Model, keys: Words, arrival: Floats, ticket: Ints) -> tuple[Bookings, Slots]:
    """Those who want an appointment come to their slot; without one to the counter, or never."""
    rows = np.flatnonzero(ticket % NUMBER_UNIT == BOOKED)
    if not len(rows):
        return NO_BOOKINGS, NO_SLOTS
    stream, number = ticket[rows] // STREAM_UNIT, ticket[rows] % STREAM_UNIT // NUMBER_UNIT
    given = book(model, keys, stream, number, arrival[rows])
    has = given.slot >= 0
    arrival[rows] = given.comes
    ticket[rows[~has]] += AT_COUNTER - BOOKED
    return given.bookings, Slots(ticket[rows[has]], given.slot[has])


def _read(recipe: Recipe, keys: Words, ticket: Ints, arrival: Floats, slots: Slots) -> Arrivals:
    """The dossiers of tickets."""
    kinds = np.int32, np.int32, np.uint64, np.int8, np.int32
    stream, number, key, channel, way = columns(*[(kind, len(ticket)) for kind in kinds])
    _read_into(keys, recipe.going.ways, ticket, stream, number, key, channel, way)
    return Arrivals(stream, number, key, channel, way, arrival, slots.of(ticket))


@cached
def _read_into(
    keys: Words, ways: Ints, ticket: Ints, stream: Ids, number: Ids, key: Words, channel: Codes, way: Ids
) -> None:
    # Without a sign, a division by these is a shift, and an index needs no check whether it counts from the end.
    stream_unit, number_unit = np.uint64(STREAM_UNIT), np.uint64(NUMBER_UNIT)
    for row in range(np.uint64(len(ticket))):
        own = np.uint64(ticket[row])
        whose, which, how = own // stream_unit, own % stream_unit // number_unit, own % number_unit
        stream[row], number[row], channel[row] = whose, which, how
        key[row] = dossier(keys[whose], which)
        way[row] = ways[whose, how]
