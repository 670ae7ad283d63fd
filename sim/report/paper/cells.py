"""Cells of Excel sheets: numbers as numbers, texts never as formulas, columns and rows as large as what they hold."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any

from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from sim.report.paper.document import NEARLY_ALL, Cell, Estimate

WIDEST = 60  # letters of a column
LETTER = 1.1  # of the width that Excel counts in
LINE_HEIGHT = 15  # points
TEXT_FORMAT = "@"
FORMATS = {
    "fraction": "0.0%",
    "count": "#,##0",
    "ratio": "0.00",
    "dossiers": "#,##0.0",
    "VND": "#,##0",
    "whole": "#,##0",
    "": "0.0",
}
SIGNED = "+#,##0.0;-#,##0.0;0.0"
SIGNED_VND = "+#,##0;-#,##0;0"

LINE = Side(style="thin", color="808080")
BOX = Border(LINE, LINE, LINE, LINE)
TINT = PatternFill("solid", fgColor="DCE6F1")


def parts_of(cell: Cell, parts: Sequence[str]) -> Iterator[tuple[Any, str]]:
    """Value and number format of each part of a cell."""
    if isinstance(cell, Estimate):
        for part in parts:
            value = getattr(cell, part or "mean")
            yield (value, TEXT_FORMAT) if part == "verdict" else _number(value, cell.unit, cell.signed)
        return
    yield (cell, TEXT_FORMAT) if isinstance(cell, str) else _number(*cell)
    yield from [("", TEXT_FORMAT)] * (len(parts) - 1)


def _number(value: float, unit: str, signed: bool) -> tuple[float | None, str]:
    """Differences of fractions in percentage points, as everywhere."""
    if not math.isfinite(value):
        return None, "General"
    if signed:
        return (
            (value * 100, SIGNED) if unit == "fraction" else (value, SIGNED_VND if unit == "VND" else SIGNED)
        )
    if unit == "fraction" and NEARLY_ALL <= value < 1:
        return value, "0.00%"
    return value, FORMATS.get(unit, "#,##0.0")


def fit_columns(sheet: Worksheet, head: int, columns: int, least: int, last: int | None = None) -> None:
    """Columns as wide as their texts below the head within reason, rows as high as their lines.

    NOTE: not every program finds the height of folded texts by itself.
    """
    widths = []
    for column in range(1, columns + 1):
        texts = (_folded(sheet, row, column) for row in range(head + 1, (last or sheet.max_row) + 1))
        longest = max(map(len, texts), default=0)
        widths.append(max(least, min(WIDEST, math.ceil(LETTER * longest) + 2)))
        sheet.column_dimensions[get_column_letter(column)].width = widths[-1]
    for row in range(max(1, head), (last or sheet.max_row) + 1):
        texts = (_folded(sheet, row, column) for column in range(1, columns + 1))
        lines = max(lines_of(text, width) for text, width in zip(texts, widths, strict=True))
        sheet.row_dimensions[row].height = LINE_HEIGHT * lines


def lines_of(text: str, width: float) -> int:
    """How many lines a text folds into, word by word."""
    return max(1, len(wrap(text, int(width / LETTER))))


def _folded(sheet: Worksheet, row: int, column: int) -> str:
    """The text of a cell that folds it; other cells take the width they find."""
    cell = sheet.cell(row, column)
    return cell.value if isinstance(cell.value, str) and cell.alignment.wrap_text else ""


def across(sheet: Worksheet, row: int, first: int, last: int, text: str, font: Font, align: str) -> None:
    """A text in joined cells."""
    fill_text(cell_at(sheet, row, first), text, font)
    cell_at(sheet, row, first).alignment = Alignment(horizontal=align, vertical="center", wrap_text=True)
    if last > first:
        sheet.merge_cells(start_row=row, end_row=row, start_column=first, end_column=last)


def cell_at(sheet: Worksheet, row: int, column: int) -> SheetCell:
    """A cell that is not joined to another."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, SheetCell)
    return cell


def fill_head(cell: SheetCell, text: str) -> None:
    """A cell of a table's head."""
    fill_text(cell, text, Font(bold=True))
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    cell.fill, cell.border = TINT, BOX


def fill(cell: SheetCell, value: Any, number_format: str) -> None:
    """A cell of a table: a text, or a number in its format."""
    if isinstance(value, str):
        fill_text(cell, value, Font())
    else:
        cell.value, cell.number_format = value, number_format
        cell.alignment = Alignment(vertical="top")


def fill_text(cell: SheetCell, text: str, font: Font, *, wrap: bool = True) -> None:
    """A text, which is never a formula.

    NOTE: openpyxl takes a text that begins with "=" for a formula unless it is told otherwise.
    """
    cell.value = text
    cell.data_type = "s"
    cell.number_format = TEXT_FORMAT
    cell.font = font
    cell.alignment = Alignment(vertical="top", wrap_text=wrap)


def print_on_pages(sheet: Worksheet, head: int, *, landscape: bool = True) -> None:
    """On A4, as wide as the page, the head on every page."""
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"1:{head}"
