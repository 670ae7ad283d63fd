"""What all figures share: size, colours, title with key, footnote, target lines, ticks in the reader's language."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from sim.report.language import Language
from sim.results.measures import MEASURES
from sim.results.result import Result

# Okabe & Ito (2008), Color Universal Design: told apart without colour vision
BLACK, GREY, BLUE, ORANGE, GREEN, VERMILLION = "black", "0.4", "#0072B2", "#E69F00", "#009E73", "#D55E00"
TARGET_LINES = ("--", ":", "-.")
TITLE, TEXT, NOTE = 11, 8, 7  # points


def blank(width: float, height: float) -> Figure:
    """An empty figure, in inches."""
    return Figure(figsize=(width, height), layout=ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.06))


def entitle(figure: Figure, title: str, key: dict[str, Artist]) -> None:
    """The title and, below it, the key in columns."""
    figure.legend(
        key.values(),
        key.keys(),
        title=title,
        title_fontproperties={"size": TITLE, "weight": "bold"},
        alignment="left",
        loc="outside upper left",
        ncols=3 if len(key) <= 3 else 2,
        fontsize=TEXT,
        frameon=False,
    )


def annotate(figure: Figure, result: Result, note: str, say: Language) -> None:
    """A footnote that begins with the number of replications."""
    made = say("figure.replications", count=say.number(result.provenance["replications"], 0))
    characters = int(16 * figure.get_figwidth())
    figure.supxlabel(wrapped(f"{made} {note}", characters), x=0.01, ha="left", fontsize=NOTE, color=GREY)


def plain(axes: Axes) -> None:
    """Two spines and a faint grid."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=TEXT)
    axes.grid(color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)


def targets(
    result: Result, site: str, measures: Sequence[str], say: Language
) -> Iterator[tuple[str, float, dict[str, Any]]]:
    """The targets on these measures that hold at a kind of site: in words, the bound as shown, the line's style."""
    every = result.provenance["scenario"].get("target", {}).values()
    chosen = [one for one in every if one["measure"] in measures]
    for number, one in enumerate(chosen):
        if one.get("site") in (None, site):
            side = "at_most" if one.get("at_most") is not None else "at_least"
            unit = MEASURES[one["measure"]].unit
            bound = one[side] * scale(unit)
            told = say(f"table.{side}", bound=f"{say.number(bound, _digits([bound]))} {say(f'unit.{unit}')}")
            words = say("figure.target", bound=told, measure=say(f"measure.{one['measure']}"))
            style = {"color": VERMILLION, "linestyle": TARGET_LINES[number % len(TARGET_LINES)]}
            yield words, bound, style


def scale(unit: str) -> float:
    """What values of a unit are multiplied by on an axis: fractions are shown in percent."""
    return 100.0 if unit == "fraction" else 1.0


def widen(axes: Axes, span: float) -> None:
    """The x axis over at least a span, so that differences of next to nothing do not fill it."""
    low, high = axes.get_xlim()
    more = max(0.0, span - (high - low)) / 2
    axes.set_xlim(low - more, high + more)


def number_ticks(axis: Axis, say: Language) -> None:
    """Ticks as the language writes numbers, all with the digits the finest needs."""
    ticks = _visible_ticks(axis)
    digits = _digits(ticks)
    axis.set_ticks(ticks, [say.number(tick, digits) for tick in ticks])


def clock_ticks(axis: Axis) -> None:
    """Ticks in minutes of the day as clock times."""
    ticks = _visible_ticks(axis)
    axis.set_ticks(ticks, [f"{tick // 60:.0f}:{tick % 60:02.0f}" for tick in ticks])


def _visible_ticks(axis: Axis) -> list[float]:
    """Those of the axis' ticks that lie in view."""
    low, high = sorted(axis.get_view_interval())
    return [float(tick) for tick in axis.get_majorticklocs() if low <= tick <= high]


def wrapped(text: str, width: int) -> str:
    """A text in at most three lines of `width` characters."""
    return "\n".join(textwrap.wrap(text, width, max_lines=3, placeholder=" …"))


def _digits(values: Sequence[float]) -> int:
    """Decimals that write all values exactly, three at most."""
    return next((n for n in range(3) if all(math.isclose(x, round(x, n), abs_tol=1e-9) for x in values)), 3)
