"""The table of open dossiers: what is under way when the run begins, a CSV file with a row a step of a dossier."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, GetPydanticSchema, SerializationInfo, ValidationInfo
from pydantic_core import core_schema

from sim.scenario.moments import moment
from sim.scenario.values import plain
from sim.spreadsheet import Row, Table, read_table
from sim.textfiles import inside, quoted, read_text

COLUMNS = ("procedure", "site", "received", "step", "due")
OPTIONAL = ("id", "since", "paused")
NUMBER = "number"  # the heading that exports give to an id
NOON = time(12)
LONGEST_ID = 100  # characters


class OpenDossier(NamedTuple):
    """One row; `due` is None if it is to be computed."""

    procedure: str
    site: str  # or, of a site with places, the place
    received: datetime
    step: str
    due: datetime | None
    id: str = ""  # its number, where it has one
    since: datetime | None = None  # when the step began; None: not known
    paused: float = 0.0  # days for which the clock stood still, or minutes of a deadline in hours


class OpenCase(NamedTuple):
    """One dossier: several rows are steps of a parallel stage."""

    name: str  # told by its id or, without one, by all that the row says
    rows: tuple[OpenDossier, ...]
    lines: tuple[int, ...]

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps that it has reached."""
        return tuple(row.step for row in self.rows)


@dataclass(frozen=True)
class OpenDossiers:
    """The rows of a table; in which line of the file each stands, and when it is due in the file's words."""

    file: str
    rows: tuple[OpenDossier, ...]
    lines: tuple[int, ...]
    due: tuple[str, ...]

    def cases(self) -> list[OpenCase]:
        """The dossiers; where rows have no id each is one, and those that say the same are counted."""
        seen: Counter[OpenDossier] = Counter()
        found: dict[str, list[tuple[OpenDossier, int]]] = {}
        for row, line in zip(self.rows, self.lines, strict=True):
            seen[row] += 1
            name = f"id {row.id}" if row.id else f"row {' '.join(map(str, row))} {seen[row]:06d}"
            found.setdefault(name, []).append((row, line))
        ordered = ((name, sorted(own, key=lambda one: one[0].step)) for name, own in found.items())
        return [OpenCase(name, *zip(*own, strict=True)) for name, own in ordered]


def read_open_dossiers(folder: Path, file: str) -> OpenDossiers:
    """The table of a file inside the folder; `ValueError` in words that name file, line and column."""
    table = read_table(_text(folder, file), file)
    _check_header(table)
    paused = table.numbers("paused") if "paused" in table.columns else None
    return OpenDossiers(
        file,
        tuple(_dossier(table, row, paused) for row in table.rows),
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
    found = {*table.columns}
    if not {*COLUMNS} <= found or found - {*COLUMNS, *OPTIONAL, NUMBER} or {"id", NUMBER} <= found:
        told = f"the columns are {', '.join(table.columns)}; write {', '.join(COLUMNS)}"
        raise ValueError(f"{table.name}, line 1: {told} and, where known, {', '.join(OPTIONAL)}")


def _dossier(table: Table, row: Row, paused: Callable[[Row], float] | None) -> OpenDossier:
    cells = row.cells
    for column in COLUMNS[:-1]:
        if not cells[column]:
            raise ValueError(f"{table.where(row, column)}: is empty")
    return OpenDossier(
        cells["procedure"],
        cells["site"],
        _past(cells["received"], table.where(row, "received")),
        cells["step"],
        _due(cells["due"], table.where(row, "due")) if cells["due"] else None,
        _id(table, row),
        _past(cells["since"], table.where(row, "since")) if cells.get("since") else None,
        float(paused(row)) if paused is not None and cells["paused"] else 0.0,
    )


def _past(cell: str, where: str) -> datetime:
    """Of a date alone, noon."""
    found = _moment(cell, where)
    return found if isinstance(found, datetime) else datetime.combine(found, NOON)


def _due(cell: str, where: str) -> datetime:
    """Of a date alone, its end."""
    found = _moment(cell, where)
    if isinstance(found, datetime):
        return found
    return datetime.combine(found, time()) + timedelta(1) if found < date.max else datetime.max


def _moment(cell: str, where: str) -> date | datetime:
    try:
        return moment(cell)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def _id(table: Table, row: Row) -> str:
    column = NUMBER if NUMBER in row.cells else "id"
    text = row.cells.get(column, "")
    try:
        if len(text) > LONGEST_ID:
            raise ValueError(f"has {len(text)} characters, more than {LONGEST_ID}")
        return plain(text) if text else ""
    except ValueError as error:
        raise ValueError(f"{table.where(row, column)}: {quoted(text)} {error}") from None


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
    """In a file the name; elsewhere the rows in any order, which are what changes numbers."""
    return table.file if info.mode == "json" else sorted(table.rows, key=str)


def _schema(_source: Any, _handler: Any) -> core_schema.CoreSchema:
    written = core_schema.plain_serializer_function_ser_schema(_written, info_arg=True)
    return core_schema.no_info_plain_validator_function(lambda value: value, serialization=written)


OpenDossiersFile = Annotated[
    OpenDossiers,
    GetPydanticSchema(_schema, get_pydantic_json_schema=lambda *_: {"type": "string"}),
    BeforeValidator(_read),
]
