"""What is measured, by which engines, and what theory says of it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple

from benchmarks.outcome import Run
from benchmarks.with_motcua import row_of
from sim import theory

ENGINES = {
    "motcua": "Motcua",
    "simpy": "SimPy",
    "simpy_lean": "SimPy, lean",
    "ciw": "Ciw",
    "cimba": "cimba",
    "reference": "Motcua's reference engine (SimPy)",
}
PACKAGE = {"ciw": "ciw", "cimba": "cimba"}  # what an engine needs beside Motcua's own dependencies
ROW = ("motcua", "simpy", "simpy_lean", "ciw", "cimba")


class Case(NamedTuple):
    """One comparison."""

    title: str
    engines: tuple[str, ...]
    fixed: bool  # the days of the file; else as many as take the time of a run
    expected: Callable[[], dict[str, float]] = dict  # by the name of the mean; empty: hold engines together


def _stay(case: str) -> dict[str, float]:
    row = row_of(case)
    wait = theory.mmc_wait(1 / row.gap, row.work.mean, row.servers)
    return {"stay, others": wait + row.work.mean}


CASES = {
    "mm1": Case("(a) M/M/1, load 0.9", ROW, False, lambda: _stay("mm1")),
    "mm10": Case("(b) M/M/10, load 0.9", ROW, False, lambda: _stay("mm10")),
    "stations": Case("(c) five stations, two priority classes", ROW, False),
    "centre": Case("(d) a centre year all can express", ("motcua", "simpy", "simpy_lean", "cimba"), True),
    "tien_yen": Case("(d) the Tiên Yên year, all measures", ("motcua", "reference"), True),
}


def present(engine: str) -> bool:
    """The engine is installed."""
    return engine not in PACKAGE or find_spec(PACKAGE[engine]) is not None


def prepare(engine: str, case: str, days: int | None) -> Run:
    """A run of a case by an engine, for so many days; None for those of the scenario file."""
    run: Run = import_module(f"benchmarks.with_{engine}").prepare(case, days)
    return run
