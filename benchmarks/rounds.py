"""Interleaved rounds: a process for each engine, told in turn to run; what is measured is its processor time.

Interleaving lets all engines meet the same moods of the machine; processor time leaves out what others do on it.
"""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import process_time
from typing import Any, NamedTuple

from benchmarks.cases import CASES, prepare, present
from benchmarks.outcome import Run

RUN = 0.25  # seconds, about; a round is up to four runs
MOST_DAYS = 180  # a million customers, so that memory stays small
ONCE = ("reference",)  # engines so slow that one round must do


class Timed(NamedTuple):
    """One run."""

    customers: int
    seconds: float
    means: dict[str, float]
    parts: dict[str, float]  # seconds; empty for engines without


class Warm(NamedTuple):
    """An engine that is ready for a case."""

    seconds: float  # processor time to the first result: imports, reading, compiling
    days: int | None
    runs: int  # in a round


class Measured(NamedTuple):
    """All rounds of a case with one engine."""

    warm: Warm
    rounds: list[list[Timed]]


class Engine:
    """An engine in a process of its own."""

    def __init__(self, name: str) -> None:
        self.name = name
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(name, theirs), daemon=True)
        self.process.start()

    def ask(self, *message: object) -> Any:
        """Send a message, wait for the answer."""
        self.pipe.send(message)
        return self.pipe.recv()

    def stop(self) -> None:
        """End the process."""
        self.pipe.send(None)
        self.process.join()


def measure(case: str, rounds: int, told: Callable[[str], None]) -> dict[str, Measured]:
    """So many rounds of a case, every engine in turn; by engine. Absent engines are left out."""
    engines = [Engine(name) for name in CASES[case].engines if present(name)]
    warm: dict[str, Warm] = {}
    for engine in engines:
        warm[engine.name] = engine.ask("warm", case)
        told(f"{case}: {engine.name} is ready after {warm[engine.name].seconds:.1f} s")
    done: dict[str, list[list[Timed]]] = {engine.name: [] for engine in engines}
    for number in range(rounds):
        for engine in engines[number % 2 :] + engines[: number % 2]:
            if not (number and engine.name in ONCE):
                done[engine.name].append(engine.ask("round", case, number))
    for engine in engines:
        engine.stop()
    return {name: Measured(warm[name], done[name]) for name in done}


# --- in the engine's process ---


def _serve(engine: str, pipe: Connection) -> None:
    worker = _Worker(engine)
    while (message := pipe.recv()) is not None:
        action, *arguments = message
        pipe.send(getattr(worker, action)(*arguments))


class _Worker:
    def __init__(self, engine: str) -> None:
        self.engine = engine

    def warm(self, case: str) -> Warm:
        """Compile, and find out how many days take the time of a run."""
        fixed = CASES[case].fixed
        days = None if fixed else 1
        began = process_time()
        self.run = prepare(self.engine, case, days)
        self.run(0)
        first = process_time() - began
        seconds = timed(self.run, 0).seconds
        while days is not None and seconds < RUN / 2 and days < MOST_DAYS:
            days = min(MOST_DAYS, max(2 * days, int(days * RUN / seconds)))
            self.run = prepare(self.engine, case, days)
            seconds = timed(self.run, 0).seconds
        self.runs = max(1, min(4, round(4 * RUN / seconds)))
        return Warm(first, days, self.runs)

    def round(self, case: str, number: int) -> list[Timed]:
        """The runs of one round, with seeds of their own."""
        return [timed(self.run, 1 + 10 * number + run) for run in range(self.runs)]


def timed(run: Run, seed: int) -> Timed:
    """A run and its processor time."""
    began = process_time()
    outcome = run(seed)
    return Timed(outcome.customers, process_time() - began, outcome.means, outcome.seconds or {})
