"""Files to layers: TOML and catalogue tables, in UTF-8, inside the scenario folder.

Two keys belong to the file alone: `extends`, the parent's file name, and `[catalogue]`, which names the CSV
file with the procedures of a site. Both name files beside the file they stand in, or below.
"""

from __future__ import annotations

import csv
import re
import tomllib
from io import StringIO
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from sim.scenario import shape
from sim.scenario.beliefs import is_belief
from sim.scenario.layers import Layer, Tables, leaves, plain
from sim.scenario.messages import ScenarioError, shown, suggest

LARGEST_FILE = 5_000_000  # bytes
_WHERE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_FLAGS = {"true": True, "false": False}


def read_toml(file: Path, name: str) -> Tables:
    """The tables of a TOML file in the form of JSON."""
    try:
        tables: Tables = plain(tomllib.loads(_text(file, name)))
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{name}: {_in_words(error)}") from None
    except (RecursionError, ValueError) as error:
        if isinstance(error, ScenarioError):
            raise
        raise ScenarioError(f"{name}: is nested too deeply, or has a number that is too long") from None
    if isinstance(tables.get("origin"), dict):
        tables["origin"] = {".".join(leaf): text for leaf, text in leaves(tables["origin"])}
    return tables


def beside(file: Path, named: Any, folder: Path, where: str) -> Path:
    """The file that `file` names, which must lie inside the folder."""
    if not isinstance(named, str) or not named:
        raise ScenarioError(f"{where}: {shown(named)} is not a file name in quotes")
    refused = ScenarioError(
        f"{where}: {shown(named)} leaves the scenario folder; name a file beside this one or below"
    )
    if (
        PurePosixPath(named).is_absolute()
        or PureWindowsPath(named).anchor
        or ".." in re.split(r"[/\\]", named)
    ):
        raise refused
    try:
        found = (file.parent / named).resolve()
    except (OSError, ValueError, RuntimeError):
        raise ScenarioError(f"{where}: {shown(named)} is not a file name") from None
    if not found.is_relative_to(folder):
        raise refused
    if not found.exists():
        raise ScenarioError(f"{where}: {_no_such(found)}")
    return found


def read_catalogue(file: Path, name: str, site: str) -> Layer:
    """A layer with the procedures of a site, one a row, and their origins.

    Columns are `code` and the keys of a procedure; `factor.<step>` is a factor, `<column>_origin` an origin.
    An empty cell leaves the default.
    """
    rows = _rows(_text(file, name), name)
    header = [cell.strip() for cell in rows.pop(0)[1]] if rows else []
    _check_header(header, name)
    tables: Tables = {"procedure": {}, "origin": {}}
    lines: dict[str, int] = {}
    for line, row in rows:
        where = f"{name}, line {line}"
        if len(row) != len(header):
            raise ScenarioError(f"{where}: has {len(row)} cells, but the header has {len(header)}")
        cells = dict(zip(header, map(str.strip, row), strict=True))
        code = cells["code"]
        if code in lines:
            raise ScenarioError(f"{where}, column 'code': {shown(code)} stands already in line {lines[code]}")
        lines[code] = line
        tables["procedure"][code] = {"site": site} | _procedure(cells, where)
        tables["origin"] |= _origins(cells)
    if not lines:
        raise ScenarioError(f"{name}: has no procedures")
    return Layer(name, tables, lines)


def _text(file: Path, name: str) -> str:
    try:
        if not file.exists():
            raise ScenarioError(f"{name}: {_no_such(file)}")
        if not file.is_file():
            raise ScenarioError(
                f"{name}: is a folder, not a file" if file.is_dir() else f"{name}: is not a plain file"
            )
        if file.stat().st_size > LARGEST_FILE:
            raise ScenarioError(f"{name}: is larger than {LARGEST_FILE // 1_000_000} MB")
        content = file.read_bytes()
    except OSError as error:
        raise ScenarioError(
            f"{name}: cannot be read: {(error.strerror or 'the system refuses').lower()}"
        ) from None
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        where = f"line {line}, byte {error.start + 1} of the file"
        raise ScenarioError(f"{name}: {where} is not UTF-8; save as UTF-8") from None


def _no_such(file: Path) -> str:
    names = [other.name for other in file.parent.glob(f"*{file.suffix}") if other.name != file.name]
    return f"no such file {shown(file.name)}{suggest(file.name, names)}"


def _in_words(error: tomllib.TOMLDecodeError) -> str:
    text = str(error)
    where = _WHERE.search(text)
    if where is None:
        return f"is not TOML: {text}"
    place = f"line {where[1]}, column {where[2]}" if where[1] else "at the end"
    return f"{place}: is not TOML: {text[: where.start()]}"


def _rows(text: str, name: str) -> list[tuple[int, list[str]]]:
    """The rows that are not empty, with the line each starts on."""
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    rows, line = [], 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((line, row))
            line = reader.line_num + 1
    except csv.Error as error:
        raise ScenarioError(f"{name}, line {line}: is not CSV: {error}; check the quotes") from None
    return rows


def _check_header(header: list[str], name: str) -> None:
    columns = shape.procedure_columns()
    if len(header) == 1 and ";" in header[0]:
        raise ScenarioError(f"{name}, line 1: cells are separated by ';'; save the table with commas")
    for column in header:
        value = column.removesuffix("_origin")
        if header.count(column) > 1:
            raise ScenarioError(f"{name}, line 1: column {shown(column)} stands twice")
        if value not in columns and column != "code" and not value.startswith("factor."):
            known = [*columns, "code", "factor.<step>", *(f"{key}_origin" for key in columns)]
            raise ScenarioError(
                f"{name}, line 1: column {shown(column)} is not known{suggest(column, known)}"
            )
    for column in ["code", *(key for key, (_, required) in columns.items() if required)]:
        if column not in header:
            raise ScenarioError(f"{name}, line 1: column {column!r} is missing")


def _procedure(cells: dict[str, str], where: str) -> Tables:
    columns = shape.procedure_columns()
    procedure: Tables = {}
    for column, cell in cells.items():
        kind, required = columns.get(column, (float, column == "code"))
        if not cell and required:
            raise ScenarioError(f"{where}, column {column!r}: is empty")
        if not cell or column == "code" or column.endswith("_origin"):
            continue
        value = _cell(cell, kind, f"{where}, column {column!r}")
        if column.startswith("factor."):
            procedure.setdefault("factor", {})[column.removeprefix("factor.")] = value
        else:
            procedure[column] = value
    return procedure


def _cell(cell: str, kind: Any, where: str) -> Any:
    if kind is bool:
        if cell.lower() not in _FLAGS:
            raise ScenarioError(f"{where}: {shown(cell)} is not true or false")
        return _FLAGS[cell.lower()]
    if kind is float and not is_belief(cell):
        if not _NUMBER.fullmatch(cell):
            raise ScenarioError(f"{where}: {shown(cell)} is not a number; write digits and a decimal point")
        return float(cell) if "." in cell or "e" in cell.lower() else int(cell)
    return cell


def _origins(cells: dict[str, str]) -> dict[str, str]:
    return {
        f"procedure.{cells['code']}.{column.removesuffix('_origin')}": cell
        for column, cell in cells.items()
        if column.endswith("_origin") and cell
    }
