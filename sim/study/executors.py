"""Who performs tasks: this thread, threads or processes here, or any executor, such as that of a Dask cluster."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from contextlib import contextmanager, suppress
from multiprocessing.queues import SimpleQueue
from typing import Any, Generic, NamedTuple, ParamSpec, TypeVar

from sim.scenario import ScenarioError
from sim.study.tasks import SEMANTICS, Batch, Task, perform

WITHOUT_GIL = {"compiled"}
LARGEST_TASK = 30  # replications: some seconds, which are lost when a worker is
CLUSTER_ANSWERS_WITHIN = 10.0  # seconds
ROUNDS = 4  # tasks a worker gets at the least, so that all end at about the same time

Ticket = TypeVar("Ticket")
P = ParamSpec("P")
T = TypeVar("T")


class Crew(Generic[Ticket]):
    """Performs tasks as they are handed in and gives back each with the ticket it came with, in the order they end.

    Few are handed to the executor ahead, so that those done never pile up and a stop is soon.
    """

    def __init__(self, engine: str, workers: int, executor: Executor | None = None) -> None:
        self.workers, self._given, self._engine = workers, executor, engine
        self._own: tuple[Executor, Callable[[], None]] | None = None
        self._pending: dict[Future[Batch], tuple[Ticket, Task]] = {}

    @property
    def full(self) -> bool:
        """Take what is done before handing in more."""
        return len(self._pending) >= (1 if self._alone else 2 * self.workers)

    @property
    def busy(self) -> bool:
        """There is something to take."""
        return bool(self._pending)

    def share(self, replications: int) -> int:
        """How many of so many replications make a task: where tasks travel, several."""
        if self._given is None:
            return 1
        return max(1, min(LARGEST_TASK, replications // (ROUNDS * self.workers)))

    def hand_in(self, ticket: Ticket, task: Task) -> None:
        """Have a task performed."""
        try:
            self._pending[self._executor().submit(perform, task)] = ticket, task
        except BrokenExecutor:
            raise _lost() from None

    def take(self) -> Iterator[tuple[Ticket, Task, Batch]]:
        """What is done by now; waits for something to be."""
        for future in wait(self._pending, return_when=FIRST_COMPLETED).done:
            try:
                batch = future.result()
            except BrokenExecutor:
                raise _lost() from None
            if batch.semantics != SEMANTICS:
                raise ScenarioError(
                    "a worker runs another version of this program; install the same one on all machines"
                )
            yield *self._pending.pop(future), batch

    def stop(self) -> None:
        """Give up what has not begun; what has is not waited for."""
        for future in self._pending:
            future.cancel()
        self._pending.clear()
        if self._own is not None:
            self._own[1]()
            self._own = None

    @property
    def _alone(self) -> bool:
        return self._given is None and self.workers == 1

    def _executor(self) -> Executor:
        if self._given is not None:
            return self._given
        if self._own is None:
            self._own = _own(self._engine, self.workers)
        return self._own[0]


def workers_of(asked: int | None, jobs: int) -> int:
    """How many replications run at a time, all scenarios together: never more than there are."""
    return min(asked or usual_workers(), jobs)


def usual_workers() -> int:
    """As many as this process may use processors."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Cluster(NamedTuple):
    """An executor on other machines, and how many tasks they perform at a time."""

    executor: Executor
    workers: int


@contextmanager
def cluster(address: str) -> Iterator[Cluster]:
    """The workers of a Dask scheduler, ``tcp://host:port`` or ``tls://``; ScenarioError if nobody is there.

    Dask gives the tasks of a worker that is lost to others.
    """
    if not re.fullmatch(
        r"((tcp|tls)://)?[^\s/]+:\d+", address
    ):  # Dask would say so, too, and hang while it ends
        raise ScenarioError(f"--cluster {address}: is no address of a scheduler; write tcp://HOST:PORT")
    try:
        from distributed import Client
    except ImportError:
        raise ScenarioError("--cluster needs Dask; install it with: pip install 'motcua[cluster]'") from None
    try:
        connect: Any = Client  # untyped
        client = connect(address, timeout=CLUSTER_ANSWERS_WITHIN, set_as_default=False)
    except OSError as error:
        told = str(error).partition("\n")[0]
        raise ScenarioError(f"--cluster {address}: no scheduler of Dask answers there: {told}") from None
    with client:
        workers = sum(client.nthreads().values())
        if not workers:
            raise ScenarioError(f"--cluster {address}: the scheduler has no workers; start some first")
        yield Cluster(client.get_executor(pure=False), workers)


class _Here(Executor):
    """Performs what is handed in at once."""

    def submit(self, run: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> Future[T]:
        future = Future[T]()
        future.set_result(run(*arguments, **named))
        return future


def _own(engine: str, workers: int) -> tuple[Executor, Callable[[], None]]:
    """Threads where the engine leaves the GIL to others, else processes; and how they are stopped at once."""
    if workers == 1:
        return _Here(), lambda: None
    if engine in WITHOUT_GIL:
        threads = ThreadPoolExecutor(workers)
        return threads, lambda: threads.shutdown(wait=False, cancel_futures=True)
    enlisted: SimpleQueue[int] = multiprocessing.SimpleQueue()
    processes = ProcessPoolExecutor(workers, initializer=_enlist, initargs=(enlisted,))

    def stop() -> None:
        processes.shutdown(wait=False, cancel_futures=True)
        while not enlisted.empty():
            with suppress(ProcessLookupError):
                os.kill(enlisted.get(), signal.SIGTERM)

    return processes, stop


def _enlist(enlisted: SimpleQueue[int]) -> None:
    """In a new process: Ctrl-C, which a terminal tells to all processes, is the first one's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    enlisted.put(os.getpid())


def _lost() -> ChildProcessError:
    return ChildProcessError(
        "a worker process ended before its work did, perhaps for want of memory; try fewer --workers"
    )
