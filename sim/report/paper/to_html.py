"""A report as one HTML file that needs nothing else: no scripts, figures inline, for paper and for phones."""

from __future__ import annotations

import io
import re
from importlib.resources import files
from typing import Any

import matplotlib as mpl
from jinja2 import Environment
from matplotlib.figure import Figure

from sim.report.language import Language
from sim.report.paper.document import Document, is_heading, shown

# Paths instead of fonts, and the same file for the same figure.
SVG: dict[Any, Any] = {"svg.fonttype": "path", "svg.hashsalt": "motcua"}
UNKNOWN = {"Creator": None, "Date": None, "Format": None, "Type": None}


def to_html(document: Document, say: Language) -> bytes:
    """The file. Whatever stands in a scenario file is escaped."""
    text = files("sim.report.paper").joinpath("report.html").read_text(encoding="utf-8")
    page = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(text)
    told = page.render(
        document=document,
        say=say,
        shown=lambda cell: shown(cell, say),
        kind=lambda block: type(block).__name__,
        is_heading=is_heading,
        svg=svg,
    )
    return told.encode()


def svg(figure: Figure, name: str) -> str:
    """A figure as an element, its texts paths; ids begin with the figure's name, so that those of two differ."""
    out = io.StringIO()
    with mpl.rc_context(SVG):
        figure.savefig(out, format="svg", metadata=UNKNOWN)
    element = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", out.getvalue(), flags=re.DOTALL)
    element = element[element.index("<svg") :]
    element = re.sub(r'\b(id="|href="#|url\(#)', rf"\g<1>{name}-", element)
    element = re.sub(r' width="[^"]*pt"| height="[^"]*pt"', "", element, count=2)
    return element.replace("<svg ", '<svg aria-hidden="true" ', 1)
