"""Who performs tasks: the same numbers whoever does, none missing when one is lost, and a stop at once."""

import json
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim import cli
from sim.results.measured import Measured
from sim.study.campaign import Campaign, _ranges
from sim.study.executors import cluster
from sim.study.tasks import Batch, Recipe, Task, perform, setting

ROOT = Path(__file__).parents[1]
VALID = ROOT / "tests" / "scenarios" / "valid"
TINY = sim.load(VALID / "tiny.toml")
MORE = TINY.change({"team.counter.staff": 2})
forked = multiprocessing.get_context("fork")


def measured(replications: int = 12, **options: Any) -> list[Measured]:
    with Campaign(**options) as campaign:
        return campaign.measured([TINY, MORE, TINY], replications)


def assert_same(some: list[Measured], others: list[Measured]) -> None:
    for one, other in zip(some, others, strict=True):
        assert one.key.equals(other.key)
        np.testing.assert_array_equal(one.value, other.value)
        np.testing.assert_array_equal(one.n, other.n)


class LastFirst(Executor):
    """Performs the last of what it holds first, four at a time."""

    def __init__(self) -> None:
        self.held: list[tuple[Future[Batch], Task]] = []
        self.largest = 0

    def submit(self, run: Any, /, task: Task) -> Any:  # type: ignore[override]
        future: Future[Batch] = Future()
        self.held.append((future, task))
        self.largest = max(self.largest, len(task.replications))
        if len(self.held) == 4:
            while self.held:
                waiting, last = self.held.pop()
                waiting.set_result(pickle.loads(pickle.dumps(run(pickle.loads(pickle.dumps(last))))))
        return future


# --- the same numbers ---


def test_any_executor_gives_the_same_numbers() -> None:
    alone = measured(workers=1)
    assert_same(measured(workers=3), alone)
    with ThreadPoolExecutor(2) as threads, ProcessPoolExecutor(2, forked) as processes:
        assert_same(measured(executor=threads, workers=2), alone)
        assert_same(measured(executor=processes, workers=2), alone)
        assert threads.submit(int, "3").result() == 3  # it is left to its owner


def test_the_order_in_which_tasks_end_does_not_matter() -> None:
    shuffled = LastFirst()
    assert_same(measured(24, executor=shuffled, workers=2), measured(24, workers=1))
    assert (
        shuffled.largest == 6
    )  # two scenarios' 48 replications in at least four tasks for each of two workers


def test_tasks_are_ranges_without_what_is_known() -> None:
    assert list(_ranges([0, 1, 2, 5, 6, 7, 8], 3)) == [range(3), range(5, 8), range(8, 9)]
    assert list(_ranges([4], 3)) == [range(4, 5)]


def test_a_task_carries_little() -> None:
    """Of a district: less than its measures, which come back; and the same numbers."""
    folder = ROOT / "scenarios" / "tien_yen_2019"
    file = sim.load(folder / "baseline.toml")
    task = Task(Recipe.of(file), 1, "compiled", range(10))
    sent, compiled = len(pickle.dumps(task)), len(pickle.dumps(setting(task.recipe).model))
    assert sent < 80_000
    assert compiled > 10 * sent


def test_a_scenario_is_compiled_once_in_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    compile_scenario = sim.study.tasks.compile_scenario

    def watched(scenario: Any) -> Any:
        time.sleep(0.05)  # so that others come meanwhile
        compiled.append(scenario.title)
        return compile_scenario(scenario)

    monkeypatch.setattr("sim.study.tasks._settings", {})
    monkeypatch.setattr("sim.study.tasks.compile_scenario", watched)
    measured(workers=4)
    assert len(compiled) == 2


def test_settings_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    settings: dict[str, Any] = {}
    monkeypatch.setattr("sim.study.tasks._settings", settings)
    monkeypatch.setattr("sim.study.tasks.KEPT_SETTINGS", 3)
    files = [TINY.change({"team.counter.staff": staff}) for staff in range(1, 7)]
    Campaign(workers=1).measured(files, 1)
    assert list(settings) == [file.hash for file in files[3:]]


def test_a_campaign_that_knows_more_gives_as_many_as_asked() -> None:
    with Campaign(workers=1) as campaign:
        campaign.measured([TINY], 8)
        assert_same(campaign.measured([TINY, MORE], 5), [measured(5, workers=1)[n] for n in (0, 1)])


# --- what goes wrong ---


def fails(task: Task) -> Batch:
    os.kill(os.getpid(), signal.SIGKILL)
    return perform(task)


def test_a_worker_process_that_is_killed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.study.executors.perform", fails)
    with pytest.raises(ChildProcessError, match="fewer --workers"):
        measured(engine="reference", workers=2)


def test_a_worker_of_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.study.executors.SEMANTICS", 0)
    with pytest.raises(sim.ScenarioError, match="another version"):
        measured(1, workers=1)


def test_after_a_stop_the_campaign_goes_on() -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    campaign = Campaign(workers=2, progress=stop)
    with pytest.raises(KeyboardInterrupt):
        campaign.measured([TINY], 50)
    campaign.progress = None
    np.testing.assert_array_equal(campaign.measured([TINY], 5)[0].value, measured(5, workers=1)[0].value)


# --- a cluster ---


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list["subprocess.Popen[bytes]"]]]:
    """A scheduler and two workers with a thread each, all processes of their own."""
    pytest.importorskip("distributed", reason="needs the extra 'cluster': pip install 'motcua[cluster]'")
    told = tmp_path_factory.mktemp("dask") / "scheduler.json"
    run = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    join = [sys.executable, "-m", "distributed.cli.dask_worker", "--nthreads", "1", "--no-nanny"]
    common = {
        "env": os.environ | {"PYTHONPATH": str(ROOT)},
        "cwd": told.parent,
        "stderr": subprocess.DEVNULL,
    }
    started = [subprocess.Popen([*run, "--no-dashboard", "--scheduler-file", str(told)], **common)]
    try:
        while not told.is_file() or not told.read_text("utf-8"):
            assert started[0].poll() is None
            time.sleep(0.05)
        address = json.loads(told.read_text("utf-8"))["address"]
        started += [subprocess.Popen([*join, "--no-dashboard", address], **common) for _ in range(2)]
        yield address, started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_gives_the_same_numbers(
    dask: tuple[str, list["subprocess.Popen[bytes]"]],
) -> None:
    address, workers = dask
    told: list[tuple[int, int]] = []

    def kill_one(done: int, total: int) -> None:
        told.append((done, total))
        if done > total // 4:
            workers[0].kill()

    while True:
        with suppress(sim.ScenarioError), cluster(address) as there:
            if there.workers == 2:
                found = measured(400, executor=there.executor, workers=2, progress=kill_one)
                break
    assert workers[0].wait() == -signal.SIGKILL
    assert workers[1].poll() is None
    assert told[-1] == (800, 800)
    assert_same(found, measured(400, workers=1))


def test_an_address_where_nobody_answers_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed", reason="needs the extra 'cluster': pip install 'motcua[cluster]'")
    monkeypatch.setattr("sim.study.executors.CLUSTER_ANSWERS_WITHIN", 0.5)
    for address, message in (
        ("tcp://127.0.0.1:1", "no scheduler of Dask answers"),
        ("tcp://127.0.0.1", "write tcp://HOST:PORT"),
        ("nonsense://x:1", "write tcp://HOST:PORT"),
        ("", "write tcp://HOST:PORT"),
    ):
        monkeypatch.setattr(sys, "argv", ["sim", "run", str(VALID / "tiny.toml"), "--cluster", address])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        assert stopped.value.code == 2
        told = capsys.readouterr().err
        assert message in told
        assert len(told.splitlines()) == 1


def test_without_dask_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(sim.ScenarioError, match="pip install"), cluster("tcp://127.0.0.1:1"):
        pass
