"""A campaign: replications of scenarios, as many as a question turns out to need, each computed once.

All questions ask a campaign for the measures of scenarios' first n replications, and those that need more than one
batch of replications (a precision, a selection, a sweep, a break-even) ask again with other scenarios or a larger n.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np

from sim.results.measured import Figures, Measured
from sim.results.rows import Rows
from sim.scenario import ScenarioError, ScenarioFile
from sim.study.executors import Crew, usual_workers
from sim.study.store import Store
from sim.study.tasks import (
    DEFAULT_ENGINE,
    Batch,
    Recipe,
    Task,
    asked_of,
    engine_of,
    name_of,
    packed_key,
    unpacked_key,
)

Progress = Callable[[int, int], None]  # replications done, of how many


class Campaign:
    """Replications 0, 1, … of scenarios, on the same citizens: replication r of one is paired with r of another.

    `workers` replications at a time, by default as many as there are processors: threads for the compiled engine,
    which leaves the GIL to others, processes for the reference engine. With an `executor` of your own `workers` is
    how many tasks it performs at a time. What is computed is kept in the file `store`, and not computed again. Of the
    `measures` that questions will name those that are not measured anyhow, `wait.within_N`, are measured too.
    Raises ValueError for an unknown engine and fewer than one worker, ScenarioError for a store that is none.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        engine: str = DEFAULT_ENGINE,
        workers: int | None = None,
        progress: Progress | None = None,
        executor: Executor | None = None,
        store: str | os.PathLike[str] | None = None,
        measures: Iterable[str] = (),
    ) -> None:
        engine_of(engine)
        if workers is not None and workers < 1:
            raise ValueError("replications and workers must be at least 1")
        self.seed, self.engine, self.progress = seed, engine, progress
        self._crew: Crew[_Gathering] = Crew(engine, workers or usual_workers(), executor)
        self._store = None if store is None else Store(store)
        self.measures = tuple(measures)
        self._measured: dict[str, Measured] = {}

    def __enter__(self) -> Campaign:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of workers and store; both are also let go when the campaign is forgotten."""
        self._crew.stop()
        if self._store is not None:
            self._store.close()

    def measured(self, files: Sequence[ScenarioFile], replications: int) -> list[Measured]:
        """All measures of the first so many replications of each scenario."""
        wanted = {self._name(file): file for file in files}
        for one in self.gathered(
            [wanted[name] for name in wanted if not self._has(name, replications)], replications
        ):
            self._measured[self._name(one.file)] = one.measured
        held = [self._measured[self._name(file)] for file in files]
        return [one.first(replications) for one in held]

    def gathered(
        self, files: Sequence[ScenarioFile], replications: int, *, rows_of: int = 0, keep_log: bool = False
    ) -> Iterator[Gathered]:
        """Each scenario as soon as it has its replications; the campaign does not hold them itself.

        So a long sequence, which may make its scenarios as they are asked for, takes no memory. There are rows of the
        first `rows_of` replications. One such question at a time.
        """
        if self._crew.busy:
            raise RuntimeError("the campaign is still at work on another question")
        account = _Account(self.progress, len(files) * replications)
        share = self._crew.share(len(files) * replications)
        try:
            for number, file in enumerate(files):
                one = self._begun(number, file, replications)
                missing = one.missing(min(rows_of, replications))
                account.add(replications - len(missing))
                if not missing:
                    yield one.gathered()
                    continue
                recipe = Recipe.of(file, asked_of(file, self.measures))
                for part in _ranges(missing, share):
                    while self._crew.full:
                        yield from self._taken(account)
                    self._crew.hand_in(one, Task(recipe, self.seed, self.engine, part, rows_of, keep_log))
            while self._crew.busy:
                yield from self._taken(account)
        except BaseException:
            self._crew.stop()
            raise

    def _taken(self, account: _Account) -> Iterator[Gathered]:
        for one, task, batch in self._crew.take():
            if self._store is not None:
                self._store.keep(task.recipe.name, task.seed, task.replications, batch)
            account.add(len(task.replications))
            one.take(task.replications, batch)
            if one.complete:
                yield one.gathered()

    def _name(self, file: ScenarioFile) -> str:
        return name_of(file, asked_of(file, self.measures))

    def _has(self, name: str, replications: int) -> bool:
        return name in self._measured and len(self._measured[name].value) >= replications

    def _begun(self, number: int, file: ScenarioFile, replications: int) -> _Gathering:
        """What the campaign and its store know of a scenario."""
        one = _Gathering(number, file, replications)
        name = self._name(file)
        if name in self._measured:
            held = self._measured[name]
            each = map(Figures, held.value, held.n, held.waits, held.fates, held.weeks)
            one.add(packed_key(held.key), dict(enumerate(each)))
        if self._store is not None:
            one.add(*self._store.known(name, self.seed, range(replications)))
        return one


class Gathered(NamedTuple):
    """All replications of one scenario: its measures, and the rows of the first ones."""

    number: int  # of the scenario among those asked for
    file: ScenarioFile
    measured: Measured
    rows: list[Rows]


class _Gathering:
    """What there is of a scenario so far, in whatever order it comes."""

    def __init__(self, number: int, file: ScenarioFile, replications: int) -> None:
        self.number, self.file, self.replications = number, file, replications
        self._key = b""
        self._figures: dict[int, Figures] = {}
        self._rows: dict[int, Rows] = {}
        self._due = 0

    @property
    def complete(self) -> bool:
        return not self._due

    def missing(self, rows_of: int) -> list[int]:
        """The replications to be computed: those unknown, and the first ones if rows are wanted of them."""
        found = [n for n in range(self.replications) if n < rows_of or n not in self._figures]
        self._due = len(found)
        return found

    def take(self, replications: range, batch: Batch) -> None:
        self.add(batch.key, dict(zip(replications, batch.figures, strict=True)))
        self._rows |= batch.rows
        self._due -= len(replications)

    def add(self, key: bytes, figures: dict[int, Figures]) -> None:
        if figures and self._key not in (b"", key):
            raise ScenarioError(
                f"{self.file.name}: the store has other measures of it than this program; name another --store"
            )
        self._key = key if figures else self._key
        self._figures |= figures

    def gathered(self) -> Gathered:
        each = (self._figures[number] for number in range(self.replications))
        value, n, *others = zip(*each, strict=True)
        measured = Measured(unpacked_key(self._key), np.stack(value), np.stack(n), *others)
        rows = [self._rows[number] for number in range(len(self._rows))]
        return Gathered(self.number, self.file, measured, rows)


class _Account:
    """How many replications are done, of how many."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._done, self._total = progress, 0, total

    def add(self, replications: int) -> None:
        self._done += replications
        if replications and self._progress is not None:
            self._progress(self._done, self._total)


def _ranges(numbers: Sequence[int], longest: int) -> Iterator[range]:
    """Increasing numbers as ranges of at most so many."""
    start = 0
    for at in range(1, len(numbers) + 1):
        if at == len(numbers) or numbers[at] != numbers[at - 1] + 1 or at - start == longest:
            yield range(numbers[start], numbers[at - 1] + 1)
            start = at
