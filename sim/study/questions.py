"""One line per question: run a scenario, compare several on the same citizens, tell one dossier's life."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from sim.plan.compile import compile_scenario
from sim.plan.draws import draw
from sim.plan.model import Model, Replication
from sim.results.life import Line, find, life, name_of
from sim.results.result import Comparison, Result
from sim.scenario import ScenarioError, ScenarioFile, load
from sim.study.replicate import DEFAULT_ENGINE, Progress, engine_of, replicate

Source = ScenarioFile | str | os.PathLike[str]


def run(
    scenario: Source,
    *,
    replications: int = 10,
    seed: int = 1,
    engine: str = DEFAULT_ENGINE,
    workers: int | None = None,
    keep_log: bool = False,
    progress: Progress | None = None,
) -> Result:
    """Simulate a scenario (a file's path, or what :func:`sim.load` gave); options as in `replicate`.

    `keep_log` keeps the logs of the replications that have rows, for `Result.logs`.
    """
    files = [_file(scenario)]
    return replicate(
        files,
        replications=replications,
        seed=seed,
        engine=engine,
        workers=workers,
        keep_log=keep_log,
        progress=progress,
    )[0]


def compare(
    scenarios: Sequence[Source],
    *,
    replications: int = 10,
    seed: int = 1,
    engine: str = DEFAULT_ENGINE,
    workers: int | None = None,
    keep_log: bool = False,
    progress: Progress | None = None,
) -> Comparison:
    """Simulate several scenarios on the same citizens; the first is the baseline.

    Raises ValueError for fewer than two scenarios, or two of one name.
    """
    files = [_file(scenario) for scenario in scenarios]
    names = [file.name for file in files]
    if len(files) < 2 or len(set(names)) < len(names):
        raise ValueError(f"a comparison needs two or more scenarios with names of their own, not {names}")
    results = replicate(
        files,
        replications=replications,
        seed=seed,
        engine=engine,
        workers=workers,
        keep_log=keep_log,
        progress=progress,
    )
    return Comparison(tuple(results))


class Trace(NamedTuple):
    """One dossier's life in one replication."""

    model: Model
    replication: Replication
    dossier: str
    lines: list[Line]


def trace(
    scenario: Source, dossier: str, *, seed: int = 1, replication: int = 0, engine: str = DEFAULT_ENGINE
) -> Trace:
    """The life of the dossier ``PROCEDURE#NUMBER`` or ``PLACE/PROCEDURE#NUMBER``.

    Raises ScenarioError, with a name that exists, if there is none of this name.
    """
    simulate = engine_of(engine)
    model = compile_scenario(_file(scenario).scenario)
    drawn = draw(model, seed, replication)
    number = find(model, drawn, dossier)
    if number < 0:
        example = name_of(model, drawn, len(drawn.draws.arrival) // 2) if len(drawn.draws.arrival) else "–"
        raise ScenarioError(
            f"there is no dossier '{dossier}' in replication {replication}; write PROCEDURE#NUMBER, "
            f"or PLACE/PROCEDURE#NUMBER, for example {example}"
        )
    log = simulate(model.plan, drawn.draws)
    return Trace(model, drawn, dossier, life(model, drawn, log, number))


def _file(scenario: Source) -> ScenarioFile:
    return scenario if isinstance(scenario, ScenarioFile) else load(scenario)
