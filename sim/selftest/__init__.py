"""Does the simulation still agree with queueing theory? Small scenarios, run and held against closed formulas.

The scenarios are ordinary files beside this module; :mod:`sim.selftest.cases` says what theory expects of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.engine import reference
from sim.engine.contract import Draws, Floats, Log, Plan
from sim.plan.compile import compile_scenario
from sim.plan.draws import draw
from sim.plan.model import Model
from sim.scenario.files import load
from sim.selftest.cases import CASES, Prediction
from sim.selftest.seen import Seen, see

FOLDER = Path(__file__).parent
TOLERANCE = 4.0  # standard errors
REPLICATIONS = 20


class Check(NamedTuple):
    """One figure, as theory has it and as the simulation has it."""

    name: str  # of the scenario file
    what: str
    expected: float
    observed: float
    error: float  # standard error of `observed`
    passed: bool  # they differ by at most `TOLERANCE` standard errors


def selftest(
    progress: Callable[[int, int], None] | None = None,
    *,
    cases: Iterable[str] = tuple(CASES),
    simulate: Callable[[Plan, Draws], Log] = reference.simulate,
    replications: int = REPLICATIONS,
    seed: int = 1,
) -> list[Check]:
    """Hold an engine against theory; `progress` is told how many of how many replications are done.

    The default takes some ten seconds with the reference engine; four times the replications halve the errors.
    """
    cases = list(cases)
    checks: list[Check] = []
    for number, name in enumerate(cases):
        scenario = load(FOLDER / f"{name}.toml").scenario
        predictions = CASES[name](scenario)
        seen = []
        own_seed = seed + tuple(CASES).index(name)  # else the same people would come in every case
        for run in _runs(compile_scenario(scenario), simulate, replications, own_seed):
            seen.append([prediction.observe(run) for prediction in predictions])
            if progress is not None:
                progress(number * replications + len(seen), len(cases) * replications)
        checks += [
            _check(name, prediction, values)
            for prediction, values in zip(predictions, zip(*seen, strict=True), strict=True)
        ]
    return checks


def mean_of_ratio(totals: Floats, counts: Floats) -> tuple[float, float]:
    """The mean over all customers and its standard error, from float[replication] totals and counts.

    Replications are independent; how many customers one brings varies with what they meet, so the error is that
    of a ratio (Cochran 1977, ch. 2).
    """
    mean = totals.sum() / counts.sum()
    residuals = totals - mean * counts
    error = np.sqrt(len(totals) / (len(totals) - 1) * (residuals**2).sum()) / counts.sum()
    return float(mean), float(error)


def _runs(
    model: Model, simulate: Callable[[Plan, Draws], Log], replications: int, seed: int
) -> Iterator[Seen]:
    for replication in range(replications):
        drawn = draw(model, seed, replication)
        yield see(model, drawn, simulate(model.plan, drawn.draws))


def _check(name: str, prediction: Prediction, values: Iterable[Floats]) -> Check:
    values = list(values)
    observed, error = mean_of_ratio(
        np.array([part.sum() for part in values]), np.array([float(len(part)) for part in values])
    )
    passed = abs(observed - prediction.expected) <= TOLERANCE * error
    return Check(name, prediction.what, prediction.expected, observed, error, passed)
