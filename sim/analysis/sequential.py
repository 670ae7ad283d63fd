"""When to stop adding replications: once every measure is as precise as asked, and not by luck.

An interval that happens to be narrow stops a run early, and is then too narrow: sequential stopping costs coverage
(Chow & Robbins 1965; Singham 2014). Two guards keep it near its level: a least number of replications, and the
look-ahead of Hoad, Robinson & Davies (2010), which asks that the precision still hold after some more. For the
skewed mean wait of a short M/M/1 and a nominal 95 %, 20 and 5 keep 92 %, 30 and 10 keep 93 to 94 %.

The number to stop at is a function of the replications in their order alone. Who computes them in batches may have
made more by then, and leaves those out: so the result is the same for any number of workers.

Sources: Hoad, Robinson & Davies (2010), JORS 61, 1632-1644; Chow & Robbins (1965), Ann. Math. Stat. 36, 457-462;
Singham (2014), ACM TOMACS 24(3), 18; Law (2015), Simulation Modeling and Analysis, 9.4.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.moments import Floats, Moments


class Target(NamedTuple):
    """The half-width that a measure's interval is to have at most: a share of its mean, or in its own unit."""

    half_width: float
    relative: bool = True


@dataclass(frozen=True)
class Rule:
    """When to stop: `ValueError` for what can never be met."""

    targets: tuple[Target, ...]
    level: float = 0.95  # of each measure's interval by itself
    least: int = 30  # replications; fewer lose coverage
    most: int = 1000
    look_ahead: int = 10  # replications; per cent of those made, if over a hundred

    def __post_init__(self) -> None:
        for target in self.targets:
            if not target.half_width > 0:
                raise ValueError(f"a half-width must be above 0, not {target.half_width}")
        if not 0 < self.level < 1:
            raise ValueError(f"a level must lie between 0 and 1, not {self.level}")
        if not 2 <= self.least <= self.most:
            raise ValueError(
                f"the least number of replications must lie between 2 and the most, {self.most}, not {self.least}"
            )


class Progress(NamedTuple):
    """Where a run to a precision stands."""

    needed: int  # replications to have next; when finished, those to use
    finished: bool
    precise: bool  # every target met, look-ahead included


class Reached(NamedTuple):
    """The precision of one measure."""

    mean: float
    half_width: float
    allowed: float  # the target in the measure's own unit
    seen: int  # how often it was observed: in how many replications, or batches of them
    met: bool


def progress(running: Moments, rule: Rule) -> Progress:
    """How many replications to have, after the moments of float[measure, replication] up to each replication.

    Ask again with that many, until it is finished; then use the first `needed`. A measure counts as precise only
    after it was observed `least` times.
    """
    at = up_to(running, rule.most)
    made = at.mean.shape[1]
    if made < rule.least:
        return Progress(rule.least, False, False)
    first = _first_precise(_precise(at, rule), rule.look_ahead)
    if first is not None and _guarded(first, rule.look_ahead) <= made:
        return Progress(_guarded(first, rule.look_ahead), True, True)
    if made == rule.most:
        return Progress(made, True, False)
    needed = _predicted(last(at), made, rule) if first is None else _guarded(first, rule.look_ahead)
    return Progress(min(needed, rule.most), False, False)


def reached(at: Moments, rule: Rule) -> list[Reached]:
    """The precision of each measure, given its moments: float[measure]."""
    rows = zip(
        at.mean, at.half_width(rule.level), _allowed(at, rule), at.seen, _precise(at, rule), strict=True
    )
    return [Reached(float(m), float(h), float(a), int(n), bool(met)) for m, h, a, n, met in rows]


def up_to(running: Moments, count: int) -> Moments:
    """The moments after each of the first so many replications."""
    return Moments._make(part[..., :count] for part in running)


def last(running: Moments) -> Moments:
    """The moments after all replications."""
    return Moments._make(part[..., -1] for part in running)


def _allowed(at: Moments, rule: Rule) -> Floats:
    """The half-width allowed, in each measure's unit: float[measure, ...]."""
    widths = np.array([target.half_width for target in rule.targets])
    relative = np.array([target.relative for target in rule.targets])
    shape = (-1,) + (1,) * (at.mean.ndim - 1)
    return widths.reshape(shape) * np.where(relative.reshape(shape), np.abs(at.mean), 1)


def _precise(at: Moments, rule: Rule) -> NDArray[np.bool_]:
    return (at.half_width(rule.level) <= _allowed(at, rule)) & (at.seen >= rule.least)


def _guarded(count: int, look_ahead: int) -> int:
    """The number up to which a precision met at `count` must hold: f(kLimit, n) of Hoad et al., section 3.3."""
    return count + look_ahead * max(count, 100) // 100


def _first_precise(precise: NDArray[np.bool_], look_ahead: int) -> int | None:
    """The first count from which all measures are precise through the look-ahead, or as far of it as there is."""
    made = precise.shape[1]
    failures = np.append(np.flatnonzero(~precise.all(axis=0)) + 1, made + 1)  # counts, from 1
    for start, end in zip(np.append(0, failures[:-1]) + 1, failures, strict=True):
        # within a run of precise counts its first one asks least
        if start < end and (end > made or _guarded(int(start), look_ahead) < end):
            return int(start)
    return None


def _predicted(at: Moments, made: int, rule: Rule) -> int:
    """How many would do if the variance stays as seen; no more than double, for that is little known yet."""
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = at.half_width(rule.level) / _allowed(at, rule)
    times = np.nan_to_num(ratio**2, nan=2, posinf=2).max()
    enough = _guarded(int(np.ceil(made * times)), rule.look_ahead)
    return max(made + 1, min(enough, 2 * made))
