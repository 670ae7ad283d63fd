"""A report's numbers as an Excel file: a sheet a table, numbers as numbers, texts never as formulas."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Sequence
from itertools import count
from textwrap import wrap
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from sim.report.language import Language
from sim.report.paper.document import (
    NEARLY_ALL,
    Bullets,
    Cell,
    Document,
    Estimate,
    Form,
    Head,
    Table,
    is_heading,
    shown,
)

NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
LONGEST_NAME = 31  # of a sheet
WIDEST = 60  # letters of a column
LETTER = 1.1  # of the width that Excel counts in
BOLD = 1.2  # wider
RIGHT = 4  # columns at the right of a form's titles
SUMMARY = 75
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


def to_excel(document: Document, say: Language) -> bytes:
    """The file: a summary, a sheet for each table, the forms as they are printed."""
    book = Workbook()
    names = _Names()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = names.of(say("sheet.summary"))
    _summary(first, document)
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                _table(book.create_sheet(names.of(block.name)), block, say)
    for form in document.forms:
        _form(book.create_sheet(names.of(form.name)), form, say)
    book.properties.title = document.title
    book.properties.creator = "Motcua"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class _Names:
    """Names of sheets: allowed, short, and each once, whatever the case of its letters."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def of(self, wanted: str) -> str:
        plain = NOT_IN_NAMES.sub(" ", wanted).strip() or "–"
        for number in count(1):
            end = "" if number == 1 else f" ({number})"
            name = plain[: LONGEST_NAME - len(end)] + end
            if name.lower() not in self._used:
                break
        self._used.add(name.lower())
        return name


def _summary(sheet: Worksheet, document: Document) -> None:
    """Title, question and answer, a line each."""
    lines = [(document.title, Font(bold=True, size=14)), (document.subtitle, Font(italic=True))]
    for section in document.sections:
        if section.name in ("question", "answer"):
            lines.append((section.title, Font(bold=True)))
            for block in section.blocks:
                texts = block.texts if isinstance(block, Bullets) else (block,)
                lines += [(text, Font()) for text in texts if isinstance(text, str)]
    for row, (text, font) in enumerate(lines, start=1):
        _text(_at(sheet, row, 1), text, font)
    _fit(sheet, 0, 1, least=SUMMARY)
    _printed(sheet, 1, landscape=False)


def _table(sheet: Worksheet, table: Table, say: Language) -> None:
    """Title, head, rows; a column of estimates takes columns for mean, bounds and verdict. The head stays in view."""
    spread = [_spread(table, column) for column in range(len(table.heads))]
    heads = [
        text for head, parts in zip(table.heads, spread, strict=True) for text in _heads(head, parts, say)
    ]
    for column, head in enumerate(heads, start=1):
        _head(_at(sheet, 3, column), head)
    for number, row in enumerate(table.rows, start=4):
        if is_heading(row):
            _text(_at(sheet, number, 1), shown(row[0], say), Font(bold=True), wrap=False)
            continue
        values = [part for cell, parts in zip(row, spread, strict=True) for part in _parts(cell, parts)]
        for column, (value, number_format) in enumerate(values, start=1):
            _fill(_at(sheet, number, column), value, number_format)
    _fit(sheet, 3, len(heads), least=13)
    _above(sheet, 1, len(heads), table.title, Font(bold=True, size=12))
    _above(sheet, 2, len(heads), table.note, Font(italic=True))
    sheet.freeze_panes = "B4"
    _printed(sheet, 3)


def _above(sheet: Worksheet, row: int, columns: int, text: str, font: Font) -> None:
    """A text across the columns of a table, in as many lines as it takes."""
    width = sum(sheet.column_dimensions[get_column_letter(column + 1)].width for column in range(columns))
    _across(sheet, row, 1, columns, text, font, "left")
    sheet.row_dimensions[row].height = LINE_HEIGHT * max(1, math.ceil(1.15 * len(text) / width))


def _spread(table: Table, column: int) -> tuple[str, ...]:
    """The parts of a column: one, or those of estimates."""
    cells = [row[column] for row in table.rows]
    if not any(isinstance(cell, Estimate) for cell in cells):
        return ("",)
    told = any(isinstance(cell, Estimate) and cell.verdict for cell in cells)
    return ("mean", "low", "high", *(("verdict",) if told else ()))


def _heads(head: str, parts: Sequence[str], say: Language) -> Iterator[str]:
    for part in parts:
        yield head if part in ("", "mean") else f"{head} – {say(f'sheet.part_{part}')}"


def _parts(cell: Cell, parts: Sequence[str]) -> Iterator[tuple[Any, str]]:
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


def _form(sheet: Worksheet, form: Form, say: Language) -> None:
    """What stands above, the head with its joined cells, the rows, the note."""
    width = max(head.column + head.columns for head in form.heads)
    above = _above(sheet, form, width) + 2
    for head in form.heads:
        _joined_head(sheet, head.row + above, head.column + 1, head.rows, head.columns, head.text)
    row = above + max(head.row + head.rows for head in form.heads)
    sheet.freeze_panes = f"C{row}"
    for number, cells in enumerate(form.rows, start=row):
        for column, own in enumerate(cells, start=1):
            value, number_format = next(_parts(own, ("",)))
            made = _at(sheet, number, column)
            _fill(made, value, number_format)
            made.border = BOX
    last = row + len(form.rows) - 1
    _fit(sheet, row - 1, width, least=10, last=last)
    _fit_heads(sheet, above, form.heads)
    _across(sheet, last + 2, 1, width, form.note, Font(italic=True), "left")
    columns = (sheet.column_dimensions[get_column_letter(column)].width for column in range(1, width + 1))
    sheet.row_dimensions[last + 2].height = LINE_HEIGHT * _lines(form.note, sum(columns))
    _printed(sheet, row - 1)


def _above(sheet: Worksheet, form: Form, width: int) -> int:
    """The last row of what stands above: the form's number, then the titles, beside them what they are of."""
    for number, text in enumerate(form.left, start=1):
        _across(sheet, number, 1, width, text, Font(bold=True), "left")
    first, wide = len(form.left) + 1, width - (RIGHT if form.right else 0)
    for number, text in enumerate(form.titles):
        bold = number < len(form.titles) - 1
        _across(sheet, first + number, 1, wide, text, Font(bold=bold), "center")
    for number, text in enumerate(form.right):
        _across(sheet, first + number, wide + 1, width, text, Font(), "left")
    return len(form.left) + max(len(form.titles), len(form.right))


def _fit(sheet: Worksheet, head: int, columns: int, least: int, last: int | None = None) -> None:
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
        lines = max(_lines(text, width) for text, width in zip(texts, widths, strict=True))
        sheet.row_dimensions[row].height = LINE_HEIGHT * lines


def _lines(text: str, width: float) -> int:
    """How many lines a text folds into, word by word."""
    return max(1, len(wrap(text, int(width / LETTER))))


def _folded(sheet: Worksheet, row: int, column: int) -> str:
    """The text of a cell that folds it; other cells take the width they find."""
    cell = sheet.cell(row, column)
    return cell.value if isinstance(cell.value, str) and cell.alignment.wrap_text else ""


def _fit_heads(sheet: Worksheet, first: int, heads: Sequence[Head]) -> None:
    """Rows high enough for the texts of heads in one column; joined rows share the height."""
    for head in heads:
        if head.columns == 1:
            width = sheet.column_dimensions[get_column_letter(head.column + 1)].width
            lines = math.ceil(_lines(head.text, width / BOLD) / head.rows)
            for row in range(first + head.row, first + head.row + head.rows):
                dimension = sheet.row_dimensions[row]
                dimension.height = max(dimension.height or LINE_HEIGHT, LINE_HEIGHT * lines)


def _across(sheet: Worksheet, row: int, first: int, last: int, text: str, font: Font, align: str) -> None:
    """A text in joined cells."""
    _text(_at(sheet, row, first), text, font)
    _at(sheet, row, first).alignment = Alignment(horizontal=align, vertical="center", wrap_text=True)
    if last > first:
        sheet.merge_cells(start_row=row, end_row=row, start_column=first, end_column=last)


def _joined_head(sheet: Worksheet, row: int, column: int, rows: int, columns: int, text: str) -> None:
    for at in range(row, row + rows):
        for beside in range(column, column + columns):
            sheet.cell(at, beside).border = BOX
    _head(_at(sheet, row, column), text)
    if rows > 1 or columns > 1:
        sheet.merge_cells(
            start_row=row, end_row=row + rows - 1, start_column=column, end_column=column + columns - 1
        )


def _at(sheet: Worksheet, row: int, column: int) -> SheetCell:
    """A cell that is not joined to another."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, SheetCell)
    return cell


def _head(cell: SheetCell, text: str) -> None:
    _text(cell, text, Font(bold=True))
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    cell.fill, cell.border = TINT, BOX


def _fill(cell: SheetCell, value: Any, number_format: str) -> None:
    if isinstance(value, str):
        _text(cell, value, Font())
    else:
        cell.value, cell.number_format = value, number_format
        cell.alignment = Alignment(vertical="top")


def _text(cell: SheetCell, text: str, font: Font, *, wrap: bool = True) -> None:
    """NOTE: openpyxl takes a text that begins with "=" for a formula unless it is told otherwise."""
    cell.value = text
    cell.data_type = "s"
    cell.number_format = TEXT_FORMAT
    cell.font = font
    cell.alignment = Alignment(vertical="top", wrap_text=wrap)


def _printed(sheet: Worksheet, head: int, *, landscape: bool = True) -> None:
    """On A4, as wide as the page, the head on every page."""
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"1:{head}"
