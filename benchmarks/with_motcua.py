"""Motcua, by its ordinary way: scenario file → plan → draws → engine → means. All calls of `sim` stand here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from time import process_time
from typing import NamedTuple

import numpy as np

import sim
from benchmarks.outcome import Outcome, Run
from benchmarks.spec import Office, Row, offices, row
from sim.engine.contract import Log
from sim.plan.compile import compile_scenario
from sim.plan.draws import draw as draw
from sim.plan.model import Model as Model
from sim.plan.model import Replication
from sim.results.groups import Groupings
from sim.results.measured import key, measure, names
from sim.results.observe import observe
from sim.scenario import ScenarioFile
from sim.study.tasks import ENGINES

simulate = ENGINES["compiled"]
HERE = Path(__file__).parent
TIEN_YEN = HERE.parent / "scenarios/tien_yen_2019/baseline.toml"


class Ran(NamedTuple):
    """One replication."""

    model: Model
    replication: Replication
    log: Log


Observe = Callable[[Ran], dict[str, float]]


def load(case: str) -> ScenarioFile:
    """The scenario file of a case."""
    return sim.load(TIEN_YEN if case == "tien_yen" else HERE / f"{case}.toml")


def row_of(case: str) -> Row:
    """The stations of a case."""
    return row(load(case).scenario)


def offices_of(case: str, days: int | None) -> tuple[list[Office], int]:
    """The sites of a case, and the days: None for those of the file."""
    scenario = load(case).scenario
    return offices(scenario), days or (scenario.horizon.last - scenario.horizon.first).days + 1


def model_of(case: str, changes: Mapping[str, object]) -> Model:
    """The plan of a case with other values at dotted paths."""
    file = load(case)
    return compile_scenario((file.change(changes) if changes else file).scenario)


def prepare(case: str, days: int | None, engine: str = "compiled") -> Run:
    """A run of so many days, None for those of the file: one replication, from the draws to the means."""
    last = None if days is None else load(case).scenario.horizon.first + timedelta(days=days - 1)
    model = model_of(case, {"horizon.to": last} if last else {})
    observe_run = OBSERVED[case](model)
    return lambda seed: replicate(model, seed, observe_run, engine)


def replicate(model: Model, seed: int, look: Observe, engine: str = "compiled") -> Outcome:
    """One replication with the processor time of its parts."""
    began = process_time()
    drawn = draw(model, seed, 0)
    ready = process_time()
    log = ENGINES[engine](model.plan, drawn.draws)
    ran = process_time()
    means = look(Ran(model, drawn, log))
    parts = {"draws": ready - began, "engine": ran - ready, "means": process_time() - ran}
    return Outcome(len(drawn.draws.arrival), means, parts)


def stay(run: Ran) -> dict[str, float]:
    """Mean minutes from arrival to the last station's end, of each class of priority."""
    draws = run.replication.draws
    since = np.searchsorted(draws.arrival, run.model.window[0])
    minutes = run.log.ready[since:] - draws.arrival[since:]
    done = ~np.isnan(minutes)
    if not draws.priority.any():
        return {"stay, others": float(minutes.mean(where=done))}
    first = draws.task_start.take(draws.stage_start[since:-1])
    high = draws.priority.take(draws.visit.take(first))[done]
    others, priority = np.bincount(high, minutes[done]) / np.bincount(high)
    return {"stay, others": float(others), "stay, priority": float(priority)}


def centre(run: Ran) -> dict[str, float]:
    """Mean wait for a service at the counter, and mean time to the result, of each kind of site."""
    draws, log, model = run.replication.draws, run.log, run.model
    of_task = np.repeat(draws.site, np.diff(draws.task_start[draws.stage_start]))
    intake = run.replication.labels.step == list(model.steps).index("intake")
    found = {}
    for name in ("centre", "commune"):
        here = np.array([place.site == name for place in model.places])
        found[f"wait, {name}"] = float(np.nanmean((log.started - log.entered)[intake & here[of_task]]))
        found[f"result, {name}"] = float(np.nanmean((log.ready - draws.arrival)[here[draws.site]]))
    return found


def every_measure(model: Model) -> Observe:
    """All measures of the replication; of its figures the one that tells most of queues."""
    groups = Groupings.of_model(model)
    told, rows = names(model), key(model, groups)["measure"].tolist()

    def observed(run: Ran) -> dict[str, float]:
        figures = measure(model, groups, run.replication, observe(*run), told)
        return {"wait": float(figures.value[rows.index("wait.mean")])}

    return observed


OBSERVED: dict[str, Callable[[Model], Observe]] = {
    "mm1": lambda _: stay,
    "mm10": lambda _: stay,
    "stations": lambda _: stay,
    "centre": lambda _: centre,
    "tien_yen": every_measure,
}
