"""How Motcua's speed changes with the number of customers, the queue's length, the teams, the sites and the cores."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from itertools import islice
from multiprocessing import get_context
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from benchmarks.outcome import Outcome
from benchmarks.rounds import timed
from benchmarks.spec import DAY, YEAR
from benchmarks.with_motcua import Model, Ran, draw, model_of, replicate, simulate

REPEATS = 3
CUSTOMERS = 200_000
LOAD = 0.8
JOBS = 8  # runs shared out to the cores
Table = dict[str, object]


class Point(NamedTuple):
    """Tasks per second of processor time at one size."""

    size: float
    engine: float
    whole: float  # with draws and means


def tasks(run: Ran) -> dict[str, float]:
    """Tasks that went through; those that only queued count half."""
    entered, ended = (np.count_nonzero(~np.isnan(column)) for column in (run.log.entered, run.log.ended))
    return {"tasks": (entered + ended) / 2}


def point(size: float, model: Model, repeats: int = REPEATS) -> Point:
    """The median of a few runs, after one that does not count."""
    runs = [timed(partial(_whole, model), seed) for seed in range(repeats + 1)][-repeats:]
    return Point(
        size,
        median(run.means["tasks"] / run.parts["engine"] for run in runs),
        median(run.means["tasks"] / run.seconds for run in runs),
    )


# --- by size ---


def customers(most: float = 1e7) -> Iterator[Point]:
    """M/M/1 at load 0.9, up to what fits into half of the free memory."""
    size = 1e3
    while size <= most:
        yield point(size, windows(size, 1, 0.9), repeats=REPEATS if size < 1e6 else 1)
        next_needs = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 * 10
        if next_needs > os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2:
            return
        size *= 10


def queue_length(lengths: Iterable[float] = (0, 10, 100, 1e3, 1e4, 1e5)) -> Iterator[Point]:
    """One window whose queue has this mean length: it grows steadily to twice of it."""
    come = 4e5
    for length in lengths:
        load = come / (come - 2 * length) if length else 0.5
        yield point(length, windows(come, 1, load, {"citizens.priority_share": 0.3}))


def teams(counts: Iterable[int] = (1, 3, 10, 30, 100, 500)) -> Iterator[Point]:
    """So many teams at one site, each with its own queue, for the same customers in all."""
    for count in counts:
        yield point(count, windows(CUSTOMERS, count, LOAD))


def sites(counts: Iterable[int] = (1, 4, 20, 100, 400)) -> Iterator[Point]:
    """So many sites with one window each, for the same customers in all."""
    for count in counts:
        places = [[f"No. {place}", 1 / count] for place in range(count)]
        yield point(count, windows(CUSTOMERS, 1, LOAD * count, {"site.office.places": places}))


def windows(come: float, count: int, load: float, changes: Mapping[str, object] = {}) -> Model:
    """The office of `mm1.toml` for about so many customers, at windows that each have their own queue."""
    days = min(360, max(1, round(come / 5760)))  # as fast as in the file, while that fits into a year
    names = [f"any-{number}" for number in range(1, count)]
    team: Table = {"site": "office", "staff": 1}
    request: Table = {"name": "Request", "site": "office", "journey": "visit", "deadline": "none"}
    volume = come * YEAR / days / count
    return model_of(
        "mm1",
        {
            "horizon": {"to": date(2019, 1, 1) + timedelta(days=days - 1), "warm_up": "0 days"},
            "step.serve-1.work": f"exponential(mean={load * count * days * DAY / come})",
            "field": {name: {"title": "Any"} for name in names},
            "team": {"desk-1": {"serves": [["serve-1:any"]]}}
            | {f"desk-{name}": team | {"serves": [[f"serve-1:{name}"]]} for name in names},
            "procedure": {"request": {"volume": volume}}
            | {f"request-{name}": request | {"field": name, "volume": volume} for name in names},
            **changes,
        },
    )


# --- on two cores ---


def cores() -> dict[str, float]:
    """How many times more runs two threads, or two processes, finish in the same time than one."""
    model = model_of("stations", {"horizon.to": date(2019, 1, 8)})
    draws = [draw(model, seed, 0).draws for seed in range(JOBS)]
    simulate(model.plan, draws[0])
    with (
        ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes,
        ThreadPoolExecutor(2) as threads,
    ):
        list(processes.map(partial(_whole, model), range(2)))  # compiled, in both processes
        return {
            "threads, the engine alone": _gain(threads.map, partial(simulate, model.plan), draws),
            "threads, the whole path": _gain(threads.map, partial(_whole, model), range(JOBS)),
            "processes, the whole path": _gain(processes.map, partial(_whole, model), range(JOBS)),
        }


def _gain(share_out: Callable[..., Iterator[Any]], work: Callable[[Any], Any], jobs: Sequence[Any]) -> float:
    return _seconds(map(work, jobs)) / _seconds(share_out(work, jobs))


def _seconds(work: Iterable[Any]) -> float:
    began = perf_counter()
    for _ in work:
        pass
    return perf_counter() - began


def _whole(model: Model, seed: int) -> Outcome:
    return replicate(model, seed, tasks)


GROWTH: dict[str, Callable[[], Iterator[Point]]] = {
    "customers": customers,
    "mean queue length": queue_length,
    "teams": teams,
    "sites": sites,
}


def in_own_process(name: str, most: int | None) -> list[Point]:
    """One kind of growth, at `most` sizes, measured where nothing else is in memory."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_points, name, most).result()


def _points(name: str, most: int | None) -> list[Point]:
    return list(islice(GROWTH[name](), most))
