"""Tables and records as files, each written whole or not at all."""

from __future__ import annotations

import codecs
import json
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import csv, parquet


def save_table(table: pd.DataFrame, folder: Path, name: str, *, as_csv: bool = True) -> None:
    """Write a table as NAME.parquet and, if asked, as NAME.csv."""
    columns = pa.Table.from_pandas(table, preserve_index=False)
    if as_csv:
        _save(folder / f"{name}.csv", lambda file: _write_csv(columns, file))
    _save(folder / f"{name}.parquet", lambda file: parquet.write_table(columns, file))


def save_csv(table: pd.DataFrame, folder: Path, name: str) -> None:
    """Write a table as NAME.csv."""
    columns = pa.Table.from_pandas(table, preserve_index=False)
    _save(folder / f"{name}.csv", lambda file: _write_csv(columns, file))


def save_json(record: Any, folder: Path, name: str) -> None:
    """Write a record as NAME.json."""
    _save(folder / f"{name}.json", lambda file: file.write_text(json_text(record), "utf-8"))


def json_text(record: Any) -> str:
    """Strict JSON; a NaN is a `ValueError`."""
    return json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """A table as rows for machines; what is unknown or unlimited is null."""
    rows = table.itertuples(index=False, name=None)
    return [{name: _known(value) for name, value in zip(table.columns, row, strict=True)} for row in rows]


def told(table: pd.DataFrame, key: list[str]) -> list[dict[str, Any]]:
    """The same of a table of measures, with the parts of its key that are not empty as a `group`."""
    kept = ("measure", "unit")
    group = [name for name in key if name not in kept]
    return [
        {name: row[name] for name in row if name in ("scenario", *kept)}
        | {"group": {name: row[name] for name in group if row[name]}}
        | {name: row[name] for name in row if name not in ("scenario", *key)}
        for row in records(table)
    ]


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write_csv(columns: pa.Table, file: Path) -> None:
    """A CSV that Excel reads as it is meant.

    NOTE: without the byte order mark it garbles Vietnamese, and of moments with fractions of a second it shows
    minutes and seconds only.
    """
    moments = [
        column.with_type(pa.timestamp("s")) if pa.types.is_timestamp(column.type) else column
        for column in columns.schema
    ]
    with file.open("wb") as out:
        out.write(codecs.BOM_UTF8)
        csv.write_csv(columns.cast(pa.schema(moments), safe=False), out)


def _save(file: Path, write: Callable[[Path], object]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.part")
    write(part)
    os.replace(part, file)
