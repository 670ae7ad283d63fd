"""One line per question: run a scenario, compare several, find the best of them, tell one dossier's life."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from typing import NamedTuple

from sim.plan.compile import compile_scenario
from sim.plan.draws import draw
from sim.plan.model import Model, Replication
from sim.results.comparison import Comparison
from sim.results.life import Line, find, life, name_of
from sim.results.result import Result
from sim.results.rows import KEPT_REPLICATIONS, Kept
from sim.scenario import ScenarioError, ScenarioFile, Source, read
from sim.study import best as selection
from sim.study import precise
from sim.study.best import Best
from sim.study.campaign import Campaign, Progress
from sim.study.precise import Precision
from sim.study.replicate import replicate, results
from sim.study.tasks import DEFAULT_ENGINE, engine_of


def run(
    scenario: Source,
    *,
    during: str | None = None,
    replications: int = 10,
    seed: int = 1,
    engine: str = DEFAULT_ENGINE,
    workers: int | None = None,
    precision: Precision | None = None,
    most: int = precise.MOST,
    measures: Sequence[str] = (),
    rows: Kept = KEPT_REPLICATIONS,
    keep_log: bool = False,
    progress: Progress | None = None,
    executor: Executor | None = None,
    store: str | os.PathLike[str] | None = None,
) -> Result:
    """Simulate a scenario (a file's path, or what :func:`sim.load` gave); options as in `replicate`.

    Of its days only those `during` are measured, such as "2019-07"; see :meth:`ScenarioFile.during`.

    With a `precision`, such as ``{"wait.p90": 0.05, "on_time.rate@site=centre": "0.005 absolute"}``, replications are
    added, from 30 or `replications` on, until the half-width of every interval is that share of the mean, or that
    amount, and stays so; at the `most` the result says so in `Result.precision`. `measures` are those to be measured
    beside the usual ones, `wait.within_N`, of N minutes, or of seconds as in `wait.within_20s`. The first `rows`
    replications, or "all", have rows (`Result.visits` and so on); `keep_log` keeps their logs, too, for
    `Result.logs`. Raises ScenarioError for a name that is no measure.
    """
    file = read(scenario, during)
    rule = precise.rule_of(precision, least=replications, most=most) if precision else None
    precise.check_names(file, measures)
    with Campaign(
        seed=seed,
        engine=engine,
        workers=workers,
        progress=progress,
        executor=executor,
        store=store,
        measures=[*measures, *(precision or ())],
    ) as campaign:
        if precision and rule:
            return precise.to_precision(campaign, file, precision, rule, rows=rows, keep_log=keep_log)
        return results(campaign, [file], replications, rows=rows, keep_log=keep_log)[0]


def compare(
    scenarios: Sequence[Source],
    *,
    during: str | None = None,
    replications: int = 10,
    seed: int = 1,
    engine: str = DEFAULT_ENGINE,
    workers: int | None = None,
    measures: Sequence[str] = (),
    thresholds: Mapping[str, float] | None = None,
    rows: Kept = KEPT_REPLICATIONS,
    keep_log: bool = False,
    progress: Progress | None = None,
    executor: Executor | None = None,
    store: str | os.PathLike[str] | None = None,
) -> Comparison:
    """Simulate several scenarios on the same citizens; the first is the baseline.

    `during` is as in :func:`run`, `measures` are those to decide by, `thresholds` how small a difference of them
    makes none, in their units; see `Comparison`. `rows` and `keep_log` are those of :func:`run`. Raises
    ValueError for fewer than two scenarios or two of one name, ScenarioError for a name that is no measure.
    """
    files = _named(scenarios, "a comparison", during)
    thresholds = thresholds or {}
    precise.check_names(files[0], [*measures, *thresholds])
    compared = replicate(
        files,
        replications=replications,
        seed=seed,
        engine=engine,
        workers=workers,
        rows=rows,
        keep_log=keep_log,
        progress=progress,
        executor=executor,
        store=store,
        measures=[*measures, *thresholds],
    )
    return Comparison(tuple(compared), tuple(measures), thresholds)


def best(
    scenarios: Sequence[Source],
    measure: str,
    *,
    during: str | None = None,
    indifference: float | None = None,
    subject_to: Mapping[str, str] | None = None,
    tolerance: Mapping[str, float] | None = None,
    error: float = 0.05,
    most: int = selection.MOST,
    seed: int = 1,
    engine: str = DEFAULT_ENGINE,
    workers: int | None = None,
    progress: Progress | None = None,
    executor: Executor | None = None,
    store: str | os.PathLike[str] | None = None,
) -> Best:
    """The option with the best `measure` of those that keep limits, such as ``{"wait.p90": "<= 15"}``.

    It is the right one with probability 1 - `error`, if the others are worse by the `indifference` or more; within
    the `tolerance` of a limit either judgement is right. Both are in the measure's unit, by default what makes no
    difference in practice. Stress tests are left out. Raises ScenarioError for what cannot be read, for scenarios of
    one name, and for fewer than two options.
    """
    files = _named(scenarios, "a selection", during)
    goal = selection.goal_of(measure, indifference, subject_to or {}, tolerance or {}, error)
    with Campaign(
        seed=seed,
        engine=engine,
        workers=workers,
        progress=progress,
        executor=executor,
        store=store,
        measures=goal.names,
    ) as campaign:
        return selection.select(campaign, files, goal, most=most)


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
    model = compile_scenario(read(scenario).scenario)
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


def _named(scenarios: Sequence[Source], what: str, during: str | None) -> list[ScenarioFile]:
    files = [read(scenario, during) for scenario in scenarios]
    names = [file.name for file in files]
    if len(files) < 2 or len(set(names)) < len(names):
        raise ScenarioError(f"{what} needs two or more scenarios with names of their own, not {names}")
    return files
