"""The table of open dossiers: what is under way when the run begins, a CSV file with one dossier a row."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, GetPydanticSchema, SerializationInfo, ValidationInfo
from pydantic_core import core_schema

COLUMNS = ("procedure", "site", "received", "step", "due")
LARGEST_FILE = 5_000_000  # bytes
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
    """The rows of a table, and in which line of the file each stands."""

    file: str
    rows: tuple[OpenDossier, ...]
    lines: tuple[int, ...]


def read_open_dossiers(folder: Path, file: str) -> OpenDossiers:
    """The table of a file inside the folder; `ValueError` in words that name file and line."""
    rows, lines, line = [], [], 1
    reader = csv.reader(StringIO(_text(folder, file), newline=""), strict=True)
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if line == 1:
                header = _header(cells, f"{file}, line 1")
            elif any(cells):
                rows.append(_dossier(header, cells, f"{file}, line {line}"))
                lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(f"{file}, line {line}: is not CSV: {error}; check the quotes") from None
    if line == 1:
        raise ValueError(f"{file}: is empty; its first line names the columns {', '.join(COLUMNS)}")
    return OpenDossiers(file, tuple(rows), tuple(lines))


def _text(folder: Path, file: str) -> str:
    try:
        path = (folder / file).resolve()
        if Path(file).is_absolute() or ".." in Path(file).parts or not path.is_relative_to(folder.resolve()):
            raise ValueError(f"{file!r} leaves the scenario folder; name a file in it or below")
        if not path.is_file():
            raise ValueError(f"there is no file {file!r} in the scenario's folder")
        if path.stat().st_size > LARGEST_FILE:
            raise ValueError(f"{file!r} is larger than {LARGEST_FILE // 1_000_000} MB")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{file!r} is not UTF-8; save as UTF-8") from None
    except (OSError, RuntimeError):
        raise ValueError(f"{file!r} cannot be read") from None


def _header(cells: list[str], where: str) -> list[str]:
    if len(cells) == 1 and ";" in cells[0]:
        raise ValueError(f"{where}: cells are separated by ';'; save the table with commas")
    if sorted(cells) != sorted(COLUMNS):
        raise ValueError(f"{where}: the columns are {', '.join(cells)}; write {', '.join(COLUMNS)}")
    return cells


def _dossier(header: list[str], cells: list[str], where: str) -> OpenDossier:
    if len(cells) != len(header):
        raise ValueError(f"{where}: has {len(cells)} cells, but the header has {len(header)}")
    row = dict(zip(header, cells, strict=True))
    for column in COLUMNS[:-1]:
        if not row[column]:
            raise ValueError(f"{where}, column {column!r}: is empty")
    received = _moment(row["received"], f"{where}, column 'received'")
    due = _moment(row["due"], f"{where}, column 'due'") if row["due"] else None
    return OpenDossier(
        row["procedure"],
        row["site"],
        received if isinstance(received, datetime) else datetime.combine(received, NOON),
        row["step"],
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
        raise ValueError(f"{where}: {cell!r} is not a date; write 2019-01-31 or 2019-01-31 08:30") from None


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
