"""What a report is made of, whatever file it becomes: sections of texts, tables and pictures.

Numbers stay numbers until they are written, so that the text, Word and Excel show the same ones.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Any, NamedTuple

from matplotlib.figure import Figure

from sim.report.language import Language

NOT_TEXT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"
)  # neither XML nor HTML has these
FIXED = "\u00a0"  # a space at which no line ends
NEARLY_ALL = 0.999  # of which one decimal would make all
DIGITS = {"count": 0, "whole": 0, "ratio": 2}  # decimals of what has no unit
MINUS = "\u2212"  # after a hyphen a line may end


class Number(NamedTuple):
    """A number with its unit, a key of the words' `unit` or `DIGITS`; `signed` for differences, `whole` in forms."""

    value: float
    unit: str
    signed: bool = False


class Estimate(NamedTuple):
    """A mean with its interval, and in a word what it means."""

    mean: float
    low: float
    high: float
    unit: str
    signed: bool = False
    verdict: str = ""


Cell = str | Number | Estimate


class Table(NamedTuple):
    """Rows under heads; the first column says what a row is. `name` is that of its sheet.

    A row of nothing but its first cell heads those that follow.
    """

    name: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


class Head(NamedTuple):
    """A cell of a form's head: its text, where it begins (from 0) and how far it reaches."""

    text: str
    row: int
    column: int
    rows: int = 1
    columns: int = 1


class Form(NamedTuple):
    """An official form: what stands above it on the left and right, its titles, its head and its rows."""

    name: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    titles: tuple[str, ...]
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


class Picture(NamedTuple):
    """A figure, its caption, and what it shows in a sentence, from the same numbers."""

    name: str
    title: str
    told: str
    figure: Figure

    @property
    def alt(self) -> str:
        """For those who do not see it."""
        return f"{self.title}: {self.told}"


class Bullets(NamedTuple):
    """Texts side by side."""

    texts: tuple[str, ...]


Block = str | Bullets | Table | Picture


class Section(NamedTuple):
    """A chapter; its name anchors it."""

    name: str
    title: str
    blocks: tuple[Block, ...]


class Document(NamedTuple):
    """A report. All forms go to Excel, those of the annex to the end of the text too."""

    title: str
    subtitle: str
    language: str
    sections: tuple[Section, ...]
    forms: tuple[Form, ...]
    annex: tuple[Form, ...]


def is_heading(row: Sequence[Cell]) -> bool:
    """A row that heads those that follow."""
    return len(row) > 1 and all(cell == "" for cell in row[1:])


def shown(cell: Cell, say: Language) -> str:
    """A cell in one line."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Number):
        return _amount(cell.value, cell.unit, cell.signed, say)
    mean, low, high = _amounts(cell, say)
    bounds = f";{FIXED}".join(bound.removesuffix(f"{FIXED}%") for bound in (low, high))
    told = mean if math.isnan(cell.low) else f"{mean} [{bounds}]"
    return f"{told} {cell.verdict}".strip()


def with_unit(cell: Number | Estimate, say: Language) -> str:
    """A cell in a sentence: the amount with its unit, which fractions have already."""
    if cell.unit == "fraction" and not cell.signed:
        return shown(cell, say)
    return f"{shown(cell, say)}{FIXED}{unit_of(cell, say).replace(' ', FIXED)}"


def unit_of(cell: Number | Estimate, say: Language) -> str:
    """The unit in words; of differences of fractions percentage points."""
    return say("unit.points" if cell.unit == "fraction" and cell.signed else f"unit.{cell.unit}")


def shared(one: Sequence[Any], other: Sequence[Any]) -> int:
    """How many items both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def capital(text: str) -> str:
    """A text as it begins a sentence or heads a column."""
    return f"{text[:1].upper()}{text[1:]}"


def clean(text: object) -> str:
    """A text of a scenario file without characters that documents cannot hold."""
    return NOT_TEXT.sub("", str(text))


def _amounts(cell: Estimate, say: Language) -> list[str]:
    """Mean and bounds; rates with the same decimals, two if one of them would else be all."""
    if cell.unit != "fraction" or cell.signed:
        return [_amount(x, cell.unit, cell.signed, say) for x in cell[:3]]
    digits = 2 if any(NEARLY_ALL <= x < 1 for x in cell[:3]) else 1
    return [say.percent(x, digits).replace(" ", FIXED) for x in cell[:3]]


def _amount(value: float, unit: str, signed: bool, say: Language) -> str:
    if unit in DIGITS:
        told = say.number(value, DIGITS[unit])
    else:
        told = say.difference(value, unit) if signed else say.amount(value, unit)
    return told.replace(" ", FIXED).replace("-", MINUS)
