"""Closed formulas of queueing theory, for checks of the engines and for first guesses.

Throughout, `arrivals` is customers per minute (Poisson), `service` the mean minutes of a service, `patience` the mean
minutes before a waiting customer leaves, `servers` how many serve side by side; all times are exponential unless
said otherwise, and first come is first served. The offered `load` is arrivals × service. A wait is until service
begins, a stay until it ends. The wait of an unstable queue is inf.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import hyp1f1

Floats = NDArray[np.float64]


class Limited(NamedTuple):
    """What happens at a queue with limited room."""

    refused: float  # share of customers who find it full
    wait: float  # mean minutes, of those who enter


class Impatient(NamedTuple):
    """What happens at a queue that customers leave when their patience ends."""

    abandons: float  # share of all customers
    waits: float  # share who are not served at once
    wait: float  # mean minutes over all customers, whether served in the end or not


# --- M/M/c and M/M/c/K ---


def erlang_b(servers: int, load: float) -> float:
    """Share of customers refused by M/M/c/c (Erlang 1917), by a recursion that is stable (Cooper 1981, ch. 3)."""
    refused = 1.0
    for n in range(1, servers + 1):
        refused = load * refused / (n + load * refused)
    return refused


def erlang_c(servers: int, load: float) -> float:
    """Share of customers who wait in M/M/c (Erlang 1917; Cooper 1981, ch. 3); 1 if unstable."""
    if load >= servers:
        return 1.0
    refused = erlang_b(servers, load)
    return refused / (1 - load / servers * (1 - refused))


def mmc_wait(arrivals: float, service: float, servers: int) -> float:
    """Mean wait in M/M/c (Gross & Harris 1998, ch. 2)."""
    if arrivals * service >= servers:
        return math.inf
    return erlang_c(servers, arrivals * service) / (servers / service - arrivals)


def mmc_wait_exceeds(arrivals: float, service: float, servers: int, minutes: float) -> float:
    """P(wait > minutes) in M/M/c: an exponential tail for those who wait (Gross & Harris 1998, ch. 2)."""
    if arrivals * service >= servers:
        return 1.0
    spare = servers / service - arrivals
    return erlang_c(servers, arrivals * service) * math.exp(-spare * minutes)


def mmc_wait_quantile(arrivals: float, service: float, servers: int, share: float) -> float:
    """The minutes within which the wait of a `share` < 1 of customers lies; 0 if no more than the rest waits."""
    if arrivals * service >= servers:
        return math.inf
    waits = erlang_c(servers, arrivals * service)
    return max(0.0, math.log(waits / (1 - share)) / (servers / service - arrivals))


def mmck(arrivals: float, service: float, servers: int, room: int) -> Limited:
    """M/M/c/K with `room` K ≥ c for customers, those in service included (Gross & Harris 1998, ch. 2)."""
    busy = np.minimum(np.arange(1, room + 1), servers)
    weights = np.concatenate([[1.0], np.cumprod(arrivals * service / busy)])
    states = weights / weights.sum()
    waiting = np.maximum(np.arange(room + 1) - servers, 0) @ states
    refused = float(states[-1])
    return Limited(refused, float(waiting) / (arrivals * (1 - refused)))


# --- M/G/1 and M/D/1 ---


def mg1_wait(arrivals: float, service: float, sd: float) -> float:
    """Mean wait in M/G/1 with services of any law with this sd (Pollaczek 1930, Khinchine 1932)."""
    if arrivals * service >= 1:
        return math.inf
    return arrivals * (service**2 + sd**2) / (2 * (1 - arrivals * service))


def mg1_wait_square(arrivals: float, service: float, sd: float, cube: float) -> float:
    """Mean of the squared wait in M/G/1, where `cube` is the mean of the cubed service (Takács 1962)."""
    if arrivals * service >= 1:
        return math.inf
    return 2 * mg1_wait(arrivals, service, sd) ** 2 + arrivals * cube / (3 * (1 - arrivals * service))


def md1_wait(arrivals: float, service: float) -> float:
    """Mean wait in M/D/1, every service taking the same time: half that of M/M/1."""
    return mg1_wait(arrivals, service, 0.0)


# --- impatience and priorities ---


def erlang_a(arrivals: float, service: float, servers: int, patience: float) -> Impatient:
    """M/M/c+M (Palm 1957; Garnett, Mandelbaum & Reiman 2002); it is always stable."""
    load = arrivals * service
    longer = float(hyp1f1(1, servers * patience / service + 1, arrivals * patience))
    refused = erlang_b(servers, load)
    waits = longer * refused / (1 + (longer - 1) * refused)
    abandons = waits * (servers / load / longer + 1 - servers / load)
    return Impatient(abandons, waits, abandons * patience)


def priority_waits(arrivals: Sequence[float], service: float, servers: int) -> list[float]:
    """Mean wait per class, the highest first, in M/M/c where nobody is interrupted.

    Cobham (1954); Kella & Yechiali (1985) for several servers. All classes are served alike.
    """
    used = np.cumsum([0.0, *arrivals]) * service / servers
    residual = erlang_c(servers, float(used[-1]) * servers) * service / servers
    return [
        residual / ((1 - before) * (1 - upto)) if upto < 1 else math.inf
        for before, upto in pairwise(used.tolist())
    ]


# --- networks ---


def tandem_stay(arrivals: float, services: Sequence[float], servers: Sequence[int]) -> float:
    """Mean stay in M/M/c queues passed one after the other: each is an M/M/c of its own (Burke 1956)."""
    return sum(
        mmc_wait(arrivals, service, count) + service for service, count in zip(services, servers, strict=True)
    )


def jackson_arrivals(outside: Sequence[float], routing: Sequence[Sequence[float]]) -> Floats:
    """Arrivals at each queue of an open network, float[queue], returns included (Jackson 1957).

    `outside` float[queue] come from outside; `routing` float[queue, queue] is the chance to go from row to column.
    """
    chances = np.array(routing, float)
    return np.linalg.solve(np.eye(len(outside)) - chances.T, np.array(outside, float))


def jackson_stay(
    outside: Sequence[float],
    routing: Sequence[Sequence[float]],
    services: Sequence[float],
    servers: Sequence[int],
) -> float:
    """Mean stay in the whole open network of M/M/c queues (Jackson 1957), by Little's law."""
    flows = jackson_arrivals(outside, routing)
    present: list[float] = [
        flow * tandem_stay(flow, [service], [count])
        for flow, service, count in zip(flows.tolist(), services, servers, strict=True)
    ]
    return sum(present) / sum(outside)


# --- over the day ---


def day_waits(arrivals: Sequence[float] | Floats, minutes: float, service: float, servers: int) -> Floats:
    """Mean wait of those who arrive in each period of a day that begins empty: M(t)/M/c, float[period].

    Arrivals are constant within a period of so many `minutes`; the servers stay until the last customer has left.
    Integrates the Kolmogorov forward equations (Gross & Harris 1998, ch. 2).
    """
    from scipy.integrate import solve_ivp  # takes long to import

    expected = sum(arrivals) * minutes
    states = np.arange(math.ceil(expected + 10 * math.sqrt(expected)) + servers)  # hardly ever more come
    leave = np.minimum(states, servers) / service
    wait = np.maximum(states - servers + 1, 0) * service / servers  # of who arrives now
    waits, chances = [], (states == 0).astype(float)
    for arrive in arrivals:
        solution = solve_ivp(
            _flow, (0, minutes), np.append(chances, 0.0), args=(arrive, leave, wait), rtol=1e-8, atol=1e-12
        )
        chances, waited = solution.y[:-1, -1], solution.y[-1, -1]
        waits.append(waited / minutes)
    return np.array(waits)


def _flow(_t: float, y: Floats, arrive: float, leave: Floats, wait: Floats) -> Floats:
    """Derivatives of the chances of each state, and of the integral of the expected wait."""
    chances = y[:-1]
    up, down = arrive * chances[:-1], leave[1:] * chances[1:]
    change = np.append(down - up, 0.0)
    change[1:] += up - down
    return np.append(change, wait @ chances)
