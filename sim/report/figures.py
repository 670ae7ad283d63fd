"""Pictures that decide: waits over the day, differences between scenarios, on-time rates by field.

They read in black and white and without colour vision; all words come from ``report/words``, all titles from the
scenario.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MultipleLocator

from sim.report import drawing
from sim.report.drawing import BLACK, BLUE, GREEN, GREY, NOTE, ORANGE, TEXT, VERMILLION
from sim.report.language import Language
from sim.results.measures import MEASURES
from sim.results.result import Comparison, Result

HALF_HOUR = 30  # minutes
LEAST_VISITS = 20  # a 95 % quantile has one of them beyond it
LEAST_DOSSIERS = 30
WAITS = ("wait.mean", "wait.p50", "wait.p90", "wait.p95", "wait.max")
QUANTILES = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
BANDS = ((0.05, 0.95, "#C6E0F0", "most"), (0.25, 0.75, "#4A9CCB", "half"))
MARKS = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"), (VERMILLION, "D"))  # of the kinds of site


class Verdict(NamedTuple):
    """How an estimated difference reads, and its mark."""

    word: str
    color: str
    marker: str
    face: str


BETTER = Verdict("clearly_better", BLUE, "o", BLUE)
WORSE = Verdict("clearly_worse", VERMILLION, "D", VERMILLION)
UNCLEAR = Verdict("no_difference", GREY, "o", "white")


def save(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Write a PNG, whole or not at all."""
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.part")
    figure.savefig(part, format="png", dpi=160)
    os.replace(part, file)


# --- waiting time over the day ---


def wait_over_day(result: Result, say: Language, site: str | None = None) -> Figure:
    """Quantiles of the wait by half hour of arrival, in a panel for each kind of site or for the one named.

    The visits of all replications with rows together; half hours with fewer than `LEAST_VISITS` of them are left out.
    """
    waited = result.visits[result.visits["waited"]]
    titles = {name: title for name, title in result.titles("site").items() if site in (None, name)}
    found = {name: _by_half_hour(waited[waited["site"] == name]) for name in titles}
    found = {name: quantiles for name, quantiles in found.items() if len(quantiles)}
    figure = drawing.blank(9.0, 4.3)
    panels = figure.subplots(1, max(1, len(found)), sharey=True, squeeze=False)[0]
    key: dict[str, Artist] = {say("figure.median"): Line2D([], [], color=BLACK, linewidth=1.8)}
    key |= {say(f"figure.{word}"): Patch(color=color) for _, _, color, word in reversed(BANDS)}
    for axes, (name, quantiles) in zip(panels, found.items(), strict=False):
        _bands(axes, quantiles)
        for words, bound, style in drawing.targets(result, name, WAITS, say):
            key[words] = axes.axhline(bound, **style)
        axes.set_title(drawing.wrapped(titles[name], 45), fontsize=TEXT + 1)
    _wait_axes(panels, say)
    drawing.entitle(figure, say("figure.wait_over_day"), key)
    note = say(
        "figure.wait_note",
        visits=say.number(len(waited), 0),
        replications=result.provenance["rows_of"],
        least=LEAST_VISITS,
    )
    drawing.annotate(figure, result, note, say)
    return figure


def _by_half_hour(visits: pd.DataFrame) -> pd.DataFrame:
    """Wait in minutes; index the half hour of the day, from 0; columns the QUANTILES."""
    minute = visits["entered"].dt.hour * 60 + visits["entered"].dt.minute
    waits = visits["wait"].groupby(minute // HALF_HOUR)
    return waits.quantile(QUANTILES).unstack()[waits.size() >= LEAST_VISITS]


def _bands(axes: Axes, quantiles: pd.DataFrame) -> None:
    """Steps, with a gap where there is no half hour, as over lunch."""
    first, last = quantiles.index.min(), quantiles.index.max()
    edges = HALF_HOUR * np.arange(first, last + 2)
    steps = quantiles.reindex(range(first, last + 1))
    for low, high, color, _ in BANDS:
        axes.stairs(steps[high], edges, baseline=steps[low], fill=True, color=color)
    axes.stairs(steps[0.5], edges, baseline=None, color=BLACK, linewidth=1.8, clip_on=False, zorder=3)


def _wait_axes(panels: Sequence[Axes], say: Language) -> None:
    for axes in panels:
        drawing.plain(axes)
        axes.set_xlabel(say("figure.hour_axis"), fontsize=TEXT)
        axes.xaxis.set_major_locator(MultipleLocator(120))
        drawing.clock_ticks(axes.xaxis)
    panels[0].set_ylabel(say("figure.wait_axis"), fontsize=TEXT)
    panels[0].set_ylim(0, 1.05 * max(1, panels[0].get_ylim()[1]))
    drawing.number_ticks(panels[0].yaxis, say)


# --- differences to the baseline ---


def differences(comparison: Comparison, say: Language) -> Figure:
    """Each alternative's paired differences to the baseline, with 95 % intervals, as a forest plot.

    The panels are the mean wait at the first kind of site, then the rate early or on time at each kind. One
    replication has no intervals, and shows points only.
    """
    baseline, *alternatives = comparison.results
    sites = baseline.titles("site")
    panels = [("wait.mean", next(iter(sites))), *(("on_time.rate", site) for site in sites)]
    figure = drawing.blank(2.6 + 2.4 * len(panels), 2.2 + 0.5 * len(alternatives))
    table = comparison.table(group=["site"])
    verdicts: set[Verdict] = set()
    drawn = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axes, (measure, site) in zip(drawn, panels, strict=True):
        rows = table[(table["measure"] == measure) & (table["site"] == site)].set_index("scenario")
        verdicts |= _forest(axes, rows.loc[[one.name for one in alternatives]], measure, say)
        name = say(f"measure.{measure}")
        axes.set_title(f"{name[:1].upper()}{name[1:]}\n{drawing.wrapped(sites[site], 26)}", fontsize=TEXT)
    own = [drawing.wrapped(one.title.removeprefix(f"{baseline.title}; "), 36) for one in alternatives]
    drawn[0].set_yticks(range(len(own)), own)
    drawn[0].set_ylim(len(own) - 0.4, -0.6)
    paired = baseline.provenance["replications"] > 1
    told = [one for one in (BETTER, WORSE, UNCLEAR) if paired and one in verdicts]
    key: dict[str, Artist] = {say(f"table.{one.word}"): Line2D([], [], **_style(one)) for one in told}
    drawing.entitle(figure, say("figure.differences"), key)
    note = say("figure.difference_note" if paired else "figure.no_interval")
    drawing.annotate(figure, baseline, note, say)
    return figure


def _forest(axes: Axes, rows: pd.DataFrame, measure: str, say: Language) -> set[Verdict]:
    """One measure's differences, a row each; the verdicts that occur."""
    unit, better = MEASURES[measure].unit, MEASURES[measure].better
    found = rows[["difference", "difference_low", "difference_high"]].to_numpy(np.float64)
    verdicts = [_verdict(say.is_clear(by, low, high, unit), by, better) for by, low, high in found.tolist()]
    axes.axvline(0, color=BLACK, linewidth=0.8)
    for y, (verdict, row) in enumerate(zip(verdicts, found, strict=True)):
        mean, low, high = row * drawing.scale(unit)
        axes.plot([low, mean, high], [y, y, y], **_style(verdict), markevery=[1])
        _above(axes, mean, y, say.difference(row[0], unit))
    drawing.plain(axes)
    axes.margins(x=0.15)
    drawing.widen(axes, 1.0)
    drawing.number_ticks(axes.xaxis, say)
    name = say("unit.points" if unit == "fraction" else f"unit.{unit}")
    key = "figure.lower_is_better" if better == "lower" else "figure.higher_is_better"
    axes.set_xlabel(say(key, unit=name), fontsize=TEXT)
    return set(verdicts)


def _verdict(clear: bool, difference: float, better: str) -> Verdict:
    if not clear:
        return UNCLEAR
    return BETTER if (difference < 0) == (better == "lower") else WORSE


def _style(verdict: Verdict) -> dict[str, Any]:
    colors = {"color": verdict.color, "markerfacecolor": verdict.face}
    return {**colors, "marker": verdict.marker, "markersize": 6, "linewidth": 1.6}


def _above(axes: Axes, x: float, y: float, text: str) -> None:
    """A label over a point, readable on the zero line too."""
    label = axes.annotate(text, (x, y), (0, 5), textcoords="offset points", ha="center", fontsize=NOTE)
    label.set_path_effects([withStroke(linewidth=2, foreground="white")])


# --- dossiers on time, by field ---


def on_time_by_field(result: Result, say: Language) -> Figure:
    """Rates early or on time, with 95 % intervals, of the fields with `LEAST_DOSSIERS` or more, by kind of site."""
    rates = result.summary(group=["site", "field"])
    rates = rates[(rates["measure"] == "on_time.rate") & (rates["n"] >= LEAST_DOSSIERS)]
    titles = {name: x for name, x in result.titles("site").items() if (rates["site"] == name).any()}
    counts = [int((rates["site"] == name).sum()) for name in titles] or [1]
    figure = drawing.blank(8.0, 1.7 + 0.5 * len(counts) + 0.24 * sum(counts))
    panels = list(figure.subplots(len(counts), 1, sharex=True, squeeze=False, height_ratios=counts)[:, 0])
    key: dict[str, Artist] = {}
    for number, (axes, name) in enumerate(zip(panels, titles, strict=False)):
        rows = rates[rates["site"] == name].sort_values(["mean", "n"], kind="stable")
        _dots(axes, rows, *MARKS[number % len(MARKS)])
        _fields(axes, rows, result.titles("field"), say)
        for words, bound, style in drawing.targets(result, name, ["on_time.rate"], say):
            key[words] = axes.axvline(bound, **style)
        axes.set_title(titles[name], fontsize=TEXT + 1, loc="left")
    _rate_axes(panels, say)
    drawing.entitle(figure, say("figure.on_time_by_field"), key)
    drawing.annotate(figure, result, say("figure.on_time_note", least=LEAST_DOSSIERS), say)
    return figure


def _dots(axes: Axes, rows: pd.DataFrame, color: str, marker: str) -> None:
    """A line a field, the first on top."""
    y = np.arange(len(rows))
    mean, low, high = drawing.scale("fraction") * rows[["mean", "low", "high"]].to_numpy(np.float64).T
    axes.hlines(y, low, high, color=color, linewidth=1.6)
    axes.plot(mean, y, color=color, marker=marker, markersize=5, linestyle="none", clip_on=False)
    axes.set_ylim(len(rows) - 0.4, -0.6)


def _fields(axes: Axes, rows: pd.DataFrame, titles: dict[str, str], say: Language) -> None:
    """The name of each line's field on the left, the dossiers behind it on the right."""
    axes.set_yticks(np.arange(len(rows)), [titles[field] for field in rows["field"]])
    for y, n in enumerate(rows["n"]):
        text = say("figure.n", count=say.number(n, 0))
        axes.annotate(text, (1.02, y), xycoords=("axes fraction", "data"), va="center", fontsize=NOTE)


def _rate_axes(panels: Sequence[Axes], say: Language) -> None:
    for axes in panels:
        drawing.plain(axes)
    panels[-1].set_xlim(min(99.0, panels[-1].get_xlim()[0]), 100.0)
    drawing.number_ticks(panels[-1].xaxis, say)
    panels[-1].set_xlabel(say("figure.on_time_axis"), fontsize=TEXT)
