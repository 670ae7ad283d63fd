"""A queue M/M/1 by Lindley's recursion, many side by side, and what is known of it exactly. Mean service: 1."""

from __future__ import annotations

import numpy as np
from scipy.special import betainc


def waits(random: np.random.Generator, start: np.ndarray, customers: int, load: float) -> np.ndarray:
    """Waits of each customer: float[queue, customer], the first customer's given."""
    steps = random.exponential(1, (customers, len(start))) - random.exponential(
        1 / load, (customers, len(start))
    )
    found = np.empty((customers, len(start)))
    wait = start
    for customer in range(customers):
        found[customer] = wait
        wait = np.maximum(wait + steps[customer], 0)
    return found.T


def in_equilibrium(random: np.random.Generator, queues: int, load: float) -> np.ndarray:
    """Waits of a stable queue that has run for ever."""
    return np.where(random.random(queues) < load, random.exponential(1 / (1 - load), queues), 0)


def mean_wait_from_empty(customers: int, load: float) -> float:
    """Expected mean wait of the first customers of a queue that starts empty (Spitzer 1956).

    E W(n+1) is the sum over k ≤ n of E max(S(k), 0) / k, where S(k), services less times between arrivals, is the
    difference of two gamma variables.
    """
    k = np.arange(1, customers)
    share = load / (1 + load)
    positive = k * betainc(k, k + 1, share) - k / load * betainc(k + 1, k, share)
    return float(np.append(0, np.cumsum(positive / k)).mean())
