"""`docs/performance.svg`: speed beside the other engines, and how it changes with size."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from textwrap import fill

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from benchmarks.cases import CASES, ENGINES
from benchmarks.page import number
from benchmarks.results import Results, rates

FILE = Path(__file__).parents[1] / "docs/performance.svg"
COLOURS = dict(zip(ENGINES, ("#b2182b", "#9ecae1", "#4292c6", "#a1d99b", "#f0a030", "#bdbdbd"), strict=True))
LEFT_OUT = {"tien_yen"}  # other engines cannot express it


def draw(results: Results, file: Path = FILE) -> None:
    """Write the picture."""
    figure = Figure(figsize=(11, 8.5), layout="constrained")
    above, *below = figure.subplot_mosaic([["speed"] * 4, [*results.growth]], height_ratios=[3, 2]).values()
    _speed(above, results)
    highest = max(point.engine for points in results.growth.values() for point in points)
    for axes, name in zip(below, results.growth, strict=True):
        _growth(axes, name, results)
        axes.set_ylim(0, highest * 1.1)
        axes.yaxis.set_major_formatter(lambda value, _: number(value))
    below[0].set_ylabel("tasks a second")
    below[-1].legend(frameon=False, fontsize=9, loc="upper right")
    with mpl.rc_context({"svg.hashsalt": "motcua"}):
        figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None)


def _speed(axes: Axes, results: Results) -> None:
    cases = [case for case in results.cases if case not in LEFT_OUT]
    place = 0.0
    ticks = []
    for case in cases:
        first = place
        for engine, measured in results.cases[case].items():
            rate = median(rates(measured))
            axes.barh(place, rate, color=COLOURS[engine], height=0.85)
            axes.text(rate * 1.08, place, f"{ENGINES[engine]}  {number(rate)}", va="center", fontsize=9)
            place += 1
        ticks.append((first + place - 1) / 2)
        place += 0.8
    axes.set_yticks(ticks, [fill(CASES[case].title, 22) for case in cases])
    axes.set_xscale("log")
    axes.set_xlim(left=3e3, right=axes.get_xlim()[1] * 3)
    axes.invert_yaxis()
    axes.set_xlabel("customers a second of processor time (logarithmic)")
    axes.spines[["top", "right"]].set_visible(False)


def _growth(axes: Axes, name: str, results: Results) -> None:
    points = results.growth[name]
    sizes = [point.size for point in points]
    axes.plot(sizes, [point.engine for point in points], "o-", color=COLOURS["motcua"], label="engine")
    axes.plot(sizes, [point.whole for point in points], "o--", color="#7f7f7f", label="with draws and means")
    if 0 in sizes:
        axes.set_xscale("symlog", linthresh=min(size for size in sizes if size))
    else:
        axes.set_xscale("log")
    axes.set_xlim(left=-1 if 0 in sizes else None)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel(name)
    axes.grid(axis="y", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
