"""Waits: over the day with their spread, and by weekday and hour."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.engine.contract import Floats
from sim.report import drawing
from sim.report.drawing import BLACK, BLUE, TEXT, VERMILLION, Size
from sim.report.figures.picture import Picture
from sim.report.figures.sites import each, targets, titled
from sim.report.language import Language
from sim.results.frames import WEEKDAYS
from sim.results.result import Result

HALF_HOUR = 30  # minutes
LEAST_VISITS = 20  # a 95 % quantile has one of them beyond it
QUANTILES = {"p50": 0.50, "p90": 0.90, "p95": 0.95}
TARGETS = ("wait.mean", "wait.p50", "wait.p90", "wait.p95")
BAND = "#C6E0F0"


# --- over the day ---


def waits_over_day(result: Result) -> pd.DataFrame:
    """Quantiles of the wait in minutes by half hour of arrival, and the targets.

    Columns: site, title, line (``p50``, ``p90``, ``p95``, ``target``), minute of the day at which the half hour
    begins, wait, visits, replications, measure of a target. The visits of all replications with rows together; half
    hours with fewer than `LEAST_VISITS` are left out. A target has no minute.
    """
    waited = result.visits[result.visits["waited"]]
    minute = (waited["entered"].dt.hour * 60 + waited["entered"].dt.minute) // HALF_HOUR * HALF_HOUR
    waits = waited["wait"].groupby([waited["site"].astype(str), minute.rename("minute")])
    found = pd.DataFrame({line: waits.quantile(q) for line, q in QUANTILES.items()}).assign(
        visits=waits.size()
    )
    found = found[found["visits"] >= LEAST_VISITS].reset_index()
    table = found.melt(["site", "minute", "visits"], list(QUANTILES), "line", "wait")
    bounds = [
        {"site": site, "line": "target", "wait": float(target["at_most"]), "measure": target["measure"]}
        for site in table["site"].unique()
        for target in targets(result, site, TARGETS)
        if target.get("at_most") is not None
    ]
    lines = pd.DataFrame(bounds, columns=["site", "line", "wait", "measure"]).astype({"wait": np.float64})
    table = pd.concat([table, lines])
    return titled(table, result).assign(replications=result.provenance["rows_of"])


def _draw_day(table: pd.DataFrame, say: Language, size: Size) -> Figure:
    figure = drawing.blank(size)
    sites = table["site"].unique()
    panels = figure.subplots(1, len(sites), sharey=True, squeeze=False)[0]
    panels[0].set_ylim(0, 1.08 * max(1.0, table["wait"].max()))
    for axes, site in zip(panels, sites, strict=True):
        own = table[table["site"] == site]
        _band(axes, own, say, 72 * (size.height - 1.5))
        drawing.head(axes, own["title"].iloc[0], size.letters(0.9 / len(sites)))
        drawing.plain(axes)
        axes.set_xlabel(say("figure.hour_axis"), fontsize=TEXT)
        drawing.clock_ticks(axes.xaxis, 3 if len(sites) > 1 else 1)
    panels[0].set_ylabel(say("figure.wait_axis"), fontsize=TEXT)
    drawing.number_ticks(panels[0].yaxis, say)
    drawing.entitle(figure, say("figure.wait_over_day"))
    drawing.annotate(figure, say("figure.wait_note", least=LEAST_VISITS), _visits(table, say))
    return figure


def _band(axes: Axes, table: pd.DataFrame, say: Language, height: float) -> None:
    """Steps, with a gap where there is no half hour, as over lunch; each line is named at its end."""
    lines = table[table["line"] != "target"].pivot(index="minute", columns="line", values="wait")
    edges = np.arange(lines.index.min(), lines.index.max() + 2 * HALF_HOUR, HALF_HOUR)
    steps = lines.reindex(edges[:-1])
    axes.stairs(steps["p95"], edges, baseline=steps["p50"], fill=True, color=BAND)
    axes.stairs(steps["p95"], edges, baseline=None, color=BLUE, linewidth=1.0)
    axes.stairs(steps["p90"], edges, baseline=None, color=BLUE, linewidth=1.0, linestyle=(0, (2, 1.5)))
    axes.stairs(steps["p50"], edges, baseline=None, color=BLACK, linewidth=1.8, clip_on=False, zorder=3)
    axes.set_xlim(edges[0], edges[-1])
    labels = [(float(steps[line].iloc[-1]), say(f"figure.{line}")) for line in QUANTILES]
    for row in each(table[table["line"] == "target"]):
        axes.axhline(row.wait, color=VERMILLION, linestyle="--", linewidth=1.2)
        labels.append((float(row.wait), _target_words(row.wait, row.measure, say)))
    drawing.label_ends(axes, labels, height)


def _target_words(bound: float, measure: str, say: Language) -> str:
    minutes = say.number(bound, drawing.digits_of([bound]))
    return say("figure.wait_target", bound=minutes, line=say(f"figure.{measure.removeprefix('wait.')}"))


def _visits(table: pd.DataFrame, say: Language) -> str:
    """How many visits, in how many replications."""
    cells = [name for name in ("site", "weekday", "hour", "minute") if name in table]
    counted = table.dropna(subset=["visits"]).drop_duplicates(cells)["visits"].sum()
    many = say.number(float(counted), 0)
    return say("figure.visits", visits=many, replications=int(table["replications"].iloc[0]))


def _tell_day(table: pd.DataFrame, say: Language) -> str:
    lines = table[table["line"] != "target"]
    longest = lines[lines["line"] == "p95"]
    worst = longest.iloc[int(longest["wait"].argmax())]
    at_once = lines[(lines["site"] == worst["site"]) & (lines["minute"] == worst["minute"])].set_index("line")
    return say(
        "alt.wait_over_day",
        clock=clock(worst["minute"]),
        site=worst["title"],
        median=say.number(at_once.loc["p50", "wait"]),
        most=say.number(worst["wait"]),
    )


# --- by weekday and hour ---


def waits_by_hour(result: Result) -> pd.DataFrame:
    """Mean wait in minutes by kind of site, weekday (0 is Monday) and hour of arrival.

    Columns: site, title, weekday, hour, wait, visits, replications. As in :func:`waits_over_day`.
    """
    waited = result.visits[result.visits["waited"]]
    number = waited["weekday"].astype(str).map({name: day for day, name in enumerate(WEEKDAYS)})
    keys = [waited["site"].astype(str), number.rename("weekday"), waited["hour"].astype(int)]
    found = waited["wait"].groupby(keys).agg(wait="mean", visits="size").reset_index()
    found = found[found["visits"] >= LEAST_VISITS]
    return titled(found, result).assign(replications=result.provenance["rows_of"])


def _draw_hours(table: pd.DataFrame, say: Language, size: Size) -> Figure:
    hours = range(table["hour"].min(), table["hour"].max() + 1)
    size = size.for_rows(len(hours))
    figure = drawing.blank(size)
    sites = table["site"].unique()
    panels = figure.subplots(1, len(sites), sharey=True, squeeze=False)[0]
    for number, (axes, site) in enumerate(zip(panels, sites, strict=True)):
        own = table[table["site"] == site]
        grid = own.pivot(index="hour", columns="weekday", values="wait").reindex(hours)
        values = grid.to_numpy(np.float64)
        drawing.cells(axes, values, _numbers(values, say), table["wait"].max())
        days = [say(f"weekday_short.{day}") for day in grid.columns]
        axes.set_xticks(np.arange(len(days)) + 0.5, days)
        axes.set_yticks(np.arange(len(hours)) + 0.5, [f"{hour}:00" for hour in hours])
        axes.tick_params(labelleft=number == 0)
        drawing.head(axes, own["title"].iloc[0], size.letters(0.8 / len(sites)))
    panels[0].set_ylabel(say("figure.hour_axis"), fontsize=TEXT)
    drawing.entitle(figure, say("figure.wait_by_hour"))
    drawing.annotate(figure, say("figure.wait_by_hour_note", least=LEAST_VISITS), _visits(table, say))
    return figure


def _numbers(values: Floats, say: Language) -> Sequence[Sequence[str]]:
    return [[say.number(x, 1 if x < 99.95 else 0) if math.isfinite(x) else "" for x in row] for row in values]


def _tell_hours(table: pd.DataFrame, say: Language) -> str:
    worst, best = table.iloc[int(table["wait"].argmax())], table.iloc[int(table["wait"].argmin())]
    return say(
        "alt.wait_by_hour",
        longest=say.number(worst["wait"]),
        day=say(f"weekday.{worst['weekday']}"),
        clock=f"{worst['hour']}:00",
        site=worst["title"],
        shortest=say.number(best["wait"]),
    )


def clock(minute: float) -> str:
    """A minute of the day as clock time."""
    return f"{int(minute) // 60}:{int(minute) % 60:02}"


wait_over_day = Picture("figure.wait_over_day", "result", waits_over_day, _draw_day, _tell_day)
wait_by_hour = Picture("figure.wait_by_hour", "result", waits_by_hour, _draw_hours, _tell_hours)
