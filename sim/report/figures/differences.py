"""Alternatives: their paired differences to the baseline, and which of them are clear."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.report import drawing
from sim.report.drawing import BLACK, GREY, MOST_ROWS, TEXT, Size, Style
from sim.report.figures.picture import Picture
from sim.report.figures.sites import each, name_of, short_titles
from sim.report.language import Language
from sim.report.naming import OF_CITIZENS
from sim.results.comparison import Comparison
from sim.results.judgement import usual_names
from sim.results.measured import KEY
from sim.results.named import measure_of
from sim.results.result import Result

MOST_PANELS = 3
MARKS = {  # by verdict (`sim.analysis.multiple.Verdict`): the word, the marker, filled where it is clear
    "better": ("better", "o", True),
    "worse": ("worse", "D", True),
    "no practical difference": ("same", "s", False),
    "undecided": ("undecided", "o", False),
}


def paired_differences(comparison: Comparison) -> pd.DataFrame:
    """Each alternative's paired differences to the baseline, with what is decided of them.

    Columns: scenario, title, measure, unit, panel (where, in words), difference, low, high (95 %, for all that is
    decided together; empty with one replication), threshold (below which a difference makes none in practice),
    verdict, citizens (of which; the key of the words, empty for all), replications. The measures are the first of
    those to decide by, else the mean wait at the first kind of site and the rate on time at each; panel by panel, the
    alternatives in the order of the comparison.
    """
    baseline = comparison.results[0]
    judged = comparison.verdicts
    sites = baseline.titles("site")
    if list(comparison.measures) in ([], usual_names(baseline.measured.key)):
        waits = (judged["measure"] == "wait.mean") & (judged["site"] == next(iter(sites)))
        judged = judged[waits | (judged["measure"] == "on_time.rate")]
    number = judged.groupby(KEY, sort=False).ngroup()
    shown = judged[number < MOST_PANELS].assign(number=number).sort_values("number", kind="stable")
    where = [_where(row, baseline) for row in each(shown)]
    citizens = [_citizens(row) for row in each(shown)]
    columns = ["scenario", "measure", "unit", "difference", "low", "high", "threshold", "verdict"]
    about = {"panel": where, "citizens": citizens, "replications": baseline.provenance["replications"]}
    table = shown[columns].assign(**about)
    table.insert(1, "title", table["scenario"].map(short_titles(comparison.results)))
    return table.reset_index(drop=True)


def _where(row: Any, result: Result) -> str:
    """The group of a measure, in words."""
    site = result.titles("site").get(row.site, "")
    named = [name_of(result, noun, getattr(row, noun)) for noun in ("field", "team") if getattr(row, noun)]
    return ", ".join(filter(None, [row.place or site, *named]))


def _citizens(row: Any) -> str:
    return "".join(f"{part}.{getattr(row, part)}" for part in OF_CITIZENS if getattr(row, part))


def _draw_differences(table: pd.DataFrame, say: Language, size: Size) -> Figure:
    panels = list(table.groupby(["measure", "panel", "citizens"], sort=False))
    scenarios = list(table["scenario"].unique())[:MOST_ROWS]
    look = drawing.styles(["", *scenarios])
    lines = 2 if len(scenarios) <= 8 else 1
    size = size.for_rows((0.4 + 1.05 * lines) * len(scenarios), 1.95)
    figure = drawing.blank(size)
    drawn = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    told: set[str] = set()
    for axes, (_, own) in zip(drawn, panels, strict=True):
        rows = own.set_index("scenario").loc[scenarios].reset_index()
        told |= _forest(axes, rows, look, say)
        _forest_head(axes, rows.iloc[0], size.letters(0.6 / len(panels)), say)
    titles = table.drop_duplicates("scenario").set_index("scenario")["title"]
    names = [drawing.cut(str(titles[name]), size.letters(0.3), lines) for name in scenarios]
    drawn[0].set_yticks(range(len(names)), names, linespacing=1.0)
    drawn[0].set_ylim(len(names) - 0.4, -0.6)
    paired = bool(table["low"].notna().any())
    key: dict[str, Artist] = {
        say(f"verdict.{word}"): Line2D([], [], **_mark(one, Style(GREY, "o")))
        for one, (word, _, _) in MARKS.items()
        if paired and one in told
    }
    drawing.entitle(figure, say("figure.differences"), key)
    drawing.annotate(
        figure,
        say("figure.replications", count=say.number(table["replications"].iloc[0], 0)),
        say("figure.difference_note" if paired else "figure.no_interval"),
        say("figure.threshold_note") if paired else "",
    )
    return figure


def _forest(axes: Axes, rows: pd.DataFrame, look: dict[str, Style], say: Language) -> set[str]:
    """One measure's differences, a row each, in their scenario's colour; the verdicts that occur."""
    unit = rows["unit"].iloc[0]
    factor = drawing.scale(unit)
    axes.axvline(0, color=BLACK, linewidth=0.8)
    zone = factor * rows["threshold"].max()
    if math.isfinite(zone):
        axes.axvspan(-zone, zone, color="0.88", linewidth=0, zorder=0)
    for y, row in enumerate(each(rows)):
        mean, low, high = (factor * x for x in (row.difference, row.low, row.high))
        axes.plot([low, mean, high], [y, y, y], **_mark(row.verdict, look[row.scenario]), markevery=[1])
        drawing.beside(axes, y, say.difference(row.difference, unit))
    drawing.plain(axes)
    axes.grid(visible=False, axis="y")
    axes.margins(x=0.12)
    drawing.widen(axes, 1.0)
    axes.locator_params(axis="x", nbins=4)
    drawing.number_ticks(axes.xaxis, say)
    return set(rows["verdict"])


def _mark(verdict: str, style: Style) -> dict[str, Any]:
    _, marker, filled = MARKS.get(verdict, MARKS["undecided"])
    face = style.color if filled else "white"
    shape = {"marker": marker, "markersize": 5, "linewidth": 1.5}
    return {"color": style.color, "markerfacecolor": face, **shape}


def _told(row: Any, say: Language) -> str:
    """Where, and of which citizens, in words."""
    return ", ".join(filter(None, [row.panel, row.citizens and say(f"group.{row.citizens}")]))


def _forest_head(axes: Axes, row: Any, letters: int, say: Language) -> None:
    name, unit = say.measure(row.measure), row.unit
    title = f"{name[:1].upper()}{name[1:]}"
    panel = _told(row, say)
    axes.set_title(f"{drawing.wrapped(title, letters)}\n{drawing.wrapped(panel, letters)}", fontsize=7.5)
    side = {"lower": "lower_is_better", "higher": "higher_is_better"}.get(measure_of(row.measure).better, "")
    shown = say("unit.points" if unit == "fraction" else f"unit.{unit}")
    axes.set_xlabel(say(f"figure.{side}", unit=shown) if side else shown, fontsize=TEXT)


def _tell_differences(table: pd.DataFrame, say: Language) -> str:
    """How many clear differences the first panel has, and the largest; or that there is none."""
    row = table.iloc[0]
    first = table[
        (table[["measure", "panel", "citizens"]] == row[["measure", "panel", "citizens"]]).all(axis=1)
    ]
    about = {"measure": say.measure(row["measure"]), "site": _told(row, say), "count": len(first)}
    clear = first[first["verdict"].isin(["better", "worse"])]
    if clear.empty:
        return say("alt.no_clear_difference", **about)
    largest = clear.iloc[int(clear["difference"].abs().argmax())]
    unit = say("unit.points" if row["unit"] == "fraction" else f"unit.{row['unit']}")
    return say(
        "alt.differences",
        **about,
        clear=len(clear),
        scenario=largest["title"],
        difference=f"{say.difference(largest['difference'], row['unit'])} {unit}",
        low=say.difference(largest["low"], row["unit"]),
        high=say.difference(largest["high"], row["unit"]),
    )


differences = Picture(
    "figure.differences", "comparison", paired_differences, _draw_differences, _tell_differences
)
