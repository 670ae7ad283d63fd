"""CSV tables as offices save them: separated by commas or semicolons, numbers with a decimal point or comma.

A table that a program in Vietnamese saves has semicolons between cells, a comma before decimals and a point after
thousands. So `1.200` is 1,200 in one office and 1.2 in another: a column says which by a cell that can be read in
one way only, or the cell is refused.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from io import StringIO
from typing import NamedTuple

from sim.textfiles import quoted

Number = int | float

_GROUPS = {".": ",", ",": "."}  # what stands before decimals, and what then stands between thousands
_FORMS = {
    point: re.compile(
        rf"[+-]?(\d+(\{point}\d+)?(e[+-]?\d+)?|[1-9]\d{{0,2}}(\{group}\d{{3}})+(\{point}\d+)?)",
        re.ASCII | re.IGNORECASE,
    )
    for point, group in _GROUPS.items()
}
_MARKS = {".": "a decimal point", ",": "a decimal comma"}


class Row(NamedTuple):
    """One row: the line of the file that it begins on, and its cells by their headings."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    """A table; `columns` are its headings, in order, without the blanks around them."""

    name: str
    separator: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def where(self, row: Row, column: str) -> str:
        """How messages call a cell."""
        return f"{self.name}, line {row.line}, column {column!r}"

    def numbers(self, column: str) -> Callable[[Row], Number]:
        """What reads the number in a row of a column; it raises `ValueError` for what may be none, or two."""
        return partial(_number, self, column, _settled(self, column))


def read_table(text: str, name: str) -> Table:
    """The table of a CSV text; `ValueError`, begun with `name` and the line, for what is none."""
    separator = _separator(text)
    _check_separator(text, name)
    lines = list(_lines(text, separator, name))
    headings = lines[0][1] if lines else []
    for heading in filter(None, headings):
        if headings.count(heading) > 1:
            raise ValueError(f"{name}, line {lines[0][0]}: column {quoted(heading)} stands twice")
    rows = (_row(line, headings, cells, separator, name) for line, cells in lines[1:])
    return Table(name, separator, tuple(headings), tuple(rows))


def _separator(text: str) -> str:
    """What separates the headings, quoted ones aside."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return ";" if ";" in re.sub(r'"[^"]*"', "", first) else ","


def _check_separator(text: str, name: str) -> None:
    """Refuse what a spreadsheet saves beside plain CSV: cells between tabs, a first line for itself alone."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if first.lower().startswith("sep="):
        raise ValueError(f"{name}, line 1: {quoted(first)} is no heading; delete this line")
    if "\t" in first and not re.search("[;,]", first):
        raise ValueError(
            f"{name}, line 1: tabs stand between the cells; save the table with commas or semicolons"
        )


def _lines(text: str, separator: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, with the line each starts on."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(f"{name}, line {line}: is not CSV: {error}; check the quotes") from None


def _row(line: int, headings: list[str], cells: list[str], separator: str, name: str) -> Row:
    if len(cells) != len(headings):
        advice = "; where commas mark decimals, separate the cells by semicolons"
        more = separator == "," and len(cells) > len(headings)
        words = f"has {len(cells)} cells, but the header has {len(headings)}"
        raise ValueError(f"{name}, line {line}: {words}{advice if more else ''}")
    return Row(line, dict(zip(headings, cells, strict=True)))


class _Settled(NamedTuple):
    """What marks decimals in a column, and the cell that can be read in this way only."""

    point: str
    line: int
    cell: str


def _settled(table: Table, column: str) -> _Settled | None:
    for line, cells in table.rows:
        cell = cells[column]
        if "." in cell or "," in cell:
            found = _readings(cell)
            if len(found) == 1 and _is_sure(cell, found, table.separator):
                return _Settled(next(iter(found)), line, cell)
    return None


def _number(table: Table, column: str, settled: _Settled | None, row: Row) -> Number:
    cell = row.cells[column]
    found = _readings(cell)
    if settled and settled.point in found:
        return found[settled.point]
    if settled is None and _is_sure(cell, found, table.separator):
        return next(iter(found.values()))
    raise ValueError(f"{table.where(row, column)}: {_refusal(cell, found, settled)}")


def _readings(cell: str) -> dict[str, Number]:
    """The number that a cell is if decimals follow a point, and if they follow a comma."""
    return {
        point: _value(cell.replace(group, "").replace(point, "."))
        for point, group in _GROUPS.items()
        if _FORMS[point].fullmatch(cell)
    }


def _value(text: str) -> Number:
    number = float(text)
    return int(text) if text.lstrip("+-").isdecimal() and abs(number) < 2**53 else number


def _is_sure(cell: str, found: dict[str, Number], separator: str) -> bool:
    """One number only; where commas separate cells, `12,5` might as well be a misplaced mark in 125."""
    bare_comma = found.keys() == {","} and "." not in cell
    return len(set(found.values())) == 1 and not (bare_comma and separator == ",")


def _refusal(cell: str, found: dict[str, Number], settled: _Settled | None) -> str:
    if not cell:
        return "is empty"
    if not found:
        return f"{quoted(cell)} is not a number; write digits and a decimal point"
    if settled:
        return f"{cell!r} is not a number with {_MARKS[settled.point]}, as {settled.cell!r} in line {settled.line} is"
    whole, decimal = re.sub("[.,]", "", cell), cell.replace(",", ".")
    exact = f"{decimal}0" if len(found) > 1 else decimal
    return f"{cell!r} may be {whole} or {float(decimal):g}; write {whole} or {exact}"
