"""The stages of a journey, and what levers of digitisation make of them.

Mechanisms are assumptions of the model unless a source is named; the numbers stand in the scenario file.
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.scenario.levers import Digital, ResultDelivery
from sim.scenario.values import Stage

Stages = tuple[tuple[str, ...], ...]


def as_stages(stages: Sequence[Stage]) -> Stages:
    """Stages as tuples of step names."""
    return tuple((stage,) if isinstance(stage, str) else tuple(stage) for stage in stages)


def without_paper(digital: Digital, stages: Stages) -> Stages:
    """E-signature: courier runs and other steps that exist for paper alone fall away.

    The teams named in `digital.signature` sign all day instead of at fixed hours.
    """
    if not digital.e_signature or digital.signature is None:
        return stages
    skips = set(digital.signature.skips)
    kept = (tuple(step for step in stage if step not in skips) for stage in stages)
    return tuple(stage for stage in kept if stage)


def deliveries(digital: Digital, stages: Stages) -> list[tuple[float, Stages]]:
    """Electronic and postal return of results: (upper bound of the citizen's number, stages).

    Electronic delivery takes the lowest numbers and post the highest, so that raising one share moves nobody
    between the other two.
    """
    result = digital.result
    if result is None or not any(result.instead_of in stage for stage in stages):
        return [(1.0, stages)]
    ways = [
        (result.electronic, _replaced(stages, result, result.electronic_steps)),
        (1 - result.postal, stages),
        (1.0, _replaced(stages, result, result.postal_steps)),
    ]
    return [ways[i] for i in range(3) if i == 0 or ways[i][0] > ways[i - 1][0]]


def assisted(digital: Digital, stages: Stages) -> Stages:
    """Assisted digital: staff help to file the online form at a counter, as a desk step before it."""
    assert digital.assisted is not None
    return ((digital.assisted.step,), *stages)


def _replaced(stages: Stages, result: ResultDelivery, steps: Sequence[Stage]) -> Stages:
    at = next(i for i, stage in enumerate(stages) if result.instead_of in stage)
    return (*stages[:at], *as_stages(steps), *stages[at + 1 :])
