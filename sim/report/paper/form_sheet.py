"""Official forms as sheets of an Excel file: titles above, the head with its joined cells, the rows, the note."""

from __future__ import annotations

import math
from collections.abc import Sequence

from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sim.report.paper.cells import (
    BOX,
    LINE_HEIGHT,
    across,
    cell_at,
    fill,
    fill_head,
    fit_columns,
    lines_of,
    parts_of,
    print_on_pages,
)
from sim.report.paper.document import Form, Head

BOLD = 1.2  # letters are so much wider
RIGHT = 4  # columns at the right of a form's titles


def form_sheet(sheet: Worksheet, form: Form) -> None:
    """What stands above, the head with its joined cells, the rows, the note."""
    width = max(head.column + head.columns for head in form.heads)
    above = _titles(sheet, form, width) + 2
    for head in form.heads:
        _joined_head(sheet, head.row + above, head.column + 1, head.rows, head.columns, head.text)
    row = above + max(head.row + head.rows for head in form.heads)
    sheet.freeze_panes = f"C{row}"
    for number, cells in enumerate(form.rows, start=row):
        for column, own in enumerate(cells, start=1):
            value, number_format = next(parts_of(own, ("",)))
            made = cell_at(sheet, number, column)
            fill(made, value, number_format)
            made.border = BOX
    last = row + len(form.rows) - 1
    fit_columns(sheet, row - 1, width, least=10, last=last)
    _fit_heads(sheet, above, form.heads)
    across(sheet, last + 2, 1, width, form.note, Font(italic=True), "left")
    columns = (sheet.column_dimensions[get_column_letter(column)].width for column in range(1, width + 1))
    sheet.row_dimensions[last + 2].height = LINE_HEIGHT * lines_of(form.note, sum(columns))
    print_on_pages(sheet, row - 1)


def _titles(sheet: Worksheet, form: Form, width: int) -> int:
    """The last row of what stands above: the form's number, then the titles, beside them what they are of."""
    for number, text in enumerate(form.left, start=1):
        across(sheet, number, 1, width, text, Font(bold=True), "left")
    first, wide = len(form.left) + 1, width - (RIGHT if form.right else 0)
    for number, text in enumerate(form.titles):
        bold = number < len(form.titles) - 1
        across(sheet, first + number, 1, wide, text, Font(bold=bold), "center")
    for number, text in enumerate(form.right):
        across(sheet, first + number, wide + 1, width, text, Font(), "left")
    return len(form.left) + max(len(form.titles), len(form.right))


def _fit_heads(sheet: Worksheet, first: int, heads: Sequence[Head]) -> None:
    """Rows high enough for the texts of heads in one column; joined rows share the height."""
    for head in heads:
        if head.columns == 1:
            width = sheet.column_dimensions[get_column_letter(head.column + 1)].width
            lines = math.ceil(lines_of(head.text, width / BOLD) / head.rows)
            for row in range(first + head.row, first + head.row + head.rows):
                dimension = sheet.row_dimensions[row]
                dimension.height = max(dimension.height or LINE_HEIGHT, LINE_HEIGHT * lines)


def _joined_head(sheet: Worksheet, row: int, column: int, rows: int, columns: int, text: str) -> None:
    for at in range(row, row + rows):
        for beside in range(column, column + columns):
            sheet.cell(at, beside).border = BOX
    fill_head(cell_at(sheet, row, column), text)
    if rows > 1 or columns > 1:
        sheet.merge_cells(
            start_row=row, end_row=row + rows - 1, start_column=column, end_column=column + columns - 1
        )
