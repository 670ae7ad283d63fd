"""A day at the centre: who was served, or which papers were worked on, at every counter."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.officetime import DAY
from sim.plan.model import Model
from sim.report import drawing
from sim.report.drawing import BLUE, TEXT, Size
from sim.report.figures.picture import Picture
from sim.report.figures.sites import each
from sim.report.language import Language
from sim.results.day import AWAY, Day, Stay, Where

DUTY = "#E4E4E4"
MOST_SEATS = 20
COLUMNS = ("team", "team_title", "seat", "kind", "began", "ended")


def counters(model: Model, day: Day, site: int = 0) -> pd.DataFrame:
    """What happened at the seats of a site on one day.

    Columns: place (title), date, team, team_title, seat (from 0), kind (``duty``, ``citizen`` or ``papers``), began,
    ended (minutes of the day). As many are on duty as the roster says, on the first seats; work beyond is overtime.
    """
    at = next(place for place in day.places if place.site == site)
    rows: list[tuple[object, ...]] = []
    for duty in at.duties:
        following = [*(since for since, _ in duty.staff[1:]), DAY]
        for (since, staff), until in zip(duty.staff, following, strict=True):
            rows += [(duty.team, seat, "duty", since, min(until, DAY)) for seat in range(staff)]
    for mover in at.movers:
        kind = "citizen" if mover.is_citizen else "papers"
        for stay, following_stay in pairwise([*mover.stays, Stay(DAY, AWAY)]):
            if stay.spot.where == Where.SEAT:
                rows.append((stay.spot.team, stay.spot.seat, kind, stay.since, following_stay.since))
    table = pd.DataFrame(rows, columns=["number", "seat", "kind", "began", "ended"])
    table = table.sort_values(["number", "seat", "began"], kind="stable", ignore_index=True)
    names = [model.teams[number].team for number in table["number"]]
    titles = [model.scenario.team[name].title or name for name in names]
    found = table.assign(team=names, team_title=titles)[list(COLUMNS)]
    found.insert(0, "date", pd.Timestamp(model.first_day + timedelta(days=day.number)))
    found.insert(0, "place", model.places[site].title)
    return found[found["ended"] > found["began"]].reset_index(drop=True)


def _draw(table: pd.DataFrame, say: Language, size: Size) -> Figure:
    seats = table[["team", "team_title", "seat"]].drop_duplicates()
    seats = seats.sort_values("seat", kind="stable").groupby("team", sort=False).head(len(seats))
    order = {team: place for place, team in enumerate(table["team"].unique())}
    seats = seats.sort_values(["team", "seat"], key=lambda x: x.map(order) if x.name == "team" else x)[
        :MOST_SEATS
    ]
    size = size.for_rows(1.15 * len(seats), 1.4)
    figure = drawing.blank(size)
    axes = figure.subplots()
    row_of = {(row.team, row.seat): y for y, row in enumerate(each(seats))}
    styles: dict[str, dict[str, Any]] = {
        "duty": {"facecolor": DUTY, "linewidth": 0},
        "papers": {"facecolor": "white", "edgecolor": "0.25", "hatch": "/////", "linewidth": 0.5},
        "citizen": {"facecolor": BLUE, "edgecolor": "white", "linewidth": 0.4},
    }
    heights = {"duty": 0.86, "papers": 0.5, "citizen": 0.66}
    for kind, style in styles.items():
        own = table[table["kind"] == kind]
        for (team, seat), bars in own.groupby(["team", "seat"], sort=False):
            if (team, seat) in row_of:
                spans = list(zip(bars["began"], bars["ended"] - bars["began"], strict=True))
                y = row_of[team, seat] - heights[kind] / 2
                axes.broken_barh(spans, (y, heights[kind]), **style)
    drawing.plain(axes)
    names = [row.team_title if row.seat == 0 else "" for row in each(seats)]
    drawing.rows(axes, names, size.letters(0.38))
    axes.grid(visible=True, axis="x")
    busy = table[table["kind"] != "duty"] if (table["kind"] != "duty").any() else table
    axes.set_xlim(60 * np.floor(busy["began"].min() / 60), 60 * np.ceil(busy["ended"].max() / 60))
    drawing.clock_ticks(axes.xaxis, 1)
    axes.set_xlabel(say("figure.clock_axis"), fontsize=TEXT)
    key: dict[str, Artist] = {
        say(f"figure.{kind}"): Patch(**style) for kind, style in reversed(styles.items())
    }
    drawing.entitle(figure, say("figure.day_at_counters"), key)
    first = table.iloc[0]
    drawing.annotate(figure, say("figure.day_note", place=first["place"], day=say.day(first["date"].date())))
    return figure


def _tell(table: pd.DataFrame, say: Language) -> str:
    minutes = table["ended"] - table["began"]
    work = table["kind"] != "duty"
    served = minutes[table["kind"] == "citizen"]
    told = {"place": table["place"].iloc[0], "day": say.day(table["date"].iloc[0].date())}
    if not work.any():
        return say("alt.day_idle", **told)
    busiest = minutes[work].groupby(table["team_title"]).sum()
    return say(
        "alt.day_at_counters",
        **told,
        stays=len(served),
        hours=say.number(served.sum() / 60),
        team=str(busiest.idxmax()),
        worked=say.number(busiest.max() / 60),
    )


day_at_counters = Picture("figure.day_at_counters", "day", counters, _draw, _tell)
