"""The best of many systems, with a guarantee, under constraints or none: replication by replication.

Every system sees the same citizens, so differences vary little, and a system that is clearly behind leaves early. The
procedure is that of Kim & Nelson (2001), KN, with the constraints checked alongside as in the simultaneous
procedure of Andradóttir & Kim (2010), AK+. KN is chosen before its successor KN++ (Kim & Nelson 2006) because
replications are independent: its guarantee then holds in finite samples, with common random numbers too, while that
of KN++ holds in the limit only; the price is some more replications, for the variance is estimated once.

The guarantee. A system is desirable if it keeps every limit by at least the tolerance, unacceptable if it passes one
by at least as much. If replications are independent and normal, dependent as they like between systems, then with
probability ≥ 1 - error

- the desirable system with the largest mean is selected, if the mean of every other system that is not
  unacceptable is lower by the indifference or more;
- no system is selected, if all are unacceptable.

Why: the best desirable system is lost only if one of its `s` limits is judged wrongly, or one of the `k - 1` others,
being unacceptable, is judged to keep the limit it passes or, being behind, is judged to be ahead. That are
`s + k - 1` events, each of probability ≤ error / (s + k - 1) (Bonferroni; Healey, Andradóttir & Kim 2014): each
concerns one sequence of independent normal numbers and the triangle of Fabian (1974).

Sources: Kim & Nelson (2001), ACM TOMACS 11, 251-273; Kim & Nelson (2006), Oper. Res. 54, 475-488; Andradóttir & Kim
(2010), Nav. Res. Log. 57, 403-421; Batur & Kim (2010), ACM TOMACS 20(3), 13; Healey, Andradóttir & Kim (2014), ACM
TOMACS 24(3), 14; Fabian (1974), Ann. Stat. 2, 170-176.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.analysis.moments import Floats

Flags = NDArray[np.bool_]


class Constraint(NamedTuple):
    """A limit on the mean of a measure, and how near to it either judgement is right."""

    limit: float
    tolerance: float
    at_least: bool = False  # else at most


class Selection:
    """A search for the system with the largest mean: feed it replications until it is finished.

    Negate what should be small. Until `first` replications are fed all systems are candidates; then those leave that
    break a constraint or are behind a system that keeps all; what is fed for them later is not read. A known value,
    such as a cost, is fed each time: it decides at once, and a tie goes to the system named first.
    """

    def __init__(
        self,
        systems: int,
        indifference: float,
        constraints: tuple[Constraint, ...] = (),
        error: float = 0.05,
        first: int = 20,
    ) -> None:
        if systems < 1:
            raise ValueError("there is nothing to select from")
        if not 0 < error < 1:
            raise ValueError(f"the probability of error must lie between 0 and 1, not {error}")
        if first < 2:
            raise ValueError(f"variances need at least two replications, not {first}")
        if not min([indifference, *(c.tolerance for c in constraints)]) > 0:
            raise ValueError("the indifference and the tolerances must be above 0")
        self.candidates = np.ones(systems, np.bool_)
        self.replications = 0
        self._first = first
        self._indifference = indifference
        self._limits = np.array([c.limit for c in constraints])
        self._tolerances = np.array([c.tolerance for c in constraints])
        self._signs = np.array([-1.0 if c.at_least else 1.0 for c in constraints])
        self._slope = _slope(error / max(systems - 1 + len(constraints), 1), first)
        self._opening: list[tuple[Floats, Floats]] = []
        self._sums = np.zeros(systems)
        self._excess = np.zeros((systems, len(constraints)))  # sums, positive: the limit is passed
        self._variances = np.zeros((systems, systems))  # of differences
        self._excess_variances = np.zeros_like(self._excess)
        self._ahead = np.zeros((systems, systems), np.bool_)  # [i, j]: i was judged to be ahead of j
        self._kept = np.zeros_like(self._excess, np.bool_)
        self._broken = np.zeros_like(self._excess, np.bool_)

    @property
    def finished(self) -> bool:
        """Whether one system that keeps all constraints is left, or none at all."""
        left = np.flatnonzero(self.candidates)
        return not len(left) or (len(left) == 1 and bool(self._kept[left[0]].all()))

    @property
    def best(self) -> int | None:
        """The system selected; None before the end, or if no system keeps the constraints."""
        return int(np.argmax(self.candidates)) if self.finished and self.candidates.any() else None

    @property
    def broken(self) -> Flags:
        """Which constraints a system was judged to break: bool[system, constraint]."""
        return self._broken.copy()

    def feed(self, objective: ArrayLike, constrained: ArrayLike | None = None) -> None:
        """Take one replication: float[system] and float[system, constraint]; NaN for systems that left.

        `ValueError` if a candidate's value is NaN: a system that observed nothing cannot be judged.
        """
        values = np.asarray(objective, np.float64)
        limited = np.zeros((len(values), 0)) if constrained is None else np.asarray(constrained, np.float64)
        excess = self._signs * (limited - self._limits)
        if values.shape != self._sums.shape or excess.shape != self._excess.shape:
            raise ValueError(f"expected {self._excess.shape} systems and constraints, not {excess.shape}")
        if np.isnan(values[self.candidates]).any() or np.isnan(excess[self.candidates]).any():
            raise ValueError("a candidate observed nothing in this replication")
        self.replications += 1
        self._sums += values
        self._excess += excess
        if self.replications <= self._first:
            self._opening.append((values, excess))
        if self.replications == self._first:
            self._estimate_variances()
        if self.replications >= self._first:
            self._judge()

    def _estimate_variances(self) -> None:
        values = np.array([objective for objective, _ in self._opening])
        for system in range(values.shape[1]):
            self._variances[system] = np.var(values[:, [system]] - values, axis=0, ddof=1)
        self._excess_variances = np.var([excess for _, excess in self._opening], axis=0, ddof=1)
        self._opening.clear()

    def _judge(self) -> None:
        """Settle what can be settled, then let go who breaks a limit or is behind one who keeps them all."""
        self._judge_limits()
        self._judge_pairs()
        self.candidates &= ~self._broken.any(axis=1)
        # one after the other: judgements of different times may form a circle, of which one must stay
        for system in np.flatnonzero(self._kept.all(axis=1)):
            if self.candidates[system]:
                self.candidates &= ~self._ahead[system]

    def _judge_limits(self) -> None:
        edge = self._edge(self._excess_variances, self._tolerances)
        open_ = ~self._kept & ~self._broken
        self._kept |= open_ & (self._excess <= -edge)
        self._broken |= open_ & ~self._kept & (self._excess >= edge)

    def _judge_pairs(self) -> None:
        edge = self._edge(self._variances, self._indifference)
        gap = self._sums[:, np.newaxis] - self._sums
        named_first = np.triu(np.ones_like(self._ahead), 1)
        self._ahead |= ~self._ahead.T & ((gap > edge) | ((gap == 0) & (edge == 0) & named_first))

    def _edge(self, variances: Floats, zone: Floats | float) -> Floats:
        """How far a sum must be from 0 to be judged; nowhere after slope × variance / zone² replications."""
        return np.maximum(self._slope * variances / zone - zone * self.replications, 0) / 2


def _slope(error: float, first: int) -> float:
    """h² of Kim & Nelson (2001) with c = 1, for a one-sided error in one pair."""
    eta = ((2 * error) ** (-2 / (first - 1)) - 1) / 2
    return 2 * eta * (first - 1)
