"""Rates early or on time: by kind of site and field, and those reported against those simulated.

The axis is logarithmic in what is missing to 100 %, so that 90, 99 and 99.97 % can all be read.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.engine.contract import Floats
from sim.report import drawing
from sim.report.drawing import BLACK, BLUE, TEXT, VERMILLION, Size
from sim.report.figures.picture import Picture
from sim.report.figures.sites import each, name_of, targets, titled
from sim.report.language import Language
from sim.results.neglect import demand_met
from sim.results.result import Result
from sim.results.thresholds import BY_UNIT

LEAST_DOSSIERS = 30
MOST_FIELDS = 17  # with the kinds of site, that fit on a slide
TICKS = (0.0, 0.5, 0.7, 0.9, 0.99, 0.999, 0.9999)
ALL = 5.0  # where 100 % stands: beyond 99.99 %


def nines(rate: float | Floats | pd.Series) -> Floats:
    """Where a rate stands on the axis: 1 for 90 %, 2 for 99 %, and `ALL` at most."""
    missing = np.clip(1 - np.asarray(rate, np.float64), 10**-ALL, 1)
    return -np.log10(missing)


def nines_axis(axes: Axes, lowest: float, say: Language) -> None:
    """Ticks in percent, from a little below the lowest rate."""
    low = max(-0.05, min(1.0, float(nines(lowest))) - 0.2)
    axes.set_xlim(low, ALL + 0.05)
    shown = [rate for rate in TICKS if nines(rate) >= low and not (rate == 0.7 and low < nines(0.5))]
    texts = [say.number(100 * rate, drawing.digits_of([100 * rate])) for rate in shown]
    axes.set_xticks([*nines(np.array(shown)), ALL], [*texts, say.number(100, 0)])


# --- by field ---


def on_time_rates(result: Result) -> pd.DataFrame:
    """Rates early or on time with 95 % intervals, of the kinds of site and their fields.

    Columns: site, title, field and field_title (empty: all fields), rate, low, high, n, at_least (the target at the
    kind of site), met (share of demand that got in; empty if practically all did), replications. Fields with fewer
    than `LEAST_DOSSIERS` are left out; the worst come first.
    """
    every = pd.concat([result.summary(group=["site"]), result.summary(group=["site", "field"])])
    found = every[(every["measure"] == "on_time.rate") & (every["n"] >= LEAST_DOSSIERS)]
    found = found.rename(columns={"mean": "rate"})[["site", "field", "rate", "low", "high", "n"]]
    found["field_title"] = [name_of(result, "field", field) if field else "" for field in found["field"]]
    found["at_least"] = [_target(result, site) for site in found["site"]]
    met = found["site"].astype(str).map(demand_met(result.measured))
    found["met"] = met.where(met < 1 - BY_UNIT["fraction"])
    found["replications"] = result.provenance["replications"]
    found["is_field"] = found["field"] != ""
    ordered = found.sort_values(["is_field", "rate", "low"], kind="stable").drop(columns="is_field")
    return titled(ordered, result)


def _target(result: Result, site: str) -> float:
    bounds = (target.get("at_least") for target in targets(result, site, ["on_time.rate"]))
    return max((float(bound) for bound in bounds if bound is not None), default=np.nan)


def _draw_fields(table: pd.DataFrame, say: Language, size: Size) -> Figure:
    kept = _worst(table)
    sites = kept["site"].unique()
    counts = [int((kept["site"] == site).sum()) for site in sites]
    size = size.for_rows(sum(counts), 1.2 + 0.35 * len(sites))
    figure = drawing.blank(size)
    ratios = [count + 0.2 for count in counts]
    panels = figure.subplots(len(sites), 1, sharex=True, squeeze=False, height_ratios=ratios)[:, 0]
    for axes, site in zip(panels, sites, strict=True):
        own = kept[kept["site"] == site]
        _dots(axes, own["rate"], own["low"], own["high"])
        names = [name or say("figure.all_fields") for name in own["field_title"]]
        drawing.plain(axes)
        drawing.rows(axes, names, size.letters(0.29), bold=(own["field"] == "").tolist())
        for y, row in enumerate(each(own)):
            drawing.beside(axes, y, _interval(row, say))
        bound = float(own["at_least"].iloc[0])
        if bound == bound:
            _target_line(axes, bound, say)
        drawing.head(axes, _site(own.iloc[0], say), size.letters(0.6), 15 if bound == bound else 5)
    nines_axis(panels[-1], float(kept[["rate", "low"]].min().min()), say)
    panels[-1].set_xlabel(say("figure.on_time_axis"), fontsize=TEXT)
    drawing.entitle(figure, say("figure.on_time_by_field"))
    left_out = len(table) - len(kept)
    drawing.annotate(
        figure,
        say("figure.replications", count=say.number(table["replications"].iloc[0], 0)),
        say("figure.on_time_note", least=LEAST_DOSSIERS),
        say("figure.better_fields", count=left_out) if left_out else "",
    )
    return figure


def _site(row: Any, say: Language) -> str:
    """A kind of site, and of how much of its demand the rates are, if that is not all."""
    if np.isnan(row.met):
        return str(row.title)
    return say("figure.of_demand", site=row.title, share=_percent(row.met, say))


def _worst(table: pd.DataFrame) -> pd.DataFrame:
    """As many rows as fit: the kinds of site as a whole, and the fields furthest from all on time."""
    order = table.assign(is_field=table["field"] != "").sort_values(["is_field", "rate"], kind="stable")
    return table.loc[order.index[:MOST_FIELDS].sort_values()]


def _dots(axes: Axes, rate: pd.Series, low: pd.Series, high: pd.Series) -> None:
    """A line a row, the first on top."""
    y = np.arange(len(rate))
    axes.hlines(y, nines(low), nines(high), color=BLUE, linewidth=1.6)
    axes.plot(
        nines(rate), y, color=BLUE, marker="o", markersize=4.5, linestyle="none", clip_on=False, zorder=3
    )


def _interval(row: Any, say: Language) -> str:
    """The rate, its interval, and the number behind it."""
    rate, low, high, n = (float(getattr(row, name)) for name in ("rate", "low", "high", "n"))
    digits = 2 if 0.999 <= rate < 1 else 1
    bounds = f" [{say.number(100 * low, digits)}–{say.number(100 * high, digits)}]" if low == low else ""
    return f"{say.percent(rate, digits)}{bounds} {say('figure.n', count=say.number(n, 0))}"


def _target_line(axes: Axes, bound: float, say: Language) -> None:
    """The target, named above the axes."""
    axes.axvline(float(nines(bound)), color=VERMILLION, linestyle="--", linewidth=1.2)
    told = say("figure.target", bound=say.percent(bound, drawing.digits_of([100 * bound])))
    place = axes.get_xaxis_transform()
    axes.text(
        float(nines(bound)), 1.01, told, transform=place, fontsize=7, ha="left", va="bottom", color=VERMILLION
    )


def _tell_fields(table: pd.DataFrame, say: Language) -> str:
    whole = table[table["field"] == ""]
    rates = "; ".join(f"{_site(row, say)} {_percent(row.rate, say)}" for row in each(whole))
    fields = table[table["field"] != ""]
    if fields.empty:
        return say("alt.on_time_sites", rates=rates)
    worst = fields.iloc[int(fields["rate"].argmin())]
    rate = _percent(worst["rate"], say)
    return say(
        "alt.on_time_by_field", rates=rates, field=worst["field_title"], site=worst["title"], rate=rate
    )


def _percent(rate: float, say: Language) -> str:
    return say.percent(rate, 2 if 0.999 <= rate < 1 else 1)


# --- reported against simulated ---

REPORTED = ("title", "reported", "above", "rate", "low", "high", "n")


def reported_rates(table: pd.DataFrame) -> pd.DataFrame:
    """Rates reported, and simulated with 95 % intervals; ValueError for a missing column.

    Columns: title, reported, above (whether the report says "above" this rate), rate, low, high, n.
    """
    if missing := set(REPORTED) - set(table):
        raise ValueError(f"reported rates need the columns {', '.join(sorted(missing))}")
    return table[list(REPORTED)].reset_index(drop=True)


def _draw_reported(table: pd.DataFrame, say: Language, size: Size) -> Figure:
    size = size.for_rows(2.2 * len(table))
    figure = drawing.blank(size)
    axes = figure.subplots()
    _dots(axes, table["rate"], table["low"], table["high"])
    drawing.plain(axes)
    drawing.rows(axes, list(table["title"]), size.letters(0.3), 2)
    for y, row in enumerate(each(table)):
        at = float(nines(row.reported))
        axes.plot(at, y, color=BLACK, marker="|", markersize=13, markeredgewidth=2, clip_on=False)
        if row.above:
            arrow = {"arrowstyle": "->", "color": BLACK}
            axes.annotate("", (at + 0.3, y - 0.2), (at, y - 0.2), arrowprops=arrow)
        drawing.beside(axes, y, f"{_reported(row, say)}\n{_interval(row, say)}")
    nines_axis(axes, float(table[["rate", "reported", "low"]].min().min()), say)
    axes.set_xlabel(say("figure.rate_axis"), fontsize=TEXT)
    drawing.entitle(figure, say("figure.reported"))
    drawing.annotate(figure, say("figure.reported_note"))
    return figure


def _reported(row: Any, say: Language) -> str:
    rate = float(row.reported)
    told = say.percent(rate, drawing.digits_of([round(100 * rate, 9)]))
    return say("figure.reported_above" if row.above else "figure.reported_rate", rate=told)


def _tell_reported(table: pd.DataFrame, say: Language) -> str:
    told = (
        say(
            "alt.reported",
            title=row.title,
            reported=_reported(row, say),
            simulated=_percent(row.rate, say),
        )
        for row in each(table)
    )
    return f"{'; '.join(told)}."


on_time_by_field = Picture("figure.on_time_by_field", "result", on_time_rates, _draw_fields, _tell_fields)
reported = Picture("figure.reported", "table", reported_rates, _draw_reported, _tell_reported)
