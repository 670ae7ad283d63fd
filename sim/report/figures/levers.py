"""What a measure does when inputs are moved: one or two levers over a grid, and many inputs one at a time."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.engine.contract import Bools
from sim.report import drawing
from sim.report.drawing import BLACK, BLUE, MOST_ROWS, NOTE, TEXT, VERMILLION, Size
from sim.report.figures.picture import Picture
from sim.report.figures.sites import each
from sim.report.language import Language

SWEEP = (
    "x",
    "x_title",
    "y",
    "y_title",
    "measure",
    "where",
    "unit",
    "value",
    "low",
    "high",
    "at_most",
    "at_least",
    "replications",
)
TORNADO = (
    "title",
    "low_title",
    "high_title",
    "at_low",
    "at_high",
    "base",
    "measure",
    "where",
    "unit",
    "replications",
)
MOST_TEXTS = 14  # columns of cells that leave room for numbers


def _with(columns: Collection[str], table: pd.DataFrame, what: str) -> pd.DataFrame:
    if missing := set(columns) - set(table):
        raise ValueError(f"{what} needs the columns {', '.join(sorted(missing))}")
    return table[list(columns)].reset_index(drop=True)


# --- sweep ---


def sweep_grid(table: pd.DataFrame) -> pd.DataFrame:
    """A measure at every point of a grid of one or two levers; ValueError for a missing column.

    Columns: x and y (values of the levers; y empty for one lever), x_title, y_title, measure, where it is taken (in
    words; empty: of all), unit, value, low, high (95 %), at_most, at_least (the target, one of them or none),
    replications. A rate is a fraction, and so is its target.
    """
    return _with(SWEEP, table, "a sweep").sort_values(["y", "x"], ignore_index=True)


def _draw_sweep(table: pd.DataFrame, say: Language, size: Size) -> Figure:
    return (_draw_line if table["y"].isna().all() else _draw_map)(table, say, size)


def _target(table: pd.DataFrame) -> tuple[str, float]:
    """Which side is bounded, and the bound; NaN: there is no target."""
    row = table.iloc[0]
    return ("at_least", row["at_least"]) if pd.notna(row["at_least"]) else ("at_most", row["at_most"])


def _target_words(table: pd.DataFrame, say: Language) -> str:
    side, bound = _target(table)
    if pd.isna(bound):
        return ""
    unit = table["unit"].iloc[0]
    digits = drawing.digits_of([drawing.scale(unit) * bound])
    told = (
        say.percent(bound, digits)
        if unit == "fraction"
        else f"{say.number(bound, digits)} {say(f'unit.{unit}')}"
    )
    return say("figure.target", bound=say(f"table.{side}", bound=told))


def _measure(table: pd.DataFrame, say: Language) -> str:
    name = f"{_measure_at(table, say)} ({say(f'unit.{table.unit.iloc[0]}')})"
    return name[:1].upper() + name[1:]


def _measure_at(table: pd.DataFrame, say: Language) -> str:
    """The measure and, unless it is that of all, where it is taken."""
    name, where = say.measure(table.measure.iloc[0]), table["where"].iloc[0]
    return f"{name}, {where}" if where else name


def _replications(table: pd.DataFrame, say: Language) -> str:
    return say("figure.replications", count=say.number(float(table["replications"].iloc[0]), 0))


def _value(x: object, say: Language) -> str:
    """A lever's value as the language writes numbers; what is no number stays as it is."""
    if isinstance(x, str):
        return x
    number = float(x)  # type: ignore[arg-type]
    return say.number(number, drawing.digits_of([number]))


def _draw_line(table: pd.DataFrame, say: Language, size: Size) -> Figure:
    """One lever: the measure with its interval, against the target."""
    figure = drawing.blank(size)
    axes = figure.subplots()
    factor = drawing.scale(table["unit"].iloc[0])
    place = np.arange(len(table))
    low, mean, high = (factor * table[name].to_numpy(np.float64) for name in ("low", "value", "high"))
    axes.vlines(place, low, high, color=BLUE, linewidth=1.6)
    axes.plot(place, mean, color=BLUE, marker="o", markersize=5, linewidth=0.8)
    _, bound = _target(table)
    ends = [(float(mean[-1]), say("figure.mean_with_interval"))]
    if pd.notna(bound):
        axes.axhline(factor * bound, color=VERMILLION, linestyle="--", linewidth=1.2)
        ends.append((factor * bound, drawing.wrapped(_target_words(table, say), 18)))
    drawing.plain(axes)
    axes.margins(y=0.15)
    drawing.number_ticks(axes.yaxis, say)
    step = 1 + (len(place) - 1) // 12
    axes.set_xticks(place[::step], [_value(x, say) for x in table["x"][::step]])
    drawing.label_ends(axes, ends, 72 * (size.height - 1.4))
    axes.set_xlabel(table["x_title"].iloc[0], fontsize=TEXT)
    axes.set_ylabel(drawing.wrapped(_measure(table, say), 30), fontsize=TEXT)
    drawing.entitle(figure, say("figure.sweep"))
    drawing.annotate(figure, _replications(table, say), say("figure.interval_note"))
    return figure


def _draw_map(table: pd.DataFrame, say: Language, size: Size) -> Figure:
    """Two levers: cells, and the line between those that meet the target and those that do not."""
    factor = drawing.scale(table["unit"].iloc[0])
    grid = factor * table.pivot(index="y", columns="x", values="value")
    size = size.for_rows(1.3 * len(grid), 1.4)
    figure = drawing.blank(size)
    axes = figure.subplots()
    values = grid.to_numpy(np.float64)
    digits = drawing.digits_of([round(x, 1) for x in values[np.isfinite(values)].tolist()])
    show = values.shape[1] <= MOST_TEXTS
    texts = [[say.number(x, digits) if show else "" for x in row] for row in values]
    drawing.cells(axes, values - np.nanmin(values), texts, float(np.ptp(values[np.isfinite(values)])))
    axes.set_ylim(0, len(values))
    met = _met(table.assign(place=0)).to_numpy()
    inside = pd.DataFrame({"y": table["y"], "x": table["x"], "met": met}).pivot(
        index="y", columns="x", values="met"
    )
    _border(axes, inside.to_numpy(bool))
    axes.set_xticks(np.arange(values.shape[1]) + 0.5, [_value(x, say) for x in grid.columns])
    axes.set_yticks(np.arange(values.shape[0]) + 0.5, [_value(y, say) for y in grid.index])
    axes.set_xlabel(table["x_title"].iloc[0], fontsize=TEXT)
    axes.set_ylabel(table["y_title"].iloc[0], fontsize=TEXT)
    axes.set_title(drawing.wrapped(_measure(table, say), size.letters(0.8)), fontsize=TEXT, loc="left")
    drawing.entitle(figure, say("figure.sweep"))
    told = _target_words(table, say)
    ends = [say.number(float(end), 1) for end in (np.nanmin(values), np.nanmax(values))]
    drawing.annotate(
        figure,
        _replications(table, say),
        say("figure.contour_note", target=told) if told else "",
        say("figure.cells_note", low=ends[0], high=ends[1]),
    )
    return figure


def _met(table: pd.DataFrame) -> pd.Series:
    """bool[row]: the value lies within the target."""
    side, bound = _target(table)
    return table["value"] >= bound if side == "at_least" else table["value"] <= bound


def _border(axes: Axes, met: Bools) -> None:
    """The line around the cells that meet the target, where others lie beside them."""
    for row, column in np.argwhere(met[:, 1:] != met[:, :-1]):
        _edge(axes, [column + 1, column + 1], [row, row + 1])
    for row, column in np.argwhere(met[1:] != met[:-1]):
        _edge(axes, [column, column + 1], [row + 1, row + 1])


def _edge(axes: Axes, x: list[int], y: list[int]) -> None:
    for color, width in (("white", 5.0), (VERMILLION, 2.6)):
        axes.plot(x, y, color=color, linewidth=width, solid_capstyle="projecting", zorder=4)


def _tell_sweep(table: pd.DataFrame, say: Language) -> str:
    ranked = table.dropna(subset=["value"]).sort_values("value", kind="stable")
    ends = {
        f"{end}_{name}": text
        for end, row in (("least", ranked.iloc[0]), ("most", ranked.iloc[-1]))
        for name, text in (("value", say.amount(row["value"], row["unit"])), ("at", _point(row, say)))
    }
    told = _target_words(table, say)
    points = {"measure": _measure(table, say), "count": len(table), **ends}
    if not told:
        return say("alt.sweep", **points)
    return say("alt.sweep_target", **points, target=told, met=int(_met(table).sum()))


def _point(row: pd.Series, say: Language) -> str:
    levers = [(row[f"{axis}_title"], row[axis]) for axis in "xy" if pd.notna(row[axis])]
    return ", ".join(f"{title} = {_value(value, say)}" for title, value in levers)


# --- tornado ---


def swings(table: pd.DataFrame) -> pd.DataFrame:
    """A measure with each input at its lower and its higher value, all others as they are; the widest swing first.

    Columns: title of the input, low_title and high_title (its values in words), at_low, at_high, base (the measure as
    it is), measure, where it is taken (empty: of all), unit, replications.
    ValueError for a missing column.
    """
    found = _with(TORNADO, table, "a tornado")
    width = (found["at_high"] - found["at_low"]).abs()
    return found.loc[width.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def _draw_tornado(table: pd.DataFrame, say: Language, size: Size) -> Figure:
    rows = table.head(MOST_ROWS)
    size = size.for_rows(1.25 * len(rows), 1.4)
    figure = drawing.blank(size)
    axes = figure.subplots()
    unit = rows["unit"].iloc[0]
    factor = drawing.scale(unit)
    base = factor * rows["base"].iloc[0]
    for y, row in enumerate(each(rows)):
        ends = ((row.at_low, "white", "////"), (row.at_high, BLUE, ""))
        for end, face, hatch in ends:
            axes.barh(
                y, factor * end - base, 0.65, base, facecolor=face, edgecolor=BLUE, hatch=hatch, linewidth=0.8
            )
        axes.annotate(
            f"{row.low_title} … {row.high_title}",
            (1.02, y),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=NOTE,
        )
    axes.axvline(base, color=BLACK, linewidth=1.2)
    drawing.plain(axes)
    drawing.rows(axes, list(rows["title"]), size.letters(0.34))
    axes.margins(x=0.08)
    drawing.widen(axes, 0.1)
    axes.locator_params(axis="x", nbins=6)
    drawing.number_ticks(axes.xaxis, say)
    axes.set_xlabel(_measure(rows, say), fontsize=TEXT)
    drawing.entitle(figure, say("figure.tornado"))
    left_out = len(table) - len(rows)
    others = say("figure.smaller_swings", count=left_out) if left_out else ""
    made = _replications(rows, say)
    drawing.annotate(
        figure, made, say("figure.tornado_note", base=say.amount(rows["base"].iloc[0], unit)), others
    )
    return figure


def _tell_tornado(table: pd.DataFrame, say: Language) -> str:
    widest, unit = table.iloc[0], table["unit"].iloc[0]
    return say(
        "alt.tornado",
        count=len(table),
        measure=_measure_at(table, say),
        base=say.amount(widest["base"], unit),
        input=widest["title"],
        at_low=say.amount(widest["at_low"], unit),
        low=widest["low_title"],
        at_high=say.amount(widest["at_high"], unit),
        high=widest["high_title"],
    )


sweep = Picture("figure.sweep", "table", sweep_grid, _draw_sweep, _tell_sweep)
tornado = Picture("figure.tornado", "table", swings, _draw_tornado, _tell_tornado)
