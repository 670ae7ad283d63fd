"""What theory expects of each scenario file of the self-test, and where in a run to look for it.

Every figure is a mean over customers, also a quantile: it is checked as the share who wait longer than theory's
quantile, which has no bias. Second moments and shares tell the order of service, which a mean does not; the
80 % quantile tells it better than the 95 % one, near which first and last come, first served agree.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sim import theory
from sim.engine.contract import Floats
from sim.laws import Law
from sim.results.observe import VisitOutcome
from sim.scenario import notation
from sim.scenario.domain import Scenario
from sim.selftest.seen import (
    DAY,
    Seen,
    coming,
    ended,
    has_priority,
    stay,
    until_ready,
    wait,
    wait_at,
    waited,
    yes,
)

HOUR = 60.0
YEAR = 365 * DAY
SHARE = 0.8


class Queue(NamedTuple):
    """The parameters that theory asks for first."""

    arrivals: float  # per minute
    service: float  # mean minutes
    servers: int


class Prediction(NamedTuple):
    """A figure in theory, and the function that gives its value for each customer of a run."""

    what: str
    expected: float
    observe: Callable[[Seen], Floats]


def one_queue(scenario: Scenario) -> list[Prediction]:
    """M/M/c."""
    return _queue(_desk(scenario), "", wait)


def any_service(scenario: Scenario) -> list[Prediction]:
    """M/G/1 with a lognormal or constant service: the mean of its cube is that of the lognormal law."""
    arrivals, law = _desk(scenario).arrivals, _law(scenario, "serve")
    cube = law.mean**3 * (1 + (law.sd / law.mean) ** 2) ** 3
    return [
        Prediction("mean wait", theory.mg1_wait(arrivals, law.mean, law.sd), wait),
        Prediction(
            "mean squared wait",
            theory.mg1_wait_square(arrivals, law.mean, law.sd, cube),
            lambda seen: np.square(wait(seen)),
        ),
        Prediction("share who wait", arrivals * law.mean, waited),
    ]


def limited_room(scenario: Scenario) -> list[Prediction]:
    """M/M/c/K: K is those served, those whom one may meet waiting, and oneself."""
    desk, balk_above = _desk(scenario), scenario.citizens.balk_above
    assert balk_above is not None
    expected = theory.mmck(*desk, desk.servers + balk_above + 1)
    return [
        Prediction("share turning round", expected.refused, lambda seen: ended(seen, VisitOutcome.BALKED)),
        Prediction(
            "mean wait of the others",
            expected.wait,
            lambda seen: wait(seen)[seen.visits.outcome != VisitOutcome.BALKED],
        ),
    ]


def impatience(scenario: Scenario) -> list[Prediction]:
    """M/M/c+M."""
    patience = scenario.citizens.patience
    assert patience is not None
    expected = theory.erlang_a(*_desk(scenario), patience.mean)
    return [
        Prediction("share giving up", expected.abandons, lambda seen: ended(seen, VisitOutcome.PATIENCE)),
        Prediction("share who wait", expected.waits, waited),
        Prediction("mean wait", expected.wait, wait),
    ]


def priorities(scenario: Scenario) -> list[Prediction]:
    """M/M/c with a class that goes first."""
    desk, share = _desk(scenario), scenario.citizens.priority_share
    classes = [share * desk.arrivals, (1 - share) * desk.arrivals]
    high, low = theory.priority_waits(classes, desk.service, desk.servers)
    return [
        Prediction("mean wait, priority group", high, lambda seen: wait(seen)[has_priority(seen)]),
        Prediction("mean wait, others", low, lambda seen: wait(seen)[~has_priority(seen)]),
    ]


def tandem(scenario: Scenario) -> list[Prediction]:
    """M/M/c after M/M/c: the second sees arrivals as if they came from outside (Burke 1956)."""
    desk = _desk(scenario)
    cashiers = Queue(desk.arrivals, _law(scenario, "pay").mean, _staff(scenario, "cashiers"))
    expected = theory.tandem_stay(
        desk.arrivals, [desk.service, cashiers.service], [desk.servers, cashiers.servers]
    )
    return [
        Prediction("mean stay", expected, stay),
        *_queue(cashiers, " at the cashiers", lambda seen: wait_at(seen, "pay")),
    ]


def rework(scenario: Scenario) -> list[Prediction]:
    """Open network; the loop's limit is so high that it hardly ever binds."""
    again = scenario.loop["error"].probability
    outside = [_desk(scenario).arrivals, 0.0, 0.0]
    routing = [[0.0, 1.0, 0.0], [0.0, 0.0, again], [0.0, 1.0, 0.0]]
    services = [_law(scenario, step).mean for step in ("serve", "appraise", "correct")]
    servers = [_staff(scenario, team) for team in ("desk", "office", "corrector")]
    expected = theory.jackson_stay(outside, routing, services, servers)
    office = Queue(float(theory.jackson_arrivals(outside, routing)[1]), services[1], servers[1])
    return [
        Prediction("mean time to result", expected, until_ready),
        *_queue(office, " in the office", lambda seen: wait_at(seen, "appraise")),
    ]


def day(scenario: Scenario) -> list[Prediction]:
    """M(t)/M/c; the profile tells every hour of the day."""
    desk, times = _desk(scenario), scenario.profile["usual"].time_of_day
    shares = np.array([weight for _, weight in times]) / sum(weight for _, weight in times)
    waits = theory.day_waits(desk.arrivals * DAY * shares / HOUR, HOUR, desk.service, desk.servers)
    return [
        Prediction(f"mean wait from {text}", expected, coming(notation.clock(text), HOUR))
        for (text, _), expected in zip(times, waits.tolist(), strict=True)
    ]


CASES: dict[str, Callable[[Scenario], list[Prediction]]] = {
    "mm1": one_queue,
    "mmc": one_queue,
    "mg1": any_service,
    "md1": any_service,
    "mmck": limited_room,
    "erlang_a": impatience,
    "priorities": priorities,
    "tandem": tandem,
    "rework": rework,
    "day": day,
}


def _queue(queue: Queue, where: str, waits: Callable[[Seen], Floats]) -> list[Prediction]:
    """Mean, share above 0 and tail of the wait in M/M/c."""
    long = theory.mmc_wait_quantile(*queue, SHARE)
    who_wait = theory.erlang_c(queue.servers, queue.arrivals * queue.service)
    return [
        Prediction(f"mean wait{where}", theory.mmc_wait(*queue), waits),
        Prediction(f"share who wait{where}", who_wait, lambda seen: yes(waits(seen) > 0)),
        Prediction(f"share over {long:.0f} minutes{where}", 1 - SHARE, lambda seen: yes(waits(seen) > long)),
    ]


def _desk(scenario: Scenario) -> Queue:
    """The window of all these scenarios; a year's volume is spread over its days."""
    arrivals = scenario.procedure["request"].volume / YEAR
    return Queue(arrivals, _law(scenario, "serve").mean, _staff(scenario, "desk"))


def _law(scenario: Scenario, step: str) -> Law:
    law = scenario.step[step].work
    assert law is not None
    return law


def _staff(scenario: Scenario, team: str) -> int:
    staff = scenario.team[team].staff
    assert isinstance(staff, int)
    return staff
