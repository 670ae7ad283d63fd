"""The store: whole after a kill, a full disk, damage and two writers; what it keeps is never computed twice."""

import multiprocessing
import os
import random
import resource
import shutil
import signal
import sqlite3
import time
import warnings
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.results.measured import Measured
from sim.study import store as store_module
from sim.study import tasks
from sim.study.campaign import Campaign
from sim.study.store import Store, StoreWarning

VALID = Path(__file__).parent / "scenarios" / "valid"
TINY = sim.load(VALID / "tiny.toml")
forked = multiprocessing.get_context("fork")


def study(path: Path | None, replications: int, **options: int) -> Measured:
    with Campaign(store=path, workers=1, **options) as campaign:
        return campaign.measured([TINY], replications)[0]


def kept(path: Path) -> list[int]:
    """The replications in a store, whole ones only."""
    store = Store(path)
    found = sorted(store.known(TINY.hash, 1, range(100_000)).figures)
    store.close()
    return found


def assert_same(one: Measured, other: Measured) -> None:
    assert one.key.equals(other.key)
    np.testing.assert_array_equal(one.value, other.value)
    np.testing.assert_array_equal(one.n, other.n)
    assert one.waits == other.waits


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The replications that are computed, not found."""
    numbers: list[int] = []

    def watched(task: tasks.Task) -> tasks.Batch:
        numbers.extend(task.replications)
        return tasks.perform(task)

    monkeypatch.setattr("sim.study.executors.perform", watched)
    return numbers


# --- what is kept ---


def test_a_batch_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    batch = tasks.perform(tasks.Task(tasks.Recipe.of(TINY), 1, "compiled", range(3)))
    store = Store(tmp_path / "kept.sqlite")
    with pytest.raises(OverflowError):
        store.keep(TINY.hash, 1, [0, 1, 2**70], batch)  # the third cannot be written
    assert not store.known(TINY.hash, 1, range(3)).figures
    store.keep(TINY.hash, 1, range(3), batch)
    assert sorted(store.known(TINY.hash, 1, range(3)).figures) == [0, 1, 2]
    store.close()


def test_only_what_is_missing_is_computed(tmp_path: Path, computed: list[int]) -> None:
    path = tmp_path / "kept.sqlite"
    first = study(path, 3)
    assert computed == [0, 1, 2]
    assert_same(study(path, 3), first)
    assert computed == [0, 1, 2]
    longer = study(path, 5)
    assert computed == [0, 1, 2, 3, 4]
    assert_same(longer, study(None, 5))


def test_another_seed_scenario_or_semantics_is_computed(
    tmp_path: Path, computed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kept.sqlite"
    study(path, 1)
    assert_same(study(path, 1, seed=2**64 - 1), study(None, 1, seed=2**64 - 1))
    with Campaign(store=path, workers=1) as campaign:
        campaign.measured([TINY.change({"team.counter.staff": 2})], 1)
    before = len(computed)
    for module in (store_module, tasks):
        monkeypatch.setattr(module, "SEMANTICS", tasks.SEMANTICS + 1)
    monkeypatch.setattr("sim.study.executors.SEMANTICS", tasks.SEMANTICS)
    study(path, 1)
    assert len(computed) == before + 1


def test_either_engine_finds_what_the_other_computed(tmp_path: Path, computed: list[int]) -> None:
    path = tmp_path / "kept.sqlite"
    with Campaign(store=path, engine="reference", workers=1) as campaign:
        first = campaign.measured([TINY], 2)[0]
    assert_same(study(path, 2), first)
    assert len(computed) == 2


def test_rows_are_made_again_and_measures_are_not(tmp_path: Path, computed: list[int]) -> None:
    path = tmp_path / "kept.sqlite"
    study(path, 15)
    computed.clear()
    found = sim.run(TINY, replications=15, workers=1, store=path)
    assert computed == list(range(10))
    assert (len(found.rows), len(found.measured.value)) == (10, 15)
    assert_same(found.measured, study(None, 15))


def test_numbers_are_those_of_the_semantics_that_the_store_names() -> None:
    """If this fails after a change that was meant to change numbers or measures, raise SEMANTICS and the digest."""
    one = study(None, 2)
    text = "\n".join(f"{value:.6g} {n}" for value, n in zip(one.value.ravel(), one.n.ravel(), strict=True))
    digest = sha256((one.key.to_csv() + text).encode()).hexdigest()[:16]
    assert (tasks.SEMANTICS, digest) == (3, "5e24f742999741ae")


# --- what goes wrong ---


def killed_and_resumed(path: Path, kills: int, replications: int, longest: float) -> list[int]:
    """Kill a study again and again; how many replications were kept after each kill."""
    chance, counts = random.Random(7), []
    while len(counts) < kills:
        process = forked.Process(target=study, args=(path, replications))
        process.start()
        time.sleep(chance.uniform(0, longest))
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        whole = kept(path)
        assert whole == list(range(len(whole)))
        counts.append(len(whole))
    return counts


def test_a_killed_study_goes_on_where_it_stopped(tmp_path: Path) -> None:
    expected = study(None, 300)
    counts = killed_and_resumed(tmp_path / "kept.sqlite", 5, 300, 0.25)
    assert counts == sorted(counts)
    assert counts[-1] > 0
    assert any(count < 300 for count in counts)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert_same(study(tmp_path / "kept.sqlite", 300), expected)


@pytest.mark.slow
def test_fifty_kills_lose_nothing(tmp_path: Path) -> None:
    expected = study(None, 3000)
    counts = killed_and_resumed(tmp_path / "kept.sqlite", 50, 3000, 0.2)
    assert counts == sorted(counts)
    assert len(set(counts)) > 25  # most kills fell into the computing
    assert_same(study(tmp_path / "kept.sqlite", 3000), expected)


def full_disk(path: Path, largest: int) -> None:
    """In a process of its own: no file may grow beyond so many bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    with pytest.warns(StoreWarning, match="keeps no more"):
        found = study(path, 200)
    assert_same(found, study(None, 200))


def test_on_a_full_disk_the_study_goes_on_and_the_store_stays_whole(tmp_path: Path) -> None:
    path = tmp_path / "kept.sqlite"
    process = forked.Process(target=full_disk, args=(path, 100_000))
    process.start()
    process.join()
    assert process.exitcode == 0
    whole = kept(path)
    assert 0 < len(whole) < 200
    assert_same(study(path, 200), study(None, 200))
    assert kept(path) == list(range(200))


def test_two_studies_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "kept.sqlite"
    processes = [forked.Process(target=study, args=(path, count)) for count in (60, 80, 100)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert kept(path) == list(range(100))
    assert_same(study(path, 100), study(None, 100))


def cut_short(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * 4096)


def no_header(path: Path) -> None:
    path.write_bytes(b"nothing of a database" * 1000)


def flip_a_bit_of_the_figures(path: Path) -> None:
    """What SQLite itself does not see."""
    with sqlite3.connect(path) as file:
        figures = bytearray(file.execute("SELECT figures FROM replication").fetchone()[0])
        figures[len(figures) // 2] ^= 1
        file.execute("UPDATE replication SET figures = ? WHERE replication = 0", (bytes(figures),))
    file.close()


@pytest.mark.parametrize("damage", [cut_short, overwrite, no_header, flip_a_bit_of_the_figures])
def test_a_damaged_file_is_set_aside_and_said(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    path = tmp_path / "kept.sqlite"
    expected = study(path, 30)
    damage(path)
    before = path.read_bytes()
    with pytest.warns(StoreWarning, match=r"is damaged .* it is now kept\.damaged-1\.sqlite"):
        assert_same(study(path, 30), expected)
    assert (tmp_path / "kept.damaged-1.sqlite").read_bytes() == before
    assert kept(path) == list(range(30))


def test_damage_that_comes_during_a_study_is_set_aside_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, write = tmp_path / "kept.sqlite", Store._keep
    broken = [True]

    def breaks(store: Store, *arguments: object) -> None:
        if broken and len(kept(path)) == 3:
            broken.clear()
            raise sqlite3.DatabaseError("database disk image is malformed")
        write(store, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "_keep", breaks)
    with pytest.warns(StoreWarning, match="is damaged"):
        assert_same(study(path, 8), study(None, 8))
    assert kept(path) == [3, 4, 5, 6, 7]


def make_newer(path: Path) -> None:
    study(path, 1)
    with sqlite3.connect(path) as file:
        file.execute("PRAGMA user_version = 99")
    file.close()


def make_foreign(path: Path) -> None:
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE accounts (owner TEXT)")
    file.close()


def make_text(path: Path) -> None:
    shutil.copy(VALID / "tiny.toml", path)


@pytest.mark.parametrize(
    ("name", "make", "message"),
    [
        ("kept.sqlite", make_newer, r"is a store of version 99, but .* version 2"),
        ("other.sqlite", make_foreign, "is a database, but no store"),
        ("tiny.toml", make_text, "is no store"),
        ("folder.sqlite", Path.mkdir, "is a folder"),
        ("nowhere/kept.sqlite", lambda path: None, "there is no folder"),
    ],
)
def test_a_file_that_is_no_store_of_ours_is_refused_and_left(
    tmp_path: Path, name: str, make: Callable[[Path], None], message: str
) -> None:
    path = tmp_path / name
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(sim.ScenarioError, match=message):
        study(path, 1)
    assert (path.read_bytes() if path.is_file() else None) == before


def test_other_measures_under_the_same_semantics_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study(tmp_path / "kept.sqlite", 1)
    packed = tasks.packed_key

    monkeypatch.setattr(tasks, "_settings", {})
    monkeypatch.setattr(tasks, "packed_key", lambda names: packed(names.iloc[::-1]))
    with pytest.raises(sim.ScenarioError, match="other measures"):
        study(tmp_path / "kept.sqlite", 2)


def test_a_store_on_a_disk_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    study(tmp_path / "kept.sqlite", 1)
    with pytest.raises(sim.ScenarioError, match="cannot be opened"):
        study(Path("/proc/kept.sqlite"), 1)
