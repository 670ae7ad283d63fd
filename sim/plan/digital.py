"""The levers of digitisation: what each one does to demand, loops, teams and work.

What they do to journeys stands in :mod:`sim.scenario.stages`. Mechanisms are assumptions of the model unless a source
is named; the numbers stand in the scenario file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from sim.engine.contract import Floats
from sim.scenario.domain import Scenario
from sim.scenario.levers import Digital


def online_share(digital: Digital, days: Sequence[date]) -> Floats:
    """Online share and ramp: the share of dossiers filed online on each day.

    A ramp is linear between its dates and flat outside them: adoption over time. Citizens keep their own number
    for the choice of channel, so those who file online at a share also do so at every larger one.
    """
    if isinstance(digital.online_share, float | int):
        return np.full(len(days), float(digital.online_share))
    dates, shares = zip(*digital.online_share, strict=True)
    at = [d.toordinal() for d in dates]
    return np.interp([d.toordinal() for d in days], at, shares)


def signs_all_day(digital: Digital, team: str) -> bool:
    """E-signature: leaders sign wherever they are, during all opening hours."""
    return digital.e_signature and digital.signature is not None and team in digital.signature.teams


def loop_probability(digital: Digital, loop: str, online: bool, probability: float) -> float:
    """Fewer incomplete dossiers online: the form refuses what is missing, so the named loops happen less."""
    if online and digital.pre_check is not None and loop in digital.pre_check.loops:
        return probability * (1 - digital.pre_check.avoids)
    return probability


def known_before(digital: Digital, step: str) -> float:
    """Data reuse: the factor on a step's work for citizens whose data are known; 1 for other steps."""
    reuse = digital.data_reuse
    return 1 - reuse.saves if reuse is not None and step in reuse.steps else 1.0


def pooled(scenario: Scenario, tiers: list[list[str]]) -> list[list[str]]:
    """Any counter, any service: whoever does desk work serves every field, after what they served before."""
    if not scenario.digital.pooled_counters:
        return tiers
    desk_roles = {step.role or name for name, step in scenario.step.items() if step.desk}
    last = max((i for i, tier in enumerate(tiers) if any(_role(p) in desk_roles for p in tier)), default=None)
    if last is None:
        return tiers
    everything = [f"{role}:*" for role in sorted(desk_roles)]
    return [*tiers[: last + 1], everything, *tiers[last + 1 :]]


def _role(pattern: str) -> str:
    return pattern.partition(":")[0]
