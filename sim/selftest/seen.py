"""What the self-test looks at in a run: of each customer the minutes, or 1 for yes and 0 for no."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sim.engine.contract import Bools, Floats, Log
from sim.plan.model import Model, Priority, Replication
from sim.results.observe import VisitOutcome, Visits, visits

DAY = 1440.0
COOL_DOWN = 360.0  # minutes before the end of the run; who comes later may not be done by then


class Seen(NamedTuple):
    """One replication; the visits are those begun in steady state and early enough to end."""

    model: Model
    replication: Replication
    log: Log
    visits: Visits

    def counts(self, entered: Floats) -> Bools:
        """Which instants of entry lie in steady state and early enough: bool[entered]."""
        return (entered >= self.model.window[0]) & (entered < self.model.window[1] - COOL_DOWN)


def see(model: Model, replication: Replication, log: Log) -> Seen:
    """What the predictions look at."""
    stays = visits(model, replication, log)
    seen = Seen(model, replication, log, stays)
    return seen._replace(visits=Visits._make(column[seen.counts(stays.entered)] for column in stays))


def wait(seen: Seen) -> Floats:
    """Minutes in the lobby before service, or before leaving unserved."""
    return seen.visits.wait


def waited(seen: Seen) -> Floats:
    """Who was not served at once."""
    return yes(wait(seen) > 0)


def ended(seen: Seen, outcome: VisitOutcome) -> Floats:
    """Whose visit ended in this way."""
    return yes(seen.visits.outcome == outcome)


def stay(seen: Seen) -> Floats:
    """Minutes in the lobby altogether."""
    return seen.visits.left - seen.visits.entered


def wait_at(seen: Seen, step: str) -> Floats:
    """Minutes before service at one step, float[task]."""
    at_step = seen.replication.labels.step == list(seen.model.steps).index(step)
    rows: Bools = at_step & seen.counts(seen.log.entered)
    return seen.log.started[rows] - seen.log.entered[rows]


def until_ready(seen: Seen) -> Floats:
    """Minutes from arrival to result."""
    arrival = seen.replication.draws.arrival
    rows = seen.counts(arrival)
    return seen.log.ready[rows] - arrival[rows]


def coming(since: float, minutes: float) -> Callable[[Seen], Floats]:
    """The wait of those who come within so many minutes from a time of day on."""

    def wait_then(seen: Seen) -> Floats:
        clock = seen.visits.entered % DAY
        chosen: Floats = wait(seen)[(clock >= since) & (clock < since + minutes)]
        return chosen

    return wait_then


def has_priority(seen: Seen) -> Bools:
    """Whose visit is of the priority group."""
    return np.equal(seen.visits.priority, Priority.PRIORITY_GROUP)


def yes(condition: Bools) -> Floats:
    """1 where the condition holds."""
    return condition.astype(np.float64)
