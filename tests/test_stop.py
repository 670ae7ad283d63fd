"""Ctrl-C: a study stops at once, whatever its workers are at, keeps what is done and says how to go on."""

import multiprocessing
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

import sim
from sim import cli
from sim.study.store import Store
from sim.study.tasks import Batch, Task, perform

VALID = Path(__file__).parent / "scenarios" / "valid"
TINY = sim.load(VALID / "tiny.toml")
RUN = ("run", str(VALID / "tiny.toml"), "--lang", "en", "--workers", "2")
AT_LAST = 60.0  # seconds, after which it has not stopped at all
forked = multiprocessing.get_context("fork")


def command(errors: Path, *arguments: str) -> None:
    sys.argv, sys.stderr = ["sim", *arguments], errors.open("w", buffering=1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    cli.main()


def stopped(store: Path, errors: Path, *arguments: str) -> tuple[float, str]:
    """Ctrl-C once something is kept: the seconds it takes to end, and what was told."""
    process = forked.Process(target=command, args=(errors, *RUN, "--store", str(store), *arguments))
    process.start()
    assert process.pid is not None
    while not kept(store):
        time.sleep(0.02)
    time.sleep(0.2)  # what is kept is told a moment later
    os.kill(process.pid, signal.SIGINT)
    asked = time.monotonic()
    process.join(AT_LAST)
    took = time.monotonic() - asked
    process.kill()
    process.join()
    assert process.exitcode == 130
    return took, errors.read_text("utf-8").replace("\n", "")


def kept(path: Path) -> int:
    """How many replications a store has by now."""
    with suppress(sim.ScenarioError):
        store = Store(path) if path.is_file() else None
        found = len(store.known(TINY.hash, 1, range(100_000)).figures) if store else 0
        if store:
            store.close()
        return found
    return 0


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_ctrl_c_stops_within_two_seconds_and_says_how_to_go_on(tmp_path: Path, engine: str) -> None:
    store = tmp_path / "kept.sqlite"
    took, told = stopped(store, tmp_path / "errors", "--replications", "100000", "--engine", engine)
    assert took < 2
    assert "Stopped after " in told
    assert f"They are kept in {store}: the same command goes on from there." in told
    assert "Traceback" not in told
    assert kept(store)


def never_ends(task: Task) -> Batch:
    """The first replication is done; the others are as long as the compilation of an engine, and longer."""
    if task.replications.start:
        threading.Event().wait()
    return perform(task)


def test_ctrl_c_does_not_wait_for_what_threads_are_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.study.executors.perform", never_ends)
    store = tmp_path / "kept.sqlite"
    _, told = stopped(store, tmp_path / "errors", "--replications", "3")
    assert "Stopped after 1 of 3 replications." in told
    assert kept(store) == 1


def test_a_stop_while_results_are_written_is_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    ended: list[int] = []
    monkeypatch.setattr("os._exit", ended.append)
    monkeypatch.setattr("sim.report.output.save_run", stop)
    monkeypatch.setattr("sys.argv", ["sim", *RUN, "--replications", "2", "--out", str(tmp_path)])
    with pytest.raises(SystemExit):
        cli.main()
    told = capfd.readouterr().err
    assert f"Stopped while the tables and figures in {tmp_path} were written" in told.replace("\n", "")
    assert "Tables and figures are in" not in told
    assert ended == [130]
