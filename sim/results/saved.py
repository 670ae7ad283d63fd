"""A results folder read back: what `sim run --out` or `sim compare --out` left, as the result it was made of.

The folder of a run holds provenance.json, written last, and the tables of the result; that of a comparison the
provenance of every scenario, what was decided by, and a folder of each scenario's name. What cannot be trusted is
refused: a folder that is incomplete, of another version, or in which two runs are mixed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from sim.plan.model import Model
from sim.results.chosen import name_of
from sim.results.comparison import Comparison
from sim.results.measured import KEY, Measured
from sim.results.provenance import FORMAT
from sim.results.result import TABLES, Result
from sim.results.rows import Rows
from sim.results.waittable import tallies_of
from sim.results.weeks import weeks_of
from sim.scenario import ScenarioError


@dataclass(frozen=True)
class SavedResult(Result):
    """A result whose tables are read from its folder when they are asked for; it has no model and no rows."""

    folder: Path = field(kw_only=True)
    model: Model = field(init=False, repr=False)
    rows: Sequence[Rows] = field(init=False, default=(), repr=False)

    @cached_property
    def outlook(self) -> pd.DataFrame:
        """As it was saved; empty if no dossiers were open."""
        there = (self.folder / "outlook.parquet").is_file()
        return read_table(self.folder, "outlook") if there else pd.DataFrame()

    def _made(self, name: str) -> pd.DataFrame:
        if name == "log" and not self._has_log:
            raise ValueError("the logs were not kept; run with keep_log=True")
        return read_table(self.folder, name)

    @property
    def _has_log(self) -> bool:
        return (self.folder / "log.parquet").is_file()


def load_saved(folder: str | os.PathLike[str]) -> Result | Comparison:
    """The result or comparison that a folder holds; ScenarioError, in a line, for one that cannot be trusted."""
    where = Path(folder)
    record = _provenance(where)
    if "replications" in record:
        return _result(where, record)
    for name, own in record.items():
        if _provenance(where / name) != own:
            raise ScenarioError(
                f"{where / name}: is of another run than {where}; compare again into an empty folder"
            )
    try:
        return Comparison(
            tuple(_result(where / name, own) for name, own in record.items()), *_decisive(where)
        )
    except ScenarioError:
        raise
    except ValueError as error:
        raise ScenarioError(f"{where}: is no comparison: {error}") from None


def _decisive(folder: Path) -> tuple[tuple[str, ...], dict[str, float]]:
    """The measures that the comparison decided by, and how small a difference made none."""
    table = read_table(folder, "verdicts").drop_duplicates(KEY)
    names = tuple(name_of(row) for _, row in table.iterrows())
    return names, dict(zip(names, table["threshold"].tolist(), strict=True))


def _provenance(folder: Path) -> dict[str, Any]:
    """What the folder says of itself: of a run, or of each scenario of a comparison."""
    file = folder / "provenance.json"
    try:
        record = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise ScenarioError(
            f"{folder}: is no complete results folder: it has no provenance.json; make one with "
            "`sim run FILE --out FOLDER`, `sim compare FILES --out FOLDER` or `sim study FILE --out FOLDER`"
        ) from None
    except NotADirectoryError:
        raise ScenarioError(f"{folder}: is a file; name the folder that it is in") from None
    except (OSError, ValueError):
        raise ScenarioError(f"{file}: cannot be read; run again") from None
    parts = list(record.values()) if isinstance(record, dict) and "replications" not in record else [record]
    formats = {part.get("format") if isinstance(part, dict) else None for part in parts}
    if formats != {FORMAT}:
        raise ScenarioError(
            f"{folder}: was written by another version of the program (its format is "
            f"{', '.join(map(str, formats)) or 'unknown'}, this version reads {FORMAT}); run again"
        )
    return record


def _result(folder: Path, about: dict[str, Any]) -> SavedResult:
    missing = [
        f"{name}.parquet"
        for name in ("measures", "waits", "weeks", *TABLES)
        if not (folder / f"{name}.parquet").is_file()
    ]
    if missing:
        raise ScenarioError(f"{folder}: is incomplete, without {', '.join(missing)}; run again")
    measured = _measured(folder, about["replications"])
    return SavedResult(about["name"], about["scenario"]["title"], measured, about, folder=folder)


def _measured(folder: Path, replications: int) -> Measured:
    table = read_table(folder, "measures")
    if not {*KEY, "value", "n"} <= set(table):
        raise ScenarioError(f"{folder}: measures.parquet is another table; run again")
    rows = len(table) // replications
    if len(table) != rows * replications or not rows:
        raise ScenarioError(f"{folder}: measures.parquet is not of {replications} replications; run again")
    shape = replications, rows
    value, n = (table[column].to_numpy().reshape(shape) for column in ("value", "n"))
    key = table[KEY].head(rows)
    tallies = tallies_of(read_table(folder, "waits"), key, replications)
    weeks = weeks_of(read_table(folder, "weeks"))
    return Measured(key, value, n, tuple(one.packed() for one in tallies), weeks=weeks)


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """A table of a results folder; ScenarioError for one that is missing or broken."""
    try:
        return parquet.read_table(folder / f"{name}.parquet").to_pandas()
    except (OSError, pa.ArrowException):
        raise ScenarioError(f"{folder / name}.parquet: cannot be read; run again") from None
