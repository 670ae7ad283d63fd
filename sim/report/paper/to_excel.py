"""A report's numbers as an Excel file: a sheet a table, numbers as numbers, texts never as formulas."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Sequence
from itertools import count

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sim.report.language import Language
from sim.report.paper.cells import (
    LINE_HEIGHT,
    across,
    cell_at,
    fill,
    fill_head,
    fill_text,
    fit_columns,
    parts_of,
    print_on_pages,
)
from sim.report.paper.document import (
    Bullets,
    Document,
    Estimate,
    Table,
    is_heading,
    shown,
)
from sim.report.paper.form_sheet import form_sheet

NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
LONGEST_NAME = 31  # of a sheet
SUMMARY = 75


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
        form_sheet(book.create_sheet(names.of(form.name)), form)
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
        fill_text(cell_at(sheet, row, 1), text, font)
    fit_columns(sheet, 0, 1, least=SUMMARY)
    print_on_pages(sheet, 1, landscape=False)


def _table(sheet: Worksheet, table: Table, say: Language) -> None:
    """Title, head, rows; a column of estimates takes columns for mean, bounds and verdict. The head stays in view."""
    spread = [_spread(table, column) for column in range(len(table.heads))]
    heads = [
        text for head, parts in zip(table.heads, spread, strict=True) for text in _heads(head, parts, say)
    ]
    for column, head in enumerate(heads, start=1):
        fill_head(cell_at(sheet, 3, column), head)
    for number, row in enumerate(table.rows, start=4):
        if is_heading(row):
            fill_text(cell_at(sheet, number, 1), shown(row[0], say), Font(bold=True), wrap=False)
            continue
        values = [part for cell, parts in zip(row, spread, strict=True) for part in parts_of(cell, parts)]
        for column, (value, number_format) in enumerate(values, start=1):
            fill(cell_at(sheet, number, column), value, number_format)
    fit_columns(sheet, 3, len(heads), least=13)
    _above(sheet, 1, len(heads), table.title, Font(bold=True, size=12))
    _above(sheet, 2, len(heads), table.note, Font(italic=True))
    sheet.freeze_panes = "B4"
    print_on_pages(sheet, 3)


def _above(sheet: Worksheet, row: int, columns: int, text: str, font: Font) -> None:
    """A text across the columns of a table, in as many lines as it takes."""
    width = sum(sheet.column_dimensions[get_column_letter(column + 1)].width for column in range(columns))
    across(sheet, row, 1, columns, text, font, "left")
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
