"""A picture: the table it shows, how it is drawn, and how it is told in a sentence."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from sim.report import drawing
from sim.report.drawing import HALF_PAGE, Size
from sim.report.language import Language


@dataclass(frozen=True)
class Picture:
    """Drawing and sentence are made of the same tidy table, so that neither can contradict the other.

    `source` says what `data` makes the table of; see :data:`sim.report.figures.PICTURES`. `drawn` and `told` are
    never given an empty table.
    """

    title: str  # key of the words
    source: str
    data: Callable[..., pd.DataFrame]
    drawn: Callable[[pd.DataFrame, Language, Size], Figure]
    told: Callable[[pd.DataFrame, Language], str]

    def __call__(self, subject: Any, say: Language, size: Size = HALF_PAGE) -> Figure:
        """The figure of a result, a comparison or whatever `source` says."""
        return self.draw(self.data(subject), say, size)

    def draw(self, table: pd.DataFrame, say: Language, size: Size = HALF_PAGE) -> Figure:
        """The figure of a table with the columns of `data`."""
        with mpl.rc_context(drawing.NO_FORMULAS):
            if table.empty:
                return drawing.nothing(drawing.blank(size), say(self.title), say)
            return self.drawn(table, say, size)

    def tell(self, table: pd.DataFrame, say: Language) -> str:
        """What the figure shows, in a sentence."""
        return say("figure.empty") if table.empty else self.told(table, say)

    def alt(self, table: pd.DataFrame, say: Language) -> str:
        """The title and the sentence, for those who do not see the figure."""
        return f"{say(self.title)}: {self.tell(table, say)}"


def save(figure: Figure, path: str | os.PathLike[str], dpi: int = 200) -> None:
    """Write a figure in the format of the file's name, whole or not at all."""
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.part")
    figure.savefig(part, format=file.suffix.removeprefix("."), dpi=dpi)
    os.replace(part, file)
