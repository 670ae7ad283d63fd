"""The terminal, and what all tables on it share."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console
from rich.table import Table

from sim.report.language import Language

WIDTH = 140  # where the output is no terminal


def console(stderr: bool = False) -> Console:
    """A terminal; wide enough for tables where the output is no terminal."""
    made = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    return made if made.is_terminal else Console(stderr=stderr, highlight=False, markup=False, width=WIDTH)


def table(*columns: str, title: str = "") -> Table:
    """A plain table; all columns but the first are numbers unless styled otherwise."""
    made = Table(title=title or None, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for number, column in enumerate(columns):
        made.add_column(column, justify="left" if number == 0 else "right")
    return made


def words(*columns: str, title: str = "") -> Table:
    """A table of texts, which fold where they are long."""
    made = Table(title=title or None, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def shown(value: Any, say: Language) -> str:
    """A value of a scenario file in one short line."""
    if value is None:
        return say("explain.nothing")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return cut(text, 120)


def cut(text: str, longest: int) -> str:
    """At most so many characters, the last of them `…` if there were more."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
