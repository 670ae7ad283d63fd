"""Replications of scenarios, one after the other or side by side; the numbers are the same."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from datetime import UTC, datetime
from itertools import islice
from typing import NamedTuple

import numpy as np

from sim.engine import compiled, reference
from sim.engine.contract import Draws, Log, Plan
from sim.plan.draws import draw
from sim.plan.model import Model
from sim.results.groups import Groupings
from sim.results.measured import Measured, key, measure
from sim.results.measures import Figure
from sim.results.observe import observe
from sim.results.provenance import provenance
from sim.results.result import Result, collect
from sim.results.rows import KEPT_REPLICATIONS, Rows, rows
from sim.results.targets import check_targets
from sim.scenario import ScenarioFile
from sim.study.explanation import explain

ENGINES: dict[str, Callable[[Plan, Draws], Log]] = {
    "compiled": compiled.simulate,
    "reference": reference.simulate,
}
DEFAULT_ENGINE = "compiled"
WITHOUT_GIL = {"compiled"}
Progress = Callable[[int, int], None]  # replications done, of how many


class Setting(NamedTuple):
    """What all replications of a scenario have in common."""

    model: Model
    groups: Groupings
    seed: int
    engine: str
    rows_of: int  # the first replications, of which rows are made
    keep_log: bool = False

    def run(self, replication: int) -> Measurement:
        """Draw, simulate, observe and measure one replication."""
        drawn = draw(self.model, self.seed, replication)
        log = engine_of(self.engine)(self.model.plan, drawn.draws)
        observed = observe(self.model, drawn, log)
        kept = replication < self.rows_of
        return Measurement(
            measure(self.model, self.groups, drawn, observed),
            rows(self.model, drawn, log, observed, keep_log=self.keep_log) if kept else None,
        )


class Measurement(NamedTuple):
    """What is kept of one replication."""

    figures: Figure
    rows: Rows | None


class Job(NamedTuple):
    """One replication of one of the scenarios."""

    scenario: int
    replication: int


def replicate(
    files: Sequence[ScenarioFile],
    *,
    replications: int = 10,
    seed: int = 1,
    engine: str = DEFAULT_ENGINE,
    workers: int | None = None,
    keep_log: bool = False,
    progress: Progress | None = None,
) -> list[Result]:
    """Simulate each scenario so many times, every time with the same citizens; one result a scenario.

    `workers` replications at a time, by default as many as there are processors: threads for the compiled engine,
    which leaves the GIL to others, processes for the reference engine. `keep_log` keeps the log of every replication
    that has rows. Raises ValueError for an unknown engine, and for fewer than one replication or worker.
    """
    engine_of(engine)
    if replications < 1 or (workers is not None and workers < 1):
        raise ValueError("replications and workers must be at least 1")
    for file in files:
        check_targets(file.path.name, file.scenario)
    started = datetime.now(UTC).isoformat(timespec="seconds")
    explained = [explain(file) for file in files]
    settings = [
        Setting(found.model, Groupings.of_model(found.model), seed, engine, KEPT_REPLICATIONS, keep_log)
        for found in explained
    ]
    collected = [_Collected.of(setting, replications) for setting in settings]
    jobs = [Job(scenario, number) for number in range(replications) for scenario in range(len(files))]
    side_by_side = workers_of(workers, len(jobs))
    for done, (job, measurement) in enumerate(run_jobs(settings, jobs, side_by_side), start=1):
        collected[job.scenario].take(job.replication, measurement)
        if progress is not None:
            progress(done, len(jobs))
    return [
        collect(
            file,
            setting.model,
            own.measured,
            [own.rows[number] for number in range(len(own.rows))],
            provenance(file, seed=seed, replications=replications, engine=engine, started=started)
            | {"flags": [flag._asdict() for flag in found.flags()]},
        )
        for file, found, setting, own in zip(files, explained, settings, collected, strict=True)
    ]


def engine_of(name: str) -> Callable[[Plan, Draws], Log]:
    """The engine of a name; ValueError names those there are."""
    if name not in ENGINES:
        raise ValueError(f"'{name}' is not an engine; choose one of {', '.join(ENGINES)}")
    return ENGINES[name]


def workers_of(asked: int | None, jobs: int) -> int:
    """How many replications run at a time, all scenarios together: never more than there are."""
    return min(asked or usual_workers(), jobs)


def usual_workers() -> int:
    """As many as this process may use processors."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Collected(NamedTuple):
    """What the replications of one scenario gave so far, in whatever order they end."""

    measured: Measured
    rows: dict[int, Rows]

    @classmethod
    def of(cls, setting: Setting, replications: int) -> _Collected:
        names = key(setting.model, setting.groups)
        shape = replications, len(names)
        return cls(Measured(names, np.empty(shape), np.empty(shape, np.int64)), {})

    def take(self, replication: int, measurement: Measurement) -> None:
        self.measured.value[replication], self.measured.n[replication] = measurement.figures
        if measurement.rows is not None:
            self.rows[replication] = measurement.rows


def run_jobs(
    settings: Sequence[Setting], jobs: Sequence[Job], workers: int
) -> Iterator[tuple[Job, Measurement]]:
    """The jobs as they end. Few are submitted ahead, so that those done never pile up and a stop is soon."""
    if workers == 1:
        for job in jobs:
            yield job, settings[job.scenario].run(job.replication)
        return
    to_do, pending = iter(jobs), dict[Future[Measurement], Job]()
    pool, run = _pool(settings, workers)
    try:
        while True:
            for job in islice(to_do, 2 * workers - len(pending)):
                pending[pool.submit(run, job)] = job
            if not pending:
                return
            for future in wait(pending, return_when=FIRST_COMPLETED).done:
                yield pending.pop(future), future.result()
    finally:
        pool.shutdown(wait=not pending, cancel_futures=True)


def _pool(settings: Sequence[Setting], workers: int) -> tuple[Executor, Callable[[Job], Measurement]]:
    """Threads or processes, and what they do; a process gets the settings once, when it starts."""
    if settings[0].engine in WITHOUT_GIL:
        return ThreadPoolExecutor(workers), lambda job: settings[job.scenario].run(job.replication)
    return ProcessPoolExecutor(workers, initializer=_keep, initargs=(list(settings),)), _run_kept


_kept: list[Setting] = []  # of a worker process


def _keep(settings: list[Setting]) -> None:
    _kept[:] = settings


def _run_kept(job: Job) -> Measurement:
    return _kept[job.scenario].run(job.replication)
