"""A campaign: replications of scenarios, as many as a question turns out to need, each computed once.

All questions that need more than one batch of replications (a precision, a selection, a sweep, a break-even) ask a
campaign for the measures of scenarios' first n replications, and ask again with other scenarios or a larger n.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.results.groups import Groupings
from sim.results.measured import Measured, key
from sim.scenario import ScenarioFile
from sim.study.explanation import explain
from sim.study.replicate import DEFAULT_ENGINE, Job, Progress, Setting, run_jobs, workers_of


class Campaign:
    """Replications 0, 1, … of scenarios, on the same citizens: replication r of one is paired with r of another."""

    def __init__(
        self,
        *,
        seed: int = 1,
        engine: str = DEFAULT_ENGINE,
        workers: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.seed, self.engine, self.workers, self.progress = seed, engine, workers, progress
        self._settings: dict[str, Setting] = {}
        self._measured: dict[str, Measured] = {}

    def measured(self, files: Sequence[ScenarioFile], replications: int) -> list[Measured]:
        """All measures of the first so many replications of each scenario."""
        for file in files:
            self._open(file)
        hashes = [file.hash for file in files]
        jobs = [
            Job(scenario, number)
            for scenario, name in enumerate(hashes)
            if name not in hashes[:scenario]
            for number in range(len(self._measured[name].value), replications)
        ]
        found: dict[Job, tuple[np.ndarray, np.ndarray]] = {}
        settings = [self._settings[name] for name in hashes]
        for done, (job, measurement) in enumerate(
            run_jobs(settings, jobs, workers_of(self.workers, max(len(jobs), 1))), start=1
        ):
            found[job] = measurement.figures
            if self.progress is not None:
                self.progress(done, len(jobs))
        for scenario, name in enumerate(hashes):
            if new := [found[job] for job in jobs if job.scenario == scenario]:
                old = self._measured[name]
                value, n = (np.stack(part) for part in zip(*new, strict=True))
                self._measured[name] = Measured(
                    old.key, np.concatenate([old.value, value]), np.concatenate([old.n, n])
                )
        return [
            Measured(one.key, one.value[:replications], one.n[:replications])
            for one in (self._measured[name] for name in hashes)
        ]

    def _open(self, file: ScenarioFile) -> None:
        if file.hash not in self._settings:
            model = explain(file).model
            setting = Setting(model, Groupings.of_model(model), self.seed, self.engine, rows_of=0)
            names = key(model, setting.groups)
            self._settings[file.hash] = setting
            self._measured[file.hash] = Measured(
                names, np.empty((0, len(names))), np.empty((0, len(names)), np.int64)
            )
