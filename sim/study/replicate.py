"""Replications of scenarios, in this process or in several; the numbers are the same."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import UTC, datetime
from typing import NamedTuple

from sim.engine import compiled, reference
from sim.engine.contract import Draws, Log, Plan
from sim.plan.draws import draw
from sim.plan.model import Model
from sim.results.frames import Tables, tables
from sim.results.result import Result, collect, provenance
from sim.results.targets import check_targets
from sim.scenario import ScenarioFile
from sim.study.explanation import explain

ENGINES: dict[str, Callable[[Plan, Draws], Log]] = {
    "reference": reference.simulate,
    "compiled": compiled.simulate,
}
Progress = Callable[[int, int], None]  # replications done, of how many


class _Job(NamedTuple):
    """One replication of one of the scenarios."""

    scenario: int
    replication: int


def replicate(
    files: Sequence[ScenarioFile],
    *,
    replications: int = 10,
    seed: int = 1,
    engine: str = "reference",
    workers: int | None = None,
    progress: Progress | None = None,
) -> list[Result]:
    """Simulate each scenario so many times, every time with the same citizens; one result a scenario.

    `workers` processes, by default as many as there are processors, at most one a replication. Raises ValueError
    for an unknown engine, and for fewer than one replication or worker.
    """
    engine_of(engine)
    if replications < 1 or (workers is not None and workers < 1):
        raise ValueError("replications and workers must be at least 1")
    for file in files:
        check_targets(file.path.name, file.scenario)
    started = datetime.now(UTC).isoformat(timespec="seconds")
    explained = [explain(file) for file in files]
    models = [found.model for found in explained]
    jobs = [_Job(scenario, number) for number in range(replications) for scenario in range(len(files))]
    if engine == "compiled":
        compiled.prepare(models[0].plan)
    done = _run(models, jobs, seed, engine, workers_of(workers, len(jobs)), progress)
    return [
        collect(
            file,
            [done[_Job(number, replication)] for replication in range(replications)],
            provenance(file, seed=seed, replications=replications, engine=engine, started=started)
            | {"flags": [flag._asdict() for flag in explained[number].flags()]},
        )
        for number, file in enumerate(files)
    ]


def engine_of(name: str) -> Callable[[Plan, Draws], Log]:
    """The engine of a name; ValueError names those there are."""
    if name not in ENGINES:
        raise ValueError(f"'{name}' is not an engine; choose one of {', '.join(ENGINES)}")
    return ENGINES[name]


def workers_of(asked: int | None, jobs: int) -> int:
    """How many processes do so many replications, all scenarios together: never more than there are."""
    return min(asked or usual_workers(), jobs)


def usual_workers() -> int:
    """As many as this process may use processors."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _run(
    models: Sequence[Model],
    jobs: Sequence[_Job],
    seed: int,
    engine: str,
    workers: int,
    progress: Progress | None,
) -> dict[_Job, Tables]:
    done: dict[_Job, Tables] = {}
    if workers == 1:
        for job in jobs:
            done[job] = one(models[job.scenario], seed, job.replication, engine)
            if progress is not None:
                progress(len(done), len(jobs))
        return done
    with ProcessPoolExecutor(workers, initializer=_keep, initargs=(list(models),)) as pool:
        futures = {pool.submit(_one_of_kept, job, seed, engine): job for job in jobs}
        try:
            for future in as_completed(futures):
                done[futures[future]] = future.result()
                if progress is not None:
                    progress(len(done), len(jobs))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return done


def one(model: Model, seed: int, replication: int, engine: str) -> Tables:
    """Draw, simulate and observe one replication."""
    drawn = draw(model, seed, replication)
    return tables(model, drawn, ENGINES[engine](model.plan, drawn.draws))


# A worker process gets the models once, when it starts, not with every job.
_kept: list[Model] = []


def _keep(models: list[Model]) -> None:
    _kept[:] = models


def _one_of_kept(job: _Job, seed: int, engine: str) -> Tables:
    return one(_kept[job.scenario], seed, job.replication, engine)
