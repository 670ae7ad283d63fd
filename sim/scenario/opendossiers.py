"""The table of open dossiers: what is under way when the run begins, a CSV file with one dossier a row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, GetPydanticSchema, SerializationInfo, ValidationInfo
from pydantic_core import core_schema

from sim.spreadsheet import Row, Table, read_table
from sim.textfiles import inside, quoted, read_text

COLUMNS = ("procedure", "site", "received", "step", "due")
NOON = time(12)


class OpenDossier(NamedTuple):
    """One row; `due` is None if it is to be computed."""

    procedure: str
    site: str  # or, of a site with places, the place
    received: datetime
    step: str
    due: datetime | None


@dataclass(frozen=True)
class OpenDossiers:
    """The rows of a table; in which line of the file each stands, and when it is due in the file's words."""

    file: str
    rows: tuple[OpenDossier, ...]
    lines: tuple[int, ...]
    due: tuple[str, ...]


def read_open_dossiers(folder: Path, file: str) -> OpenDossiers:
    """The table of a file inside the folder; `ValueError` in words that name file, line and column."""
    table = read_table(_text(folder, file), file)
    _check_header(table)
    return OpenDossiers(
        file,
        tuple(_dossier(table, row) for row in table.rows),
        tuple(row.line for row in table.rows),
        tuple(row.cells["due"] for row in table.rows),
    )


def _text(folder: Path, file: str) -> str:
    path = inside(folder, file)
    if path is None:
        raise ValueError(f"{file!r} leaves the scenario folder; name a file in it or below")
    if not path.is_file():
        raise ValueError(f"there is no file {file!r} in the scenario's folder")
    return read_text(path, file)


def _check_header(table: Table) -> None:
    if not table.columns:
        raise ValueError(f"{table.name}: is empty; its first line names the columns {', '.join(COLUMNS)}")
    if sorted(table.columns) != sorted(COLUMNS):
        found = f"the columns are {', '.join(table.columns)}"
        raise ValueError(f"{table.name}, line 1: {found}; write {', '.join(COLUMNS)}")


def _dossier(table: Table, row: Row) -> OpenDossier:
    cells = row.cells
    for column in COLUMNS[:-1]:
        if not cells[column]:
            raise ValueError(f"{table.where(row, column)}: is empty")
    received = _moment(cells["received"], table.where(row, "received"))
    due = _moment(cells["due"], table.where(row, "due")) if cells["due"] else None
    return OpenDossier(
        cells["procedure"],
        cells["site"],
        received if isinstance(received, datetime) else datetime.combine(received, NOON),
        cells["step"],
        due if due is None or isinstance(due, datetime) else datetime.combine(due, time()) + timedelta(1),
    )


def _moment(cell: str, where: str) -> date | datetime:
    """A date such as 2019-01-31, or with a time: 2019-01-31 08:30."""
    try:
        if len(cell) == len("2019-01-31"):
            return date.fromisoformat(cell)
        if len(cell) != len("2019-01-31 08:30"):
            raise ValueError
        return datetime.fromisoformat(cell)
    except ValueError:
        raise ValueError(
            f"{where}: {quoted(cell)} is not a date; write 2019-01-31 or 2019-01-31 08:30"
        ) from None


def _read(value: Any, info: ValidationInfo) -> OpenDossiers:
    if isinstance(value, OpenDossiers):
        return value
    if not isinstance(value, str) or not value or not value.isprintable():
        raise ValueError(f"{value!r} is not a file name in quotes")
    folder: Path | None = (info.context or {}).get("folder")
    if folder is None:
        raise ValueError("there is no folder to read the file from")
    return read_open_dossiers(folder, value)


def _written(table: OpenDossiers, info: SerializationInfo) -> Any:
    """In a file the name; elsewhere the rows, which are what changes numbers."""
    return table.file if info.mode == "json" else table.rows


def _schema(_source: Any, _handler: Any) -> core_schema.CoreSchema:
    written = core_schema.plain_serializer_function_ser_schema(_written, info_arg=True)
    return core_schema.no_info_plain_validator_function(lambda value: value, serialization=written)


OpenDossiersFile = Annotated[
    OpenDossiers,
    GetPydanticSchema(_schema, get_pydantic_json_schema=lambda *_: {"type": "string"}),
    BeforeValidator(_read),
]
