"""Measures kept between studies in one SQLite file, so that no replication is computed twice and none is lost.

A replication is known by what its numbers depend on: the hash of the resolved scenario, the waits asked for by
`wait.within_N`, seed, replication, and the semantics of the program (:data:`sim.study.tasks.SEMANTICS`). The engine
is none of it: both give the same numbers.

The file has a write-ahead log: to keep a batch is one write without waiting for the disk, readers and one writer do
not hinder each other, and whatever a kill leaves is whole. Beside the file stand then `-wal` and `-shm`, which belong
to it. Only the process that asks writes, not the workers, so the file needs no disk that machines share, and should
not lie on one.
"""

from __future__ import annotations

import math
import os
import sqlite3
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.results.measured import Figures
from sim.scenario import ScenarioError
from sim.study.tasks import SEMANTICS, Batch

APPLICATION = 0x4D6F7463  # "Motc": what the file says it is
FORMAT = 2  # of the tables below; another one is refused
LENGTHS = 5  # numbers at the head of a packed replication: how many rows, open dossiers; sites, weeks, parts
PATIENCE = 60.0  # seconds to wait for another study's write
_HEADER = b"SQLite format 3\0"
_TABLES = f"""
CREATE TABLE key (number INTEGER PRIMARY KEY, packed BLOB NOT NULL UNIQUE);
CREATE TABLE replication (
    scenario TEXT NOT NULL, seed TEXT NOT NULL, semantics INTEGER NOT NULL, replication INTEGER NOT NULL,
    key INTEGER NOT NULL REFERENCES key, figures BLOB NOT NULL,
    PRIMARY KEY (scenario, seed, semantics, replication)
);
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {FORMAT};
"""


class StoreWarning(UserWarning):
    """Something is wrong with a store, but not with the study, which goes on."""


class Kept(NamedTuple):
    """What is known of a scenario: the key of its measures, and these by replication."""

    key: bytes
    figures: dict[int, Figures]


NOTHING = Kept(b"", {})


class Store:
    """Measures of replications in a file, which is made if there is none.

    A damaged file is set aside under another name, and a new one begun. What cannot be written (a full disk) is not
    kept. Both are told by `StoreWarning`. Raises ScenarioError for a file of another version, or none of ours.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._writes = True
        try:
            self._file = _opened(self.path)
        except _DamageError as damage:
            self._file = self._begin_anew(damage)

    def known(self, scenario: str, seed: int, replications: Sequence[int]) -> Kept:
        """What is kept of these replications of a scenario, given by its name (:func:`sim.study.tasks.name_of`)."""
        try:
            with _damage_is_told():
                return self._known(scenario, seed, replications)
        except _DamageError as damage:
            self._file = self._begin_anew(damage)
        except sqlite3.OperationalError as error:
            _warn(f"{self.path}: cannot be read ({error}); the study computes what it may hold")
        return NOTHING

    def keep(self, scenario: str, seed: int, replications: Sequence[int], batch: Batch) -> None:
        """Keep a batch whole or not at all; it is safe, against all but a loss of power, on return."""
        if not self._writes:
            return
        try:
            with _damage_is_told():
                self._keep(scenario, seed, replications, batch)
        except _DamageError as damage:
            self._file = self._begin_anew(damage)
            self.keep(scenario, seed, replications, batch)
        except sqlite3.OperationalError as error:
            self._writes = False
            _warn(
                f"{self.path}: cannot be written ({error}); the study goes on, but keeps no more of its results"
            )

    def close(self) -> None:
        """Leave one file, complete in itself."""
        self._file.close()

    def _known(self, scenario: str, seed: int, replications: Sequence[int]) -> Kept:
        rows = self._file.execute(
            "SELECT replication, packed, figures FROM replication JOIN key ON number = key "
            "WHERE scenario = ? AND seed = ? AND semantics = ? AND replication BETWEEN ? AND ?",
            (scenario, str(seed), SEMANTICS, min(replications, default=0), max(replications, default=-1)),
        ).fetchall()
        keys = {key for _, key, _ in rows}
        if len(keys) > 1:
            raise _DamageError("replications of one scenario have different measures")
        figures = {number: _unpacked(packed) for number, _, packed in rows}
        return Kept(keys.pop(), figures) if keys else NOTHING

    def _keep(self, scenario: str, seed: int, replications: Sequence[int], batch: Batch) -> None:
        with self._file:
            self._file.execute("BEGIN IMMEDIATE")
            self._file.execute("INSERT OR IGNORE INTO key (packed) VALUES (?)", (batch.key,))
            self._file.executemany(
                "INSERT OR IGNORE INTO replication SELECT ?, ?, ?, ?, number, ? FROM key WHERE packed = ?",
                [
                    (scenario, str(seed), SEMANTICS, number, _packed(figures), batch.key)
                    for number, figures in zip(replications, batch.figures, strict=True)
                ],
            )

    def _begin_anew(self, damage: _DamageError) -> sqlite3.Connection:
        if hasattr(self, "_file"):
            self._file.close()
        aside = _free_name(self.path)
        for end in ("", "-wal", "-shm"):
            part = self.path.with_name(self.path.name + end)
            if part.exists():
                os.replace(part, aside.with_name(aside.name + end))
        _warn(f"{self.path}: is damaged ({damage}); it is now {aside.name}, and a new store is begun")
        return _opened(self.path)


class _DamageError(Exception):
    """The file is a store, or was one, and cannot be read."""


@contextmanager
def _damage_is_told() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError:  # locked, full or not writable: no damage
        raise
    except (sqlite3.DatabaseError, zlib.error) as error:
        raise _DamageError(str(error)) from None


def _opened(path: Path) -> sqlite3.Connection:
    """The file's connection, checked through and through."""
    _check_name(path)
    try:
        with _damage_is_told():
            file = sqlite3.connect(path, PATIENCE, isolation_level=None, check_same_thread=False)
            _check_version(path, file)
            if (found := file.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
                file.close()
                raise _DamageError(found.splitlines()[-1])
            return file
    except sqlite3.OperationalError as error:
        raise ScenarioError(f"--store {path}: cannot be opened: {error}") from None


def _check_name(path: Path) -> None:
    """Never take a file that somebody else made for a damaged store."""
    if path.is_dir():
        raise ScenarioError(f"--store {path}: is a folder; name a file in it")
    if not path.parent.is_dir():
        raise ScenarioError(f"--store {path}: there is no folder {path.parent}")
    if not path.exists() or path.suffix == ".sqlite":
        return
    with path.open("rb") as file:
        begins = file.read(len(_HEADER))
    if begins not in (b"", _HEADER):
        raise ScenarioError(f"--store {path}: is no store; name another file, best with the ending .sqlite")


def _check_version(path: Path, file: sqlite3.Connection) -> None:
    """Make the tables of a new file; refuse one with others."""
    file.execute("PRAGMA synchronous = NORMAL")
    if not _tables(file):
        file.execute("PRAGMA journal_mode = WAL")
        with file:
            file.execute("BEGIN IMMEDIATE")
            for statement in () if _tables(file) else _TABLES.split(";\n"):
                file.execute(statement)
    version = file.execute("PRAGMA user_version").fetchone()[0]
    refused = None
    if file.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
        refused = "is a database, but no store; name another file"
    elif version != FORMAT:
        refused = (
            f"is a store of version {version}, but this program reads and writes version {FORMAT}; "
            "name another file, and keep this one for the program that made it"
        )
    if refused:
        file.close()
        raise ScenarioError(f"--store {path}: {refused}")


def _tables(file: sqlite3.Connection) -> int:
    return int(file.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


def _packed(figures: Figures) -> bytes:
    """All columns, their lengths first; what zlib unpacks it has also summed up, so that damage is seen."""
    value, n, waits, fates, weeks = figures
    lengths = np.array([len(value), len(fates), *weeks.shape], "<i8")
    columns = lengths, value.astype("<f8"), n.astype("<i8"), fates.astype("<f8"), weeks.astype("<f8")
    return zlib.compress(b"".join(column.tobytes() for column in columns) + waits, 1)


def _unpacked(packed: bytes) -> Figures:
    whole = zlib.decompress(packed)
    rows, dossiers, *shape = np.frombuffer(whole, "<i8", LENGTHS).tolist()
    sizes, starts = [rows, rows, dossiers, math.prod(shape)], [8 * LENGTHS]
    for size in sizes:
        starts.append(starts[-1] + 8 * size)
    kinds = zip(("<f8", "<i8", "<f8", "<f8"), sizes, starts, strict=False)
    value, n, fates, weeks = (np.frombuffer(whole, kind, size, start) for kind, size, start in kinds)
    figures = value.astype(np.float64), n.astype(np.int64), whole[starts[-1] :], fates.astype(np.float64)
    return Figures(*figures, weeks.astype(np.float64).reshape(shape))


def _free_name(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")).exists():
        number += 1
    return aside


def _warn(text: str) -> None:
    warnings.warn(text, StoreWarning, stacklevel=4)
