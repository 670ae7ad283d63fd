"""What each alternative costs against what it gives, and which of them none other beats."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.engine.contract import Bools, Floats
from sim.report import drawing
from sim.report.drawing import GREY, TEXT, Size
from sim.report.figures.picture import Picture
from sim.report.figures.sites import each, short_titles
from sim.report.language import Language
from sim.results.comparison import Comparison
from sim.results.estimates import whole
from sim.results.named import measure_of

BILLION, MILLION = 1e9, 1e6


def costs_and_waits(comparison: Comparison) -> pd.DataFrame:
    """Staff cost of the network against the wait that nine of ten stay within at the first kind of site.

    Columns: scenario, title, cost, cost_low, cost_high (VND), measure, unit, site_title, service, service_low,
    service_high (95 %; empty with one replication), replications; the baseline comes first. No row if none is an
    option.
    """
    results = comparison.results
    site, site_title = next(iter(results[0].titles("site").items()))
    every = [result.summary() for result in results]
    cost, service = (_column(every, measure, at) for measure, at in (("staff.cost", ""), ("wait.p90", site)))
    table = pd.DataFrame(
        {
            "scenario": [one.name for one in results],
            "title": list(short_titles(results).values()),
            "measure": "wait.p90",
            "unit": measure_of("wait.p90").unit,
            "site_title": site_title,
            "replications": results[0].provenance["replications"],
        }
    )
    names = ("", "_low", "_high")
    table[[f"cost{end}" for end in names]], table[[f"service{end}" for end in names]] = cost, service
    return table[[one.is_option for one in results]].reset_index(drop=True)


def _column(summaries: list[pd.DataFrame], measure: str, site: str) -> Floats:
    """Mean, low and high of a measure in each scenario: float[scenario, 3]."""
    found = []
    for table in summaries:
        rows = whole(table)
        row = rows[(rows["measure"] == measure) & (rows["site"] == site)]
        found.append(row[["mean", "low", "high"]].to_numpy(np.float64)[0])
    return np.array(found)


def efficient(table: pd.DataFrame) -> Bools:
    """bool[row]: no other scenario costs as little or less and serves as well or better, one of them strictly."""
    sign = 1 if measure_of(table["measure"].iloc[0]).better == "lower" else -1
    points = np.column_stack([table["cost"], sign * table["service"]])
    no_worse = (points[:, None] <= points[None]).all(axis=2)
    better = no_worse & (points[:, None] < points[None]).any(axis=2)
    return np.asarray(~better.any(axis=0))


def _draw_costs(table: pd.DataFrame, say: Language, size: Size) -> Figure:
    size = size.for_rows(0.95 * len(table), 1.4)
    figure = drawing.blank(size)
    axes = figure.subplots()
    look = drawing.styles(table["scenario"])
    unit, factor = _money(table["cost"])
    scale = drawing.scale(table["unit"].iloc[0])
    best = efficient(table)
    front = table[best].sort_values("cost")
    axes.plot(
        front["cost"] / factor, scale * front["service"], color=GREY, linewidth=1, linestyle=":", zorder=1
    )
    for row, filled in zip(each(table), best, strict=True):
        x, y = row.cost / factor, scale * row.service
        color, marker = look[row.scenario]
        axes.plot([row.cost_low / factor, row.cost_high / factor], [y, y], color=color, linewidth=1)
        axes.plot([x, x], [scale * row.service_low, scale * row.service_high], color=color, linewidth=1)
        face = color if filled else "white"
        axes.plot(x, y, marker=marker, color=color, markerfacecolor=face, markersize=6, linestyle="none")
    drawing.plain(axes)
    axes.margins(0.08)
    axes.locator_params(axis="x", nbins=6)
    drawing.number_ticks(axes.xaxis, say)
    drawing.number_ticks(axes.yaxis, say)
    _name_points(axes, table.assign(x=table["cost"] / factor, y=scale * table["service"]), size)
    axes.set_xlabel(say("figure.cost_axis", unit=say(f"figure.{unit}")), fontsize=TEXT)
    row = table.iloc[0]
    name = f"{say.measure(row.measure)} ({say(f'unit.{row.unit}')})"
    axes.set_ylabel(drawing.wrapped(name[:1].upper() + name[1:], 28), fontsize=TEXT)
    axes.set_title(drawing.wrapped(row["site_title"], size.letters(0.6)), fontsize=TEXT, loc="left")
    drawing.entitle(figure, say("figure.cost_against_service"))
    made = say("figure.replications", count=say.number(row["replications"], 0))
    drawing.annotate(figure, made, say("figure.cost_note"))
    return figure


def _name_points(axes: Axes, table: pd.DataFrame, size: Size) -> None:
    """Names in a column on the right, in the order of the points from top to bottom, each tied to its point."""
    low, high = axes.get_ylim()
    heights = ((table["y"] - low) / (high - low)).tolist()
    unit = 1.35 * drawing.NOTE / (72 * (size.height - 1.45))
    for row, at in zip(each(table), drawing.spread(heights, [1] * len(table), unit), strict=True):
        tie = {
            "arrowstyle": "-",
            "color": "0.6",
            "linewidth": 0.5,
            "shrinkA": 0,
            "shrinkB": 3,
            "relpos": (0, 0.5),
        }
        axes.annotate(
            drawing.cut(row.title, size.letters(0.36, drawing.NOTE)),
            (row.x, row.y),
            (1.04, at),
            textcoords="axes fraction",
            fontsize=drawing.NOTE,
            va="center",
            arrowprops=tie,
        )


def _money(costs: pd.Series) -> tuple[str, float]:
    return ("billion_vnd", BILLION) if costs.max() >= BILLION else ("million_vnd", MILLION)


def _tell_costs(table: pd.DataFrame, say: Language) -> str:
    unit, factor = _money(table["cost"])
    good = table[efficient(table)].sort_values("cost")
    of_measure = table["unit"].iloc[0]
    suffix = "" if of_measure == "fraction" else f" {say(f'unit.{of_measure}')}"

    def told(row: pd.Series) -> dict[str, str]:
        return {
            "scenario": str(row["title"]),
            "cost": f"{say.number(row['cost'] / factor, 2)} {say(f'figure.{unit}')}",
            "service": say.amount(row["service"], row["unit"]) + suffix,
        }

    cheapest, finest = told(good.iloc[0]), told(good.iloc[-1])
    return say(
        "alt.cost_against_service",
        count=len(table),
        efficient=len(good),
        measure=say.measure(table["measure"].iloc[0]),
        **{f"cheap_{name}": text for name, text in cheapest.items()},
        **{f"fine_{name}": text for name, text in finest.items()},
    )


cost_against_service = Picture(
    "figure.cost_against_service", "comparison", costs_and_waits, _draw_costs, _tell_costs
)
