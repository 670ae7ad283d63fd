"""Demand over the horizon: month × weekday × time of day × days after a closure, and surges on top.

Over each calendar year the pattern adds up to one, so a procedure's volume is what a whole year brings on
average; surges, and days on which the office opens besides, come on top of it. At the counter the intensity is zero
outside opening hours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from sim.compiler import register_jitable
from sim.engine.contract import Bools, Floats, Ints
from sim.kernelcache import cached
from sim.officetime import OfficeTime
from sim.plan.model import Intensity
from sim.scenario import notation
from sim.scenario.domain import Profile, Surge

DAY = 1440.0
ONE = np.uint64(1)  # numbers without a sign need no check, as an index, whether they count from the end


def intensity(
    profile: Profile,
    surges: Sequence[Surge],
    office: OfficeTime,
    first: date,
    start: int,
    days: int,
    online: bool,
    added: Bools | None = None,
) -> Intensity:
    """Demand of a profile on `days` days from day `start` of an office calendar on, which begins at `first`.

    `first` must be a 1 January and the calendar must cover every calendar year that the days touch: each year's
    pattern adds up to one. What comes on days `added` (bool[day] of the calendar) comes on top. Instants are minutes
    since the day `start`.
    """
    dates = [first + timedelta(days=day) for day in range(_whole_years(first, start + days))]
    edges, masses = zip(*(_day(profile, office, day, online) for day in range(len(dates))), strict=True)
    weights = _day_weights(profile, office, dates, online)
    totals = np.array([mass.sum() for mass in masses]) * weights
    years = np.array([d.year for d in dates])
    counted = totals if added is None else totals * ~added[: len(dates)]
    per_year = np.bincount(years - years[0], counted)[years - years[0]]
    if not per_year[start : start + days].all():
        raise ValueError("the profile's weights leave a whole year without demand")
    factors = weights / np.where(per_year > 0, per_year, 1.0) * _surge_factors(surges, dates)
    chosen = range(start, start + days)
    edge = [edges[day] + (day - start) * DAY for day in chosen]
    mass = np.concatenate([masses[day] * factors[day] for day in chosen])
    return Intensity(
        edge=np.append(np.concatenate(edge), days * DAY),
        mass=np.concatenate([[0.0], np.cumsum(mass)]),
        day=np.concatenate([[0], np.cumsum([len(e) for e in edge])]).astype(np.int64),
    )


def with_day_factors(demand: Intensity, factors: Floats) -> Floats:
    """The cumulative mass at each edge with every day's demand multiplied by its factor, float[day]."""
    per_segment = np.repeat(factors, np.diff(demand.day))
    return np.concatenate([[0.0], np.cumsum(np.diff(demand.mass) * per_segment)])


@cached
def guide_of(mass: Floats) -> Ints:
    """Where to begin looking for a share of all demand: for each of so many even shares the edge that ends it.

    A guide table (Chen & Asau 1974): from there the search takes one step on average, however long the horizon is.
    """
    segments = len(mass) - 1
    guide = np.empty(segments, np.int64)
    at = 1
    for share in range(segments):
        while at < segments and mass[at] * segments < mass[segments] * share:
            at += 1
        guide[share] = at
    return guide


@register_jitable
def instant(edge: Floats, mass: Floats, guide: Ints, share: float) -> float:
    """The instant by which the share, in (0, 1), of all demand has come; even within a segment.

    Inf if there is no demand.
    """
    segments = np.uint64(len(mass)) - ONE
    target = share * mass[segments]
    at = np.uint64(guide[min(np.uint64(share * segments), segments - ONE)])
    while at < segments and mass[at] < target:
        at += ONE
    while at > ONE and mass[at - ONE] >= target:
        at -= ONE
    before, after, start, end = mass[at - ONE], mass[at], edge[at - ONE], edge[at]
    if after <= before:
        return math.inf
    t = start + (target - before) / (after - before) * (end - start)
    return t if t < end else float(np.nextafter(end, 0.0))


def _whole_years(first: date, days: int) -> int:
    last = first + timedelta(days=days - 1)
    return (date(last.year, 12, 31) - first).days + 1


def _day(profile: Profile, office: OfficeTime, day: int, online: bool) -> tuple[Floats, Floats]:
    """Edges of one day's segments (minutes, from 0) and the weight × minutes of each segment."""
    times = profile.online_time_of_day if online else profile.time_of_day
    starts = np.array([notation.clock(text) for text, _ in times], float)
    weights = np.array([weight for _, weight in times])
    sessions = slice(office.first_session[day], office.first_session[day + 1])
    opens, closes = office.opens[sessions] - day * DAY, office.closes[sessions] - day * DAY
    edge = np.unique(np.concatenate([[0.0], starts, opens, closes]))
    edge = edge[edge < DAY]
    middle = (edge + np.append(edge[1:], DAY)) / 2
    weight = weights[np.searchsorted(starts, middle, side="right") - 1]  # before the first: the last, cyclic
    is_open = np.ones(len(edge), bool) if online else _inside(middle, opens, closes)
    return edge, weight * is_open * np.diff(np.append(edge, DAY))


def _inside(t: Floats, opens: Floats, closes: Floats) -> Bools:
    return np.any((t[:, None] > opens) & (t[:, None] < closes), axis=1)


def _day_weights(profile: Profile, office: OfficeTime, dates: list[date], online: bool) -> Floats:
    weekday = profile.online_weekday if online else profile.weekday
    weights = np.array([profile.month[d.month - 1] * weekday[d.weekday()] for d in dates])
    if profile.after_closure is None or online:
        return weights
    closed = 0
    since = len(profile.after_closure.factors)  # working days since the last long closure
    for day in range(len(dates)):
        if office.first_session[day] == office.first_session[day + 1]:
            closed += 1
            continue
        since = 0 if closed > profile.after_closure.longer_than else since + 1
        closed = 0
        if since < len(profile.after_closure.factors):
            weights[day] *= profile.after_closure.factors[since]
    return weights


def _surge_factors(surges: Sequence[Surge], dates: list[date]) -> Floats:
    factors = np.ones(len(dates))
    for surge in surges:
        factors *= [surge.factor if surge.first <= d <= surge.last else 1.0 for d in dates]
    return factors
