"""People: how many are needed against how many are on the roster, and how busy they are."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from sim.engine.contract import Floats
from sim.plan.load import Load, offered_load
from sim.plan.model import Model
from sim.report import drawing
from sim.report.drawing import BLACK, MOST_ROWS, TEXT, VERMILLION, Size
from sim.report.figures.picture import Picture
from sim.report.figures.sites import model_of, name_of, titled
from sim.report.language import Language
from sim.results.result import Result

HALF_HOUR = 30.0
WEEKDAYS = 5  # Monday to Friday
COLUMNS, PANEL = 4, 6.5  # panels side by side, and the rows of text as high as one
WORK = "#9CC9E3"


# --- needed against rostered ---


def people_by_half_hour(model: Model) -> pd.DataFrame:
    """People needed and people on the roster on an average day from Monday to Friday; nothing is simulated.

    Columns: site, title, team, team_title, minute of the day at which the half hour begins, needed, rostered (people,
    the places of a site together), load (of the team in an average week). Needed is the offered load after sharing:
    work per time, before any slack for chance; see :mod:`sim.plan.load`. The busiest teams come first.
    """
    load = offered_load(model, HALF_HOUR)
    names = pd.DataFrame(
        {
            "site": [model.places[team.site].site for team in model.teams],
            "team": [team.team for team in model.teams],
        }
    )
    needed, rostered = (_average_day(minutes) for minutes in (load.team, load.staff))
    day = HALF_HOUR * np.arange(needed.shape[1])
    parts = [
        names.loc[[number]].merge(
            pd.DataFrame({"minute": day, "needed": needed[number], "rostered": rostered[number]}), how="cross"
        )
        for number in names.index
    ]
    table = pd.concat(parts).groupby(["site", "team", "minute"], sort=False)[["needed", "rostered"]].sum()
    scenario = model.scenario
    found = table.reset_index()
    found.insert(1, "title", [scenario.site[site].title for site in found["site"]])
    found.insert(3, "team_title", [scenario.team[team].title or team for team in found["team"]])
    found["load"] = found["team"].map(team_loads(model, load))
    busy = found["load"].fillna(math.inf)
    return found.iloc[(-busy).argsort(kind="stable")].reset_index(drop=True)


def team_loads(model: Model, load: Load) -> dict[str, float]:
    """The load of each team after sharing, its places together; NaN for a team that is never there."""
    names = [team.team for team in model.teams]
    sums = pd.DataFrame({"work": load.team.sum(axis=1), "staff": load.staff.sum(axis=1)}).groupby(names).sum()
    loads = sums["work"] / sums["staff"].where(sums["staff"] > 0)
    return dict(zip(map(str, loads.index), loads.tolist(), strict=True))


def _average_day(minutes: Floats) -> Floats:
    """From minutes by bin of the week to people by bin of the day: float[team, bin]."""
    by_day = minutes.reshape(len(minutes), 7, -1)[:, :WEEKDAYS]
    return by_day.mean(axis=1) / HALF_HOUR


def _draw_people(table: pd.DataFrame, say: Language, size: Size) -> Figure:
    teams = list(table["team"].unique()[:MOST_ROWS])
    shown = table[table["team"].isin(teams)]
    busy = shown[(shown["needed"] > 0.005) | (shown["rostered"] > 0)]
    low, high = busy["minute"].min(), busy["minute"].max() + HALF_HOUR
    columns = min(COLUMNS, len(teams))
    rows = -(-len(teams) // columns)
    figure = drawing.blank(size.for_rows(PANEL * rows))
    grid = figure.subplots(rows, columns, sharex=True, squeeze=False).ravel()
    for axes in grid[len(teams) :]:
        axes.set_visible(False)
    for axes, team in zip(grid, teams, strict=False):
        own = shown[(shown["team"] == team) & (shown["minute"].between(low, high - 1))]
        _draw_team(axes, own, np.append(own["minute"], high), say)
        title = drawing.cut(own["team_title"].iloc[0], size.letters(0.7 / columns), 2)
        axes.set_title(title, fontsize=TEXT, loc="left")
    grid[0].set_ylabel(say("figure.people_axis"), fontsize=TEXT)
    for axes in grid[max(0, len(teams) - columns) : len(teams)]:
        axes.tick_params(labelbottom=True)
        axes.set_xlabel(say("figure.clock_axis"), fontsize=TEXT)
    key = {
        say("figure.rostered"): Line2D([], [], color=BLACK, linewidth=1.6),
        say("figure.needed"): Patch(color=WORK),
        say("figure.short"): Patch(facecolor=VERMILLION, hatch="////", edgecolor="white"),
    }
    drawing.entitle(figure, say("figure.people_needed"), key)
    left_out = table["team"].nunique() - len(teams)
    others = say("figure.other_teams", count=left_out) if left_out else ""
    drawing.annotate(figure, say("figure.people_note"), others)
    return figure


def _draw_team(axes: Axes, own: pd.DataFrame, edges: Floats, say: Language) -> None:
    axes.stairs(own["needed"], edges, fill=True, color=WORK)
    short = np.maximum(own["needed"], own["rostered"])
    axes.stairs(short, edges, baseline=own["rostered"], fill=True, color=VERMILLION, hatch="////", ec="white")
    axes.stairs(own["rostered"], edges, baseline=None, color=BLACK, linewidth=1.6)
    drawing.plain(axes)
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(0, 1.15 * max(1.0, own[["needed", "rostered"]].max().max()))
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=True, min_n_ticks=2))
    drawing.clock_ticks(axes.xaxis, 4)
    drawing.number_ticks(axes.yaxis, say)


def _tell_people(table: pd.DataFrame, say: Language) -> str:
    short = table[table["needed"] > table["rostered"] + 1e-9]
    teams = say.number(float(short["team"].nunique()), 0)
    loads = table.drop_duplicates("team").set_index("team_title")["load"]
    if loads.isna().all():
        return say("alt.people_nobody", short=teams)
    return say("alt.people_needed", team=_highest(loads), load=say.percent(loads.max(), 0), short=teams)


def _highest(loads: pd.Series) -> str:
    """The names of those that are the highest, to the whole percent that is told."""
    return ", ".join(map(str, loads.index[loads.round(2) == loads.round(2).max()]))


# --- how busy ---


def utilisation_by_hour(result: Result) -> pd.DataFrame:
    """Minutes worked per minute present, by team and hour of the day, the places of a site together.

    Columns: site, title, team, team_title, hour (empty: all day), utilisation, low, high (95 % over replications),
    load, replications. The load is the one offered after sharing, as in :func:`people_by_half_hour`; NaN if the
    scenario of a saved result cannot be had again, since it read files.
    """
    hourly, daily = result.staffing(["site", "team", "hour"]), result.staffing(["site", "team"])
    table = pd.concat([hourly, daily]).dropna(subset=["utilisation"])
    names = {"utilisation_low": "low", "utilisation_high": "high"}
    table = table.rename(columns=names)[["site", "team", "hour", "utilisation", "low", "high"]]
    table["team"] = table["team"].astype(str)
    table.insert(2, "team_title", [name_of(result, "team", team) for team in table["team"]])
    model = model_of(result)
    loads = team_loads(model, offered_load(model)) if model is not None else {}
    table["load"] = table["team"].map(loads).astype(float)
    return titled(table, result).assign(replications=result.provenance["rows_of"])


def _draw_utilisation(table: pd.DataFrame, say: Language, size: Size) -> Figure:
    teams = table[["team", "team_title"]].drop_duplicates()[:MOST_ROWS]
    size = size.for_rows(1.1 * len(teams))
    hours = range(int(table["hour"].min()), int(table["hour"].max()) + 1)
    wide = table.assign(hour=table["hour"].fillna(-1)).pivot(
        index="team", columns="hour", values="utilisation"
    )
    wide = wide.reindex(index=teams["team"], columns=[-1, *hours])
    wide.insert(0, "load", table.drop_duplicates("team").set_index("team")["load"])
    values = 100 * wide.to_numpy(np.float64)
    figure = drawing.blank(size)
    axes = figure.subplots()
    texts = [[say.number(x, 0) if math.isfinite(x) else "" for x in row] for row in values]
    drawing.cells(axes, values, texts, 100.0)
    for behind in (1, 2):
        axes.axvline(behind, color="white", linewidth=5)
    labels = [say("figure.load"), say("figure.all_day"), *(f"{hour}h" for hour in hours)]
    axes.set_xticks(np.arange(len(labels)) + 0.5, labels)
    names = [drawing.cut(title, size.letters(0.38)) for title in teams["team_title"]]
    axes.set_yticks(np.arange(len(names)) + 0.5, names)
    axes.set_xlabel(say("figure.hours_axis"), fontsize=TEXT)
    drawing.entitle(figure, say("figure.utilisation"))
    made = int(table["replications"].iloc[0])
    drawing.annotate(figure, say("figure.utilisation_note", replications=made))
    return figure


def _tell_utilisation(table: pd.DataFrame, say: Language) -> str:
    daily = table[table["hour"].isna()].set_index("team_title")
    busy, loads = daily["utilisation"], daily["load"]
    told = say(
        "alt.utilisation",
        most=_highest(busy),
        high=say.percent(busy.max(), 0),
        least=str(busy.idxmin()),
        low=say.percent(busy.min(), 0),
    )
    if loads.isna().all():
        return told
    return f"{told} {say('alt.load', team=_highest(loads), load=say.percent(loads.max(), 0))}"


people_needed = Picture("figure.people_needed", "model", people_by_half_hour, _draw_people, _tell_people)
utilisation = Picture(
    "figure.utilisation", "result", utilisation_by_hour, _draw_utilisation, _tell_utilisation
)
