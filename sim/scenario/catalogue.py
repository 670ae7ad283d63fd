"""Catalogues: CSV tables with the procedures of a site, one a row.

Columns are `code` and the keys of a procedure; `factor.<step>` is a factor, `<column>_origin` an origin. An empty
cell leaves the default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sim.scenario import shape
from sim.scenario.beliefs import is_belief
from sim.scenario.layers import Layer, Tables
from sim.scenario.messages import ScenarioError, shown, suggest
from sim.scenario.reading import text_of
from sim.spreadsheet import Row, Table, read_table

Reader = Callable[[Row], Any]

_FLAGS = {"true": True, "false": False}


def read_catalogue(file: Path, name: str, site: str) -> Layer:
    """A layer with the procedures of a site, and their origins."""
    content = text_of(file, name)
    try:
        return _catalogue(read_table(content, name), site)
    except ValueError as error:
        raise ScenarioError(str(error)) from None


def _catalogue(table: Table, site: str) -> Layer:
    _check_header(table)
    readers = {column: _reader(table, column) for column in table.columns if _speaks(column)}
    tables: Tables = {"procedure": {}, "origin": {}}
    lines: dict[str, int] = {}
    for row in table.rows:
        code = row.cells["code"]
        if code in lines:
            raise ValueError(
                f"{table.where(row, 'code')}: {shown(code)} stands already in line {lines[code]}"
            )
        _check_required(table, row)
        lines[code] = row.line
        tables["procedure"][code] = {"site": site} | _procedure(row, readers)
        tables["origin"] |= _origins(row.cells)
    if not lines:
        raise ValueError(f"{table.name}: has no procedures")
    return Layer(table.name, tables, lines)


def _check_header(table: Table) -> None:
    known = shape.procedure_columns()
    for number, column in enumerate(table.columns, 1):
        if not column:
            raise ValueError(f"{table.name}, line 1: column {number} has no heading; name it, or delete it")
        value = column.removesuffix("_origin")
        if value not in known and column != "code" and not value.startswith("factor."):
            there_are = [*known, "code", "factor.<step>", *(f"{key}_origin" for key in known)]
            words = f"column {shown(column)} is not known{suggest(column, there_are)}"
            raise ValueError(f"{table.name}, line 1: {words}")
    for column in _required():
        if column not in table.columns:
            raise ValueError(f"{table.name}, line 1: column {column!r} is missing")


def _check_required(table: Table, row: Row) -> None:
    for column in _required():
        if not row.cells[column]:
            raise ValueError(f"{table.where(row, column)}: is empty")


def _required() -> list[str]:
    return ["code", *(key for key, (_, required) in shape.procedure_columns().items() if required)]


def _speaks(column: str) -> bool:
    """The column says something of the procedure, rather than its code or where a value comes from."""
    return column != "code" and not column.endswith("_origin")


def _reader(table: Table, column: str) -> Reader:
    kind, _ = shape.procedure_columns().get(column, (float, False))
    if kind is bool:
        return lambda row: _flag(row.cells[column], table.where(row, column))
    if kind is not float:
        return lambda row: row.cells[column]
    number = table.numbers(column)
    return lambda row: row.cells[column] if is_belief(row.cells[column]) else number(row)


def _flag(cell: str, where: str) -> bool:
    if cell.lower() not in _FLAGS:
        raise ValueError(f"{where}: {shown(cell)} is not true or false")
    return _FLAGS[cell.lower()]


def _procedure(row: Row, readers: Mapping[str, Reader]) -> Tables:
    procedure: Tables = {}
    for column, read in readers.items():
        if row.cells[column]:
            noun, _, step = column.partition(".")
            place = procedure.setdefault(noun, {}) if step else procedure
            place[step or noun] = read(row)
    return procedure


def _origins(cells: dict[str, str]) -> dict[str, str]:
    return {
        f"procedure.{cells['code']}.{column.removesuffix('_origin')}": cell
        for column, cell in cells.items()
        if column.endswith("_origin") and cell
    }
