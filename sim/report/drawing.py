"""What all figures share: sizes, colours, title with key, footnote, labels that keep apart, ticks, cells."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backend_bases import RendererBase
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_rgb
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patheffects import withStroke
from matplotlib.typing import ColorType

from sim.engine.contract import Floats
from sim.report.language import Language

# After Okabe & Ito (2008), Color Universal Design: told apart without colour vision. Orange and purple are darker
# than theirs, so that every mark has a contrast of 3 : 1 on white (WCAG 2.1, 1.4.11).
BLACK, GREY, BLUE, ORANGE = "black", "#595959", "#0072B2", "#A66F00"
GREEN, VERMILLION, PURPLE, FAINT = "#00825F", "#C04F00", "#A64D82", "#D9D9D9"
SHADES = LinearSegmentedColormap.from_list("shades", ["#F7FBFF", "#C6DBEF", "#6BAED6", "#2171B5", "#08306B"])
TITLE, TEXT, NOTE = 10, 8, 7  # points
MOST_ROWS = 20  # that fit on a slide
ROW = 0.15  # inches
MARKERS = "osD^vPX"


class Size(NamedTuple):
    """Width and height in inches."""

    width: float
    height: float

    def for_rows(self, rows: float, around: float = 1.3) -> Size:
        """As high as so many rows of text need, with so many inches around them."""
        return Size(self.width, max(self.height, around + ROW * rows))

    def letters(self, part: float = 1.0, points: float = TEXT) -> int:
        """How many letters of a text fit into a part of the width."""
        return max(8, int(part * self.width * 72 / (0.56 * points)))


HALF_PAGE = Size(6.3, 3.54)  # 16 by 9 cm
SLIDE = Size(8.33, 4.69)  # shown at 1.6 times, on 13.33 by 7.5 inches: eight points are then thirteen


class Style(NamedTuple):
    """Colour and marker of a scenario."""

    color: str
    marker: str


def styles(scenarios: Iterable[str]) -> dict[str, Style]:
    """The same for the same place in the order of a study, in every figure; the first is the baseline."""
    colors = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE)
    distinct = dict.fromkeys(scenarios)
    return {
        name: Style(colors[(place - 1) % len(colors)] if place else BLACK, MARKERS[place % len(MARKERS)])
        for place, name in enumerate(distinct)
    }


# --- the sheet ---

NO_FORMULAS: dict[Any, Any] = {"text.parse_math": False}


class Sheet(Figure):
    """A figure on which a dollar sign is one: titles of scenarios are no formulas, not even broken ones."""

    def draw(self, renderer: RendererBase) -> None:
        """NOTE: labels of ticks are made only here."""
        with mpl.rc_context(NO_FORMULAS):
            super().draw(renderer)


def blank(size: Size) -> Figure:
    """An empty figure."""
    return Sheet(figsize=size, layout=ConstrainedLayoutEngine(w_pad=0.06, h_pad=0.04))


def entitle(figure: Figure, title: str, key: dict[str, Artist] | None = None) -> None:
    """The title and, below it, the key in columns."""
    told = key or {}
    figure.legend(
        told.values(),
        told.keys(),
        title=wrapped(title, _size(figure).letters(0.95, TITLE)),
        title_fontproperties={"size": TITLE, "weight": "bold"},
        alignment="left",
        loc="outside upper left",
        ncols=_columns(list(told), _size(figure)),
        fontsize=TEXT,
        frameon=False,
        borderaxespad=0.2,
        borderpad=0.1,
        columnspacing=1.2,
        handlelength=1.6,
    )


def annotate(figure: Figure, *sentences: str) -> None:
    """A footnote; empty sentences are left out."""
    text = wrapped(" ".join(filter(None, sentences)), _size(figure).letters(0.97, NOTE))
    figure.supxlabel(text, x=0.01, ha="left", fontsize=NOTE, color=GREY)


def nothing(figure: Figure, title: str, say: Language) -> Figure:
    """A figure that says that there is nothing to show."""
    axes = figure.subplots()
    axes.set_axis_off()
    axes.text(0.5, 0.5, say("figure.empty"), ha="center", va="center", fontsize=TITLE, color=GREY)
    entitle(figure, title)
    return figure


def plain(axes: Axes) -> None:
    """Two spines and a faint grid."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=TEXT)
    axes.grid(color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)


def head(axes: Axes, title: str, letters: int, pad: float = 5) -> None:
    """The title of a panel, to the left, so many points above it."""
    axes.set_title(wrapped(title, letters), fontsize=TEXT, loc="left", pad=pad)


def rows(axes: Axes, names: Sequence[str], letters: int, lines: int = 1, bold: Sequence[bool] = ()) -> None:
    """Names down the side, the first on top."""
    axes.set_yticks(range(len(names)), [cut(name, letters, lines) for name in names])
    for label, is_bold in zip(axes.get_yticklabels(), bold, strict=False):
        label.set_fontweight("bold" if is_bold else "normal")
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")


def _columns(labels: Sequence[str], size: Size) -> int:
    """As many columns as fit, four at most; the entries fill one after the other."""
    for columns in (4, 3, 2):
        height = max(1, -(-len(labels) // columns))
        widest = [max(map(len, labels[i : i + height])) for i in range(0, len(labels), height)]
        if sum(widest) + 7 * len(widest) <= size.letters():
            return columns
    return 1


def _size(figure: Figure) -> Size:
    return Size(*figure.get_size_inches())


# --- labels ---


def beside(axes: Axes, y: float, text: str, x: float = 1.02, color: ColorType = BLACK) -> None:
    """A label to the right of a row."""
    place = ("axes fraction", "data")
    axes.annotate(text, (x, y), xycoords=place, va="center", fontsize=NOTE, color=color)


def label_ends(axes: Axes, labels: Sequence[tuple[float, str]], height: float) -> None:
    """Labels to the right of the axes, each near its height in data, tied to it by a line, none on another.

    `height` is that of the axes in points, or a little less.
    """
    low, high = axes.get_ylim()
    ends = [(y - low) / (high - low) for y, _ in labels]
    lines = [1 + text.count("\n") for _, text in labels]
    for (_, text), end, at in zip(labels, ends, spread(ends, lines, 1.3 * NOTE / height), strict=True):
        tie = {"arrowstyle": "-", "color": GREY, "linewidth": 0.6, "relpos": (0, 0.5)}
        tie |= {"shrinkA": 0, "shrinkB": 0}
        axes.annotate(
            text,
            (1.0, end),
            (1.05, at),
            xycoords="axes fraction",
            fontsize=NOTE,
            va="center",
            arrowprops=tie,
            linespacing=1.1,
        )


def spread(at: Sequence[float], heights: Sequence[float], unit: float) -> list[float]:
    """Centres between 0 and 1, near those wished for and in their order, of labels so many units high."""
    order = np.argsort(at, kind="stable")
    half = unit * np.asarray(heights, np.float64)[order] / 2
    centre = np.clip(np.asarray(at, np.float64)[order], 0, 1)
    for i in range(1, len(centre)):
        centre[i] = max(centre[i], centre[i - 1] + half[i - 1] + half[i])
    roof = max(1.0, float(half.sum() * 2 - half[:1].sum() - half[-1:].sum()))
    for i in range(len(centre) - 1, -1, -1):
        above = centre[i + 1] - half[i + 1] - half[i] if i + 1 < len(centre) else roof
        centre[i] = min(centre[i], above)
    placed = np.empty(len(centre))
    placed[order] = centre
    return placed.tolist()


def wrapped(text: str, width: int) -> str:
    """A text in lines of `width` letters."""
    return "\n".join(textwrap.wrap(text, width))


def cut(text: str, width: int, lines: int = 1) -> str:
    """A text in so many lines at most; what does not fit is left out."""
    return "\n".join(textwrap.wrap(text, width, max_lines=lines, placeholder=" …"))


def halo(width: float = 2.0) -> list[withStroke]:
    """A white edge around letters, to read them across lines."""
    return [withStroke(linewidth=width, foreground="white")]


# --- scales ---


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
    digits = digits_of(ticks)
    axis.set_ticks(ticks, [say.number(tick, digits) for tick in ticks])


def clock_ticks(axis: Axis, hours: int) -> None:
    """Ticks in minutes of the day as clock times, every so many hours."""
    low, high = axis.get_view_interval()
    step = 60 * hours
    ticks = [step * n for n in range(math.ceil(low / step), math.floor(high / step) + 1)]
    axis.set_ticks(ticks, [f"{tick // 60}:{tick % 60:02}" for tick in ticks])


def digits_of(values: Sequence[float]) -> int:
    """Decimals that write all values exactly, three at most."""
    return next((n for n in range(3) if all(math.isclose(x, round(x, n), abs_tol=1e-9) for x in values)), 3)


def _visible_ticks(axis: Axis) -> list[float]:
    """Those of the axis' ticks that lie in view."""
    low, high = sorted(axis.get_view_interval())
    return [float(tick) for tick in axis.get_majorticklocs() if low <= tick <= high]


# --- cells ---


def cells(axes: Axes, values: Floats, texts: Sequence[Sequence[str]], top: float) -> None:
    """A table of cells, the darker the larger, from 0 to `top`, each with its text; NaN is an empty cell."""
    shade = Normalize(0, top or 1, clip=True)
    axes.pcolormesh(np.ma.masked_invalid(values), cmap=SHADES, norm=shade, edgecolors="white", linewidth=1)
    axes.set_ylim(len(values), 0)
    axes.tick_params(length=0, labelsize=TEXT)
    axes.spines[:].set_visible(False)
    for (row, column), value in np.ndenumerate(values):
        if math.isfinite(value):
            color = readable_on(SHADES(shade(value)))
            place: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": NOTE, "color": color}
            axes.text(column + 0.5, row + 0.5, texts[row][column], **place)


def readable_on(background: ColorType) -> str:
    """Black or white, whichever has more contrast."""
    return max(("black", "white"), key=lambda color: contrast(color, background))


def contrast(one: ColorType, other: ColorType) -> float:
    """The contrast ratio of two colours, from 1 to 21 (WCAG 2.1)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: ColorType) -> float:
    channels = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in to_rgb(color)]
    return float(np.dot(channels, (0.2126, 0.7152, 0.0722)))
