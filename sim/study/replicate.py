"""Results of scenarios: all measures of all replications, rows of the first ones, and where they come from."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from datetime import UTC, datetime

from sim.results.provenance import provenance
from sim.results.result import Result, collect
from sim.results.rows import KEPT_REPLICATIONS, Kept, kept
from sim.scenario import ScenarioFile
from sim.study.campaign import Campaign, Progress
from sim.study.explanation import Explanation, explain
from sim.study.tasks import DEFAULT_ENGINE, asked_of, hold


def replicate(
    files: Sequence[ScenarioFile],
    *,
    replications: int = 10,
    seed: int = 1,
    engine: str = DEFAULT_ENGINE,
    workers: int | None = None,
    rows: Kept = KEPT_REPLICATIONS,
    keep_log: bool = False,
    progress: Progress | None = None,
    executor: Executor | None = None,
    store: str | os.PathLike[str] | None = None,
    measures: Iterable[str] = (),
) -> list[Result]:
    """Simulate each scenario so many times, every time with the same citizens; one result a scenario.

    The first `rows` replications, or "all", have rows of visits, dossiers, days and hours; a year of a district takes
    some ten megabytes a replication. `keep_log` keeps the log of every replication that has rows; the other
    options are those of `Campaign`. Raises ValueError for an unknown engine, and for fewer than one replication or
    worker.
    """
    with Campaign(
        seed=seed,
        engine=engine,
        workers=workers,
        progress=progress,
        executor=executor,
        store=store,
        measures=measures,
    ) as campaign:
        return results(campaign, files, replications, rows=rows, keep_log=keep_log)


def results(
    campaign: Campaign,
    files: Sequence[ScenarioFile],
    replications: int,
    *,
    rows: Kept = KEPT_REPLICATIONS,
    keep_log: bool = False,
) -> list[Result]:
    """Results of scenarios from what a campaign has computed, and computes now; see :func:`replicate`."""
    if replications < 1:
        raise ValueError("replications and workers must be at least 1")
    rows_of = kept(rows, replications)
    started = datetime.now(UTC).isoformat(timespec="seconds")
    found = list(explained(files, campaign.measures))
    gathered = list(campaign.gathered(files, replications, rows_of=rows_of, keep_log=keep_log))
    return [
        collect(
            one.file,
            told.model,
            one.measured,
            one.rows,
            provenance(
                one.file,
                seed=campaign.seed,
                replications=replications,
                engine=campaign.engine,
                started=started,
            )
            | {"flags": [flag._asdict() for flag in told.flags()]},
        )
        for one, told in zip(sorted(gathered, key=lambda one: one.number), found, strict=True)
    ]


def explained(files: Iterable[ScenarioFile], measures: Iterable[str] = ()) -> Iterator[Explanation]:
    """What is known of scenarios beforehand; their replications find them compiled."""
    for file in files:
        found = explain(file)
        hold(file, found.model, asked_of(file, measures))
        yield found
