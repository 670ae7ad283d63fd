"""A report as a Word file in the shape of the annex to an official proposal: A4, Times New Roman, real styles."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import docx
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt, RGBColor
from docx.table import Table as WordTable
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from sim.report.language import Language
from sim.report.paper.document import (
    Bullets,
    Cell,
    Document,
    Form,
    Picture,
    Section,
    Table,
    capital,
    is_heading,
    shown,
)

FONT = "Times New Roman"
TEXT, SMALL, FORM = Pt(13), Pt(10), Pt(8)
DOTS_A_INCH = 220  # of figures, for print
LETTER = 0.55  # widths of a letter to its size, bold ones too
LONGEST_WORD = 16  # that is not broken
MOST_LETTERS = 60  # that a column would like to have in a line
# Margins and page numbers as Decree 30/2020/NĐ-CP, annex I, asks.
LEFT, RIGHT, TOP = Cm(3), Cm(1.5), Cm(2)
WIDTH = Cm(21) - LEFT - RIGHT


def to_word(document: Document, say: Language) -> bytes:
    """The file. Its table of contents is a field, filled with the titles until Word puts in the pages."""
    made = docx.Document()
    _styles(made, document.language)
    _page(made.sections[0])
    _front(made, document, say)
    _contents(made, document, say)
    for number, section in enumerate(document.sections, start=1):
        _section(made, f"{number}. {section.title}", section, say)
    if document.annex:
        _annex(made, document, say)
    made.core_properties.title = document.title
    made.core_properties.author = "Motcua"
    made.core_properties.language = document.language
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


# --- the page and its styles ---


def _styles(made: WordDocument, code: str) -> None:
    sizes = {
        "Normal": TEXT,
        "Title": Pt(15),
        "Subtitle": TEXT,
        "Heading 1": Pt(14),
        "Caption": Pt(12),
        "List Bullet": TEXT,
    }
    for name, size in sizes.items():
        style = made.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = FONT, size, RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in list(fonts.attrib):
            if "heme" in key:  # a theme's font would win
                del fonts.attrib[key]
        for key in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(key), FONT)
    normal = made.styles["Normal"]
    normal.paragraph_format.space_after = Pt(6)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), {"vi": "vi-VN", "en": "en-GB"}[code])
    normal.element.get_or_add_rPr().append(language)
    for name in ("Heading 1", "Caption"):
        made.styles[name].font.bold = True
        made.styles[name].paragraph_format.keep_with_next = True
    made.styles["Caption"].paragraph_format.space_before = Pt(6)
    made.styles["Title"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for border in list(made.styles["Title"].element.iter(qn("w:pBdr"))):
        border.getparent().remove(border)


def _page(section: Any) -> None:
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin = LEFT, RIGHT
    section.top_margin = section.bottom_margin = TOP
    section.different_first_page_header_footer = True  # the first page has no number
    number = section.header.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _field(number, "PAGE", "2")


def _front(made: WordDocument, document: Document, say: Language) -> None:
    annex = made.add_paragraph(say("report.annex"))
    annex.alignment, annex.runs[0].bold = WD_ALIGN_PARAGRAPH.CENTER, True
    made.add_paragraph(document.title, style="Title")
    for text in (say("report.attached_to"), document.subtitle):
        line = made.add_paragraph(text)
        line.alignment, line.runs[0].italic = WD_ALIGN_PARAGRAPH.CENTER, True


def _contents(made: WordDocument, document: Document, say: Language) -> None:
    head = made.add_paragraph(say("report.contents"))
    head.runs[0].bold = True
    titles = [section.title for section in document.sections]
    titles += [say("report.forms")] if document.annex else []
    numbered = [f"{number}. {title}" for number, title in enumerate(titles, start=1)]
    _field(made.add_paragraph(), r'TOC \o "1-1" \h \z \u', "\n".join(numbered))


def _field(paragraph: Paragraph, code: str, result: str) -> None:
    """A field with the result it shows until it is updated."""
    for kind, text in (("begin", ""), ("", code), ("separate", ""), ("shown", result), ("end", "")):
        run = paragraph.add_run(text if kind == "shown" else "")
        if kind == "":
            instruction = OxmlElement("w:instrText")
            instruction.set(qn("xml:space"), "preserve")
            instruction.text = text
            run._r.append(instruction)
        elif kind != "shown":
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            if kind == "begin" and code.startswith("TOC"):
                mark.set(qn("w:dirty"), "true")
            run._r.append(mark)


# --- sections ---


def _section(made: WordDocument, title: str, section: Section, say: Language) -> None:
    made.add_heading(title, level=1)
    for block in section.blocks:
        if isinstance(block, Table):
            _table(made, block, say)
        elif isinstance(block, Picture):
            _picture(made, block, say)
        else:
            texts = block.texts if isinstance(block, Bullets) else (block,)
            for text in texts:
                made.add_paragraph(text, style="List Bullet" if isinstance(block, Bullets) else None)


def _table(made: WordDocument, table: Table, say: Language) -> None:
    """The caption above, as official texts have it."""
    _caption(made, say("report.table"), len(made.tables) + 1, table.title)
    drawn = made.add_table(rows=1, cols=len(table.heads), style="Table Grid")
    for cell, head in zip(drawn.rows[0].cells, table.heads, strict=True):
        _write(cell, head, SMALL, bold=True, align=WD_ALIGN_PARAGRAPH.CENTER)
    _repeat(drawn, 1)
    for row in table.rows:
        _row(drawn, row, SMALL, say)
    plain = [row for row in table.rows if not is_heading(row)]
    _widths(drawn, _columns(table.heads, plain, say), WIDTH, SMALL)
    note = made.add_paragraph(table.note)
    for run in note.runs:
        run.italic, run.font.size = True, SMALL


def _row(drawn: WordTable, row: tuple[Cell, ...], size: Pt, say: Language) -> None:
    added = drawn.add_row()  # type: ignore[no-untyped-call]
    properties = added._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if is_heading(row):
        whole = added.cells[0].merge(added.cells[-1])
        _write(whole, shown(row[0], say), size, bold=True, align=WD_ALIGN_PARAGRAPH.LEFT)
        whole.paragraphs[0].paragraph_format.keep_with_next = True
        return
    for cell, value in zip(added.cells, row, strict=True):
        align = WD_ALIGN_PARAGRAPH.LEFT if isinstance(value, str) else WD_ALIGN_PARAGRAPH.RIGHT
        _write(cell, shown(value, say), size, align=align)


def _picture(made: WordDocument, picture: Picture, say: Language) -> None:
    """The caption below; the alternative text goes with the picture."""
    image = io.BytesIO()
    picture.figure.savefig(image, format="png", dpi=DOTS_A_INCH)
    place = made.add_paragraph()
    place.alignment = WD_ALIGN_PARAGRAPH.CENTER
    place.paragraph_format.keep_with_next = True
    width, height = picture.figure.get_size_inches()
    highest = Cm(22)
    wide = min(WIDTH, int(highest * width / height))
    drawn = place.add_run().add_picture(image, width=wide)
    drawn._inline.docPr.set("descr", picture.alt)
    drawn._inline.docPr.set("title", picture.title)
    _caption(made, say("report.figure"), len(made.inline_shapes), picture.title)
    made.add_paragraph(capital(picture.told))


def _caption(made: WordDocument, kind: str, number: int, title: str) -> Paragraph:
    """Numbered by Word, each kind from 1; `number` stands until it does."""
    caption = made.add_paragraph(f"{kind} ", style="Caption")
    _field(caption, f"SEQ {kind} \\* ARABIC", str(number))
    caption.add_run(f". {title}")
    return caption


# --- the forms ---


def _annex(made: WordDocument, document: Document, say: Language) -> None:
    """Forms are wider than high, on pages of their own."""
    section = made.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    made.add_heading(f"{len(document.sections) + 1}. {say('report.forms')}", level=1)
    made.add_paragraph(say("report.forms_scope"))
    for number, form in enumerate(document.annex):
        if number:
            made.add_page_break()  # type: ignore[no-untyped-call]
        _form(made, form, say)


def _form(made: WordDocument, form: Form, say: Language) -> None:
    for text in form.left:
        made.add_paragraph(text).runs[0].bold = True
    for text in form.right:
        made.add_paragraph(text).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for number, text in enumerate(form.titles):
        line = made.add_paragraph(text)
        line.alignment, line.runs[0].bold = WD_ALIGN_PARAGRAPH.CENTER, number < len(form.titles) - 1
    high = max(head.row + head.rows for head in form.heads)
    wide = max(head.column + head.columns for head in form.heads)
    drawn = made.add_table(rows=high, cols=wide, style="Table Grid")
    for head in form.heads:
        cell = drawn.cell(head.row, head.column)
        last = drawn.cell(head.row + head.rows - 1, head.column + head.columns - 1)
        _write(cell.merge(last), head.text, FORM, bold=True, align=WD_ALIGN_PARAGRAPH.CENTER)
    _repeat(drawn, high)
    for row in form.rows:
        _row(drawn, row, FORM, say)
    lowest = ["" for _ in range(wide)]
    for head in form.heads:
        lowest[head.column] = head.text if head.columns == 1 else lowest[head.column]
    _widths(drawn, _columns(lowest, form.rows, say), Cm(29.7) - LEFT - RIGHT, FORM)
    note = made.add_paragraph(form.note)
    for run in note.runs:
        run.italic, run.font.size = True, SMALL


# --- cells ---


def _write(cell: _Cell, text: str, size: Pt, *, bold: bool = False, align: WD_ALIGN_PARAGRAPH) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = align
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, size


def _columns(heads: Sequence[str], rows: Sequence[tuple[Cell, ...]], say: Language) -> list[list[str]]:
    """The texts of each column."""
    return [[head, *(shown(row[column], say) for row in rows)] for column, head in enumerate(heads)]


def _repeat(drawn: WordTable, rows: int) -> None:
    """The first rows are the head on every page."""
    for row in drawn.rows[:rows]:
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _widths(drawn: WordTable, texts: list[list[str]], total: int, size: Pt) -> None:
    """Columns wide enough for their longest word within reason; what is left goes where texts are long."""
    letters = total / (LETTER * size)
    longest = [max(len(word) for text in column for word in (*text.split(), "")) for column in texts]
    least = [min(LONGEST_WORD, length) + 3.0 for length in longest]
    spare = max(0.0, letters - sum(least))
    longer = [
        max(0.0, min(MOST_LETTERS, max(map(len, column))) - few)
        for column, few in zip(texts, least, strict=True)
    ]
    share = spare / max(1.0, sum(longer))
    wanted = [few + share * more for few, more in zip(least, longer, strict=True)]
    widths = [int(total * width / sum(wanted)) for width in wanted]
    drawn.autofit = False
    for column, width in zip(drawn.columns, widths, strict=True):
        column.width = Emu(width)
    for row in drawn._tbl.tr_lst:
        for cell in row.tc_lst:
            at = cell.grid_offset
            cell.width = Emu(sum(widths[at : at + cell.grid_span]))
