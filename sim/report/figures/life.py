"""One dossier's life on a calendar, against its due date."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from sim.engine.contract import Ints
from sim.officetime import DAY, working_days
from sim.plan.model import Model
from sim.report import drawing
from sim.report.drawing import BLACK, GREY, NOTE, VERMILLION, Size
from sim.report.figures.picture import Picture
from sim.report.figures.sites import each
from sim.report.language import Language
from sim.results.life import Line

FILLS = {  # face and hatch of what a dossier did most of a day
    "person": ("#A9CFE8", ""),
    "citizen": ("#F7DC9A", "..."),
    "agency": ("#E8B690", "xxx"),
    "signing": ("white", "////"),
    "ready": ("#CFE8DC", ""),
}
MARKS = {"filed": (">", "white"), "received": (">", BLACK), "worked": (".", BLACK), "ready": ("*", BLACK)}
AWAY = {"delay_2": "citizen", "delay_3": "agency", "delay_4": "signing"}


def life_by_day(model: Model, dossier: str, lines: Sequence[Line]) -> pd.DataFrame:
    """A row a day from the day a dossier is filed to the last that is told of it, or its due date.

    Columns: dossier (its name), procedure (its title), date, open (a working day), doing (most of the day, empty
    before and after: ``person``, ``citizen``, ``agency``, ``signing``, or ``ready`` and not yet collected), and
    whether on that day it was filed, received, worked (on), due (by its last due date) or ready.
    """
    dues = [(line.time, float(line.values["due"])) for line in lines if "due" in line.values]
    due = max(dues, default=(0.0, math.inf))[1]
    ends = [lines[-1].time] + [due] * math.isfinite(due)
    first, last = int(lines[0].time // DAY), int(max(ends) // DAY)
    days = np.arange(first, last + 1)
    opens = working_days(model.plan.office)
    happened = {
        "filed": ("filed",),
        "received": ("started",),
        "worked": ("work", "interrupted"),
        "ready": ("ready",),
    }
    spent = _spent(lines, days)
    table = pd.DataFrame(
        {
            "dossier": dossier,
            "procedure": _title(model, dossier),
            "date": [pd.Timestamp(model.first_day + timedelta(days=int(day))) for day in days],
            "open": [bool(opens[day]) if day < len(opens) else False for day in days],
            "doing": [max(own, key=own.__getitem__) if own else "" for own in spent],
        }
    )
    for name, keys in happened.items():
        on = {int(line.time // DAY) for line in lines if line.key in keys}
        table[name] = np.isin(days, list(on))
    return table.assign(due=days == (due // DAY if math.isfinite(due) else -1))


def _title(model: Model, dossier: str) -> str:
    """What the procedure of a dossier is called; some are called in many words."""
    procedure = dossier.rpartition("#")[0].rpartition("/")[2]
    return drawing.cut(model.scenario.procedure[procedure].label, 90)


def _spent(lines: Sequence[Line], days: Ints) -> list[dict[str, float]]:
    """Minutes of each day by what the dossier did."""
    spent: list[dict[str, float]] = [{} for _ in days]
    doing, is_ready = "person", False
    for line, following in itertools.pairwise(lines):
        is_ready = (is_ready or line.key == "ready") and line.key != "reopened"
        if line.key in AWAY:
            doing = AWAY[line.key]
        elif line.key.startswith("left"):
            doing = "citizen"
        elif line.key in ("came", "waits", "work", "interrupted"):
            doing = "person"
        shown = "ready" if is_ready else doing
        for own, day in zip(spent, days, strict=True):
            minutes = min(following.time, (day + 1) * DAY) - max(line.time, day * DAY)
            if minutes > 0:
                own[shown] = own.get(shown, 0.0) + minutes
    return spent


def _draw(table: pd.DataFrame, say: Language, size: Size) -> Figure:
    monday = table["date"].iloc[0] - pd.Timedelta(days=int(table["date"].iloc[0].day_of_week))
    offset = (table["date"] - monday).dt.days.to_numpy()
    weeks = int(offset[-1] // 7) + 1
    size = size.for_rows(1.5 * weeks, 1.45)
    figure = drawing.blank(size)
    axes = figure.subplots()
    for place, row in zip(offset, each(table), strict=True):
        _cell(axes, int(place % 7), int(place // 7), row)
    axes.set_xlim(-0.02, 7.02)
    axes.set_ylim(weeks + 0.02, -0.02)
    axes.set_xticks(np.arange(7) + 0.5, [say(f"weekday_short.{day}") for day in range(7)])
    starts = [monday + pd.Timedelta(weeks=week) for week in range(weeks)]
    axes.set_yticks(np.arange(weeks) + 0.5, [say("figure.week", day=say.day(day.date())) for day in starts])
    axes.tick_params(
        length=0, labelsize=drawing.TEXT, top=True, labeltop=True, bottom=False, labelbottom=False
    )
    axes.spines[:].set_visible(False)
    drawing.entitle(figure, say("figure.dossier_life"), _key(table, say))
    first = table.iloc[0]
    drawing.annotate(figure, say("figure.life_note", dossier=first["dossier"], procedure=first["procedure"]))
    return figure


def _cell(axes: Axes, column: int, week: int, row: Any) -> None:
    """A day: what was done most of it, its number, marks of what happened, a frame around the due date."""
    doing, is_open, date = (getattr(row, name) for name in ("doing", "open", "date"))
    face, hatch = FILLS.get(doing, ("white", ""))
    face, hatch = (face, hatch) if is_open else ("#EDEDED", "")
    axes.add_patch(
        Rectangle((column, week), 1, 1, facecolor=face, hatch=hatch, edgecolor="0.75", linewidth=0.6)
    )
    if row.due:
        frame: dict[str, Any] = {"fill": False, "edgecolor": VERMILLION, "linewidth": 2.4, "zorder": 5}
        axes.add_patch(Rectangle((column + 0.03, week + 0.06), 0.94, 0.88, **frame))
    color = BLACK if is_open else GREY
    day = f"{date.day}/{date.month}" if date.day == 1 else str(date.day)
    place: dict[str, Any] = {
        "va": "center",
        "fontsize": NOTE,
        "color": color,
        "path_effects": drawing.halo(2.5),
    }
    axes.text(column + 0.08, week + 0.5, day, **place)
    happened = [name for name in MARKS if getattr(row, name)]
    for number, name in enumerate(happened):
        marker, face = MARKS[name]
        shape: dict[str, Any] = {"marker": marker, "color": BLACK, "markerfacecolor": face, "markersize": 7}
        shape |= {"linestyle": "none", "path_effects": drawing.halo(3), "zorder": 6}
        axes.plot(column + 0.42 + 0.16 * number, week + 0.5, **shape)


def _key(table: pd.DataFrame, say: Language) -> dict[str, Artist]:
    """What occurs in the calendar, in words."""
    doing = table.loc[table["open"], "doing"].unique()
    key: dict[str, Artist] = {
        say(f"doing.{name}"): Patch(facecolor=face, hatch=hatch, edgecolor="0.6", linewidth=0.6)
        for name, (face, hatch) in FILLS.items()
        if name in doing
    }
    for name, (marker, face) in MARKS.items():
        if table[name].any():
            shape: dict[str, Any] = {"color": BLACK, "markerfacecolor": face, "markersize": 7}
            key[say(f"event.{name}")] = Line2D([], [], marker=marker, linestyle="none", **shape)
    if table["due"].any():
        key[say("event.due")] = Patch(fill=False, edgecolor=VERMILLION, linewidth=2.4)
    return key


def _tell(table: pd.DataFrame, say: Language) -> str:
    def day(name: str) -> str:
        found = table.loc[table[name], "date"]
        return say.day(found.iloc[-1].date()) if len(found) else "–"

    about = {
        "dossier": table["dossier"].iloc[0],
        "procedure": table["procedure"].iloc[0],
        "filed": day("filed"),
    }
    if not table["ready"].any():
        return say("alt.dossier_open", due=day("due"), **about)
    return say("alt.dossier_life", due=day("due"), ready=day("ready"), **about)


dossier_life = Picture("figure.dossier_life", "trace", life_by_day, _draw, _tell)
