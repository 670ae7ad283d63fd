"""How many dossiers are open on the days measured."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure

from sim.report import drawing
from sim.report.drawing import BLACK, NOTE, TEXT, Size
from sim.report.figures.picture import Picture
from sim.report.figures.sites import titled
from sim.report.language import Language
from sim.results.result import Result


def backlog_by_day(result: Result) -> pd.DataFrame:
    """Dossiers open at the end of each day, over the replications with rows, and the days nobody worked.

    Columns: site, title, date, least, low, median, high, most (of the replications; `low` and `high` hold half of
    them), closed (``tet``, ``holiday`` or empty), replications. A holiday is a day from Monday to Friday on which
    nobody was on duty anywhere; so are the days between two of them. Tết is the longest run of them from 15 January
    to 28 February.
    """
    days = result.open_by_day
    keys = ["replication", "site", "date"]
    added_up = days.groupby(keys, observed=True)["open"].sum()
    spread = added_up.groupby(level=["site", "date"], observed=True)
    quantiles = {"least": 0.0, "low": 0.25, "median": 0.5, "high": 0.75, "most": 1.0}
    table = pd.DataFrame({name: spread.quantile(q) for name, q in quantiles.items()}).reset_index()
    in_vietnam = result.provenance["scenario"].get("calendar", {}).get("country", "VN") == "VN"
    table["closed"] = table["date"].map(_closed(table["date"], result.work_by_hour, in_vietnam))
    return titled(table, result).assign(replications=result.provenance["rows_of"])


def _closed(dates: pd.Series, work: pd.DataFrame, in_vietnam: bool) -> dict[pd.Timestamp, str]:
    """Which days are holidays, by date."""
    every = pd.Index(dates.unique()).sort_values()
    open_days = set(work.loc[work["present"] > 0, "date"])
    off = np.array([day not in open_days for day in every])
    weekday = np.asarray(every.day_of_week)
    run = np.cumsum(np.diff(off.astype(int), prepend=0) != 0)
    kinds = np.full(len(every), "", object)
    lengths = {}
    for number in np.unique(run[off]):
        days = np.flatnonzero(run == number)
        lengths[number] = int((weekday[days] < 5).sum())
        if lengths[number]:
            kinds[days] = "holiday"
    tet = [n for n in lengths if lengths[n] >= 3 and _in_season(every[run == n][0].date())]
    if tet and in_vietnam:
        kinds[run == max(tet, key=lengths.__getitem__)] = "tet"
    return dict(zip(every, kinds.tolist(), strict=True))


def _in_season(day: date) -> bool:
    return (1, 15) <= (day.month, day.day) <= (2, 28)


def _draw_backlog(table: pd.DataFrame, say: Language, size: Size) -> Figure:
    figure = drawing.blank(size)
    sites = table["site"].unique()
    panels = figure.subplots(len(sites), 1, sharex=True, squeeze=False)[:, 0]
    for axes, site in zip(panels, sites, strict=True):
        own = table[table["site"] == site]
        _fan(axes, own, say, 72 * (size.height - 1.5) / len(sites) - 20)
        _shade_closed(axes, own)
        drawing.plain(axes)
        drawing.number_ticks(axes.yaxis, say)
        drawing.head(axes, own["title"].iloc[0], size.letters(0.7))
    _name_closed(panels[0], table[table["site"] == sites[0]], say)
    _month_ticks(panels[-1], table["date"], say)
    figure.supylabel(say("figure.backlog_axis"), fontsize=TEXT)
    drawing.entitle(figure, say("figure.backlog"))
    made = int(table["replications"].iloc[0])
    note = say("figure.backlog_note", replications=made) if made > 1 else say("figure.backlog_one")
    drawing.annotate(figure, note)
    return figure


def _fan(axes: Axes, table: pd.DataFrame, say: Language, height: float) -> None:
    day = day_number(table["date"])
    several = table["replications"].iloc[0] > 1
    if several:
        axes.fill_between(day, table["least"], table["most"], color="#C6E0F0", linewidth=0)
        axes.fill_between(day, table["low"], table["high"], color="#6FAFD6", linewidth=0)
    axes.plot(day, table["median"], color=BLACK, linewidth=1.0)
    axes.set_xlim(day[0], day[-1])
    axes.set_ylim(0, 1.25 * max(1.0, table["most"].max()))
    last = table.iloc[-1]
    if several:
        named = (("median", "median"), ("high", "half_runs"), ("most", "all_runs"))
        labels = [(float(last[column]), say(f"figure.{word}")) for column, word in named]
        drawing.label_ends(axes, labels, height)


def _runs(table: pd.DataFrame) -> list[tuple[pd.Timestamp, pd.Timestamp, str]]:
    """First day, day after the last, and kind of each stretch without work."""
    kinds = table["closed"].to_numpy()
    begins = np.flatnonzero((kinds != "") & (np.append("", kinds[:-1]) != kinds))
    found = []
    for first in begins:
        length = next((n for n, kind in enumerate(kinds[first:]) if kind != kinds[first]), len(kinds) - first)
        days = table["date"].iloc[first : first + length]
        found.append((days.iloc[0], days.iloc[-1] + pd.Timedelta(days=1), str(kinds[first])))
    return found


def _shade_closed(axes: Axes, table: pd.DataFrame) -> None:
    for first, before, _ in _runs(table):
        axes.axvspan(day_number(first), day_number(before), color="0.82", linewidth=0, zorder=0)


def _name_closed(axes: Axes, table: pd.DataFrame, say: Language) -> None:
    """Tết by its name, other holidays by day and month, above the axes; those close to each other in one label."""
    labels: list[tuple[float, str]] = []
    for first, before, kind in _runs(table):
        at = float(day_number(first) + day_number(before)) / 2
        text = say("figure.tet") if kind == "tet" else _day_month(first)
        if labels and at - labels[-1][0] < 24:
            labels[-1] = (labels[-1][0], f"{labels[-1][1]}, {text}")
        else:
            labels.append((at, text))
    for at, text in labels:
        place = axes.get_xaxis_transform()
        axes.text(
            at, 0.98, text, transform=place, fontsize=NOTE, ha="center", va="top", path_effects=drawing.halo()
        )


def _day_month(first: pd.Timestamp) -> str:
    """The first day from Monday to Friday: holidays that follow a weekend begin after it."""
    day = first + pd.Timedelta(days=max(0, 7 - first.day_of_week) if first.day_of_week >= 5 else 0)
    return f"{day.day}/{day.month}"


def _month_ticks(axes: Axes, dates: pd.Series, say: Language) -> None:
    first, last = dates.min(), dates.max()
    months = pd.date_range(first.to_period("M").to_timestamp(), last, freq="MS")
    months = months[months >= first][:: 1 + len(months) // 13]
    if len(months) < 2:
        months = pd.DatetimeIndex([first, last])
    axes.set_xticks(day_number(months), [f"{day.day}/{day.month}" for day in months])
    axes.set_xlabel(say("figure.date_axis", year=first.year), fontsize=TEXT)


def _tell_backlog(table: pd.DataFrame, say: Language) -> str:
    told = []
    for _, own in table.groupby("site", sort=False):
        peak = own.iloc[int(own["median"].argmax())]
        day = say.day(peak["date"].date())
        told.append(f"{peak['title']} {say.number(peak['median'], 0)} ({day})")
    return say("alt.backlog", peaks="; ".join(told))


def day_number(day: Any) -> Any:
    """Days as matplotlib counts them."""
    return date2num(day)  # type: ignore[no-untyped-call]


backlog = Picture("figure.backlog", "result", backlog_by_day, _draw_backlog, _tell_backlog)
